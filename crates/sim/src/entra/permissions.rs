//! Microsoft Graph's delegated permissions: the words people read, and who may grant them.

/// One permission that an application can ask for.
#[derive(Debug)]
pub(crate) struct Permission {
    pub(crate) name: &'static str,
    /// What a consent page says to the person herself.
    pub(crate) title: &'static str,
    /// What it says to an administrator who consents for everybody.
    pub(crate) title_for_administrators: &'static str,
    pub(crate) meaning: &'static str,
    /// Only an administrator can ever grant it.
    pub(crate) administrators_only: bool,
}

/// What people may not grant by themselves under the policy that Microsoft manages. Microsoft changes this list
/// every few months, so it is data: an organisation can be given another one. A trailing `*` stands for any ending.
pub(crate) const MANAGED_EXCLUDES: &[&str] = &[
    "Mail*",
    "Calendars.Read",
    "Calendars.ReadBasic",
    "Calendars.ReadWrite",
    "Calendars.Read.Shared",
    "Calendars.ReadWrite.Shared",
    "Chat*",
    "OnlineMeetings*",
    "Files.Read.All",
    "Files.ReadWrite.All",
    "Sites.*",
    "Contacts.ReadWrite",
    "Contacts.Read.Shared",
    "Contacts.ReadWrite.Shared",
    "Tasks*",
    "People.Read",
];

/// What an organisation classes as low impact unless it says otherwise: signing in.
pub(crate) const LOW_IMPACT: &[&str] =
    &["openid", "profile", "email", "offline_access", "User.Read"];

/// The permissions, in the order in which a consent page lists them.
pub(crate) const PERMISSIONS: &[Permission] = &[
    permission(
        "Calendars.ReadWrite",
        "Have full access to your calendars",
        "Have full access to user calendars",
        "Allows the app to read, update, create and delete events in your calendars.",
    ),
    permission(
        "Calendars.ReadWrite.Shared",
        "Read and write to your and shared calendars",
        "Read and write user and shared calendars",
        "Allows the app to read, update, create and delete events in all calendars that you can access.",
    ),
    permission(
        "Calendars.Read.Shared",
        "Read calendars you can access",
        "Read user and shared calendars",
        "Allows the app to read events of all calendars that you can access, including delegated and shared ones.",
    ),
    permission(
        "Calendars.Read",
        "Read your calendars",
        "Read user calendars",
        "Allows the app to read events in your calendars.",
    ),
    permission(
        "Calendars.ReadBasic",
        "Read basic details of your calendars",
        "Read basic details of user calendars",
        "Allows the app to read events in your calendars, except for their bodies, attachments and extensions.",
    )
    .for_administrators(),
    permission(
        "OnlineMeetings.ReadWrite",
        "Read and create your online meetings",
        "Read and create user's online meetings",
        "Allows the app to read and create online meetings on your behalf.",
    ),
    permission(
        "Contacts.ReadWrite",
        "Have full access to your contacts",
        "Have full access to user contacts",
        "Allows the app to read, update, create and delete contacts in your contact folders.",
    ),
    permission(
        "Contacts.Read.Shared",
        "Read your and shared contacts",
        "Read user and shared contacts",
        "Allows the app to read contacts that you can access, including shared ones.",
    ),
    permission(
        "Contacts.Read",
        "Read your contacts",
        "Read user contacts",
        "Allows the app to read contacts in your contact folders.",
    ),
    permission(
        "People.Read",
        "Read your relevant people list",
        "Read users' relevant people lists",
        "Allows the app to read a list of people in the order that is most relevant to you.",
    ),
    permission(
        "People.Read.All",
        "Read all users' relevant people lists",
        "Read all users' relevant people lists",
        "Allows the app to read a list of people in the order that is most relevant to each user of your organization.",
    )
    .for_administrators(),
    permission(
        "Mail.Read",
        "Read your mail",
        "Read user mail",
        "Allows the app to read email in your mailbox.",
    ),
    permission(
        "MailboxSettings.Read",
        "Read your mailbox settings",
        "Read user mailbox settings",
        "Allows the app to read your mailbox settings.",
    ),
    permission(
        "MailboxSettings.ReadWrite",
        "Read and write to your mailbox settings",
        "Read and write user mailbox settings",
        "Allows the app to read, update and create your mailbox settings.",
    ),
    permission(
        "User.ReadBasic.All",
        "Read all users' basic profiles",
        "Read all users' basic profiles",
        "Allows the app to read a basic set of profile properties of other users in your organization on your behalf.",
    ),
    permission(
        "User.Read.All",
        "Read all users' full profiles",
        "Read all users' full profiles",
        "Allows the app to read all profile properties of the people in your organization on your behalf.",
    )
    .for_administrators(),
    permission(
        "User.ReadWrite.All",
        "Read and write all users' full profiles",
        "Read and write all users' full profiles",
        "Allows the app to read and write all profile properties of the people in your organization on your behalf.",
    )
    .for_administrators(),
    permission(
        "Directory.ReadWrite.All",
        "Read and write directory data",
        "Read and write directory data",
        "Allows the app to read and write data in your organization's directory.",
    )
    .for_administrators(),
    permission(
        "Directory.Read.All",
        "Read directory data",
        "Read directory data",
        "Allows the app to read data in your organization's directory.",
    )
    .for_administrators(),
    permission(
        "User.ReadWrite",
        "Read and update your profile",
        "Read and write user profile",
        "Allows the app to read your profile, and to change it on your behalf.",
    ),
    permission(
        "User.Read",
        "Sign you in and read your profile",
        "Sign in and read user profile",
        "Allows you to sign in to the app with your work account and let the app read your profile.",
    ),
    permission(
        "openid",
        "Sign in as you",
        "Sign users in",
        "Allows you to sign in to the app with your work account and allows the app to read your basic profile information.",
    ),
    permission(
        "profile",
        "View your basic profile",
        "View users' basic profile",
        "Allows the app to see your basic profile (name, picture, user name).",
    ),
    permission(
        "email",
        "View your email address",
        "View users' email address",
        "Allows the app to read your primary email address.",
    ),
    permission(
        "offline_access",
        "Maintain access to data you have given it access to",
        "Maintain access to data you have given it access to",
        "Allows the app to see and update the data you gave it access to, even when you are not currently using the app.",
    ),
];

