//! The record: what an entry says, how entries are chained, and how a chain is checked.
//!
//! A call leaves two entries: one begun before anything is done, one when it is finished. Entries hold ids, digests and
//! words of our own; no content of anybody's calendar.

mod checkpoint;
pub mod ocsf;
mod tree;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::checkpoint::{Checkpoint, Note, Signature};
pub use self::tree::Tree;
use crate::caller::{Client, Surface};
use crate::canonical::{self, Digest};
use crate::id::{AgentId, ApprovalId, CallId, OrganisationId, PersonId, RequestId};
use crate::permission::Level;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Started,
    Stopped,
    ClockJumped,
    SignedIn,
    SignedOut,
    SignInFailed,
    AdministratorAppointed,
    ConnectStarted,
    Connected,
    ConnectFailed,
    ConnectionStateChanged,
    Disconnected,
    EverybodyDisconnected,
    TokenRefreshed,
    TokenRefreshFailed,
    LevelChanged,
    RulesChanged,
    TaintSwitched,
    OwnLevelChanged,
    KeyCreated,
    KeyRevoked,
    ToolsListed,
    CallBegun,
    CallFinished,
    CallDenied,
    CallParked,
    CallReconciled,
    LimitHit,
    LookBegun,
    LookFinished,
    ApprovalRequested,
    ApprovalDecided,
    ApprovalEnded,
    CardRead,
    KeysRotated,
    CheckpointKeyUsed,
    EntriesRemoved,
    RecordBroken,
    AuditExported,
    AuditVerified,
    AuditRead,
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
    /// By which level a call was decided: the strictest of all who have a say, before any rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Which setting of the administrator's level that was: how often it had been set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_version: Option<i64>,
    /// The arguments' names, without what they held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// From where and by what program it came.
    #[serde(default, skip_serializing_if = "Client::is_unknown")]
    pub client: Client,
    /// Microsoft's id of the sign-in that the grant comes from, its claim `sid`: Microsoft's logs have it as session id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Microsoft's id of the token by which somebody signed in or connected, its claim `uti`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uti: Option<String>,
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
            level: None,
            level_version: None,
            fields: Vec::new(),
            client: Client::default(),
            sid: None,
            uti: None,
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
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub sequence: i64,
    /// The canonical text of its [`Record`].
    pub text: String,
    /// Its hash over the hash before it, the organisation, the number and the text.
    pub hash: Digest,
}

/// Where a chain begins whose older entries were removed when their time was over: all that is left of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beginning {
    /// The number of the last entry that is gone.
    pub sequence: i64,
    /// Its hash.
    pub hash: Digest,
    /// The full subtrees of the Merkle tree over all that is gone.
    pub peaks: Vec<Digest>,
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
    /// What is known of the entries that are gone, up to this number, contradicts itself.
    Beginning(i64),
    /// A checkpoint was made of this many entries, and these are not they, or are fewer.
    Checkpoint(i64),
    /// The checkpoint of this many entries is signed by no key that was given or that the record names.
    Signature(i64),
    /// A checkpoint of this many entries was handed on and is not kept beside the chain any more.
    Missing(i64),
}

/// Checks a chain entry by entry: numbers without gaps, each hash right, each checkpoint true, and the end where it is
/// known to be.
#[derive(Debug)]
pub struct Verifier<'a> {
    organisation: &'a OrganisationId,
    head: Head,
    tree: Tree,
    /// The largest first, so that the next one is at the end.
    checkpoints: Vec<Checkpoint>,
}

