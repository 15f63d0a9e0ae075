// Pages that stay open: while the server restarts, while others act, and when they are loaded again.
import { block } from "../support/gate.mjs";
import { settled } from "../support/page.mjs";
import { routes } from "../support/routes.mjs";
import { approve, pathOf, runAtGate, startRun } from "../support/runs.mjs";
import { expect, test } from "../support/test.mjs";

const lost = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|network error/i;

test("a page that is open while the server restarts says so, resumes, and misses nothing", async ({ page, api, project, server, complaints }) => {
  complaints.expect(lost);
  const run = await runAtGate(api, project.id);
  await page.goto(pathOf(run));
  await expect(block(page, "diff")).toBeVisible();
  await server.kill();
  await expect(page.getByText("Live updates paused.")).toBeVisible();
  await server.begin();
  await page.getByRole("button", { name: "Reconnect now" }).click();
  await expect(page.getByText("Live updates paused.")).toHaveCount(0);
  await approve(api, run);
  await api.until(pathOf(run), (it) => it.status === "completed");
  await expect(page.locator("main .page-head .status")).toHaveText("completed");
  const { items } = await api.get(`${pathOf(run)}/events?limit=200`);
  const shown = await page.locator("[data-event-seq]").evaluateAll((rows) => rows.map((row) => Number(row.dataset.eventSeq)));
  expect(shown.toSorted((a, b) => a - b)).toEqual(items.map((it) => it.seq));
});

test("a new run appears in the list of an open page at once", async ({ page, api, project }) => {
  await page.goto(`/projects/${project.id}/runs`);
  await settled(page);
  const run = await startRun(api, project.id, { title: "Appears by itself" });
  await expect(page.getByRole("link", { name: /Appears by itself/ }).first()).toBeVisible();
  await api.until(pathOf(run), (it) => it.status === "awaiting_approval");
  await expect(page.getByRole("row", { name: /Appears by itself/ })).toContainText("awaiting approval");
});

test("a gate that another decides leaves the inbox by itself", async ({ page, api, project }) => {
  const run = await runAtGate(api, project.id, { title: "Decided elsewhere" });
  await page.goto("/approvals");
  await expect(page.getByText("Decided elsewhere").first()).toBeVisible();
  await approve(api, run);
  await expect(page.getByText("Decided by owner: approved").first()).toBeVisible();
});

test("every page is the same after loading it again", async ({ page, api, project }) => {
  const completed = await runAtGate(api, project.id);
  await approve(api, completed);
  await api.until(pathOf(completed), (it) => it.status === "completed");
  const scene = { project, completed, failed: completed, atGate: await runAtGate(api, project.id) };
  for (const route of routes.filter((route) => !route.stranger)) {
    const path = route.path(scene);
    await page.goto(path);
    await settled(page);
    const heading = await page.getByRole("heading", { level: 1 }).innerText();
    await page.reload();
    await settled(page);
    await expect(page.getByRole("heading", { level: 1 }), path).toHaveText(heading);
    const { pathname, search } = new URL(page.url());
    expect(pathname + search, path).toBe(path);
  }
});

test("eight tabs of one browser all load", async ({ context, api, project }) => {
  const run = await runAtGate(api, project.id);
  // Only one tab of a window is in sight; headless browsers call them all visible.
  await context.addInitScript(() => {
    if (location.hash !== "#behind") return;
    Object.defineProperty(document, "hidden", { get: () => true });
    Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
  });
  const tabs = [];
  for (let count = 0; count < 8; count += 1) {
    const tab = await context.newPage();
    await tab.goto(`${pathOf(run)}${count < 7 ? "#behind" : ""}`);
    tabs.push(tab);
  }
  for (const tab of tabs) await expect(tab.getByRole("heading", { level: 1 })).toContainText(`#${run.number}`);
  await approve(api, run);
  await expect(tabs[7].locator("main .page-head .status")).toHaveText("completed");
});

test("a page whose part of the app does not arrive says so, and comes when it is tried again", async ({ page, complaints }) => {
  complaints.expect(/ERR_FAILED|Failed to fetch/);
  const part = "**/assets/split_projects-*.wasm";
  await page.route(part, (route) => route.abort());
  await page.goto("/workflows");
  await settled(page);
  await page.getByRole("link", { name: "Projects" }).click();
  await expect(page.getByRole("alert")).toContainText("This page could not be loaded");
  await page.unroute(part);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Projects" })).toBeVisible();
});
