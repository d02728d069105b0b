"""The official Python MCP client lists and calls tools on the demo, unmodified, in both eras of the protocol."""

import asyncio
import unittest

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

import answers
from attache import Demo, ready


class OfficialClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.demo = Demo().__enter__()
        cls.member = ready(cls.demo, {"search_events": "always_allow", "create_event": "ask", "search_contacts": "always_allow", "read_profile": "always_allow"})

    @classmethod
    def tearDownClass(cls):
        try:
            answers.check(cls.demo.simulator)
        finally:
            cls.demo.__exit__()

    def talk(self, mode, conversation, token=None):
        async def run():
            headers = {"Authorization": f"Bearer {token or self.demo.token}"}
            async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
                async with Client(streamable_http_client(f"{self.demo.base}/mcp", http_client=http), mode=mode) as client:
                    return await conversation(client)

        return asyncio.run(run())

    def check(self, mode):
        async def conversation(client):
            names = [tool.name for tool in (await client.list_tools()).tools]
            self.assertEqual(names, ["search_events", "create_event", "search_contacts", "read_profile", "check_approval"])
            profile = (await client.call_tool("read_profile", {})).structured_content
            self.assertEqual((profile["status"], profile["zone"]), ("done", "Europe/Berlin"))
            events = (await client.call_tool("search_events", {"limit": 3})).structured_content
            self.assertEqual(events["status"], "done")
            self.assertLessEqual(len(events["events"]), 3)
            anna = (await client.call_tool("search_contacts", {"query": "Anna"})).structured_content
            self.assertEqual(anna["status"], "ambiguous")
            asked = (await client.call_tool("create_event", {"title": f"By the {mode} client", "start": "2031-03-04T10:00", "duration_minutes": 30})).structured_content
            self.assertEqual(asked["status"], "approval_required")
            wrong = await client.call_tool("create_event", {"title": "Backwards", "start": "2031-03-04T10:00", "end": "2031-03-04T09:00"})
            self.assertTrue(wrong.is_error)
            self.assertEqual((wrong.structured_content["code"], wrong.structured_content["field"]), ("ends_before_start", "end"))
            with self.assertRaisesRegex(Exception, "(?i)unknown tool"):
                await client.call_tool("approve", {})
            return asked

        asked = self.talk(mode, conversation)
        path = asked["link"].removeprefix(self.demo.base)
        self.member.go(path).submit("/approve")

        async def afterwards(client):
            return (await client.call_tool("check_approval", {"approval_id": asked["approval_id"], "wait_seconds": 5})).structured_content

        done = self.talk(mode, afterwards)
        self.assertEqual((done["status"], done["verified"]), ("done", True))

    def test_the_modern_era_works(self):
        self.check("auto")

    def test_the_legacy_era_works(self):
        self.check("legacy")

    def test_a_wrong_key_is_refused(self):
        async def conversation(client):
            return await client.list_tools()

        with self.assertRaises(BaseException):
            self.talk("auto", conversation, token="attache_key_wrong")


if __name__ == "__main__":
    unittest.main(verbosity=2)
