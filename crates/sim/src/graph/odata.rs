//! OData's query options: which properties, which items, which page.

mod page;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::Call;
use super::error::GraphError;
use super::filter::Filter;
use crate::exchange::{Answer, Ask};
use crate::state::World;

/// The front of what a page token hides.
const TOKEN_FRONT: &str = "RFNwdAIAAQAAAB:page=";

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
    /// Paths, and whether each is descending; the first decides first.
    order: Vec<(String, bool)>,
    pub(super) top: usize,
    skip: usize,
    count: bool,
    pub(super) search: Option<String>,
}

/// A query option by its name, which is compared without case. What has no name here is ignored, as Graph does.
pub(super) fn option<'a>(ask: &'a Ask, name: &str) -> Option<&'a str> {
    let mut pairs = ask.query.iter();
    pairs
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

impl Options {
    pub(super) fn read(ask: &Ask, rules: Rules) -> Result<Self, GraphError> {
        let select = option(ask, "$select")
            .map(|list| selected(list, rules))
            .transpose()?;
        let filter = option(ask, "$filter").map(Filter::parse).transpose()?;
        for path in filter.iter().flat_map(Filter::paths) {
            known(path, rules)?;
        }
        if rules.outlook
            && filter
                .as_ref()
                .is_some_and(|filter| filter.uses("endswith"))
        {
            return Err(GraphError::bad_filter());
        }
        if option(ask, "$expand").is_some() {
            let message = format!(
                "Expand is not allowed for properties of '{}' according to the entity schema.",
                rules.kind
            );
            return Err(GraphError::new(400, "ExpandNotSupported", message));
        }
        let order =
            option(ask, "$orderby").map_or(Ok(Vec::new()), |order| ordered(order, rules))?;
        let top = number(ask, "$top", rules)?.unwrap_or(rules.default_page);
        if top == 0 {
            return Err(rules.bad_query("The value of $top must be at least 1."));
        }
        if !rules.skips && option(ask, "$skip").is_some() {
            return Err(rules.bad_query("'$skip' is not supported by the service."));
        }
        let skip = if rules.skips {
            number(ask, "$skip", rules)?
        } else {
            option(ask, "$skiptoken").map(token_place).transpose()?
        };
        let count = match option(ask, "$count") {
            None => false,
            Some(flag) if flag.eq_ignore_ascii_case("true") => true,
            Some(flag) if flag.eq_ignore_ascii_case("false") => false,
            Some(other) => {
                let message = format!("Invalid value '{other}' for $count query option.");
                return Err(rules.bad_query(message));
            }
        };
        Ok(Self {
            select,
            filter,
            order,
            top,
            skip: skip.unwrap_or(0),
            count,
            search: option(ask, "$search").map(str::to_owned),
        })
    }

    /// Whether something was selected at all.
    pub(super) fn selects_some(&self) -> bool {
        self.select.is_some()
    }

    /// The paths to sort by.
    pub(super) fn sorted_by(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(|(path, _)| path.as_str())
    }

    /// The same without a count, where the collection does not give one.
    pub(super) fn without_count_unless(mut self, counts: bool) -> Self {
        self.count &= counts;
        self
    }

    /// The context with the selected properties, which Graph names there.
    pub(super) fn context(&self, context: &str) -> String {
        let Some(select) = &self.select else {
            return context.to_owned();
        };
        let names = select.join(",");
        match context.strip_suffix("/$entity") {
            Some(front) => format!("{front}({names})/$entity"),
            None => format!("{context}({names})"),
        }
    }

    /// Whether a property was named in `$select`; everything was when there is none.
    pub(super) fn selects(&self, name: &str) -> bool {
        self.select
            .as_ref()
            .is_none_or(|select| select.iter().any(|selected| selected == name))
    }

