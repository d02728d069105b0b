//! Redeeming a stored grant: what works, and what each refusal means.

use std::time::Duration;

use domain::secret::RefreshToken;
use domain::tool::Scope;
use microsoft::{Error, Kind, RefreshProblem};
use sim::{FaultAnswer, Rotation, When};

use crate::office::{Connected, Office, start};

const CLAIMS: &str = r#"{"access_token":{"capolids":{"essential":true,"values":["x"]}}}"#;

async fn refused(office: &Office, lena: &Connected<'_>) -> Error {
    office
        .microsoft
        .entra()
        .redeem(&lena.permit(), lena.grant(), None)
        .await
        .err()
        .expect("refused")
}

fn entra(code: u32, error: &str, suberror: Option<&str>, claims: Option<&str>) -> FaultAnswer {
    FaultAnswer::EntraError {
        code,
        error: error.into(),
        suberror: suberror.map(str::to_owned),
        claims: claims.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_grant_becomes_a_token_and_a_new_grant() {
    let office = Office::open_with(Rotation::Strict, |_| ()).await;
    let lena = office.lena_connected().await;
    let entra = office.microsoft.entra();
    let Ok(first) = entra.redeem(&lena.permit(), lena.grant(), None).await else {
        panic!("redeems")
    };
    assert_eq!(first.scopes, Scope::ALL);
    assert!(first.access.expires() > start() + Duration::from_secs(3600));
    assert_eq!(
        (
            first.upstream.status,
            first.upstream.client_request_id.len()
        ),
        (Some(200), 36)
    );
    assert!(first.upstream.request_id.is_some());
    let next = first.grant.expect("a rotated grant");
    assert!(next.expose() != lena.grant().expose());
    let Ok(second) = entra.redeem(&lena.permit(), next, None).await else {
        panic!("redeems")
    };
    assert!(second.grant.is_some());
}

#[tokio::test]
async fn each_refusal_of_entra_has_its_meaning_and_keeps_its_number() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let claims = Some(CLAIMS.to_owned());
    for (answer, problem, code) in [
        (
            entra(
                50076,
                "interaction_required",
                Some("basic_action"),
                Some(CLAIMS),
            ),
            RefreshProblem::SignInAgain {
                claims: claims.clone(),
                stop_using: false,
            },
            50076,
        ),
        (
            entra(50076, "invalid_grant", Some("basic_action"), Some(CLAIMS)),
            RefreshProblem::SignInAgain {
                claims: claims.clone(),
                stop_using: false,
            },
            50076,
        ),
        (
            entra(53003, "invalid_grant", Some("message_only"), Some(CLAIMS)),
            RefreshProblem::BlockedByPolicy { claims },
            53003,
        ),
        (
            entra(65001, "invalid_grant", Some("consent_required"), None),
            RefreshProblem::NeedsConsent,
            65001,
        ),
        (
            entra(70043, "invalid_grant", Some("token_expired"), None),
            RefreshProblem::SignInAgain {
                claims: None,
                stop_using: true,
            },
            70043,
        ),
        (
            entra(50057, "invalid_grant", None, None),
            RefreshProblem::AccountDisabled,
            50057,
        ),
        (
            entra(700_082, "invalid_grant", None, None),
            RefreshProblem::Expired,
            700_082,
        ),
        (
            entra(50196, "invalid_grant", None, None),
            RefreshProblem::Loop,
            50196,
        ),
        (
            entra(9_002_313, "invalid_grant", Some("bad_token"), None),
            RefreshProblem::Bug,
            9_002_313,
        ),
        (
            entra(700_016, "unauthorized_client", None, None),
            RefreshProblem::AppUnavailable,
            700_016,
        ),
    ] {
        office.token_fault(Some(1), When::Before, answer);
        let error = refused(&office, &lena).await;
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Refresh(problem), Some(code)),
            "{error}"
        );
        assert!(
            error
                .upstream()
                .is_some_and(|upstream| upstream.request_id.is_some())
        );
    }
}

