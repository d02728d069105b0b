"""The check of the logged answers finds what is not Microsoft's."""

import json
import unittest

import answers


def entry(method, path, status, body):
    return {"method": method, "path": path, "status": status, "response_body": None if body is None else json.dumps(body)}


@unittest.skipUnless((answers.FOLDER / "strict-schemas.json").is_file(), "Microsoft's schemas are not present")
class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.published = answers.Published(answers.FOLDER)

    def check(self, *what):
        return self.published.check(entry(*what))

    def test_an_invented_property_is_found_at_every_address_of_its_type(self):
        fine, invented = {"value": [{"subject": "x"}]}, {"value": [{"subjekt": "x"}]}
        for path in [
            "/v1.0/me/calendarView",
            "/v1.0/users/anna@example.com/calendar/events",
            "/v1.0/users('anna@example.com')/events",
            "/v1.0/me/calendars/AAMk/calendarView",
            "/v1.0/me/calendarView/microsoft.graph.delta()",
            "/v1.0/me/events/AAMk/instances",
        ]:
            self.assertEqual(self.check("GET", path, 200, fine), [], path)
            self.assertIn("subjekt", self.check("GET", path, 200, invented)[0], path)

    def test_an_error_has_the_one_shape(self):
        self.assertEqual(self.check("GET", "/v1.0/me/nothing", 400, {"error": {"code": "BadRequest", "message": "No."}}), [])
        self.assertNotEqual(self.check("GET", "/v1.0/me/nothing", 400, {"code": "BadRequest"}), [])

    def test_what_no_description_has_is_found(self):
        self.assertNotEqual(self.check("GET", "/v1.0/me/nothing", 200, {"value": []}), [])
        self.assertEqual(self.check("POST", "/v1.0/me/events/AAMk/cancel", 202, None), [])
        self.assertNotEqual(self.check("POST", "/v1.0/me/events/AAMk/cancel", 202, {"subject": "x"}), [])


if __name__ == "__main__":
    unittest.main()
