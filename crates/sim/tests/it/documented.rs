//! Every documented request is sent to the simulator, and every documented answer is what it answers in kind.
//!
//! The pairs are Microsoft's own. A request goes out as it is printed, loose spellings and old dates included; only ids,
//! addresses and tokens of somebody else's tenant are replaced (`office.rs`). What does not match is listed with its reason in
//! `exceptions.rs`, and that list can only become shorter.

mod example;
mod exceptions;
mod office;
mod shape;

use std::collections::BTreeSet;
use std::path::PathBuf;

use example::Example;
use exceptions::{EXCEPTIONS, MOST};
use office::Office;

/// The folder of the documented pairs, if it is there.
#[expect(
    clippy::disallowed_methods,
    reason = "the folder of the pairs may be elsewhere on another machine"
)]
fn folder() -> Option<PathBuf> {
    let graph = std::env::var_os("ATTACHE_TEST_GRAPH").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/graph"),
        PathBuf::from,
    );
    Some(graph.join("examples")).filter(|folder| folder.is_dir())
}

/// Everything in which the simulator differs from a documented pair.
async fn differences(example: &Example) -> Vec<String> {
    let office = Office::prepared_for(example).await;
    let request = office.translate(example);
    let answer = office.send(&request).await;
    shape::compare(example, &answer)
}

#[tokio::test]
async fn every_documented_request_is_accepted_and_its_answer_matched_in_shape() {
    let Some(folder) = folder() else {
        eprintln!("skipped: Microsoft's documented pairs are not present");
        return;
    };
    let listed: BTreeSet<(String, String)> = EXCEPTIONS
        .iter()
        .map(|(name, place, _)| ((*name).to_owned(), (*place).to_owned()))
        .collect();
    assert_eq!(
        listed.len(),
        EXCEPTIONS.len(),
        "an exception is listed twice"
    );
    assert_eq!(
        listed.len(),
        MOST,
        "exceptions can only become fewer: write the smaller number, never a larger one"
    );
    let examples = example::read_all(&folder);
    assert!(examples.len() >= 50, "only {} pairs", examples.len());
    let mut found = BTreeSet::new();
    for example in &examples {
        let differences = differences(example).await;
        found.extend(
            differences
                .into_iter()
                .map(|place| (example.name.clone(), place)),
        );
    }
    let unlisted: Vec<_> = found.difference(&listed).collect();
    let unlisted: String = unlisted
        .iter()
        .map(|(name, place)| format!("{name}: {place}\n"))
        .collect();
    assert!(unlisted.is_empty(), "not as documented:\n{unlisted}");
    // A folder with other pairs proves the rest, but cannot use up the exceptions.
    let here: BTreeSet<&str> = examples
        .iter()
        .map(|example| example.name.as_str())
        .collect();
    let unneeded: Vec<_> = listed
        .difference(&found)
        .filter(|(name, _)| here.contains(name.as_str()))
        .collect();
    assert!(unneeded.is_empty(), "no longer exceptions: {unneeded:#?}");
}
