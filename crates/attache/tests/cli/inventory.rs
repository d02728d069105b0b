//! `docs/crypto-inventory.md` names what the source uses.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Words that separate one use of a key or a hash from another, as they stand in the source.
fn purposes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("it can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            purposes(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("source");
            for (at, _) in text.match_indices("\"attache ") {
                let before = text[..at].trim_end();
                let separates = ["of(", "of_json(", "derive(", "&str ="]
                    .iter()
                    .any(|end| before.ends_with(end));
                let word = text[at + 1..].split('"').next().expect("some text");
                let plain =
                    |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || " -".contains(c);
                if separates && word.chars().all(plain) {
                    found.insert(word.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_purpose_of_a_key_or_digest_is_in_the_inventory_and_no_other() {
    let mut used = BTreeSet::new();
    for name in ["domain", "microsoft", "store", "engine", "web", "attache"] {
        purposes(
            &Path::new(ROOT).join("crates").join(name).join("src"),
            &mut used,
        );
    }
    let document = fs::read_to_string(Path::new(ROOT).join("docs/crypto-inventory.md"));
    let document = document.expect("the inventory");
    let named: BTreeSet<String> = document
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.starts_with("attache ") && !word.starts_with("attache keys"))
        .map(str::to_owned)
        .collect();
    assert_eq!(named, used);
    assert!(used.len() >= 11, "{used:?}");
}

/// What a dependency could bring in unnoticed is denied by `deny.toml`; what ours import is this.
#[test]
fn every_algorithm_that_is_imported_is_in_the_inventory() {
    let document = fs::read_to_string(Path::new(ROOT).join("docs/crypto-inventory.md"));
    let document = document.expect("the inventory");
    let source =
        |name: &str| fs::read_to_string(Path::new(ROOT).join("crates").join(name)).expect("source");
    for (file, import, name) in [
        ("store/src/seal.rs", "AES_256_GCM", "AES-256-GCM"),
        ("store/src/seal.rs", "HKDF_SHA256", "HKDF-SHA256"),
        ("domain/src/secret.rs", "Sha256", "SHA-256"),
        ("microsoft/src/entra/credential.rs", "PS256", "PS256"),
        ("microsoft/src/entra/id_token.rs", "RS256", "RS256"),
        ("store/src/audit/signing.rs", "ED25519", "Ed25519"),
    ] {
        assert!(
            source(file).contains(import),
            "{file} no longer uses {import}: change the inventory"
        );
        assert!(document.contains(name), "{name}");
    }
}
