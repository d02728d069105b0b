//! Graph's error body. Its message is not read: it is for developers and may quote content.

use serde::Deserialize;

/// What is kept of a refusal.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Option<String>,
    /// The event that already has this transaction id.
    pub(crate) existing_event: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    error: Inner,
}

#[derive(Deserialize)]
struct Inner {
    code: Option<String>,
    #[serde(rename = "@event.existingEventId")]
    existing_event: Option<String>,
}

impl Refusal {
    /// Reads a body; one that is no error body (a proxy's page, say) gives nothing.
    pub(crate) fn read(body: &[u8]) -> Self {
        let Ok(Body { error }) = serde_json::from_slice(body) else {
            return Self::default();
        };
        let is_code = |code: &String| {
            !code.is_empty()
                && code.len() <= 80
                && code
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        Self {
            code: error.code.filter(is_code),
            existing_event: error.existing_event.filter(|id| !id.is_empty()),
        }
    }

    /// Whether the transaction id was used before.
    pub(crate) fn is_duplicate(&self) -> bool {
        self.code.as_deref().is_some_and(is_duplicate)
    }
}

/// Whether a code says that a transaction id was used before. Seen with status 400 and with 409.
pub(crate) fn is_duplicate(code: &str) -> bool {
    code.eq_ignore_ascii_case("ErrorDuplicateTransactionId")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_kept_and_a_message_is_not() {
        let refusal = Refusal::read(br#"{"error":{"code":"ErrorItemNotFound","message":"The specified object was not found in the store.","innerError":{"date":"2021-05-18T19:03:10"}}}"#);
        assert_eq!(
            refusal,
            Refusal {
                code: Some("ErrorItemNotFound".into()),
                existing_event: None
            }
        );
        assert_eq!(
            Refusal::read(br#"{"error":{"code":"somebody's name\n"}}"#),
            Refusal::default()
        );
        assert_eq!(Refusal::read(b"<html>"), Refusal::default());
    }

    #[test]
    fn a_used_transaction_id_names_its_event() {
        let refusal = Refusal::read(br#"{"error":{"code":"ErrorDuplicateTransactionId","message":"m","@event.existingEventId":"AAMk="}}"#);
        assert!(refusal.is_duplicate());
        assert_eq!(refusal.existing_event.as_deref(), Some("AAMk="));
    }
}
