//! Every AADSTS number the simulator knows: how the token endpoint writes it, and what the authorization endpoint does with it.
//!
//! The numbers, errors and suberrors are Microsoft's, the sentences are ours. Where Microsoft documents no error for a number,
//! the one chosen here is said in `docs/simulator.md`, which is generated from this table.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};

/// One number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) code: u32,
    /// What it means.
    pub(crate) text: &'static str,
    /// The OAuth error at the token endpoint.
    pub(crate) error: &'static str,
    /// The HTTP status at the token endpoint.
    pub(crate) status: u16,
    pub(crate) suberror: Option<&'static str>,
    pub(crate) demand: Option<Demand>,
    /// A second number, for errors that are only an umbrella.
    pub(crate) beneath: Option<u32>,
    pub(crate) at_authorize: AtAuthorize,
}

/// What a claims challenge asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    /// An authentication context: a second factor at sign-in.
    SecondFactor,
    /// The policy that stands in the way.
    Policy,
}

/// What becomes of it at the authorization endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtAuthorize {
    /// It stays on Microsoft's page, whatever was asked; the application hears nothing.
    Page,
    /// It stays on the page, but with `prompt=none` the application gets this error.
    PageUnlessSilent(&'static str),
    /// The application gets this error.
    Redirect(&'static str),
}

use AtAuthorize::{Page, PageUnlessSilent, Redirect};

const fn row(code: u32, error: &'static str, text: &'static str) -> Row {
    Row {
        code,
        text,
        error,
        status: 400,
        suberror: None,
        demand: None,
        beneath: None,
        at_authorize: Page,
    }
}

/// The grant or the person is refused.
const fn grant(code: u32, text: &'static str) -> Row {
    row(code, "invalid_grant", text).silently("interaction_required")
}

/// A code or a token is refused, which cannot happen before there is one.
const fn value(code: u32, text: &'static str) -> Row {
    row(code, "invalid_grant", text)
}

/// The person must do something.
const fn interaction(code: u32, text: &'static str) -> Row {
    row(code, "interaction_required", text).silently("interaction_required")
}

/// The application's own credential is refused.
const fn client(code: u32, text: &'static str) -> Row {
    row(code, "invalid_client", text).status(401)
}

/// The request is wrong, which the application is told.
const fn request(code: u32, text: &'static str) -> Row {
    row(code, "invalid_request", text).redirect("invalid_request")
}

/// The service is in trouble.
const fn trouble(code: u32, text: &'static str) -> Row {
    row(code, "temporarily_unavailable", text)
        .status(503)
        .redirect("temporarily_unavailable")
}

/// The service has failed.
const fn failure(code: u32, text: &'static str) -> Row {
    row(code, "server_error", text)
        .status(500)
        .redirect("server_error")
}

impl Row {
    const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    const fn suberror(mut self, suberror: &'static str) -> Self {
        self.suberror = Some(suberror);
        self
    }

    const fn demands(mut self, demand: Demand) -> Self {
        self.demand = Some(demand);
        self
    }

    const fn above(mut self, code: u32) -> Self {
        self.beneath = Some(code);
        self
    }

    const fn page(mut self) -> Self {
        self.at_authorize = Page;
        self
    }

    const fn silently(mut self, error: &'static str) -> Self {
        self.at_authorize = PageUnlessSilent(error);
        self
    }

    const fn redirect(mut self, error: &'static str) -> Self {
        self.at_authorize = Redirect(error);
        self
    }

    /// Whether Microsoft was seen to spell its error both ways.
    pub(crate) const fn has_two_spellings(&self) -> bool {
        matches!(
            self.code,
            50_072 | 50_074 | 50_076 | 50_078 | 50_158 | 53_000..=53_003
        )
    }
}

/// The row of a number.
pub(crate) fn find(code: u32) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.code == code)
}

