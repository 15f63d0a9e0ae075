// The panel on which a gate is decided, as a person uses it.
import { expect } from "@playwright/test";

const BLOCKS = ["risk", "tests", "diff"];

/** The block of evidence by its name: `diff`, `tests` or `risk`. */
export const block = (page, name) => page.locator(`[data-evidence=${name}]`);

export const approveButton = (page) => page.locator("[data-decision=approve]");
export const rejectButton = (page) => page.locator("[data-decision=reject]");
export const rationale = (page) => page.getByRole("textbox", { name: /^Rationale/ });

/** Scrolls through the evidence as somebody does who reads it. */
export async function readEvidence(page) {
  for (const name of BLOCKS) {
    await block(page, name).scrollIntoViewIfNeeded();
    await expect(block(page, name)).toHaveAttribute("data-evidence-state", "seen");
  }
}

/** Approves what the page shows. */
export async function approveOnPage(page) {
  await readEvidence(page);
  await expect(approveButton(page)).toHaveAttribute("aria-disabled", "false");
  await approveButton(page).click();
}

/** Rejects what the page shows. */
export async function rejectOnPage(page, reason) {
  await readEvidence(page);
  await rationale(page).fill(reason);
  await expect(rejectButton(page)).toHaveAttribute("aria-disabled", "false");
  await rejectButton(page).click();
}
