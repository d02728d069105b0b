//! `attache admin changes`

use std::process::ExitCode;

use clap::Args;
use domain::permission::Level;
use engine::{Change, ChangeView, ErrorKind, Undo};
use serde_json::{Value, json};

use super::place::{FLUSH, Place};
use crate::commands::Misuse;
use crate::terminal;

/// List what administrators have changed about levels and rules, newest first
///
/// It only reads. A change is taken back on the page Tools & Permissions, by an administrator who is on record for it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  attache admin changes\n  attache admin changes --limit 10 --json"
)]
pub(crate) struct Changes {
    #[command(flatten)]
    place: Place,
    /// Only those before this one: the last line of the page before
    #[arg(long, value_name = "NUMBER")]
    before: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,
}

impl Changes {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let opened = self.place.open().await?;
        let (operator, organisation) = (&opened.operator, &opened.organisation);
        let (engine, before) = (opened.engine(), self.before.as_deref());
        let listed = engine.operator_changes(operator, organisation, before, self.limit);
        let listed = listed.await.map_err(|error| match error.kind {
            ErrorKind::Invalid => Misuse::new(&error.message).into(),
            _ => anyhow::Error::from(error),
        })?;
        if self.place.json {
            let changes: Vec<Value> = listed.items.iter().map(as_json).collect();
            let answer = json!({"changes": changes, "next": listed.next});
            terminal::answer(&answer.to_string())?;
        } else {
            for view in &listed.items {
                terminal::answer(&as_line(view))?;
            }
            if let Some(next) = &listed.next {
                terminal::note(&format!("there are more: --before {next}"));
            }
        }
        opened.parts.end(FLUSH).await?;
        Ok(ExitCode::SUCCESS)
    }
}

fn word(level: Option<Level>) -> &'static str {
    level.map_or("unset", Level::as_str)
}

/// What was changed, before and after: words of ours, and rules as they are stored.
fn parts(change: &Change) -> (&'static str, Option<&'static str>, Value, Value) {
    match change {
        Change::Level { tool, from, to } => {
            let name = Some(tool.name.as_str());
            ("level", name, word(*from).into(), to.as_str().into())
        }
        Change::Rules { from, to } => ("rules", None, json!(from), json!(to)),
        Change::Taint { tool, on } => {
            let word = |on| if on { "on" } else { "off" };
            let name = Some(tool.name.as_str());
            ("taint", name, word(!on).into(), word(*on).into())
        }
    }
}

/// Number, when, what, tool, before, after and who, separated by tabs.
fn as_line(view: &ChangeView) -> String {
    let (what, tool, from, to) = parts(&view.change);
    let text = |value: Value| match value {
        Value::String(word) => word,
        other => other.to_string(),
    };
    let at = view.at.strftime("%Y-%m-%dT%H:%MZ");
    let by = domain::text::one_line(view.by.as_deref().unwrap_or("-"), 255);
    format!(
        "{}\t{at}\t{what}\t{}\t{}\t{}\t{by}",
        view.sequence,
        tool.unwrap_or("-"),
        text(from),
        text(to)
    )
}

fn as_json(view: &ChangeView) -> Value {
    let (what, tool, from, to) = parts(&view.change);
    json!({
        "number": view.sequence,
        "at": view.at.to_string(),
        "by": view.by,
        "what": what,
        "tool": tool,
        "from": from,
        "to": to,
        "can_be_undone": view.undo == Undo::Possible,
    })
}
