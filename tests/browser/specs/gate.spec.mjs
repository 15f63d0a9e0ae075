// Deciding at a gate: what must be seen before, and what becomes of a decision that cannot be applied.
import { rename } from "node:fs/promises";
import { approveButton, approveOnPage, block, rationale, readEvidence, rejectButton } from "../support/gate.mjs";
import { moveMain, remoteOf } from "../support/git.mjs";
import { pathOf, runAtGate } from "../support/runs.mjs";
import { expect, test } from "../support/test.mjs";

const decision = (word) => new RegExp(`/approvals/[^/]+/${word}$`);

async function openGate(page, api, project) {
  const run = await runAtGate(api, project.id);
  await page.goto(pathOf(run));
  await expect(block(page, "diff")).toBeVisible();
  return run;
}

const approvalOf = (run) => `${pathOf(run)}/approvals/${run.approval.id}`;

test("nothing can be decided before all evidence was seen, and what is missing is said", async ({ page, api, project }) => {
  await page.setViewportSize({ width: 1440, height: 320 });
  const run = await openGate(page, api, project);
  for (const button of [approveButton(page), rejectButton(page)]) {
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await expect(button).toHaveAccessibleDescription(/changes/);
  }
  // A button that is off does nothing, and says why to whoever reaches it by keyboard.
  await approveButton(page).focus();
  await page.keyboard.press("Enter");
  await readEvidence(page);
  await expect(approveButton(page)).toHaveAttribute("aria-disabled", "false");
  await expect(approveButton(page)).toHaveAccessibleDescription("");
  expect((await api.get(pathOf(run))).status).toBe("awaiting_approval");
});

test("the keyboard alone reads the evidence and approves", async ({ page, api, project }) => {
  const run = await openGate(page, api, project);
  await page.setViewportSize({ width: 1440, height: 320 });
  for (const name of ["risk", "tests", "diff"]) {
    await block(page, name).getByRole("heading").first().focus();
    await expect(block(page, name)).toHaveAttribute("data-evidence-state", "seen");
  }
  await page.keyboard.press("Shift+A");
  await expect(rationale(page)).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(approveButton(page)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-outcome=approved]")).toBeVisible();
  await api.until(pathOf(run), (it) => it.status === "completed");
});

test("evidence that changed since it was read is not approved", async ({ page, api, project, server, complaints }) => {
  complaints.expect(/status of 412/);
  const run = await openGate(page, api, project);
  await rationale(page).fill("Read and found good.");
  await page.route(decision("approve"), async (route) => {
    await moveMain(server);
    await api.post(`${approvalOf(run)}/refresh`);
    await route.continue();
  });
  await approveOnPage(page);
  await expect(page.getByText("The evidence changed since you read it")).toBeVisible();
  await expect(rationale(page)).toHaveValue("Read and found good.");
  const approval = await api.get(approvalOf(run));
  expect([approval.status, approval.decisions]).toEqual(["pending", []]);
  await page.unroute(decision("approve"));
  await approveOnPage(page);
  await expect(page.locator("[data-outcome=approved]")).toBeVisible();
});

test("of two who decide at once the second learns who was first", async ({ page, api, project, complaints }) => {
  complaints.expect(/status of 409/);
  const run = await openGate(page, api, project);
  const { evidence } = await api.get(approvalOf(run));
  await page.route(decision("approve"), async (route) => {
    await api.post(`${approvalOf(run)}/reject`, { rationale: "Not this way." }, { "If-Match": `"${evidence.digest}"` });
    await route.continue();
  });
  await approveOnPage(page);
  await expect(page.getByText("Decided by owner: rejected").first()).toBeVisible();
  expect((await api.get(approvalOf(run))).status).toBe("rejected");
});

test("an answer that is lost is looked for, and the decision counts once", async ({ page, api, project, complaints }) => {
  complaints.expect(/Failed to load resource|ERR_FAILED/);
  const run = await openGate(page, api, project);
  const keys = [];
  await page.route(decision("approve"), async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    await route.fetch();
    await route.abort();
  });
  await approveOnPage(page);
  await expect(page.locator("[data-outcome=approved]")).toBeVisible();
  const { decisions } = await api.get(approvalOf(run));
  expect(decisions.map((vote) => vote.decision)).toEqual(["approved"]);
  expect(new Set(keys).size).toBe(1);
});

test("a gate whose evidence cannot be built says why, and is mended by building it again", async ({ page, api, project, server }) => {
  const run = await openGate(page, api, project);
  const remote = remoteOf(server);
  await rename(remote, `${remote}.away`);
  await page.getByRole("button", { name: "Build the evidence again" }).click();
  await expect(page.getByText("This gate is blocked").first()).toBeVisible();
  await expect(page.locator("[data-diagnostic]").first()).toContainText("approval_context_generation_failed");
  await expect(page.locator("[data-diagnostic]").first()).toContainText("What to do");
  await expect(approveButton(page)).toHaveAttribute("aria-disabled", "true");
  await expect(approveButton(page)).toHaveAccessibleDescription(/blocked/);
  expect((await api.get(pathOf(run))).status).toBe("awaiting_approval");
  await rename(`${remote}.away`, remote);
  await page.getByRole("button", { name: "Build the evidence again" }).click();
  await approveOnPage(page);
  await api.until(pathOf(run), (it) => it.status === "completed");
});
