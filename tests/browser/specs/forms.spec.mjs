// Forms: what is missing is said at its field, and nothing that was typed is lost.
import { expect, test } from "../support/test.mjs";
import { publish } from "../support/workflows.mjs";

test("missing inputs are said at their fields, the focus goes there, and nothing is stored", async ({ page, api, project }) => {
  const before = (await api.get(`/projects/${project.id}/runs`)).items.length;
  await page.goto(`/workflows?workflow=fix_failing_tests&project=${project.id}`);
  await page.getByLabel("Title").fill("A title that stays");
  await page.getByRole("button", { name: "Start run" }).click();
  const summary = page.getByRole("alert").filter({ has: page.getByRole("link") });
  await expect(summary).toBeVisible();
  await summary.getByRole("link").first().click();
  const field = page.getByLabel(/failure.signal/i);
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Title")).toHaveValue("A title that stays");
  expect((await api.get(`/projects/${project.id}/runs`)).items.length).toBe(before);
});

test("faults that only the server finds are placed at their fields", async ({ page, api, project, complaints }) => {
  complaints.expect(/status of 422/);
  const workflow = await publish(api, {
    inputs: {
      type: "object",
      required: ["ticket"],
      properties: { ticket: { type: "string", title: "Ticket", pattern: "^T-[0-9]+$" } },
      dependentRequired: {},
    },
    steps: [{ key: "only", uses: "set", with: { outputs: { ticket: "{{ inputs.ticket }}" } } }],
  });
  await page.goto(`/workflows?workflow=${workflow}&project=${project.id}`);
  await page.getByLabel(/^Ticket/).fill("T-12");
  // The server is asked, and refuses what the page took for good.
  await page.route(/\/projects\/[^/]+\/runs$/, async (route) => {
    const body = JSON.parse(route.request().postData());
    body.inputs.ticket = "twelve";
    await route.continue({ postData: JSON.stringify(body) });
  });
  await page.getByRole("button", { name: "Start run" }).click();
  const field = page.getByLabel(/^Ticket/);
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveValue("T-12");
  await page.unroute(/\/projects\/[^/]+\/runs$/);
  await page.getByRole("button", { name: "Start run" }).click();
  await expect(page).toHaveURL(/\/projects\/[^/]+\/runs\/[^/?]+/);
});

test("every kind of input reaches the run with its own type", async ({ page, api, project }) => {
  const workflow = await publish(api, {
    inputs: {
      type: "object",
      required: ["mode", "count"],
      properties: {
        mode: { enum: ["fast", "thorough"], title: "Mode" },
        count: { type: "integer", minimum: 1, maximum: 9, title: "Count" },
        dry: { type: "boolean", default: true, title: "Dry run" },
        paths: { type: "array", items: { type: "string" }, title: "Paths" },
        who: { type: "object", title: "Who", properties: { team: { type: "string", title: "Team" } } },
      },
    },
    steps: [{ key: "only", uses: "set", with: { outputs: { mode: "{{ inputs.mode }}" } } }],
  });
  await page.goto(`/workflows?workflow=${workflow}&project=${project.id}&input.count=3`);
  await page.getByLabel("thorough").check();
  await expect(page.getByLabel(/^Count/)).toHaveValue("3");
  await page.getByRole("group", { name: /Paths/ }).getByRole("button", { name: /Add/ }).click();
  await page.getByRole("group", { name: /Paths/ }).getByRole("textbox").first().fill("src/lib.rs");
  await page.getByLabel(/^Team/).fill("core");
  await page.getByRole("button", { name: "Start run" }).click();
  await expect(page).toHaveURL(/\/projects\/[^/]+\/runs\/[^/?]+/);
  const run = await api.get(new URL(page.url()).pathname);
  expect(run.inputs).toEqual({ mode: "thorough", count: 3, dry: true, paths: ["src/lib.rs"], who: { team: "core" } });
  expect(run.input_metadata.dry).toEqual({ required: false, origin: "defaulted" });
  await page.getByRole("link", { name: "Inputs" }).click();
  await expect(page.getByText("src/lib.rs").first()).toBeVisible();
});

test("a project is made by its form, and a name that is taken is said", async ({ page, complaints }) => {
  complaints.expect(/status of 409/);
  await page.goto("/projects");
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByRole("textbox", { name: "Name required" }).fill("demo");
  await page.getByRole("button", { name: /Create/ }).click();
  await expect(page.getByRole("textbox", { name: "Name required" })).toHaveAccessibleDescription(/This name is taken/);
  await page.getByRole("textbox", { name: "Name required" }).fill("another");
  await page.getByRole("button", { name: /Create/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "another" })).toBeVisible();
});
