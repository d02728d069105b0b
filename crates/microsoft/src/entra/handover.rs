//! Handing an access token from one instance to another, so that a burst of calls that reaches both asks Entra once.
//!
//! The asking instance makes a key pair and keeps the private key in memory; the other encrypts the token to the public
//! key with a key pair of its own (X25519, HKDF-SHA256, AES-256-GCM). Both private keys are used once and are gone
//! afterwards, so nobody can open the message later, whatever else he has. Who may ask and answer is ensured by whoever
//! carries the messages; here, no permit, no token: the token is read only by presenting one of its person.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand::SystemRandom;
use domain::clock::from_ms;
use domain::policy::Permit;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::AccessToken;

const PURPOSE: &str = "attache token hand-over 1";
/// Bytes of a public key.
const PUBLIC: usize = 32;
const KEY: usize = 32;
const TAG: usize = 16;
/// Two moments and a version before the token.
const HEAD: usize = 24;

/// A request for a token that another instance has. Its private key is used once.
pub struct Asking {
    private: EphemeralPrivateKey,
    public: Vec<u8>,
}

/// A token that came from another instance.
pub struct HandedOver {
    /// For this operation; in memory only.
    pub access: AccessToken,
    /// When the burst it belongs to began.
    pub began: Timestamp,
    /// What the other said it belongs to.
    pub version: i64,
}

impl Asking {
    /// A new key pair. `None` when the operating system has no random bits.
    pub fn new() -> Option<Self> {
        let private = EphemeralPrivateKey::generate(&X25519, &SystemRandom::new()).ok()?;
        let public = private.compute_public_key().ok()?.as_ref().to_vec();
        Some(Self { private, public })
    }

    /// What the other needs to answer.
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// Reads an answer with a permit of the token's person. `None` when it is not an answer to this request about this
    /// connection and person.
    pub fn read(self, permit: &Permit, about: &str, answer: &[u8]) -> Option<HandedOver> {
        let (theirs, sealed) = answer.split_at_checked(PUBLIC)?;
        let person = &permit.caller().person;
        let key = agree(self.private, theirs, &self.public, theirs)?;
        let mut plain = Zeroizing::new(sealed.to_vec());
        let data = associated(about, person.as_str());
        let length = key
            .open_in_place(nonce(), Aad::from(data.as_bytes()), &mut plain)
            .ok()?
            .len();
        let (head, token) = plain.get(..length)?.split_at_checked(HEAD)?;
        let moment = |at: usize| {
            let bytes = head.get(at..at + 8)?.try_into().ok()?;
            Some(i64::from_be_bytes(bytes))
        };
        let (expires, began, version) = (moment(0)?, moment(8)?, moment(16)?);
        let token = Zeroizing::new(std::str::from_utf8(token).ok()?.to_owned());
        Some(HandedOver {
            access: AccessToken::handed_over(token, person.clone(), from_ms(expires)),
            began: from_ms(began),
            version,
        })
    }
}

impl AccessToken {
    /// Encrypts the token to the public key of an instance that asked for it. `None` when that is no key.
    pub fn hand_over(
        &self,
        to: &[u8],
        about: &str,
        began: Timestamp,
        version: i64,
    ) -> Option<Vec<u8>> {
        let ours = Asking::new()?;
        let key = agree(ours.private, to, to, &ours.public)?;
        let token = self.bearer().as_bytes();
        let mut plain = Zeroizing::new(Vec::with_capacity(HEAD + token.len() + TAG));
        plain.extend_from_slice(&self.expires().as_millisecond().to_be_bytes());
        plain.extend_from_slice(&began.as_millisecond().to_be_bytes());
        plain.extend_from_slice(&version.to_be_bytes());
        plain.extend_from_slice(token);
        let data = associated(about, self.person().as_str());
        key.seal_in_place_append_tag(nonce(), Aad::from(data.as_bytes()), &mut *plain)
            .ok()?;
        Some([ours.public.as_slice(), &plain].concat())
    }
}

fn associated(about: &str, person: &str) -> String {
    format!("{about}\n{person}")
}

/// The key of one message: from what both agree on, and from both public keys.
fn agree(
    private: EphemeralPrivateKey,
    with: &[u8],
    asker: &[u8],
    answerer: &[u8],
) -> Option<LessSafeKey> {
    let with = UnparsedPublicKey::new(&X25519, with);
    agree_ephemeral(private, with, (), |shared| {
        let mut key = Zeroizing::new([0; KEY]);
        Salt::new(HKDF_SHA256, &[])
            .extract(shared)
            .expand(&[PURPOSE.as_bytes(), asker, answerer], Length)
            .and_then(|derived| derived.fill(key.as_mut_slice()))
            .map_err(|_| ())?;
        UnboundKey::new(&AES_256_GCM, key.as_slice())
            .map(LessSafeKey::new)
            .map_err(|_| ())
    })
    .ok()
}

/// Every key seals one message only.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        KEY
    }
}
