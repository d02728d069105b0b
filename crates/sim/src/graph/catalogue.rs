//! Every error code of Graph that can be met here, and how it comes about.

use serde::Deserialize as _;

use super::error::GraphError;
use crate::exchange::{Answer, Ask};
use crate::state::World;

/// One error of Graph's, for documents and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphErrorRow {
    /// The code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The message, where it does not name what was asked.
    pub message: &'static str,
    /// How it comes about by itself; `None` is on request only.
    pub cause: Option<&'static str>,
    /// The test that shows it, as `file::name`.
    pub test: &'static str,
}

/// The test that asks for each code in turn.
const BY_REQUEST: &str = "graph_errors::every_code_is_answered_on_request_as_the_table_says";

const fn row(
    code: &'static str,
    status: u16,
    message: &'static str,
    cause: Option<(&'static str, &'static str)>,
) -> GraphErrorRow {
    let (cause, test) = match cause {
        Some((cause, test)) => (Some(cause), test),
        None => (None, BY_REQUEST),
    };
    GraphErrorRow {
        code,
        status,
        message,
        cause,
        test,
    }
}

/// Each can be had on request: `POST /_sim/faults {"surface":"graph","answer":{"graph_error":"ApplicationThrottled"}}`.
#[rustfmt::skip]
const ROWS: &[GraphErrorRow] = &[
    row("InvalidAuthenticationToken", 401, "Access token has expired or is not yet valid.", Some(("a token that is garbled, expired or revoked", "directory::errors_have_microsofts_shape_and_ids"))),
    row("ErrorAccessDenied", 403, "Access is denied. Check credentials and try again.", Some(("a scope is missing, or the write is in somebody else's calendar", "directory::what_no_scope_covers_is_refused_in_the_words_of_its_service"))),
    row("Authorization_RequestDenied", 403, "Insufficient privileges to complete the operation.", Some(("a scope of the directory is missing", "directory::what_no_scope_covers_is_refused_in_the_words_of_its_service"))),
    row("DelegatedCalendarAccessDenied", 403, "The caller is not a delegate of this calendar.", Some(("the calendar of a room", "directory::rooms_and_strangers_are_refused_each_by_a_code_of_their_own"))),
    row("ExtensionError", 403, "Operation: Create; Exception: [Status Code: Forbidden; Reason: Forbidden]", Some(("a subscription to somebody else's events", "subscriptions::nobody_is_subscribed_who_does_not_answer_the_handshake_or_asks_for_what_is_not_theirs"))),
    row("ErrorQuotaExceeded", 403, "The mailbox is full.", None),
    row("ErrorItemNotFound", 404, "The specified object was not found in the store.", Some(("an id of nothing, or a calendar that is not shared", "events::deleting_cancels_for_everybody_and_a_second_time_finds_nothing"))),
    row("ResourceNotFound", 404, "Resource could not be discovered.", Some(("the mailbox of an object id that nobody has", "directory::rooms_and_strangers_are_refused_each_by_a_code_of_their_own"))),
    row("ErrorInvalidUser", 404, "The requested user is invalid.", Some(("the mailbox of an address that nobody has", "directory::rooms_and_strangers_are_refused_each_by_a_code_of_their_own"))),
    row("Request_ResourceNotFound", 404, "Resource does not exist or one of its queried reference-property objects are not present.", Some(("a user that does not exist", "directory::the_person_sees_herself_completely_and_others_only_basically"))),
    row("MailboxNotEnabledForRESTAPI", 404, "The mailbox is either inactive, soft-deleted, or is hosted on-premise.", Some(("the mailbox of a guest", "directory::the_directory_pages_by_a_token_and_knows_the_guest"))),
    row("ErrorInvalidIdMalformed", 400, "Id is malformed.", Some(("an event id of the wrong form", "events::deleting_cancels_for_everybody_and_a_second_time_finds_nothing"))),
    row("RequestBroker--ParseUri", 400, "Resource not found for the segment.", None),
    row("BadRequest", 400, "Unable to read JSON request payload.", Some(("an unknown segment or property, or a body that is no JSON", "directory::errors_have_microsofts_shape_and_ids"))),
    row("ErrorInvalidRequest", 400, "Your request can't be completed.", Some(("a view of more than 1825 days; an all-day event not at midnight; an answer to one's own meeting", "calendars::a_window_is_needed_understood_and_limited"))),
    row("ErrorInvalidParameter", 400, "A parameter is not valid.", Some(("a view without its window; a proposal without sending the answer", "meetings::a_time_can_be_proposed_only_where_that_is_allowed"))),
    row("ErrorPropertyValidationFailure", 400, "At least one property failed validation.", Some(("an end before its start, or a bad address", "events::what_cannot_be_an_event_is_refused_with_the_right_code"))),
    row("TimeZoneNotSupportedException", 400, "The following TimeZone value is not supported.", Some(("a zone that nobody knows", "calendars::a_window_is_needed_understood_and_limited"))),
    row("ErrorOccurrenceCrossingBoundary", 400, "Modified occurrence is crossing or overlapping adjacent occurrence.", Some(("an occurrence moved past its neighbour", "meetings::an_occurrence_stays_between_its_neighbours"))),
    row("ErrorDuplicateTransactionId", 400, "Your request can't be completed. The TransactionId specified in the request has already been used to create a different event.", Some(("a transactionId used again for something else", "events::the_same_creation_is_the_same_event_and_another_one_is_refused"))),
    row("ErrorIrresolvableConflict", 412, "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.", Some(("an If-Match that is out of date", "events::a_patch_changes_what_it_names_and_replaces_the_attendees"))),
    row("ErrorTimeIntervalTooBig", 400, "The requested time duration specified for FreeBusyViewOptions.TimeWindow is too long.", Some(("getSchedule over more than 62 days", "calendars::schedules_tell_times_to_everybody_and_words_to_few"))),
    row("ErrorMailboxDataArrayTooBig", 400, "There are too many target users in the EmailAddress array.", Some(("getSchedule of more than 100 people, those of lists counted", "meeting_times::schedules_know_lists_missing_mailboxes_and_mailboxes_without_working_hours"))),
    row("ErrorInvalidUrlQuery", 400, "The query parameter is not supported.", Some(("an option that the collection does not have, or a bad number", "delta::a_dead_token_a_strange_one_and_what_delta_cannot_do_are_refused"))),
    row("ErrorInvalidUrlQueryFilter", 400, "The query filter contains one or more invalid nodes.", Some(("a filter that cannot be read, or endsWith on Outlook's items", "directory::contacts_can_be_read_and_filtered_by_address_only"))),
    row("ExpandNotSupported", 400, "Expand is not allowed for the property according to the entity schema.", Some(("$expand", "reminders::a_series_shows_its_missing_and_its_different_days_when_asked"))),
    row("Request_UnsupportedQuery", 400, "Unsupported Query.", Some(("the directory's advanced queries without ConsistencyLevel", "directory::two_annas_are_found_by_search_with_the_header_only"))),
    row("Request_BadRequest", 400, "$count is not currently supported.", Some(("/users/$count without ConsistencyLevel", "directory::the_directory_counts_and_sorts_under_its_advanced_rules_only"))),
    row("Directory_ExpiredPageToken", 400, "The specified page token value has expired and can no longer be included in your request.", Some(("a $skiptoken that the directory has not given", "directory::the_directory_counts_and_sorts_under_its_advanced_rules_only"))),
    row("SyncStateNotFound", 410, "The sync state generation is not found; the synchronization has to start again.", Some(("a delta token that is not remembered", "delta::a_dead_token_a_strange_one_and_what_delta_cannot_do_are_refused"))),
    row("SyncStateInvalid", 400, "The sync state is not valid for this collection.", Some(("a delta token of another collection", "delta::a_dead_token_a_strange_one_and_what_delta_cannot_do_are_refused"))),
    row("ResyncRequired", 410, "Resync required. Replace any local items with the server's version.", None),
    row("ApplicationThrottled", 429, "Application is over its MailboxConcurrency limit.", Some(("more than four requests to one mailbox at once", "weather::a_waiting_request_keeps_nobody_else_waiting_and_the_fifth_at_a_mailbox_is_refused"))),
    row("TooManyRequests", 429, "Please retry again later.", None),
];

/// Every error of Graph's that can be produced.
pub fn graph_errors() -> &'static [GraphErrorRow] {
    ROWS
}

/// Reads a code that the table has.
pub(crate) fn known<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let code = String::deserialize(deserializer)?;
    match find(&code) {
        Some(row) => Ok(row.code.to_owned()),
        None => Err(serde::de::Error::custom("Graph has no such error here.")),
    }
}

/// The answer with a code of the table.
pub(crate) fn requested(world: &World, ask: &Ask, code: &str) -> Answer {
    let row = find(code).unwrap_or(row("UnknownError", 500, "", None));
    GraphError::new(row.status, row.code, row.message).answer(world, ask)
}

fn find(code: &str) -> Option<GraphErrorRow> {
    let mut rows = ROWS.iter();
    rows.find(|row| row.code.eq_ignore_ascii_case(code))
        .copied()
}
