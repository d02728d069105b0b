//! The client against the stand-in.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use store::keyring::{KeyService as _, ServiceFault};
use tempfile::TempDir;

use super::Transit;
use super::vault::FakeVault;
use crate::settings::Vault;

struct House {
    vault: FakeVault,
    transit: Transit,
    folder: TempDir,
}

impl House {
    async fn new() -> Self {
        microsoft::install_crypto();
        let vault = FakeVault::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let house = |transit, folder| Self {
            vault: vault.clone(),
            transit,
            folder,
        };
        let transit = client(&vault, &folder, None);
        let house = house(transit, folder);
        house.token("s.marked-token\n");
        house
    }

    fn token(&self, text: &str) {
        let file = self.folder.path().join("token");
        std::fs::write(&file, text).expect("written");
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("changed");
    }
}

fn client(vault: &FakeVault, folder: &TempDir, namespace: Option<&str>) -> Transit {
    let settings = Vault {
        address: vault.address.clone(),
        mount: "transit".into(),
        key: "attache".into(),
        namespace: namespace.map(str::to_owned),
        token_file: Some(folder.path().join("token")),
        ca_file: None,
    };
    Transit::new(&settings).expect("a client")
}

#[tokio::test]
async fn what_is_wrapped_opens_with_its_associated_data_and_version_only() {
    let house = House::new().await;
    let transit = &house.transit;
    assert_eq!(transit.newest_version().await.expect("an answer"), 1);
    let wrapped = transit.wrap(1, b"data key", "here").await.expect("wrapped");
    assert!(wrapped.starts_with("vault:v1:"), "{wrapped}");
    let opened = transit.unwrap(1, &wrapped, "here").await.expect("it opens");
    assert_eq!(opened.as_slice(), b"data key");
    let shut = Err(ServiceFault::Shut);
    assert_eq!(transit.unwrap(1, &wrapped, "there").await, shut);
    assert_eq!(transit.unwrap(2, &wrapped, "here").await, shut);
    assert_eq!(transit.unwrap(1, "vault:v1:AAAA", "here").await, shut);
    let asked = house.vault.requests();
    assert_eq!(transit.unwrap(1, "no such text", "here").await, shut);
    assert_eq!(house.vault.requests(), asked, "nothing to ask about");
    house.vault.now(|manner| manner.newest = 3);
    assert_eq!(transit.newest_version().await.expect("an answer"), 3);
    let older = transit.wrap(2, b"data key", "here").await.expect("wrapped");
    assert!(
        older.starts_with("vault:v2:"),
        "it is not the newest, but the one that was asked for"
    );
    house.vault.now(|manner| manner.oldest = 3);
    let gone = transit.unwrap(2, &older, "here").await;
    assert_eq!(gone, Err(ServiceFault::VersionMissing));
}

#[tokio::test]
async fn whatever_is_wrong_with_the_service_is_never_damage_and_says_no_secret() {
    let house = House::new().await;
    let transit = &house.transit;
    let wrapped = transit.wrap(1, b"data key", "here").await.expect("wrapped");
    let always = u32::MAX;
    for (status, text) in [
        (503, r#"{"errors":["Vault is sealed"]}"#),
        (429, ""),
        (
            500,
            r#"{"errors":["cipher: message authentication failed"]}"#,
        ),
        (502, "<html>cipher: message authentication failed</html>"),
        (400, "cipher: message authentication failed"),
        (
            400,
            r#"{"errors":["cipher: message authentication failed","and more"]}"#,
        ),
        (403, r#"{"errors":["permission denied"]}"#),
        (404, r#"{"errors":[]}"#),
        (307, ""),
        (200, "{}"),
        (200, r#"{"data":{"plaintext":"?"}}"#),
        (200, "no JSON"),
    ] {
        house
            .vault
            .now(|manner| manner.trouble = Some((always, status, text)));
        let why = match transit.unwrap(1, &wrapped, "here").await {
            Err(ServiceFault::Unavailable(why)) => why,
            other => panic!("{status}: {other:?}"),
        };
        assert!(!why.contains("marked") && !why.contains(&wrapped), "{why}");
    }
    house.vault.now(|manner| manner.trouble = None);
    house.token("another token");
    let refused = transit
        .unwrap(1, &wrapped, "here")
        .await
        .expect_err("refused");
    assert!(matches!(refused, ServiceFault::Unavailable(why) if why.contains("403")));
    // Whatever keeps the token alive has replaced it.
    house.token("s.marked-token");
    transit
        .unwrap(1, &wrapped, "here")
        .await
        .expect("it opens again");
    let nobody = Transit {
        base: "http://127.0.0.1:1/v1/transit".into(),
        ..client(&house.vault, &house.folder, None)
    };
    let away = nobody
        .unwrap(1, &wrapped, "here")
        .await
        .expect_err("nobody is there");
    assert_eq!(
        away,
        ServiceFault::Unavailable("it cannot be reached".into())
    );
}

#[tokio::test]
async fn wrapping_is_tried_again_because_what_is_to_be_sealed_cannot_be_had_again() {
    let house = House::new().await;
    house
        .vault
        .now(|manner| manner.trouble = Some((2, 503, "")));
    let wrapped = house.transit.wrap(1, b"data key", "here").await;
    wrapped.expect("the third time it works");
    assert_eq!(house.vault.requests(), 3);
    house
        .vault
        .now(|manner| manner.trouble = Some((u32::MAX, 503, "")));
    let begun = std::time::Instant::now();
    house
        .transit
        .wrap(1, b"data key", "here")
        .await
        .expect_err("it stays away");
    assert!(begun.elapsed() < Duration::from_secs(30), "it gives up");
    assert_eq!(house.vault.requests(), 7);
}

#[tokio::test]
async fn a_namespace_is_sent_and_a_service_that_ignores_associated_data_is_not_used() {
    let house = House::new().await;
    house.vault.now(|manner| manner.namespace = Some("team-a"));
    house
        .transit
        .newest_version()
        .await
        .expect_err("another namespace");
    let inside = client(&house.vault, &house.folder, Some("team-a"));
    assert_eq!(inside.newest_version().await.expect("an answer"), 1);
    house
        .vault
        .now(|manner| manner.ignores_associated_data = true);
    let refused = inside.newest_version().await.expect_err("it is too old");
    assert!(refused.to_string().contains("associated data"), "{refused}");
}
