//! The `Prefer` header.

use super::error::GraphError;
use crate::exchange::Ask;
use crate::mailbox::event::View;
use crate::zones::Zone;

/// No page is larger, whatever is preferred.
const LARGEST_PAGE: usize = 1_000;

/// What a caller prefers.
#[derive(Debug)]
pub(super) struct Prefer {
    pub(super) zone: Zone,
    pub(super) body_as_text: bool,
    pub(super) immutable_ids: bool,
    /// How many items a page of a delta has at most.
    pub(super) page_size: Option<usize>,
    applied: Vec<String>,
}

impl Prefer {
    /// Reads the header; preferences that are not known here are not honoured and not echoed.
    pub(super) fn read(ask: &Ask) -> Result<Self, GraphError> {
        let mut prefer = Self {
            zone: Zone::utc(),
            body_as_text: false,
            immutable_ids: false,
            page_size: None,
            applied: Vec::new(),
        };
        let values = ask
            .headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok());
        for preference in values.flat_map(split) {
            let Some((name, value)) = preference.split_once('=') else {
                continue;
            };
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "outlook.timezone" => {
                    prefer.zone =
                        Zone::named(value).ok_or_else(|| GraphError::unsupported_zone(value))?;
                    prefer.applied.push(format!("outlook.timezone=\"{value}\""));
                }
                "outlook.body-content-type" => {
                    prefer.body_as_text = value.eq_ignore_ascii_case("text");
                    prefer
                        .applied
                        .push(format!("outlook.body-content-type=\"{value}\""));
                }
                "idtype" if value.eq_ignore_ascii_case("ImmutableId") => {
                    prefer.immutable_ids = true;
                    prefer.applied.push("IdType=ImmutableId".to_owned());
                }
                "odata.maxpagesize" => {
                    let size = value.parse().ok().filter(|size: &usize| *size > 0);
                    if let Some(size) = size.map(|size| size.min(LARGEST_PAGE)) {
                        prefer.page_size = Some(size);
                        prefer.applied.push(format!("odata.maxpagesize={size}"));
                    }
                }
                _ => {}
            }
        }
        Ok(prefer)
    }

    /// How events are shown to this caller.
    pub(super) fn view(&self) -> View {
        View {
            zone: self.zone.clone(),
            body_as_text: self.body_as_text,
            immutable_ids: self.immutable_ids,
            key: None,
            hide_private: false,
            only: None,
        }
    }

    /// The `Preference-Applied` values, in one line.
    pub(super) fn applied(&self) -> Option<String> {
        (!self.applied.is_empty()).then(|| self.applied.join(", "))
    }
}

/// Splits at commas outside quotes.
fn split(value: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (index, character) in value.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ',' | ';' if !quoted => {
                parts.push(&value[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&value[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_inside_quotes_does_not_end_a_preference() {
        assert_eq!(split("a=\"x, y\", b=1"), ["a=\"x, y\"", " b=1"]);
    }
}
