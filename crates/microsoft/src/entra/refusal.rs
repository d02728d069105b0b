//! What a refused token request means for the connection: the decision order, written once.
//!
//! Microsoft asks clients to decide by `error`, `suberror` and `claims` and to take the AADSTS numbers as diagnostics;
//! the few numbers below are the documented exceptions. `invalid_grant` alone never means that a grant is dead.

use std::time::Duration;

/// What a refusal means, and what is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshProblem {
    /// Trouble or throttling: nothing changes, try later.
    Retry {
        /// How long Microsoft asks to wait.
        after: Option<Duration>,
    },
    /// Too many identical requests (50196): wait five minutes and look for the missing cache. Nothing changes.
    Loop,
    /// We asked wrongly. Nothing changes for the connection.
    Bug,
    /// Microsoft refuses attache itself (secret wrong or expired). Nothing changes for any connection.
    Installation,
    /// Consent is missing or was withdrawn.
    NeedsConsent,
    /// A policy of the organisation blocks it. Try at most daily, or when the person asks.
    BlockedByPolicy {
        /// To be passed to the next sign-in, a JSON text.
        claims: Option<String>,
    },
    /// The person must sign in again.
    SignInAgain {
        /// To be passed to the next sign-in, a JSON text.
        claims: Option<String>,
        /// Whether the stored grant will never work again. Otherwise keep it: the cause may pass.
        stop_using: bool,
    },
    /// The account is disabled or gone.
    AccountDisabled,
    /// The grant was not used for too long.
    Expired,
    /// An administrator or the person ended the grant or its sessions.
    EndedAtMicrosoft,
    /// The application is disabled in or absent from the tenant.
    AppUnavailable,
}

/// What the token endpoint said, as far as it decides anything.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told<'a> {
    pub(crate) status: u16,
    pub(crate) error: Option<&'a str>,
    pub(crate) suberror: Option<&'a str>,
    pub(crate) codes: &'a [u32],
    pub(crate) claims: Option<&'a str>,
    pub(crate) retry_after: Option<Duration>,
}

/// Numbers that only the operator of this installation can put right: its secret or certificate, its clock, its
/// registration. Entra writes some of them as `invalid_grant`, `invalid_resource` or `unauthorized_client`; they say
/// nothing about any one connection all the same.
const OPERATORS: &[u32] = &[
    50011, 50012, 500_133, 65005, 650_056, 650_057, 70021, 700_025, 700_027, 7_000_215, 7_000_218,
    7_000_222,
];

/// How long to wait when Entra throttles and does not say how long.
const THROTTLED: Duration = Duration::from_secs(60);

