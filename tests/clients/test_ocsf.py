"""Every line of an OCSF export of the release binary is an event of the published OCSF schema, and nothing else.

The schema is the one in the package `ocsf-json-schema`, turned into JSON Schema without unknown attributes, with every
enumeration and every required attribute. What JSON Schema cannot say (a type is its class and activity) is checked beside it.
"""

import copy
import functools
import json
import pathlib
import re
import sqlite3
import subprocess
import unittest
import urllib.error
import urllib.request

import jsonschema
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from attache import BINARY, ROOT, Demo, Person, ready

VERSION = "1.8.0"
SCHEMA = OcsfJsonSchemaEmbedded(get_ocsf_schema(VERSION))
# Every kind there is, by the program's own list, so that one which is added is exported here too.
KINDS = re.search(r"pub enum Kind \{\n(.*?)\n\}", (ROOT / "crates/domain/src/audit.rs").read_text(), re.DOTALL)[1]
KINDS = [re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() for name in re.findall(r"^    (\w+),", KINDS, re.MULTILINE)]
OUTCOMES = [None, "done", "failed", "unknown", "denied", "begun", "approved", "ask", "broken"]


@functools.cache
def validator(class_uid, profiles):
    name = SCHEMA.lookup_class_name_from_uid(class_uid)
    return jsonschema.Draft202012Validator(SCHEMA.get_class_schema(name, list(profiles)))


def faults(event):
    """What the schema has against an event."""
    try:
        profiles = tuple(event["metadata"].get("profiles", []))
        found = [f"{error.json_path}: {error.message}" for error in validator(event["class_uid"], profiles).iter_errors(event)]
    except (KeyError, ValueError) as error:
        return [repr(error)]
    if event.get("type_uid") != event["class_uid"] * 100 + event.get("activity_id", -1):
        found.append("type_uid is not class and activity")
    if event["metadata"].get("version") != VERSION:
        found.append("another version of the schema")
    return found


class Ocsf(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.demo = Demo().__enter__()
        cls.addClassCleanup(cls.demo.__exit__)
        cls.live_through()
        cls.demo.process.terminate()
        cls.demo.process.wait(timeout=60)
        cls.folder = pathlib.Path(cls.demo.folder.name)
        (cls.folder / "attache.toml").write_text('[keys]\nfile = "attache.key"\n')
        cls.lived = cls.export("lived.jsonl")

    @classmethod
    def call(cls, tool, arguments):
        headers = {"Authorization": f"Bearer {cls.demo.token}", "Content-Type": "application/json"}
        url = f"{cls.demo.base}/api/v1/tools/{tool}"
        request = urllib.request.Request(url, data=json.dumps(arguments).encode(), headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    @classmethod
    def live_through(cls):
        """A day of a person and her agent: whatever can happen without waiting."""
        member = ready(cls.demo, {"search_events": "always_allow", "create_event": "ask", "cancel_event": "always_allow"})
        event = {"start": "2031-03-04T10:00", "duration_minutes": 30}
        assert cls.call("search_events", {"limit": 2})["status"] == "done"
        for title, decision in (("Yes", "/approve"), ("No", "/decline")):
            asked = cls.call("create_event", {"title": title, **event})
            member.go(asked["link"].removeprefix(cls.demo.base)).submit(decision)
        cls.call("cancel_event", {"id": "nonsense"})
        cls.call("no_such_tool", {})
        member.go("/keys").submit("/keys", name="Another", days="30")
        member.go("/integrations/outlook-calendar/disconnect").submit("/disconnect")
        Person(cls.demo, cls.demo.member).sign_in().submit("/sign-out")

    @classmethod
    def export(cls, name, *more):
        command = [str(BINARY), "audit", "export", "--format", "ocsf", "--out", name, *more]
        subprocess.run(command, cwd=cls.folder, check=True, stdout=subprocess.DEVNULL)
        return [json.loads(line) for line in (cls.folder / name).read_text().splitlines()]

    def check(self, events):
        for event in events:
            self.assertEqual(faults(event), [], json.dumps(event))

    def test_what_a_day_leaves_is_valid(self):
        kinds = {event["metadata"]["event_code"] for event in self.lived}
        self.assertGreaterEqual(kinds, {
            "signed_in", "signed_out", "connect_started", "connected", "level_changed", "call_begun", "call_finished", "call_denied",
            "approval_requested", "approval_decided", "key_created", "disconnected", "administrator_appointed",
        })
        self.check(self.lived)
        done = next(event for event in self.lived if event["metadata"]["event_code"] == "call_finished" and event["status"] == "Success")
        self.assertTrue(done["unmapped"]["upstream"][0]["request_id"])

    def test_l8_every_kind_of_entry_with_every_outcome_is_valid(self):
        database = sqlite3.connect(self.folder / "attache.db")
        organisation, sequence, digest = database.execute("SELECT organisation, sequence, hash FROM audit_heads").fetchone()
        texts = [json.loads(text) for (text,) in database.execute("SELECT text FROM audit_entries")]
        fullest = {}
        for text in texts:
            fullest |= text
        self.assertGreaterEqual(fullest.keys(), {"person", "agent", "tool", "call", "request", "upstream", "approval", "duration_ms"})
        bare = {name: fullest[name] for name in ("at", "organisation")}
        for kind in KINDS:
            for outcome in OUTCOMES:
                for entry in (fullest, bare):
                    sequence += 1
                    record = {**entry, "kind": kind, "outcome": outcome}
                    if outcome is None:
                        del record["outcome"]
                    row = (organisation, sequence, 0, kind, json.dumps(record), digest)
                    database.execute("INSERT INTO audit_entries (organisation, sequence, at_ms, kind, text, hash) VALUES (?, ?, ?, ?, ?, ?)", row)
        database.execute("UPDATE audit_heads SET sequence = ?", (sequence,))
        database.commit()
        database.close()
        events = self.export("every.jsonl")
        self.assertEqual({event["metadata"]["event_code"] for event in events}, set(KINDS))
        self.assertEqual(len(events), len(self.lived) + len(KINDS) * len(OUTCOMES) * 2)
        self.check(events)

    def test_the_check_finds_each_sort_of_mistake(self):
        call = next(event for event in self.lived if event["class_uid"] == 6003)
        for break_it in (
            lambda event: event.pop("src_endpoint"),
            lambda event: event.pop("severity_id"),
            lambda event: event.update(severity_id=7),
            lambda event: event.update(class_uid=6999),
            lambda event: event.update(activity_id=5),
            lambda event: event.update(type_uid=600399),
            lambda event: event.update(person="per_1"),
            lambda event: event.update(time="2026-01-01T00:00:00Z"),
            lambda event: event["metadata"].pop("product"),
            lambda event: event["metadata"].update(profiles=[]),
            lambda event: event["api"].pop("operation"),
            lambda event: event["src_endpoint"].clear(),
        ):
            broken = copy.deepcopy(call)
            break_it(broken)
            self.assertNotEqual(faults(broken), [], json.dumps(broken))


if __name__ == "__main__":
    unittest.main(verbosity=2)
