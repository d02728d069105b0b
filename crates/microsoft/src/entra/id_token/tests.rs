//! One test for each check, with tokens signed by a key of our own.

use std::sync::OnceLock;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;

const TENANT: &str = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490";
const OTHER: &str = "11111111-2b34-4da1-9baa-8bc8c9d6a490";
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const OBJECT: &str = "22222222-2b34-4da1-9baa-8bc8c9d6a490";
const TEMPLATE: &str = "https://login.example/{tenantid}/v2.0";
const NOW: i64 = 1_790_000_000;

struct Signer(KeyPair);

impl Signer {
    fn new() -> Self {
        crate::install_crypto();
        Self(KeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    fn own() -> &'static Self {
        static OWN: OnceLock<Signer> = OnceLock::new();
        OWN.get_or_init(Self::new)
    }

    /// The PKCS#1 form of a 2048-bit key has its modulus at a fixed place, and the exponent is 65537.
    fn modulus(&self) -> Vec<u8> {
        let der = self.0.public_key().as_ref();
        assert_eq!(der.len(), 270);
        der[9..265].to_vec()
    }

    fn key(&self, issuer: Option<&str>) -> Key {
        serde_json::from_value(json!({
            "kty": "RSA", "use": "sig", "kid": "k1", "n": URL_SAFE_NO_PAD.encode(self.modulus()), "e": "AQAB", "issuer": issuer,
        }))
        .expect("a key")
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .expect("a signature");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn message(header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn header() -> Value {
    json!({ "typ": "JWT", "alg": "RS256", "kid": "k1" })
}

fn claims() -> Value {
    json!({
        "iss": format!("https://login.example/{TENANT}/v2.0"), "aud": "client", "exp": NOW + 3_900, "nbf": NOW, "iat": NOW,
        "ver": "2.0", "tid": TENANT, "oid": OBJECT, "nonce": "n-1", "sub": "s", "name": "Anna\u{202e} Berger",
        "preferred_username": "anna.berger@nordwind.example", "email": "somebody.else@other.example", "auth_time": NOW - 60,
        "sid": "00481d36-c0cf-4ae1-9d5d-8a4b1f5d2c11", "uti": "kq-7Xw1_Y0mXJr3Q",
    })
}

fn but(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn check_as(token: &str, key: &Key, issuer: &str) -> Result<Person, IdTokenFault> {
    let allowed = [TenantId::parse(TENANT).expect("a GUID")];
    let expected = Expected {
        issuer,
        client_id: "client",
        allowed_tenants: &allowed,
        nonce: "n-1",
        now: Timestamp::from_second(NOW).expect("a time"),
    };
    key_id(token).and_then(|_| check_with(token, key, &expected))
}

fn fault(claims: &Value) -> Option<IdTokenFault> {
    let signer = Signer::own();
    check_as(
        &signer.sign(&header(), claims),
        &signer.key(Some(TEMPLATE)),
        TEMPLATE,
    )
    .err()
}

#[test]
fn a_good_token_says_who_it_is_by_tenant_and_object_alone() {
    let signer = Signer::own();
    let token = signer.sign(&header(), &claims());
    let person = check_as(&token, &signer.key(Some(TEMPLATE)), TEMPLATE).expect("good");
    assert_eq!(person.identity.tenant.as_str(), TENANT);
    assert_eq!(person.identity.object.as_str(), OBJECT);
    assert_eq!(person.name, "Anna Berger");
    assert_eq!(person.login, "anna.berger@nordwind.example");
    assert_eq!(
        person.authenticated_at,
        Timestamp::from_second(NOW - 60).ok()
    );
    let marks = (person.sid.as_deref(), person.uti.as_deref());
    let expected = (
        Some("00481d36-c0cf-4ae1-9d5d-8a4b1f5d2c11"),
        Some("kq-7Xw1_Y0mXJr3Q"),
    );
    assert_eq!(marks, expected);
}

#[test]
fn what_has_not_the_form_of_an_id_is_not_taken_as_one() {
    let signer = Signer::own();
    for odd in [
        json!(""),
        json!("a b"),
        json!("x\n{}"),
        json!("x".repeat(65)),
    ] {
        let token = signer.sign(&header(), &but("sid", odd.clone()));
        let person = check_as(&token, &signer.key(Some(TEMPLATE)), TEMPLATE);
        assert_eq!(person.expect("good otherwise").sid, None, "{odd}");
    }
}

#[test]
fn a_token_without_a_signature_is_refused() {
    let signer = Signer::own();
    for alg in ["none", "None", "nOnE", ""] {
        let header = json!({ "alg": alg, "kid": "k1" });
        let token = format!("{}.", message(&header, &claims()));
        assert_eq!(
            check_as(&token, &signer.key(None), TEMPLATE).err(),
            Some(IdTokenFault::Algorithm),
            "{alg}"
        );
    }
    let (signed, _) = signer
        .sign(&header(), &claims())
        .rsplit_once('.')
        .map(|(m, s)| (m.to_owned(), s.to_owned()))
        .expect("three parts");
    assert_eq!(
        check_as(&format!("{signed}."), &signer.key(None), TEMPLATE).err(),
        Some(IdTokenFault::Signature)
    );
}

#[test]
fn the_public_key_is_not_taken_for_a_shared_secret() {
    let signer = Signer::own();
    let message = message(&json!({ "alg": "HS256", "kid": "k1" }), &claims());
    for secret in [signer.modulus(), signer.0.public_key().as_ref().to_vec()] {
        let tag = hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, &secret),
            message.as_bytes(),
        );
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
        assert_eq!(
            check_as(&token, &signer.key(None), TEMPLATE).err(),
            Some(IdTokenFault::Algorithm)
        );
    }
}

#[test]
fn other_algorithms_of_the_same_family_are_refused_too() {
    let signer = Signer::own();
    for alg in ["RS384", "RS512", "PS256", "ES256", "EdDSA"] {
        let token = signer.sign(&json!({ "alg": alg, "kid": "k1" }), &claims());
        assert_eq!(
            check_as(&token, &signer.key(None), TEMPLATE).err(),
            Some(IdTokenFault::Algorithm),
            "{alg}"
        );
    }
}

#[test]
fn a_key_that_the_token_brings_along_is_ignored() {
    let (own, forger) = (Signer::own(), Signer::new());
    let jwk = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(forger.modulus()), "e": "AQAB", "kid": "k1" });
    for header in [
        json!({ "alg": "RS256", "kid": "k1", "jku": "https://evil.example/keys" }),
        json!({ "alg": "RS256", "kid": "k1", "x5u": "https://evil.example/keys" }),
        json!({ "alg": "RS256", "kid": "k1", "jwk": jwk }),
    ] {
        let token = forger.sign(&header, &claims());
        assert_eq!(
            check_as(&token, &own.key(None), TEMPLATE).err(),
            Some(IdTokenFault::Signature),
            "{header}"
        );
        let token = own.sign(&header, &claims());
        assert!(
            check_as(&token, &own.key(None), TEMPLATE).is_ok(),
            "{header}"
        );
    }
}

#[test]
fn a_changed_claim_breaks_the_signature() {
    let signer = Signer::own();
    let token = signer.sign(&header(), &claims());
    let signature = token.rsplit('.').next().expect("three parts");
    let forged = format!(
        "{}.{signature}",
        message(&header(), &but("oid", json!(OTHER)))
    );
    assert_eq!(
        check_as(&forged, &signer.key(None), TEMPLATE).err(),
        Some(IdTokenFault::Signature)
    );
}

#[test]
fn a_token_that_names_no_key_or_is_no_token_is_refused() {
    let signer = Signer::own();
    let token = signer.sign(&json!({ "alg": "RS256" }), &claims());
    assert_eq!(
        check_as(&token, &signer.key(None), TEMPLATE).err(),
        Some(IdTokenFault::UnknownKey)
    );
    for not in ["", "a", "a.b", "a.b.c", "..", "{}.{}.{}"] {
        assert_eq!(
            check_as(not, &signer.key(None), TEMPLATE).err(),
            Some(IdTokenFault::Form),
            "{not}"
        );
    }
}

#[test]
fn the_issuer_must_be_exactly_the_tenants() {
    for iss in [
        format!("https://login.example/{OTHER}/v2.0"),
        format!("https://evil.example/{TENANT}/v2.0"),
        format!("https://login.example/{TENANT}/v2.0/"),
        format!("https://login.example/{TENANT}/"),
        format!("https://sts.windows.net/{TENANT}/"),
        TEMPLATE.to_owned(),
        String::new(),
    ] {
        assert_eq!(
            fault(&but("iss", json!(iss))),
            Some(IdTokenFault::Issuer),
            "{iss}"
        );
    }
}

#[test]
fn with_one_tenant_the_issuer_is_pinned_to_it() {
    let signer = Signer::own();
    let token = signer.sign(&header(), &claims());
    let pinned = format!("https://login.example/{TENANT}/v2.0");
    assert!(check_as(&token, &signer.key(Some(&pinned)), &pinned).is_ok());
    let pinned_elsewhere = format!("https://login.example/{OTHER}/v2.0");
    assert_eq!(
        check_as(&token, &signer.key(Some(TEMPLATE)), &pinned_elsewhere).err(),
        Some(IdTokenFault::Issuer)
    );
}

#[test]
fn a_key_of_another_issuer_is_refused() {
    let signer = Signer::own();
    let token = signer.sign(&header(), &claims());
    let other = format!("https://login.example/{PERSONAL}/v2.0");
    assert_eq!(
        check_as(&token, &signer.key(Some(&other)), TEMPLATE).err(),
        Some(IdTokenFault::KeyOfAnotherIssuer)
    );
}

#[test]
fn a_tenant_that_is_not_listed_is_refused_a_personal_account_too() {
    for tenant in [OTHER, PERSONAL] {
        let mut claims = but("tid", json!(tenant));
        claims["iss"] = json!(format!("https://login.example/{tenant}/v2.0"));
        assert_eq!(
            fault(&claims),
            Some(IdTokenFault::TenantNotAllowed),
            "{tenant}"
        );
    }
}

#[test]
fn a_tenant_or_object_that_is_no_guid_is_refused() {
    for name in ["tid", "oid"] {
        for value in [
            json!("common"),
            json!("nordwind.example"),
            json!(""),
            Value::Null,
        ] {
            assert_eq!(
                fault(&but(name, value.clone())),
                Some(IdTokenFault::Tenant),
                "{name} {value}"
            );
        }
    }
}

#[test]
fn a_token_for_another_application_is_refused() {
    assert_eq!(
        fault(&but("aud", json!("other"))),
        Some(IdTokenFault::Audience)
    );
    assert_eq!(
        fault(&but("aud", json!(["client", "other"]))),
        Some(IdTokenFault::Form)
    );
}

#[test]
fn times_are_checked_with_five_minutes_of_leeway() {
    assert_eq!(fault(&but("exp", json!(NOW - 299))), None);
    assert_eq!(
        fault(&but("exp", json!(NOW - 300))),
        Some(IdTokenFault::Expired)
    );
    assert_eq!(fault(&but("nbf", json!(NOW + 300))), None);
    assert_eq!(
        fault(&but("nbf", json!(NOW + 301))),
        Some(IdTokenFault::NotYetValid)
    );
    assert_eq!(
        fault(&but("exp", json!(i64::MAX))),
        Some(IdTokenFault::Expired)
    );
    assert_eq!(
        fault(&but("nbf", json!(i64::MAX))),
        Some(IdTokenFault::NotYetValid)
    );
    assert_eq!(
        fault(&but("exp", json!(i64::MIN))),
        Some(IdTokenFault::Expired)
    );
    for missing in ["exp", "nbf"] {
        assert_eq!(
            fault(&but(missing, Value::Null)),
            Some(IdTokenFault::Form),
            "{missing}"
        );
    }
}

#[test]
fn a_token_of_another_attempt_is_refused() {
    assert_eq!(
        fault(&but("nonce", json!("n-2"))),
        Some(IdTokenFault::Nonce)
    );
    assert_eq!(fault(&but("nonce", Value::Null)), Some(IdTokenFault::Nonce));
}

#[test]
fn only_version_two_is_read() {
    for version in [json!("1.0"), json!(2.0), Value::Null] {
        let fault = fault(&but("ver", version.clone()));
        assert!(
            matches!(fault, Some(IdTokenFault::Version | IdTokenFault::Form)),
            "{version}"
        );
    }
}