/// Reads a number that must be there.
pub(crate) fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let code = u32::deserialize(deserializer)?;
    match find(code) {
        Some(row) => Ok(row.code),
        None => Err(D::Error::custom(format_args!(
            "the simulator does not know AADSTS{code}"
        ))),
    }
}

/// All of them, in the order of their beginnings, as Microsoft lists them.
pub(crate) const ROWS: &[Row] = &[
    interaction(16_000, "The account that is signed in does not exist in this tenant and cannot access the application; another account has to be used."),
    interaction(16_001, "The account that was chosen cannot be used here; another one has to be chosen.").page(),
    failure(50_000, "There was an error issuing a token."),
    row(50_001, "invalid_resource", "The resource is disabled, or was not found in the tenant.").redirect("invalid_resource"),
    row(50_011, "invalid_grant", "The redirect URI in the request does not match the ones registered for the application."),
    client(50_012, "The client assertion was not accepted."),
    grant(50_014, "The person's creation is not finished: the guest has not redeemed the invitation yet.").page(),
    interaction(50_020, "The account is of another identity provider and does not exist in this tenant; it has to be added as a guest first.").page(),
    trouble(50_033, "A transient error occurred; try again."),
    grant(50_034, "The account does not exist in this tenant.").suberror("bad_token"),
    row(50_049, "invalid_instance", "Unknown or invalid instance.").redirect("invalid_request"),
    grant(50_053, "The account is locked, because somebody tried to sign in too many times with a wrong password."),
    grant(50_055, "The password has expired.").suberror("user_password_expired"),
    grant(50_057, "The account is disabled."),
    row(50_058, "login_required", "A silent sign-in request was sent but no user is signed in.").redirect("login_required"),
    request(50_059, "The tenant cannot be told from the request or from the credentials."),
    interaction(50_072, "The person has to enrol for a second factor to access the resource.").suberror("basic_action").demands(Demand::SecondFactor),
    interaction(50_074, "A second factor is required, and the person did not pass it.").suberror("basic_action").demands(Demand::SecondFactor),
    interaction(50_076, "Because of a configuration change made by your administrator, or because you moved to a new location, you must use a second factor to access the resource.").suberror("basic_action").demands(Demand::SecondFactor),
    interaction(50_078, "The second factor that was presented has expired by the administrator's policy; it has to be presented again.").suberror("basic_action").demands(Demand::SecondFactor),
    interaction(50_079, "Because of a configuration change made by your administrator, or because you moved to a new location, you must enrol for a second factor to access the resource.").suberror("basic_action").demands(Demand::SecondFactor),
    grant(50_085, "The refresh token needs a sign-in at a social identity provider; sign in again."),
    trouble(50_087, "A transient error occurred at the second factor; try again."),
    trouble(50_088, "The limit of calls and text messages of the second factor has been reached; try again later."),
    grant(50_089, "The flow token has expired; sign in again."),
    interaction(50_097, "Device authentication is required.").suberror("additional_action"),
    interaction(50_105, "The administrator has configured the application to block people who were not assigned to it, and this person was not."),
    grant(50_126, "The user name or password is invalid."),
    interaction(50_129, "The device is not joined to the workplace.").suberror("additional_action"),
    interaction(50_131, "A device or the risk of the sign-in does not meet a Conditional Access policy."),
    grant(50_132, "The session is not valid, because the password has expired or was changed.").suberror("bad_token"),
    grant(50_133, "The session is not valid, because the password has expired or was recently changed.").suberror("bad_token"),
    interaction(50_135, "The password has to be changed, because the account is at risk."),
    interaction(50_140, "The sign-in was interrupted by the question whether to stay signed in."),
    request(50_146, "The application has to be configured with a signing key of its own, and has none or an expired one."),
    request(50_147, "The size of the code_challenge parameter is not valid."),
    interaction(50_155, "The authentication of the device failed.").suberror("additional_action"),
    interaction(50_158, "An external security challenge was not satisfied.").suberror("basic_action").demands(Demand::SecondFactor),
    grant(50_173, "The provided grant has expired because it was revoked; a fresh auth token is needed.").suberror("bad_token"),
    request(50_194, "The application is not configured as a multi-tenant application; the /common endpoint is not supported for it."),
    value(50_196, "The server terminated an operation because it encountered a client request loop. Contact the vendor of your application."),
    grant(50_197, "The conflicting user could not be found; sign in again."),
    row(500_011, "invalid_resource", "The resource principal named in the request was not found in the tenant.").redirect("invalid_resource"),
    grant(500_021, "Access to this tenant is denied by tenant restrictions.").page(),
    grant(500_022, "Access to this tenant is denied by tenant restrictions.").page(),
    client(500_133, "The assertion is not within its valid time range. Check that the clock of the machine is right."),
    request(501_491, "The size of the code_challenge parameter is not valid."),
    value(501_481, "The code_verifier does not match the code_challenge supplied in the authorization request."),
    grant(500_212, "The policy of the person's own tenant does not allow access to this tenant.").page(),
    grant(500_213, "The policy of this tenant does not allow access by people of the other one.").page(),
    grant(51_004, "The account does not exist in the directory.").page(),
    interaction(53_000, "The device is not in the required state: the policy requires a compliant device, and this one is not.").suberror("message_only"),
    interaction(53_001, "The device is not in the required state: the policy requires a domain-joined device, and this one is not.").suberror("message_only"),
    interaction(53_002, "The application is not on the list of approved applications that the policy requires.").suberror("message_only"),
    interaction(53_003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.").suberror("message_only").demands(Demand::Policy),
    interaction(53_004, "Enrolment for a second factor is blocked, because of suspicious activity."),
    interaction(53_010, "Enrolment for a second factor is allowed from certain places or devices only."),
    grant(53_011, "The person is blocked, because of risk found by the home tenant."),
    grant(530_032, "Blocked by a security policy of the tenant.").suberror("message_only"),
    grant(530_035, "Blocked by security defaults."),
    grant(530_036, "The refresh token is not valid, because a policy on authentication flows blocks it."),
    value(54_005, "The authorization code was already redeemed; retry with a new valid code or use an existing refresh token."),
    row(65_001, "invalid_grant", "The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.").suberror("consent_required").silently("consent_required"),
    row(65_004, "access_denied", "The user declined to consent to access the application.").redirect("access_denied"),
    client(65_005, "The application asks for permissions that are not in its list of required resources."),
    row(650_052, "unauthorized_client", "The application needs a service that the organization has not subscribed to or enabled."),
    row(650_054, "invalid_resource", "The application asks for a resource that was removed or is no longer available.").redirect("invalid_resource"),
    row(650_056, "unauthorized_client", "The application is misconfigured: it lists no permissions, or the administrator has not consented to them.").redirect("unauthorized_client"),
    row(650_057, "invalid_resource", "The resource asked for is not in the permissions of the application's registration.").redirect("invalid_resource"),
    value(70_000, "The provided grant is not valid or is malformed."),
    row(70_001, "unauthorized_client", "The application is disabled.").redirect("unauthorized_client"),
    client(70_002, "Error validating credentials.").above(50_012),
    row(70_003, "unsupported_grant_type", "The application asked for a grant type that is not supported.").redirect("invalid_request"),
    request(70_007, "The 'response_mode' value is not supported."),
    value(70_008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request."),
    row(70_011, "invalid_scope", "The provided value of the input parameter 'scope' is not valid.").redirect("invalid_scope"),
    client(70_021, "No matching federated identity record was found for the presented assertion."),
    grant(70_043, "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access.").suberror("token_expired"),
    grant(700_003, "The device object was not found in the tenant."),
    value(700_005, "The provided authorization code is intended to use against another tenant, thus rejected."),
    row(700_011, "unauthorized_client", "The application was not found in the directory."),
    row(700_016, "unauthorized_client", "The application was not found in the directory. It has not been installed by the administrator of the tenant, or consented to by anybody in it."),
    interaction(700_020, "The person has to take part in the sign-in."),
    row(700_022, "invalid_scope", "The 'scope' is not valid because it holds more than one resource.").redirect("invalid_scope"),
    row(700_023, "invalid_scope", "The 'scope' is not valid because it holds no resource.").redirect("invalid_scope"),
    client(700_025, "The client is public, so neither 'client_assertion' nor 'client_secret' should be presented."),
    client(700_027, "The signature of the client assertion could not be verified."),
    row(700_054, "unsupported_response_type", "The application has not enabled this response type.").redirect("unsupported_response_type"),
    value(700_082, "The refresh token has expired due to inactivity.").suberror("token_expired"),
    value(700_084, "The refresh token was issued to a single page app and has a fixed, limited lifetime that cannot be extended."),
    row(7_000_112, "unauthorized_client", "The application is disabled.").redirect("unauthorized_client"),
    client(7_000_215, "Invalid client secret provided. The secret being sent has to be the client secret value, not the client secret ID."),
    client(7_000_218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
    client(7_000_222, "The provided client secret keys are expired."),
    request(90_002, "The tenant in the address was not found. Check that it is the right tenant id or domain.").page(),
    failure(90_006, "The service has temporarily failed; try again."),
    request(90_008, "The application has to ask for the permission to sign in and read the profile at least."),
    request(90_009, "The application asks for a token for itself, for which the resource must be named by its GUID."),
    trouble(90_012, "The request has timed out."),
    request(90_014, "A required field is missing from the request."),
    request(90_015, "The query string is too long."),
    request(90_023, "The request is not valid."),
    failure(90_024, "A transient error occurred; try again."),
    trouble(90_033, "A transient error occurred; try again."),
    trouble(90_055, "The request was throttled because of too many requests.").status(429),
    interaction(90_072, "The account of the other identity provider lacks the second factor that this tenant requires.").page(),
    failure(90_090, "The directory has not answered."),
    failure(90_091, "The directory has answered with an error."),
    row(90_093, "access_denied", "The directory has forbidden the request."),
    row(90_094, "access_denied", "An administrator has to consent to the permissions that the application asks for."),
    row(90_095, "access_denied", "An administrator has to consent; the person may send a request for it."),
    request(90_100, "The request is not valid."),
    request(900_144, "The request body must contain a parameter that is missing."),
    row(900_439, "invalid_request", "The account is of a government cloud and cannot be used on the public one."),
    row(900_561, "invalid_request", "The endpoint only accepts POST requests."),
    row(900_971, "invalid_request", "No reply address was provided."),
    value(9_002_313, "The request is malformed or invalid.").redirect("invalid_request"),
    row(9_002_326, "invalid_request", "Cross-origin token redemption is permitted for the 'Single-Page Application' client type only."),
    row(9_002_327, "invalid_request", "Tokens issued for the 'Single-Page Application' client type may be redeemed by cross-origin requests only."),
    request(9_002_332, "The application is for work accounts only and cannot be used on the /consumers endpoint.").page(),
    row(1_000_031, "unauthorized_client", "The application cannot be used at this time; contact your administrator."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_number_is_there_once_and_an_umbrella_covers_one_that_is_there() {
        let codes: BTreeSet<u32> = ROWS.iter().map(|row| row.code).collect();
        assert_eq!(codes.len(), ROWS.len());
        let beneath = ROWS.iter().filter_map(|row| row.beneath);
        assert!(beneath.clone().all(|code| codes.contains(&code)) && beneath.count() == 1);
    }

    #[test]
    fn no_text_holds_a_word_by_which_a_client_library_decides() {
        for row in ROWS {
            for word in [
                "interaction_required",
                "consent_required",
                "login_required",
                "bad_token",
                "ui_not_allowed",
                "interrupted_user",
            ] {
                assert!(!row.text.contains(word), "{}", row.code);
            }
        }
    }
}
