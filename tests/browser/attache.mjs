// Starts the release binary's demo and a browser, for the stories beside this file.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const ROOT = new URL("../..", import.meta.url).pathname;
const BINARY = process.env.STORY_BINARY ?? join(ROOT, "target/release/attache");

/** The demo, ready to use: what `--json` says, its data folder, and how to end it. */
export async function demo() {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there; build it first: cargo build --release`);
  const data = mkdtempSync(join(tmpdir(), "attache-story-"));
  const child = spawn(BINARY, ["demo", "--json", "--port", "0", "--sim-port", "0", "--data", data], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code} before it was ready`)));
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  return { ...JSON.parse(line), data, stop };
}

/** A browser that asks nobody outside for anything. */
export async function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

/** Walks Microsoft's pages, whichever of them come: address, password, second factor, account choice, consent. */
export async function atMicrosoft(page, person, base) {
  for (let step = 0; step < 8; step += 1) {
    await page.waitForLoadState("domcontentloaded");
    if (page.url().startsWith(base)) return;
    if (await page.locator("#i0116").isVisible()) {
      await page.fill("#i0116", person.login);
    } else if (await page.locator("#i0118").isVisible()) {
      await page.fill("#i0118", person.password);
    } else if (await page.locator("#idRichContext_DisplaySign").isVisible()) {
      // The second factor: the number that the telephone would be asked for.
      await page.fill("[name=otc]", (await page.locator("#idRichContext_DisplaySign").textContent()).trim());
    } else if (await page.locator(`[data-test-id="${person.login}"]`).isVisible()) {
      await page.click(`[data-test-id="${person.login}"]`);
      continue;
    }
    await page.click("#idSIButton9");
  }
  throw new Error(`still at Microsoft after eight steps: ${page.url()}`);
}

/** A signed-in browser window of one person. */
export async function signIn(window, base, person) {
  const context = await window.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin" });
  const page = await context.newPage();
  await page.goto(base);
  await page.getByRole("button", { name: "Sign in with Microsoft" }).click();
  await atMicrosoft(page, person, base);
  return page;
}
