// The REST interface, as tests use it to bring about what a page shall show.
import { randomUUID } from "node:crypto";

export class Api {
  #base;
  #token;

  /** A client of the server at `url`, signed in by an API token. */
  constructor(url, token) {
    this.#base = `${url}/api/v1`;
    this.#token = token;
  }

  /** Fetches a document. `path` begins behind `/api/v1`. */
  get(path) {
    return this.#call("GET", path);
  }

  /** Creates something, or does something to something; `headers` may hold `If-Match`. */
  post(path, body = {}, headers = {}) {
    return this.#call("POST", path, body, { "Idempotency-Key": randomUUID(), ...headers });
  }

  /** Asks until `isDone` says yes of the document; fails after `withinMs`. */
  async until(path, isDone, { withinMs = 60_000 } = {}) {
    const end = Date.now() + withinMs;
    for (;;) {
      const document = await this.get(path);
      if (isDone(document)) return document;
      if (Date.now() > end) {
        throw new Error(`GET ${path} did not become what was awaited:\n${JSON.stringify(document, null, 2)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #call(method, path, body, headers = {}) {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.#token}`, "Content-Type": "application/json", ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}\n${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}
