//! `attache db backup`

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::program::{answer, run, text};

#[test]
fn a_backup_is_whole_for_its_owner_only_and_never_written_over_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    answer(&["keys", "generate", "--out", "attache.key"], folder.path());
    let settings = |database: &str| {
        let text = format!("[database]\nurl = \"{database}\"\n[keys]\nfile = \"attache.key\"\n");
        fs::write(folder.path().join("attache.toml"), text).expect("written");
    };
    settings("sqlite:attache.db");
    let early = run(&["db", "backup", "copy.db"], folder.path());
    assert_eq!(early.status.code(), Some(1), "there is nothing to copy");
    assert!(!folder.path().join("copy.db").exists());
    answer(&["db", "migrate"], folder.path());
    let said = answer(&["db", "backup", "copy.db"], folder.path());
    assert!(said.contains("whole copy"), "{said}");
    let copy = folder.path().join("copy.db");
    let mode = fs::metadata(&copy).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = run(&["db", "backup", "copy.db"], folder.path());
    assert_eq!(again.status.code(), Some(1), "a file is never written over");
    // It works in the place of the database, and nothing is to be migrated.
    settings("sqlite:copy.db");
    assert!(answer(&["db", "migrate"], folder.path()).contains("up to date"));
    assert!(answer(&["audit", "verify"], folder.path()).contains("no organisation"));
    settings("postgres://nobody@127.0.0.1:1/none");
    let refused = run(&["db", "backup", "other.db"], folder.path());
    assert_ne!(refused.status.code(), Some(0));
    assert!(text(refused.stderr).contains("error"));
}
