//! Signing keys, each with a certificate around it.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::der;

/// Every key that was made, by number, for all simulators of the process: making RSA keys is slow, and these protect nothing.
static MADE: Mutex<Vec<Arc<SigningKey>>> = Mutex::new(Vec::new());

/// One RSA key with the names it is published under.
pub(crate) struct SigningKey {
    pair: KeyPair,
    kid: String,
    certificate: Vec<u8>,
}

impl SigningKey {
    /// The key with that number, made if there is none yet.
    pub(crate) fn numbered(number: usize) -> Arc<Self> {
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        while made.len() <= number {
            made.push(Arc::new(Self::generate()));
        }
        Arc::clone(&made[number])
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// An RS256 signature.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("a 2048-bit key can sign with SHA-256");
        signature
    }

    fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("the machine can make an RSA key");
        let certificate = certificate(&pair);
        let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate);
        Self {
            pair,
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            certificate,
        }
    }

    pub(crate) fn jwk(&self, issuer: &str) -> Value {
        let (modulus, exponent) = der::rsa_numbers(self.pair.public_key().as_ref())
            .expect("a key that was made here is written whole");
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": URL_SAFE_NO_PAD.encode(modulus),
            "e": URL_SAFE_NO_PAD.encode(exponent),
            "x5c": [STANDARD.encode(&self.certificate)],
            "issuer": issuer,
        })
    }
}

/// A self-signed certificate around the key, because published sets carry one.
fn certificate(pair: &KeyPair) -> Vec<u8> {
    const RSA_ENCRYPTION: &[u8] = &[
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    const SHA256_WITH_RSA: &[u8] = &[
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00,
    ];
    const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];
    let algorithm = der::write(der::SEQUENCE, &[SHA256_WITH_RSA]);
    let common_name = der::write(
        der::SEQUENCE,
        &[
            COMMON_NAME,
            &der::write(der::UTF8_STRING, &[b"attache simulator"]),
        ],
    );
    let name = der::write(der::SEQUENCE, &[&der::write(der::SET, &[&common_name])]);
    let validity = der::write(
        der::SEQUENCE,
        &[
            &der::write(der::UTC_TIME, &[b"200101000000Z"]),
            &der::write(der::UTC_TIME, &[b"491231235959Z"]),
        ],
    );
    let key_bits = der::write(der::BIT_STRING, &[&[0], pair.public_key().as_ref()]);
    let key_info = der::write(
        der::SEQUENCE,
        &[&der::write(der::SEQUENCE, &[RSA_ENCRYPTION]), &key_bits],
    );
    let body = der::write(
        der::SEQUENCE,
        &[
            &der::write(der::INTEGER, &[&[1]]),
            &algorithm,
            &name,
            &validity,
            &name,
            &key_info,
        ],
    );
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        &body,
        &mut signature,
    )
    .expect("a 2048-bit key can sign with SHA-256");
    der::write(
        der::SEQUENCE,
        &[
            &body,
            &algorithm,
            &der::write(der::BIT_STRING, &[&[0], &signature]),
        ],
    )
}
