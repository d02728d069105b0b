// MSAL for Node signs people in at the simulator: whole flows, unmodified, over TLS, in a real browser.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ConfidentialClientApplication, CryptoProvider, InteractionRequiredAuthError } from "@azure/msal-node";
import { browser, landing, newWindow, simulator, trusted, walk } from "./simulator.mjs";

const scopes = ["User.Read", "Calendars.ReadWrite"];

if (await trusted(fileURLToPath(import.meta.url))) {
  const sim = simulator();
  let chromium, target;

  before(async () => {
    target = await landing();
    chromium = await browser();
    await sim.control("/application", { add_redirect_uri: { uri: target.uri, kind: "web" } });
  });

  after(async () => {
    await chromium?.close();
    await target?.stop();
  });

  const application = (auth = { clientSecret: sim.client_secret }) => new ConfidentialClientApplication({
    auth: { clientId: sim.client_id, authority: sim.authority, knownAuthorities: [sim.host], clientCapabilities: ["CP1"], ...auth },
  });

  /** The whole interactive flow with PKCE. */
  const signIn = async (app, page, person, more = {}) => {
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
    const url = await app.getAuthCodeUrl({ scopes, redirectUri: target.uri, codeChallenge: challenge, codeChallengeMethod: "S256", ...more });
    const { brought, seen } = await walk(page, person, url, target);
    assert.ok(brought.code, JSON.stringify(brought));
    const answer = await app.acquireTokenByCode({ scopes, redirectUri: target.uri, code: brought.code, codeVerifier: verifier, ...more });
    return { answer, seen };
  };

  const me = (token) => fetch(`${sim.https}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } });

  test("a person signs in, consents and is refreshed silently", async () => {
    const app = application();
    const lena = sim.person("lena");
    const { answer, seen } = await signIn(app, await newWindow(chromium), lena);
    assert.deepEqual(seen, ["Sign in", "Enter password", "Permissions requested"]);
    assert.equal(answer.account.username, lena.login);
    assert.equal(answer.account.environment, sim.host);
    assert.equal(answer.idTokenClaims.iss, `${sim.authority}/v2.0`);
    assert.equal((await (await me(answer.accessToken)).json()).mail, lena.login);
    const cached = await app.acquireTokenSilent({ scopes, account: answer.account });
    assert.deepEqual([cached.fromCache, cached.accessToken], [true, answer.accessToken]);
    const fresh = await app.acquireTokenSilent({ scopes, account: answer.account, forceRefresh: true });
    assert.equal(fresh.fromCache, false);
    assert.notEqual(fresh.accessToken, answer.accessToken);
    assert.equal((await (await me(fresh.accessToken)).json()).mail, lena.login);
  });

  test("a second account signs in beside the first", async () => {
    const app = application();
    const page = await newWindow(chromium);
    await signIn(app, page, sim.person("markus"));
    const katrin = sim.person("katrin");
    const { answer, seen } = await signIn(app, page, katrin, { prompt: "login", loginHint: katrin.login });
    assert.ok(!seen.includes("Sign in"), "the hint has filled in the address");
    assert.equal(answer.account.username, katrin.login);
    const accounts = await app.getTokenCache().getAllAccounts();
    assert.deepEqual(accounts.map((account) => account.username).sort(), [katrin.login, sim.person("markus").login].sort());
  });

  test("a revoked session is challenged, refused and signed in again", async () => {
    const app = application();
    const page = await newWindow(chromium);
    const anna = sim.person("anna");
    const { answer } = await signIn(app, page, anna);
    await sim.control("/revoke", { login: anna.login });
    const refused = await me(answer.accessToken);
    assert.equal(refused.status, 401);
    const challenge = refused.headers.get("www-authenticate");
    assert.match(challenge, /error="insufficient_claims"/);
    const claims = Buffer.from(/claims="([^"]+)"/.exec(challenge)[1], "base64").toString();
    assert.ok(JSON.parse(claims).access_token.nbf);
    await assert.rejects(app.acquireTokenSilent({ scopes, account: answer.account, claims }), (error) => {
      assert.ok(error instanceof InteractionRequiredAuthError, `${error.name}: ${error.message}`);
      assert.match(error.message, /AADSTS50173/);
      return true;
    });
    const again = await signIn(app, page, anna, { claims });
    assert.ok(again.seen.includes("Enter password"));
    assert.equal((await me(again.answer.accessToken)).status, 200);
  });

  test("a second factor that is asked for later needs the person again", async () => {
    const app = application();
    const { answer } = await signIn(app, await newWindow(chromium), sim.person("markus"));
    await sim.control(`/tenants/${sim.tenant}`, { mfa: "required" }, "PATCH");
    try {
      await assert.rejects(app.acquireTokenSilent({ scopes, account: answer.account, forceRefresh: true }), (error) => {
        assert.ok(error instanceof InteractionRequiredAuthError, `${error.name}: ${error.message}`);
        assert.match(error.message, /AADSTS5007[69]/);
        return true;
      });
    } finally {
      await sim.control(`/tenants/${sim.tenant}`, { mfa: "off" }, "PATCH");
    }
  });

  test("a certificate proves the application", async () => {
    const folder = mkdtempSync(join(tmpdir(), "attache-certificate-"));
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=attache", "-days", "30", "-keyout", key, "-out", certificate],
      { stdio: "ignore" });
    const [privateKey, pem] = [readFileSync(key, "utf8"), readFileSync(certificate, "utf8")];
    rmSync(folder, { recursive: true });
    const thumbprintSha256 = createHash("sha256").update(new X509Certificate(pem).raw).digest("hex");
    const app = application({ clientCertificate: { privateKey, thumbprintSha256 } });
    await assert.rejects(signIn(app, await newWindow(chromium), sim.person("lena")), /AADSTS700027/);
    await sim.control("/application", { add_certificate: pem });
    const { answer } = await signIn(app, await newWindow(chromium), sim.person("lena"));
    assert.equal(answer.account.username, sim.person("lena").login);
    const fresh = await app.acquireTokenSilent({ scopes, account: answer.account, forceRefresh: true });
    assert.equal((await me(fresh.accessToken)).status, 200);
  });

  test("a wrong secret is refused", async () => {
    const app = application({ clientSecret: "wrong" });
    await assert.rejects(signIn(app, await newWindow(chromium), sim.person("lena")), (error) => {
      assert.equal(error.errorCode, "invalid_client");
      assert.match(error.message, /AADSTS7000215/);
      return true;
    });
  });
}