impl<'a> Verifier<'a> {
    /// Begins where a chain begins. Checkpoints of entries that are gone say nothing about those that are left.
    ///
    /// # Errors
    /// [`Broken::Beginning`] when what is kept of the entries that are gone does not belong together, and
    /// [`Broken::Checkpoint`] when a checkpoint of just these says otherwise.
    pub fn new(
        organisation: &'a OrganisationId,
        beginning: Beginning,
        mut checkpoints: Vec<Checkpoint>,
    ) -> Result<Self, Broken> {
        let Beginning {
            sequence,
            hash,
            peaks,
        } = beginning;
        let tree = Tree::of_parts(sequence, peaks).ok_or(Broken::Beginning(sequence))?;
        checkpoints.retain(|checkpoint| checkpoint.size >= sequence);
        checkpoints.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.size));
        let mut verifier = Self {
            organisation,
            head: Head { sequence, hash },
            tree,
            checkpoints,
        };
        verifier.compare()?;
        Ok(verifier)
    }

    /// The next entry.
    ///
    /// # Errors
    /// How it does not fit. Then nothing after it can be judged.
    pub fn add(&mut self, entry: &Entry) -> Result<(), Broken> {
        if entry.sequence != self.head.sequence + 1 {
            return Err(Broken::Sequence(self.head.sequence + 1));
        }
        self.head = self.head.after(self.organisation, &entry.text);
        if self.head.hash != entry.hash {
            return Err(Broken::Hash(entry.sequence));
        }
        self.tree.push(&self.head.hash);
        self.compare()
    }

    /// The tree over all entries so far.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// There are no more entries.
    ///
    /// # Errors
    /// [`Broken::Checkpoint`] when a checkpoint knows of more, [`Broken::Head`] when the chain should end elsewhere.
    pub fn finish(self, known: Option<Head>) -> Result<Head, Broken> {
        if let Some(checkpoint) = self.checkpoints.last() {
            return Err(Broken::Checkpoint(checkpoint.size));
        }
        match known {
            Some(known) if known != self.head => Err(Broken::Head(self.head.sequence)),
            Some(_) | None => Ok(self.head),
        }
    }

    /// Compares with every checkpoint of just as many entries.
    fn compare(&mut self) -> Result<(), Broken> {
        while let Some(checkpoint) = self.checkpoints.last()
            && checkpoint.size == self.tree.size()
        {
            if checkpoint.root != self.tree.root() {
                return Err(Broken::Checkpoint(checkpoint.size));
            }
            self.checkpoints.pop();
        }
        Ok(())
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

    fn verify(
        organisation: &OrganisationId,
        entries: &[Entry],
        known: Option<Head>,
        checkpoints: Vec<Checkpoint>,
    ) -> Result<Head, Broken> {
        let mut verifier = Verifier::new(organisation, Beginning::default(), checkpoints)?;
        entries.iter().try_for_each(|entry| verifier.add(entry))?;
        verifier.finish(known)
    }

    /// What was signed when a chain had so many entries.
    fn checkpoint(organisation: &OrganisationId, entries: &[Entry]) -> Checkpoint {
        let mut tree = Tree::default();
        entries.iter().for_each(|entry| tree.push(&entry.hash));
        Checkpoint {
            origin: Checkpoint::origin("attache.example", organisation),
            size: tree.size(),
            root: tree.root(),
        }
    }

    /// The same chain, made anew by somebody who can write everything: hashes and head fit again.
    fn forged(organisation: &OrganisationId, entries: &mut [Entry]) -> Head {
        let mut head = Head::START;
        for entry in entries {
            head = head.after(organisation, &entry.text);
            (entry.sequence, entry.hash) = (head.sequence, head.hash);
        }
        head
    }

    #[test]
    fn an_untouched_chain_verifies() {
        let (organisation, entries, head) = chain(20);
        let signed = vec![
            checkpoint(&organisation, &entries),
            checkpoint(&organisation, &entries[..7]),
            checkpoint(&organisation, &entries[..0]),
        ];
        assert_eq!(
            verify(&organisation, &entries, Some(head), signed),
            Ok(head)
        );
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
            prop_assert!(verify(&organisation, &entries, Some(head), vec![]).is_err());
        }

        #[test]
        fn a_chain_that_was_made_anew_is_found_by_one_checkpoint_from_outside(at in 0usize..20, signed in 1usize..=20, cut in any::<bool>()) {
            let (organisation, mut entries, _) = chain(20);
            let outside = checkpoint(&organisation, &entries[..signed]);
            match cut {
                true => entries.truncate(at),
                false => entries[at].text = entries[at].text.replace("call_begun", "call_denied"),
            }
            let head = forged(&organisation, &mut entries);
            prop_assert_eq!(verify(&organisation, &entries, Some(head), vec![]), Ok(head));
            let found = verify(&organisation, &entries, Some(head), vec![outside]);
            // What happened after it was signed it cannot know.
            let expected = if at < signed { Err(Broken::Checkpoint(i64::try_from(signed).expect("small"))) } else { Ok(head) };
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn what_is_left_of_a_shortened_chain_verifies_from_where_it_begins(gone in 0usize..20, signed in 0usize..=20) {
            let (organisation, entries, head) = chain(20);
            let mut tree = Tree::default();
            entries[..gone].iter().for_each(|entry| tree.push(&entry.hash));
            let beginning = Beginning {
                sequence: tree.size(),
                hash: gone.checked_sub(1).map_or(Digest::ZERO, |last| entries[last].hash),
                peaks: tree.peaks().to_vec(),
            };
            let outside = vec![checkpoint(&organisation, &entries[..signed])];
            let check = |beginning: Beginning| {
                let mut verifier = Verifier::new(&organisation, beginning, outside.clone())?;
                entries[gone..].iter().try_for_each(|entry| verifier.add(entry))?;
                verifier.finish(Some(head))
            };
            prop_assert_eq!(check(beginning.clone()), Ok(head));
            if gone > 0 {
                let wrong = Beginning { hash: Digest::ZERO, ..beginning.clone() };
                prop_assert!(check(wrong).is_err());
            }
            if gone > 0 && signed >= gone {
                let peaks = beginning.peaks.iter().map(|_| Digest::ZERO).collect();
                let forged = Beginning { peaks, ..beginning };
                prop_assert!(check(forged).is_err());
            }
        }
    }

    #[test]
    fn l9_an_entry_is_one_line_in_every_form_whatever_was_put_into_it() {
        let organisation = OrganisationId::random(&Random::seeded(7));
        let mut record = Record::new(
            Timestamp::UNIX_EPOCH,
            Kind::CallDenied,
            organisation.clone(),
        );
        let odd = "done\",\n{\"sequence\":2}\r\n\u{1b}[2J\u{0}\t\u{8}";
        for field in [&mut record.outcome, &mut record.reason, &mut record.tool] {
            *field = Some(odd.to_owned());
        }
        let text = record.to_text();
        let head = Head::START.after(&organisation, &text);
        let entry = Entry {
            sequence: head.sequence,
            text: text.clone(),
            hash: head.hash,
        };
        let line = serde_json::to_string(&entry).expect("JSON");
        let event = ocsf::event(&entry).expect("an event").to_string();
        for line in [&text, &line, &event] {
            assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
        }
        let back: Entry = serde_json::from_str(&line).expect("an entry");
        assert_eq!(
            serde_json::from_str::<Record>(&back.text).ok(),
            Some(record)
        );
    }

    #[test]
    fn a_chain_of_another_organisation_does_not_verify() {
        let (_, entries, _) = chain(3);
        assert_eq!(
            verify(
                &OrganisationId::random(&Random::seeded(6)),
                &entries,
                None,
                vec![]
            ),
            Err(Broken::Hash(1))
        );
    }
}
