//! The key that signs checkpoints of the record, and the one that checks them: Ed25519, in the forms of C2SP `signed-note`.
//!
//! It is another key than those that seal refresh tokens: whoever checks the record needs nothing of them.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::audit::{Checkpoint, Note, Signature};
use domain::random::Random;
use zeroize::Zeroizing;

use crate::error::Error;

/// The algorithm byte of Ed25519.
const ALGORITHM: u8 = 1;
const PREFIX: &str = "PRIVATE+KEY+";

/// Signs checkpoints. Never printed.
pub struct SigningKey {
    public: VerifyingKey,
    pair: Ed25519KeyPair,
}

/// Checks what the key of this name has signed. Public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; 4],
    key: [u8; 32],
}

impl SigningKey {
    /// Makes a key for the installation of this name, and the text of the file to keep it in.
    ///
    /// # Errors
    /// When the name cannot stand in a note: it must be 1 to 100 characters without white space and plus signs.
    pub fn generate(name: &str, random: &Random) -> Result<(Self, Zeroizing<String>), Error> {
        let seed = Zeroizing::new(random.bytes::<32>());
        let key = Self::new(name, &seed)?;
        let bytes = Zeroizing::new([&[ALGORITHM], seed.as_slice()].concat());
        let encoded = Zeroizing::new(STANDARD.encode(bytes.as_slice()));
        let id = hex(key.public.id);
        let text = Zeroizing::new(format!("{PREFIX}{name}+{id}+{}", encoded.as_str()));
        Ok((key, text))
    }

    /// Reads the text of a key file: `PRIVATE+KEY+name+id+key`.
    ///
    /// # Errors
    /// When it has another form, or the id is not that of the key.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let malformed = Error::KeyUnusable(
            "a signing key is one line PRIVATE+KEY+name+id+key, as `attache audit generate-key` makes it",
        );
        let Some((name, id, bytes)) = text.trim().strip_prefix(PREFIX).and_then(parts) else {
            return Err(malformed);
        };
        let bytes = Zeroizing::new(bytes);
        let key = Self::new(name, &bytes)?;
        if key.public.id == id {
            Ok(key)
        } else {
            Err(malformed)
        }
    }

    fn new(name: &str, seed: &[u8; 32]) -> Result<Self, Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .map_err(|_| Error::KeyUnusable("it is no Ed25519 key"))?;
        let key = pair.public_key().as_ref().try_into();
        let key = key.map_err(|_| Error::KeyUnusable("it is no Ed25519 key"))?;
        let public = VerifyingKey::new(name, key)?;
        Ok(Self { public, pair })
    }

    /// The name of the installation, with which every origin begins.
    pub fn name(&self) -> &str {
        &self.public.name
    }

    /// The key that checks what this one signs.
    pub fn public(&self) -> &VerifyingKey {
        &self.public
    }

    /// The checkpoint, signed.
    pub(crate) fn sign(&self, checkpoint: &Checkpoint) -> Note {
        let text = checkpoint.to_text();
        let signature = Signature {
            name: self.public.name.clone(),
            key: self.public.id,
            bytes: self.pair.sign(text.as_bytes()).as_ref().to_vec(),
        };
        Note {
            text,
            signatures: vec![signature],
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, hidden)", self.public)
    }
}

impl VerifyingKey {
    fn new(name: &str, key: [u8; 32]) -> Result<Self, Error> {
        let fits = |c: char| c != '+' && !c.is_whitespace() && !c.is_control();
        if name.is_empty() || name.chars().count() > 100 || !name.chars().all(fits) {
            return Err(Error::KeyUnusable(
                "the name of a signing key is 1 to 100 characters without white space and plus signs",
            ));
        }
        let hashed = [name.as_bytes(), &[b'\n', ALGORITHM], &key].concat();
        let id = digest(&SHA256, &hashed).as_ref().first_chunk().copied();
        Ok(Self {
            name: name.to_owned(),
            id: id.expect("SHA-256 has more than four bytes"),
            key,
        })
    }

