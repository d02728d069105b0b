//! The `claims` parameter: what a client says it can do, and which challenge it hands on.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// What a `claims` parameter asks of the access token. Members it does not know are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    /// The client can handle a claims challenge (`cp1`).
    pub(crate) capable: bool,
    /// Authentication contexts, for which a second factor is presented at sign-in.
    pub(crate) contexts: BTreeSet<String>,
    /// Policies that stood in the way, which sign-in has to look at again.
    pub(crate) policies: BTreeSet<String>,
}

impl Claims {
    /// Reads the parameter; what is not a JSON object asks for nothing.
    pub(crate) fn parse(text: Option<&str>) -> Self {
        let Some(Value::Object(claims)) = text.and_then(|text| serde_json::from_str(text).ok())
        else {
            return Self::default();
        };
        let Some(token) = claims.get("access_token").and_then(Value::as_object) else {
            return Self::default();
        };
        let named = |name: &str| token.get(name).map(values).unwrap_or_default();
        let mut policies = named("capolids");
        policies.extend(named("polids"));
        Self {
            capable: named("xms_cc")
                .iter()
                .any(|value| value.eq_ignore_ascii_case("cp1")),
            contexts: named("acrs"),
            policies,
        }
    }

    /// What only a sign-in can answer.
    pub(crate) fn demands(&self) -> impl Iterator<Item = &String> {
        self.contexts.iter().chain(&self.policies)
    }

    /// The challenge that asks for the same, as text.
    pub(crate) fn challenge(&self) -> String {
        let mut token = Map::new();
        for (name, values) in [("acrs", &self.contexts), ("capolids", &self.policies)] {
            if !values.is_empty() {
                let demand = json!({ "essential": true, "values": values });
                token.insert(name.to_owned(), demand);
            }
        }
        json!({ "access_token": token }).to_string()
    }
}

/// The values of one claim: `value` or `values`, as older documents write it also `Values`.
fn values(claim: &Value) -> BTreeSet<String> {
    let one = claim.get("value").and_then(Value::as_str);
    let several = ["values", "Values"]
        .into_iter()
        .filter_map(|name| claim.get(name)?.as_array())
        .flatten()
        .filter_map(Value::as_str);
    one.into_iter().chain(several).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merged_challenge_is_read_and_anything_else_passed_over() {
        let text = r#"{"id_token":{"login_hint":null},"access_token":{"nbf":{"essential":true,"value":"1"},
            "acrs":{"essential":true,"value":"c1"},"capolids":{"values":["p"]},"polids":{"Values":["q"]},
            "xms_cc":{"values":["CP1"]},"other":7}}"#;
        let claims = Claims::parse(Some(text));
        assert!(claims.capable);
        assert_eq!(claims.demands().collect::<Vec<_>>(), ["c1", "p", "q"]);
        assert_eq!(
            Claims::parse(Some(&claims.challenge())).policies,
            claims.policies
        );
        for nothing in [
            "",
            "[]",
            "{",
            "{\"access_token\":[]}",
            "{\"access_token\":{\"acrs\":3}}",
        ] {
            assert_eq!(Claims::parse(Some(nothing)), Claims::default(), "{nothing}");
        }
    }
}
