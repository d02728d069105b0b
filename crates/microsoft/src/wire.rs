//! Microsoft's words and shapes. Only what is used is read; unknown members and values are survived.

pub(crate) mod calendar;
pub(crate) mod change;
pub(crate) mod event;
pub(crate) mod event_details;
pub(crate) mod metadata;
pub(crate) mod new_event;
pub(crate) mod people;
pub(crate) mod recurrence;
pub(crate) mod refusal;
pub(crate) mod schedule;
pub(crate) mod token;
pub(crate) mod whole;
pub(crate) mod zones;

mod meeting_text;
mod windows_zones;

/// A list as Graph gives it.
#[derive(serde::Deserialize)]
pub(crate) struct Collection<T> {
    pub(crate) value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    pub(crate) next_link: Option<String>,
}
