//! What keeps the program running asks here. The answers say nothing about anybody.

use axum::extract::State as With;

use crate::State;
use crate::error::Failure;

/// `GET /livez`: the process answers.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store, the keys and the audit log can be used. Microsoft is not asked, and nothing is unready for what
/// it has against this installation: another instance would be refused as well. Administrators read that on *Health*.
pub(crate) async fn ready(With(state): With<State>) -> Result<&'static str, Failure> {
    state.engine.ready().await?;
    Ok("ok\n")
}
