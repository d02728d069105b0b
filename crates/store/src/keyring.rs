//! The key-encryption keys: one that seals, and older ones that can still open. They never lie in the database.

mod service;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::connection::ConnectionState;
use domain::random::Random;
use zeroize::Zeroizing;

use crate::connections;
use crate::database::Database;
use crate::error::Error;
use crate::seal;

pub use self::service::{KeyService, ServiceAnswer, ServiceFault, ServiceKey};

/// A key that wraps data keys. Overwritten when dropped, never printed.
pub struct KeyEncryptionKey {
    id: String,
    key: Zeroizing<[u8; 32]>,
}

impl KeyEncryptionKey {
    /// Takes a key of 32 bytes in base64url. The id is ours to choose: it is stored with everything the key seals.
    ///
    /// # Errors
    /// When the id is not 1 to 40 lower-case letters, digits and hyphens, the text is not 32 bytes of base64url, or the
    /// key is one that anybody could guess.
    pub fn from_base64url(id: &str, text: &str) -> Result<Self, Error> {
        let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if id.is_empty() || id.len() > 40 || !id.bytes().all(letter) {
            return Err(Error::KeyUnusable(
                "its id must be 1 to 40 lower-case letters, digits and hyphens",
            ));
        }
        let malformed = Error::KeyUnusable("it must be 32 bytes in base64url");
        let Ok(bytes) = URL_SAFE_NO_PAD
            .decode(text.trim_end_matches('='))
            .map(Zeroizing::new)
        else {
            return Err(malformed);
        };
        let Ok(key) = <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new) else {
            return Err(malformed);
        };
        if is_guessable(&key) {
            return Err(Error::KeyUnusable(
                "it looks like a sample, not like random bytes",
            ));
        }
        Ok(Self {
            id: id.to_owned(),
            key,
        })
    }

    /// Makes a new key, and the text of the file to keep it in.
    pub fn generate(random: &Random) -> (Self, String) {
        let key = Zeroizing::new(random.bytes::<32>());
        let suffix: String = random
            .bytes::<4>()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let id = format!("kek-{suffix}");
        let text = format!("{id}:{}", URL_SAFE_NO_PAD.encode(key.as_slice()));
        (Self { id, key }, text)
    }

    /// Reads the text of a key file: the id, a colon, the key in base64url.
    ///
    /// # Errors
    /// When it has another form, or for the reasons of [`KeyEncryptionKey::from_base64url`].
    pub fn parse_file(text: &str) -> Result<Self, Error> {
        match text.trim().split_once(':') {
            Some((id, key)) => Self::from_base64url(id, key),
            None => Err(Error::KeyUnusable(
                "the file must hold an id, a colon and the key",
            )),
        }
    }

    /// The id that is stored with everything this key seals.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.key
    }
}

impl fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyEncryptionKey({}, hidden)", self.id)
    }
}

/// Random bytes hold 30 distinct values on average; a key with fewer than 12 is a pattern, a sentence or a sample.
fn is_guessable(key: &[u8; 32]) -> bool {
    let mut distinct = Zeroizing::new(key.to_vec());
    distinct.sort_unstable();
    distinct.dedup();
    let few = distinct.len() < 12;
    let steps = |step: u8| key.windows(2).all(|w| w[1] == w[0].wrapping_add(step));
    few || steps(1) || steps(255) || key.iter().all(u8::is_ascii_graphic)
}

/// The keys this process has.
#[derive(Debug)]
pub struct Keyring {
    /// The id of the one that seals.
    active: String,
    local: Vec<KeyEncryptionKey>,
    service: Option<ServiceKey>,
}

/// One key of a ring.
#[derive(Clone, Copy)]
pub(crate) enum Key<'a> {
    /// We have it.
    Local(&'a KeyEncryptionKey),
    /// A version of one that a service has.
    Service(&'a ServiceKey, u64),
}

impl Keyring {
    /// A ring with one key that seals and any number that only open.
    ///
    /// # Errors
    /// When two keys have the same id.
    pub fn new(
        active: KeyEncryptionKey,
        decrypt_only: Vec<KeyEncryptionKey>,
    ) -> Result<Self, Error> {
        let id = active.id().to_owned();
        let local = std::iter::once(active).chain(decrypt_only).collect();
        Self::checked(id, local, None)
    }

    /// A ring in which a service seals, and any number of keys only open.
    ///
    /// # Errors
    /// When two keys have the same id.
    pub fn with_service(
        service: ServiceKey,
        decrypt_only: Vec<KeyEncryptionKey>,
    ) -> Result<Self, Error> {
        Self::checked(service.active_id(), decrypt_only, Some(service))
    }

    /// The same ring, with a service that only opens.
    ///
    /// # Errors
    /// When two keys have the same id.
    pub fn and_service(self, service: ServiceKey) -> Result<Self, Error> {
        Self::checked(self.active, self.local, Some(service))
    }

    fn checked(
        active: String,
        local: Vec<KeyEncryptionKey>,
        service: Option<ServiceKey>,
    ) -> Result<Self, Error> {
        let mut ids: Vec<&str> = local.iter().map(KeyEncryptionKey::id).collect();
        ids.sort_unstable();
        let twice = ids.windows(2).any(|pair| pair[0] == pair[1]);
        let of_service = |id: &&str| {
            service
                .as_ref()
                .and_then(|key| key.version_of(id))
                .is_some()
        };
        if twice || ids.iter().any(of_service) {
            return Err(Error::KeyUnusable("two keys have the same id"));
        }
        Ok(Self {
            active,
            local,
            service,
        })
    }

    /// The id of the key that seals.
    pub(crate) fn active_id(&self) -> &str {
        &self.active
    }

    pub(crate) fn active(&self) -> Key<'_> {
        self.find(&self.active)
            .expect("a ring is made with its active key")
    }

    pub(crate) fn find(&self, id: &str) -> Option<Key<'_>> {
        if let Some(key) = self.local.iter().find(|key| key.id() == id) {
            return Some(Key::Local(key));
        }
        let service = self.service.as_ref()?;
        Some(Key::Service(service, service.version_of(id)?))
    }
}

