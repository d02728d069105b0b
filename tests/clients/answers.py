"""Holds every answer of Graph in a simulator's request log against Microsoft's published types.

The release binary has no checker in it, so what the clients of this folder got is checked from the log afterwards:
`answers.check(base)` for a running simulator, or `python answers.py BASE`. Which type belongs to which address comes from the
published description of the operations. Without the published files it says so and checks nothing.
"""

import functools
import json
import os
import pathlib
import sys
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ.get("ATTACHE_TEST_GRAPH", ROOT / "../shared/graph"))
# The log keeps this much of a body.
LONGEST = 64 * 1024
METHODS = ("get", "post", "patch", "put", "delete")
# What the published subset leaves out, with the type instead; None where no published type describes the answer.
UNPUBLISHED = {
    ("POST", "/me/calendarGroups"): "calendarGroup",
    ("GET", "/me/calendarGroups/{}"): "calendarGroup",
    ("PATCH", "/me/calendarGroups/{}"): "calendarGroup",
    ("POST", "/me/calendarGroups/{}/calendars"): "calendar",
    ("PATCH", "/me/mailboxSettings"): "mailboxSettings",
    ("GET", "/me/mailboxSettings/workingHours"): "workingHours",
    ("GET", "/me/mailboxSettings/{}"): None,
    ("POST", "/me/translateExchangeIds"): None,
    ("GET", "/users/$count"): None,
    ("GET", "/"): None,
    ("GET", "/me/calendar/events/delta"): "eventDeltaResponse",
    ("GET", "/me/calendar/calendarView/delta"): "eventDeltaResponse",
    ("GET", "/me/calendars/{}/events/delta"): "eventDeltaResponse",
}
for _calendar in ("/me/calendar", "/me/calendars/{}"):
    UNPUBLISHED["POST", f"{_calendar}/calendarPermissions"] = "calendarPermission"
    UNPUBLISHED["PATCH", f"{_calendar}/calendarPermissions/{{}}"] = "calendarPermission"
    UNPUBLISHED["GET", f"{_calendar}/calendarPermissions/{{}}"] = "calendarPermission"


def _words(path):
    """The parts of an address in lower case, without namespaces and empty brackets; `users('key')` is two."""
    words = []
    for part in path.split("/"):
        part = part.lower().removeprefix("microsoft.graph.").removesuffix("()")
        name, bracket, key = part.partition("('")
        if bracket and key.endswith("')") and "=" not in name:
            words += [name, key[:-2]]
        elif part:
            words.append(part)
    return words


def _shorter(words):
    """The shorter address of the same thing, or None."""
    if words[:1] == ["users"] and len(words) > 2:
        return ["me", *words[2:]]
    if words[:2] == ["me", "calendargroups"] and words[3:4] == ["calendars"] and len(words) > 4:
        return ["me", *words[3:]]
    if words[:2] == ["me", "calendars"] and words[3:4] == ["events"] and len(words) > 5:
        return ["me", *words[3:]]
    if words[:3] == ["me", "calendar", "events"] and len(words) > 4:
        return ["me", *words[2:]]
    return None


class Published:
    """The types and the operations."""

    def __init__(self, folder):
        self.types = json.loads((folder / "strict-schemas.json").read_text())
        description = json.loads((folder / "openapi-v1.0-subset.json").read_text())
        for name, schema in description["components"]["schemas"].items():
            self.types["$defs"].setdefault(name.removeprefix("microsoft.graph."), self._local(schema))
        known = []
        for path, operations in description["paths"].items():
            for method in METHODS:
                answer = operations.get(method, {}).get("responses", {}).get("2XX")
                if answer is not None:
                    schema = answer.get("content", {}).get("application/json", {}).get("schema")
                    known.append((method.upper(), self._template(path), self._local(schema), True))
        for (method, path), name in UNPUBLISHED.items():
            schema = {"$ref": f"#/$defs/{name}"} if name else None
            known.append((method, self._template(path), schema, False))
        # Those with fewer placeholders first.
        self.known = sorted(known, key=lambda operation: operation[1].count(None))

    def _local(self, schema):
        """The schema with references to the strict types."""
        if isinstance(schema, dict):
            return {
                name: f"#/$defs/{part.rsplit('/', 1)[-1].removeprefix('microsoft.graph.')}" if name == "$ref" else self._local(part)
                for name, part in schema.items()
            }
        return [self._local(part) for part in schema] if isinstance(schema, list) else schema

    @staticmethod
    def _template(path):
        """Words; None stands for anything, a word that ends with a bracket for a function with any parameters."""
        parts = []
        for part in path.split("/"):
            if part.startswith("{"):
                parts.append(None)
            elif "{" in part:
                parts.append(part.split("(")[0].lower() + "(")
            else:
                parts += _words(part)
        return parts

    def find(self, method, path):
        forms = [_words(path.removeprefix("/v1.0"))]
        while shorter := _shorter(forms[-1]):
            forms.append(shorter)
        # The shortest first: what is not published is known by that one only.
        for words in reversed(forms):
            for known, parts, schema, described in self.known:
                if known == method and len(parts) == len(words) and all(
                    part is None or part == word or (part.endswith("(") and word.startswith(part))
                    for part, word in zip(parts, words)
                ):
                    return schema, described
        return None

    @functools.lru_cache
    def _validator(self, schema):
        import jsonschema

        return jsonschema.Draft202012Validator({**self.types, **json.loads(schema)})

    def problems(self, schema, body):
        validator = self._validator(json.dumps(schema))
        return [f"/{'/'.join(map(str, problem.path))}: {problem.message[:300]}" for problem in validator.iter_errors(body)]

    def check(self, entry):
        """What is wrong with one logged answer; None when it was too long to be kept whole."""
        body, status = entry.get("response_body") or "", entry["status"]
        if len(body.encode()) >= LONGEST - 4:
            return None
        if status >= 400:
            return self.problems({"$ref": "#/$defs/error"}, json.loads(body))
        found = self.find(entry["method"], entry["path"])
        if found is None:
            return ["the published description has no such operation"] if body else []
        schema, described = found
        if schema is None:
            return ["a body where none is documented"] if body and described else []
        return self.problems(schema, json.loads(body))


def check(base):
    """Fails when an answer in the log of the simulator at `base` is not Microsoft's. Says how many were checked."""
    if not (FOLDER / "strict-schemas.json").is_file():
        print("skipped: Microsoft's schemas are not present, so answers are not held against them", file=sys.stderr)
        return 0
    published = Published(FOLDER)
    with urllib.request.urlopen(f"{base}/_sim/log", timeout=60) as answer:
        log = json.load(answer)
    entries = log["entries"] if isinstance(log, dict) else log
    # Whatever was asked to misbehave is no answer of Graph's; a status of 0 is none at all.
    asked = [
        entry for entry in entries
        if entry["surface"] == "graph" and entry["status"] and not entry.get("fault") and not entry["path"].startswith("/oidc/")
    ]
    if asked and not any("response_body" in entry for entry in asked):
        raise AssertionError("the log has no bodies of answers, so nothing can be checked")
    wrong, long = [], 0
    for entry in asked:
        problems = published.check(entry)
        long += problems is None
        wrong += [f"{entry['method']} {entry['path']} → {entry['status']}: {problem}" for problem in problems or []]
    print(f"{len(asked) - long} answers of Graph held against Microsoft's types, {long} too long to be kept whole", file=sys.stderr)
    if wrong:
        raise AssertionError("not Microsoft's:\n" + "\n".join(wrong))
    return len(asked) - long


if __name__ == "__main__":
    check(sys.argv[1].rstrip("/"))
