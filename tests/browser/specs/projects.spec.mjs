// What whoever manages a project does to it, and how a form keeps what was typed.
import { pathOf, runAtGate } from "../support/runs.mjs";
import { rejectOnPage } from "../support/gate.mjs";
import { expect, test } from "../support/test.mjs";
import { oneCommand, publish } from "../support/workflows.mjs";

test("a project is changed, archived, and taken out of the archive", async ({ page, api, complaints }) => {
  complaints.expect(/status of 4(09|12)/);
  const project = await api.post("/projects", { name: "to be changed", concurrency: { max_runs: 2 } });
  await page.goto(`/projects/${project.id}`);
  await page.getByRole("link", { name: "Change settings" }).click();
  const name = page.getByRole("textbox", { name: /^Name required/ });
  await expect(name).toHaveValue("to be changed");
  await name.fill("demo");
  await page.getByRole("button", { name: "Save the settings" }).click();
  await expect(name).toHaveAccessibleDescription(/is taken/);
  await name.fill("changed");
  await page.getByRole("textbox", { name: /^Default branch/ }).fill("trunk");
  await page.getByRole("button", { name: "Save the settings" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("changed");
  const changed = await api.get(`/projects/${project.id}`);
  expect([changed.default_branch, changed.concurrency.max_runs]).toEqual(["trunk", 2]);

  // Somebody else changes it while the form is open: nothing is overwritten.
  await page.getByRole("link", { name: "Change settings" }).click();
  await expect(name).toHaveValue("changed");
  await api.post(`/projects/${project.id}/archive`);
  await page.getByRole("textbox", { name: /^Agent/ }).fill("scripted");
  await page.getByRole("button", { name: "Save the settings" }).click();
  await expect(page.getByText("Somebody else changed the project meanwhile")).toBeVisible();
  await page.reload();
  await page.getByRole("button", { name: "Take it out of the archive" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take it out" }).click();
  await expect(page.getByRole("link", { name: "Start a run" })).toBeVisible();
  await page.getByRole("button", { name: "Archive the project" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive the project" }).click();
  await expect(page.getByRole("link", { name: "Start a run" })).toHaveCount(0);
  await expect(page.locator(".page-head")).toContainText("archived");
});

test("starting another run keeps base, title and labels, and a reload keeps what was typed", async ({ page, api, project }) => {
  const workflow = await publish(api, oneCommand("exit 0"));
  const body = { workflow, title: "Nightly check", base_ref: "main", labels: { team: "parser" } };
  const run = await api.post(`/projects/${project.id}/runs`, body);
  const path = `/projects/${project.id}/runs/${run.id}`;
  await api.until(path, ({ status }) => status === "completed");
  await page.goto(path);
  await page.getByRole("link", { name: "Start another run" }).click();
  const title = page.getByRole("textbox", { name: /^Title/ });
  await expect(title).toHaveValue("Nightly check");
  await expect(page.getByRole("textbox", { name: /^Start from/ })).toHaveValue("main");
  await expect(page.getByRole("textbox", { name: "Key" })).toHaveValue("team");
  await expect(page.getByRole("textbox", { name: "Value" })).toHaveValue("parser");

  await page.goto(`/workflows?workflow=${workflow}&project=${project.id}`);
  await title.fill("Typed before the reload");
  await page.reload();
  await expect(title).toHaveValue("Typed before the reload");
  await page.getByRole("button", { name: "Start run" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Typed before the reload");
  await page.goto(`/workflows?workflow=${workflow}&project=${project.id}`);
  await expect(title).toHaveValue("");
});

test("the second round of a gate shows why the first was sent back", async ({ page, api, project }) => {
  const run = await runAtGate(api, project.id);
  await page.goto(pathOf(run));
  await rejectOnPage(page, "Keep the old error message.");
  const reason = page.locator("[data-rejection]");
  await expect(reason).toContainText("Keep the old error message.", { timeout: 30_000 });
  await expect(reason).toContainText("owner");
  await expect(page.locator(".consequences")).not.toContainText("commit_and_pr");
});

test("the keys are listed behind a question mark", async ({ page }) => {
  await page.goto("/projects");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toContainText("next changed file");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});
