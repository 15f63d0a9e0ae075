// The main job by clicking: start a run, read what would ship, decide.
import { approveOnPage, block, rationale, readEvidence, rejectButton, rejectOnPage } from "../support/gate.mjs";
import { branch } from "../support/git.mjs";
import { pathOf, runAtGate } from "../support/runs.mjs";
import { expect, test } from "../support/test.mjs";

const status = (page) => page.locator("main .page-head .status");

test("a run is started, read and approved by clicking, and exactly that is pushed", async ({ page, api, server }) => {
  await page.goto("/workflows");
  await page.getByRole("link", { name: /fix_failing_tests/ }).first().click();
  await page.getByLabel("Project").selectOption({ label: "demo" });
  await page.getByLabel(/^failure_signal|^Failure signal/i).fill("tests::several_parts_are_added_up fails on main");
  await page.getByRole("button", { name: "Start run" }).click();
  await expect(page).toHaveURL(/\/projects\/[^/]+\/runs\/[^/?]+/);
  await expect(status(page)).toHaveText("awaiting approval");
  // What would ship stands on the page before anything can be decided.
  await expect(block(page, "diff")).toContainText("total = total.checked_add(seconds)");
  await expect(block(page, "tests")).toContainText("6 passed");
  await expect(block(page, "tests")).toContainText("several_parts_are_added_up");
  await expect(block(page, "risk")).toContainText("ignored_files_present");
  const path = new URL(page.url()).pathname;
  const run = await api.get(path);
  expect(run.trigger).toEqual({ source: "ui", mode: "manual" });
  await expect(page.getByText(`v${run.workflow.version}`).first()).toBeVisible();
  const approval = await api.get(`${path}/approvals/${run.approval.id}`);
  await approveOnPage(page);
  await expect(status(page)).toHaveText("completed");
  await expect(page.locator(".shipped")).toContainText(approval.destination.branch);
  expect(await branch(server, approval.destination.branch)).toBe(approval.evidence.diff_summary.commit);
  // The history on the page is the stored one: the approval, then the steps that it let go on.
  const stored = await api.get(`${path}/transitions`);
  await expect(page.locator("tr[data-to]")).toHaveCount(stored.items.length);
  const shown = await page.locator("tr[data-to]").evaluateAll((rows) => rows.map((row) => row.dataset.to));
  expect(shown).toEqual(stored.items.map((it) => it.to));
  const events = await page.locator("[data-event]").evaluateAll((rows) => rows.map((row) => row.dataset.event));
  const granted = events.indexOf("approval_granted");
  expect(events.slice(granted)).toEqual(["approval_granted", "step_completed", "step_started", "step_completed", "run_completed"]);
  await expect(page.locator("[data-vote=approved]")).toContainText("owner");
});

test("a rejection sends the work back with its rationale, round by round, until the rounds are used up", async ({ page, api, project, server }) => {
  const run = await runAtGate(api, project.id);
  await page.goto(pathOf(run));
  // Work that would go back without a reason is asked for one, once.
  await readEvidence(page);
  await rejectButton(page).click();
  await expect(rationale(page)).toHaveAccessibleDescription(/would get no reason/);
  expect((await api.get(pathOf(run))).status).toBe("awaiting_approval");
  let gate = run.approval.id;
  for (const round of [1, 2, 3, 4]) {
    await expect(page.locator(`[data-approval="${gate}"]`)).toBeVisible();
    await rejectOnPage(page, `Round ${round}: cover the overflow too.`);
    const next = await api.until(pathOf(run), (it) => it.status === "cancelled" || it.approval.id !== gate);
    if (round < 4) {
      await expect(page.locator(`[data-approval="${next.approval.id}"]`)).toBeVisible();
      // Whoever was reading is led to the new gate, which says which one it is.
      await expect(page.getByRole("heading", { name: `round ${round + 1}` })).toBeFocused();
    }
    gate = next.approval.id;
  }
  await expect(status(page)).toHaveText("cancelled");
  await expect(page.locator("[data-event=approval_rejected]").last()).toContainText("Round 4: cover the overflow too.");
  await expect(page.locator("[data-event=run_cancelled]")).toHaveCount(1);
  const { items } = await api.get(`${pathOf(run)}/events?limit=200`);
  const rationales = items.filter((it) => it.event === "approval_rejected").map((it) => it.data.rationale);
  expect(rationales).toEqual([1, 2, 3, 4].map((round) => `Round ${round}: cover the overflow too.`));
  expect(await branch(server, `jidocode/fix_failing_tests/${run.id.replaceAll("-", "").slice(-12)}`)).toBeUndefined();
});
