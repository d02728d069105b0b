//! What tools exist, and what every tool is made of. Each has one file in `tools/`; every listing comes from here.

pub(crate) mod cancel_event;
pub(crate) mod check_approval;
pub(crate) mod create_event;
pub(crate) mod find_times;
pub(crate) mod read_event;
pub(crate) mod read_profile;
pub(crate) mod respond_to_event;
pub(crate) mod search_contacts;
pub(crate) mod search_events;
pub(crate) mod update_event;

mod calendar;
mod event_line;
mod following;
mod input;
mod scope;
mod seen;
mod sent;
mod target;
pub(crate) mod verify;

use std::pin::Pin;
use std::sync::LazyLock;

use domain::calendar::Event;
use domain::canonical::Digest;
use domain::id::CallId;
use domain::people::{Address, Mailbox};
use domain::time::Zone;
use domain::tool::{Definition, ToolName};
use jiff::Timestamp;
use microsoft::graph::Graph;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::call::Failure;
use crate::handles::Handles;
use crate::taint::Foreigns;
use crate::{Card, Error};

/// Every tool a level can be set for, in the order of the catalogue.
static TOOLS: &[&dyn Tool] = &[
    &search_events::SearchEvents,
    &read_event::ReadEvent,
    &find_times::FindTimes,
    &create_event::CreateEvent,
    &update_event::UpdateEvent,
    &cancel_event::CancelEvent,
    &respond_to_event::RespondToEvent,
    &search_contacts::SearchContacts,
    &read_profile::ReadProfile,
];

/// Their definitions, in the same order.
pub const DEFINITIONS: &[&Definition] = &[
    &search_events::DEFINITION,
    &read_event::DEFINITION,
    &find_times::DEFINITION,
    &create_event::DEFINITION,
    &update_event::DEFINITION,
    &cancel_event::DEFINITION,
    &respond_to_event::DEFINITION,
    &search_contacts::DEFINITION,
    &read_profile::DEFINITION,
];

/// A tool as agents see it. Made once, at the first use.
#[derive(Debug, Clone, Serialize)]
pub struct Offered {
    /// What agents call.
    pub name: ToolName,
    /// Its title for people.
    pub title: String,
    /// For models.
    pub description: &'static str,
    /// What it can change; decides the hints agents are given.
    pub effect: domain::tool::Effect,
    /// JSON Schema (2020-12) of its arguments: flat, strict, without references.
    pub input_schema: Value,
    /// JSON Schema (2020-12) of its answers, whatever the outcome.
    pub output_schema: Value,
}

static OFFERED: LazyLock<Vec<Offered>> =
    LazyLock::new(|| TOOLS.iter().map(|tool| tool.offered()).collect());
static CHECK_APPROVAL: LazyLock<Offered> = LazyLock::new(check_approval::offered);

/// Every tool, whatever its level, and `check_approval` last: for documents.
pub fn all() -> Vec<&'static Offered> {
    OFFERED.iter().chain([&*CHECK_APPROVAL]).collect()
}

/// Names exactly these definitions, schemas and descriptions: what agents are given of them is a constant of the build, and
/// this is how an administrator sees that it is the one she knows.
pub fn digest() -> Digest {
    static DIGEST: LazyLock<Digest> = LazyLock::new(|| {
        let all = serde_json::to_value(all()).expect("a listing is JSON");
        Digest::of_json("attache tools", &all)
    });
    *DIGEST
}

/// The tool of exactly this name.
pub(crate) fn find(name: &str) -> Option<&'static dyn Tool> {
    TOOLS
        .iter()
        .find(|tool| tool.definition().name.as_str() == name)
        .copied()
}

/// The listing entry of a tool.
pub(crate) fn offered(name: ToolName) -> Option<&'static Offered> {
    OFFERED.iter().find(|offered| offered.name == name)
}

/// The listing entry of `check_approval`.
pub(crate) fn check_approval() -> &'static Offered {
    &CHECK_APPROVAL
}

/// What is known of the person for whom a tool works.
pub(crate) struct Setting {
    /// The zone of times without one.
    pub(crate) zone: Option<Zone>,
    /// The mailbox's own address, once learned.
    pub(crate) address: Option<Address>,
    /// Mail domains that count as inside, in lower case.
    pub(crate) home: Vec<String>,
    /// Names the agent that asks, and its person: what it is given to carry is good for it only.
    pub(crate) asker: Digest,
    /// The present moment.
    pub(crate) now: Timestamp,
}

