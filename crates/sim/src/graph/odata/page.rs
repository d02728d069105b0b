//! Pages of collections that are in order already, so that only what is on the page has to be written out.

use std::ops::Range;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Item, Options, Rules, next_link};
use crate::exchange::Answer;
use crate::graph::Call;
use crate::state::World;

impl Options {
    /// Which of so many items are on the page.
    pub(in crate::graph) fn range(&self, total: usize) -> Range<usize> {
        let start = self.skip.min(total);
        start..start.saturating_add(self.top).min(total)
    }

    /// Writes the page that begins at the asked place.
    pub(in crate::graph) fn page(
        &self,
        world: &World,
        call: &Call<'_>,
        context: &str,
        total: usize,
        items: Vec<Item>,
        rules: Rules,
    ) -> Answer {
        let next = self.skip.saturating_add(items.len());
        let page: Vec<Value> = items
            .into_iter()
            .map(|item| Value::Object(self.project(item, rules)))
            .collect();
        let context = self.context(context);
        let mut body =
            json!({ "@odata.context": format!("{}/v1.0/$metadata#{context}", world.base) });
        if self.count {
            body["@odata.count"] = json!(total);
        }
        body["value"] = Value::Array(page);
        if next < total {
            body["@odata.nextLink"] = json!(next_link(world, call.ask, rules, next));
        }
        Answer::json(StatusCode::OK, &body)
    }
}
