//! Each tool against Microsoft's stand-in, case by case; one file for each.

mod search_contacts;
