//! What attache asks for, and why: the one list. The consent page, the documents, the manifest and the request use it.

use domain::tool::Scope;

/// A scope with the reason it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Which.
    pub scope: Scope,
    /// Its id at Microsoft Graph, by which an application registers it.
    pub permission_id: &'static str,
    /// Under which id the pages have the reason in each language.
    pub reason_id: &'static str,
    /// The reason, in English.
    pub reason: &'static str,
}

/// Microsoft Graph, the one resource that all of them are of.
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// The ten scopes of *Connect*. There are no others.
pub const CONNECT: [Asked; 10] = [
    asked(
        Scope::OpenId,
        "37f7f235-527c-4136-accd-4a02d197296e",
        "scope-openid",
        "To know that it is you who connects this calendar.",
    ),
    asked(
        Scope::OfflineAccess,
        "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
        "scope-offline-access",
        "To stay connected until you disconnect, without asking you to sign in each hour.",
    ),
    asked(
        Scope::Email,
        "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
        "scope-email",
        "To show which account is connected.",
    ),
    asked(
        Scope::Profile,
        "14dad69e-099b-42c9-810b-d002981feec1",
        "scope-profile",
        "To recognise your account by its id and to show your name.",
    ),
    asked(
        Scope::UserRead,
        "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
        "scope-user-read",
        "To read your own name, address and language from your profile.",
    ),
    asked(
        Scope::ContactsRead,
        "ff74d97f-43af-4b68-9f2a-b77ee6968c5d",
        "scope-contacts-read",
        "To find the address of somebody you name, among your contacts.",
    ),
    asked(
        Scope::PeopleRead,
        "ba47897c-39ec-4d83-8086-ee8256fa737d",
        "scope-people-read",
        "To tell people of the same name apart by how you work with them.",
    ),
    asked(
        Scope::UserReadBasicAll,
        "b340eb25-3456-403f-be2f-af7a0d370277",
        "scope-user-readbasic-all",
        "To find colleagues by name in your organisation's directory.",
    ),
    asked(
        Scope::CalendarsReadWrite,
        "1ec239c2-d7c9-4623-a91a-a9775856bb36",
        "scope-calendars-readwrite",
        "To read your calendar and to make the changes your organisation's permission levels allow.",
    ),
    asked(
        Scope::CalendarsReadShared,
        "2b9c4092-424d-4249-948d-b43879977640",
        "scope-calendars-read-shared",
        "To read calendars others share with you, and to find times when everybody is free.",
    ),
];

/// The four scopes of signing in to attache: who somebody is, nothing of any calendar.
pub const SIGN_IN: [Scope; 4] = [Scope::OpenId, Scope::Profile, Scope::Email, Scope::UserRead];

/// The names of [`CONNECT`], in order.
pub const fn names() -> [Scope; 10] {
    let mut names = [Scope::OpenId; 10];
    let mut at = 0;
    while at < names.len() {
        names[at] = CONNECT[at].scope;
        at += 1;
    }
    names
}

const fn asked(
    scope: Scope,
    permission_id: &'static str,
    reason_id: &'static str,
    reason: &'static str,
) -> Asked {
    Asked {
        scope,
        permission_id,
        reason_id,
        reason,
    }
}

/// Scopes as one parameter.
pub(crate) fn joined(scopes: &[Scope]) -> String {
    scopes
        .iter()
        .map(|scope| scope.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Scopes as one parameter, each with its resource where it has one.
pub(crate) fn qualified(scopes: &[Scope]) -> String {
    let full = |scope: &Scope| match scope {
        Scope::OpenId | Scope::OfflineAccess | Scope::Email | Scope::Profile => {
            scope.as_str().to_owned()
        }
        _ => format!("https://graph.microsoft.com/{}", scope.as_str()),
    };
    scopes.iter().map(full).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_ten_agreed_scopes_are_asked_for_each_with_a_reason() {
        assert_eq!(
            joined(&names()),
            "openid offline_access email profile User.Read Contacts.Read People.Read User.ReadBasic.All Calendars.ReadWrite Calendars.Read.Shared"
        );
        assert_eq!(names(), Scope::ALL);
        assert!(
            CONNECT
                .iter()
                .all(|asked| asked.reason.ends_with('.') && asked.reason_id.starts_with("scope-"))
        );
    }

    #[test]
    fn signing_in_asks_for_nothing_of_a_calendar_and_nothing_lasting() {
        assert_eq!(joined(&SIGN_IN), "openid profile email User.Read");
    }
}
