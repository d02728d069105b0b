//! A certificate authority of the simulator's own, and the certificate with which it answers over HTTPS.
//!
//! Nobody trusts this authority who was not told to. It signs one certificate, for the names of this machine, anew at every
//! start; what is worth keeping over a restart is the authority itself.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::clock::machine;
use crate::options::Options;

const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca-key.pem";
/// Ten years, since the kept authority is in somebody's trust store.
const AUTHORITY_LIVES: SignedDuration = SignedDuration::from_hours(24 * 3_650);
/// Some clients accept no certificate of a private authority that lives longer than 825 days.
const CERTIFICATE_LIVES: SignedDuration = SignedDuration::from_hours(24 * 800);
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What is needed to listen with TLS.
#[derive(Debug)]
pub(crate) struct Identity {
    /// The authority's certificate, for those who shall trust it.
    pub(crate) ca_pem: String,
    config: Arc<ServerConfig>,
}

impl Identity {
    /// An authority, kept or new, and a certificate of it for the names of this machine.
    ///
    /// # Errors
    /// When the folder cannot be used, holds no key, or a name cannot be in a certificate.
    pub(crate) fn new(options: &Options, folder: Option<&Path>) -> io::Result<Self> {
        let (ca_pem, key) = match folder {
            Some(folder) => kept(folder)?,
            None => new_authority()?,
        };
        let authority = Issuer::new(authority_params(), key);
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        names.push("::1".to_owned());
        names.extend(options.names.iter().cloned());
        let listen = options.listen.ip();
        if !listen.is_loopback() && !listen.is_unspecified() {
            names.push(listen.to_string());
        }
        let mut params = CertificateParams::new(names).map_err(unusable)?;
        params.distinguished_name = named("localhost (simulated Microsoft)");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        date(&mut params, CERTIFICATE_LIVES);
        let key = KeyPair::generate().map_err(unusable)?;
        let certificate = params.signed_by(&key, &authority).map_err(unusable)?;
        let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(unusable)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .map_err(unusable)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            ca_pem,
            config: Arc::new(config),
        })
    }

    pub(crate) fn acceptor(&self) -> Acceptor {
        Acceptor(TlsAcceptor::from(Arc::clone(&self.config)))
    }
}

/// Turns an accepted connection into one with TLS.
#[derive(Clone)]
pub(crate) struct Acceptor(TlsAcceptor);

impl Acceptor {
    /// Nothing when the other side does not finish the handshake, or not in time.
    pub(crate) async fn accept<S>(&self, stream: S) -> Option<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let shaken = tokio::time::timeout(HANDSHAKE, self.0.accept(stream)).await;
        shaken.ok()?.ok()
    }
}

/// The authority in the folder; a new one is put there first if there is none.
fn kept(folder: &Path) -> io::Result<(String, KeyPair)> {
    let (certificate, key) = (folder.join(CERTIFICATE), folder.join(KEY));
    if !key.exists() {
        fs::create_dir_all(folder)?;
        let (pem, pair) = new_authority()?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&key)?;
        file.write_all(pair.serialize_pem().as_bytes())?;
        fs::write(&certificate, pem)?;
    }
    let pair = KeyPair::from_pem(&fs::read_to_string(&key)?).map_err(unusable)?;
    Ok((fs::read_to_string(&certificate)?, pair))
}

fn new_authority() -> io::Result<(String, KeyPair)> {
    let key = KeyPair::generate().map_err(unusable)?;
    let certificate = authority_params().self_signed(&key).map_err(unusable)?;
    Ok((certificate.pem(), key))
}

/// Of these, what a certificate takes from its issuer (the name, the key's identifier) is the same at every start.
fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("attache simulator CA: not Microsoft");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    date(&mut params, AUTHORITY_LIVES);
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// From yesterday, for a clock that is a little behind.
fn date(params: &mut CertificateParams, lives: SignedDuration) {
    let day = |at: Timestamp| {
        let date = at.to_zoned(TimeZone::UTC).date();
        let number = |part: i8| u8::try_from(part).expect("months and days are positive");
        date_time_ymd(date.year().into(), number(date.month()), number(date.day()))
    };
    let now = machine();
    params.not_before = day(now
        .saturating_sub(SignedDuration::from_hours(24))
        .unwrap_or(now));
    params.not_after = day(now.saturating_add(lives).unwrap_or(now));
}

fn unusable(problem: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_with_a_folder_survives_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = folder.path().join("authority");
        let start = || Identity::new(&Options::default(), Some(&kept)).expect("an identity");
        let (first, second) = (start(), start());
        assert_eq!(first.ca_pem, second.ca_pem);
        assert!(first.ca_pem.starts_with("-----BEGIN CERTIFICATE-----"));
        fs::write(kept.join(KEY), "not a key").expect("written");
        assert!(Identity::new(&Options::default(), Some(&kept)).is_err());
    }

    #[test]
    fn an_authority_without_a_folder_is_a_new_one() {
        let start = || Identity::new(&Options::default(), None).expect("an identity");
        assert_ne!(start().ca_pem, start().ca_pem);
    }

    #[test]
    fn the_key_of_a_kept_authority_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().expect("a folder");
        Identity::new(&Options::default(), Some(folder.path())).expect("an identity");
        let key = fs::metadata(folder.path().join(KEY)).expect("the key");
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}
