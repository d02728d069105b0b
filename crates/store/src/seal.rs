//! The seal: how a refresh token becomes two texts that open in their own row and nowhere else.
//!
//! Each sealing makes a fresh data key, seals the token with it and wraps the data key with a key-encryption key. Both
//! are AES-256-GCM with a key *and* nonce of their own, derived by HKDF-SHA256 from the sealing key and 256 random bits,
//! so that no nonce ever repeats under a key. The associated data names purpose, organisation, person, connection,
//! integration, key and record version: a text moved to another row or column, or an older one put back, does not open.
//!
//! The version is kept twice: with the grant, and in the row of its connection. An older grant put back *together with its
//! version* therefore does not open either.
//!
//! What this cannot find: somebody who puts back older rows of *both* tables, or writes the older version into the
//! connection's row too, or puts back a whole older database. The seal then fits, as it did. What that gains is an older
//! refresh token of the same person for the same connection; after a disconnect it gains one that was valid then. Deleting
//! the row is no attack on the seal: it is a disconnect.
//!
//! The key-encryption key may be in a service instead: then wrapping the data key, with the same associated data, is its
//! work. The token itself is sealed here in either case.
//!
//! Text form: `v1.<key id>.<base64url of salt, ciphertext and tag>`.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{self, HKDF_SHA256, KeyType};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::canonical;
use domain::connection::Integration;
use domain::id::{ConnectionId, OrganisationId, PersonId};
use domain::random::Random;
use domain::secret::RefreshToken;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::keyring::{Key, Keyring, ServiceFault};

const SALT: usize = 32;
const KEY: usize = 32;
const TAG: usize = 16;

const TOKEN: &str = "attache refresh token 1";
const DATA_KEY: &str = "attache data key 1";
const KEY_CHECK: &str = "attache key check 1";
const NOTE: &str = "attache note between instances 1";

/// The one row a sealed grant belongs to.
pub(crate) struct Place<'a> {
    pub(crate) organisation: &'a OrganisationId,
    pub(crate) person: &'a PersonId,
    pub(crate) connection: &'a ConnectionId,
    pub(crate) integration: Integration,
    /// The version of the connection when it was sealed.
    pub(crate) record_version: i64,
}

impl Place<'_> {
    fn associated_data(&self, purpose: &str, key_id: &str) -> String {
        associated_data(&json!({
            "v": 1,
            "purpose": purpose,
            "organisation": self.organisation.as_str(),
            "person": self.person.as_str(),
            "connection": self.connection.as_str(),
            "integration": self.integration.as_str(),
            "key_id": key_id,
            "record_version": self.record_version,
        }))
    }
}

fn associated_data(value: &Value) -> String {
    canonical::to_text(value)
}

/// A sealed grant as stored.
#[derive(PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) key_id: String,
    pub(crate) wrapped_key: String,
    pub(crate) sealed: String,
}

/// Why something does not open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shut {
    /// It was altered, moved or put back.
    Damaged,
    /// This process does not have the key with this id.
    KeyMissing(String),
    /// The service that has the key could not be used, for this reason.
    Unavailable(String),
}

/// Seals a token for its place, under the active key.
///
/// # Errors
/// Only when a service has that key and could not be used.
pub(crate) async fn seal(
    keys: &Keyring,
    random: &Random,
    place: &Place<'_>,
    token: &RefreshToken,
) -> Result<Sealed, Shut> {
    let key_id = keys.active_id();
    let data_key = Zeroizing::new(random.bytes::<KEY>());
    let data = place.associated_data(DATA_KEY, key_id);
    let wrapped = wrap(
        keys.active(),
        key_id,
        random,
        DATA_KEY,
        &data,
        data_key.as_slice(),
    )
    .await?;
    let data = place.associated_data(TOKEN, key_id);
    let token = encrypt(&data_key, random, TOKEN, &data, token.expose().as_bytes());
    Ok(Sealed {
        key_id: key_id.to_owned(),
        wrapped_key: to_text(key_id, &wrapped),
        sealed: to_text(key_id, &token),
    })
}

