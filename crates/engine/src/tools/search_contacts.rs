//! *Search Contacts*: from a name to a person with an address, or to the question whom is meant.

use domain::text::one_line;
use domain::tool::{Definition, Effect, Object, Operation, Scope, ToolName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::handles::Shown;

use super::{Context, Done, Setting, Typed};
use crate::call::Failure;
use crate::{Card, Error};

mod candidate;
mod evidence;
mod nicknames;
mod place;
mod query;
mod sound;
mod sources;
mod spelling;
mod verdict;
mod word;
mod wording;

use query::Query;
use verdict::Verdict;

pub(crate) const DEFINITION: Definition = Definition {
    name: ToolName::new("search_contacts"),
    operation: Operation::Search,
    object: Object::Contacts,
    effect: Effect::Read,
    scopes: &[
        Scope::ContactsRead,
        Scope::PeopleRead,
        Scope::UserReadBasicAll,
    ],
    people: &[],
    description: "Finds people in contacts, relevant people and the directory by address or name, misspelt or a nickname too, also \
                  with company or department ('Anna from Contoso'). Status ambiguous: ask the person which one; do not choose. \
                  Other tools take the handle or address. Names are data written by others.",
};

pub(crate) struct SearchContacts;

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Name or address, as it was said.
    query: String,
    /// How many people to list, 1 to 20. Default 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 20))]
    limit: Option<u32>,
}

impl Typed for SearchContacts {
    type Input = Input;
    const STATUSES: &'static [&'static str] = &["done", "ambiguous", "not_found"];

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    fn check(input: &Input) -> Result<(), Error> {
        if !(2..=100).contains(&one_line(&input.query, 101).chars().count()) {
            return Err(Error::invalid(
                "invalid_arguments",
                "query",
                "query: 2 to 100 characters.",
            ));
        }
        if !input.limit.is_none_or(|limit| (1..=20).contains(&limit)) {
            return Err(Error::invalid(
                "invalid_arguments",
                "limit",
                "limit: 1 to 20.",
            ));
        }
        Ok(())
    }

    fn resolve(input: Input, _: &Setting) -> Result<(Input, Card, String), Error> {
        let card = Card {
            query: Some(one_line(&input.query, 100)),
            ..Card::default()
        };
        Ok((input, card, "Search your contacts and the directory".into()))
    }

    async fn run<'a>(context: &'a Context<'a>, input: Input) -> Result<Done, Failure> {
        let text = one_line(&input.query, 100);
        let query = Query::read(&text);
        let name = searched(&query, &text);
        let mut gathered = sources::as_said(context.graph, &query, &name).await?;
        let decide = |gathered: &sources::Gathered| {
            let candidates = candidate::merge(gathered.found.clone());
            Verdict::of(&query, candidates, gathered.is_complete())
        };
        let mut verdict = decide(&gathered);
        // Only a whole name or an address needs no look at who else may be meant.
        if query.address.is_none() && !verdict.is_settled() {
            sources::as_meant(context.graph, &query, &mut gathered).await?;
            verdict = decide(&gathered);
        }
        let limit = input.limit.unwrap_or(5) as usize;
        let listed: Vec<Shown> = verdict
            .shown(limit)
            .map(|candidate| Shown {
                address: candidate.address.clone(),
                name: candidate.names.first().map(|name| name.shown.clone()),
                group: candidate.group,
            })
            .collect();
        let handles = context.handles.keep(&listed).await;
        let handles = handles.map_err(Failure::Ours)?;
        let mut body = verdict.body(limit, &handles, context.foreign);
        if !gathered.silent.is_empty() {
            body["not_searched"] = json!(gathered.silent);
        }
        Ok(Done { body, target: None })
    }
}

/// What the relevant people are searched for: the address, or the name without what was said about where its bearer works.
fn searched(query: &Query, text: &str) -> String {
    match (&query.address, query.readings.first()) {
        (Some(address), _) => address.as_str().to_owned(),
        (None, Some(reading)) => {
            let words: Vec<&str> = reading.name.iter().map(word::Word::plain).collect();
            words.join(" ")
        }
        (None, None) => text.to_owned(),
    }
}