#[tokio::test]
async fn ended_sessions_end_the_grant() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    office.sim.advance(Duration::from_secs(60));
    office.sim.revoke_sessions(&office.lena().login);
    let error = refused(&office, &lena).await;
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Refresh(RefreshProblem::EndedAtMicrosoft), Some(50173))
    );
}

#[tokio::test]
async fn ninety_idle_days_expire_the_grant() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    office.sim.advance(Duration::from_secs(91 * 86_400));
    assert_eq!(
        refused(&office, &lena).await.kind(),
        Kind::Refresh(RefreshProblem::Expired)
    );
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_once_more_and_no_more() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    for answer in [FaultAnswer::Drop, FaultAnswer::Html] {
        office.token_fault(Some(1), When::After, answer);
        lena.token().await;
    }
    office.sim.clear_log();
    office.token_fault(None, When::Before, FaultAnswer::Drop);
    assert_eq!(refused(&office, &lena).await.kind(), Kind::Unreachable);
    assert_eq!(office.asked("/token"), 2);
    office.sim.clear_faults();
    office.sim.clear_log();
    office.token_fault(None, When::Before, FaultAnswer::Html);
    assert_eq!(
        refused(&office, &lena).await.kind(),
        Kind::Refresh(RefreshProblem::Retry { after: None })
    );
    assert_eq!(office.asked("/token"), 2);
}

#[tokio::test]
async fn a_wait_that_microsoft_asks_for_is_passed_on_and_not_cut_short() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    office.sim.clear_log();
    office.token_fault(
        None,
        When::Before,
        FaultAnswer::Throttle { retry_after: 60 },
    );
    let after = Some(Duration::from_secs(60));
    assert_eq!(
        refused(&office, &lena).await.kind(),
        Kind::Refresh(RefreshProblem::Retry { after })
    );
    assert_eq!(office.asked("/token"), 1);
}

#[tokio::test]
async fn a_success_that_cannot_be_read_is_trouble() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    office.token_fault(Some(1), When::Before, FaultAnswer::Garbage);
    assert_eq!(refused(&office, &lena).await.kind(), Kind::Trouble);
}

#[tokio::test]
async fn an_endless_answer_ends_with_the_timeout() {
    let office = Office::open_with(Rotation::Lenient, |settings| {
        settings.timeout = Duration::from_millis(300);
    })
    .await;
    let lena = office.lena_connected().await;
    office.token_fault(None, When::Before, FaultAnswer::Stall);
    assert_eq!(refused(&office, &lena).await.kind(), Kind::Unreachable);
}

#[tokio::test]
async fn claims_that_are_none_are_not_sent() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    office.sim.clear_log();
    let result = office
        .microsoft
        .entra()
        .redeem(&lena.permit(), lena.grant(), Some("no json"))
        .await;
    assert_eq!(result.err().expect("refused").kind(), Kind::OurRequest);
    assert_eq!(office.asked("/token"), 0);
}

#[tokio::test]
async fn no_error_holds_a_secret() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let marked = RefreshToken::new("marked-refresh-token".into());
    let unknown = office
        .microsoft
        .entra()
        .redeem(&lena.permit(), marked, None)
        .await
        .err()
        .expect("refused");
    office.token_fault(None, When::After, FaultAnswer::Drop);
    let lost = refused(&office, &lena).await;
    office.sim.clear_faults();
    office.token_fault(Some(1), When::After, FaultAnswer::Garbage);
    let garbage = refused(&office, &lena).await;
    let said = format!("{unknown:?} {unknown} {lost:?} {lost} {garbage:?} {garbage}");
    assert!(!said.contains("marked"));
    assert!(!said.contains(office.sim.client_secret()));
    assert!(
        office
            .sim
            .issued_secrets()
            .iter()
            .all(|secret| !said.contains(secret))
    );
}
