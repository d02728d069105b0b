"""Starts the release binary's demo and walks its pages as plain forms, for the client tests beside this file."""

import http.cookiejar
import json
import os
import pathlib
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("STORY_BINARY", ROOT / "target/release/attache"))


class Demo:
    """The demo while it runs: what `--json` says, as attributes."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="attache-clients-")
        command = [str(BINARY), "demo", "--json", "--port", "0", "--sim-port", "0", "--data", self.folder.name]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the demo ended before it was ready")
        said = json.loads(line)
        self.base, self.simulator, self.token = said["base"], said["simulator"], said["agent_token"]
        self.administrator = next(person for person in said["people"] if person["role"] == "administrator")
        self.member = next(person for person in said["people"] if person["login"] == said["agent_of"])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.folder.cleanup()


class Forms(HTMLParser):
    """The forms of a page: action, method, and the fields they would send."""

    def __init__(self, html):
        super().__init__()
        self.forms = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        have = dict(attributes)
        if tag == "form":
            self.inside = True
            self.forms.append({"action": have.get("action", ""), "method": have.get("method", "get").lower(), "fields": {}, "buttons": []})
        elif self.inside and tag == "input" and have.get("name"):
            chosen = have.get("type") not in ("radio", "checkbox") or "checked" in have
            if have.get("type") == "submit":
                self.forms[-1]["buttons"].append(have)
            elif chosen:
                self.forms[-1]["fields"][have["name"]] = have.get("value", "")
        elif self.inside and tag == "button":
            self.forms[-1]["buttons"].append(have)

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False


class Person:
    """A browser without scripts: cookies, links, forms."""

    def __init__(self, demo, person):
        self.demo, self.person = demo, person
        cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))

    def _open(self, url, fields=None):
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        with self.opener.open(urllib.request.Request(url, data=data), timeout=30) as answer:
            self.url, self.html = answer.url, answer.read().decode()
        return self

    def go(self, path):
        """Opens a page of attache."""
        return self._open(self.demo.base + path)

    def submit(self, action_ends, **fields):
        """Sends the form whose action ends so, with these fields set."""
        form = next(form for form in Forms(self.html).forms if form["action"].split("?")[0].endswith(action_ends))
        return self._send(form, fields)

    def _send(self, form, fields):
        return self._open(urllib.parse.urljoin(self.url, form["action"]), {**form["fields"], **fields})

    def at_microsoft(self):
        """Goes through Microsoft's pages until attache is back."""
        for _ in range(8):
            if self.url.startswith(self.demo.base):
                return self
            form, fields = Forms(self.html).forms[-1], {}
            for one in Forms(self.html).forms:
                if any(name in one["fields"] for name in ("loginfmt", "passwd")) or any(b.get("id") == "idSIButton9" for b in one["buttons"]):
                    form = one
                    break
            button = next((b for b in form["buttons"] if b.get("id") == "idSIButton9"), form["buttons"][0])
            if button.get("name"):
                fields[button["name"]] = button.get("value", "")
            if "loginfmt" in form["fields"]:
                fields["loginfmt"] = self.person["login"]
            if "passwd" in form["fields"]:
                fields["passwd"] = self.person["password"]
            self._send(form, fields)
        raise RuntimeError("still at Microsoft after eight steps")

    def sign_in(self):
        """Signs in to attache."""
        self.go("/").submit("/sign-in")
        return self.at_microsoft()

    def connect(self):
        """Connects Outlook Calendar."""
        self.go("/integrations/outlook-calendar").submit("/connect", zone="Europe/Berlin")
        return self.at_microsoft()


def ready(demo, levels):
    """The usual beginning: the administrator sets levels, the member connects. Returns the member."""
    administrator = Person(demo, demo.administrator).sign_in()
    administrator.go("/administration/tools").submit("/administration/tools", **{f"level.{tool}": level for tool, level in levels.items()})
    return Person(demo, demo.member).sign_in().connect()
