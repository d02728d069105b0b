//! Asking the three sources, all at once; one that is silent neither hides the others nor is hidden.

use domain::people::{Found, Source};
use microsoft::graph::{Finds, Graph};
use microsoft::{Error, Kind};

use super::query::Query;
use super::wording;

/// So many contacts are looked through in all.
const CONTACTS: u32 = 5_000;
/// So many folders of contacts beside the default one are looked into, those inside of others included.
const FOLDERS: usize = 8;
/// So many people and users one search gives.
const SAID: u32 = 100;
/// So many the wide search gives.
const MEANT: u32 = 500;

/// What the sources gave.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) found: Vec<Found>,
    /// The sources that did not answer, or not wholly.
    pub(super) silent: Vec<Source>,
    /// Whether a source had more than was looked at.
    cut: bool,
    error: Option<Error>,
    answered: bool,
}

impl Gathered {
    /// Whether nobody who could be meant was missed. Relevant people are people of the other two sources, mostly, and an
    /// organisation may switch them off: they are not missed.
    pub(super) fn is_complete(&self) -> bool {
        let missed = |source: &Source| *source != Source::People;
        !self.cut && !self.silent.iter().any(missed)
    }

    /// Takes an answer. What ends the whole call, because it is about the token, is given back.
    fn hear(&mut self, source: Source, answer: Result<Finds, Error>) -> Result<(), Error> {
        match answer {
            Ok(finds) => {
                self.answered = true;
                self.cut |= finds.more && source != Source::People;
                self.found.extend(finds.found);
            }
            Err(error) => {
                if matches!(error.kind(), Kind::Challenge { .. } | Kind::TokenRejected) {
                    return Err(error);
                }
                if !self.silent.contains(&source) {
                    self.silent.push(source);
                }
                self.error.get_or_insert(error);
            }
        }
        Ok(())
    }

    /// The first error, when nobody answered at all.
    fn or_error(self) -> Result<Self, Error> {
        match (self.answered, self.error) {
            (false, Some(error)) => Err(error),
            (_, error) => Ok(Self { error, ..self }),
        }
    }
}

/// Looks for what was said: one request to people, one to the directory, one for each page of contacts, and one or more for
/// folders of contacts.
pub(super) async fn as_said(
    graph: &Graph<'_>,
    query: &Query,
    name: &str,
) -> Result<Gathered, Error> {
    let (names, mails) = wording::as_said(query);
    let (contacts, folders, people, directory) = tokio::join!(
        graph.contacts(CONTACTS),
        in_folders(graph),
        graph.people(name, SAID),
        graph.directory(&names, &mails, SAID),
    );
    let mut gathered = Gathered::default();
    gathered.hear(Source::Contacts, contacts)?;
    gathered.hear(Source::Contacts, folders)?;
    gathered.hear(Source::People, people)?;
    gathered.hear(Source::Directory, directory)?;
    gathered.or_error()
}

/// Looks further, for what may have been meant: one request to the directory, and one to people if they had nobody. A
/// source that was silent already is left alone.
pub(super) async fn as_meant(
    graph: &Graph<'_>,
    query: &Query,
    gathered: &mut Gathered,
) -> Result<(), Error> {
    let names = wording::as_meant(query);
    let silent = |source: Source| gathered.silent.contains(&source);
    let is_of_people = |one: &Found| one.source == Source::People;
    let ask_people = !silent(Source::People) && !gathered.found.iter().any(is_of_people);
    let ask_directory = !silent(Source::Directory);
    let people = async {
        match ask_people {
            true => Some(graph.people("", SAID).await),
            false => None,
        }
    };
    let directory = async {
        match ask_directory {
            true => Some(graph.directory(&names, &[], MEANT).await),
            false => None,
        }
    };
    let (people, directory) = tokio::join!(people, directory);
    if let Some(people) = people {
        gathered.hear(Source::People, people)?;
    }
    if let Some(directory) = directory {
        gathered.hear(Source::Directory, directory)?;
    }
    Ok(())
}

/// The contacts of every folder beside the default one.
async fn in_folders(graph: &Graph<'_>) -> Result<Finds, Error> {
    let mut waiting = graph.contact_folders(None).await?;
    let mut finds = Finds::default();
    let mut looked = 0;
    while let Some(folder) = waiting.pop() {
        if looked == FOLDERS {
            finds.more = true;
            break;
        }
        looked += 1;
        let (inside, children) = tokio::join!(
            graph.contacts_of(&folder, CONTACTS),
            graph.contact_folders(Some(&folder)),
        );
        let inside = inside?;
        finds.more |= inside.more;
        finds.found.extend(inside.found);
        waiting.extend(children?);
    }
    Ok(finds)
}
