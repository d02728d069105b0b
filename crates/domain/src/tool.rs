//! What a tool is: one operation on one object. The list of tools is `engine::tools`.

use std::fmt;

use serde::Serialize;

/// The name agents call a tool by, such as `create_event`. Only constants of the build become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ToolName(&'static str);

impl ToolName {
    /// Names a tool; in constants only.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for ToolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What a tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Operation {
    Search,
    Read,
    Find,
    Create,
    Update,
    Cancel,
    RespondTo,
}

/// What a tool does it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Object {
    Events,
    Event,
    MeetingTimes,
    Contacts,
    Profile,
}

/// What a tool can change, from the point of view of the calendar's owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Reads only.
    Read,
    /// Changes the calendar and may mail people.
    Write,
    /// Takes something away and may mail people.
    Destructive,
}

/// A delegated permission of Microsoft Graph or OpenID Connect, by its exact name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "&'static str")]
#[expect(
    missing_docs,
    reason = "the names are Microsoft's; their reasons are in microsoft::entra::scopes"
)]
pub enum Scope {
    OpenId,
    OfflineAccess,
    Email,
    Profile,
    UserRead,
    ContactsRead,
    PeopleRead,
    UserReadBasicAll,
    CalendarsReadWrite,
    CalendarsReadShared,
}

impl Scope {
    /// Every scope there is, in the order attache asks for them.
    pub const ALL: [Self; 10] = [
        Self::OpenId,
        Self::OfflineAccess,
        Self::Email,
        Self::Profile,
        Self::UserRead,
        Self::ContactsRead,
        Self::PeopleRead,
        Self::UserReadBasicAll,
        Self::CalendarsReadWrite,
        Self::CalendarsReadShared,
    ];

    /// Microsoft's name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::OfflineAccess => "offline_access",
            Self::Email => "email",
            Self::Profile => "profile",
            Self::UserRead => "User.Read",
            Self::ContactsRead => "Contacts.Read",
            Self::PeopleRead => "People.Read",
            Self::UserReadBasicAll => "User.ReadBasic.All",
            Self::CalendarsReadWrite => "Calendars.ReadWrite",
            Self::CalendarsReadShared => "Calendars.Read.Shared",
        }
    }

    /// Finds the scope that a token answer or the store names: with or without Graph's address, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text
            .strip_prefix("https://graph.microsoft.com/")
            .unwrap_or(text);
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str().eq_ignore_ascii_case(name))
    }
}

impl From<Scope> for &'static str {
    fn from(scope: Scope) -> Self {
        scope.as_str()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Everything that is said about a tool in one place; every listing is made from it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Definition {
    /// What agents call.
    pub name: ToolName,
    /// What it does.
    pub operation: Operation,
    /// What it does it to.
    pub object: Object,
    /// What it can change.
    pub effect: Effect,
    /// The scopes without which it cannot work.
    pub scopes: &'static [Scope],
    /// The arguments that hold people, one or a list: addresses, or handles that are replaced by addresses before the tool
    /// sees them.
    #[serde(skip)]
    pub people: &'static [&'static str],
    /// For models: when to use it and what comes back. A constant of the build.
    pub description: &'static str,
}

impl Definition {
    /// `<Operation> <Object>`, such as `Create Event`.
    pub fn title(&self) -> String {
        let operation = match self.operation {
            Operation::Search => "Search",
            Operation::Read => "Read",
            Operation::Find => "Find",
            Operation::Create => "Create",
            Operation::Update => "Update",
            Operation::Cancel => "Cancel",
            Operation::RespondTo => "Respond to",
        };
        let object = match self.object {
            Object::Events => "Events",
            Object::Event => "Event",
            Object::MeetingTimes => "Meeting Times",
            Object::Contacts => "Contacts",
            Object::Profile => "Profile",
        };
        format!("{operation} {object}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_known_by_either_of_microsofts_spellings() {
        assert_eq!(
            Scope::parse("https://graph.microsoft.com/calendars.readwrite"),
            Some(Scope::CalendarsReadWrite)
        );
        assert_eq!(
            Scope::parse("Calendars.ReadWrite"),
            Some(Scope::CalendarsReadWrite)
        );
        assert_eq!(Scope::parse("Calendars.ReadWrite.Shared"), None);
    }
}
