//! A key in a service, from the settings to the database and back to a file.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::keys;
use crate::program::{Running, answer, attache, run, text};
use crate::vault::FakeVault;

fn rotate(house: &keys::Vault) -> Value {
    let output = run(&["keys", "rotate", "--json"], house.path());
    let remarks = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{remarks}");
    assert!(!remarks.contains("marked"), "{remarks}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_move_into_a_service_through_its_versions_and_out_again() {
    let house = keys::Vault::new(None, 10).await;
    let vault = FakeVault::start().await;
    let token = house.path().join("token");
    fs::write(&token, "s.marked-token").expect("written");
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).expect("changed");
    let service = format!(
        "vault_address = \"{}\"\nvault_token_file = {token:?}",
        vault.address
    );

    house.configure_with(&service, &[0]);
    let check = answer(&["config", "show"], house.path());
    assert!(
        check.contains("keys.vault_mount = \"transit\"") && !check.contains("marked"),
        "{check}"
    );
    let said = rotate(&house);
    assert_eq!(
        (&said["active"], &said["sealed"]),
        (&"attache-v1".into(), &10.into())
    );
    assert_eq!(said["keys"].as_array().map(Vec::len), Some(1), "{said}");

    // A new version of its key: the servers are started again, and everything moves to it.
    vault.now(|manner| manner.newest = 2);
    house.configure_with(&service, &[]);
    let said = rotate(&house);
    assert_eq!(
        (&said["active"], &said["sealed"]),
        (&"attache-v2".into(), &10.into())
    );
    vault.now(|manner| manner.oldest = 2);
    let mut serve = Running::start(attache(&["serve"], house.path()));
    serve.remark("attache is ready");
    assert_eq!(serve.stop().0, Some(0));

    // Without the service nothing starts, nothing is said of its token, and nothing is changed.
    vault.now(|manner| manner.trouble = Some((u32::MAX, 503, "")));
    let refused = run(&["serve"], house.path());
    let remarks = text(refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{remarks}");
    assert!(remarks.contains("it is sealed or starting"), "{remarks}");
    assert!(!remarks.contains("marked"), "{remarks}");
    vault.now(|manner| manner.trouble = None);

    // Back to the file: the service only opens.
    let file = format!("file = {:?}\n{service}", house.path().join("0.key"));
    house.configure_with(&file, &[]);
    assert_eq!(rotate(&house)["sealed"], 10);
    let asked = vault.requests();
    house.configure(0, &[]);
    assert_eq!(rotate(&house)["sealed"], 0);
    assert_eq!(vault.requests(), asked, "nobody asks it any more");
    let store = house.open(0, &[]).await;
    let expected: Vec<String> = (0..10).map(|number| format!("{number} 0")).collect();
    assert_eq!(house.tokens(&store).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_systemd_credential_is_a_key_file_and_other_shared_files_are_none() {
    let house = keys::Vault::new(None, 1).await;
    let folder = house.path().join("credentials");
    fs::create_dir(&folder).expect("made");
    let file = folder.join("attache.key");
    fs::copy(house.path().join("0.key"), &file).expect("copied");
    house.configure_with(&format!("file = {file:?}"), &[]);
    let mode = |path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    let works = |credentials: Option<&std::path::Path>| {
        let mut command = attache(&["keys", "rotate"], house.path());
        if let Some(folder) = credentials {
            command.env("CREDENTIALS_DIRECTORY", folder);
        }
        command.output().expect("it runs").status.success()
    };
    mode(&folder, 0o750).expect("changed");
    mode(&file, 0o440).expect("changed");
    assert!(works(Some(&folder)));
    assert!(!works(None), "no credential without systemd");
    assert!(!works(Some(house.path())), "a credential of another folder");
    for (of_folder, of_file) in [(0o750, 0o460), (0o750, 0o444), (0o755, 0o440)] {
        mode(&folder, of_folder).expect("changed");
        mode(&file, of_file).expect("changed");
        assert!(!works(Some(&folder)), "{of_folder:o} {of_file:o}");
    }
    // As systemd hands it over where the file belongs to the service's own user.
    mode(&file, 0o400).expect("changed");
    assert!(works(Some(&folder)));
}
