//! Users: the directory, as far as the token shows it.

mod search;

use axum::http::StatusCode;

use super::auth::Refusal;
use super::error::GraphError;
use super::me::{USER, full, pick, profile};
use super::odata::{Item, Options, entity};
use super::{Call, Outcome};
use crate::company::PersonId;
use crate::exchange::Answer;
use crate::state::World;
use search::Search;

const MOST: usize = 999;
/// What the directory sorts by.
const SORTABLE: &[&str] = &[
    "displayName",
    "userPrincipalName",
    "mail",
    "createdDateTime",
];
/// What the ends of may be compared.
const ENDS: &[&str] = &["mail", "userPrincipalName", "otherMails", "proxyAddresses"];

/// `GET /users`.
pub(super) fn list(world: &World, call: &Call<'_>) -> Outcome {
    let options = Options::read(call.ask, USER)?;
    let eventual = is_eventual(call);
    check(&options, eventual)?;
    let mut items: Vec<Item> = found(world, call, &options)?
        .into_iter()
        .map(|item| pick(&options, item))
        .collect();
    items.sort_by_cached_key(|item| item.get("displayName").map(ToString::to_string));
    // Without the header a count is not refused; it is not there.
    Ok(options
        .without_count_unless(eventual)
        .collection(world, call, "users", items, USER))
}

/// `GET /users/$count`: a bare number, as text.
pub(super) fn count(world: &World, call: &Call<'_>) -> Outcome {
    let options = Options::read(call.ask, USER)?;
    if !is_eventual(call) {
        return Err(GraphError::new(
            400,
            "Request_BadRequest",
            "$count is not currently supported.",
        ));
    }
    let mut answer = Answer::empty(StatusCode::OK);
    answer.body = found(world, call, &options)?.len().to_string().into();
    Ok(answer.header("content-type", "text/plain"))
}

/// `GET /users/{id or user principal name}`.
pub(super) fn read(world: &World, call: &Call<'_>, person: PersonId) -> Outcome {
    let options = Options::read(call.ask, USER)?;
    let item = profile(world, call, person);
    let context = options.context("users/$entity");
    Ok(entity(
        world,
        StatusCode::OK,
        &context,
        pick(&options, item),
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

fn is_eventual(call: &Call<'_>) -> bool {
    call.ask
        .header("consistencylevel")
        .is_some_and(|level| level.eq_ignore_ascii_case("eventual"))
}

/// Everybody who passes filter and search, as this caller sees them.
fn found(world: &World, call: &Call<'_>, options: &Options) -> Result<Vec<Item>, GraphError> {
    let search = options.search.as_deref().map(Search::parse).transpose()?;
    let mut items = Vec::new();
    for person in world.directory(call.tenant(world)) {
        // The directory compares what it knows, and shows what the caller may see.
        let known = full(world, person);
        let passes = options
            .filter
            .as_ref()
            .is_none_or(|filter| filter.passes(&known, None));
        let is_found = search.as_ref().is_none_or(|search| search.finds(&known));
        if passes && is_found {
            items.push(profile(world, call, person));
        }
    }
    Ok(items)
}

/// What the directory answers only under its advanced rules: the header, and for all but `$search` a count.
fn check(options: &Options, eventual: bool) -> Result<(), GraphError> {
    let unsupported = |message: &str| GraphError::new(400, "Request_UnsupportedQuery", message);
    if options.search.is_some() && !eventual {
        let message = "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'";
        return Err(unsupported(message));
    }
    if options.top > MOST {
        let message = format!(
            "Invalid page size specified: '{}'. Must be between 1 and {MOST} inclusive.",
            options.top
        );
        return Err(unsupported(&message));
    }
    if options.sorted_by().any(|path| !SORTABLE.contains(&path)) {
        return Err(unsupported("Sorting not supported for current query."));
    }
    let Some(filter) = &options.filter else {
        return Ok(());
    };
    let advanced = ["ne", "not", "endswith"]
        .iter()
        .any(|word| filter.uses(word))
        || options.orders();
    let ends_fit = filter
        .ends_compared()
        .iter()
        .all(|path| ENDS.contains(path));
    if filter.uses("contains") || !ends_fit || (advanced && !(eventual && options.counts())) {
        return Err(unsupported("Unsupported Query."));
    }
    Ok(())
}
