// Several people: invitations, roles, who may decide, sessions, tokens, members.
import { approveButton, approveOnPage, readEvidence, rejectButton } from "../support/gate.mjs";
import { person } from "../support/people.mjs";
import { pathOf } from "../support/runs.mjs";
import { expect, test } from "../support/test.mjs";
import { publish } from "../support/workflows.mjs";

const unauthenticated = /status of 401/;
const status = (page) => page.locator("main .page-head .status");

/** A workflow with a gate of this policy behind a step that changes nothing. */
const gated = (policy) => ({
  steps: [
    { key: "work", uses: "command", with: { run: "echo done > done.txt" } },
    { key: "check", uses: "test", with: { command: ["true"] } },
    { key: "gate", uses: "approval", with: { evidence_from: "work", ...policy } },
  ],
});

async function atGate(starter, api, project, policy) {
  const run = await starter.post(`/projects/${project.id}/runs`, { workflow: await publish(api, gated(policy)) });
  return api.until(`/projects/${project.id}/runs/${run.id}`, (it) => it.status === "awaiting_approval");
}

test("the owner invites somebody in the app, who accepts in another browser and has the role", async ({
  page, project, openContext, complaints,
}) => {
  complaints.expect(unauthenticated);
  complaints.expect(/status of 409/);
  await page.goto("/people");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  await page.getByRole("button", { name: "Make the invitation" }).click();
  await expect(page.getByRole("textbox", { name: /Whom it is for/ })).toHaveAccessibleDescription(/Say whom/);
  await page.getByRole("textbox", { name: /Whom it is for/ }).fill("Alice from the parser team");
  await page.getByRole("button", { name: "Add a role" }).click();
  await page.getByRole("combobox", { name: "Role" }).selectOption("operator");
  await page.getByRole("combobox", { name: "Where" }).selectOption(project.id);
  await page.getByRole("button", { name: "Make the invitation" }).click();
  const link = await page.getByRole("textbox", { name: /Invitation of Alice/ }).inputValue();
  expect(link).toContain("/sign-in?invitation=1#token=");
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.locator("[data-invitation=open]")).toContainText("Operator on demo");

  const alice = await (await openContext({ storageState: undefined })).newPage();
  await alice.goto(link);
  const name = alice.getByRole("textbox", { name: /User name/ });
  await name.fill("Alice!");
  await alice.getByRole("button", { name: "Accept and sign in" }).click();
  await expect(name).toHaveAccessibleDescription(/lowercase/);
  await expect(name).toBeFocused();
  await name.fill("owner");
  await alice.getByRole("button", { name: "Accept and sign in" }).click();
  await expect(name).toHaveAccessibleDescription(/is taken/);
  await name.fill("alice");
  await alice.getByRole("button", { name: "Accept and sign in" }).click();
  await expect(alice.locator(".topbar summary")).toHaveText("alice");
  expect(alice.url()).not.toContain("token");
  await alice.goto(`/projects/${project.id}`);
  await expect(alice.getByRole("link", { name: "Start a run" })).toBeVisible();
  await expect(alice.locator(".kv")).toContainText("Operator");
  await expect(alice.getByRole("link", { name: "Change settings" })).toHaveCount(0);
  await expect(alice.getByRole("link", { name: "People" })).toHaveCount(0);

  await page.reload();
  await expect(page.locator("[data-user=alice]")).toContainText("No role");
  const stranger = await (await openContext({ storageState: undefined })).newPage();
  await stranger.goto(link);
  await stranger.getByRole("textbox", { name: /User name/ }).fill("mallory");
  await stranger.getByRole("button", { name: "Accept and sign in" }).click();
  await expect(stranger.getByRole("heading", { level: 1 })).toHaveText("This invitation does not work any more");
  await expect(stranger.getByText("ask whoever invited you")).toBeVisible();
});

