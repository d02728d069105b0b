//! Requests to Graph.

use super::bodies;
use super::source::{Source, encode};
use super::words::{NUMBERS, PROPERTIES, TEXTS, TIMES, ZONES};
use super::{Request, Stage};
use crate::graph::permissions;

const METHODS: &[&str] = &[
    "GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "get",
];
const OPTIONS: &[&str] = &[
    "$filter",
    "$select",
    "$orderby",
    "$search",
    "$top",
    "$skip",
    "$count",
    "$expand",
    "startDateTime",
    "endDateTime",
    "$skiptoken",
    "$deltatoken",
    "$format",
    "%24top",
    "$Top",
    "StartDateTime",
    "unknown",
];
const OPERATORS: &[&str] = &[
    "eq", "ne", "ge", "lt", "and", "or", "not", "in", "EQ", "has",
];
const FUNCTIONS: &[&str] = &[
    "startsWith",
    "endswith",
    "contains",
    "tolower",
    "year",
    "nothing",
];

pub(super) fn request(stage: &Stage, source: &mut Source<'_>) -> Request {
    let mut request = Request {
        headers: headers(stage, source),
        ..Request::default()
    };
    if source.chance(8) && !stage.links.is_empty() {
        request.method = "GET".to_owned();
        request.path = spoiled(source, stage.pick_link());
        return request;
    }
    let operations = permissions();
    // Changing events is where most can go wrong.
    let events = operations
        .iter()
        .filter(|operation| operation.method != "GET" && operation.path.contains("events"));
    let events: Vec<_> = events.collect();
    let operation = if source.chance(3) {
        source.pick(&events)
    } else {
        &operations[source.number(operations.len())]
    };
    request.method = if source.chance(10) {
        source.pick(METHODS).to_owned()
    } else {
        operation.method.to_owned()
    };
    let version = if source.chance(30) { "/beta" } else { "/v1.0" };
    let mut path = version.to_owned();
    let mut before = "";
    for segment in operation.path.split('/').filter(|part| !part.is_empty()) {
        path.push('/');
        path.push_str(&match segment {
            "{}" => id(stage, source, before),
            other => parameters(source, other),
        });
        before = segment;
    }
    if source.chance(6) {
        let user = id(stage, source, "users");
        path = path.replacen("/me/", &format!("/users/{user}/"), 1);
    }
    request.path = format!("{path}{}", query(source, &path));
    if operation.method == "POST" || operation.method == "PATCH" || source.chance(10) {
        request.body = bodies::body(stage, source, &operation.path);
    }
    request
}

impl Stage {
    fn pick_link(&self) -> &str {
        self.links.last().map_or("/v1.0/me", String::as_str)
    }
}

/// An id that exists, mostly; else one that was spoiled.
fn id(stage: &Stage, source: &mut Source<'_>, collection: &str) -> String {
    let known = known(stage, source, collection);
    match source.byte() % 16 {
        0..=12 => encode(source, &known),
        13 => spoiled(source, &known),
        14 => {
            let text = source.pick(TEXTS);
            encode(source, text)
        }
        _ => {
            let text = source.text();
            encode(source, &text)
        }
    }
}

/// An id of that collection, now and then of another.
pub(super) fn known(stage: &Stage, source: &mut Source<'_>, collection: &str) -> String {
    let any: Vec<&Vec<String>> = stage.ids.values().collect();
    let ids = if source.chance(12) {
        any.get(source.number(any.len())).copied()
    } else {
        stage.ids.get(collection)
    };
    ids.map_or_else(String::new, |ids| source.pick_text(ids).to_owned())
}

/// A text with something in it broken, at any place.
fn spoiled(source: &mut Source<'_>, text: &str) -> String {
    let at = source.number(text.len() + 1);
    let at = (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or_default();
    let (front, back) = text.split_at(at);
    match source.byte() % 7 {
        0 => front.to_owned(),
        1 => format!("{front}%ff%c3{back}"),
        2 => format!("{front}%{back}"),
        3 => format!("{front}{front}{back}"),
        4 => format!("{front}AAAA{}", back.get(4..).unwrap_or_default()),
        5 => format!("{front}%00%F0%9F%A6%80{back}"),
        _ => format!("{front}{}{back}", "A".repeat(5_000)),
    }
}

/// Functions have their parameters in the path.
fn parameters(source: &mut Source<'_>, segment: &str) -> String {
    if source.chance(12) {
        return format!("microsoft.graph.{segment}()");
    }
    let name = segment.split('(').next().unwrap_or(segment);
    match name {
        "reminderview" => {
            let (start, end) = (source.mostly(TIMES), source.mostly(TIMES));
            encode(
                source,
                &format!("reminderView(StartDateTime='{start}',EndDateTime='{end}')"),
            )
        }
        "supportedtimezones" if source.chance(2) => {
            let standard = source.pick(&["Iana", "Windows", "", "x"]);
            encode(
                source,
                &format!(
                    "supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'{standard}')"
                ),
            )
        }
        _ => segment.to_owned(),
    }
}

fn query(source: &mut Source<'_>, path: &str) -> String {
    let mut pairs = Vec::new();
    // Without a window these refuse before they look at anything else.
    let windowed =
        path.contains("calendarview") || path.contains("instances") || path.contains("delta");
    if windowed && !source.chance(6) {
        let (start, end) = if source.chance(2) {
            (source.mostly(TIMES), source.mostly(TIMES))
        } else {
            ("2026-03-23T00:00:00Z", "2026-04-03T00:00:00Z")
        };
        let (start, end) = (encode(source, start), encode(source, end));
        pairs.push(format!("startDateTime={start}&endDateTime={end}"));
    }
    for _ in 0..source.byte() % 4 {
        let name = source.pick(OPTIONS);
        let value = value(source, name);
        pairs.push(format!("{name}={}", encode(source, &value)));
    }
    if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", pairs.join("&"))
    }
}

