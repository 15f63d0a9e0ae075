// People: invited by REST or by the app, each with a browser context of their own.
import { Api } from "./api.mjs";

const fetched = async (server, path, body, headers = {}) => {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", Origin: server.url, ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status}\n${await response.text()}`);
  return response;
};

/**
 * Somebody new with these memberships: `{ storageState, api }`, a session for a browser and a client of the REST
 * interface. `memberships` are as in `POST /invitations`.
 */
export async function person(server, api, name, memberships) {
  const { url } = await api.post("/invitations", { name, memberships });
  const token = new URL(url).hash.replace("#token=", "");
  const response = await fetched(server, "/session/invitation", { token, name });
  const [pair] = response.headers.getSetCookie()[0].split("; ");
  const [cookie, value] = pair.split("=");
  const domain = new URL(server.url).hostname;
  const cookies = [{ name: cookie, value, domain, path: "/", expires: -1, httpOnly: true, secure: false, sameSite: "Strict" }];
  const made = await fetched(server, "/tokens", { name: "suite" }, { Cookie: pair });
  return { name, storageState: { cookies, origins: [] }, api: new Api(server.url, (await made.json()).secret) };
}
