//! For which tools it matters what an agent has read of others, as boxes to tick: ticked unless an administrator unticks.

use axum::extract::State as With;
use axum::response::Redirect;
use domain::tool::Effect;
use engine::RulesView;

use super::form::{Fields, Sent};
use super::words_for::tool_title;
use crate::State;
use crate::caller::{Administrator, Request};
use crate::error::{Failure, PageError};
use crate::words::Words;

/// One tool that changes something.
pub(super) struct TaintRow {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) on: bool,
}

pub(super) fn rows(words: Words, view: &RulesView) -> Vec<TaintRow> {
    let writes = engine::tools::DEFINITIONS.iter();
    let writes = writes.filter(|definition| definition.effect != Effect::Read);
    writes
        .map(|definition| TaintRow {
            name: definition.name.as_str(),
            title: tool_title(words, definition),
            on: !view
                .taint_off
                .iter()
                .any(|off| off == definition.name.as_str()),
        })
        .collect()
}

pub(super) async fn save(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, fields }: Sent<Administrator>,
) -> Result<Redirect, PageError> {
    let (off, seen) = off_in(&fields)?;
    let saved = state.engine.set_taint_off(&sender.0, &off, seen, &request);
    let word = match saved.await {
        Ok(changed) => format!("taint={changed}"),
        Err(error) if error.code == "levels_changed" => "rules=changed".to_owned(),
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(&format!("/administration/tools?{word}")))
}

/// The tools that were shown and are not ticked. A tool that the page did not show stays as safe as can be.
fn off_in(fields: &Fields) -> Result<(Vec<String>, i64), Failure> {
    let seen = fields
        .get("version")
        .and_then(|version| version.parse().ok());
    let seen = seen
        .ok_or_else(|| Failure::invalid_field("version", "Send the form as the page shows it."))?;
    let shown = fields
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("shown."));
    let off = shown.filter(|tool| fields.get(&format!("taint.{tool}")).is_none());
    Ok((off.map(str::to_owned).collect(), seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_switches_off_what_was_shown_and_is_not_ticked_and_nothing_else() {
        let check = |sent: &[(&str, &str)], expected: Option<&[&str]>| {
            let found = off_in(&Fields::of(sent)).ok();
            let off = found.as_ref().map(|(off, _)| off.as_slice());
            let expected: Option<Vec<String>> =
                expected.map(|off| off.iter().map(|tool| (*tool).to_owned()).collect());
            assert_eq!(off, expected.as_deref(), "{sent:?}");
        };
        let version = ("version", "3");
        check(&[version], Some(&[]));
        check(&[("shown.a", "")], None);
        check(
            &[version, ("shown.a", ""), ("shown.b", "")],
            Some(&["a", "b"]),
        );
        check(
            &[version, ("shown.a", ""), ("taint.a", "on"), ("shown.b", "")],
            Some(&["b"]),
        );
    }
}
