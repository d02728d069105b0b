// Starts the release binary's simulator with TLS and a browser, for the client tests beside this file.
//
// Node reads the authorities to trust once, when it starts. So a test file that is run starts the simulator and then itself
// again, trusting the simulator's authority.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const ROOT = new URL("../../..", import.meta.url).pathname;
const BINARY = process.env.STORY_BINARY ?? join(ROOT, "target/release/attache");
const SAID = "ATTACHE_TEST_SIMULATOR";

/** Whether this is the process that trusts the simulator; the other one starts it, waits, and ends with the same code. */
export async function trusted(file) {
  if (process.env[SAID]) return true;
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there; build it first: cargo build --release`);
  const folder = mkdtempSync(join(tmpdir(), "attache-sim-"));
  const ca = join(folder, "ca.pem");
  const child = spawn(BINARY, ["sim", "--json", "--port", "0", "--https-port", "0", "--ca-file", ca], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const said = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the simulator ended with ${code} before it was ready`)));
  });
  const run = spawn(process.execPath, [file], {
    stdio: "inherit",
    env: { ...process.env, NODE_EXTRA_CA_CERTS: ca, [SAID]: said },
  });
  const code = await new Promise((resolve) => run.once("exit", resolve));
  const checked = code === 0 ? await answersOf(JSON.parse(said).simulator) : code;
  child.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = checked ?? 1;
  return false;
}

/** Holds the answers in the log against Microsoft's types, where Python and its package for that are. */
async function answersOf(base) {
  const python = join(ROOT, "target/clients/bin/python");
  if (!existsSync(python)) return 0;
  const check = spawn(python, [join(ROOT, "tests/clients/answers.py"), base], { stdio: "inherit" });
  return new Promise((resolve) => check.once("exit", resolve));
}

/** What `--json` said, and how to ask the control surface. */
export function simulator() {
  const said = JSON.parse(process.env[SAID]);
  const person = (first) => said.people.find((one) => one.login.startsWith(`${first}.`));
  const control = async (path, body, method = body ? "POST" : "GET") => {
    const answer = await fetch(`${said.simulator}/_sim${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    const text = await answer.text();
    return text ? JSON.parse(text) : undefined;
  };
  /** What a person's mailbox holds under a subject. */
  const events = async (first, subject) => {
    const held = await control(`/events?login=${encodeURIComponent(person(first).login)}`);
    return held.filter((event) => event.subject === subject);
  };
  const token = async (first, scope) => (await control("/token", { login: person(first).login, scope })).access_token;
  return { ...said, person, control, events, token, authority: `${said.https}/${said.tenant}`, host: new URL(said.https).host };
}

/** Where the application's redirect URI leads. */
export async function landing() {
  const brought = {};
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    if (url.pathname === "/landing") brought.last = Object.fromEntries(url.searchParams);
    response.end("You can close this window.");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const uri = `http://localhost:${server.address().port}/landing`;
  return { uri, brought, stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}

/** A headless Chromium that asks nobody outside for anything. */
export async function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

/** A window with its own cookies. Chromium takes no authority from a file, so here any certificate will do. */
export async function newWindow(chromium) {
  const context = await chromium.newContext({ ignoreHTTPSErrors: true, locale: "en-GB" });
  return context.newPage();
}

/** Opens the address and walks Microsoft's pages, whichever of them come. Returns what came back and the pages seen. */
export async function walk(page, person, url, target) {
  target.brought.last = undefined;
  const seen = [];
  await page.goto(url);
  for (let step = 0; step < 8; step += 1) {
    await page.waitForLoadState("domcontentloaded");
    if (page.url().startsWith(target.uri)) return { brought: target.brought.last, seen };
    seen.push(await page.locator("h1").first().innerText());
    if (await page.locator("#i0116").isVisible()) {
      await page.fill("#i0116", person.login);
    } else if (await page.locator("#i0118").isVisible()) {
      await page.fill("#i0118", person.password);
    } else if (await page.locator(`[data-test-id="${person.login}"]`).isVisible()) {
      await page.click(`[data-test-id="${person.login}"]`);
      continue;
    }
    await page.click("#idSIButton9");
  }
  throw new Error(`still at Microsoft after eight steps: ${seen}`);
}