impl Setting {
    /// The zone, or a question back: attache does not guess one.
    pub(crate) fn zone(&self, field: &str) -> Result<&Zone, Error> {
        let unknown = || {
            Error::invalid(
                "zone_unknown",
                field,
                "The person's time zone is not known yet. Give the time with its offset (2026-11-24T10:00:00+01:00) or name the zone (Europe/Berlin).",
            )
        };
        self.zone.as_ref().ok_or_else(unknown)
    }
}

impl Setting {
    /// Whether somebody is outside the organisation. Whoever has no address is, for all anybody knows.
    pub(crate) fn is_outside(&self, mailbox: &Mailbox) -> bool {
        let domain = mailbox.address.as_ref().map(Address::domain);
        !domain.is_some_and(|domain| self.home.contains(&domain))
    }
}

/// What a running tool may use.
pub(crate) struct Context<'a> {
    pub(crate) graph: &'a Graph<'a>,
    pub(crate) setting: &'a Setting,
    pub(crate) call: &'a CallId,
    /// When the call began; where somebody looks what became of it, when that did.
    pub(crate) began: Timestamp,
    /// Takes note of every text in the answer that somebody else wrote.
    pub(crate) foreign: &'a Foreigns,
    pub(crate) handles: Handles<'a>,
    /// The version of the event that its person was shown before she said yes, if she was asked.
    pub(crate) shown: Option<&'a str>,
}

impl Context<'_> {
    /// Refuses an event that is not as its person was shown it. Graph takes no condition with every change, so what was read
    /// a moment ago is compared; where it does, it compares once more.
    pub(crate) fn as_shown(&self, event: &Event) -> Result<(), Failure> {
        match self.shown {
            Some(shown) if event.etag.as_deref() != Some(shown) => {
                Err(Failure::Ours(Error::event_changed()))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Arguments with nothing left to interpret, and what a person is shown of them.
pub(crate) struct Resolved {
    pub(crate) arguments: Value,
    pub(crate) card: Card,
    pub(crate) summary: String,
}

/// What a tool did.
pub(crate) struct Done {
    pub(crate) body: Value,
    pub(crate) target: Option<Digest>,
}

/// What a look showed of a change whose answer was lost.
pub(crate) enum Seen {
    /// It was made.
    Done(Done),
    /// It was not made, as far as can be seen now.
    NotDone,
    /// What is there can have come about either way.
    Unclear,
}

/// What was seen in the calendar for a card.
pub(crate) struct Looked {
    /// The card, completed.
    pub(crate) card: Card,
    /// The version of the event it tells of, for tools on an event that exists.
    pub(crate) etag: Option<String>,
    pub(crate) target: Option<Digest>,
}

pub(crate) type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// One tool. Written by implementing [`Typed`].
pub(crate) trait Tool: Send + Sync {
    fn definition(&self) -> &'static Definition;
    fn offered(&self) -> Offered;
    /// Arguments in their exact form: every field known, typed and within its bounds.
    fn check(&self, arguments: &Value) -> Result<Value, Error>;
    /// Arguments with absolute times and complete addresses. Resolving what is resolved changes nothing.
    fn resolve(&self, arguments: Value, setting: &Setting) -> Result<Resolved, Error>;
    /// Whether it changes an event that exists. Then nobody says yes before that event was looked at.
    fn changes_what_exists(&self) -> bool;
    /// Completes the card with what its owner should see before she decides; `None` where nothing is to be seen.
    fn show<'a>(
        &'a self,
        context: &'a Context<'a>,
        resolved: Resolved,
    ) -> Running<'a, Option<Looked>>;
    /// Does it.
    fn run<'a>(&'a self, context: &'a Context<'a>, arguments: Value) -> Running<'a, Done>;
    /// Looks what became of it, and changes nothing.
    fn look<'a>(&'a self, context: &'a Context<'a>, arguments: Value) -> Running<'a, Seen>;
}