    pub(super) fn orders(&self) -> bool {
        !self.order.is_empty()
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
        // A stable sort by the last key first leaves the first key to decide.
        for (path, descending) in self.order.iter().rev() {
            if *descending {
                items.sort_by_cached_key(|item| std::cmp::Reverse(sort_key(item, path)));
            } else {
                items.sort_by_cached_key(|item| sort_key(item, path));
            }
        }
        let total = items.len();
        let page: Vec<Value> = items
            .into_iter()
            .skip(self.skip)
            .take(self.top)
            .map(|item| Value::Object(self.project(item, rules)))
            .collect();
        let next = self.skip.saturating_add(page.len());
        let context = self.context(context);
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

impl Rules {
    /// The refusal of a query option, in the words of the collection's service.
    pub(super) fn bad_query(&self, message: impl Into<String>) -> GraphError {
        if self.outlook || self.skips {
            GraphError::bad_query(message)
        } else {
            GraphError::new(400, "Request_UnsupportedQuery", message)
        }
    }
}

fn selected(list: &str, rules: Rules) -> Result<Vec<String>, GraphError> {
    let names = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let mut selected = Vec::new();
    for name in names {
        if name == "*" {
            selected.extend(rules.properties.iter().map(|name| (*name).to_owned()));
        } else {
            selected.push(known(name, rules)?.to_owned());
        }
    }
    Ok(selected)
}

/// The property at the front of a path, in its own spelling.
fn known(path: &str, rules: Rules) -> Result<&'static str, GraphError> {
    let name = path.split('/').next().unwrap_or_default();
    let found = rules
        .properties
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name));
    found.copied().ok_or_else(|| {
        let message = format!(
            "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{}'.",
            rules.kind
        );
        GraphError::new(400, "BadRequest", message)
    })
}

fn ordered(order: &str, rules: Rules) -> Result<Vec<(String, bool)>, GraphError> {
    let keys = order
        .split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty());
    keys.map(|key| {
        let mut words = key.split_ascii_whitespace();
        let path = words.next().unwrap_or_default();
        let name = known(path, rules)?;
        let descending = match words.next() {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("asc") => false,
            Some(word) if word.eq_ignore_ascii_case("desc") => true,
            Some(_) => return Err(rules.bad_query("Syntax error in the $orderby query option.")),
        };
        let rest = path
            .split_once('/')
            .map_or(String::new(), |(_, rest)| format!("/{rest}"));
        Ok((format!("{name}{rest}"), descending))
    })
    .collect()
}

fn number(ask: &Ask, name: &str, rules: Rules) -> Result<Option<usize>, GraphError> {
    option(ask, name)
        .map(|value| {
            value.parse().map_err(|_| {
                rules.bad_query(format!("Invalid value '{value}' for {name} query option."))
            })
        })
        .transpose()
}

/// The directory's page token: opaque outside, the number of items before the page inside.
fn token_of(place: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("{TOKEN_FRONT}{place}"))
}

fn token_place(token: &str) -> Result<usize, GraphError> {
    let decoded = URL_SAFE_NO_PAD.decode(token).ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    text.as_deref()
        .and_then(|text| text.strip_prefix(TOKEN_FRONT)?.parse().ok())
        .ok_or_else(|| {
            let message = "The specified page token value has expired and can no longer be included in your request.";
            GraphError::new(400, "Directory_ExpiredPageToken", message)
        })
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
    let (name, place) = if rules.skips {
        ("$skip", next.to_string())
    } else {
        ("$skiptoken", token_of(next))
    };
    let others = ask
        .query
        .iter()
        .filter(|(key, _)| !key.eq_ignore_ascii_case(name));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .append_pair(name, &place)
        .finish()
        .replace("%24", "$");
    format!("{}{}?{query}", world.base, ask.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_token_is_read_back_and_a_made_up_one_is_not() {
        assert_eq!(token_place(&token_of(40)).expect("our own"), 40);
        assert!(token_place("40").is_err());
        assert!(token_place("!").is_err());
    }
}
