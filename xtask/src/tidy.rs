//! `cargo xtask tidy`: what the compiler does not look at.

use std::fs;

use anyhow::{Context as _, bail};

use crate::{output, root, say};

/// Over this, a file is split by noun, or says near its top why it is long.
const LONGEST: usize = 600;
/// With these words.
const EXCUSE: &str = "Long because";

/// Written apart, so that this file does not find itself.
const FORBIDDEN: [(&str, &str); 6] = [
    (concat!("#[al", "low("), "use #[expect(…, reason = \"…\")]"),
    (
        concat!("#![al", "low("),
        "use #![expect(…, reason = \"…\")]",
    ),
    (
        concat!("#[ig", "nore"),
        "a test that does not run proves nothing",
    ),
    (concat!("TO", "DO"), "do it, or write an issue"),
    (concat!("FIX", "ME"), "fix it, or write an issue"),
    (concat!("XX", "X:"), "say what is wrong"),
];

/// Looks at every Rust file that git knows.
///
/// # Errors
/// When something was found; each finding has been said.
pub(crate) fn tidy() -> anyhow::Result<()> {
    let files = output("git", &["ls-files", "*.rs"])?;
    let mut found = 0;
    for name in files.lines() {
        // A file that is deleted but not yet committed is still listed.
        let Ok(text) = fs::read_to_string(root().join(name)) else {
            continue;
        };
        for finding in findings(&text) {
            say(&format!("{name}{finding}"));
            found += 1;
        }
    }
    let count = files.lines().count();
    if count == 0 {
        return Err(anyhow::anyhow!("git lists no Rust file")).context("tidy looked at nothing");
    }
    if found > 0 {
        bail!("{found} findings");
    }
    Ok(())
}

fn findings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let length = text.lines().count();
    let excused = text.lines().take(30).any(|line| line.contains(EXCUSE));
    if length > LONGEST && !excused {
        found.push(format!(
            ": {length} lines; split it by noun, or say \"{EXCUSE} …\" at the top"
        ));
    }
    for (line, number) in text.lines().zip(1..) {
        for (word, instead) in FORBIDDEN {
            if line.contains(word) {
                found.push(format!(":{number}: {word}: {instead}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_needs_an_excuse() {
        let long = "x\n".repeat(LONGEST + 1);
        assert_eq!(findings(&long).len(), 1);
        assert!(findings(&format!("//! {EXCUSE} it is a table.\n{long}")).is_empty());
    }

    #[test]
    fn an_attribute_that_silences_a_lint_is_found_by_its_line() {
        let text = format!("fn a() {{}}\n{}dead_code)]\n", FORBIDDEN[0].0);
        assert!(findings(&text)[0].starts_with(":2: "));
    }
}
