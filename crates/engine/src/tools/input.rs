//! From JSON to a tool's typed input and its schema: one way for every tool.

use domain::time::{self, TimeError, When, Zone};
use domain::tool::Effect;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::Error;

/// Reads arguments strictly: every field known and of its type.
pub(crate) fn parse<T: DeserializeOwned>(arguments: &Value) -> Result<T, Error> {
    if !arguments.is_object() {
        return Err(Error::invalid(
            "invalid_arguments",
            "",
            "The arguments must be a JSON object.",
        ));
    }
    serde_path_to_error::deserialize(arguments).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.into_inner().to_string();
        let named = reason
            .split('`')
            .nth(1)
            .filter(|_| reason.starts_with("missing field") || reason.starts_with("unknown field"));
        let field = named.map_or_else(|| path.clone(), str::to_owned);
        Error::invalid(
            "invalid_arguments",
            &field,
            domain::text::one_line(
                &format!("The arguments do not fit: {field}: {reason}."),
                300,
            ),
        )
    })
}

/// The exact form of typed arguments: what is digested and stored. Fields that were not given are absent.
pub(crate) fn exact<T: Serialize>(input: &T) -> Value {
    match serde_json::to_value(input) {
        Ok(Value::Object(fields)) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .collect(),
        ),
        Ok(other) => other,
        Err(_) => Value::Object(Map::new()),
    }
}

/// The JSON Schema of an input: flat, strict, no references, no nulls; what may be left out is simply not required.
pub(crate) fn schema<T: JsonSchema>() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = serde_json::to_value(settings.into_generator().into_root_schema_for::<T>())
        .unwrap_or_default();
    if let Some(root) = schema.as_object_mut() {
        root.remove("$schema");
        root.remove("title");
        root.remove("description");
        root.insert("additionalProperties".into(), false.into());
        root.entry("properties").or_insert_with(|| json!({}));
        for field in root
            .get_mut("properties")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flat_map(Map::values_mut)
        {
            simplify(field);
        }
    }
    schema
}

fn simplify(field: &mut Value) {
    let Some(field) = field.as_object_mut() else {
        return;
    };
    field.remove("default");
    field.remove("format");
    // Nothing that is counted is less than none.
    if field.get("minimum").and_then(Value::as_f64) == Some(0.0) {
        field.remove("minimum");
    }
    // Bounds that nobody comes near are told by the refusal; in the list they would cost every reader.
    field.retain(|name, value| {
        let bound = matches!(name.as_str(), "minimum" | "maximum");
        !bound || value.as_f64().is_none_or(|value| value.abs() < 1_000.0)
    });
    if let Some(Value::Array(types)) = field.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            field.insert("type".into(), only);
        }
    }
    if let Some(description) = field.get_mut("description")
        && let Some(text) = description.as_str()
    {
        *description = Value::String(text.replace('\n', " "));
    }
}

/// The JSON Schema of answers: an object whose `status` is one of these words or of those every tool has.
pub(crate) fn answer_schema(effect: Effect, statuses: &[&str]) -> Value {
    let everywhere = [
        "approval_required",
        "sign_in_required",
        "running",
        "declined",
        "expired",
        "void",
        "outcome_unknown",
        "failed",
    ];
    // A read leaves nothing open, and its agent repeats it after a sign-in.
    let writes = |status: &&&str| {
        effect != Effect::Read || !matches!(**status, "sign_in_required" | "outcome_unknown")
    };
    let everywhere = everywhere.iter().filter(writes);
    let statuses: Vec<_> = statuses.iter().chain(everywhere).collect();
    json!({"type": "object", "properties": {"status": {"enum": statuses}}})
}

/// A time argument, in its own zone, the one named beside it, or the person's.
pub(crate) fn when(text: &str, zone: &Zone, field: &str) -> Result<When, Error> {
    time::parse(text, zone).map_err(|error| time_error(&error, field))
}

/// A time argument with nothing left to interpret: local with offset and the zone's name, or a date. In the zone it names
/// itself, so that reading it again, wherever, gives the same.
pub(crate) fn exact_time(text: &str, zone: &Zone, field: &str) -> Result<String, Error> {
    Ok(match when(text, zone, field)? {
        When::Moment(moment) => {
            let name = moment.time_zone().iana_name().unwrap_or("UTC");
            format!("{}[{name}]", time::local_text(&moment))
        }
        When::Day(day) => day.to_string(),
    })
}

/// A zone argument.
pub(crate) fn zone(name: &str, field: &str) -> Result<Zone, Error> {
    Zone::named(name).map_err(|error| time_error(&error, field))
}

/// What a wrong time or zone is told.
pub(crate) fn time_error(error: &TimeError, field: &str) -> Error {
    let code = match error {
        TimeError::Form => "invalid_time",
        TimeError::Zone(_) => "unknown_time_zone",
        TimeError::Skipped => "time_does_not_exist",
    };
    Error::invalid(code, field, format!("{field}: {error}."))
}

/// Refuses a text that is too long, by characters.
pub(crate) fn at_most(text: &str, limit: usize, field: &str) -> Result<(), Error> {
    if text.chars().count() <= limit {
        Ok(())
    } else {
        Err(Error::invalid(
            "too_long",
            field,
            format!("{field}: at most {limit} characters."),
        ))
    }
}