/// Opens what was sealed for this place.
pub(crate) async fn open(
    keys: &Keyring,
    place: &Place<'_>,
    sealed: &Sealed,
) -> Result<RefreshToken, Shut> {
    let (key_id, wrapped_key) = from_text(&sealed.wrapped_key)?;
    let (token_key_id, token) = from_text(&sealed.sealed)?;
    if key_id != sealed.key_id || token_key_id != sealed.key_id {
        return Err(Shut::Damaged);
    }
    let Some(key) = keys.find(key_id) else {
        return Err(Shut::KeyMissing(key_id.to_owned()));
    };
    let data = place.associated_data(DATA_KEY, key_id);
    let data_key = unwrap(key, key_id, DATA_KEY, &data, wrapped_key).await?;
    let data_key = <&[u8; KEY]>::try_from(data_key.as_slice()).map_err(|_| Shut::Damaged)?;
    let data = place.associated_data(TOKEN, key_id);
    let token = decrypt(data_key, TOKEN, &data, token)?;
    // The text becomes the secret's own, overwritten when that is dropped.
    match std::str::from_utf8(&token) {
        Ok(token) => Ok(RefreshToken::new(token.to_owned())),
        Err(_) => Err(Shut::Damaged),
    }
}

/// Seals a short message from one instance to another: what only a holder of the keys can have written, about exactly
/// this. Both sides give the same `about`.
pub(crate) async fn seal_note(
    keys: &Keyring,
    random: &Random,
    about: &str,
    plain: &[u8],
) -> Result<String, Shut> {
    let key_id = keys.active_id();
    let data = note_data(about, key_id);
    let message = wrap(keys.active(), key_id, random, NOTE, &data, plain).await?;
    Ok(to_text(key_id, &message))
}

/// Opens such a message.
pub(crate) async fn open_note(
    keys: &Keyring,
    about: &str,
    text: &str,
) -> Result<Zeroizing<Vec<u8>>, Shut> {
    let (key_id, message) = from_text(text)?;
    let Some(key) = keys.find(key_id) else {
        return Err(Shut::KeyMissing(key_id.to_owned()));
    };
    unwrap(key, key_id, NOTE, &note_data(about, key_id), message).await
}

fn note_data(about: &str, key_id: &str) -> String {
    associated_data(&json!({ "v": 1, "purpose": NOTE, "about": about, "key_id": key_id }))
}

/// A constant that only this key opens.
pub(crate) async fn check_value(
    key: Key<'_>,
    key_id: &str,
    random: &Random,
) -> Result<String, Shut> {
    let data = check_data(key_id);
    let message = wrap(key, key_id, random, KEY_CHECK, &data, KEY_CHECK.as_bytes()).await?;
    Ok(to_text(key_id, &message))
}

/// Whether a stored check value was made with this key.
pub(crate) async fn passes_check(key: Key<'_>, key_id: &str, value: &str) -> Result<bool, Shut> {
    let Ok((_, message)) = from_text(value) else {
        return Ok(false);
    };
    match unwrap(key, key_id, KEY_CHECK, &check_data(key_id), message).await {
        Ok(plain) => Ok(plain.as_slice() == KEY_CHECK.as_bytes()),
        Err(Shut::Damaged) => Ok(false),
        Err(shut) => Err(shut),
    }
}

/// Encrypts with a key-encryption key, wherever it is.
async fn wrap(
    key: Key<'_>,
    key_id: &str,
    random: &Random,
    purpose: &str,
    data: &str,
    plain: &[u8],
) -> Result<Vec<u8>, Shut> {
    match key {
        Key::Local(key) => Ok(encrypt(key.bytes(), random, purpose, data, plain)),
        Key::Service(key, version) => {
            let wrapped = key.service().wrap(version, plain, data).await;
            Ok(wrapped.map_err(|fault| shut(fault, key_id))?.into_bytes())
        }
    }
}

/// Decrypts with a key-encryption key, wherever it is.
async fn unwrap(
    key: Key<'_>,
    key_id: &str,
    purpose: &str,
    data: &str,
    message: Vec<u8>,
) -> Result<Zeroizing<Vec<u8>>, Shut> {
    match key {
        Key::Local(key) => decrypt(key.bytes(), purpose, data, message),
        Key::Service(key, version) => {
            let wrapped = String::from_utf8(message).map_err(|_| Shut::Damaged)?;
            let plain = key.service().unwrap(version, &wrapped, data).await;
            plain.map_err(|fault| shut(fault, key_id))
        }
    }
}

fn shut(fault: ServiceFault, key_id: &str) -> Shut {
    match fault {
        ServiceFault::Shut => Shut::Damaged,
        ServiceFault::VersionMissing => Shut::KeyMissing(key_id.to_owned()),
        ServiceFault::Unavailable(why) => Shut::Unavailable(why),
    }
}

fn check_data(key_id: &str) -> String {
    associated_data(&json!({ "v": 1, "purpose": KEY_CHECK, "key_id": key_id }))
}

fn to_text(key_id: &str, message: &[u8]) -> String {
    format!("v1.{key_id}.{}", URL_SAFE_NO_PAD.encode(message))
}