    /// Reads `name+id+key`.
    ///
    /// # Errors
    /// When it has another form, or the id is not that of the key.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let malformed = Error::KeyUnusable(
            "a public key is one line name+id+key, as `attache audit key` prints it",
        );
        let Some((name, id, key)) = parts(text.trim()) else {
            return Err(malformed);
        };
        let parsed = Self::new(name, key)?;
        if parsed.id == id {
            Ok(parsed)
        } else {
            Err(malformed)
        }
    }

    /// Whether this key has signed the note.
    pub fn has_signed(&self, note: &Note) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.key);
        let mine = |signature: &&Signature| signature.name == self.name && signature.key == self.id;
        note.signatures
            .iter()
            .filter(mine)
            .any(|signature| key.verify(note.text.as_bytes(), &signature.bytes).is_ok())
    }
}

/// As `attache audit verify --key` takes it.
impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[ALGORITHM], self.key.as_slice()].concat());
        write!(f, "{}+{}+{key}", self.name, hex(self.id))
    }
}

fn hex(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

/// `name+id+key`: base64 may hold plus signs, a name may not.
fn parts(text: &str) -> Option<(&str, [u8; 4], [u8; 32])> {
    let (name, rest) = text.split_once('+')?;
    let (id, key) = rest.split_once('+')?;
    let id = u32::from_str_radix(id, 16).ok().filter(|_| id.len() == 8)?;
    let bytes = Zeroizing::new(STANDARD.decode(key).ok()?);
    let key = bytes.strip_prefix(&[ALGORITHM])?;
    Some((name, id.to_be_bytes(), key.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use domain::canonical::Digest;
    use domain::id::OrganisationId;

    use super::*;

    fn checkpoint(size: i64) -> Checkpoint {
        let organisation = OrganisationId::random(&Random::seeded(3));
        Checkpoint {
            origin: Checkpoint::origin("attache.example", &organisation),
            size,
            root: Digest::ZERO,
        }
    }

    #[test]
    fn keys_read_back_and_a_signature_holds_for_its_text_and_key_only() {
        let random = Random::seeded(1);
        let (key, text) = SigningKey::generate("attache.example", &random).expect("a name");
        let read = SigningKey::parse(&text).expect("our own form");
        let public = VerifyingKey::parse(&key.public().to_string()).expect("our own form");
        assert_eq!(*read.public(), public);
        let note = read.sign(&checkpoint(5));
        assert!(public.has_signed(&note));
        let other = Note {
            text: checkpoint(6).to_text(),
            ..note.clone()
        };
        assert!(!public.has_signed(&other));
        let (another, _) = SigningKey::generate("attache.example", &random).expect("a name");
        assert!(!another.public().has_signed(&note));
        assert!(!format!("{read:?}").contains(&text.as_str()[text.len() - 20..]));
    }

    /// The example of C2SP signed-note and of the Go package `note`.
    #[test]
    fn the_published_example_is_understood() {
        let key = VerifyingKey::parse(
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        )
        .expect("the published key");
        let note = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n\n\
            \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let note = Note::parse(note).expect("a note");
        assert!(key.has_signed(&note));
    }

    #[test]
    fn what_cannot_stand_in_a_note_is_no_name_and_a_wrong_id_no_key() {
        for name in ["", "a b", "a+b", "a\nb", &"a".repeat(101)] {
            assert!(
                SigningKey::generate(name, &Random::seeded(1)).is_err(),
                "{name:?}"
            );
        }
        let (key, text) = SigningKey::generate("a", &Random::seeded(1)).expect("a name");
        let id = hex(key.public().id);
        assert!(SigningKey::parse(&text.replace(&id, "00000000")).is_err());
        assert!(VerifyingKey::parse(&key.public().to_string().replace(&id, "00000000")).is_err());
        assert!(SigningKey::parse("kek-1:abc").is_err());
    }
}
