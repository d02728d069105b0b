//! Checks the chains of the database while they may be growing.

use std::iter::Peekable;

use anyhow::Context as _;
use domain::audit::{Broken, Entry, Head, Verifier};
use domain::id::OrganisationId;
use store::Store;
use store::audit::{Filed, Kept};
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
pub(in super::super) async fn kept(
    store: &Store,
    organisation: &OrganisationId,
    from: i64,
    upto: i64,
) -> anyhow::Result<Vec<Kept>> {
    let mut kept = Vec::new();
    let mut after = from - 1;
    loop {
        let page = store.checkpoints(organisation, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.size;
        kept.extend(page.into_iter().take_while(|kept| kept.size <= upto));
    }
    Ok(kept)
}

/// Checks one chain as far as its head was at the beginning, and that nothing stands behind its head.
async fn check_one(
    store: &Store,
    organisation: OrganisationId,
    known: &mut Known,
) -> anyhow::Result<Checked> {
    let beginning = store.beginning(&organisation).await?;
    let first = beginning.sequence + 1;
    let beside = kept(store, &organisation, beginning.sequence, i64::MAX).await?;
    // Read after the checkpoints: a head is never behind one.
    let head = store.head(&organisation).await?;
    let notes = beside.iter().map(|kept| kept.note.as_str());
    let mut statements = known.checkpoints(&organisation, beginning.sequence, notes)?;
    let seen = statements.seen;
    let (pages, mut arriving) = mpsc::channel::<Vec<Filed>>(2);
    let checked = organisation.clone();
    let checking = tokio::task::spawn_blocking(move || {
        if let Some(kept) = beside.iter().find(|kept| !kept.is_consistent()) {
            return Err(Broken::Checkpoint(kept.size));
        }
        let mut heads = beside.iter().map(Kept::head).peekable();
        let checkpoints = std::mem::take(&mut statements.checkpoints);
        let mut verifier = Verifier::new(&checked, beginning, checkpoints)?;
        let pages = std::iter::from_fn(|| arriving.blocking_recv());
        counted(pages.flatten()).try_for_each(|filed: Filed| {
            statements.read(&filed.entry.text);
            verifier.add(&filed.entry)?;
            filed_rightly(&filed, &mut heads)
        })?;
        statements.finish(verifier, head)
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

/// Whether an entry that is in its place is also found by what it says, and ended the chain when a checkpoint says so.
fn filed_rightly(
    filed: &Filed,
    heads: &mut Peekable<impl Iterator<Item = Head>>,
) -> Result<(), Broken> {
    let Entry { sequence, hash, .. } = filed.entry;
    if !filed.is_right() {
        return Err(Broken::Hash(sequence));
    }
    while let Some(head) = heads.next_if(|head| head.sequence <= sequence) {
        if head.sequence == sequence && head.hash != hash {
            return Err(Broken::Checkpoint(sequence));
        }
    }
    Ok(())
}

/// Sends the entries up to the head. Answers the number of one behind it.
async fn send(
    store: &Store,
    organisation: &OrganisationId,
    first: i64,
    head: Head,
    pages: mpsc::Sender<Vec<Filed>>,
) -> anyhow::Result<Option<i64>> {
    // A whole chain has nothing before its first entry; a shortened one may have what an interrupted removal left.
    let mut from = if first == 1 { i64::MIN } else { first };
    loop {
        let mut page = store.filed(organisation, from, PAGE).await?;
        let Some(last) = page.last().map(|filed| filed.entry.sequence) else {
            return Ok(None);
        };
        page.retain(|filed| filed.entry.sequence <= head.sequence);
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
