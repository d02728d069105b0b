"""msgraph-sdk for Python works with the simulator's calendars and people: unmodified, against what the simulator holds."""

import asyncio
import datetime
import time
import unittest

from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator, BaseBearerTokenAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.activity_domain import ActivityDomain
from msgraph.generated.models.attendee import Attendee
from msgraph.generated.models.attendee_base import AttendeeBase
from msgraph.generated.models.attendee_type import AttendeeType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.response_type import ResponseType
from msgraph.generated.models.time_constraint import TimeConstraint
from msgraph.generated.models.time_slot import TimeSlot
from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import GetSchedulePostRequestBody
from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import CalendarViewRequestBuilder
from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.events.item.accept.accept_post_request_body import AcceptPostRequestBody
from msgraph.generated.users.item.events.item.decline.decline_post_request_body import DeclinePostRequestBody
from msgraph.generated.users.item.people.people_request_builder import PeopleRequestBuilder
from msgraph.generated.users.item.find_meeting_times.find_meeting_times_post_request_body import FindMeetingTimesPostRequestBody
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.tasks import PageIterator

from simulator import Simulator

SCOPES = "User.Read User.ReadBasic.All Calendars.ReadWrite Calendars.Read.Shared Contacts.Read People.Read MailboxSettings.Read"


class Issued(AccessTokenProvider):
    """A token that is there already."""

    def __init__(self, token):
        self.token = token

    async def get_authorization_token(self, uri, additional_authentication_context={}):
        return self.token

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator(["127.0.0.1", "localhost"])


class Sdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = cls.enterClassContext(Simulator())
        # The day after tomorrow, in the afternoon, on the simulator's clock.
        now = cls.simulator.now()
        cls.day = (now + datetime.timedelta(days=2)).date()

    def talk(self, name, conversation, scopes=SCOPES):
        async def run():
            provider = BaseBearerTokenAuthenticationProvider(Issued(self.simulator.token(name, scopes)))
            adapter = GraphRequestAdapter(provider)
            adapter.base_url = f"{self.simulator.base}/v1.0"
            return await conversation(GraphServiceClient(request_adapter=adapter))

        return asyncio.run(run())

    def at(self, hour, zone="W. Europe Standard Time"):
        return DateTimeTimeZone(date_time=f"{self.day}T{hour:02}:00:00", time_zone=zone)

    def draft(self, subject, hour, *invited):
        attendees = [
            Attendee(type=AttendeeType.Required, email_address=EmailAddress(address=self.simulator.people[name]["login"]))
            for name in invited
        ]
        return Event(subject=subject, start=self.at(hour), end=self.at(hour + 1), attendees=attendees or None)

    def test_it_reads_who_one_is(self):
        me = self.talk("lena", lambda graph: graph.me.get())
        self.assertEqual((me.mail, me.display_name), (self.simulator.people["lena"]["login"], "Lena Hoffmann"))

    def test_it_pages_through_a_view_of_the_calendar(self):
        query = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(
            start_date_time=f"{self.day - datetime.timedelta(days=7)}T00:00:00Z",
            end_date_time=f"{self.day + datetime.timedelta(days=7)}T00:00:00Z",
        )

        async def conversation(graph):
            query.top = 100
            whole = await graph.me.calendar_view.get(RequestConfiguration(query_parameters=query))
            self.assertIsNone(whole.odata_next_link)
            query.top = 3
            first = await graph.me.calendar_view.get(RequestConfiguration(query_parameters=query))
            self.assertEqual(len(first.value), 3)
            self.assertTrue(first.odata_next_link.startswith(self.simulator.base))
            found = []
            pages = PageIterator(first, graph.request_adapter)
            await pages.iterate(lambda event: found.append(event.id) or True)
            return [event.id for event in whole.value], found

        whole, found = self.talk("lena", conversation)
        self.assertGreater(len(whole), 6)
        self.assertEqual(sorted(found), sorted(whole))

    def test_it_creates_changes_and_deletes_an_event(self):
        async def conversation(graph):
            made = await graph.me.events.post(self.draft("Made by the SDK", 15))
            held = self.simulator.events("lena", "Made by the SDK")
            self.assertEqual([event["id"] for event in held], [made.id])
            change = Event(subject="Changed by the SDK", end=self.at(17))
            changed = await graph.me.events.by_event_id(made.id).patch(change)
            self.assertEqual(changed.subject, "Changed by the SDK")
            held = self.simulator.events("lena", "Changed by the SDK")
            self.assertEqual(len(held), 1)
            length = [datetime.datetime.fromisoformat(held[0][side]["dateTime"][:19]) for side in ("start", "end")]
            self.assertEqual(length[1] - length[0], datetime.timedelta(hours=2))
            await graph.me.events.by_event_id(made.id).delete()
            self.assertEqual(self.simulator.events("lena", "Changed by the SDK"), [])
            with self.assertRaises(ODataError) as gone:
                await graph.me.events.by_event_id(made.id).get()
            self.assertEqual((gone.exception.response_status_code, gone.exception.error.code), (404, "ErrorItemNotFound"))

        self.talk("lena", conversation)

    def test_invitations_arrive_and_their_answers_come_back(self):
        subject = "Invited by the SDK"
        made = self.talk("lena", lambda graph: graph.me.events.post(self.draft(subject, 9, "markus", "katrin")))
        for name, wanted in (("markus", "accepted"), ("katrin", "declined")):
            copy, = self.simulator.events(name, subject)

            async def conversation(graph, copy=copy, wanted=wanted):
                event = graph.me.events.by_event_id(copy["id"])
                if wanted == "accepted":
                    self.assertEqual((await event.get()).response_status.response, ResponseType.NotResponded)
                    await event.accept.post(AcceptPostRequestBody(comment="Yes", send_response=True))
                    self.assertEqual((await event.get()).response_status.response, ResponseType.Accepted)
                else:
                    await event.decline.post(DeclinePostRequestBody(comment="No", send_response=True))

            self.talk(name, conversation)
            organiser, = self.simulator.events("lena", subject)
            answers = {one["emailAddress"]["address"]: one["status"]["response"] for one in organiser["attendees"]}
            self.assertEqual(answers[self.simulator.people[name]["login"]], wanted)
        self.assertEqual(self.simulator.events("katrin", subject), [], "a declined invitation leaves the calendar")
        self.assertEqual(organiser["id"], made.id)

    def test_it_learns_when_others_are_free(self):
        self.talk("markus", lambda graph: graph.me.events.post(self.draft("Busy for the SDK", 19)))
        login = self.simulator.people["markus"]["login"]
        body = GetSchedulePostRequestBody(schedules=[login], start_time=self.at(18), end_time=self.at(22), availability_view_interval=60)
        schedule = self.talk("lena", lambda graph: graph.me.calendar.get_schedule.post(body)).value[0]
        self.assertEqual((schedule.schedule_id, schedule.availability_view), (login, "0200"))

    def test_it_finds_a_time_at_which_both_can_meet(self):
        self.talk("katrin", lambda graph: graph.me.events.post(self.draft("Busy until three", 14)))
        login = self.simulator.people["katrin"]["login"]
        body = FindMeetingTimesPostRequestBody(
            attendees=[AttendeeBase(type=AttendeeType.Required, email_address=EmailAddress(address=login))],
            time_constraint=TimeConstraint(
                activity_domain=ActivityDomain.Unrestricted, time_slots=[TimeSlot(start=self.at(14), end=self.at(16))]
            ),
            meeting_duration=datetime.timedelta(hours=1),
            return_suggestion_reasons=True,
        )
        found = self.talk("lena", lambda graph: graph.me.find_meeting_times.post(body), f"{SCOPES} Calendars.Read.Shared")
        starts = {one.meeting_time_slot.start.date_time[11:16] for one in found.meeting_time_suggestions if one.confidence == 100}
        self.assertTrue(starts, found.empty_suggestions_reason)
        busy = [event["start"]["dateTime"][11:16] for event in self.simulator.events("katrin", "Busy until three")]
        self.assertFalse(starts & set(busy), "nobody who is busy is counted as free")

    def test_it_finds_people_and_users(self):
        async def conversation(graph):
            query = PeopleRequestBuilder.PeopleRequestBuilderGetQueryParameters(search='"Anna"', top=10)
            people = await graph.me.people.get(RequestConfiguration(query_parameters=query))
            self.assertGreaterEqual(sum(person.display_name.startswith("Anna") for person in people.value), 2)
            query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
                search='"displayName:Anna"', select=["id", "displayName", "mail"], count=True, orderby=["displayName"]
            )
            advanced = RequestConfiguration(query_parameters=query)
            with self.assertRaises(ODataError) as refused:
                await graph.users.get(advanced)
            self.assertEqual(refused.exception.response_status_code, 400)
            advanced.headers.add("ConsistencyLevel", "eventual")
            users = await graph.users.get(advanced)
            self.assertEqual(users.odata_count, len(users.value))
            self.assertEqual([user.display_name for user in users.value], ["Anna Berger", "Anna Brandt"])
            contacts = await graph.me.contacts.get()
            self.assertTrue(contacts.value and all(contact.display_name for contact in contacts.value))

        self.talk("lena", conversation)

    def test_it_sends_a_batch(self):
        async def conversation(graph):
            content = BatchRequestContent({})
            content.add_request_information(graph.me.to_get_request_information())
            content.add_request_information(graph.me.events.to_post_request_information(self.draft("Made in a batch", 13)))
            content.add_request_information(graph.me.events.by_event_id("AAMkNowhere").to_get_request_information())
            sent = list(content.requests)
            answer = await BatchRequestBuilder(graph.request_adapter).post(content)
            # This version of the SDK reads no inner body that is a JSON object, as Graph's are; so the statuses and the calendar.
            statuses = answer.get_response_status_codes()
            self.assertEqual([statuses[one] for one in sent[:2]], [200, 201])
            self.assertIn(statuses[sent[2]], (400, 404))
            self.assertEqual(len(self.simulator.events("lena", "Made in a batch")), 1)

        self.talk("lena", conversation)

    def test_it_follows_changes(self):
        query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(
            start_date_time=f"{self.day - datetime.timedelta(days=7)}T00:00:00Z",
            end_date_time=f"{self.day + datetime.timedelta(days=7)}T00:00:00Z",
        )

        async def to_the_end(graph, page):
            found = list(page.value)
            while page.odata_next_link:
                page = await graph.me.calendar_view.delta.with_url(page.odata_next_link).get()
                found += page.value
            return found, page.odata_delta_link

        async def conversation(graph):
            found, link = await to_the_end(graph, await graph.me.calendar_view.delta.get(RequestConfiguration(query_parameters=query)))
            self.assertTrue(found and link.startswith(self.simulator.base))
            made = await graph.me.events.post(self.draft("Followed by the SDK", 20))
            changes, link = await to_the_end(graph, await graph.me.calendar_view.delta.with_url(link).get())
            self.assertIn(made.id, [event.id for event in changes])
            await graph.me.events.by_event_id(made.id).delete()
            changes, _ = await to_the_end(graph, await graph.me.calendar_view.delta.with_url(link).get())
            gone = [event for event in changes if event.id == made.id]
            self.assertEqual([event.additional_data["@removed"]["reason"] for event in gone], ["deleted"])

        self.talk("anna", conversation)

    def test_a_missing_permission_is_an_error_with_its_code(self):
        with self.assertRaises(ODataError) as refused:
            self.talk("lena", lambda graph: graph.me.events.post(self.draft("Not allowed", 12)), scopes="User.Read Calendars.Read")
        self.assertEqual((refused.exception.response_status_code, refused.exception.error.code), (403, "ErrorAccessDenied"))
        self.assertTrue(refused.exception.error.inner_error.request_id)
        self.assertEqual(self.simulator.events("lena", "Not allowed"), [])

    def test_a_throttled_request_is_repeated_when_the_simulator_says(self):
        self.simulator.control("/faults", {"surface": "graph", "times": 1, "answer": {"throttle": {"retry_after": 1}}})
        began = time.monotonic()
        me = self.talk("lena", lambda graph: graph.me.get())
        self.assertEqual(me.mail, self.simulator.people["lena"]["login"])
        self.assertGreaterEqual(time.monotonic() - began, 1)
        statuses = [entry["status"] for entry in self.simulator.log() if entry["path"].startswith("/v1.0/") and entry["path"].endswith("/me")]
        self.assertIn((429, 200), list(zip(statuses, statuses[1:])))


if __name__ == "__main__":
    unittest.main(verbosity=2)
