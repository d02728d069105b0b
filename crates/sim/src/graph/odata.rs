//! OData's query options: which properties, which items, which page.

mod page;

use serde_json::{Map, Value, json};

use super::Call;
use super::error::GraphError;
use super::filter::Filter;
use crate::exchange::{Answer, Ask};
use crate::state::World;
use axum::http::StatusCode;

/// A resource as a JSON object.
pub(super) type Item = Map<String, Value>;

/// What a collection can do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// The resource type, for messages.
    pub(super) kind: &'static str,
    pub(super) properties: &'static [&'static str],
    pub(super) default_page: usize,
    /// Outlook items keep their id and etag whatever is selected.
    pub(super) outlook: bool,
    /// Skips by `$skip`; the directory uses an opaque token.
    pub(super) skips: bool,
}

/// The query options of a request.
#[derive(Debug)]
pub(super) struct Options {
    select: Option<Vec<String>>,
    pub(super) filter: Option<Filter>,
    order: Option<(String, bool)>,
    top: usize,
    skip: usize,
    count: bool,
    pub(super) search: Option<String>,
}

impl Options {
    pub(super) fn read(ask: &Ask, rules: Rules) -> Result<Self, GraphError> {
        let select = ask
            .query_value("$select")
            .map(|list| selected(list, rules))
            .transpose()?;
        let filter = ask.query_value("$filter").map(Filter::parse).transpose()?;
        if ask.query_value("$expand").is_some() {
            let message = format!(
                "Expand is not allowed for properties of '{}' according to the entity schema.",
                rules.kind
            );
            return Err(GraphError::new(400, "ExpandNotSupported", message));
        }
        let order = ask.query_value("$orderby").map(|order| {
            let (path, direction) = order
                .trim()
                .split_once(' ')
                .unwrap_or((order.trim(), "asc"));
            (
                path.to_owned(),
                direction.trim().eq_ignore_ascii_case("desc"),
            )
        });
        let top = number(ask, "$top")?.unwrap_or(rules.default_page);
        if top == 0 {
            return Err(GraphError::bad_query(
                "The value of $top must be at least 1.",
            ));
        }
        let skip = if rules.skips {
            number(ask, "$skip")?
        } else {
            number(ask, "$skiptoken")?
        };
        if !rules.skips && ask.query_value("$skip").is_some() {
            return Err(GraphError::new(
                400,
                "Request_BadRequest",
                "'$skip' is not supported by the service.",
            ));
        }
        Ok(Self {
            select,
            filter,
            order,
            top,
            skip: skip.unwrap_or(0),
            count: ask
                .query_value("$count")
                .is_some_and(|count| count.eq_ignore_ascii_case("true")),
            search: ask.query_value("$search").map(str::to_owned),
        })
    }

    /// Whether a property was named in `$select`; everything was when there is none.
    pub(super) fn selects(&self, name: &str) -> bool {
        self.select
            .as_ref()
            .is_none_or(|select| select.iter().any(|selected| selected == name))
    }

    pub(super) fn orders(&self) -> bool {
        self.order.is_some()
    }

    pub(super) fn counts(&self) -> bool {
        self.count
    }

    /// Keeps the selected properties of one item.
    pub(super) fn project(&self, mut item: Item, rules: Rules) -> Item {
        if let Some(select) = &self.select {
            item.retain(|name, _| {
                let always = rules.outlook && (name == "id" || name == "@odata.etag");
                always || select.iter().any(|selected| selected == name)
            });
        }
        item
    }

    /// Sorts, counts, cuts a page and writes the collection. The items have passed the filter already.
    pub(super) fn collection(
        &self,
        world: &World,
        call: &Call<'_>,
        context: &str,
        mut items: Vec<Item>,
        rules: Rules,
    ) -> Answer {
        if let Some((path, descending)) = &self.order {
            items.sort_by_cached_key(|item| sort_key(item, path));
            if *descending {
                items.reverse();
            }
        }
        let total = items.len();
        let page: Vec<Value> = items
            .into_iter()
            .skip(self.skip)
            .take(self.top)
            .map(|item| Value::Object(self.project(item, rules)))
            .collect();
        let next = self.skip + page.len();
        let mut body =
            json!({ "@odata.context": format!("{}/v1.0/$metadata#{context}", world.base) });
        if self.count && (rules.skips || self.skip == 0) {
            body["@odata.count"] = json!(total);
        }
        body["value"] = Value::Array(page);
        if next < total {
            body["@odata.nextLink"] = json!(next_link(world, call.ask, rules, next));
        }
        Answer::json(StatusCode::OK, &body)
    }
}

/// The single-resource answer with its context.
pub(super) fn entity(world: &World, status: StatusCode, context: &str, item: Item) -> Answer {
    let mut body = Map::new();
    body.insert(
        "@odata.context".to_owned(),
        json!(format!("{}/v1.0/$metadata#{context}", world.base)),
    );
    body.extend(item);
    Answer::json(status, &Value::Object(body))
}

/// The value at a path such as `start/dateTime`.
pub(super) fn at_path<'a>(item: &'a Item, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('/');
    let mut value = item.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    Some(value)
}

fn selected(list: &str, rules: Rules) -> Result<Vec<String>, GraphError> {
    let names = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    names
        .map(|name| {
            let found = rules.properties.iter().find(|known| known.eq_ignore_ascii_case(name));
            found.map(|known| (*known).to_owned()).ok_or_else(|| {
                let message = format!(
                    "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{}'.",
                    rules.kind
                );
                GraphError::new(400, "BadRequest", message)
            })
        })
        .collect()
}

fn number(ask: &Ask, name: &str) -> Result<Option<usize>, GraphError> {
    ask.query_value(name)
        .map(|value| {
            value.parse().map_err(|_| {
                GraphError::bad_query(format!("Invalid value '{value}' for {name} query option."))
            })
        })
        .transpose()
}

fn sort_key(item: &Item, path: &str) -> String {
    match at_path(item, path) {
        Some(Value::String(text)) => text.to_lowercase(),
        Some(Value::Number(number)) => format!("{:020.6}", number.as_f64().unwrap_or_default()),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// The same request, further on; clients follow it as it is.
fn next_link(world: &World, ask: &Ask, rules: Rules, next: usize) -> String {
    let name = if rules.skips { "$skip" } else { "$skiptoken" };
    let others = ask.query.iter().filter(|(key, _)| key != name);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .append_pair(name, &next.to_string())
        .finish()
        .replace("%24", "$");
    format!("{}{}?{query}", world.base, ask.path)
}
