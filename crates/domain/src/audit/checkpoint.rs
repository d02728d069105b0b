//! What is signed from time to time: how many entries a chain had, and the root over them.
//!
//! The text is a checkpoint of C2SP `tlog-checkpoint`: origin, size and root hash, one line each. Signed, it is a note of
//! C2SP `signed-note`: the text, an empty line, and a line for each signature.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::canonical::Digest;
use crate::id::OrganisationId;

/// The dash that begins a line with a signature.
const DASH: &str = "\u{2014} ";

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log it is: the name of the installation, `/audit/`, and the organisation.
    pub origin: String,
    /// How many entries there are.
    pub size: i64,
    /// The Merkle root over them.
    pub root: Digest,
}

/// One line of a note with a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The first four bytes of the key's hash.
    pub key: [u8; 4],
    /// The signature itself.
    pub bytes: Vec<u8>,
}

/// A text with the signatures below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is signed, with the line feed at its end.
    pub text: String,
    /// By whom.
    pub signatures: Vec<Signature>,
}

impl Checkpoint {
    /// The origin of an organisation's log at the installation of this name.
    pub fn origin(installation: &str, organisation: &OrganisationId) -> String {
        format!("{installation}/audit/{organisation}")
    }

    /// The organisation whose log it is, if the origin has our form.
    pub fn organisation(&self) -> Option<OrganisationId> {
        let (_, organisation) = self.origin.rsplit_once("/audit/")?;
        OrganisationId::parse(organisation).ok()
    }

    /// The text that is signed.
    pub fn to_text(&self) -> String {
        let root = STANDARD.encode(self.root.as_bytes());
        format!("{}\n{}\n{root}\n", self.origin, self.size)
    }

    /// Reads a text back. Lines after the third are extensions of others and do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty())?.to_owned();
        let size = lines.next()?;
        // One number has one text.
        let number: i64 = size.parse().ok().filter(|number| *number >= 0)?;
        if number.to_string() != size {
            return None;
        }
        let root = STANDARD.decode(lines.next()?).ok()?;
        Some(Self {
            origin,
            size: number,
            root: Digest::from_bytes(root.try_into().ok()?),
        })
    }
}

impl Note {
    /// The note as it is handed on.
    pub fn to_text(&self) -> String {
        let mut note = format!("{}\n", self.text);
        for Signature { name, key, bytes } in &self.signatures {
            let signature = STANDARD.encode([key.as_slice(), bytes].concat());
            let _ = writeln!(note, "{DASH}{name} {signature}");
        }
        note
    }

    /// Reads a note back. `None` when it is none; whether a signature holds is another question.
    pub fn parse(note: &str) -> Option<Self> {
        let (text, below) = note.rsplit_once("\n\n")?;
        let signatures: Option<Vec<Signature>> = below
            .strip_suffix('\n')
            .unwrap_or(below)
            .split('\n')
            .map(signature)
            .collect();
        Some(Self {
            text: format!("{text}\n"),
            signatures: signatures?,
        })
    }

    /// Every note of a file in which notes stand one after the other, with or without an empty line between them.
    pub fn all(text: &str) -> Option<Vec<Self>> {
        let mut notes = Vec::new();
        let mut note = String::new();
        let mut signed = false;
        for line in text.lines() {
            let signature = line.starts_with(DASH);
            if signed && !signature {
                notes.push(Self::parse(&note)?);
                note.clear();
                signed = false;
            }
            if note.is_empty() && line.is_empty() {
                continue;
            }
            signed |= signature;
            note.push_str(line);
            note.push('\n');
        }
        if !note.is_empty() {
            notes.push(Self::parse(&note)?);
        }
        Some(notes)
    }
}

fn signature(line: &str) -> Option<Signature> {
    let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = STANDARD.decode(signature).ok()?;
    let (key, bytes) = bytes.split_first_chunk::<4>()?;
    Some(Signature {
        name: name.to_owned(),
        key: *key,
        bytes: bytes.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn checkpoint(size: i64) -> Checkpoint {
        let organisation = OrganisationId::random(&Random::seeded(3));
        Checkpoint {
            origin: Checkpoint::origin("attache.example", &organisation),
            size,
            root: Digest::of("test", &[&size.to_be_bytes()]),
        }
    }

    fn note(size: i64) -> Note {
        Note {
            text: checkpoint(size).to_text(),
            signatures: vec![Signature {
                name: "attache.example".into(),
                key: [1, 2, 3, 4],
                bytes: vec![7; 64],
            }],
        }
    }

    #[test]
    fn a_checkpoint_reads_back_and_knows_its_organisation() {
        let written = checkpoint(1_000);
        let read = Checkpoint::parse(&written.to_text()).expect("our own text");
        assert_eq!(read, written);
        let organisation = OrganisationId::random(&Random::seeded(3));
        assert_eq!(read.organisation(), Some(organisation));
    }

    #[test]
    fn what_has_more_than_one_text_is_no_checkpoint() {
        let text = checkpoint(12).to_text();
        for wrong in ["\n012\n", "\n+12\n", "\n-1\n", "\n12 \n", "\n\n"] {
            assert_eq!(
                Checkpoint::parse(&text.replacen("\n12\n", wrong, 1)),
                None,
                "{wrong:?}"
            );
        }
        assert_eq!(Checkpoint::parse(text.trim_end()), None);
        assert_eq!(Checkpoint::parse("a\n1\nAAAA\n"), None);
    }

    #[test]
    fn notes_read_back_one_by_one_and_from_a_file_of_many() {
        assert_eq!(Note::parse(&note(1).to_text()), Some(note(1)));
        let together = format!(
            "{}{}\n\n{}",
            note(1).to_text(),
            note(2).to_text(),
            note(3).to_text()
        );
        assert_eq!(Note::all(&together), Some(vec![note(1), note(2), note(3)]));
        assert_eq!(Note::all(""), Some(vec![]));
        assert_eq!(Note::all("something else\n"), None);
    }
}
