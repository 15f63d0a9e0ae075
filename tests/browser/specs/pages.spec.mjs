// Every page, in both themes, wide and narrow: no fault that a machine can find, and a picture.
//
// The pictures are target/browser/screenshots/ROUTE-THEME-WIDTH.png; `cargo xtask screenshots` takes those that the
// documentation shows.
import path from "node:path";
import { faults } from "../support/accessibility.mjs";
import { settled } from "../support/page.mjs";
import { root } from "../support/places.mjs";
import { routes } from "../support/routes.mjs";
import { approve, pathOf, runAtGate } from "../support/runs.mjs";
import { expect, test } from "../support/test.mjs";
import { endedRun, oneCommand, publish } from "../support/workflows.mjs";

const pictures = path.join(root, "target/browser/screenshots");
const views = ["light", "dark"].flatMap((theme) => [1440, 390].map((width) => ({ theme, width })));

/** What the pages show: made by the first test, seen by all. */
let scene;

async function prepare(api, project) {
  const completed = await runAtGate(api, project.id, { title: "Parse durations with several parts" });
  await approve(api, completed);
  await api.until(pathOf(completed), (run) => run.status === "completed");
  const atGate = await runAtGate(api, project.id);
  const failing = await publish(api, oneCommand("echo 'error: no space left on device' >&2; exit 28"));
  const failed = await endedRun(api, project.id, failing);
  return { project, completed, atGate, failed };
}

for (const route of routes) {
  test.describe(route.name, () => {
    if (route.stranger) test.use({ storageState: { cookies: [], origins: [] } });

    for (const { theme, width } of views) {
      test(`${theme}, ${width} wide`, async ({ page, api, project, complaints }) => {
        test.slow();
        if (route.stranger) complaints.expect(/status of 401/);
        scene ??= await prepare(api, project);
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(route.path(scene));
        await settled(page);
        await page.screenshot({ path: path.join(pictures, `${route.name}-${theme}-${width}.png`) });
        expect(await faults(page)).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, "pixels to scroll sideways").toBeLessThanOrEqual(0);
      });
    }
  });
}
