//! The catalogue as a document shows it: each number, how it is written, and how it comes about.

use super::catalogue::{AtAuthorize, ROWS, Row};
use super::causes::CAUSES;

/// One AADSTS number of the simulator, for documents and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentedError {
    /// The number.
    pub code: u32,
    /// What it means, which is also the text of the answer.
    pub meaning: &'static str,
    /// The OAuth error at the token endpoint.
    pub error: &'static str,
    /// The HTTP status at the token endpoint.
    pub status: u16,
    /// The finer reason at the token endpoint.
    pub suberror: Option<&'static str>,
    /// Whether the answer carries a claims challenge.
    pub challenges: bool,
    /// A second number that the answer names.
    pub beneath: Option<u32>,
    /// The error that the application gets from the authorization endpoint; `None` is a page that leads nowhere.
    pub redirect: Option<&'static str>,
    /// The error that the application gets for `prompt=none`; `None` is a page even then.
    pub redirect_when_silent: Option<&'static str>,
    /// How it comes about by itself, if the simulator has its cause.
    pub cause: Option<&'static str>,
    /// The test that shows it, as `file::name`.
    pub test: &'static str,
}

/// The test that asks for each number in turn.
const BY_REQUEST: &str = "aadsts::every_number_is_written_at_the_token_endpoint_as_the_table_says";

/// Every AADSTS number that can be produced, in the order of Microsoft's list.
pub fn documented_errors() -> Vec<DocumentedError> {
    ROWS.iter().map(documented).collect()
}

fn documented(row: &Row) -> DocumentedError {
    let (redirect, redirect_when_silent) = match row.at_authorize {
        AtAuthorize::Page => (None, None),
        AtAuthorize::PageUnlessSilent(error) => (None, Some(error)),
        AtAuthorize::Redirect(error) => (Some(error), Some(error)),
    };
    let cause = CAUSES.iter().find(|(code, ..)| *code == row.code);
    DocumentedError {
        code: row.code,
        meaning: row.text,
        error: row.error,
        status: row.status,
        suberror: row.suberror,
        challenges: row.demand.is_some(),
        beneath: row.beneath,
        redirect,
        redirect_when_silent,
        cause: cause.map(|(_, how, _)| *how),
        test: cause.map_or(BY_REQUEST, |(.., test)| *test),
    }
}
