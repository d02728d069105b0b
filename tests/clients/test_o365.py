"""O365 for Python works with the simulator: its own sign-in in a browser, calendars, invitations, contacts, people."""

import datetime
import unittest
import urllib.parse
import warnings
import zoneinfo

warnings.filterwarnings("ignore", category=DeprecationWarning, module="O365")

import msal
from O365 import Account, MSGraphProtocol
from O365.utils import BaseTokenBackend

from simulator import Browser, Landing, Simulator, walk

SCOPES = ["User.Read", "User.ReadBasic.All", "Calendars.ReadWrite", "Contacts.Read", "offline_access"]


class Memory(BaseTokenBackend):
    """Keeps tokens as long as the test runs."""

    def load_token(self):
        return self.has_data

    def save_token(self, force=False):
        return True

    def delete_token(self):
        self._cache = {}
        return True

    def check_token(self):
        return self.has_data


class O365(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = cls.enterClassContext(Simulator())
        cls.landing = cls.enterClassContext(Landing())
        cls.browser = cls.enterClassContext(Browser())
        cls.simulator.control("/application", {"add_redirect_uri": {"uri": cls.landing.uri, "kind": "web"}})
        cls.lena, cls.markus = cls.account("lena"), cls.account("markus")
        cls.day = cls.simulator.now().date() + datetime.timedelta(days=2)

    @classmethod
    def account(cls, name):
        simulator = cls.simulator

        class Protocol(MSGraphProtocol):
            _protocol_url = f"{simulator.base}/"

        account = Account(
            (simulator.client_id, simulator.secret),
            protocol=Protocol(api_version="v1.0", timezone="Europe/Berlin"),
            tenant_id=simulator.tenant,
            token_backend=Memory(),
        )
        account.connection.session = account.connection.get_session()
        account.connection.session.headers["Authorization"] = f"Bearer {simulator.token(name, ' '.join(SCOPES[:-1]) + ' People.Read')}"
        account.connection.load_token_from_backend = lambda: True
        return account

    def at(self, hour):
        return datetime.datetime(self.day.year, self.day.month, self.day.day, hour, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))

    def calendar(self, account):
        return account.schedule().get_default_calendar()

    def event(self, account, subject, hour):
        event = self.calendar(account).new_event(subject)
        event.start, event.end = self.at(hour), self.at(hour + 1)
        return event

    def test_it_signs_in_and_refreshes_through_msal(self):
        simulator = self.simulator

        class Protocol(MSGraphProtocol):
            _protocol_url = f"{simulator.base}/"

        account = Account(
            (simulator.client_id, simulator.secret), protocol=Protocol(api_version="v1.0", timezone="UTC"), token_backend=Memory()
        )
        connection = account.connection
        connection._msal_authority = simulator.authority
        # It passes nothing on to MSAL that would say whom to trust, so MSAL is given ready.
        connection._msal_client = msal.ConfidentialClientApplication(
            simulator.client_id, client_credential=simulator.secret, authority=simulator.authority, instance_discovery=False,
            verify=simulator.ca, token_cache=connection.token_backend,
        )
        scopes = ["User.Read", "Calendars.ReadWrite"]
        url, flow = connection.get_authorization_url(requested_scopes=scopes, redirect_uri=self.landing.uri)
        brought, seen = walk(self.browser.window(), simulator.people["lena"], url, self.landing)
        self.assertEqual(seen, ["Sign in", "Enter password", "Permissions requested"])
        answer = f"{self.landing.uri}?{urllib.parse.urlencode(brought)}"
        self.assertTrue(connection.request_token(answer, flow=flow))
        lena = simulator.people["lena"]["login"]
        self.assertEqual(account.get_current_user_data().mail, lena)
        # As if the token had lived its time.
        for held in connection.token_backend._cache["AccessToken"].values():
            held["expires_on"] = "1"
        self.assertTrue(connection.refresh_token())
        grants = [entry for entry in simulator.log() if entry["path"].endswith("/token") and entry["status"] == 200]
        self.assertEqual(len(grants), 2)
        self.assertEqual(account.get_current_user_data().mail, lena)

    def test_it_lists_events_with_the_days_of_series(self):
        start, end = self.at(0) - datetime.timedelta(days=7), self.at(0) + datetime.timedelta(days=7)
        calendar = self.calendar(self.lena)
        events = list(calendar.get_events(limit=200, batch=5, include_recurring=True, start_recurring=start, end_recurring=end))
        self.assertGreater(len(events), 10, "more than two of its pages")
        self.assertTrue(all(start <= event.end and event.start < end for event in events))
        held = {event["subject"] for event in self.simulator.events("lena") if event["type"] == "seriesMaster"}
        days = [event.subject for event in events if event.subject in held]
        self.assertGreater(len(days), len(set(days)), "one series on several days")
        stored = {event["id"] for event in self.simulator.events("lena")}
        single = list(calendar.get_events(limit=200, include_recurring=False))
        self.assertTrue(single and {event.object_id for event in single} <= stored)

    def test_it_makes_changes_and_deletes_an_event(self):
        event = self.event(self.lena, "Made with O365", 15)
        event.location, event.body = "Room 2", "<p>Hello</p>"
        self.assertTrue(event.save())
        held, = self.simulator.events("lena", "Made with O365")
        self.assertEqual((held["id"], held["location"]["displayName"]), (event.object_id, "Room 2"))
        event.subject = "Changed with O365"
        self.assertTrue(event.save())
        self.assertEqual([held["id"] for held in self.simulator.events("lena", "Changed with O365")], [event.object_id])
        self.assertTrue(event.delete())
        self.assertEqual(self.simulator.events("lena", "Changed with O365"), [])

    def test_invitations_arrive_and_their_answers_come_back(self):
        login = self.simulator.people["markus"]["login"]
        for subject, hour, answer in (("Accepted with O365", 9, "accepted"), ("Declined with O365", 11, "declined")):
            event = self.event(self.lena, subject, hour)
            event.attendees.add(login)
            self.assertTrue(event.save())
            copy, = self.simulator.events("markus", subject)
            received = self.calendar(self.markus).get_event(copy["id"])
            self.assertTrue(received.accept_event(comment="Yes") if answer == "accepted" else received.decline_event(comment="No"))
            organiser, = self.simulator.events("lena", subject)
            self.assertEqual([one["status"]["response"] for one in organiser["attendees"]], [answer])

    def test_it_finds_contacts_and_users(self):
        contacts = list(self.lena.address_book().get_contacts(limit=50))
        self.assertTrue(contacts and all(contact.display_name for contact in contacts))
        users = list(self.lena.directory().get_users(limit=50))
        logins = {user.mail for user in users}
        self.assertTrue({self.simulator.people[name]["login"] for name in ("lena", "markus", "katrin")} <= logins)
        markus = self.lena.directory().get_user(self.simulator.people["markus"]["login"])
        self.assertEqual(markus.display_name, "Markus Keller")

    def test_it_learns_when_others_are_free(self):
        event = self.event(self.markus, "Busy with O365", 19)
        self.assertTrue(event.save())
        login = self.simulator.people["markus"]["login"]
        found = self.lena.schedule().get_availability([login], self.at(18), self.at(22), 60)
        self.assertEqual(found[0]["availabilityView"], ["free", "busy", "free", "free"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