fn from_text(text: &str) -> Result<(&str, Vec<u8>), Shut> {
    let rest = text.strip_prefix("v1.").ok_or(Shut::Damaged)?;
    let (key_id, message) = rest.split_once('.').ok_or(Shut::Damaged)?;
    let message = URL_SAFE_NO_PAD.decode(message);
    Ok((key_id, message.map_err(|_| Shut::Damaged)?))
}

/// Salt, ciphertext and tag of one message.
fn encrypt(key: &[u8; KEY], random: &Random, purpose: &str, data: &str, plain: &[u8]) -> Vec<u8> {
    let salt: [u8; SALT] = random.bytes();
    let (key, nonce) = message_key(key, &salt, purpose);
    // Room for the tag, so that the plain text is encrypted where it lies and not left behind by a move.
    let mut buffer = Zeroizing::new(Vec::with_capacity(plain.len() + TAG));
    buffer.extend_from_slice(plain);
    key.seal_in_place_append_tag(nonce, Aad::from(data.as_bytes()), &mut *buffer)
        .expect("a token is far below the 64 GiB that one message may have");
    [salt.as_slice(), &buffer].concat()
}

fn decrypt(
    key: &[u8; KEY],
    purpose: &str,
    data: &str,
    mut message: Vec<u8>,
) -> Result<Zeroizing<Vec<u8>>, Shut> {
    if message.len() < SALT + TAG {
        return Err(Shut::Damaged);
    }
    let mut buffer = Zeroizing::new(message.split_off(SALT));
    let (key, nonce) = message_key(key, &message, purpose);
    let plain = key
        .open_in_place(nonce, Aad::from(data.as_bytes()), &mut buffer)
        .map_err(|_| Shut::Damaged)?
        .len();
    buffer.truncate(plain);
    Ok(buffer)
}

/// The key and nonce of one message. Both come from the salt, so they never meet again.
fn message_key(key: &[u8; KEY], salt: &[u8], purpose: &str) -> (LessSafeKey, Nonce) {
    let bytes = message_bytes(key, salt, purpose);
    let (key, nonce) = bytes.split_at(KEY);
    let key = UnboundKey::new(&AES_256_GCM, key).expect("AES-256 takes 32 bytes");
    let nonce = Nonce::try_assume_unique_for_key(nonce).expect("GCM takes 12 bytes");
    (LessSafeKey::new(key), nonce)
}

