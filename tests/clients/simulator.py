"""Starts the release binary's simulator with TLS and walks its pages in a browser, for the client tests beside this file."""

import datetime
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import answers

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("STORY_BINARY", ROOT / "target/release/attache"))
# These would win over the authority that a test trusts.
for _name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
    os.environ.pop(_name, None)


class Simulator:
    """The simulator while it runs: what `--json` says, as attributes, and what it holds."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="attache-sim-")
        self.ca = str(pathlib.Path(self.folder.name) / "ca.pem")
        command = [str(BINARY), "sim", "--json", "--port", "0", "--https-port", "0", "--ca-file", self.ca]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the simulator ended before it was ready")
        said = json.loads(line)
        self.base, self.https, self.tenant = said["simulator"], said["https"], said["tenant"]
        self.client_id, self.secret = said["client_id"], said["client_secret"]
        self.authority = f"{self.https}/{self.tenant}"
        self.people = {person["login"].split(".")[0]: person for person in said["people"]}
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                answers.check(self.base)
        finally:
            self.process.terminate()
            self.process.wait(timeout=60)
            self.process.stdout.close()
            self.folder.cleanup()

    def control(self, path, body=None, method=None):
        """One request to the control surface."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}/_sim{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def events(self, name, subject=None):
        """What a person's mailbox holds."""
        login = urllib.parse.quote(self.people[name]["login"])
        held = self.control(f"/events?login={login}")
        return [event for event in held if subject is None or event["subject"] == subject]

    def token(self, name, scopes):
        """An access token without sign-in."""
        return self.control("/token", {"login": self.people[name]["login"], "scope": scopes})["access_token"]

    def log(self):
        """The requests so far."""
        log = self.control("/log")
        return log["entries"] if isinstance(log, dict) else log

    def now(self):
        """The simulator's clock."""
        return parsed(self.control("/clock")["now"])


def parsed(text):
    """An instant, to the second."""
    return datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)


class Landing:
    """Where the application's redirect URI leads: notes what the browser brings back."""

    def __enter__(self):
        landing = self
        landing.brought = None

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                address = urllib.parse.urlsplit(self.path)
                if address.path == "/landing":
                    landing.brought = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"You can close this window.")

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.uri = f"http://localhost:{self.server.server_port}/landing"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Browser:
    """A headless Chromium; one window per person."""

    def __enter__(self):
        from playwright.sync_api import sync_playwright

        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync"],
        )
        return self

    def __exit__(self, *_):
        self.browser.close()
        self.playwright.stop()

    def window(self):
        """A window with its own cookies. Chromium takes no authority from a file, so here any certificate will do."""
        return self.browser.new_context(ignore_https_errors=True, locale="en-GB").new_page()


def walk(page, person, url, landing, choice="#idSIButton9"):
    """Opens the address and walks Microsoft's pages, whichever of them come. Returns what came back and the pages seen."""
    landing.brought = None
    seen = []
    page.goto(url)
    for _ in range(8):
        page.wait_for_load_state("domcontentloaded")
        if page.url.startswith(landing.uri):
            return landing.brought, seen
        seen.append(page.locator("h1").first.inner_text())
        if page.locator("#i0116").is_visible():
            page.fill("#i0116", person["login"])
            page.click("#idSIButton9")
        elif page.locator("#i0118").is_visible():
            page.fill("#i0118", person["password"])
            page.click("#idSIButton9")
        elif page.locator(f'[data-test-id="{person["login"]}"]').is_visible():
            page.click(f'[data-test-id="{person["login"]}"]')
        elif page.locator(choice).is_visible():
            page.click(choice)
        else:
            return None, seen
    raise RuntimeError(f"still at Microsoft after eight steps: {seen}")
