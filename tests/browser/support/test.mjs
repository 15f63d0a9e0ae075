// What specs are written with.
//
//   import { expect, test } from "../support/test.mjs";
//
//   test("a run waits at its gate", async ({ page, api, project }) => {
//     const run = await startRun(api, project.id);         // support/runs.mjs
//     await page.goto(`/projects/${project.id}/runs/${run.id}`);
//     await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
//   });
//
// `page`, `context` signed in as the owner, with the server's address as their base. For a stranger:
//   `test.use({ storageState: { cookies: [], origins: [] } })`.
// `openContext(options)` one more browser context, signed in with a session of its own: another tab's owner.
// `server` the real `jido` (support/server.mjs), one for each spec file on a fresh data folder with the demo project:
//   `restart()`, `stop()`, `kill()` (as a crash) and `begin()` keep port and data.
// `api` a client of the REST interface with a token (support/api.mjs). `project` the demo project.
// `complaints` fails the test when a page's console or scripts complained; what a test provokes is announced before:
//   `complaints.expect(/503/)`. A refused request is a complaint too: browsers log it.
import { test as base, expect } from "@playwright/test";
import { Server } from "./server.mjs";
import { signedIn } from "./session.mjs";

export { expect };

/** The server of the spec file that this worker is at. */
class ServerOfFile {
  #file;
  #server;
  #api;

  async of(file) {
    if (this.#file !== file) {
      await this.close();
      this.#server = await Server.start();
      this.#file = file;
    }
    // A test may have left it stopped.
    if (!this.#server.runs) await this.#server.begin();
    return this.#server;
  }

  async api() {
    this.#api ??= await this.#server.api();
    return this.#api;
  }

  async close() {
    const server = this.#server;
    this.#file = this.#server = this.#api = undefined;
    await server?.close();
  }
}

/** What pages complained of, and what of it was to be expected. */
class Complaints {
  #expected = [];
  #heard = [];

  /** Complaints that match are no failure. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  listenTo(context) {
    context.on("weberror", (error) => this.#heard.push(`page error: ${error.error().stack ?? error.error()}`));
    context.on("console", (message) => {
      if (message.type() !== "error") return;
      this.#heard.push(`console: ${message.text()} (${message.location().url})`);
    });
  }

  unexpected() {
    return this.#heard.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
  }
}

export const test = base.extend({
  serverOfFile: [
    async ({}, use) => {
      const servers = new ServerOfFile();
      await use(servers);
      await servers.close();
    },
    { scope: "worker" },
  ],
  server: async ({ serverOfFile }, use, testInfo) => {
    await use(await serverOfFile.of(testInfo.file));
  },
  api: async ({ server, serverOfFile }, use) => {
    // Made after the server is there.
    void server;
    await use(await serverOfFile.api());
  },
  project: async ({ api }, use) => {
    const { items } = await api.get("/projects");
    await use(items.find((project) => project.name === "demo"));
  },
  baseURL: async ({ server }, use) => {
    await use(server.url);
  },
  storageState: async ({ server }, use) => {
    await use(await signedIn(server));
  },
  complaints: [
    async ({}, use) => {
      const complaints = new Complaints();
      await use(complaints);
      expect(complaints.unexpected(), "what pages complained of").toEqual([]);
    },
    { auto: true },
  ],
  context: async ({ context, complaints }, use) => {
    complaints.listenTo(context);
    await use(context);
  },
  openContext: async ({ browser, server, complaints }, use) => {
    const opened = [];
    await use(async (options = {}) => {
      const storageState = await signedIn(server);
      const context = await browser.newContext({ baseURL: server.url, storageState, ...options });
      complaints.listenTo(context);
      opened.push(context);
      return context;
    });
    for (const context of opened) await context.close();
  },
});