/// Proves that every key that is needed is there and right, before anything is written.
///
/// Each key has a check value, written when the key is first used: a constant that only this key opens.
pub(crate) async fn check(
    database: &Database,
    keys: &Keyring,
    random: &Random,
) -> Result<(), Error> {
    // A damaged grant needs no key, and one whose three texts name different keys is damaged, known or not.
    let needed = sqlx::query(
        "SELECT DISTINCT g.key_id FROM grants g JOIN connections c ON c.id = g.connection
         WHERE c.state <> $1
            AND substr(g.wrapped_key, 1, length(g.key_id) + 4) = 'v1.' || g.key_id || '.'
            AND substr(g.sealed, 1, length(g.key_id) + 4) = 'v1.' || g.key_id || '.'",
    );
    let needed = needed.bind(connections::state_text(&ConnectionState::Damaged));
    let needed = database.rows("list keys in use", needed).await?;
    let mut unchecked = Vec::new();
    for row in needed {
        let key_id = row.text("key_id")?;
        if keys.find(&key_id).is_none() {
            return Err(Error::KeyMissing { key_id });
        }
        unchecked.push(key_id);
    }
    for (key_id, check_value) in check_values(database).await? {
        let needed = unchecked.contains(&key_id);
        unchecked.retain(|id| *id != key_id);
        match keys.find(&key_id) {
            // A service is not asked about versions that nothing needs.
            Some(Key::Service(..)) if !needed && key_id != keys.active_id() => {}
            Some(key) => passes(key, &key_id, &check_value).await?,
            // A check value without a key belongs to a retired key: the loop above has shown that nothing needs it.
            None => {}
        }
    }
    if let Some(key_id) = unchecked.pop() {
        // Something is sealed under it, so there was a check value; somebody removed it.
        return Err(Error::KeyWrong { key_id });
    }
    begin_use(database, keys, random).await
}

async fn passes(key: Key<'_>, key_id: &str, check_value: &str) -> Result<(), Error> {
    let key_id = key_id.to_owned();
    match seal::passes_check(key, &key_id, check_value).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::KeyWrong { key_id }),
        Err(shut) => Err(Error::key(shut)),
    }
}

async fn check_values(database: &Database) -> Result<Vec<(String, String)>, Error> {
    let query = sqlx::query("SELECT key_id, check_value FROM key_checks");
    let rows = database.rows("read key checks", query).await?;
    rows.into_iter()
        .map(|row| Ok((row.text("key_id")?, row.text("check_value")?)))
        .collect()
}

/// Writes the check value of a key that has none yet. Of two instances that start at once with different keys under one
/// id, the slower one finds the other's value and stops.
async fn begin_use(database: &Database, keys: &Keyring, random: &Random) -> Result<(), Error> {
    let id = keys.active_id();
    let known = check_values(database).await?;
    if known.iter().any(|(known, _)| known == id) {
        return Ok(());
    }
    let doing = "write a key check";
    let value = seal::check_value(keys.active(), id, random).await;
    let value = value.map_err(Error::key)?;
    let mut write = database.write().await?;
    let query = sqlx::query(
        "INSERT INTO key_checks (key_id, check_value) VALUES ($1, $2) ON CONFLICT (key_id) DO NOTHING",
    );
    write.execute(doing, query.bind(id).bind(value)).await?;
    write.commit(doing).await?;
    let known = check_values(database).await?;
    match known.iter().find(|(known, _)| known == id) {
        Some((_, value)) => passes(keys.active(), id, value).await,
        None => Err(Error::KeyWrong {
            key_id: id.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_from_its_file() {
        let (key, text) = KeyEncryptionKey::generate(&Random::seeded(1));
        let again = KeyEncryptionKey::parse_file(&format!("{text}\n")).expect("its own text");
        assert_eq!(again.id(), key.id());
        assert_eq!(again.bytes(), key.bytes());
        assert!(!format!("{key:?}").contains(text.split(':').next_back().expect("a key")));
    }

    #[test]
    fn keys_that_anybody_could_guess_are_refused() {
        let rising: Vec<u8> = (0..32).collect();
        for key in [
            vec![0; 32],
            vec![7; 32],
            rising,
            b"change-me-change-me-change-me-32".to_vec(),
            [1, 2, 3, 4].repeat(8),
        ] {
            assert!(
                KeyEncryptionKey::from_base64url("a", &URL_SAFE_NO_PAD.encode(&key)).is_err(),
                "{key:?}"
            );
        }
        for text in ["", "AAAA", "no base64 at all", &"A".repeat(44)] {
            assert!(KeyEncryptionKey::from_base64url("a", text).is_err());
        }
    }

    #[test]
    fn two_keys_of_a_ring_differ_in_their_ids() {
        let key = |seed| {
            let text = Random::seeded(seed).token();
            KeyEncryptionKey::from_base64url("same", &text).expect("a random key")
        };
        assert!(Keyring::new(key(1), vec![key(2)]).is_err());
    }

    #[test]
    fn a_random_key_is_not_taken_for_a_guessable_one() {
        let random = Random::operating_system();
        assert!((0..2_000).all(|_| !is_guessable(&random.bytes())));
    }
}
