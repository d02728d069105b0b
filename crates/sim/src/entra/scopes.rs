//! The `scope` parameter: what is asked for, what that needs, and how a token answer says what was granted.

use std::collections::BTreeSet;

use super::errors::EntraError;
use super::permissions;
use crate::random;

const GRAPH: &str = "https://graph.microsoft.com/";
const GRAPH_BY_ID: &str = "00000003-0000-0000-c000-000000000000/";

/// The application's registered list, which `.default` stands for.
pub(crate) const REGISTERED: &[&str] = &[
    "openid",
    "offline_access",
    "email",
    "profile",
    "User.Read",
    "Contacts.Read",
    "People.Read",
    "User.ReadBasic.All",
    "Calendars.ReadWrite",
    "Calendars.Read.Shared",
];

/// A request's scopes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    pub(crate) names: BTreeSet<&'static str>,
    /// `.default`: whatever is granted already, else the registered list.
    pub(crate) by_default: bool,
    /// Permissions of Graph were named without their resource, and only so; the answer names them likewise.
    pub(crate) short: bool,
}

impl Asked {
    /// Reads a space-separated list; bare names mean Microsoft Graph.
    pub(crate) fn parse(text: &str) -> Result<Self, EntraError> {
        let mut asked = Self::default();
        let mut qualified = false;
        for word in text.split_ascii_whitespace() {
            let name = word
                .strip_prefix(GRAPH)
                .or_else(|| word.strip_prefix(GRAPH_BY_ID))
                .unwrap_or(word);
            if name.eq_ignore_ascii_case(".default") {
                asked.by_default = true;
            } else if let Some(known) = known(name) {
                asked.names.insert(known);
                qualified |= name.len() < word.len();
                asked.short |= name.len() == word.len() && !is_oidc(known);
            } else {
                return Err(refusal(word));
            }
        }
        if asked.by_default && asked.names.iter().any(|name| !is_oidc(name)) {
            return Err(EntraError::new(
                70_011,
                "invalid_scope",
                "The .default scope cannot be combined with named scopes of the same resource.",
            ));
        }
        asked.short &= !qualified && !asked.by_default;
        Ok(asked)
    }

    /// What must be consented for this request to be served.
    pub(crate) fn needed(&self, granted: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
        let mut needed = self.names.clone();
        if self.by_default && !granted.iter().any(|name| !is_oidc(name)) {
            needed.extend(REGISTERED);
        }
        needed
    }
}

/// What to do with a request that names several resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resources {
    /// Refuse it: a code's token is for one.
    OnlyOne,
    /// The first one wins: a refresh token is for all.
    FirstWins,
}

impl Resources {
    /// The scopes of the one resource that a token is for, and those of OpenID.
    pub(crate) fn pick(self, text: &str) -> Result<String, EntraError> {
        let resource = |word: &str| match word.rsplit_once('/') {
            Some((resource, _)) if !is_graph(resource) => Some(resource.to_ascii_lowercase()),
            _ => None,
        };
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let bound = words.iter().filter(|word| !is_oidc(word));
        let Some(first) = bound.clone().next().map(|word| resource(word)) else {
            return Ok(text.to_owned());
        };
        let several = bound.clone().any(|word| resource(word) != first);
        if several && self == Self::OnlyOne {
            return Err(EntraError::of(700_022));
        }
        let kept = words
            .into_iter()
            .filter(|word| is_oidc(word) || resource(word) == first);
        Ok(kept.collect::<Vec<_>>().join(" "))
    }
}

/// The echo of a token answer: what the token holds, in any order, never `offline_access`.
pub(crate) fn echo(held: &BTreeSet<&'static str>, short: bool) -> String {
    let mut names: Vec<String> = held
        .iter()
        .filter(|name| **name != "offline_access")
        .map(|name| match short || is_oidc(name) {
            true => (*name).to_owned(),
            false => format!("{GRAPH}{name}"),
        })
        .collect();
    for last in 1..names.len() {
        names.swap(last, random::index(last + 1));
    }
    names.join(" ")
}

/// Names as Microsoft writes them where it names the resource: those of Graph in full, those of OpenID bare.
pub(crate) fn qualified(names: &BTreeSet<&'static str>) -> Vec<String> {
    names
        .iter()
        .map(|name| match is_oidc(name) {
            true => (*name).to_owned(),
            false => format!("{GRAPH}{name}"),
        })
        .collect()
}

fn is_graph(resource: &str) -> bool {
    [GRAPH, GRAPH_BY_ID]
        .iter()
        .any(|graph| graph.trim_end_matches('/').eq_ignore_ascii_case(resource))
}

pub(crate) fn is_oidc(name: &str) -> bool {
    matches!(name, "openid" | "profile" | "email" | "offline_access")
}

/// A permission's own spelling of a name.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    permissions::find(name).map(|permission| permission.name)
}

fn refusal(word: &str) -> EntraError {
    if word.contains("://") {
        EntraError::new(
            500_011,
            "invalid_resource",
            "The resource principal named in the scope was not found in the tenant.",
        )
    } else {
        EntraError::new(
            70_011,
            "invalid_scope",
            "The provided request must include a 'scope' input parameter. The provided value is not valid.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_full_names_are_the_same_scope() {
        let short = Asked::parse("openid User.Read").expect("known");
        let full = Asked::parse("https://graph.microsoft.com/user.read openid").expect("known");
        assert_eq!(short.names, full.names);
        assert!(short.short && !full.short);
    }

    #[test]
    fn the_echo_names_scopes_as_they_were_asked_for_and_never_holds_offline_access() {
        let granted = BTreeSet::from(["offline_access", "openid", "User.Read"]);
        let words = |short| {
            let echo = echo(&granted, short);
            let words: BTreeSet<String> = echo.split(' ').map(str::to_owned).collect();
            words.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(
            words(false),
            ["https://graph.microsoft.com/User.Read", "openid"]
        );
        assert_eq!(words(true), ["User.Read", "openid"]);
    }

    #[test]
    fn a_code_is_for_one_resource_and_a_refresh_token_for_the_first_of_several() {
        let two = "openid User.Read https://outlook.office.com/Mail.Read";
        assert_eq!(
            Resources::OnlyOne.pick(two).map_err(|refused| refused.code),
            Err(700_022)
        );
        assert_eq!(
            Resources::FirstWins.pick(two).expect("picked"),
            "openid User.Read"
        );
        for one in [
            "openid",
            "User.Read https://graph.microsoft.com/Calendars.Read",
        ] {
            assert_eq!(Resources::OnlyOne.pick(one).expect("picked"), one);
        }
    }
}
