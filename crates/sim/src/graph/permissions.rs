//! What a token must allow: the sets of scopes that the routes name, and the one check.
//!
//! Microsoft's permission tables name what its pages name. Where the service is known to accept more, or less, the set here
//! follows the service: a scope that includes a named one counts as well, and in somebody else's mailbox only the scopes
//! made for that count.

use super::auth::{Refusal, Scopes, refused};
use super::error::GraphError;

/// Scopes of which one is enough.
pub(super) type AnyOf = &'static [&'static str];

/// What an operation asks of a token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed {
    /// In the caller's own mailbox, or where there is no mailbox.
    pub(super) own: Need,
    /// In somebody else's.
    pub(super) others: Need,
    /// How it is refused.
    pub(super) refusal: Refusal,
}

/// What is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Whatever the token is for.
    Token,
    /// One of these.
    Scope(AnyOf),
    /// No scope of a person allows it.
    Impossible,
}

impl Need {
    fn is_met(self, scopes: &Scopes) -> bool {
        match self {
            Self::Token => true,
            Self::Scope(any_of) => any_of.iter().any(|scope| scopes.has(scope)),
            Self::Impossible => false,
        }
    }
}

impl Allowed {
    /// Refuses a token that does not allow the operation. Nothing else in Graph's answers looks whether it may.
    pub(super) fn check(self, scopes: &Scopes, own: bool) -> Result<(), GraphError> {
        let need = if own { self.own } else { self.others };
        if need.is_met(scopes) {
            Ok(())
        } else {
            Err(refused(self.refusal))
        }
    }
}

const fn mailbox(own: AnyOf, others: Need) -> Allowed {
    Allowed {
        own: Need::Scope(own),
        others,
        refusal: Refusal::Mailbox,
    }
}

const fn directory(own: AnyOf, others: Need) -> Allowed {
    Allowed {
        own: Need::Scope(own),
        others,
        refusal: Refusal::Directory,
    }
}

const READ: AnyOf = &[
    "Calendars.ReadBasic",
    "Calendars.Read",
    "Calendars.ReadWrite",
    "Calendars.Read.Shared",
    "Calendars.ReadWrite.Shared",
];
/// Reading more of events than their times.
const WHOLE: AnyOf = &[
    "Calendars.Read",
    "Calendars.ReadWrite",
    "Calendars.Read.Shared",
    "Calendars.ReadWrite.Shared",
];
const WRITE: AnyOf = &["Calendars.ReadWrite", "Calendars.ReadWrite.Shared"];
const READ_SHARED: AnyOf = &["Calendars.Read.Shared", "Calendars.ReadWrite.Shared"];
const WRITE_SHARED: AnyOf = &["Calendars.ReadWrite.Shared"];
const CONTACTS: AnyOf = &["Contacts.Read", "Contacts.ReadWrite"];
/// Scopes that show every profile completely.
pub(super) const EVERY_PROFILE: AnyOf = &[
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// Scopes that show the caller's own profile completely.
pub(super) const OWN_PROFILE: AnyOf = &[
    "User.Read",
    "User.ReadWrite",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const SOME_PROFILE: AnyOf = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const SELF: AnyOf = &[
    "User.Read",
    "User.ReadWrite",
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// Reading a calendar or what is in it.
pub(super) const READ_CALENDAR: Allowed = mailbox(READ, Need::Scope(READ_SHARED));
/// Sending an event on takes reading all of it, and no more, although it sends mail.
pub(super) const FORWARD: Allowed = mailbox(WHOLE, Need::Scope(WRITE_SHARED));
/// What nobody shares of a calendar.
pub(super) const READ_OWN_CALENDAR: Allowed = mailbox(READ, Need::Impossible);
/// Writing in a calendar.
pub(super) const WRITE_CALENDAR: Allowed = mailbox(WRITE, Need::Scope(WRITE_SHARED));
/// Arranging calendars, and saying who may see them.
pub(super) const WRITE_OWN_CALENDAR: Allowed = mailbox(WRITE, Need::Impossible);
/// Free and busy times are the caller's question, through whichever mailbox it is put.
pub(super) const SCHEDULE: Allowed = mailbox(READ, Need::Scope(READ));
/// The full scope for one's own calendars is not enough.
pub(super) const FIND_TIMES: Allowed = mailbox(READ_SHARED, Need::Scope(READ_SHARED));
/// Nobody's contacts are shared here.
pub(super) const READ_CONTACTS: Allowed = mailbox(CONTACTS, Need::Impossible);
/// Somebody else's relevant people need an administrator's consent.
pub(super) const PEOPLE: Allowed = mailbox(
    &["People.Read", "People.Read.All"],
    Need::Scope(&["People.Read.All"]),
);
/// Reading the mailbox's settings.
pub(super) const READ_SETTINGS: Allowed = mailbox(
    &["MailboxSettings.Read", "MailboxSettings.ReadWrite"],
    Need::Impossible,
);
/// Writing them.
pub(super) const WRITE_SETTINGS: Allowed =
    mailbox(&["MailboxSettings.ReadWrite"], Need::Impossible);
/// The list of zones, which is the same for everybody.
pub(super) const ZONES: Allowed = mailbox(
    &["User.Read", "User.Read.All", "User.ReadBasic.All"],
    Need::Scope(&["User.Read.All", "User.ReadBasic.All"]),
);
/// Ids in their several forms.
pub(super) const TRANSLATE: Allowed = mailbox(SELF, Need::Impossible);
/// Being told of changes. Whether the larger scope counts is open at Microsoft; here it does.
pub(super) const SUBSCRIBE: Allowed =
    mailbox(&["Calendars.Read", "Calendars.ReadWrite"], Need::Impossible);
/// One profile.
pub(super) const PROFILE: Allowed = directory(SELF, Need::Scope(SOME_PROFILE));
/// The directory.
pub(super) const PROFILES: Allowed = directory(SOME_PROFILE, Need::Scope(SOME_PROFILE));
/// Who reports to whom.
pub(super) const REPORTING: Allowed = directory(EVERY_PROFILE, Need::Scope(EVERY_PROFILE));
/// Changing a profile, which this simulator refuses to everybody.
pub(super) const CHANGE_PROFILE: Allowed = Allowed {
    own: Need::Impossible,
    others: Need::Impossible,
    refusal: Refusal::Directory,
};
/// Each request in a batch is checked by itself.
pub(super) const BATCH: Allowed = Allowed {
    own: Need::Token,
    others: Need::Token,
    refusal: Refusal::Directory,
};
/// The claims of the signed-in person.
pub(super) const USERINFO: Allowed = directory(&["openid"], Need::Impossible);
