//! `attache admin connections`

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use domain::connection::ConnectionState;
use domain::id::PersonId;
use engine::{PeopleFilter, PersonView};
use serde_json::{Value, json};

use super::place::{FLUSH, Opened, Place, misuse, person};
use crate::terminal::{self, Progress};

/// How often it is looked how far ending everybody's has come.
const LOOK: Duration = Duration::from_millis(300);

/// See who is connected and end connections, without a browser
///
/// It works on the database while servers run; every ending is on record as the operator's. With PostgreSQL it waits until
/// the calls that run on any server have ended. With SQLite the running server begins no further call.
#[derive(Debug, Subcommand)]
pub(crate) enum Connections {
    List(List),
    Show(Show),
    Disconnect(Disconnect),
}

/// List people and their connections, page by page
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  attache admin connections list --state needs_sign_in\n  attache admin connections list --text berger --json"
)]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
    /// Only people whose name or sign-in name contains this
    #[arg(long, default_value = "")]
    text: String,
    /// Only connections in this state: connected, needs_sign_in, needs_admin, revoked, damaged, disconnected or never
    #[arg(long)]
    state: Option<String>,
    /// Only those after this person: the last line of the page before
    #[arg(long, value_name = "PERSON")]
    after: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

/// Show one person's connection
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache admin connections show per_…")]
pub(crate) struct Show {
    #[command(flatten)]
    place: Place,
    /// The person's id, as `list` tells it
    #[arg(value_parser = person)]
    person: PersonId,
}

/// End one connection, or everybody's
///
/// It can be stopped anywhere and run again: what is ended stays ended. Ends with code 1 when some could not be ended.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  attache admin connections disconnect --person per_…\n  attache admin connections disconnect --all"
)]
pub(crate) struct Disconnect {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    whose: Whose,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Whose {
    /// The person's id, as `list` tells it
    #[arg(long, value_parser = person)]
    person: Option<PersonId>,
    /// Everybody's in the organisation
    #[arg(long)]
    all: bool,
}

impl Connections {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(show) => show.run().await,
            Self::Disconnect(disconnect) => disconnect.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let opened = self.place.open().await?;
        let filter = PeopleFilter {
            text: self.text,
            state: self.state,
            after: self.after,
            limit: self.limit,
        };
        let (operator, organisation) = (&opened.operator, &opened.organisation);
        let listed = opened
            .engine()
            .operator_people(operator, organisation, &filter);
        let listed = listed.await.map_err(misuse)?;
        if self.place.json {
            let people: Vec<Value> = listed.items.iter().map(as_json).collect();
            let answer = json!({"people": people, "next": listed.next});
            terminal::answer(&answer.to_string())?;
        } else {
            for view in &listed.items {
                terminal::answer(&as_line(view))?;
            }
            if let Some(next) = &listed.next {
                terminal::note(&format!("there are more: --after {next}"));
            }
        }
        opened.parts.end(FLUSH).await?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let opened = self.place.open().await?;
        let (operator, organisation) = (&opened.operator, &opened.organisation);
        let view = opened
            .engine()
            .operator_person(operator, organisation, &self.person);
        let view = view.await.map_err(misuse)?;
        terminal::answer(&match self.place.json {
            true => as_json(&view).to_string(),
            false => as_line(&view),
        })?;
        opened.parts.end(FLUSH).await?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Disconnect {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let opened = self.place.open().await?;
        let (operator, organisation) = (&opened.operator, &opened.organisation);
        let ended = match &self.whose.person {
            Some(person) => {
                let ended = opened
                    .engine()
                    .operator_disconnect(operator, organisation, person);
                usize::from(ended.await.map_err(misuse)?)
            }
            None => everybody(&opened).await?,
        };
        let left = opened
            .engine()
            .operator_live(operator, organisation)
            .await?;
        terminal::answer(&match self.place.json {
            true => json!({"ended": ended, "left": left}).to_string(),
            false => format!("{ended} ended, {left} left"),
        })?;
        opened.parts.end(FLUSH).await?;
        Ok(ExitCode::from(u8::from(self.whose.all && left > 0)))
    }
}

/// Ends everybody's connections and tells how far it is.
async fn everybody(opened: &Opened) -> anyhow::Result<usize> {
    let (engine, operator) = (opened.engine(), &opened.operator);
    let organisation = &opened.organisation;
    let before = engine.operator_live(operator, organisation).await?;
    let mut progress = Progress::new("connections ended", u64::try_from(before)?);
    let mut done = 0;
    let ending = engine.operator_disconnect_everybody(operator, organisation);
    tokio::pin!(ending);
    loop {
        tokio::select! {
            ended = &mut ending => {
                let ended = ended.context("stopped; what is ended stays ended, run it again")?;
                progress.advance(ended.saturating_sub(done));
                return Ok(ended);
            }
            () = tokio::time::sleep(LOOK) => {
                let left = engine.operator_live(operator, organisation).await?;
                let now = before.saturating_sub(left);
                progress.advance(now.saturating_sub(done));
                done = done.max(now);
            }
        }
    }
}

fn word(view: &PersonView) -> &'static str {
    let state = view.state.as_ref();
    state.map_or("never", ConnectionState::as_str)
}

/// Person, state, since when, last use, sign-in name and name, separated by tabs.
fn as_line(view: &PersonView) -> String {
    let moment = |at: Option<jiff::Timestamp>| {
        at.map_or_else(
            || "-".to_owned(),
            |at| at.strftime("%Y-%m-%dT%H:%MZ").to_string(),
        )
    };
    let why = view.state.as_ref().and_then(ConnectionState::why);
    let state = match why {
        Some(why) => format!("{} ({why})", word(view)),
        None => word(view).to_owned(),
    };
    let (since, worked) = (moment(view.connected_at), moment(view.refreshed_at));
    let (login, name) = (
        domain::text::one_line(&view.login, 255),
        domain::text::one_line(&view.name, 255),
    );
    format!("{}\t{state}\t{since}\t{worked}\t{login}\t{name}", view.id)
}

fn as_json(view: &PersonView) -> Value {
    let moment = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string());
    json!({
        "person": view.id.as_str(),
        "name": view.name,
        "login": view.login,
        "administrator": view.administrator,
        "state": word(view),
        "why": view.state.as_ref().and_then(ConnectionState::why),
        "aadsts": view.state.as_ref().and_then(ConnectionState::code),
        "since": moment(view.connected_at),
        "last_worked": moment(view.refreshed_at),
    })
}
