// Where things are: the repository, the programs, the built app.
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");

/** The `jido` binary: `JIDO_BIN`, else the debug build. */
export function jidoBinary() {
  const binary = process.env.JIDO_BIN ?? path.join(root, "target/debug/jido");
  if (!existsSync(binary)) {
    throw new Error(`There is no ${binary}. Build it with \`cargo build --package jido\`, or set JIDO_BIN.`);
  }
  return binary;
}

/** The folder with the built app: `JIDO_WEB_ROOT`, else what `cargo xtask web` made. */
export function webRoot({ debug = false } = {}) {
  const folder = process.env.JIDO_WEB_ROOT ?? path.join(root, debug ? "target/web-debug" : "target/web");
  if (!existsSync(path.join(folder, "index.html"))) {
    throw new Error(`There is no app in ${folder}. Build it with \`cargo xtask web${debug ? "" : " --release"}\`.`);
  }
  return folder;
}

/** How the installed Chromium is started: `CHROMIUM`, else where systems put it. */
export function chromium() {
  const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = process.env.CHROMIUM ?? usual.find(existsSync);
  if (!executablePath) {
    throw new Error("Chromium is missing. Install your system's package `chromium`, or set CHROMIUM.");
  }
  return {
    executablePath,
    args: [
      "--no-sandbox", // for root, whom Chromium refuses otherwise; the pages are our own
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
    ],
  };
}
