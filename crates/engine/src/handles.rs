//! Handles of people in arguments: replaced by the addresses they stand for before a tool sees them, so that what is
//! checked, digested, stored and shown is complete.

use domain::handle::Handle;
use domain::id::{ConnectionId, PersonId};
use domain::tool::Definition;
use serde_json::Value;
use store::Store;
use store::handles::{Held, Shown};

use crate::tools::Tool;
use crate::{AgentCaller, Card, CardAttendee, Engine, Error};

/// Where a search leaves whom it has shown.
pub(crate) struct Handles<'a> {
    pub(crate) store: &'a Store,
    pub(crate) person: &'a PersonId,
    pub(crate) connection: &'a ConnectionId,
}

impl Handles<'_> {
    /// Gives people their handles, in the same order.
    pub(crate) async fn keep(&self, shown: &[Shown]) -> Result<Vec<Handle>, Error> {
        let kept = self.store.keep_handles(self.person, self.connection, shown);
        Ok(kept.await?)
    }
}

impl Engine {
    /// Arguments in their exact form, as the tool says, with an address for every handle.
    pub(crate) async fn checked(
        &self,
        agent: &AgentCaller,
        tool: &'static dyn Tool,
        arguments: &Value,
    ) -> Result<Value, Error> {
        let mut meant = Vec::new();
        let mut arguments = arguments.clone();
        for_each(tool.definition(), &mut arguments, &mut |_, text| {
            meant.push(text.clone());
            Ok(())
        })?;
        if !meant.is_empty() {
            let person = &agent.caller.person;
            let (held, now) = (self.0.store.handles(person).await?, self.0.clock.now());
            let mut used = Vec::new();
            for_each(tool.definition(), &mut arguments, &mut |field, text| {
                let one = known(&held, text).ok_or_else(|| unknown(field))?;
                if one.expires <= now {
                    return Err(expired(field));
                }
                *text = one.address.as_str().to_owned();
                used.push(one.clone());
                Ok(())
            })?;
            self.0.store.use_handles(person, &used).await?;
        }
        tool.check(&arguments)
    }
}

impl Engine {
    /// Says of everybody on a card what the person's searches have shown of her: a name, where Outlook tells none, and
    /// whether she is a group.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when that cannot be read.
    pub(crate) async fn name_people(
        &self,
        person: &PersonId,
        card: &mut Card,
    ) -> Result<(), Error> {
        let mut people: Vec<&mut CardAttendee> =
            [&mut card.attendees, &mut card.invited, &mut card.removed]
                .into_iter()
                .flatten()
                .collect();
        if people.is_empty() {
            return Ok(());
        }
        for held in self.0.store.handles(person).await? {
            for one in &mut people {
                one.learn(&held.address, held.name.as_deref(), held.group);
            }
        }
        Ok(())
    }
}

/// Shows every text that is meant as a handle, in the fields of a tool that hold people, with the name of its place.
fn for_each(
    definition: &Definition,
    arguments: &mut Value,
    see: &mut dyn FnMut(&str, &mut String) -> Result<(), Error>,
) -> Result<(), Error> {
    for field in definition.people {
        match arguments.get_mut(*field) {
            Some(Value::String(text)) if Handle::is_meant(text) => see(field, text)?,
            Some(Value::Array(items)) => {
                for (at, item) in items.iter_mut().enumerate() {
                    if let Value::String(text) = item
                        && Handle::is_meant(text)
                    {
                        see(&format!("{field}[{at}]"), text)?;
                    }
                }
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

fn known<'h>(held: &'h [Held], text: &str) -> Option<&'h Held> {
    let handle = Handle::parse(text).ok()?;
    held.iter().find(|one| one.handle == handle)
}

fn unknown(field: &str) -> Error {
    Error::invalid(
        "unknown_handle",
        field,
        format!(
            "{field}: no handle of this person. Take one from an answer of search_contacts, or search again."
        ),
    )
}

fn expired(field: &str) -> Error {
    Error::invalid(
        "handle_expired",
        field,
        format!(
            "{field}: this handle was not used for a day and has expired. Search again with search_contacts."
        ),
    )
}
