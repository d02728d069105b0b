// The JavaScript Graph client works with the simulator's calendars and people, over TLS, against what the simulator holds.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import graph from "@microsoft/microsoft-graph-client";
import { simulator, trusted } from "./simulator.mjs";

const { BatchRequestContent, BatchResponseContent, Client, GraphError, PageIterator } = graph;

if (await trusted(fileURLToPath(import.meta.url))) {
  const sim = simulator();
  let lena, day;

  const clientOf = async (first, scopes = "User.Read User.ReadBasic.All Calendars.ReadWrite Contacts.Read People.Read") => {
    const token = await sim.token(first, scopes);
    return Client.init({
      baseUrl: `${sim.https}/`,
      defaultVersion: "v1.0",
      customHosts: new Set(["localhost"]),
      authProvider: (done) => done(null, token),
    });
  };

  const days = (count) => new Date(Date.parse(day) + count * 86_400_000).toISOString().slice(0, 10);
  const draft = (subject, hour) => ({
    subject,
    start: { dateTime: `${day}T${String(hour).padStart(2, "0")}:00:00`, timeZone: "W. Europe Standard Time" },
    end: { dateTime: `${day}T${String(hour + 1).padStart(2, "0")}:00:00`, timeZone: "W. Europe Standard Time" },
  });
  const graphRequests = async () => {
    const log = await sim.control("/log");
    return (Array.isArray(log) ? log : log.entries).filter((entry) => entry.surface === "graph");
  };

  before(async () => {
    lena = await clientOf("lena");
    const { now } = await sim.control("/clock");
    day = new Date(Date.parse(now) + 2 * 86_400_000).toISOString().slice(0, 10);
  });

  test("it reads who one is", async () => {
    const me = await lena.api("/me").select("mail,displayName").get();
    assert.deepEqual([me.mail, me.displayName], [sim.person("lena").login, "Lena Hoffmann"]);
  });

  test("it pages through a view of the calendar", async () => {
    const view = (top) => lena.api("/me/calendarView")
      .query({ startDateTime: `${days(-7)}T00:00:00Z`, endDateTime: `${days(7)}T00:00:00Z` }).select("id,subject").top(top).get();
    const whole = await view(100);
    assert.ok(whole.value.length > 6 && !whole["@odata.nextLink"]);
    const first = await view(3);
    assert.equal(first.value.length, 3);
    assert.ok(first["@odata.nextLink"].startsWith(`${sim.https}/v1.0/`));
    const found = [];
    await new PageIterator(lena, first, (event) => { found.push(event.id); return true; }).iterate();
    assert.deepEqual(found.sort(), whole.value.map((event) => event.id).sort());
  });

  test("it creates, changes and deletes an event", async () => {
    const made = await lena.api("/me/events").post(draft("Made in JavaScript", 15));
    assert.deepEqual((await sim.events("lena", "Made in JavaScript")).map((event) => event.id), [made.id]);
    const changed = await lena.api(`/me/events/${made.id}`).patch({ subject: "Changed in JavaScript" });
    assert.notEqual(changed.changeKey, made.changeKey);
    assert.equal((await sim.events("lena", "Changed in JavaScript")).length, 1);
    await assert.rejects(lena.api(`/me/events/${made.id}`).header("If-Match", made["@odata.etag"]).patch({ subject: "Too late" }),
      (error) => error instanceof GraphError && error.statusCode === 412);
    await lena.api(`/me/events/${made.id}`).delete();
    assert.equal((await sim.events("lena", "Changed in JavaScript")).length, 0);
    await assert.rejects(lena.api(`/me/events/${made.id}`).get(), (error) => {
      assert.deepEqual([error.statusCode, error.code], [404, "ErrorItemNotFound"]);
      assert.ok(error.requestId);
      return true;
    });
  });

  test("it searches people", async () => {
    const people = await lena.api("/me/people").search('"Anna"').top(10).get();
    assert.ok(people.value.filter((person) => person.displayName.startsWith("Anna")).length >= 2);
    const users = lena.api("/users").search('"displayName:Anna"').select("displayName,mail");
    await assert.rejects(users.get(), (error) => error.statusCode === 400);
    const found = await users.header("ConsistencyLevel", "eventual").get();
    assert.deepEqual(found.value.map((user) => user.displayName).sort(), ["Anna Berger", "Anna Brandt"]);
  });

  test("it sends a batch whose requests depend on each other", async () => {
    const of = (id, path, init, dependsOn) => ({ id, request: new Request(`${sim.https}/v1.0${path}`, init), dependsOn });
    const body = JSON.stringify(draft("Made in a batch of JavaScript", 18));
    const content = new BatchRequestContent([
      of("1", "/me", { method: "GET" }),
      of("2", "/me/events", { method: "POST", body, headers: { "content-type": "application/json" } }, ["1"]),
      of("3", "/me/calendar", { method: "GET" }, ["2"]),
    ]);
    const answer = new BatchResponseContent(await lena.api("/$batch").post(await content.getContent()));
    const [me, made, calendar] = ["1", "2", "3"].map((id) => answer.getResponseById(id));
    assert.deepEqual([me.status, made.status, calendar.status], [200, 201, 200]);
    assert.equal((await me.json()).mail, sim.person("lena").login);
    const held = await sim.events("lena", "Made in a batch of JavaScript");
    assert.deepEqual(held.map((event) => event.id), [(await made.json()).id]);
  });

  test("it repeats a throttled request as late as it was told", async () => {
    await sim.control("/faults", { surface: "graph", times: 1, answer: { throttle: { retry_after: 1 } } });
    const before = (await graphRequests()).length;
    const began = Date.now();
    const me = await lena.api("/me").get();
    assert.equal(me.mail, sim.person("lena").login);
    assert.ok(Date.now() - began >= 1_000);
    const entries = (await graphRequests()).slice(before);
    assert.deepEqual(entries.map((entry) => entry.status), [429, 200]);
  });

  test("a missing permission is an error with its code", async () => {
    const reader = await clientOf("lena", "User.Read Calendars.Read");
    await assert.rejects(reader.api("/me/events").post(draft("Not allowed", 12)), (error) => {
      assert.deepEqual([error.statusCode, error.code], [403, "ErrorAccessDenied"]);
      return true;
    });
    assert.equal((await sim.events("lena", "Not allowed")).length, 0);
  });
}
