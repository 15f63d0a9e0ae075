// What `serve.mjs` leaves for `look.mjs`: the session of a server, by the server's address.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const folder = path.join(tmpdir(), "jido-look");
const fileOf = (url) => path.join(folder, `${new URL(url).port}.json`);

/** Keeps the session for this address; returns the file. */
export async function remember(url, storageState) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(fileOf(url), JSON.stringify(storageState), { mode: 0o600 });
  return fileOf(url);
}

/** The session for this address, undefined where there is none. */
export async function recall(url) {
  const text = await readFile(fileOf(url), "utf8").catch(() => undefined);
  return text && JSON.parse(text);
}

/** Forgets the session. */
export async function forget(url) {
  await rm(fileOf(url), { force: true });
}
