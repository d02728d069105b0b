//! Checks the chains of the database while they may be growing.

use anyhow::Context as _;
use domain::audit::{Broken, Entry, Head, Verifier};
use domain::id::OrganisationId;
use store::Store;
use tokio::sync::mpsc;

use super::super::PAGE;
use super::known::Known;
use super::{Checked, counted};

pub(super) async fn check(store: &Store, known: &mut Known) -> anyhow::Result<Vec<Checked>> {
    let mut checked = Vec::new();
    for (organisation, _) in store.organisations().await? {
        checked.push(check_one(store, organisation, known).await?);
    }
    Ok(checked)
}

/// Every checkpoint that is kept beside a chain and says something about what is left of it.
pub(in super::super) async fn notes(
    store: &Store,
    organisation: &OrganisationId,
    from: i64,
    upto: i64,
) -> anyhow::Result<Vec<String>> {
    let mut notes = Vec::new();
    let mut after = from - 1;
    loop {
        let page = store.checkpoints(organisation, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.size;
        let upto = page.into_iter().take_while(|kept| kept.size <= upto);
        notes.extend(upto.map(|kept| kept.note));
    }
    Ok(notes)
}

/// Checks one chain as far as its head was at the beginning, and that nothing stands behind its head.
async fn check_one(
    store: &Store,
    organisation: OrganisationId,
    known: &mut Known,
) -> anyhow::Result<Checked> {
    let beginning = store.beginning(&organisation).await?;
    let first = beginning.sequence + 1;
    let beside = notes(store, &organisation, beginning.sequence, i64::MAX).await?;
    // Read after the checkpoints: a head is never behind one.
    let head = store.head(&organisation).await?;
    let (checkpoints, seen) = known.checkpoints(&organisation, &beside)?;
    let (pages, mut arriving) = mpsc::channel::<Vec<Entry>>(2);
    let checked = organisation.clone();
    let checking = tokio::task::spawn_blocking(move || {
        let mut verifier = Verifier::new(&checked, beginning, checkpoints)?;
        let pages = std::iter::from_fn(|| arriving.blocking_recv());
        counted(pages.flatten()).try_for_each(|entry| verifier.add(&entry))?;
        verifier.finish(Some(head))
    });
    let behind = send(store, &organisation, first, head, pages).await?;
    let found = match (checking.await.context("the check did not end")?, behind) {
        // Entry and head are written together, so an entry that can be read has a head that is at least as far.
        (Ok(_), Some(last)) if store.head(&organisation).await?.sequence < last => {
            Err(Broken::Head(last))
        }
        (found, _) => found,
    };
    Ok(Checked {
        organisation,
        first,
        found,
        seen,
    })
}

/// Sends the entries up to the head. Answers the number of one behind it.
async fn send(
    store: &Store,
    organisation: &OrganisationId,
    first: i64,
    head: Head,
    pages: mpsc::Sender<Vec<Entry>>,
) -> anyhow::Result<Option<i64>> {
    // A whole chain has nothing before its first entry; a shortened one may have what an interrupted removal left.
    let mut from = if first == 1 { i64::MIN } else { first };
    loop {
        let mut page = store.chain(organisation, from, PAGE).await?;
        let Some(last) = page.last().map(|entry| entry.sequence) else {
            return Ok(None);
        };
        page.retain(|entry| entry.sequence <= head.sequence);
        // A closed channel means that the chain is already found to be broken.
        if pages.send(page).await.is_err() {
            return Ok(None);
        }
        if last > head.sequence {
            return Ok(Some(last));
        }
        from = last + 1;
    }
}
