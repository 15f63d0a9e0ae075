// Retrying from one step: only where the contract declares it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathOf } from "../support/runs.mjs";
import { expect, test } from "../support/test.mjs";
import { endedRun, oneCommand, publish } from "../support/workflows.mjs";

const control = (page) => page.getByRole("button", { name: /Retry from this step/ });

test("a contract that declares no step retry has no control for one", async ({ page, api, project }) => {
  const run = await endedRun(api, project.id, await publish(api, oneCommand("exit 1")));
  await page.goto(pathOf(run));
  await expect(page.getByRole("button", { name: "Retry the run" })).toBeVisible();
  await expect(control(page)).toHaveCount(0);
});

test("a declared step is retried from where it failed, and what came before is taken over", async ({ page, api, project }) => {
  const place = await mkdtemp(path.join(tmpdir(), "jido-mended-"));
  const mended = path.join(place, "mended");
  const workflow = await publish(api, {
    steps: [
      { key: "first", uses: "command", with: { run: "echo worked once" } },
      { key: "second", uses: "command", with: { run: `test -e '${mended}'` } },
    ],
    policies: { retry: { steps: ["second"] } },
  });
  const run = await endedRun(api, project.id, workflow);
  expect(run.failure.failed_step).toBe("second");
  await writeFile(mended, "");
  await page.goto(pathOf(run));
  await page.locator(".failure").getByRole("button", { name: /Retry from this step/ }).click();
  const dialog = page.getByRole("dialog", { name: "Retry from the step second?" });
  await expect(dialog).toContainText("attempt 2");
  await expect(dialog).toContainText("Taken over from this run and not run again: first");
  await dialog.getByRole("button", { name: "Retry from this step" }).click();
  await expect(page).not.toHaveURL(new RegExp(run.id));
  await expect(page.locator("main .page-head .status")).toHaveText("completed");
  await expect(page.locator(".run-facts")).toContainText("beginning at second");
  const kept = page.locator("[data-step=first]");
  await expect(kept).toContainText("taken over");
  await kept.getByRole("link").click();
  await expect(page.locator("[data-inherited]")).toContainText("Taken over from attempt 1");
  await expect(page.getByRole("log")).toContainText("worked once");
  await page.locator("[data-inherited]").getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(run.id));
  await rm(place, { recursive: true });
});

test("a step behind a gate says beforehand that it begins at the gate", async ({ page, api, project }) => {
  const workflow = await publish(api, {
    steps: [
      { key: "work", uses: "command", with: { run: "echo x > x.txt" } },
      { key: "check", uses: "test", with: { command: ["true"] } },
      { key: "gate", uses: "approval", with: { evidence_from: "work" } },
      { key: "after", uses: "command", with: { run: "exit 4" } },
    ],
    policies: { retry: { steps: ["after"] } },
  });
  const started = await api.post(`/projects/${project.id}/runs`, { workflow });
  const at = `/projects/${project.id}/runs/${started.id}`;
  const gate = await api.until(at, (run) => run.status === "awaiting_approval");
  const approval = await api.get(`${at}/approvals/${gate.approval.id}`);
  await api.post(`${at}/approvals/${approval.id}/approve`, {}, { "If-Match": `"${approval.evidence.digest}"` });
  await api.until(at, (run) => run.status === "failed");
  // The steps arrive after the dialog was opened: until then it promises nothing and sends nothing.
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/steps", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(at);
  await page.locator(".failure").getByRole("button", { name: /Retry from this step/ }).click();
  const dialog = page.getByRole("dialog");
  const submit = dialog.getByRole("button", { name: "Retry from this step" });
  await expect(dialog).toContainText("attempt 2");
  await expect(submit).toHaveAttribute("aria-disabled", "true");
  await submit.click({ force: true });
  await expect(dialog).not.toContainText("begins at");
  release();
  await expect(dialog).toContainText("It begins at the gate gate before after");
  await expect(dialog).toContainText("Taken over from this run and not run again: work, check");
  await dialog.getByRole("button", { name: "Retry from this step" }).click();
  await expect(page.locator("main .page-head .status")).toHaveText("awaiting approval");
  await expect(page.locator("[data-step=work]")).toContainText("taken over");
});
