// The main job, as people and an agent walk it: real pages, the official MCP client, the simulator as Microsoft.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { atMicrosoft, browser, demo, signIn } from "./attache.mjs";

let attache, window, member, administrator, memberPage, administratorPage, agent;
const foreign = new Set();

before(async () => {
  attache = await demo();
  window = await browser();
  administrator = attache.people.find((person) => person.role === "administrator");
  member = attache.people.find((person) => person.login === attache.agent_of);
  assert.ok(administrator && member, "the demo has an administrator and the agent's person");
});

after(async () => {
  await agent?.close();
  await window?.close();
  await attache?.stop();
});

/** Notes every request that leaves attache and the simulator. */
function watch(page) {
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && ![attache.base, attache.simulator].some((known) => new URL(known).origin === origin)) foreign.add(origin);
  });
}

/** A tool's answer as its structured object. */
async function call(name, args) {
  const answer = await agent.callTool({ name, arguments: args });
  return { ...answer.structuredContent, isError: answer.isError ?? false };
}

/** The bytes of every sealed grant, as they lie in the database now. */
function sealedBytes() {
  const files = readdirSync(attache.data).filter((name) => name.includes(".db"));
  return files.map((name) => readFileSync(join(attache.data, name)).toString("latin1")).join("");
}

test("a person signs in and connects Outlook Calendar", async () => {
  memberPage = await signIn(window, attache.base, member);
  watch(memberPage);
  await memberPage.goto(`${attache.base}/integrations`);
  await memberPage.getByRole("link", { name: /Outlook Calendar/ }).first().click();
  assert.equal(await memberPage.locator("ul.scopes > li").count(), 10, "the page explains the ten scopes");
  await memberPage.getByRole("button", { name: /^Connect/ }).click();
  await atMicrosoft(memberPage, member, attache.base);
  assert.match(memberPage.url(), /\/integrations\/outlook-calendar/);
  await memberPage.getByText("Connected", { exact: true }).first().waitFor();
});

test("nothing is possible before the administrator has said so", async () => {
  agent = new Client({ name: "story", version: "1.0.0" });
  const headers = { Authorization: `Bearer ${attache.agent_token}` };
  await agent.connect(new StreamableHTTPClientTransport(new URL(`${attache.base}/mcp`), { requestInit: { headers } }));
  assert.deepEqual((await agent.listTools()).tools, []);
  await assert.rejects(call("search_events", {}), /Unknown tool|-32602/i);
});

test("the administrator allows searching and asks for creating", async () => {
  administratorPage = await signIn(window, attache.base, administrator);
  watch(administratorPage);
  await administratorPage.goto(`${attache.base}/administration/tools`);
  const level = (tool, name) => administratorPage.getByRole("radiogroup", { name: tool }).getByRole("radio", { name });
  await level("Search Events", "Always Allow").check();
  await level("Create Event", "Ask for Permission").check();
  await administratorPage.getByRole("button", { name: /^Save/ }).click();
  await administratorPage.waitForLoadState("domcontentloaded");
  assert.ok(await level("Search Events", "Always Allow").isChecked());
  assert.ok(await level("Create Event", "Ask for Permission").isChecked());
});

test("a member cannot see the administrator's page", async () => {
  const answer = await memberPage.request.get(`${attache.base}/administration/tools`);
  assert.equal(answer.status(), 403);
});

test("the agent sees what is allowed and nothing that is denied", async () => {
  const names = (await agent.listTools()).tools.map((tool) => tool.name);
  assert.deepEqual(names, ["search_events", "create_event", "check_approval"]);
});

test("the agent searches without asking", async () => {
  const answer = await call("search_events", { limit: 5 });
  assert.equal(answer.status, "done");
  assert.equal(answer.zone, "Europe/Berlin");
  assert.ok(answer.events.length > 0 && answer.events.length <= 5);
  assert.match(answer.events[0].id, /^ev_/);
});

const title = "Site visit at the story harbour";
let approval;

test("the agent creates and is told that the person must approve", async () => {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  approval = await call("create_event", { title, start: `${tomorrow}T15:00`, duration_minutes: 45, attendees: ["kim@harbour.example"] });
  assert.equal(approval.status, "approval_required");
  assert.ok(approval.link.startsWith(`${attache.base}/approvals/apr_`), approval.link);
  assert.equal((await stored()).length, 0, "nothing is in the calendar yet");
});

