//! Reading rows: each column becomes a type that cannot be wrong, or the row is unreadable.

use domain::clock::from_ms;
use jiff::Timestamp;
use serde_json::Value;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::error::Error;

/// One row of an answer.
pub(crate) struct Row(AnyRow);

impl From<AnyRow> for Row {
    fn from(row: AnyRow) -> Self {
        Self(row)
    }
}

impl Row {
    pub(crate) fn text(&self, column: &'static str) -> Result<String, Error> {
        self.0
            .try_get(column)
            .map_err(|_| Error::Unreadable { column })
    }

    pub(crate) fn maybe_text(&self, column: &'static str) -> Result<Option<String>, Error> {
        self.0
            .try_get(column)
            .map_err(|_| Error::Unreadable { column })
    }

    pub(crate) fn number(&self, column: &'static str) -> Result<i64, Error> {
        self.0
            .try_get(column)
            .map_err(|_| Error::Unreadable { column })
    }

    pub(crate) fn yes(&self, column: &'static str) -> Result<bool, Error> {
        Ok(self.number(column)? != 0)
    }

    pub(crate) fn moment(&self, column: &'static str) -> Result<Timestamp, Error> {
        self.number(column).map(from_ms)
    }

    pub(crate) fn maybe_moment(&self, column: &'static str) -> Result<Option<Timestamp>, Error> {
        let ms: Option<i64> = self
            .0
            .try_get(column)
            .map_err(|_| Error::Unreadable { column })?;
        Ok(ms.map(from_ms))
    }

    /// Reads a text and parses it; `None` from the parser means that the row is unreadable.
    pub(crate) fn parsed<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        parse(&self.text(column)?).ok_or(Error::Unreadable { column })
    }

    /// Reads an id, or anything else that is made from its own text.
    pub(crate) fn id<T: TryFrom<String>>(&self, column: &'static str) -> Result<T, Error> {
        T::try_from(self.text(column)?).map_err(|_| Error::Unreadable { column })
    }

    pub(crate) fn maybe_id<T: TryFrom<String>>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, Error> {
        match self.maybe_text(column)? {
            Some(text) => T::try_from(text)
                .map(Some)
                .map_err(|_| Error::Unreadable { column }),
            None => Ok(None),
        }
    }

    pub(crate) fn json(&self, column: &'static str) -> Result<Value, Error> {
        self.parsed(column, |text| serde_json::from_str(text).ok())
    }

    pub(crate) fn maybe_json(&self, column: &'static str) -> Result<Option<Value>, Error> {
        match self.maybe_text(column)? {
            Some(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|_| Error::Unreadable { column }),
            None => Ok(None),
        }
    }
}
