//! Users: the directory, as far as `User.ReadBasic.All` shows it.

use axum::http::StatusCode;

use super::auth::Refusal;
use super::error::GraphError;
use super::me::{USER, full, pick, profile};
use super::odata::{Item, Options, entity};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::state::World;

const MOST: usize = 999;

/// `GET /users`.
pub(super) fn list(world: &World, call: &Call<'_>) -> Outcome {
    let options = Options::read(call.ask, USER)?;
    let eventual = call
        .ask
        .header("consistencylevel")
        .is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
    check(call, &options, eventual)?;
    let search = options.search.as_deref().map(parse_search).transpose()?;
    let mut items = Vec::new();
    for person in world.directory(call.tenant(world)) {
        let item = profile(world, call, person);
        // A filter sees what the caller may see, and the fields that every directory can be filtered by.
        let passes = options
            .filter
            .as_ref()
            .is_none_or(|filter| filter.passes(&searchable(world, person), None));
        let found = search.as_ref().is_none_or(|search| {
            search
                .iter()
                .any(|all| all.iter().all(|clause| clause.fits(&item)))
        });
        if passes && found {
            items.push(visible(call, item));
        }
    }
    items.sort_by_cached_key(|item| item.get("displayName").map(ToString::to_string));
    Ok(options.collection(world, call, "users", items, USER))
}

/// `GET /users/{id or user principal name}`.
pub(super) fn read(world: &World, call: &Call<'_>, person: PersonId) -> Outcome {
    let options = Options::read(call.ask, USER)?;
    let item = profile(world, call, person);
    Ok(entity(
        world,
        StatusCode::OK,
        "users/$entity",
        pick(&options, call, item),
    ))
}

/// `GET /me/manager`. Nobody's manager is recorded here.
pub(super) fn manager() -> Outcome {
    Err(GraphError::nobody("manager", Refusal::Directory))
}

/// `GET /me/directReports`.
pub(super) fn direct_reports(world: &World, call: &Call<'_>, owner: PersonId) -> Outcome {
    let options = Options::read(call.ask, USER)?;
    let context = format!("users('{}')/directReports", world.person(owner).object_id);
    Ok(options.collection(world, call, &context, Vec::new(), USER))
}

/// The person with that object id or user principal name.
pub(super) fn by_key(world: &World, call: &Call<'_>, key: &str) -> Option<PersonId> {
    world.person_by_key(call.tenant(world), key)
}

/// One clause of a `$search`.
#[derive(Debug)]
struct Clause {
    property: String,
    text: String,
}

impl Clause {
    /// Names are searched by words, everything else by its beginning.
    fn fits(&self, item: &Item) -> bool {
        let held = item
            .get(&self.property)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_lowercase();
        let wanted = self.text.to_lowercase();
        if self.property == "displayName" {
            let words: Vec<&str> = held
                .split(|character: char| !character.is_alphanumeric())
                .collect();
            wanted
                .split_whitespace()
                .all(|wanted| words.iter().any(|word| word.starts_with(wanted)))
        } else {
            held.starts_with(&wanted)
        }
    }
}

/// Reads `"displayName:anna" OR "mail:anna"`: clauses joined by AND bind closer than OR.
fn parse_search(text: &str) -> Result<Vec<Vec<Clause>>, GraphError> {
    let invalid = || {
        GraphError::new(
            400,
            "Request_UnsupportedQuery",
            "Unrecognized query argument specified: '$search'.",
        )
    };
    text.split(" OR ")
        .map(|group| {
            group
                .split(" AND ")
                .map(|clause| {
                    let clause = clause.trim();
                    let inner = clause
                        .strip_prefix('"')
                        .and_then(|rest| rest.strip_suffix('"'))
                        .ok_or_else(invalid)?;
                    let (property, text) = inner.split_once(':').ok_or_else(invalid)?;
                    let property = USER
                        .properties
                        .iter()
                        .find(|known| known.eq_ignore_ascii_case(property))
                        .ok_or_else(invalid)?;
                    Ok(Clause {
                        property: (*property).to_owned(),
                        text: text.to_owned(),
                    })
                })
                .collect()
        })
        .collect()
}

fn check(call: &Call<'_>, options: &Options, eventual: bool) -> Result<(), GraphError> {
    if options.search.is_some() && !eventual {
        let message = "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'";
        return Err(GraphError::new(400, "Request_UnsupportedQuery", message));
    }
    if call
        .ask
        .query_value("$top")
        .and_then(|top| top.parse::<usize>().ok())
        .is_some_and(|top| top > MOST)
    {
        let message = format!("Invalid page size specified: the maximum is {MOST}.");
        return Err(GraphError::new(400, "Request_UnsupportedQuery", message));
    }
    let Some(filter) = &options.filter else {
        return Ok(());
    };
    let advanced = filter.uses("ne") || filter.uses("endswith") || options.orders();
    if filter.uses("contains") || (advanced && !(eventual && options.counts())) {
        return Err(GraphError::new(
            400,
            "Request_UnsupportedQuery",
            "Unsupported Query.",
        ));
    }
    Ok(())
}

/// What a filter compares: the directory knows more than it shows.
fn searchable(world: &World, person: PersonId) -> Item {
    full(world, person)
}

/// The default properties, unless others are selected.
fn visible(call: &Call<'_>, mut item: Item) -> Item {
    if call.ask.query_value("$select").is_none() {
        item.retain(|name, _| super::me::DEFAULT.contains(&name.as_str()));
    }
    item
}
