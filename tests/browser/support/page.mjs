// Waiting for pages.

/** Waits until the page has its content. */
export async function settled(page) {
  await page.locator("main[aria-busy=false]").waitFor();
}
