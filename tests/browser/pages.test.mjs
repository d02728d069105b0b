// Every page, at phone and desktop width, light and dark: no accessibility violation, no horizontal scrolling.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { browser, demo, signIn } from "./attache.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES = ["/integrations", "/integrations/outlook-calendar", "/administration/tools", "/administration/people", "/administration/health", "/approvals", "/activity", "/keys", "/setup", "/nowhere"];

let attache, window, page;

before(async () => {
  attache = await demo();
  window = await browser();
  page = await signIn(window, attache.base, attache.people.find((person) => person.role === "administrator"));
});

after(async () => {
  await window?.close();
  await attache?.stop();
});

async function check(path) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(attache.base + path);
      // The page's own policy forbids foreign scripts, so axe is put in by the browser, not by the page.
      const session = await page.context().newCDPSession(page);
      const world = await session.send("Page.createIsolatedWorld", { frameId: (await session.send("Page.getFrameTree")).frameTree.frame.id });
      await session.send("Runtime.evaluate", { expression: axe, contextId: world.executionContextId });
      const { result } = await session.send("Runtime.evaluate", {
        expression: "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((r) => JSON.stringify(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', '))))",
        contextId: world.executionContextId, awaitPromise: true, returnByValue: true,
      });
      assert.deepEqual(JSON.parse(result.value), [], `${path} ${colorScheme} ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${path} scrolls sideways by ${wide} at ${width}`);
    }
  }
}

for (const path of PAGES) test(`${path} is accessible and fits`, () => check(path));

test("the sign-in page is accessible and fits", async () => {
  page = await (await window.newContext()).newPage();
  await check("/");
});
