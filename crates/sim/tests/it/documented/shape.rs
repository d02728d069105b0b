//! Whether an answer has the shape of a documented one.

use serde_json::Value;

use super::example::Example;
use crate::browser::Answer;

/// Annotations that clients act upon. Others, such as `@odata.id`, came with an older level of metadata.
const ANNOTATIONS: &[&str] = &[
    "@odata.context",
    "@odata.etag",
    "@odata.count",
    "@odata.deltaLink",
    "@odata.nextLink",
];

/// The places at which an answer differs: `status`, or where something is missing or has another type.
pub(super) fn compare(example: &Example, answer: &Answer) -> Vec<String> {
    if let Some(status) = example.status
        && answer.status.as_u16() != status
    {
        return vec![format!(
            "status {} instead of {status}",
            answer.status.as_u16()
        )];
    }
    let mut missing = Vec::new();
    within("", &example.answer, &answer.body, &mut missing);
    missing.sort();
    missing.dedup();
    missing
}

fn within(place: &str, documented: &Value, ours: &Value, missing: &mut Vec<String>) {
    match (documented, ours) {
        // A documented null says that there may be nothing.
        (Value::Null, _) => {}
        (Value::Object(documented), Value::Object(ours)) => {
            for (name, value) in documented {
                if name.starts_with('@') && !ANNOTATIONS.contains(&name.as_str()) {
                    continue;
                }
                let place = format!("{place}/{name}");
                match ours.get(name).or_else(|| other_link(name, ours)) {
                    Some(own) => within(&place, value, own, missing),
                    None => missing.push(place),
                }
            }
        }
        // An element is matched by the one of ours that comes nearest: the order and the number are not the shape.
        (Value::Array(documented), Value::Array(ours)) => {
            let place = format!("{place}/*");
            for element in documented {
                let nearest = ours
                    .iter()
                    .map(|own| {
                        let mut differences = Vec::new();
                        within(&place, element, own, &mut differences);
                        differences
                    })
                    .min_by_key(Vec::len);
                missing.extend(nearest.unwrap_or_else(|| vec![place.clone()]));
            }
        }
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => {}
        _ => missing.push(format!("{place} is {}", kind(ours))),
    }
}

/// A round of pages ends with one kind of link and continues with another; which comes depends on how much there is.
fn other_link<'a>(name: &str, ours: &'a serde_json::Map<String, Value>) -> Option<&'a Value> {
    match name {
        "@odata.nextLink" => ours.get("@odata.deltaLink"),
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