impl Permission {
    const fn for_administrators(mut self) -> Self {
        self.administrators_only = true;
        self
    }
}

const fn permission(
    name: &'static str,
    title: &'static str,
    title_for_administrators: &'static str,
    meaning: &'static str,
) -> Permission {
    Permission {
        name,
        title,
        title_for_administrators,
        meaning,
        administrators_only: false,
    }
}

/// The permission of that name, in any case.
pub(crate) fn find(name: &str) -> Option<&'static Permission> {
    PERMISSIONS
        .iter()
        .find(|permission| permission.name.eq_ignore_ascii_case(name))
}

/// Whether a permission is on a list of names and patterns.
pub(crate) fn is_on(list: &[String], name: &str) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(beginning) => name
            .get(..beginning.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(beginning)),
        None => entry.eq_ignore_ascii_case(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excluded(name: &str) -> bool {
        let list: Vec<String> = MANAGED_EXCLUDES.iter().map(|&name| name.into()).collect();
        is_on(&list, name)
    }

    #[test]
    fn the_managed_list_holds_the_calendar_and_people_scopes_and_leaves_the_rest() {
        for name in [
            "Calendars.ReadWrite",
            "Calendars.Read.Shared",
            "People.Read",
            "MailboxSettings.Read",
        ] {
            assert!(excluded(name), "{name}");
        }
        for name in [
            "Contacts.Read",
            "User.ReadBasic.All",
            "User.Read",
            "offline_access",
        ] {
            assert!(!excluded(name), "{name}");
        }
    }

    #[test]
    fn a_pattern_longer_than_the_name_or_inside_a_character_fits_nothing() {
        assert!(!is_on(&["Mail*".to_owned()], "Ma"));
        assert!(!is_on(&["a*".to_owned()], "ü"));
    }
}
