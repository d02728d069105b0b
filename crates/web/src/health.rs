//! What keeps the program running asks here. The answers say nothing about anybody.

use axum::extract::State as With;

use crate::State;
use crate::error::Failure;

/// `GET /livez`: the process answers.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store, the keys and the audit log can be used. Microsoft is not asked; what it last had against this
/// installation is said in a second line, and nothing is unready for it: another instance would be refused as well.
pub(crate) async fn ready(With(state): With<State>) -> Result<String, Failure> {
    state.engine.ready().await?;
    let mut answer = "ok\n".to_owned();
    if let Some(trouble) = state.engine.installation_trouble() {
        let number = trouble
            .code
            .map(|code| format!(" AADSTS{code}"))
            .unwrap_or_default();
        let (what, since) = (trouble.what.as_str(), trouble.since);
        answer.push_str(&format!("microsoft: {what}{number} since {since}\n"));
    }
    Ok(answer)
}
