//! What was granted, read from the token answer's `scope`.

use domain::tool::Scope;

/// What a grant is good for.
pub(crate) struct Granted {
    pub(crate) scopes: Vec<Scope>,
    pub(crate) superset: Vec<String>,
}

/// Reads `scope`: names with or without Graph's prefix, in any order and case.
///
/// The four OpenID names are not permissions of Graph and Microsoft echoes them as it likes, so they count as granted
/// when they were asked for: `offline_access` if a refresh token came, the others always.
pub(crate) fn read(scope: &str, asked: &[Scope], lasting: bool) -> Granted {
    let named: Vec<&str> = scope.split_ascii_whitespace().collect();
    let known: Vec<Scope> = named.iter().filter_map(|name| Scope::parse(name)).collect();
    let scopes = asked
        .iter()
        .copied()
        .filter(|scope| match scope {
            Scope::OpenId | Scope::Email | Scope::Profile => true,
            Scope::OfflineAccess => lasting,
            _ => known.contains(scope),
        })
        .collect();
    let more = |name: &&&str| {
        Scope::parse(name).is_none_or(|scope| !asked.contains(&scope) && !is_openid(scope))
    };
    let superset = named
        .iter()
        .filter(more)
        .map(|name| domain::text::one_line(name, 100))
        .collect();
    Granted { scopes, superset }
}

fn is_openid(scope: Scope) -> bool {
    matches!(
        scope,
        Scope::OpenId | Scope::Email | Scope::Profile | Scope::OfflineAccess
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entra::scopes;

    #[test]
    fn all_ten_are_recognised_in_microsofts_spelling() {
        let scope = "email openid profile https://graph.microsoft.com/Calendars.Read.Shared https://graph.microsoft.com/calendars.readwrite \
                     https://graph.microsoft.com/Contacts.Read People.Read User.Read User.ReadBasic.All";
        let granted = read(scope, &scopes::names(), true);
        assert_eq!(granted.scopes, scopes::names());
        assert!(granted.superset.is_empty());
    }

    #[test]
    fn fewer_and_more_are_both_noticed() {
        let granted = read(
            "User.Read Calendars.ReadWrite.Shared Mail.Read openid",
            &scopes::names(),
            false,
        );
        assert_eq!(
            granted.scopes,
            [Scope::OpenId, Scope::Email, Scope::Profile, Scope::UserRead]
        );
        assert_eq!(
            granted.superset,
            ["Calendars.ReadWrite.Shared", "Mail.Read"]
        );
    }

    #[test]
    fn signing_in_to_an_already_connected_account_reports_the_rest_as_more() {
        let granted = read("User.Read Contacts.Read", &scopes::SIGN_IN, false);
        assert_eq!(granted.scopes, scopes::SIGN_IN);
        assert_eq!(granted.superset, ["Contacts.Read"]);
    }
}
