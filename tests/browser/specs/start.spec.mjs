// How the app comes to the browser: its files, and what is on the page before and without it.
import { expect, test } from "../support/test.mjs";

test("every file may be kept for ever, comes compressed, and nothing is loaded from elsewhere", async ({ page, server }) => {
  const answers = [];
  page.on("response", (response) => answers.push(response));
  await page.goto("/");
  await expect(page.locator("#boot")).toHaveCount(0);
  expect(answers.filter((answer) => !answer.url().startsWith(server.url))).toEqual([]);
  const assets = answers.filter((answer) => new URL(answer.url()).pathname.startsWith("/assets/"));
  const kinds = assets.map((answer) => answer.url().split(".").pop());
  expect(kinds).toEqual(expect.arrayContaining(["css", "js", "wasm"]));
  for (const answer of assets) {
    const headers = await answer.allHeaders();
    expect(headers["cache-control"], answer.url()).toBe("public, max-age=31536000, immutable");
    expect(headers["content-encoding"], answer.url()).toMatch(/^(br|gzip)$/);
  }
});

test("the page says what it is while the app is on its way", async ({ page }) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/", { waitUntil: "commit" });
  await expect(page.getByText("Loading…")).toBeVisible();
  release();
  await expect(page.locator("#boot")).toHaveCount(0);
});

test("an app that cannot start says so in words", async ({ page, complaints }) => {
  complaints.expect(/.*/);
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto("/");
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("The app could not start: ");
  await expect(alert).toContainText("Reload the page; if that does not help, use a current browser.");
});

test("a theme that was chosen is there before the app is", async ({ page, complaints }) => {
  complaints.expect(/.*/);
  await page.route("**/*.wasm", (route) => route.abort());
  await page.addInitScript(() => localStorage.setItem("jido.theme", "dark"));
  await page.goto("/");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});
