//! The record: what an entry says, how entries are chained, and how a chain is checked.
//!
//! A call leaves two entries: one begun before anything is done, one when it is finished. Entries hold ids, digests and
//! words of our own; no content of anybody's calendar.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::caller::Surface;
use crate::canonical::{self, Digest};
use crate::id::{AgentId, ApprovalId, CallId, OrganisationId, PersonId, RequestId};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    SignedIn,
    SignedOut,
    AdministratorAppointed,
    ConnectStarted,
    Connected,
    ConnectFailed,
    ConnectionStateChanged,
    Disconnected,
    TokenRefreshed,
    TokenRefreshFailed,
    LevelChanged,
    KeyCreated,
    KeyRevoked,
    CallBegun,
    CallFinished,
    CallDenied,
    CallParked,
    ApprovalRequested,
    ApprovalDecided,
    KeysRotated,
}

impl Kind {
    /// The word that is stored and that machines read, as in the JSON form.
    pub fn word(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(word)) => word,
            Ok(_) | Err(_) => String::new(),
        }
    }
}

/// How much an entry asks for somebody's attention. Most entries say nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Somebody who looks after the installation should look at once.
    High,
}

/// One request to Microsoft that a call made: both ids, so that Microsoft's logs can be joined with ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamRequest {
    /// The `client-request-id` that was sent.
    pub client_request_id: String,
    /// Microsoft's `request-id`, if an answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The HTTP status, if an answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// What an entry says, before it has its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When, UTC.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// Whose organisation.
    pub organisation: OrganisationId,
    /// About or by which person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// By which person, when that is somebody else (an administrator).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<PersonId>,
    /// By which agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// Over which surface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<Surface>,
    /// Which HTTP request to attache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// Which call; the same in its begun and its finished entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// Which tool, as named by the caller if it is one of ours, else nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Which approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalId>,
    /// The digest of the arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Digest>,
    /// A word of ours: the decision, the outcome, the new level, the state, the error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// A word of ours for the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The digest of the Outlook event that was made or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Digest>,
    /// The requests to Microsoft that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<UpstreamRequest>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// How many things it was about, where an entry is about many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Whether somebody should look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
}

impl Record {
    /// A record with nothing but its time, kind and organisation.
    pub fn new(at: Timestamp, kind: Kind, organisation: OrganisationId) -> Self {
        Self {
            at,
            kind,
            organisation,
            person: None,
            actor: None,
            agent: None,
            surface: None,
            request: None,
            call: None,
            tool: None,
            approval: None,
            arguments: None,
            outcome: None,
            reason: None,
            target: None,
            upstream: Vec::new(),
            duration_ms: None,
            count: None,
            severity: None,
        }
    }

    /// The canonical text: what is stored and what is chained.
    ///
    /// # Panics
    /// Never: every field has a JSON form.
    pub fn to_text(&self) -> String {
        canonical::to_text(
            &serde_json::to_value(self).expect("every field of a record has a JSON form"),
        )
    }
}

/// Where a chain stands: how many entries it has, and the hash of the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The sequence number of the last entry; 0 when there is none.
    pub sequence: i64,
    /// Its hash; [`Digest::ZERO`] when there is none.
    pub hash: Digest,
}

impl Head {
    /// Before the first entry.
    pub const START: Self = Self {
        sequence: 0,
        hash: Digest::ZERO,
    };

    /// Where the chain stands after one more entry with this canonical text.
    #[must_use]
    pub fn after(self, organisation: &OrganisationId, text: &str) -> Self {
        let sequence = self.sequence + 1;
        let parts = [
            self.hash.as_bytes().as_slice(),
            organisation.as_str().as_bytes(),
            &sequence.to_be_bytes(),
            text.as_bytes(),
        ];
        Self {
            sequence,
            hash: Digest::of("attache audit entry 1", &parts),
        }
    }
}

/// One entry as stored or exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub sequence: i64,
    /// The canonical text of its [`Record`].
    pub text: String,
    /// Its hash over the hash before it, the organisation, the number and the text.
    pub hash: Digest,
}

/// Where and how a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// An entry is missing, doubled or out of order: the number that was expected.
    Sequence(i64),
    /// The entry with this number does not have the hash it must have.
    Hash(i64),
    /// The chain ends at this number, but the record of its head says otherwise.
    Head(i64),
}

/// Checks a whole chain: numbers without gaps, each hash right, and the end where it is known to be.
///
/// # Errors
/// The first place where it is broken.
pub fn verify(
    organisation: &OrganisationId,
    entries: impl IntoIterator<Item = Entry>,
    known: Option<Head>,
) -> Result<Head, Broken> {
    let mut head = Head::START;
    for entry in entries {
        if entry.sequence != head.sequence + 1 {
            return Err(Broken::Sequence(head.sequence + 1));
        }
        head = head.after(organisation, &entry.text);
        if head.hash != entry.hash {
            return Err(Broken::Hash(entry.sequence));
        }
    }
    match known {
        Some(known) if known != head => Err(Broken::Head(head.sequence)),
        Some(_) | None => Ok(head),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::Random;

    fn chain(length: usize) -> (OrganisationId, Vec<Entry>, Head) {
        let random = Random::seeded(5);
        let organisation = OrganisationId::random(&random);
        let mut head = Head::START;
        let mut entries = Vec::new();
        for _ in 0..length {
            let mut record =
                Record::new(Timestamp::UNIX_EPOCH, Kind::CallBegun, organisation.clone());
            record.call = Some(CallId::random(&random));
            let text = record.to_text();
            head = head.after(&organisation, &text);
            entries.push(Entry {
                sequence: head.sequence,
                text,
                hash: head.hash,
            });
        }
        (organisation, entries, head)
    }

    #[test]
    fn an_untouched_chain_verifies() {
        let (organisation, entries, head) = chain(20);
        assert_eq!(verify(&organisation, entries, Some(head)), Ok(head));
    }

    proptest! {
        #[test]
        fn change_removal_insertion_reordering_and_truncation_are_all_found(at in 0usize..20, other in 0usize..20, what in 0u8..5) {
            let (organisation, mut entries, head) = chain(20);
            match what {
                0 => entries[at].text = entries[at].text.replace("call_begun", "call_denied"),
                1 => { entries.remove(at); }
                2 => { let copy = entries[at].clone(); entries.insert(other, copy); }
                3 => { prop_assume!(at != other); entries.swap(at, other); }
                _ => entries.truncate(at),
            }
            prop_assert!(verify(&organisation, entries, Some(head)).is_err());
        }
    }

    #[test]
    fn a_chain_of_another_organisation_does_not_verify() {
        let (_, entries, _) = chain(3);
        assert_eq!(
            verify(&OrganisationId::random(&Random::seeded(6)), entries, None),
            Err(Broken::Hash(1))
        );
    }
}
