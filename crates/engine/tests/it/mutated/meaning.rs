//! What arguments of *Create Event* mean, by a rule of the tests' own: who gets the answer of another call must mean the same.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde_json::{Value, json};

/// Everything that is meant; nothing where this rule does not know.
pub(super) fn meaning(arguments: &Value) -> Option<Value> {
    let mut meant = arguments.as_object()?.clone();
    meant.retain(|_, value| !value.is_null() && *value != json!([]));
    let zone = meant.remove("zone").unwrap_or(json!("Europe/Berlin"));
    // A zone is the same however its name is written.
    let zone = TimeZone::get(zone.as_str()?).ok()?;
    let zone = zone.iana_name()?.to_owned();
    let start = moment(meant.remove("start")?.as_str()?, &zone)?;
    let end = match (meant.remove("end"), meant.remove("duration_minutes")) {
        (Some(end), None) => moment(end.as_str()?, &zone)?,
        (None, Some(minutes)) => {
            let seconds = minutes.as_i64()?.checked_mul(60)?;
            start.checked_add(SignedDuration::from_secs(seconds)).ok()?
        }
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let mut invited: Vec<Value> = Vec::new();
    for field in ["attendees", "optional_attendees"] {
        let mut once = Vec::new();
        for one in meant
            .get(field)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if !invited.contains(one) {
                invited.push(one.clone());
                once.push(one.clone());
            }
        }
        meant.insert(field.to_owned(), once.into());
    }
    meant.insert("zone".to_owned(), zone.into());
    meant.insert(
        "span".to_owned(),
        json!([start.to_string(), end.to_string()]),
    );
    Some(meant.into())
}

/// A moment with its zone or offset, or on the clocks of a zone.
fn moment(text: &str, zone: &str) -> Option<Timestamp> {
    let text = text.trim();
    let told = || Some(text.parse::<Zoned>().ok()?.timestamp());
    let offset = || text.parse::<Timestamp>().ok();
    let local = || {
        let local: DateTime = text.parse().ok()?;
        Some(local.in_tz(zone).ok()?.timestamp())
    };
    told().or_else(offset).or_else(local)
}
