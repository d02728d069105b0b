//! Handles of people: short names by which an agent can say again whom a search found.

use std::fmt;

use crate::canonical::Digest;
use crate::id::{CROCKFORD, NotAnId, PersonId};
use crate::people::Address;

const PREFIX: &str = "p_";
/// Characters after the prefix: 80 bits, so that no two addresses of one person meet.
const LENGTH: usize = 16;

/// A short name for one address, for one person of attache. It is made from both, so searching again makes no other one.
///
/// It allows nothing: what it stands for is looked up among that person's own, and whoever could guess one knows the
/// address already.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(Box<str>);

impl Handle {
    /// The handle of an address for a person. Letter case of the address makes no difference.
    pub fn of(person: &PersonId, address: &Address) -> Self {
        let key = address.key();
        let digest = Digest::of(
            "attache handle of a person",
            &[person.as_str().as_bytes(), key.as_bytes()],
        );
        let letters = digest.as_bytes()[..LENGTH]
            .iter()
            .map(|byte| char::from(CROCKFORD[usize::from(byte & 31)]));
        Self(PREFIX.chars().chain(letters).collect::<String>().into())
    }

    /// Whether a text is meant as a handle, well-formed or not: no address begins with the prefix and lacks an `@`.
    pub fn is_meant(text: &str) -> bool {
        text.trim().starts_with(PREFIX) && !text.contains('@')
    }

    /// Reads a handle back.
    ///
    /// # Errors
    /// When it lacks the prefix, or anything but 16 letters and digits follow.
    pub fn parse(text: &str) -> Result<Self, NotAnId> {
        let text = text.trim();
        let rest = text.strip_prefix(PREFIX).ok_or(NotAnId)?;
        let well_formed = rest.len() == LENGTH && rest.bytes().all(|b| CROCKFORD.contains(&b));
        if well_formed {
            Ok(Self(text.into()))
        } else {
            Err(NotAnId)
        }
    }

    /// The text form, as stored and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Handle {
    type Error = NotAnId;
    fn try_from(text: String) -> Result<Self, NotAnId> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_handle_is_the_same_for_one_person_and_address_and_another_for_any_other() {
        let random = Random::seeded(1);
        let (anna, ben) = (PersonId::random(&random), PersonId::random(&random));
        let address = |text| Address::parse(text).expect("an address");
        let handle = Handle::of(&anna, &address("paul@x.example"));
        assert_eq!(handle, Handle::of(&anna, &address("Paul@X.example")));
        assert_ne!(handle, Handle::of(&anna, &address("paula@x.example")));
        assert_ne!(handle, Handle::of(&ben, &address("paul@x.example")));
        assert_eq!(Handle::parse(handle.as_str()), Ok(handle));
    }

    #[test]
    fn an_address_and_a_name_are_never_taken_for_a_handle() {
        for not in ["p_anna@x.example", "Paul", "P_x", "per_0123", ""] {
            assert!(!Handle::is_meant(not), "{not}");
        }
        for meant in ["p_", "p_0123456789abcdef", " p_0123456789ABCDEF", "p_x y"] {
            assert!(Handle::is_meant(meant), "{meant}");
        }
        for wrong in [
            "p_",
            "p_0123456789abcde",
            "p_0123456789abcdeu",
            "0123456789abcdef",
        ] {
            assert_eq!(Handle::parse(wrong), Err(NotAnId), "{wrong}");
        }
    }
}
