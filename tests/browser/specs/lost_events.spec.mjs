// Events that a channel could not be given: the run is right, and its page says so.
import { expect, test } from "../support/test.mjs";
import { pathOf, runAtGate } from "../support/runs.mjs";

test("events that a dead webhook did not get are told on the run, which is right all the same", async ({ page, api, project }) => {
  // A name that no resolver knows, by its very definition.
  await api.post(`/projects/${project.id}/webhooks`, { url: "https://hooks.invalid/runs", events: ["run_started"] });
  const run = await runAtGate(api, project.id);
  await api.until(pathOf(run), (it) => it.diagnostics.event_channel > 0);
  await page.goto(pathOf(run));
  const lost = page.getByRole("region", { name: "Events that did not arrive at once", exact: true });
  await expect(lost).toContainText("webhook");
  await expect(lost).toContainText("Run started");
  await expect(lost).toContainText("It is tried again.");
  await expect(page.getByText("Awaiting approval").first()).toBeVisible();
});
