//! Which calendar an agent means: the person's own, one of her list by its name, or a colleague's by address.

use domain::calendar::details::{Calendar, CalendarId};
use domain::calendar::{Answer, Event};
use domain::people::Address;
use microsoft::graph::{Graph, Whose};
use microsoft::{Error as MicrosoftError, Kind};

use super::{Setting, input};
use crate::call::Failure;
use crate::{Error, ErrorKind};

/// A calendar that was found.
pub(crate) enum Place {
    /// The person's own.
    Mine,
    /// Another one of her list, her own or shared.
    Listed(CalendarId),
    /// A colleague's.
    Of(Address),
}

/// Graph's codes for a mailbox or a person that does not exist, rather than one that is not shared.
const NOBODY: [&str; 5] = [
    "ErrorInvalidUser",
    "ResourceNotFound",
    "Request_ResourceNotFound",
    "MailboxNotEnabledForRESTAPI",
    "ErrorNonExistentMailbox",
];

/// Checks the argument as far as nothing has to be asked for it.
pub(crate) fn check(calendar: Option<&str>) -> Result<(), Error> {
    let Some(text) = calendar else { return Ok(()) };
    input::at_most(text, 254, "calendar")?;
    if text.contains('@') && Address::parse(text).is_err() {
        return Err(Error::invalid(
            "invalid_address",
            "calendar",
            "calendar: not a complete address. Search for the person with search_contacts.",
        ));
    }
    Ok(())
}

impl Place {
    /// Finds the calendar; only a name has to be looked up.
    pub(crate) async fn find(
        graph: &Graph<'_>,
        setting: &Setting,
        calendar: Option<&str>,
    ) -> Result<Self, Failure> {
        let Some(text) = calendar.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(Self::Mine);
        };
        if let Ok(address) = Address::parse(text) {
            return Ok(if setting.address.as_ref() == Some(&address) {
                Self::Mine
            } else {
                Self::Of(address)
            });
        }
        let listed = graph.calendars().await?;
        named(&listed, text).map_err(Failure::Ours)
    }

    /// The same as Graph is asked for it.
    pub(crate) fn whose(&self) -> Whose<'_> {
        match self {
            Self::Mine => Whose::Mine,
            Self::Listed(id) => Whose::Listed(id),
            Self::Of(address) => Whose::Of(address),
        }
    }

    /// Whether the tools act on what is in it: on the person's own calendar only.
    pub(crate) fn is_mine(&self) -> bool {
        matches!(self, Self::Mine)
    }

    /// An event as it is to the person. Of a colleague's calendar Graph tells what it is to *her*: that she organises it
    /// does not make her words the person's own.
    pub(crate) fn to_the_person(&self, event: &mut Event, setting: &Setting) {
        if self.is_mine() {
            return;
        }
        let organizer = event.organizer.as_ref();
        let organizer = organizer.and_then(|organizer| organizer.address.as_ref());
        event.is_organizer = organizer.is_some() && organizer == setting.address.as_ref();
        if event.answer == Answer::Organizer && !event.is_organizer {
            event.answer = Answer::None;
        }
    }

    /// What a refusal means here: of somebody else's calendar it is an answer about that calendar.
    pub(crate) fn refusal(&self, error: MicrosoftError) -> Failure {
        let code = error.graph_code().unwrap_or_default();
        let nobody = NOBODY.iter().any(|known| known.eq_ignore_ascii_case(code));
        match (self, error.kind()) {
            (Self::Mine, _) => Failure::Microsoft(error),
            (_, Kind::NotFound) if nobody => Failure::Ours(
                missing("Nobody with a mailbox has this address. Search for the person with search_contacts.")
                    .caused_by(error),
            ),
            (_, Kind::NotFound | Kind::Forbidden) => Failure::Ours(
                Error::invalid(
                    "calendar_not_shared",
                    "calendar",
                    "This calendar is not shared with the person, so its events cannot be read; nothing is known about whether there are any. \
                     When its owner is busy can be asked with find_times.",
                )
                .caused_by(error),
            ),
            (_, _) => Failure::Microsoft(error),
        }
    }
}

/// The calendar of this name, or of the owner with this name.
fn named(listed: &[Calendar], text: &str) -> Result<Place, Error> {
    let wanted = text.to_lowercase();
    let owner = |calendar: &Calendar| {
        calendar
            .owner
            .as_ref()
            .map(|owner| owner.name.to_lowercase())
    };
    let fits: [&dyn Fn(&Calendar) -> bool; 3] = [
        &|calendar| calendar.name.to_lowercase() == wanted,
        &|calendar| owner(calendar).as_deref() == Some(&wanted),
        &|calendar| calendar.name.to_lowercase().contains(&wanted),
    ];
    for fits in fits {
        let mut found = listed.iter().filter(|calendar| fits(calendar));
        match (found.next(), found.next()) {
            (Some(calendar), None) if calendar.default => return Ok(Place::Mine),
            (Some(calendar), None) => return Ok(Place::Listed(calendar.id.clone())),
            (Some(_), Some(_)) => {
                return Err(Error::invalid(
                    "calendar_ambiguous",
                    "calendar",
                    "calendar: several calendars are meant by this. Give its complete name as read_profile lists it, or its owner's address.",
                ));
            }
            (None, _) => {}
        }
    }
    Err(missing(
        "The person has no calendar of this name. read_profile lists them; a colleague's is asked for by address.",
    ))
}

fn missing(message: &str) -> Error {
    let mut error = Error::new(ErrorKind::NotFound, "calendar_not_found", message);
    error.field = Some("calendar".into());
    error
}
