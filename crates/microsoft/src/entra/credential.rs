//! How attache proves to Entra that it is the application: by a secret, or by a certificate's key (`private_key_jwt`).
//!
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::random::Random;
use domain::secret::ClientSecret;
use jiff::Timestamp;
use p12_keystore::KeyStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{Signer, SigningKey};
use rustls::{SignatureAlgorithm, SignatureScheme};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

/// An assertion is good for so many seconds; Entra asks for five to ten minutes.
const LIFE_SECONDS: i64 = 600;

/// What attache shows Entra at every token request.
#[derive(Debug)]
pub enum Credential {
    /// A client secret: simple, and known to both sides.
    Secret(ClientSecret),
    /// Certificates, of which Entra knows only the public part. The first is used; the second only when Entra does not
    /// accept the first, so that one can be replaced by the other without a gap.
    Certificates(Certificate, Option<Box<Certificate>>),
}

impl Credential {
    /// The end of its life, where it is known here: that of a secret is known to Entra alone.
    pub fn valid_until(&self) -> Option<Timestamp> {
        match self {
            Self::Secret(_) => None,
            Self::Certificates(certificate, _) => Some(certificate.valid_until()),
        }
    }
}

/// A certificate registered with the application, and its private key.
pub struct Certificate {
    key: Arc<dyn SigningKey>,
    /// SHA-256 of the certificate, by which Entra finds it.
    thumbprint: String,
    until: Timestamp,
}

/// Why a certificate cannot be used; each with what to do, in one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// There is no `CERTIFICATE` block.
    #[error("no CERTIFICATE block; put certificate and private key into one PEM file")]
    NoCertificate,
    /// There is no private key block, or it is encrypted.
    #[error("no PRIVATE KEY block that can be read; the key must be there, and not encrypted")]
    NoKey,
    /// The key is not RSA.
    #[error("the private key is not an RSA key, which is the only kind Entra takes")]
    NotRsa,
    /// The certificate cannot be read.
    #[error("the certificate cannot be read")]
    Unreadable,
    /// It is neither PEM nor PKCS#12, or the password is another.
    #[error("it is neither PEM nor a PKCS#12 (PFX) file that entra.certificate_password opens")]
    Shut,
    /// The key belongs to another certificate.
    #[error("the private key does not belong to the certificate")]
    NotItsKey,
}

impl Certificate {
    /// Reads an X.509 certificate and its RSA private key: both in one PEM text (PKCS#8 or PKCS#1, in any order), or a
    /// PKCS#12 (PFX) file in base64, which is how Azure Key Vault hands it out. Only that one has a password.
    ///
    /// # Errors
    /// A [`CertificateFault`] when one is missing, cannot be read, or does not belong to the other.
    pub fn read(text: &str, password: &str) -> Result<Self, CertificateFault> {
        if text.contains("-----BEGIN ") {
            return Self::from_pem(text);
        }
        let text: String = text.split_ascii_whitespace().collect();
        let bytes = STANDARD.decode(text).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| CertificateFault::Shut)?;
        let opened = KeyStore::from_pkcs12(&bytes, password);
        let opened = opened.map_err(|_| CertificateFault::Shut)?;
        let (_, chain) = opened.private_key_chain().ok_or(CertificateFault::NoKey)?;
        let certificate = chain.chain().first();
        let certificate = certificate.ok_or(CertificateFault::NoCertificate)?;
        let key = PrivateKeyDer::try_from(chain.key()).map_err(|_| CertificateFault::NoKey)?;
        Self::from_der(&CertificateDer::from(certificate.as_der()), &key)
    }

    fn from_pem(pem: &str) -> Result<Self, CertificateFault> {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| CertificateFault::NoCertificate)?;
        let private =
            PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| CertificateFault::NoKey)?;
        Self::from_der(&certificate, &private)
    }

    fn from_der(
        certificate: &CertificateDer<'_>,
        private: &PrivateKeyDer<'_>,
    ) -> Result<Self, CertificateFault> {
        let (_, read) = x509_parser::parse_x509_certificate(certificate)
            .map_err(|_| CertificateFault::Unreadable)?;
        let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(private)
            .map_err(|_| CertificateFault::NoKey)?;
        if key.algorithm() != SignatureAlgorithm::RSA {
            return Err(CertificateFault::NotRsa);
        }
        let public = key.public_key().ok_or(CertificateFault::NoKey)?;
        if *public != *read.public_key().raw {
            return Err(CertificateFault::NotItsKey);
        }
        let until =
            Timestamp::from_second(read.validity().not_after.timestamp()).unwrap_or(Timestamp::MAX);
        Ok(Self {
            key,
            thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(certificate)),
            until,
        })
    }

    /// The end of its life, in UTC. Entra refuses it from then on.
    pub fn valid_until(&self) -> Timestamp {
        self.until
    }

    /// A fresh assertion that we are this application, for this token endpoint and nobody else.
    /// It is a JWT (RFC 7523).
    fn assertion(
        &self,
        client_id: &str,
        endpoint: &Url,
        now: Timestamp,
        random: &Random,
    ) -> String {
        let now = now.as_second();
        let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint });
        let claims = json!({
            "aud": endpoint.as_str(),
            "iss": client_id,
            "sub": client_id,
            "jti": random.uuid(),
            "nbf": now,
            "iat": now,
            "exp": now + LIFE_SECONDS,
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(&claims));
        let signature = self
            .signer()
            .sign(message.as_bytes())
            .expect("an RSA key that was read can sign a short text");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// RSA-PSS with SHA-256, which JWTs call PS256.
    fn signer(&self) -> Box<dyn Signer> {
        self.key
            .choose_scheme(&[SignatureScheme::RSA_PSS_SHA256])
            .expect("each RSA key knows this scheme")
    }
}

/// One of the ways to prove who we are, in the order in which they are tried.
#[derive(Clone, Copy)]
pub(crate) enum Proof<'a> {
    Secret(&'a ClientSecret),
    Certificate(&'a Certificate),
}

impl Credential {
    pub(crate) fn proofs(&self) -> impl Iterator<Item = Proof<'_>> {
        let (secret, first, second) = match self {
            Self::Secret(secret) => (Some(secret), None, None),
            Self::Certificates(first, second) => (None, Some(first), second.as_deref()),
        };
        let certificates = first.into_iter().chain(second).map(Proof::Certificate);
        secret.into_iter().map(Proof::Secret).chain(certificates)
    }
}

impl Proof<'_> {
    /// Adds the proof to a token request.
    pub(crate) fn add_to(
        self,
        form: &mut Serializer<'_, String>,
        client_id: &str,
        endpoint: &Url,
        now: Timestamp,
        random: &Random,
    ) {
        match self {
            Self::Secret(secret) => {
                form.append_pair("client_secret", secret.expose());
            }
            Self::Certificate(certificate) => {
                let assertion =
                    Zeroizing::new(certificate.assertion(client_id, endpoint, now, random));
                form.append_pair(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .append_pair("client_assertion", &assertion);
            }
        }
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate(hidden)")
    }
}
