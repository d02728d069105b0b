//! What a person tightens for herself, on the page of her connection.

use axum::extract::State as With;
use axum::response::Redirect;
use domain::permission::Level;

use super::form::{Fields, Sent};
use crate::State;
use crate::caller::{Request, SignedIn};
use crate::error::{Failure, PageError};

pub(super) async fn save(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, fields }: Sent<SignedIn>,
) -> Result<Redirect, PageError> {
    let changes = changes_in(&fields)?;
    let saved = state.engine.set_own_levels(&sender.0, &changes, &request);
    saved.await?;
    Ok(Redirect::to(
        "/integrations/outlook-calendar?tightened#tools",
    ))
}

fn changes_in(fields: &Fields) -> Result<Vec<(String, Level)>, Failure> {
    let levels = fields
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("own.")?, value)));
    levels
        .map(|(tool, value)| match Level::parse(value) {
            Some(level) => Ok((tool.to_owned(), level)),
            None => Err(Failure::invalid_field(
                tool,
                "Each tool is sent with what is added to its level.",
            )),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_gives_a_level_for_each_tool_and_nothing_else() {
        let fields = Fields::of(&[("own.create_event", "ask"), ("form_token", "x")]);
        let found = changes_in(&fields).ok();
        assert_eq!(found, Some(vec![("create_event".to_owned(), Level::Ask)]));
        assert!(changes_in(&Fields::of(&[("own.create_event", "perhaps")])).is_err());
    }
}
