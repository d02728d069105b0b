// The life of a connection in a browser: Microsoft interrupts a call, its person signs in again, the call goes on; an
// administrator looks at everybody's connections and ends one.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atMicrosoft, browser, demo, signIn } from "./attache.mjs";

let attache, window, member, memberPage, administratorPage, waiting;
const title = "Interrupted by Microsoft";

before(async () => {
  attache = await demo();
  window = await browser();
  member = attache.people.find((person) => person.login === attache.agent_of);
  const administrator = attache.people.find((person) => person.role === "administrator");
  memberPage = await signIn(window, attache.base, member);
  administratorPage = await signIn(window, attache.base, administrator);
});

after(async () => {
  await window?.close();
  await attache?.stop();
});

/** What the agent's key gets from an address of the REST interface. */
async function rest(path, body) {
  const headers = { Authorization: `Bearer ${attache.agent_token}`, "content-type": "application/json" };
  const method = body ? "POST" : "GET";
  const answer = await fetch(`${attache.base}/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, ...(await answer.json()) };
}

async function stored() {
  const answer = await fetch(`${attache.simulator}/_sim/events?login=${encodeURIComponent(member.login)}`);
  const body = await answer.json();
  return (Array.isArray(body) ? body : (body.value ?? body.events)).filter((event) => event.subject === title);
}

async function faults(method, body) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${attache.simulator}/_sim/faults`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, await answer.text());
}

test("a person has connected and an administrator allows creating", async () => {
  await memberPage.goto(`${attache.base}/integrations/outlook-calendar`);
  await memberPage.getByRole("button", { name: /^Connect/ }).click();
  await atMicrosoft(memberPage, member, attache.base);
  await memberPage.getByText("Connected", { exact: true }).first().waitFor();
  await administratorPage.goto(`${attache.base}/administration/tools`);
  await administratorPage.getByRole("radiogroup", { name: "Create Event" }).getByRole("radio", { name: "Always Allow" }).check();
  await administratorPage.getByRole("button", { name: /^Save/ }).click();
  await administratorPage.waitForLoadState("domcontentloaded");
  assert.equal((await rest("connections/outlook-calendar")).next, "nothing");
});

test("a call that Microsoft interrupts waits and names a page", async () => {
  const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: "c1" } } });
  await faults("POST", { surface: "graph", answer: { challenge: { claims } } });
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  waiting = await rest("tools/create_event", { title, start: `${tomorrow}T10:00`, duration_minutes: 30 });
  assert.equal(waiting.status, "sign_in_required", JSON.stringify(waiting));
  assert.equal((await stored()).length, 0);
  assert.equal((await rest("connections/outlook-calendar")).next, "sign_in");
  await faults("DELETE");
});

test("its person signs in again by that link, and it goes on by itself, once", async () => {
  await memberPage.goto(waiting.link);
  await memberPage.getByText(title).first().waitFor();
  await memberPage.getByRole("button", { name: "Sign in again" }).click();
  await atMicrosoft(memberPage, member, attache.base);
  await memberPage.getByText("Connected", { exact: true }).first().waitFor();
  const ended = await rest(`approvals/${waiting.approval_id}?wait_seconds=30`);
  assert.equal(ended.status, "done", JSON.stringify(ended));
  assert.equal((await stored()).length, 1);
});

test("an administrator finds the person, ends her connection, and the agent is told", async () => {
  await administratorPage.goto(`${attache.base}/administration/people`);
  await administratorPage.getByRole("searchbox").fill(member.login);
  await administratorPage.getByRole("button", { name: "Show" }).click();
  const row = administratorPage.getByRole("row").filter({ hasText: member.login });
  await row.getByText("Connected", { exact: true }).waitFor();
  await row.getByRole("link", { name: /^Disconnect/ }).click();
  await administratorPage.getByRole("heading", { name: "End this connection?" }).waitFor();
  await administratorPage.getByRole("button", { name: "Disconnect now" }).click();
  await administratorPage.getByText("The connection is ended.").waitFor();
  const now = await rest("connections/outlook-calendar");
  assert.deepEqual([now.state, now.next, now.since], ["disconnected", "connect", undefined]);
  await memberPage.goto(`${attache.base}/integrations/outlook-calendar`);
  await memberPage.getByText("Nothing is connected.").waitFor();
  assert.equal((await memberPage.request.get(`${attache.base}/administration/people`)).status(), 403);
});

test("Health is for administrators and tells strangers nothing", async () => {
  await administratorPage.goto(`${attache.base}/administration/health`);
  await administratorPage.getByText("It can be written.").waitFor();
  await administratorPage.getByText("Nothing is wrong with this installation.").waitFor();
  assert.equal((await memberPage.request.get(`${attache.base}/administration/health`)).status(), 403);
  assert.equal(await (await fetch(`${attache.base}/readyz`)).text(), "ok\n");
});