async function stored() {
  const answer = await fetch(`${attache.simulator}/_sim/events?login=${encodeURIComponent(member.login)}`);
  const body = await answer.json();
  return (Array.isArray(body) ? body : (body.value ?? body.events)).filter((event) => event.subject === title);
}

test("another person cannot open the approval, and the agent's key cannot approve", async () => {
  assert.equal((await administratorPage.request.get(approval.link)).status(), 404);
  const byKey = await fetch(`${approval.link}/approve`, { method: "POST", headers: { Authorization: `Bearer ${attache.agent_token}` }, redirect: "manual" });
  assert.notEqual(byKey.status, 200);
  assert.equal((await call("check_approval", { approval_id: approval.approval_id })).status, "approval_required");
});

test("A5: the buttons of a card sleep until it has been in view for half a second, and no frame shows it", async () => {
  await memberPage.addInitScript(() => addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("form[action$='/approve'] button");
    if (!button) return;
    window.sleep = { asleep: button.disabled, shown: performance.now() };
    new MutationObserver(() => { if (!button.disabled) window.sleep.woke ??= performance.now(); }).observe(button, { attributes: true });
  }));
  await memberPage.goto(approval.link);
  await memberPage.waitForFunction(() => window.sleep?.woke);
  const { asleep, shown, woke } = await memberPage.evaluate(() => window.sleep);
  assert.ok(asleep, "asleep when the page is there");
  assert.ok(woke - shown >= 500, `awake after ${woke - shown} ms`);

  const other = await memberPage.context().newPage();
  await other.setContent(`<iframe src="${approval.link}" width="400" height="400"></iframe>`, { waitUntil: "load" });
  for (const frame of other.frames().slice(1)) assert.ok(!(await frame.content()).includes(title), "a frame shows the card");
  await other.close();
  assert.equal((await call("check_approval", { approval_id: approval.approval_id })).status, "approval_required");
});

test("the person reads the card and approves", async () => {
  await memberPage.goto(approval.link);
  const card = await memberPage.locator("article.request").innerText();
  assert.match(card, new RegExp(title));
  assert.match(card, /kim@harbour\.example/);
  assert.match(card, /15:00/);
  const approve = memberPage.getByRole("button", { name: "Approve" });
  await approve.click();
  await memberPage.getByRole("heading", { level: 2 }).first().waitFor();
  assert.equal((await stored()).length, 1, "exactly one event");
});

test("approving again does nothing, and the agent learns the outcome", async () => {
  const answer = await call("check_approval", { approval_id: approval.approval_id, wait_seconds: 5 });
  assert.equal(answer.status, "done");
  assert.equal(answer.verified, true);
  assert.deepEqual(answer.mailed, ["kim@harbour.example"]);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const again = await call("create_event", { title, start: `${tomorrow}T15:00`, duration_minutes: 45, attendees: ["kim@harbour.example"] });
  assert.equal(again.status, "done", "the same call again gets the stored outcome");
  assert.equal((await stored()).length, 1, "still exactly one event");
});

test("Activity shows what was done", async () => {
  await memberPage.goto(`${attache.base}/activity`);
  const text = await memberPage.locator("main").innerText();
  assert.match(text, /Create Event/);
  assert.match(text, /Search Events/);
});

test("after Disconnect the next call is refused and no byte of the grant is left", async () => {
  const before = sealedBytes();
  const sealed = [...new Set(before.match(/[A-Za-z0-9_-]{200,}/g) ?? [])];
  assert.ok(sealed.length > 0, "the sealed grant was in the database before");
  await memberPage.goto(`${attache.base}/integrations/outlook-calendar/disconnect`);
  await memberPage.getByRole("button", { name: /Disconnect/ }).click();
  await memberPage.getByText(/Not connected|Disconnected/).first().waitFor();
  const answer = await call("search_events", {});
  assert.ok(answer.isError);
  assert.equal(answer.code, "not_connected");
  assert.deepEqual((await agent.listTools()).tools, []);
  const left = sealedBytes();
  for (const text of sealed) assert.ok(!left.includes(text), "a sealed text is still in the database or its WAL");
});

test("no page asked anybody but attache and the simulator for anything", () => {
  assert.deepEqual([...foreign], []);
});
