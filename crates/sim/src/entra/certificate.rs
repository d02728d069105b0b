//! The application's certificates: what is read from their PEM, and what a signature is checked with.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::der;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// A certificate with which the application proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    sha1: Vec<u8>,
    sha256: Vec<u8>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// Why a text holds no certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotACertificate(&'static str);

impl std::fmt::Display for NotACertificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for NotACertificate {}

/// How an assertion is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature {
    Rs256,
    Ps256,
}

impl Certificate {
    /// Every certificate of a PEM text.
    ///
    /// # Errors
    /// What is wrong with the text, when there is no certificate in it or one without an RSA key.
    pub fn from_pem(text: &str) -> Result<Vec<Self>, NotACertificate> {
        let mut found = Vec::new();
        for part in text.split(BEGIN).skip(1) {
            let (body, _) = part
                .split_once(END)
                .ok_or(NotACertificate("a certificate has no end line"))?;
            let body: String = body.split_ascii_whitespace().collect();
            let bytes = STANDARD
                .decode(body)
                .map_err(|_| NotACertificate("a certificate is not base64"))?;
            let certificate = Self::of_der(&bytes).ok_or(NotACertificate(
                "a certificate is not an X.509 certificate with an RSA key",
            ))?;
            found.push(certificate);
        }
        if found.is_empty() {
            return Err(NotACertificate("there is no certificate in PEM form"));
        }
        Ok(found)
    }

    fn of_der(bytes: &[u8]) -> Option<Self> {
        let (outer, _) = der::expect(bytes, der::SEQUENCE)?;
        let (body, _) = der::expect(outer, der::SEQUENCE)?;
        // The version is optional: certificates of the first version have none.
        let version = der::read(body)?;
        let body = if version.tag == 0xA0 {
            version.rest
        } else {
            body
        };
        let (_serial, body) = der::expect(body, der::INTEGER)?;
        let (_algorithm, body) = der::expect(body, der::SEQUENCE)?;
        let (_issuer, body) = der::expect(body, der::SEQUENCE)?;
        let (validity, body) = der::expect(body, der::SEQUENCE)?;
        let (_subject, body) = der::expect(body, der::SEQUENCE)?;
        let (key_info, _) = der::expect(body, der::SEQUENCE)?;
        let (not_before, validity) = instant(validity)?;
        let (not_after, _) = instant(validity)?;
        let (_algorithm, key_info) = der::expect(key_info, der::SEQUENCE)?;
        let (bits, _) = der::expect(key_info, der::BIT_STRING)?;
        let (modulus, exponent) = der::rsa_numbers(bits.strip_prefix(&[0])?)?;
        Some(Self {
            sha1: digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec(),
            sha256: digest(&SHA256, bytes).as_ref().to_vec(),
            modulus: modulus.to_vec(),
            exponent: exponent.to_vec(),
            not_before,
            not_after,
        })
    }

    pub(crate) fn is_valid_at(&self, at: Timestamp) -> bool {
        self.not_before <= at && at <= self.not_after
    }

    pub(crate) fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether a thumbprint, of whichever kind, is this certificate's.
    pub(crate) fn has_thumbprint(&self, thumbprint: &[u8]) -> bool {
        thumbprint == self.sha256 || thumbprint == self.sha1
    }

