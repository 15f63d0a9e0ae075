// Runs that fail: what the page tells, and how a person tries again.
import { pathOf } from "../support/runs.mjs";
import { expect, test } from "../support/test.mjs";
import { endedRun, oneCommand, publish } from "../support/workflows.mjs";

const status = (page) => page.locator("main .page-head .status");

test("a failed run tells what failed, why, and what to do, and the retry is a run of its own", async ({ page, api, project }) => {
  const workflow = await publish(api, {
    steps: [
      { key: "first", uses: "set", with: { outputs: { said: "hello" } } },
      { key: "second", uses: "command", with: { run: "echo so far; exit 3" } },
    ],
  });
  const run = await endedRun(api, project.id, workflow);
  await page.goto(pathOf(run));
  const panel = page.locator("[data-reason=command_failed]");
  await expect(panel).toContainText("What to do");
  await expect(panel).toContainText(run.failure.remediation);
  for (const text of ["execution", "command_failed", "second", "first"]) await expect(panel).toContainText(text);
  await expect(page.getByRole("log")).toContainText("so far");
  await page.getByRole("button", { name: "Retry the run" }).click();
  const dialog = page.getByRole("dialog", { name: "Retry this run?" });
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: "Retry the run" }).click();
  await expect(page).not.toHaveURL(new RegExp(run.id));
  await expect(status(page)).toHaveText("failed");
  await page.getByRole("link", { name: "Lineage" }).click();
  const attempts = page.locator(".lineage ol > li");
  await expect(attempts).toHaveCount(2);
  await expect(attempts.first()).toContainText("command_failed");
  await attempts.first().getByRole("link", { name: "Attempt 1" }).click();
  await expect(page).toHaveURL(new RegExp(run.id));
  expect((await api.get(pathOf(run))).revision).toBe(run.revision);
});

test("a retry that the workflow forbids is off, with the reason", async ({ page, api, project }) => {
  const workflow = await publish(api, oneCommand("exit 1", { policies: { retry: { full_run: false } } }));
  const run = await endedRun(api, project.id, workflow);
  await page.goto(pathOf(run));
  const retry = page.getByRole("button", { name: "Retry the run" });
  await expect(retry).toHaveAttribute("aria-disabled", "true");
  await expect(retry).toHaveAccessibleDescription(/policy/);
  await retry.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  // The contract declares no step retry: there is no control for one.
  await expect(page.getByRole("button", { name: /Retry.*step/ })).toHaveCount(0);
});

test("a run is cancelled with its reason", async ({ page, api, project }) => {
  const workflow = await publish(api, oneCommand("echo begun; sleep 86399"));
  const run = await api.post(`/projects/${project.id}/runs`, { workflow });
  await page.goto(pathOf({ ...run, project_id: project.id }));
  await expect(page.getByRole("log")).toContainText("begun");
  await page.getByRole("button", { name: "Cancel run" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel this run?" });
  await expect(dialog).toContainText("only");
  await dialog.getByLabel("Reason").fill("The wrong branch.");
  await dialog.getByRole("button", { name: "Cancel run" }).click();
  await expect(status(page)).toHaveText("cancelled");
  await expect(page.locator("[data-event=run_cancelled]")).toContainText("The wrong branch.");
});

test("what a step prints is shown as text and never as anything else", async ({ page, api, project }) => {
  const hostile = [
    String.raw`printf '\033[31mred\033[0m plain\n'`,
    String.raw`printf '<script>document.title = "taken"</script><img src=x onerror=alert(1)>\n'`,
    String.raw`printf '\033]8;;https://example.invalid\033\\link\033]8;;\033\\ \033]0;taken\007after\n'`,
    String.raw`printf 'a\342\200\256b hidden\n'`,
    String.raw`printf 'progress 1\rprogress 2\n'`,
  ].join("; ");
  const run = await endedRun(api, project.id, await publish(api, oneCommand(hostile)));
  await page.goto(pathOf(run));
  const log = page.getByRole("log");
  await expect(log).toContainText("<script>document.title");
  await expect(log.locator("[data-fg='1']")).toHaveText("red");
  await expect(log).toContainText("link after");
  await expect(log).toContainText("U+202E");
  await expect(log).toContainText("progress 2");
  await expect(log).not.toContainText("progress 1");
  await expect(log.locator("script, img, a")).toHaveCount(0);
  expect(await page.title()).not.toContain("taken");
});

test("a line of a long log is reached by its address", async ({ page, api, project }) => {
  const run = await endedRun(api, project.id, await publish(api, oneCommand("seq -f 'line %.0f' 1 40000")));
  await page.goto(`${pathOf(run)}?step=only&attempt=1#L31000`);
  const line = page.locator("[data-line='31000']");
  await expect(line).toContainText("line 31000");
  await expect(line).toBeInViewport();
  expect(await page.locator(".log-line").count()).toBeLessThan(400);
});

test("where repeating would fail the same way, retrying is not what is offered first", async ({ page, api, project }) => {
  const workflow = await publish(api, oneCommand("exit 1"));
  const started = await api.post(`/projects/${project.id}/runs`, { workflow, base_ref: "no-such-branch" });
  const run = await api.until(`/projects/${project.id}/runs/${started.id}`, ({ status }) => status === "failed");
  expect(run.failure.error_type).toBe("validation");
  await page.goto(pathOf(run));
  await expect(page.getByRole("button", { name: "Retry the run" })).not.toHaveClass(/primary/);
  const executed = await endedRun(api, project.id, workflow);
  await page.goto(pathOf(executed));
  await expect(page.getByRole("button", { name: "Retry the run" })).toHaveClass(/primary/);
});

test("a failure whose context is incomplete says what is not known", async ({ page, api, project }) => {
  const workflow = await publish(api, {
    steps: [{ key: "check", uses: "test", with: { command: ["sh", "-c", "echo nothing that a parser knows; exit 1"] } }],
  });
  const run = await endedRun(api, project.id, workflow);
  expect(run.failure.missing_fields).toContain("failing_tests");
  await page.goto(pathOf(run));
  const panel = page.locator(".failure");
  await expect(panel.locator("[data-incomplete]")).toContainText("incomplete. Not known: failing tests");
  for (const text of ["Error type", "Reason", "Failed step", "Last successful step", "Safe retry", "What to do"]) {
    await expect(panel).toContainText(text);
  }
});
