// How the specs are run. `cargo xtask test` sets JIDO_BIN and JIDO_WEB_ROOT; see support/places.mjs for the defaults.
import path from "node:path";
import { defineConfig } from "@playwright/test";
import { chromium, root } from "./support/places.mjs";

export default defineConfig({
  testDir: "specs",
  testMatch: "*.spec.mjs",
  outputDir: path.join(root, "target/browser/results"),
  reporter: "list",
  // Files beside each other, each with a server of its own; the tests of one file one after the other.
  workers: 2,
  // A test that passes only at the second try has failed.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    launchOptions: chromium(),
    viewport: { width: 1440, height: 900 },
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
});
