//! `attache admin approvals`

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use domain::approval::ApprovalState;
use domain::id::{ApprovalId, PersonId};
use engine::{ApprovalFilter, ApprovalView};
use serde_json::{Value, json};

use super::place::{FLUSH, Place, misuse, person};
use crate::terminal;

/// See what waits for a person's decision, and read a card as she does, without a browser
///
/// Nothing can be decided here: only the person herself decides, on her own page.
#[derive(Debug, Subcommand)]
pub(crate) enum Approvals {
    List(List),
    Show(Show),
}

/// List what agents have asked a person, newest first, without what it is about
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  attache admin approvals list --person per_… --state pending --json"
)]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
    /// The person's id, as `attache admin connections list` tells it
    #[arg(long, value_parser = person)]
    person: PersonId,
    /// Only those in this state: pending, executing, parked, done, failed, unknown, declined, expired or void
    #[arg(long, value_parser = state)]
    state: Option<ApprovalState>,
    /// Only those for this tool
    #[arg(long)]
    tool: Option<String>,
    /// Only those before this: `next` of the page before
    #[arg(long, value_name = "CURSOR")]
    before: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

/// Read one card: exactly what its person is shown. That you did is on record, and she sees it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache admin approvals show --person per_… apr_…")]
pub(crate) struct Show {
    #[command(flatten)]
    place: Place,
    /// The person's id
    #[arg(long, value_parser = person)]
    person: PersonId,
    /// In which language
    #[arg(long, value_enum, default_value_t = CardLanguage::En)]
    language: CardLanguage,
    /// The approval's id, as `list` tells it
    #[arg(value_parser = approval)]
    approval: ApprovalId,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CardLanguage {
    En,
    De,
}

impl Approvals {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(show) => show.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let opened = self.place.open().await?;
        let filter = ApprovalFilter {
            state: self.state,
            tool: self.tool,
            ..ApprovalFilter::default()
        };
        let listed = opened.engine().operator_approvals(
            &opened.operator,
            &opened.organisation,
            &self.person,
            &filter,
            self.before.as_deref(),
            self.limit,
        );
        let listed = listed.await.map_err(misuse)?;
        if self.place.json {
            let approvals: Vec<Value> = listed.items.iter().map(as_json).collect();
            let answer = json!({"approvals": approvals, "next": listed.next});
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

impl Show {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let opened = self.place.open().await?;
        let card = opened.engine().operator_card(
            &opened.operator,
            &opened.organisation,
            &self.person,
            &self.approval,
        );
        let view = card.await.map_err(misuse)?;
        let language = match self.language {
            CardLanguage::En => "en",
            CardLanguage::De => "de",
        };
        let text = web::card_text(&view, language);
        terminal::answer(&if self.place.json {
            let mut answer = as_json(&view);
            answer["card"] = serde_json::to_value(&view.card)?;
            answer["card_digest"] = view.digest.to_string().into();
            answer["text"] = text.into();
            answer.to_string()
        } else {
            text
        })?;
        opened.parts.end(FLUSH).await?;
        Ok(ExitCode::SUCCESS)
    }
}

fn state(text: &str) -> Result<ApprovalState, String> {
    ApprovalState::parse(text).ok_or_else(|| "this is no state of an approval".to_owned())
}

fn approval(text: &str) -> Result<ApprovalId, String> {
    ApprovalId::parse(text)
        .map_err(|_| "an id as `attache admin approvals list` tells it".to_owned())
}

/// Id, state, tool, asked, expires, and the agent's name, separated by tabs.
fn as_line(view: &ApprovalView) -> String {
    let moment = |at: jiff::Timestamp| at.strftime("%Y-%m-%dT%H:%MZ").to_string();
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}",
        view.id,
        view.state.as_str(),
        view.definition.name,
        moment(view.asked),
        moment(view.expires),
        domain::text::one_line(&view.agent_name, 255),
    )
}

fn as_json(view: &ApprovalView) -> Value {
    json!({
        "approval": view.id.as_str(),
        "state": view.state.as_str(),
        "tool": view.definition.name.as_str(),
        "agent": view.agent_name,
        "asked": view.asked.to_string(),
        "expires": view.expires.to_string(),
        "decided": view.decided.map(|at| at.to_string()),
    })
}