/// Decides. The first rule that fits counts.
pub(crate) fn meaning(told: &Told<'_>) -> RefreshProblem {
    let error = told.error.unwrap_or_default();
    let suberror = told.suberror.unwrap_or_default();
    let coded = |numbers: &[u32]| told.codes.iter().any(|code| numbers.contains(code));
    let claims = || told.claims.map(str::to_owned);

    if told.status == 429 || told.status >= 500 || told.retry_after.is_some() {
        let unsaid = (told.status == 429).then_some(THROTTLED);
        return RefreshProblem::Retry {
            after: told.retry_after.or(unsaid),
        };
    }
    if error == "invalid_client" || told.status == 401 || coded(OPERATORS) {
        return RefreshProblem::Installation;
    }
    if coded(&[50196]) {
        return RefreshProblem::Loop;
    }
    if coded(&[9_002_313])
        || matches!(
            error,
            "invalid_request"
                | "invalid_scope"
                | "unsupported_grant_type"
                | "unsupported_response_type"
                | "invalid_instance"
        )
    {
        return RefreshProblem::Bug;
    }
    if suberror == "consent_required" || error == "consent_required" {
        return RefreshProblem::NeedsConsent;
    }
    // 53003 arrives with claims and `message_only` together, so claims alone do not decide.
    if matches!(
        suberror,
        "message_only"
            | "protection_policy_required"
            | "client_mismatch"
            | "device_authentication_failed"
    ) {
        return RefreshProblem::BlockedByPolicy { claims: claims() };
    }
    if coded(&[50057, 50034]) {
        return RefreshProblem::AccountDisabled;
    }
    if coded(&[50173]) {
        return RefreshProblem::EndedAtMicrosoft;
    }
    if coded(&[700_082, 70008]) {
        return RefreshProblem::Expired;
    }
    if matches!(suberror, "bad_token" | "token_expired") || coded(&[70043, 700_084]) {
        return RefreshProblem::SignInAgain {
            claims: claims(),
            stop_using: true,
        };
    }
    match error {
        "invalid_grant" | "interaction_required" | "login_required" => {
            RefreshProblem::SignInAgain {
                claims: claims(),
                stop_using: false,
            }
        }
        "unauthorized_client" | "invalid_resource" => RefreshProblem::AppUnavailable,
        // Whatever is not understood changes nothing.
        _ => RefreshProblem::Retry { after: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMS: &str = r#"{"access_token":{"capolids":{}}}"#;

    fn told<'a>(error: &'a str, suberror: &'a str, codes: &'a [u32]) -> Told<'a> {
        Told {
            status: 400,
            error: Some(error),
            suberror: (!suberror.is_empty()).then_some(suberror),
            codes,
            ..Told::default()
        }
    }

    fn again(stop_using: bool) -> RefreshProblem {
        RefreshProblem::SignInAgain {
            claims: None,
            stop_using,
        }
    }

    #[test]
    fn each_documented_refusal_means_what_the_decision_order_says() {
        let retry = RefreshProblem::Retry { after: None };
        for (error, suberror, code, meant) in [
            ("invalid_grant", "", 50196, RefreshProblem::Loop),
            ("invalid_grant", "bad_token", 9_002_313, RefreshProblem::Bug),
            ("invalid_request", "", 90002, RefreshProblem::Bug),
            ("invalid_scope", "", 70011, RefreshProblem::Bug),
            ("unsupported_grant_type", "", 70003, RefreshProblem::Bug),
            (
                "invalid_grant",
                "consent_required",
                65001,
                RefreshProblem::NeedsConsent,
            ),
            ("consent_required", "", 65001, RefreshProblem::NeedsConsent),
            (
                "invalid_grant",
                "message_only",
                53003,
                RefreshProblem::BlockedByPolicy { claims: None },
            ),
            (
                "interaction_required",
                "message_only",
                53003,
                RefreshProblem::BlockedByPolicy { claims: None },
            ),
            (
                "invalid_grant",
                "bad_token",
                50173,
                RefreshProblem::EndedAtMicrosoft,
            ),
            (
                "invalid_grant",
                "bad_token",
                50034,
                RefreshProblem::AccountDisabled,
            ),
            ("invalid_grant", "", 50057, RefreshProblem::AccountDisabled),
            ("invalid_grant", "", 700_082, RefreshProblem::Expired),
            ("invalid_grant", "", 70008, RefreshProblem::Expired),
            ("invalid_grant", "token_expired", 70043, again(true)),
            ("invalid_grant", "bad_token", 50132, again(true)),
            ("invalid_grant", "basic_action", 50076, again(false)),
            ("interaction_required", "basic_action", 50076, again(false)),
            (
                "interaction_required",
                "additional_action",
                50097,
                again(false),
            ),
            ("invalid_grant", "", 70000, again(false)),
            (
                "invalid_grant",
                "user_password_expired",
                50055,
                again(false),
            ),
            ("login_required", "", 50058, again(false)),
            (
                "unauthorized_client",
                "",
                700_016,
                RefreshProblem::AppUnavailable,
            ),
            (
                "unauthorized_client",
                "",
                7_000_112,
                RefreshProblem::AppUnavailable,
            ),
            (
                "invalid_resource",
                "",
                500_011,
                RefreshProblem::AppUnavailable,
            ),
            ("temporarily_unavailable", "", 90033, retry.clone()),
            ("server_error", "", 50000, retry.clone()),
            ("something_new", "", 1, retry),
        ] {
            assert_eq!(
                meaning(&told(error, suberror, &[code])),
                meant,
                "{error} {suberror} {code}"
            );
        }
    }

    #[test]
    fn trouble_and_a_wait_come_before_everything_else() {
        let after = Some(Duration::from_secs(60));
        let dead = told("invalid_grant", "bad_token", &[50173]);
        assert_eq!(
            meaning(&Told {
                status: 503,
                ..dead
            }),
            RefreshProblem::Retry { after: None }
        );
        assert_eq!(
            meaning(&Told {
                status: 429,
                ..dead
            }),
            RefreshProblem::Retry {
                after: Some(THROTTLED)
            }
        );
        assert_eq!(
            meaning(&Told {
                retry_after: after,
                ..dead
            }),
            RefreshProblem::Retry { after }
        );
    }

    #[test]
    fn a_refused_installation_says_nothing_about_a_connection() {
        assert_eq!(
            meaning(&Told {
                status: 401,
                ..told("invalid_client", "", &[7_000_215])
            }),
            RefreshProblem::Installation
        );
        assert_eq!(
            meaning(&Told {
                status: 401,
                ..Told::default()
            }),
            RefreshProblem::Installation
        );
        assert_eq!(
            meaning(&told("invalid_client", "", &[70002])),
            RefreshProblem::Installation
        );
    }

    #[test]
    fn what_only_the_operator_can_put_right_changes_no_connection_however_it_is_spelt() {
        for (error, code) in [
            ("invalid_grant", 500_133),
            ("invalid_grant", 50011),
            ("invalid_resource", 650_057),
            ("unauthorized_client", 650_056),
        ] {
            assert_eq!(
                meaning(&told(error, "", &[code])),
                RefreshProblem::Installation,
                "{error} {code}"
            );
        }
    }

    #[test]
    fn claims_are_carried_along_and_do_not_decide() {
        let claims = Some(CLAIMS);
        let carried = Some(CLAIMS.to_owned());
        assert_eq!(
            meaning(&Told {
                claims,
                ..told("invalid_grant", "message_only", &[53003])
            }),
            RefreshProblem::BlockedByPolicy {
                claims: carried.clone()
            }
        );
        assert_eq!(
            meaning(&Told {
                claims,
                ..told("invalid_grant", "basic_action", &[50076])
            }),
            RefreshProblem::SignInAgain {
                claims: carried,
                stop_using: false
            }
        );
    }

    #[test]
    fn an_answer_without_an_error_changes_nothing() {
        assert_eq!(
            meaning(&Told {
                status: 400,
                ..Told::default()
            }),
            RefreshProblem::Retry { after: None }
        );
    }

    #[test]
    fn of_two_numbers_either_counts() {
        assert_eq!(
            meaning(&told("invalid_grant", "", &[70002, 70008])),
            RefreshProblem::Expired
        );
    }
}
