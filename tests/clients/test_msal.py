"""MSAL for Python signs people in at the simulator: whole flows, unmodified, over TLS, in a real browser."""

import base64
import datetime
import json
import unittest
import urllib.error
import urllib.request

import msal
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from simulator import Browser, Landing, Simulator, walk

SCOPES = ["User.Read", "Calendars.ReadWrite"]


class Msal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = cls.enterClassContext(Simulator())
        cls.landing = cls.enterClassContext(Landing())
        cls.browser = cls.enterClassContext(Browser())
        cls.simulator.control("/application", {"add_redirect_uri": {"uri": cls.landing.uri, "kind": "web"}})

    def app(self, credential=None, **more):
        more.setdefault("authority", self.simulator.authority)
        return msal.ConfidentialClientApplication(
            self.simulator.client_id,
            client_credential=credential or self.simulator.secret,
            instance_discovery=False,
            verify=self.simulator.ca,
            client_capabilities=["CP1"],
            **more,
        )

    def sign_in(self, app, page, name, **more):
        """The whole interactive flow. Returns MSAL's answer and the pages that were seen."""
        flow = app.initiate_auth_code_flow(more.pop("scopes", SCOPES), redirect_uri=self.landing.uri, **more)
        brought, seen = walk(page, self.simulator.people[name], flow["auth_uri"], self.landing)
        self.assertIsNotNone(brought, seen)
        return app.acquire_token_by_auth_code_flow(flow, brought), seen

    def me(self, token):
        request = urllib.request.Request(f"{self.simulator.base}/v1.0/me", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def test_a_person_signs_in_consents_and_is_refreshed_silently(self):
        lena = self.simulator.people["lena"]["login"]
        self.simulator.control(f"/grants?login={lena}", method="DELETE")
        app, page = self.app(), self.browser.window()
        answer, seen = self.sign_in(app, page, "lena")
        self.assertEqual(seen, ["Sign in", "Enter password", "Permissions requested"])
        self.assertEqual(answer["id_token_claims"]["preferred_username"], lena)
        self.assertEqual(answer["id_token_claims"]["iss"], f"{self.simulator.authority}/v2.0")
        self.assertEqual(self.me(answer["access_token"])["mail"], lena)
        # Capable of continuous access evaluation, so long-lived.
        self.assertGreater(answer["expires_in"], 20 * 3600)
        account = app.get_accounts()[0]
        self.assertEqual(account["username"], lena)
        cached = app.acquire_token_silent(SCOPES, account)
        self.assertEqual((cached["access_token"], cached["token_source"]), (answer["access_token"], "cache"))
        fresh = app.acquire_token_silent(SCOPES, account, force_refresh=True)
        self.assertEqual(fresh["token_source"], "identity_provider")
        self.assertNotEqual(fresh["access_token"], answer["access_token"])
        self.assertEqual(self.me(fresh["access_token"])["mail"], lena)

    def test_a_second_account_signs_in_beside_the_first(self):
        app, page = self.app(), self.browser.window()
        self.sign_in(app, page, "markus")
        login = self.simulator.people["katrin"]["login"]
        answer, seen = self.sign_in(app, page, "katrin", login_hint=login, prompt="login")
        self.assertNotIn("Sign in", seen, "the hint has filled in the address")
        self.assertEqual(answer["id_token_claims"]["preferred_username"], login)
        self.assertEqual(len(app.get_accounts()), 2)
        self.assertEqual([account["username"] for account in app.get_accounts(login)], [login])
        again, seen = self.sign_in(app, page, "markus", prompt="select_account")
        self.assertEqual(seen[0], "Pick an account")
        self.assertEqual(again["id_token_claims"]["preferred_username"], self.simulator.people["markus"]["login"])

    def test_a_revoked_session_is_challenged_refused_and_signed_in_again(self):
        app, page = self.app(), self.browser.window()
        answer, _ = self.sign_in(app, page, "anna")
        login = answer["id_token_claims"]["preferred_username"]
        self.simulator.control("/revoke", {"login": login})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.me(answer["access_token"])
        challenge = refused.exception.headers["WWW-Authenticate"]
        refused.exception.close()
        self.assertEqual(refused.exception.code, 401)
        self.assertIn('error="insufficient_claims"', challenge)
        claims = challenge.split('claims="')[1].split('"')[0]
        claims = base64.b64decode(claims).decode()
        self.assertIn("nbf", json.loads(claims)["access_token"])
        silent = app.acquire_token_silent_with_error(SCOPES, app.get_accounts()[0], claims_challenge=claims)
        self.assertEqual(silent["error"], "invalid_grant")
        self.assertIn(50173, silent["error_codes"])
        self.assertTrue(silent["error_description"].startswith("AADSTS50173"))
        again, seen = self.sign_in(app, page, "anna", claims_challenge=claims)
        self.assertIn("Enter password", seen)
        self.assertEqual(self.me(again["access_token"])["mail"], login)

    def test_a_certificate_proves_the_application(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "attache")])
        now = self.simulator.now()
        certificate = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30)).sign(key, hashes.SHA256())
        )
        public = certificate.public_bytes(serialization.Encoding.PEM).decode()
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        credentials = {
            "by SHA-256": {"private_key": private, "public_certificate": public},
            "by SHA-1": {"private_key": private, "thumbprint": certificate.fingerprint(hashes.SHA1()).hex()},
        }
        unknown, _ = self.sign_in(self.app(credentials["by SHA-256"]), self.browser.window(), "lena")
        self.assertEqual((unknown["error"], unknown["error_codes"]), ("invalid_client", [700027]))
        self.simulator.control("/application", {"add_certificate": public})
        for how, credential in credentials.items():
            with self.subTest(how):
                app = self.app(credential)
                answer, _ = self.sign_in(app, self.browser.window(), "lena")
                self.assertNotIn("error", answer)
                fresh = app.acquire_token_silent(SCOPES, app.get_accounts()[0], force_refresh=True)
                self.assertEqual(self.me(fresh["access_token"])["mail"], self.simulator.people["lena"]["login"])

    def test_a_wrong_secret_is_refused(self):
        answer, _ = self.sign_in(self.app("wrong"), self.browser.window(), "lena")
        self.assertEqual((answer["error"], answer["error_codes"]), ("invalid_client", [7000215]))
        self.assertTrue(answer["correlation_id"] and answer["trace_id"])

    def test_where_an_administrator_must_consent_a_member_cannot(self):
        app, tenant = self.app(), f"/tenants/{self.simulator.tenant}"
        self.simulator.control(tenant, {"consent": {"policy": "none"}}, "PATCH")
        self.addCleanup(self.simulator.control, tenant, {"consent": {"policy": "allow_all"}}, "PATCH")
        scopes = ["Contacts.Read", "User.Read"]
        page = self.browser.window()
        flow = app.initiate_auth_code_flow(scopes, redirect_uri=self.landing.uri)
        brought, seen = walk(page, self.simulator.people["markus"], flow["auth_uri"], self.landing, "#idBtn_Back")
        self.assertIn("Need admin approval", seen)
        answer = app.acquire_token_by_auth_code_flow(flow, brought)
        self.assertEqual(answer["error"], "access_denied")
        # An administrator consents for everybody, and the same member comes through.
        flow = app.initiate_auth_code_flow(scopes, redirect_uri=self.landing.uri)
        page = self.browser.window()
        _, seen = walk(page, self.simulator.people["katrin"], flow["auth_uri"], self.landing, "#nothing")
        self.assertEqual(seen[-1], "Permissions requested")
        page.check("#organizationConsent")
        page.click("#idSIButton9")
        page.wait_for_url(f"{self.landing.uri}*")
        answer, seen = self.sign_in(app, self.browser.window(), "markus", scopes=scopes)
        self.assertEqual(seen, ["Sign in", "Enter password"])
        self.assertIn("Contacts.Read", answer["scope"])

    def test_the_authority_for_all_organisations_works_too(self):
        app = self.app(authority=f"{self.simulator.https}/organizations")
        answer, _ = self.sign_in(app, self.browser.window(), "lena")
        self.assertEqual(answer["id_token_claims"]["tid"], self.simulator.tenant)
        fresh = app.acquire_token_silent(SCOPES, app.get_accounts()[0], force_refresh=True)
        self.assertIn("access_token", fresh)


if __name__ == "__main__":
    unittest.main(verbosity=2)