fn message_bytes(key: &[u8; KEY], salt: &[u8], purpose: &str) -> Zeroizing<[u8; KEY + NONCE_LEN]> {
    let mut bytes = Zeroizing::new([0; KEY + NONCE_LEN]);
    hkdf::Salt::new(HKDF_SHA256, salt)
        .extract(key)
        .expand(&[purpose.as_bytes()], Length(bytes.len()))
        .and_then(|derived| derived.fill(bytes.as_mut_slice()))
        .expect("44 bytes are within what HKDF-SHA256 can derive");
    bytes
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keyring::KeyEncryptionKey;

    /// Without a service there is nothing to wait for.
    fn now<T>(work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match work.as_mut().poll(&mut context) {
            std::task::Poll::Ready(done) => done,
            std::task::Poll::Pending => panic!("it waits for something"),
        }
    }

    /// Without optimisation a million take too long.
    const MESSAGES: usize = if cfg!(debug_assertions) {
        100_000
    } else {
        1_000_000
    };

    struct Fixture {
        random: Random,
        keys: Keyring,
        organisation: OrganisationId,
        person: PersonId,
        connection: ConnectionId,
    }

    impl Fixture {
        fn new(seed: u64) -> Self {
            let random = Random::seeded(seed);
            let (key, _) = KeyEncryptionKey::generate(&random);
            Self {
                keys: Keyring::new(key, Vec::new()).expect("one key"),
                organisation: OrganisationId::random(&random),
                person: PersonId::random(&random),
                connection: ConnectionId::random(&random),
                random,
            }
        }

        fn place(&self, record_version: i64) -> Place<'_> {
            Place {
                organisation: &self.organisation,
                person: &self.person,
                connection: &self.connection,
                integration: Integration::OutlookCalendar,
                record_version,
            }
        }

        fn seal(&self, text: &str) -> Sealed {
            let token = RefreshToken::new(text.to_owned());
            now(seal(&self.keys, &self.random, &self.place(1), &token)).expect("no service")
        }

        fn open(&self, place: &Place<'_>, sealed: &Sealed) -> Result<String, Shut> {
            now(open(&self.keys, place, sealed)).map(|token| token.expose().to_owned())
        }
    }

    #[test]
    fn a_token_opens_in_its_own_place_and_in_no_other() {
        let fixture = Fixture::new(1);
        let other = Fixture::new(2);
        let sealed = fixture.seal("token");
        assert_eq!(fixture.open(&fixture.place(1), &sealed), Ok("token".into()));
        let elsewhere = [
            fixture.place(2),
            Place {
                organisation: &other.organisation,
                ..fixture.place(1)
            },
            Place {
                person: &other.person,
                ..fixture.place(1)
            },
            Place {
                connection: &other.connection,
                ..fixture.place(1)
            },
        ];
        for place in elsewhere {
            assert_eq!(fixture.open(&place, &sealed), Err(Shut::Damaged));
        }
    }

    #[test]
    fn the_two_texts_cannot_change_places_and_belong_together() {
        let fixture = Fixture::new(3);
        let (a, b) = (fixture.seal("a"), fixture.seal("b"));
        let swapped = Sealed {
            key_id: a.key_id.clone(),
            wrapped_key: a.sealed.clone(),
            sealed: a.wrapped_key.clone(),
        };
        let mixed = Sealed {
            key_id: a.key_id,
            wrapped_key: a.wrapped_key,
            sealed: b.sealed,
        };
        for sealed in [swapped, mixed] {
            assert_eq!(fixture.open(&fixture.place(1), &sealed), Err(Shut::Damaged));
        }
    }

    #[test]
    fn a_key_that_is_not_there_is_named_and_nothing_is_tried() {
        let fixture = Fixture::new(4);
        let sealed = fixture.seal("token");
        let (stranger, _) = KeyEncryptionKey::generate(&Random::seeded(99));
        let ring = Keyring::new(stranger, Vec::new()).expect("one key");
        let result = now(open(&ring, &fixture.place(1), &sealed)).map(|_| ());
        assert_eq!(result, Err(Shut::KeyMissing(sealed.key_id)));
    }

    #[test]
    fn a_check_value_passes_under_its_own_key_only() {
        let random = Random::seeded(5);
        let token = |seed| Random::seeded(seed).token();
        let key = |seed| KeyEncryptionKey::from_base64url("same", &token(seed)).expect("a key");
        let value = now(check_value(Key::Local(&key(1)), "same", &random)).expect("no service");
        let passes = |seed, value: &str| now(passes_check(Key::Local(&key(seed)), "same", value));
        assert_eq!(passes(1, &value), Ok(true));
        assert_eq!(passes(2, &value), Ok(false));
        assert_eq!(passes(1, "v1.same."), Ok(false));
    }

    #[test]
    fn no_two_sealings_of_one_token_look_alike() {
        let fixture = Fixture::new(6);
        let mut seen: Vec<String> = (0..2_000)
            .flat_map(|_| {
                let sealed = fixture.seal("token");
                [sealed.sealed, sealed.wrapped_key]
            })
            .collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 4_000);
    }

    /// Key and nonce come from the salt alone, under one key and purpose: when no salt and no key with its nonce repeats
    /// in so many messages, the derivation loses nothing of its 256 random bits that a birthday could find.
    #[test]
    fn no_two_of_very_many_messages_have_the_same_key_and_nonce() {
        let random = Random::operating_system();
        let key: [u8; KEY] = random.bytes();
        let mut seen = std::collections::HashSet::with_capacity(MESSAGES);
        for _ in 0..MESSAGES {
            let salt: [u8; SALT] = random.bytes();
            let bytes = message_bytes(&key, &salt, TOKEN);
            let nonce = <[u8; NONCE_LEN]>::try_from(&bytes[KEY..]).expect("the rest is the nonce");
            // Half of the key and the nonce: equal ones would be equal here.
            let half = <[u8; 16]>::try_from(&bytes[..16]).expect("half of a key");
            assert!(seen.insert((half, nonce)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_token_comes_back(text in ".{0,300}") {
            let fixture = Fixture::new(7);
            let sealed = fixture.seal(&text);
            prop_assert_eq!(fixture.open(&fixture.place(1), &sealed), Ok(text));
        }

        #[test]
        fn any_altered_character_keeps_it_shut(at in any::<prop::sample::Index>(), which in any::<bool>(), to in "[A-Za-z0-9_.-]") {
            let fixture = Fixture::new(8);
            let mut sealed = fixture.seal("token");
            let text = if which { &mut sealed.wrapped_key } else { &mut sealed.sealed };
            let at = at.index(text.len());
            prop_assume!(text[at..=at] != to);
            text.replace_range(at..=at, &to);
            // Another key id is found missing before anything is opened; all else is damage.
            prop_assert!(fixture.open(&fixture.place(1), &sealed).is_err());
        }
    }
}
