//! Each tool against Microsoft's stand-in, case by case; one file for each.

mod cancel_event;
mod desk;
mod read_event;
mod respond_to_event;
mod search_contacts;
mod update_event;