test("a viewer sees runs and gates, and no control that is not theirs", async ({ api, server, project, openContext }) => {
  const run = await atGate(api, api, project, {});
  const vera = await person(server, api, "vera", [{ project_id: project.id, role: "viewer" }]);
  const page = await (await openContext({ storageState: vera.storageState })).newPage();
  await page.goto(pathOf(run));
  await expect(status(page)).toHaveText("awaiting approval");
  await expect(page.getByRole("heading", { name: "Decision", exact: true })).toBeVisible();
  await expect(page.locator("section.decision")).toContainText("may decide");
  for (const button of [approveButton(page), rejectButton(page), page.getByRole("button", { name: "Cancel run" })]) {
    await expect(button).toHaveCount(0);
  }
  await page.goto(`/projects/${project.id}?tab=members`);
  await expect(page.locator("[data-member=vera]")).toContainText("Viewer");
  await expect(page.getByRole("button", { name: "Give the role" })).toHaveCount(0);
  await expect(page.getByText("starts, retries and cancels runs")).toBeVisible();
  await page.goto("/projects");
  await expect(page.getByRole("button", { name: "New project" })).toHaveCount(0);
  await page.goto("/people");
  await expect(page.getByText("Only admins of the whole installation")).toBeVisible();
});

test("whoever started a run may not approve it where the policy says so, and another approver does", async ({
  api, server, project, openContext,
}) => {
  const as = (role) => [{ project_id: project.id, role }];
  const anna = await person(server, api, "anna", as("approver"));
  const ben = await person(server, api, "ben", as("approver"));
  const run = await atGate(anna.api, api, project, { allow_self_approval: false });
  const own = await (await openContext({ storageState: anna.storageState })).newPage();
  await own.goto(pathOf(run));
  await readEvidence(own);
  await expect(approveButton(own)).toHaveAttribute("aria-disabled", "true");
  await expect(approveButton(own)).toHaveAccessibleDescription(/Approvers, maintainers and admins of the project may decide/);
  await expect(rejectButton(own)).toHaveAttribute("aria-disabled", "false");
  const other = await (await openContext({ storageState: ben.storageState })).newPage();
  await other.goto(pathOf(run));
  await approveOnPage(other);
  await expect(own.locator("[data-outcome=approved]")).toContainText("ben");
  await expect(status(own)).toHaveText("completed");
});

test("two approvals are given by two people, and a gate names its approvers", async ({ api, server, project, openContext }) => {
  const cleo = await person(server, api, "cleo", [{ project_id: project.id, role: "approver" }]);
  const dan = await person(server, api, "dan", [{ project_id: project.id, role: "approver" }]);
  const emil = await person(server, api, "emil", [{ project_id: project.id, role: "approver" }]);
  const run = await atGate(api, api, project, { required_approvals: 2, approvers: { users: ["cleo", "dan"] } });
  const [first, second, third] = await Promise.all(
    [cleo, dan, emil].map(async ({ storageState }) => (await openContext({ storageState })).newPage()),
  );
  await third.goto(pathOf(run));
  await expect(third.locator("section.decision")).toContainText("cleo and dan may decide");
  await expect(approveButton(third)).toHaveCount(0);
  await first.goto(pathOf(run));
  await expect(first.locator("[data-fact=approvers]")).toContainText("cleo and dan");
  await approveOnPage(first);
  await expect(first.locator(".gate-facts")).toContainText("1 of 2: cleo");
  await expect(approveButton(first)).toHaveAttribute("aria-disabled", "true");
  expect((await api.get(pathOf(run))).status).toBe("awaiting_approval");
  await second.goto(pathOf(run));
  await approveOnPage(second);
  await expect(first.locator("[data-outcome=approved]")).toBeVisible();
  await expect(first.locator("[data-vote=approved]")).toHaveCount(2);
});