/// What a tool's file says: its definition, its input, how input is resolved and shown, and what it does.
pub(crate) trait Typed: Send + Sync + 'static {
    type Input: DeserializeOwned + Serialize + JsonSchema + Send;
    /// The words its answers' `status` can have besides those every tool has.
    const STATUSES: &'static [&'static str];
    /// Whether it changes an event that exists.
    const CHANGES_WHAT_EXISTS: bool = false;

    fn definition() -> &'static Definition;
    /// Bounds that the schema alone does not check.
    fn check(input: &Self::Input) -> Result<(), Error>;
    fn resolve(input: Self::Input, setting: &Setting)
    -> Result<(Self::Input, Card, String), Error>;
    /// What its owner should see before she decides. It reads and does not write; a look of a few requests.
    fn show<'a>(
        _context: &'a Context<'a>,
        _input: Self::Input,
        _card: Card,
    ) -> impl Future<Output = Result<Option<Looked>, Failure>> + Send + 'a {
        async { Ok(None) }
    }
    fn run<'a>(
        context: &'a Context<'a>,
        input: Self::Input,
    ) -> impl Future<Output = Result<Done, Failure>> + Send + 'a;
    /// Compares what Outlook holds with what was asked for. Writes say how.
    fn look<'a>(
        _context: &'a Context<'a>,
        _input: Self::Input,
    ) -> impl Future<Output = Result<Seen, Failure>> + Send + 'a {
        std::future::ready(Ok(Seen::Unclear))
    }
}

impl<T: Typed> Tool for T {
    fn definition(&self) -> &'static Definition {
        T::definition()
    }

    fn offered(&self) -> Offered {
        let Definition {
            name,
            description,
            effect,
            ..
        } = *T::definition();
        let (input_schema, output_schema) = (
            input::schema::<T::Input>(),
            input::answer_schema(effect, T::STATUSES),
        );
        Offered {
            name,
            title: T::definition().title(),
            description,
            effect,
            input_schema,
            output_schema,
        }
    }

    fn check(&self, arguments: &Value) -> Result<Value, Error> {
        let typed: T::Input = input::parse(arguments)?;
        T::check(&typed)?;
        Ok(input::exact(&typed))
    }

    fn resolve(&self, arguments: Value, setting: &Setting) -> Result<Resolved, Error> {
        let (resolved, card, summary) = T::resolve(input::parse(&arguments)?, setting)?;
        Ok(Resolved {
            arguments: input::exact(&resolved),
            card,
            summary,
        })
    }

    fn changes_what_exists(&self) -> bool {
        T::CHANGES_WHAT_EXISTS
    }

    fn show<'a>(
        &'a self,
        context: &'a Context<'a>,
        resolved: Resolved,
    ) -> Running<'a, Option<Looked>> {
        Box::pin(async move {
            let input = input::parse(&resolved.arguments).map_err(Failure::Ours)?;
            T::show(context, input, resolved.card).await
        })
    }

    fn run<'a>(&'a self, context: &'a Context<'a>, arguments: Value) -> Running<'a, Done> {
        Box::pin(
            async move { T::run(context, input::parse(&arguments).map_err(Failure::Ours)?).await },
        )
    }

    fn look<'a>(&'a self, context: &'a Context<'a>, arguments: Value) -> Running<'a, Seen> {
        Box::pin(
            async move { T::look(context, input::parse(&arguments).map_err(Failure::Ours)?).await },
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_tool_is_listed_once_and_in_the_same_order_everywhere() {
        let names: Vec<_> = TOOLS.iter().map(|tool| tool.definition().name).collect();
        assert_eq!(
            names,
            DEFINITIONS
                .iter()
                .map(|definition| definition.name)
                .collect::<Vec<_>>()
        );
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        assert!(all().len() <= 12);
    }

    #[test]
    fn the_whole_list_stays_small() {
        let size: usize = all()
            .iter()
            .map(|tool| {
                serde_json::to_string(tool)
                    .expect("a listing is JSON")
                    .len()
            })
            .sum();
        assert!(size <= 12_000, "{size} characters");
    }

    #[test]
    fn schemas_are_flat_strict_and_described() {
        for tool in all() {
            let text = tool.input_schema.to_string();
            assert!(
                !text.contains("$ref") && !text.contains("$defs") && !text.contains("anyOf"),
                "{}: {text}",
                tool.name
            );
            assert_eq!(
                tool.input_schema["additionalProperties"],
                Value::Bool(false),
                "{}",
                tool.name
            );
            assert_eq!(tool.input_schema["type"], "object", "{}", tool.name);
            for (field, schema) in tool.input_schema["properties"]
                .as_object()
                .into_iter()
                .flatten()
            {
                assert!(
                    schema["description"]
                        .as_str()
                        .is_some_and(|text| text.len() > 10),
                    "{}.{field}",
                    tool.name
                );
            }
        }
    }

    #[test]
    fn names_fit_every_model_interface_and_titles_say_operation_and_object() {
        for tool in all() {
            let name = tool.name.as_str();
            assert!(
                name.len() <= 64 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{name}"
            );
            assert!(tool.title.split(' ').count() >= 2, "{}", tool.title);
        }
    }
}
