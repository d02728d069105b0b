//! Each tool against Microsoft's stand-in, case by case; one file for each.

mod cancel_event;
mod create_event;
pub(crate) mod desk;
mod find_times;
mod read_event;
mod read_profile;
mod reader;
mod refusals;
mod respond_to_event;
mod said;
mod search_contacts;
mod search_events;
mod seeded;
mod stage;
mod update_event;
mod update_series;
