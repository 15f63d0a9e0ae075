// Takes a picture of a page of a running server:
// `node tests/browser/look.mjs PATH OUT.png --url http://127.0.0.1:PORT [--dark] [--width 390] [--height 900]
//  [--wait SELECTOR] [--full]`
//
// Signed in where serve.mjs started the server. Prints what the page's console and scripts complained of; exits with
// 1 when there was something.
import { parseArgs } from "node:util";
import { chromium as engine } from "@playwright/test";
import { recall } from "./support/looking.mjs";
import { chromium } from "./support/places.mjs";

/** How long a page may take until it shows what was asked for. */
const WAIT_MS = 15_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: "string" },
    dark: { type: "boolean", default: false },
    width: { type: "string", default: "1440" },
    height: { type: "string", default: "900" },
    wait: { type: "string" },
    full: { type: "boolean", default: false },
  },
});
const [path, out] = positionals;
if (!path || !out || !values.url) {
  console.error("usage: node tests/browser/look.mjs PATH OUT.png --url http://127.0.0.1:PORT [--dark] [--width N]");
  console.error("       [--height N] [--wait SELECTOR] [--full]");
  console.error("`node tests/browser/serve.mjs` starts a server and prints its address.");
  process.exit(2);
}

const storageState = await recall(values.url);
if (!storageState) console.log("not signed in: serve.mjs did not start this server");
const browser = await engine.launch(chromium());
const context = await browser.newContext({
  baseURL: values.url,
  storageState,
  colorScheme: values.dark ? "dark" : "light",
  reducedMotion: "reduce",
  viewport: { width: Number(values.width), height: Number(values.height) },
});
const page = await context.newPage();
const complaints = [];
page.on("pageerror", (error) => complaints.push(`page error: ${error.stack ?? error}`));
page.on("console", (message) => {
  if (["error", "warning"].includes(message.type())) complaints.push(`console ${message.type()}: ${message.text()}`);
});
page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
try {
  await page.goto(path, { timeout: WAIT_MS });
  await page.locator("#boot").waitFor({ state: "detached", timeout: WAIT_MS });
  await page.locator(values.wait ?? "main[aria-busy=false]").first().waitFor({ timeout: WAIT_MS });
} catch (error) {
  complaints.push(`waiting: ${error.message}`);
}
await page.screenshot({ path: out, fullPage: values.full });
console.log(`${page.url()}  "${await page.title()}"  -> ${out}`);
for (const complaint of complaints) console.log(complaint);
await browser.close();
process.exit(complaints.length > 0 ? 1 : 0);
