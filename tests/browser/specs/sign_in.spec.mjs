// Signing in by a one-time link.
import { expect, test } from "../support/test.mjs";

test.use({ storageState: { cookies: [], origins: [] } });

// The first question, who is signed in, is answered by 401.
const unauthenticated = /status of 401/;

test("a link signs in and leaves no token in the address", async ({ page, server }) => {
  await page.goto(await server.ownerLink());
  await expect(page).toHaveURL(`${server.url}/workflows`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("a spent link is refused in words", async ({ page, server, openContext, complaints }) => {
  complaints.expect(unauthenticated);
  const link = await server.ownerLink();
  await page.goto(link);
  await expect(page).toHaveURL(`${server.url}/workflows`);
  const stranger = await (await openContext({ storageState: undefined })).newPage();
  await stranger.goto(link);
  await expect(stranger.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  await expect(stranger.getByText("jido owner-link").first()).toBeVisible();
  await expect(stranger).toHaveURL(`${server.url}/sign-in`);
});

test("a stranger is asked to sign in, and then gets the page that was wanted", async ({ page, server, complaints }) => {
  complaints.expect(unauthenticated);
  await page.goto("/projects");
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  await page.getByLabel("One-time link").fill(await server.ownerLink());
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${server.url}/projects`);
});
