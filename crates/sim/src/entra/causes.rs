//! How AADSTS numbers come about by themselves, and the tests that show it.

/// Number, cause, and test as `file::name`. A number that is not here is had on request only.
pub(super) const CAUSES: &[(u32, &str, &str)] = &[
    (
        16_000,
        "`prompt=none` while several accounts are signed in and no hint says which, or while the one that is belongs elsewhere",
        "prompts::prompt_none_wants_to_know_which_of_several_accounts_is_meant",
    ),
    (
        50_011,
        "a redirect URI that is not registered; at the token endpoint one that is not the code's",
        "tokens::a_code_works_once_for_its_verifier_its_redirect_and_its_tenant_path",
    ),
    (
        50_012,
        "a client assertion that is no JWT, names another audience or subject, or has no thumbprint",
        "client_auth::a_false_assertion_is_refused_for_its_own_reason",
    ),
    (
        50_020,
        "an account of another organisation at an organisation's own address",
        "tenants::an_account_of_another_organisation_stays_on_the_page_and_may_use_another",
    ),
    (
        50_034,
        "`POST /_sim/people/{login} {\"deleted\":true}`",
        "conditional::an_account_that_is_disabled_deleted_locked_or_at_risk_gets_no_tokens",
    ),
    (
        50_049,
        "instance discovery for a host that is not the simulator",
        "aadsts::what_is_wrong_with_a_request_is_refused_with_its_number",
    ),
    (
        50_053,
        "`POST /_sim/people/{login} {\"locked\":true}`",
        "conditional::an_account_that_is_disabled_deleted_locked_or_at_risk_gets_no_tokens",
    ),
    (
        50_055,
        "`POST /_sim/people/{login} {\"password_expired\":true}`; servers' refresh tokens survive it",
        "conditional::an_expired_or_changed_password_ends_a_public_clients_tokens_and_not_a_servers",
    ),
    (
        50_057,
        "`POST /_sim/people/{login} {\"disabled\":true}`",
        "conditional::an_account_that_is_disabled_deleted_locked_or_at_risk_gets_no_tokens",
    ),
    (
        50_058,
        "`prompt=none` while nobody is signed in",
        "prompts::prompt_none_never_shows_a_page",
    ),
    (
        50_076,
        "`POST /_sim/people/{login} {\"mfa\":\"required\"}` or the same for `/_sim/tenants/{tenant}`; an authentication context in `claims`",
        "conditional::a_missing_second_factor_is_a_silent_refusal_with_a_claims_challenge",
    ),
    (
        50_078,
        "the same with `\"expired\"`",
        "conditional::a_missing_second_factor_is_a_silent_refusal_with_a_claims_challenge",
    ),
    (
        50_079,
        "the same with `\"enrolment\"`",
        "conditional::a_missing_second_factor_is_a_silent_refusal_with_a_claims_challenge",
    ),
    (
        50_105,
        "`POST /_sim/tenants/{tenant} {\"application\":{\"assignment_required\":true}}`",
        "conditional::an_application_that_is_not_assigned_disabled_removed_or_not_consented_gets_no_tokens",
    ),
    (
        50_135,
        "`POST /_sim/people/{login} {\"risk\":\"password_change\"}`",
        "conditional::an_account_that_is_disabled_deleted_locked_or_at_risk_gets_no_tokens",
    ),
    (
        50_140,
        "`POST /_sim/tenants/{tenant} {\"stay_signed_in\":true}`",
        "second_factor::whether_to_stay_signed_in_is_asked_after_the_password_and_remembered_by_the_cookie",
    ),
    (
        50_147,
        "a `code_challenge_method` without a challenge",
        "prompts::what_is_wrong_with_the_request_comes_back_with_its_number",
    ),
    (
        50_158,
        "`{\"mfa\":\"external\"}`, or terms of use that were not accepted: `POST /_sim/tenants/{tenant} {\"terms_of_use\":true}`",
        "conditional::a_missing_second_factor_is_a_silent_refusal_with_a_claims_challenge",
    ),
    (
        50_173,
        "`POST /_sim/revoke {\"login\"}`, or an administrator's reset: `POST /_sim/people/{login} {\"password_reset\":\"…\"}`",
        "tokens::revoked_sessions_refuse_the_refresh_and_challenge_capable_tokens_only",
    ),
    (
        50_194,
        "`POST /_sim/application {\"audience\":\"AzureADMyOrg\"}`, then `common` or `organizations`",
        "tenants::an_application_for_one_organisation_is_refused_everywhere_else",
    ),
    (
        50_196,
        "fifteen refreshes of one person with the same scope and claims within five minutes",
        "tokens::fifteen_equal_refreshes_in_five_minutes_are_a_loop_that_passes",
    ),
    (
        500_011,
        "a scope of a resource that nobody knows",
        "prompts::what_is_wrong_with_the_request_comes_back_with_its_number",
    ),
    (
        500_133,
        "a client assertion outside its time",
        "client_auth::a_false_assertion_is_refused_for_its_own_reason",
    ),
    (
        501_481,
        "a `code_verifier` that does not fit; the code lives on",
        "tokens::a_code_works_once_for_its_verifier_its_redirect_and_its_tenant_path",
    ),
    (
        501_491,
        "a `code_challenge` of the wrong length or alphabet",
        "prompts::what_is_wrong_with_the_request_comes_back_with_its_number",
    ),
    (
        53_000,
        "`POST /_sim/tenants/{tenant} {\"device\":\"compliant\"}`",
        "conditional::a_server_is_none_of_the_devices_that_a_policy_demands",
    ),
    (
        53_001,
        "the same with `\"joined\"`",
        "conditional::a_server_is_none_of_the_devices_that_a_policy_demands",
    ),
    (
        53_002,
        "the same with `\"approved_application\"`",
        "conditional::a_server_is_none_of_the_devices_that_a_policy_demands",
    ),
    (
        53_003,
        "`POST /_sim/tenants/{tenant} {\"allowed_networks\":[\"192.0.2.0/24\"]}`; `POST /_sim/addresses {\"browser\",\"server\"}` or `X-Forwarded-For` say where one is",
        "conditional::a_place_outside_the_allowed_networks_is_blocked_wherever_it_was_said",
    ),
    (
        53_011,
        "`POST /_sim/people/{login} {\"risk\":\"blocked\"}`",
        "conditional::an_account_that_is_disabled_deleted_locked_or_at_risk_gets_no_tokens",
    ),
    (
        54_005,
        "a code that was redeemed before",
        "tokens::a_code_works_once_for_its_verifier_its_redirect_and_its_tenant_path",
    ),
    (
        65_001,
        "a scope that was not consented to, or consent that was taken back: `DELETE /_sim/grants?login=…`, `?tenant=…`, `&scope=…`",
        "tokens::a_scope_without_consent_is_refused_not_dropped",
    ),
    (
        65_004,
        "declining on the consent page",
        "consent::a_declined_consent_says_so_and_grants_nothing",
    ),
    (
        70_000,
        "a refresh token that nobody issued, or that is spent under strict rotation",
        "tokens::a_refresh_gives_a_new_token_and_the_old_one_lives_on_unless_rotation_is_strict",
    ),
    (
        70_003,
        "another grant type than the two",
        "tokens::the_client_proves_itself_in_the_body_or_by_basic",
    ),
    (
        70_007,
        "a `response_mode` that there is not",
        "prompts::what_is_wrong_with_the_request_comes_back_with_its_number",
    ),
    (
        70_008,
        "a code that is ten minutes old",
        "tokens::a_code_works_once_for_its_verifier_its_redirect_and_its_tenant_path",
    ),
    (
        70_011,
        "a scope that Graph does not have, or `.default` beside named scopes",
        "prompts::what_is_wrong_with_the_request_comes_back_with_its_number",
    ),
    (
        70_021,
        "a client assertion of somebody else: there are no federated credentials",
        "client_auth::a_false_assertion_is_refused_for_its_own_reason",
    ),
    (
        70_043,
        "`POST /_sim/tenants/{tenant} {\"sign_in_frequency\":{\"seconds\":3600,\"on_refresh\":true}}`",
        "conditional::the_sign_in_frequency_waits_for_the_next_sign_in_unless_it_is_told_not_to",
    ),
    (
        700_005,
        "a code at another tenant path than it was asked for",
        "tokens::a_code_works_once_for_its_verifier_its_redirect_and_its_tenant_path",
    ),
    (
        700_016,
        "another client id; `POST /_sim/tenants/{tenant} {\"application\":{\"installed\":false}}`",
        "conditional::an_application_that_is_not_assigned_disabled_removed_or_not_consented_gets_no_tokens",
    ),
    (
        700_022,
        "a code redeemed with scopes of several resources",
        "aadsts::what_is_wrong_with_a_request_is_refused_with_its_number",
    ),
    (
        700_025,
        "`POST /_sim/application {\"public\":true}`, then a request with a credential",
        "client_auth::a_public_client_must_not_send_a_credential_and_a_single_tenant_app_must_name_its_tenant",
    ),
    (
        700_027,
        "a client assertion whose signature, certificate or certificate's time is wrong",
        "client_auth::a_false_assertion_is_refused_for_its_own_reason",
    ),
    (
        700_054,
        "a `response_type` with an ID token",
        "prompts::what_is_wrong_with_the_request_comes_back_with_its_number",
    ),
    (
        700_082,
        "a refresh token that is ninety days old: `POST /_sim/clock {\"advance_seconds\":7776000}`",
        "tokens::a_refresh_token_dies_of_ninety_idle_days",
    ),
    (
        700_084,
        "a redirect URI of a single-page app, a day later: `POST /_sim/application {\"add_redirect_uri\":{\"uri\",\"kind\":\"spa\"}}`",
        "client_auth::a_single_page_app_has_no_credential_an_origin_and_a_day",
    ),
    (
        7_000_112,
        "`POST /_sim/tenants/{tenant} {\"application\":{\"enabled\":false}}`",
        "conditional::an_application_that_is_not_assigned_disabled_removed_or_not_consented_gets_no_tokens",
    ),
    (
        7_000_215,
        "a wrong client secret",
        "client_auth::secrets_overlap_expire_and_are_told_apart",
    ),
    (
        7_000_218,
        "no client credential",
        "client_auth::secrets_overlap_expire_and_are_told_apart",
    ),
    (
        7_000_222,
        "a secret past its end: `POST /_sim/application {\"add_secret\":{\"value\",\"expires\"}}`",
        "client_auth::secrets_overlap_expire_and_are_told_apart",
    ),
    (
        90_002,
        "a tenant that does not exist",
        "aadsts::what_is_wrong_with_a_request_is_refused_with_its_number",
    ),
    (
        90_014,
        "`response_type=code id_token` without a `nonce`, where the application may have ID tokens: `POST /_sim/application {\"id_tokens\":true}`",
        "prompts::an_id_token_comes_with_the_code_where_the_application_may_have_one",
    ),
    (
        90_015,
        "a query of more than 8,192 characters",
        "prompts::what_is_wrong_with_the_request_comes_back_with_its_number",
    ),
    (
        90_023,
        "a `prompt` that there is not",
        "prompts::what_is_wrong_with_the_request_comes_back_with_its_number",
    ),
    (
        90_055,
        "`POST /_sim/faults {\"surface\":\"token\",\"answer\":{\"throttle\":{\"retry_after\":60}}}`",
        "aadsts::what_is_wrong_with_a_request_is_refused_with_its_number",
    ),
    (
        90_093,
        "somebody who is no administrator at the page of consent requests",
        "consent::only_an_administrator_of_the_organisation_reviews_its_requests",
    ),
    (
        90_094,
        "a consent policy that leaves the scopes to administrators",
        "consent::each_policy_lets_people_consent_to_what_microsoft_says",
    ),
    (
        90_095,
        "the same where people may send a request: `{\"consent\":{\"requests\":true}}`",
        "consent::a_request_for_approval_is_approved_by_an_administrator_on_her_page",
    ),
    (
        900_144,
        "a parameter that is missing",
        "aadsts::what_is_wrong_with_a_request_is_refused_with_its_number",
    ),
    (
        900_561,
        "a GET at the token endpoint",
        "aadsts::what_is_wrong_with_a_request_is_refused_with_its_number",
    ),
    (
        900_971,
        "no redirect URI",
        "prompts::what_is_wrong_with_the_address_stays_on_the_page",
    ),
    (
        9_002_313,
        "a code that nobody issued",
        "aadsts::what_is_wrong_with_a_request_is_refused_with_its_number",
    ),
    (
        9_002_326,
        "an `Origin` header with the code of a web redirect URI",
        "client_auth::a_single_page_app_has_no_credential_an_origin_and_a_day",
    ),
    (
        9_002_327,
        "no `Origin` header with the code of a single-page app",
        "client_auth::a_single_page_app_has_no_credential_an_origin_and_a_day",
    ),
    (
        9_002_332,
        "`consumers` with an application for work accounts only",
        "tenants::a_personal_account_is_refused_unless_the_application_is_for_it",
    ),
];