test("a session that is revoked is signed out at its next action, and its open page says so", async ({
  page, server, project, openContext, complaints,
}) => {
  complaints.expect(unauthenticated);
  const other = await (await openContext({ userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0" })).newPage();
  await other.goto(`/projects/${project.id}`);
  await page.goto("/account");
  await expect(page.locator("[data-current=true]")).toHaveCount(1);
  await page.getByRole("button", { name: "Sign out all others" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign out all other browsers?" });
  await dialog.getByRole("button", { name: "Sign out the others" }).click();
  await expect(page.locator("[data-session]")).toHaveCount(1);
  await expect(page.locator("[data-current=true]")).toHaveCount(1);
  await other.getByRole("link", { name: "Members" }).click();
  await expect(other.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  await expect(other.getByText("You were signed out.")).toBeVisible();
  await other.goto(await server.ownerLink());
  await expect(other).toHaveURL(/tab=members/);
});

test("a token is made with limits, shown once, works within them, and is revoked", async ({ page, server, project }) => {
  await page.goto("/account");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("button", { name: "Make the token" }).click();
  await expect(page.getByRole("textbox", { name: /^Name/ })).toHaveAccessibleDescription(/Say what/);
  await page.getByRole("textbox", { name: /^Name/ }).fill("nightly");
  await page.getByRole("radio", { name: "Only what is chosen here" }).check();
  await page.getByRole("checkbox", { name: /see runs/ }).check();
  await page.getByRole("checkbox", { name: /see projects/ }).check();
  await page.getByRole("radio", { name: "Only these projects" }).check();
  await page.getByRole("checkbox", { name: "demo" }).check();
  await page.getByRole("button", { name: "Make the token" }).click();
  const secret = await page.getByRole("textbox", { name: "The token nightly" }).inputValue();
  await expect(page.locator(".secret .code")).toContainText("curl");
  const ask = (path, method = "GET") =>
    fetch(`${server.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${secret}` } });
  expect((await ask(`/projects/${project.id}`)).status).toBe(200);
  expect((await ask(`/projects/${project.id}/archive`, "POST")).status).toBe(403);
  await page.getByRole("button", { name: "I have copied it" }).click();
  const row = page.locator("[data-token]", { hasText: "nightly" });
  await expect(row).toContainText("demo");
  await expect(page.getByText(secret)).toHaveCount(0);
  await row.getByRole("button", { name: "Revoke nightly" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke the token" }).click();
  await expect(row).toContainText("revoked");
  expect((await ask(`/projects/${project.id}`)).status).toBe(401);
});

test("members are added, changed and removed by whoever may", async ({ page, api, server, project, complaints }) => {
  complaints.expect(/status of 404/);
  await person(server, api, "finn", []);
  await page.goto(`/projects/${project.id}?tab=members`);
  const name = page.getByRole("textbox", { name: /User name/ });
  await name.fill("nobody-here");
  await page.getByRole("button", { name: "Give the role" }).click();
  await expect(name).toHaveAccessibleDescription(/no user of that name/);
  await name.fill("finn");
  await page.getByRole("radio", { name: /^Viewer/ }).check();
  await page.getByRole("button", { name: "Give the role" }).click();
  const row = page.locator("[data-member=finn]");
  await expect(row).toContainText("Viewer");
  await row.getByRole("button", { name: "Change the role of finn" }).click();
  const dialog = page.getByRole("dialog", { name: "Role of finn on this project" });
  await dialog.getByRole("radio", { name: /^Maintainer/ }).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(row).toContainText("Maintainer");
  await row.getByRole("button", { name: "Remove finn" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove from the project" }).click();
  await expect(row).toHaveCount(0);
});

test("somebody is disabled, signed out, and enabled again with a sign-in link", async ({
  page, api, server, openContext, complaints,
}) => {
  complaints.expect(unauthenticated);
  const gus = await person(server, api, "gus", []);
  const theirs = await (await openContext({ storageState: gus.storageState })).newPage();
  await theirs.goto("/account");
  await expect(theirs.getByRole("heading", { level: 1, name: "Your account" })).toBeVisible();
  await page.goto("/people");
  const row = page.locator("[data-user=gus]");
  await row.getByRole("button", { name: "Disable gus" }).click();
  const dialog = page.getByRole("dialog", { name: "Disable gus?" });
  await expect(dialog).toContainText("signed out everywhere");
  await dialog.getByRole("button", { name: "Disable the user" }).click();
  await expect(row).toContainText("disabled");
  await theirs.getByRole("button", { name: "New token" }).click();
  await theirs.getByRole("textbox", { name: /^Name/ }).fill("late");
  await theirs.getByRole("button", { name: "Make the token" }).click();
  await expect(theirs.getByText("You were signed out.")).toBeVisible();
  await row.getByRole("button", { name: "Enable gus" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Enable the user" }).click();
  await expect(row).toContainText("may sign in");
  await row.getByRole("button", { name: "Sign-in link of gus" }).click();
  const link = await page.getByRole("textbox", { name: "One-time link" }).inputValue();
  await theirs.goto(link);
  await expect(theirs.locator(".topbar summary")).toHaveText("gus");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await row.getByRole("button", { name: "Change the role of gus" }).click();
  const role = page.getByRole("dialog", { name: /Role of gus/ });
  await role.getByRole("radio", { name: /^Operator/ }).check();
  await role.getByRole("button", { name: "Save" }).click();
  await expect(row).toContainText("Operator");
});
