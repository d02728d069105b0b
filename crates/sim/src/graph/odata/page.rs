//! Pages of collections that are in order already, so that only what is on the page has to be written out.

use std::ops::Range;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::Value;

use super::{Options, next_link};
use crate::exchange::Answer;
use crate::graph::Call;
use crate::graph::events::EVENT;
use crate::state::World;

/// What a page needs for its link and its punctuation, about.
const ROOM: usize = 1_024;

impl Options {
    /// Which of so many items are on the page.
    pub(in crate::graph) fn range(&self, total: usize) -> Range<usize> {
        let start = self.skip.min(total);
        start..start.saturating_add(self.top).min(total)
    }

    /// Puts the page that begins at the asked place together from the texts of its items.
    pub(in crate::graph) fn page(
        &self,
        world: &World,
        call: &Call<'_>,
        context: &str,
        total: usize,
        texts: &[Arc<str>],
    ) -> Answer {
        let next = self.skip.saturating_add(texts.len());
        let context = format!("{}/v1.0/$metadata#{}", world.base, self.context(context));
        let length: usize = texts.iter().map(|text| text.len() + 1).sum();
        let mut body = String::with_capacity(length + context.len() + ROOM);
        body.push_str("{\"@odata.context\":");
        push_text(&mut body, context);
        if self.count {
            body.push_str(",\"@odata.count\":");
            body.push_str(&total.to_string());
        }
        if next < total {
            body.push_str(",\"@odata.nextLink\":");
            push_text(&mut body, next_link(world, call.ask, EVENT, next));
        }
        body.push_str(",\"value\":[");
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                body.push(',');
            }
            body.push_str(text);
        }
        body.push_str("]}");
        Answer::json_text(StatusCode::OK, body)
    }
}

fn push_text(body: &mut String, text: String) {
    body.push_str(&Value::String(text).to_string());
}