fn value(source: &mut Source<'_>, name: &str) -> String {
    match name
        .to_ascii_lowercase()
        .trim_start_matches("%24")
        .trim_start_matches('$')
    {
        "filter" => filter(source, 0),
        "select" | "expand" => {
            let many = 1 + source.byte() % 4;
            let names: Vec<&str> = (0..many).map(|_| source.pick(PROPERTIES)).collect();
            names.join(",")
        }
        "orderby" => format!(
            "{} {}",
            source.pick(PROPERTIES),
            source.pick(&["", "asc", "desc", "DESC", "x"])
        ),
        "top" | "skip" => source.pick(NUMBERS).to_owned(),
        "count" => source.pick(&["true", "false", "TRUE", "1", ""]).to_owned(),
        "search" => search(source),
        "startdatetime" | "enddatetime" => source.mostly(TIMES).to_owned(),
        _ => source.text(),
    }
}

fn search(source: &mut Source<'_>) -> String {
    match source.byte() % 4 {
        0 => source.pick(TEXTS).to_owned(),
        1 => format!("\"{}:{}\"", source.pick(PROPERTIES), source.pick(TEXTS)),
        2 => format!(
            "\"displayName:{}\" OR \"mail:{}\" AND \"x",
            source.pick(TEXTS),
            source.text()
        ),
        _ => source.text(),
    }
}

/// An expression, nested and now and then not one.
fn filter(source: &mut Source<'_>, depth: u8) -> String {
    if depth > 6 {
        return "true".to_owned();
    }
    match source.byte() % 10 {
        0 | 1 => {
            let left = filter(source, depth + 1);
            let operator = source.pick(OPERATORS);
            format!("{left} {operator} {}", filter(source, depth + 1))
        }
        2 => format!("({})", filter(source, depth + 1)),
        3 => format!("not {}", filter(source, depth + 1)),
        4 => format!(
            "{}({},{})",
            source.pick(FUNCTIONS),
            source.pick(PROPERTIES),
            literal(source)
        ),
        5 => format!("emailAddresses/any(a:a/address eq {})", literal(source)),
        6 => source.text(),
        7 => "(".repeat(usize::from(source.byte()) * 40),
        _ => format!(
            "{} {} {}",
            source.pick(PROPERTIES),
            source.pick(OPERATORS),
            literal(source)
        ),
    }
}

fn literal(source: &mut Source<'_>) -> String {
    match source.byte() % 5 {
        0 => format!("'{}'", source.pick(TEXTS)),
        1 => format!("'{}'", source.mostly(TIMES)),
        2 => source.pick(NUMBERS).to_owned(),
        3 => source
            .pick(&["null", "true", "2026-03-26T10:00:00Z", "guid'x'", "''"])
            .to_owned(),
        _ => source.mostly(TIMES).to_owned(),
    }
}

fn headers(stage: &Stage, source: &mut Source<'_>) -> Vec<(String, Vec<u8>)> {
    let mut headers = vec![("authorization".to_owned(), authorization(stage, source))];
    for _ in 0..source.byte() % 4 {
        let (name, value) = match source.byte() % 8 {
            0 => (
                "prefer",
                format!("outlook.timezone=\"{}\"", source.mostly(ZONES)),
            ),
            1 => (
                "prefer",
                format!(
                    "odata.maxpagesize={}, IdType=\"ImmutableId\"",
                    source.pick(NUMBERS)
                ),
            ),
            2 => (
                "prefer",
                format!(
                    "outlook.body-content-type={}",
                    source.pick(&["\"text\"", "html", "\"", ""])
                ),
            ),
            3 => (
                "consistencylevel",
                source
                    .pick(&["eventual", "Eventual", "strong", ""])
                    .to_owned(),
            ),
            4 => (
                "if-match",
                source.pick(&["*", "W/\"x\"", "\"", "W/"]).to_owned(),
            ),
            5 => (
                "content-type",
                source
                    .pick(&[
                        "application/json",
                        "text/plain",
                        "application/x-www-form-urlencoded",
                    ])
                    .to_owned(),
            ),
            6 => ("client-request-id", source.text()),
            _ => ("prefer", source.text()),
        };
        headers.push((name.to_owned(), value.into_bytes()));
    }
    headers
}

fn authorization(stage: &Stage, source: &mut Source<'_>) -> Vec<u8> {
    let token = if source.chance(3) {
        source.pick_text(&stage.tokens)
    } else {
        stage.tokens.first().map_or("", String::as_str)
    };
    match source.byte() % 32 {
        0 => spoiled(source, &format!("Bearer {token}")).into_bytes(),
        1 => format!("Bearer Bearer {token}").into_bytes(),
        2 => source.text().into_bytes(),
        3 => vec![b'B', b'e', 0xff, b' ', 0xfe],
        _ => format!("Bearer {token}").into_bytes(),
    }
}
