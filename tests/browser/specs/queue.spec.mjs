// A run that waits for a slot says what it waits for.
import { pathOf } from "../support/runs.mjs";
import { expect, test } from "../support/test.mjs";
import { oneCommand, publish } from "../support/workflows.mjs";

test("a run that waits for a slot names the run in the way, and goes on when that has ended", async ({ page, api, project }) => {
  const workflow = await publish(api, oneCommand("sleep 600", { policies: { concurrency: { max_runs: 1 } } }));
  const start = () => api.post(`/projects/${project.id}/runs`, { workflow });
  const first = await start();
  await api.until(pathOf(first), ({ status }) => status === "running");
  const second = await start();
  await page.goto(pathOf(second));
  const waits = page.locator("[data-fact=waiting]");
  await expect(waits).toContainText("a free slot: 1 run of this workflow in this project may be at work at once.");
  await expect(waits.getByRole("link", { name: "Show the run in the way" })).toHaveAttribute("href", pathOf(first));
  await api.post(`${pathOf(first)}/cancel`, {});
  await expect(page.locator("main .page-head .status")).toHaveText("running");
  await expect(waits).toHaveCount(0);
  await api.post(`${pathOf(second)}/cancel`, {});
});