    /// The SHA-256 thumbprint in lower-case hexadecimal.
    pub(crate) fn name(&self) -> String {
        self.sha256
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Whether the certificate's key made that signature.
    pub(crate) fn verifies(&self, how: Signature, message: &[u8], signature: &[u8]) -> bool {
        let parameters = match how {
            Signature::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Signature::Ps256 => &RSA_PSS_2048_8192_SHA256,
        };
        let key = RsaPublicKeyComponents {
            n: &self.modulus,
            e: &self.exponent,
        };
        key.verify(parameters, message, signature).is_ok()
    }
}

/// A time of a certificate, and what follows it.
fn instant(validity: &[u8]) -> Option<(Timestamp, &[u8])> {
    let element = der::read(validity)?;
    let text = std::str::from_utf8(element.content).ok()?;
    let text = match element.tag {
        // Two digits of the year: 50 and later mean the last century.
        der::UTC_TIME if text.get(..2)? >= "50" => format!("19{text}"),
        der::UTC_TIME => format!("20{text}"),
        der::GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let at = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    let at = at.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some((at, element.rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=attache client"`; the key was thrown away.
    const FROM_OPENSSL: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIDEzCCAfugAwIBAgIUGMyEjlBA4ThQftnNUYiKMl7Zp50wDQYJKoZIhvcNAQEL\n\
BQAwGTEXMBUGA1UEAwwOYXR0YWNoZSBjbGllbnQwHhcNMjYxMTI2MTgxOTUyWhcN\n\
MzYxMTIzMTgxOTUyWjAZMRcwFQYDVQQDDA5hdHRhY2hlIGNsaWVudDCCASIwDQYJ\n\
KoZIhvcNAQEBBQADggEPADCCAQoCggEBAJuvPTqS1kZuVYKivoq2xlOn/+fFwA+e\n\
3hcSz4eXe2KYNxa2ElKDxXKae5leV1rv6GODv1j1SK+IUyr0DZyYa+UxMS7Yt/An\n\
UupU6/zPTCG9craJ/a8eDhAe2VAkngeyMqZeP8oidV6qRgg1huiK8BXo94WTBpfC\n\
JpOO1Hrk3l3yVEcFPjRuDj0CIpZHJ95nwiJJEyu6DaRsoYP/wJD1LbGmOQuSh09l\n\
Ymlhl6ljT95B0SqndE2WaUAbNEByAy2AtuKh/OLOZ1+WdEJSv2B85qSMh7A1GWze\n\
4jzliglleQ1zAPnoxIxiGIrhS5dLB3P/o5zM8WSz7KghQcyW2ywYYskCAwEAAaNT\n\
MFEwHQYDVR0OBBYEFOC/NM7M8zGdsMs2dWphn2MDfmYtMB8GA1UdIwQYMBaAFOC/\n\
NM7M8zGdsMs2dWphn2MDfmYtMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQEL\n\
BQADggEBAIcOcsTjOT+xXChu1s+4dHWBpf5MylbV+tm2H14/3ShMP1bpFn3ojVsC\n\
DOQLu+lNKqCYWj2PX4N5c7MGX0j5fGmaSvCw0xNRtJ0R3d2ZOv26HBIzSasARFvz\n\
mcHDGkAVDwrYqyZp+PRlOR+t/GjRoghoHaLxBSnm7jfVxxlXw1KaZZ+v13he/0y7\n\
tZD+a1HVxfVuk5pxsTUL79IGuavTA2FYmEaNsDCj0aQeiyXkEtD5O00U0EYRhn2v\n\
nigQ8RrweNP6G8Oaf3iCwlvWhIqKOIBBitNL6lITZO63O5MlgcD9WkB5P4kTGd+p\n\
kcoFsRJlE61Q4U6Ygav1zIEoTRTH0Ns=\n\
-----END CERTIFICATE-----";
    const SHA256_BY_OPENSSL: &str =
        "474c492e4182b150f36e77e0434de6e9c6238bb09daa81581bc8f46bf04cbca5";
    const SHA1_BY_OPENSSL: &str = "988be6c5ad5bdbcb6e16ded0b2c819a153f58122";
    const MODULUS_BY_OPENSSL: &str = "9baf3d3a92d6466e5582a2be8ab6c653";
    const NOT_BEFORE_BY_OPENSSL: &str = "2026-11-26T18:19:52Z";
    const NOT_AFTER_BY_OPENSSL: &str = "2036-11-23T18:19:52Z";

    #[test]
    fn a_certificate_made_elsewhere_is_read_as_its_maker_says() {
        let read = Certificate::from_pem(&format!("Bag Attributes\n{FROM_OPENSSL}")).expect("good");
        let [certificate] = &read[..] else {
            panic!("{} certificates", read.len());
        };
        assert_eq!(certificate.name(), SHA256_BY_OPENSSL);
        assert_eq!(hex(&certificate.sha1), SHA1_BY_OPENSSL);
        assert_eq!(hex(&certificate.modulus)[..32], MODULUS_BY_OPENSSL[..32]);
        assert_eq!(certificate.exponent, [1, 0, 1]);
        assert_eq!(certificate.not_before.to_string(), NOT_BEFORE_BY_OPENSSL);
        assert_eq!(certificate.not_after.to_string(), NOT_AFTER_BY_OPENSSL);
    }

    #[test]
    fn a_certificate_that_is_cut_short_anywhere_is_refused() {
        let body: String = FROM_OPENSSL
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        let bytes = STANDARD.decode(body).expect("base64");
        for end in 0..bytes.len() {
            assert!(Certificate::of_der(&bytes[..end]).is_none(), "{end}");
        }
        for text in [
            "",
            BEGIN,
            "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----",
        ] {
            assert!(Certificate::from_pem(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_certificate_with_a_changed_byte_anywhere_is_read_or_refused_and_never_a_panic() {
        let body: String = FROM_OPENSSL
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        let bytes = STANDARD.decode(body).expect("base64");
        let mut refused = 0;
        for place in 0..bytes.len() {
            for value in [0x00, 0x02, 0x17, 0x30, 0x7F, 0x80, 0x83, 0xFF] {
                let mut changed = bytes.clone();
                changed[place] = value;
                refused += usize::from(Certificate::of_der(&changed).is_none());
            }
        }
        assert!(refused > 100, "{refused}: lengths and tags matter");
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
