//! Proving to be the application by a certificate, and replacing one by another.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use microsoft::Kind;
use microsoft::entra::{Certificate, CertificateFault, Credential, scopes};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};
use sim::Rotation;

use crate::office::{NONCE, Office};

/// A certificate with its key, as one PEM text, and without it.
struct Pem {
    whole: String,
    public: String,
    key: String,
}

impl Pem {
    fn new() -> Self {
        Self::of(&KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key"))
    }

    fn of(key: &KeyPair) -> Self {
        let certificate =
            CertificateParams::new(Vec::new()).and_then(|params| params.self_signed(key));
        let public = certificate.expect("a certificate").pem();
        let key = key.serialize_pem();
        Self {
            whole: format!("{key}{public}"),
            public,
            key,
        }
    }

    fn read(&self) -> Certificate {
        Certificate::read(&self.whole, "").expect("a certificate and its key")
    }
}

/// An office whose application is known at Entra by these certificates only.
async fn office(credential: Credential, known: &[&Pem]) -> Office {
    let public: String = known.iter().map(|pem| pem.public.as_str()).collect();
    let known = sim::Certificate::from_pem(&public).expect("certificates");
    Office::open_known_by(known, Rotation::Lenient, |settings| {
        settings.credential = credential;
    })
    .await
}

fn both(first: &Pem, second: &Pem) -> Credential {
    Credential::Certificates(first.read(), Some(Box::new(second.read())))
}

#[tokio::test]
async fn a_certificate_does_for_codes_and_for_refreshes() {
    let pem = Pem::new();
    let office = office(Credential::Certificates(pem.read(), None), &[&pem]).await;
    let lena = office.connect(&office.lena()).await;
    let grant = lena.grant();
    let permit = office.permit(&lena.id);
    let redeemed = office.microsoft.entra().redeem(&permit, grant, None).await;
    assert!(redeemed.is_ok(), "{:?}", redeemed.err());
    let log = office.sim.log();
    let tokens = log.iter().filter(|entry| entry.path.ends_with("/token"));
    let bodies: Vec<&str> = tokens
        .filter_map(|entry| entry.request_body.as_deref())
        .collect();
    assert_eq!(bodies.len(), 2);
    assert!(
        bodies
            .iter()
            .all(|body| body.contains("client_assertion=") && !body.contains("client_secret"))
    );
}

#[tokio::test]
async fn one_certificate_replaces_another_without_a_gap() {
    let (old, new) = (Pem::new(), Pem::new());
    // The new one is in the settings already and not yet at Entra; then both are; then the old one is gone there.
    for known in [&[&old][..], &[&old, &new], &[&new]] {
        let office = office(both(&new, &old), known).await;
        let signed_in = office
            .sign_in(&office.lena(), &scopes::SIGN_IN, NONCE)
            .await;
        assert!(signed_in.is_ok(), "{:?}", signed_in.err());
    }
}

#[tokio::test]
async fn a_certificate_that_entra_does_not_know_is_the_operators_matter() {
    let (ours, other) = (Pem::new(), Pem::new());
    let office = office(Credential::Certificates(ours.read(), None), &[&other]).await;
    let refused = office
        .sign_in(&office.lena(), &scopes::SIGN_IN, NONCE)
        .await;
    let error = refused.err().expect("refused");
    assert_eq!(error.kind(), Kind::Installation, "{error:?}");
}

#[test]
fn what_is_no_usable_certificate_says_what_is_wrong() {
    microsoft::install_crypto();
    let check = |pem: &str, expected| {
        assert_eq!(Certificate::read(pem, "").err(), Some(expected), "{pem}");
    };
    let (one, other) = (Pem::new(), Pem::new());
    let elliptic = Pem::of(&KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"));
    check("", CertificateFault::Shut);
    check("no PEM and no PFX", CertificateFault::Shut);
    check(&one.key, CertificateFault::NoCertificate);
    check(&one.public, CertificateFault::NoKey);
    check(
        &format!("{}{}", one.public, other.key),
        CertificateFault::NotItsKey,
    );
    check(&elliptic.whole, CertificateFault::NotRsa);
    let printed = format!("{:?}", Credential::Certificates(one.read(), None));
    assert_eq!(printed, "Certificates(Certificate(hidden), None)");
}

/// A PFX file as OpenSSL writes it, in base64; `None`, said aloud, where there is no OpenSSL.
fn pfx(pem: &Pem, arguments: &[&str]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("both.pem");
    std::fs::write(&file, &pem.whole).expect("written");
    let output = std::process::Command::new("openssl")
        .args(["pkcs12", "-export", "-in"])
        .arg(&file)
        .args(arguments)
        .output();
    let Ok(output) = output else {
        let _ = writeln!(std::io::stderr(), "no openssl: PFX files SKIPPED");
        return None;
    };
    let remarks = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{remarks}");
    Some(STANDARD.encode(output.stdout))
}

#[tokio::test]
async fn a_pfx_file_does_as_well_as_a_pem_file() {
    let pem = Pem::new();
    let password = ["-passout", "pass:a secret"];
    let ciphers: [&[&str]; 3] = [
        &[],
        &["-legacy"],
        &[
            "-keypbe",
            "PBE-SHA1-3DES",
            "-certpbe",
            "PBE-SHA1-3DES",
            "-macalg",
            "sha1",
        ],
    ];
    for cipher in ciphers {
        let Some(text) = pfx(&pem, &[&password, cipher].concat()) else {
            return;
        };
        assert_eq!(
            Certificate::read(&text, "").err(),
            Some(CertificateFault::Shut)
        );
        let certificate = Certificate::read(&text, "a secret").expect("opens");
        assert_eq!(certificate.valid_until(), pem.read().valid_until());
        let office = office(Credential::Certificates(certificate, None), &[&pem]).await;
        let signed_in = office
            .sign_in(&office.lena(), &scopes::SIGN_IN, NONCE)
            .await;
        assert!(signed_in.is_ok(), "{cipher:?}: {:?}", signed_in.err());
    }
    let text = pfx(&pem, &["-passout", "pass:"]).expect("as before");
    assert!(
        Certificate::read(&text, "").is_ok(),
        "Azure Key Vault uses no password"
    );
}
