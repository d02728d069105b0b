//! Boxes on a page, ticked exactly so.

use crate::browser::{Browser, attribute};

impl Browser {
    /// Sends the form whose action ends so with these fields set, and no box ticked but those among them.
    pub(crate) async fn tick(&mut self, action_ends: &str, set: &[(&str, &str)]) -> u16 {
        let mut form = self.form(action_ends);
        let inputs = form.html.split("<input").skip(1);
        let boxes = inputs.filter(|input| attribute(input, "type").as_deref() == Some("checkbox"));
        let boxes: Vec<_> = boxes.filter_map(|input| attribute(input, "name")).collect();
        form.fields.retain(|(name, _)| !boxes.contains(name));
        self.fill(form, set).await.expect("an answer")
    }
}
