// A real `jido` server on a data folder of its own.
import { execFile, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Api } from "./api.mjs";
import { jidoBinary, webRoot } from "./places.mjs";

const run = promisify(execFile);
const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 30_000;

export class Server {
  #folder;
  #port;
  #webRoot;
  #process;

  /** The address, as `http://127.0.0.1:PORT`; the same after a restart. */
  url;

  /**
   * Starts a server on a fresh folder with the demo project. `port` 0 takes a free one, which the server then keeps;
   * `debug` serves the debug build of the app.
   */
  static async start({ port = 0, debug = false } = {}) {
    const server = new Server();
    server.#webRoot = webRoot({ debug });
    server.#port = port;
    server.#folder = await mkdtemp(path.join(tmpdir(), "jido-browser-"));
    await run(jidoBinary(), ["demo", "prepare", "--into", server.demo]);
    await server.begin();
    return server;
  }

  /** The folder of the demo: `remote.git`, `project`, `jido.toml`. */
  get demo() {
    return path.join(this.#folder, "demo");
  }

  get data() {
    return path.join(this.#folder, "data");
  }

  /** Starts the server again on the same port and data after `stop` or `kill`. */
  async begin() {
    const addressFile = path.join(this.#folder, "address");
    await rm(addressFile, { force: true });
    const log = openSync(this.#logFile, "a");
    const options = ["--data", this.data, "--config", path.join(this.demo, "jido.toml"), "--seed-demo", this.demo];
    this.#process = spawn(
      jidoBinary(),
      ["serve", "--listen", `127.0.0.1:${this.#port}`, ...options, "--web-root", this.#webRoot, "--address-file", addressFile],
      { stdio: ["ignore", log, log] },
    );
    closeSync(log);
    const end = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const address = (await readFile(addressFile, "utf8").catch(() => "")).trim();
      if (address) {
        this.url = address.includes("://") ? address.replace(/\/$/, "") : `http://${address}`;
        this.#port = Number(new URL(this.url).port);
        return;
      }
      if (!this.runs || Date.now() > end) {
        throw new Error(`jido serve did not start:\n${await this.log()}`);
      }
      await sleep(20);
    }
  }

  /** Asks the server to end in good order, and waits for it. */
  async stop() {
    await this.#signal("SIGTERM");
  }

  /** Ends the server as a crash would: `kill -9`. */
  async kill() {
    await this.#signal("SIGKILL");
  }

  /** `stop` and `begin`. */
  async restart() {
    await this.stop();
    await this.begin();
  }

  /** Ends the server and removes its folder. */
  async close() {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A new one-time link for the owner. */
  async ownerLink() {
    const { stdout } = await run(jidoBinary(), ["owner-link", "--data", this.data, "--address", this.url]);
    return stdout.trim();
  }

  /** A client of the REST interface with a token of its own. */
  async api() {
    const { stdout } = await run(jidoBinary(), ["token", "create", "--name", "browser suite", "--data", this.data]);
    return new Api(this.url, stdout.trim());
  }

  /** What the server printed, over all its lives. */
  async log() {
    return readFile(this.#logFile, "utf8").catch(() => "");
  }

  get #logFile() {
    return path.join(this.#folder, "server.log");
  }

  /** Whether the process is alive. */
  get runs() {
    return this.#process && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async #signal(name) {
    if (!this.runs) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill(name);
    const late = sleep(STOPPED_WITHIN_MS, "late", { ref: false });
    if ((await Promise.race([ended, late])) === "late") {
      this.#process.kill("SIGKILL");
      throw new Error(`jido serve did not end after ${name}:\n${await this.log()}`);
    }
  }
}
