//! What must be in one place only, counted in the sources.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Where the program's own code (not its tests) contains a text, by file.
fn places(text: &str) -> Vec<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("crates/");
    let mut files = Vec::new();
    for krate in ["microsoft", "store", "engine", "web", "attache"] {
        sources(&crates.join(krate).join("src"), &mut files);
    }
    let mut places = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).expect("text");
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//") && !line.starts_with("use "));
        let name = file.strip_prefix(crates).expect("inside crates/");
        places.extend(
            lines
                .filter(|line| line.contains(text))
                .map(|_| name.display().to_string()),
        );
    }
    places
}

#[test]
fn the_policy_is_asked_in_one_place() {
    let mut asked = places("decide(levels");
    // The document of all decisions is made from the function itself; it decides no call.
    asked.retain(|place| !place.starts_with("attache/src/commands/docs/permissions"));
    assert_eq!(asked, ["engine/src/call.rs"]);
    assert_eq!(places("policy::look("), ["engine/src/look.rs"]);
}

#[test]
fn grants_are_opened_and_tokens_redeemed_in_one_place() {
    let mut opened = places(".open_grant(");
    opened.sort();
    // To redeem it for a call, and to keep it alive, which gives no token.
    assert_eq!(opened, ["engine/src/keep.rs", "engine/src/turn.rs"]);
    assert_eq!(places(".keep_alive(right, grant"), ["engine/src/keep.rs"]);
    assert_eq!(places(".redeem(permit, grant"), ["engine/src/turn.rs"]);
    assert_eq!(places("microsoft.graph("), ["engine/src/call.rs"]);
}

#[test]
fn there_is_no_application_credential() {
    for words in ["client_credentials", ".default\"", "/.default"] {
        assert_eq!(places(words), Vec::<String>::new(), "{words}");
    }
}
