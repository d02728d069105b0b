//! A key that lives in a service: what it sealed opens through it only, and its absence damages nothing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use domain::connection::ConnectionState;
use domain::secret::RefreshToken;
use store::keyring::{KeyService, ServiceAnswer, ServiceFault, ServiceKey};
use store::{Error, KeyEncryptionKey, Keyring, Kind, Store};

use crate::fixture::{CALENDAR, Fixture, World, ring};
use crate::on_both;

/// A service that remembers what it wrapped, and for what.
#[derive(Default)]
struct Service {
    wrapped: Mutex<HashMap<String, (String, Vec<u8>)>>,
    /// The oldest version that it still opens.
    oldest: AtomicU64,
    /// How many requests it answers until it is away.
    answers: AtomicU64,
}

impl Service {
    fn new() -> Arc<Self> {
        let service = Self::default();
        service.answers.store(u64::MAX, Ordering::SeqCst);
        Arc::new(service)
    }

    fn goes_away_after(&self, answers: u64) {
        self.answers.store(answers, Ordering::SeqCst);
    }

    fn answer(&self) -> Result<(), ServiceFault> {
        let left = self.answers.load(Ordering::SeqCst);
        if left == 0 {
            return Err(ServiceFault::Unavailable("it is away".into()));
        }
        self.answers.store(left - 1, Ordering::SeqCst);
        Ok(())
    }
}

impl KeyService for Service {
    fn wrap<'a>(
        &'a self,
        version: u64,
        plain: &'a [u8],
        associated_data: &'a str,
    ) -> ServiceAnswer<'a, String> {
        Box::pin(async move {
            self.answer()?;
            let mut wrapped = self.wrapped.lock().expect("whole");
            let text = format!("service:v{version}:{}", wrapped.len());
            wrapped.insert(text.clone(), (associated_data.to_owned(), plain.to_vec()));
            Ok(text)
        })
    }

    fn unwrap<'a>(
        &'a self,
        version: u64,
        wrapped: &'a str,
        associated_data: &'a str,
    ) -> ServiceAnswer<'a, zeroize::Zeroizing<Vec<u8>>> {
        Box::pin(async move {
            self.answer()?;
            if version < self.oldest.load(Ordering::SeqCst) {
                return Err(ServiceFault::VersionMissing);
            }
            let known = self.wrapped.lock().expect("whole");
            match known.get(wrapped) {
                Some((data, plain)) if data == associated_data => {
                    Ok(zeroize::Zeroizing::new(plain.clone()))
                }
                Some(_) | None => Err(ServiceFault::Shut),
            }
        })
    }
}

fn key(service: &Arc<Service>, version: u64) -> ServiceKey {
    let service: Arc<dyn KeyService> = service.clone();
    ServiceKey::new("calendar", version, service).expect("a name")
}

/// A ring in which the service seals with this version.
fn sealing(service: &Arc<Service>, version: u64, older: &[&str]) -> Keyring {
    let older = older.iter().map(|text| KeyEncryptionKey::parse_file(text));
    let older = older.collect::<Result<Vec<_>, _>>().expect("keys");
    Keyring::with_service(key(service, version), older).expect("a ring")
}

async fn opens(store: &Store, world: &World) -> Result<String, Error> {
    let opened = store.open_grant(&world.anna.id, &world.connection.id).await;
    opened.map(|(token, _)| token.expose().to_owned())
}

async fn state(store: &Store, world: &World) -> ConnectionState {
    let connection = store.connection(&world.anna.id, CALENDAR).await;
    connection.expect("an answer").expect("it is there").state
}

on_both! {
    async fn connections_move_from_a_file_to_a_service_through_its_versions_and_back(fixture: &Fixture) {
        let world = fixture.world().await;
        let service = Service::new();
        let store = fixture.open(sealing(&service, 1, &[&fixture.key])).await.expect("both keys are there");
        assert_eq!(opens(&store, &world).await.expect("by the file's key"), "anna's token");
        assert_eq!(store.rewrap(None, 10).await.expect("it moves").moved.len(), 1);
        assert_eq!(fixture.texts("SELECT key_id FROM grants").await, ["calendar-v1"]);
        assert_eq!(opens(&store, &world).await.expect("by the service"), "anna's token");
        // A new version of the service's key: it opens both, and the file's key is not needed any more.
        let store = fixture.open(sealing(&service, 2, &[])).await.expect("the service is there");
        assert_eq!(opens(&store, &world).await.expect("by the older version"), "anna's token");
        assert_eq!(store.rewrap(None, 10).await.expect("it moves").moved.len(), 1);
        assert_eq!(fixture.texts("SELECT key_id FROM grants").await, ["calendar-v2"]);
        service.oldest.store(2, Ordering::SeqCst);
        let store = fixture.open(sealing(&service, 2, &[])).await.expect("nothing needs the first version");
        assert_eq!(opens(&store, &world).await.expect("by the second version"), "anna's token");
        // Away from it again.
        let back = ring(&fixture.key, &[]).and_service(key(&service, 2)).expect("a ring");
        let store = fixture.open(back).await.expect("both are there");
        assert_eq!(store.rewrap(None, 10).await.expect("it moves").moved.len(), 1);
        service.goes_away_after(0);
        let store = fixture.open(fixture.keys()).await.expect("the service is not needed");
        assert_eq!(opens(&store, &world).await.expect("by the file's key"), "anna's token");
    }

    async fn a_service_that_is_away_damages_nothing_and_loses_nothing(fixture: &Fixture) {
        let world = fixture.world().await;
        let service = Service::new();
        let store = fixture.open(sealing(&service, 1, &[&fixture.key])).await.expect("both keys are there");
        store.rewrap(None, 10).await.expect("it moves");
        let before = fixture.texts("SELECT sealed || wrapped_key FROM grants").await;
        service.goes_away_after(0);
        let refused = opens(&store, &world).await.expect_err("the service is away");
        assert!(matches!(refused, Error::KeyService { .. }), "{refused:?}");
        assert_eq!(refused.kind(), Kind::Unavailable);
        let late = RefreshToken::new("late".into());
        let connection = &world.connection;
        let kept = store.commit_grant(&world.anna.id, &connection.id, connection.version, Some(&late), &[]).await;
        assert_eq!(kept.expect_err("nothing can be sealed").kind(), Kind::Unavailable);
        assert_eq!(state(&store, &world).await, ConnectionState::Connected);
        // It goes away at every place of a rotation.
        let next = async |answers| {
            service.goes_away_after(u64::MAX);
            let store = fixture.open(sealing(&service, 2, &[])).await.expect("the service is there");
            service.goes_away_after(answers);
            store.rewrap(None, 10).await
        };
        for answers in 0..3 {
            let stopped = next(answers).await.expect_err("the service is away");
            assert_eq!(stopped.kind(), Kind::Unavailable, "{answers}");
            assert_eq!(fixture.texts("SELECT sealed || wrapped_key FROM grants").await, before);
        }
        let refused = fixture.open(sealing(&service, 1, &[])).await.expect_err("the service is away");
        assert_eq!(refused.kind(), Kind::Unavailable, "the start says so, and nothing else");
        service.goes_away_after(u64::MAX);
        assert_eq!(opens(&store, &world).await.expect("it is back"), "anna's token");
    }

    async fn what_a_service_wrapped_opens_in_its_own_row_only(fixture: &Fixture) {
        let world = fixture.world().await;
        let service = Service::new();
        let store = fixture.open(sealing(&service, 1, &[&fixture.key])).await.expect("both keys are there");
        let bruno = fixture.person(&store, &world.tenant, "Bruno Costa").await;
        fixture.connect(&store, &bruno, "bruno's token").await;
        fixture.connect(&store, &world.anna, "anna's token").await;
        for columns in ["wrapped_key", "sealed", "wrapped_key, sealed"] {
            fixture.connect(&store, &world.anna, "anna's token").await;
            assert_eq!(opens(&store, &world).await.expect("it is whole"), "anna's token");
            let (anna, columns) = (&world.connection.id, columns.split(", "));
            let set: Vec<String> = columns
                .map(|column| format!("{column} = (SELECT {column} FROM grants WHERE connection <> '{anna}')"))
                .collect();
            fixture.sql(&format!("UPDATE grants SET {} WHERE connection = '{anna}'", set.join(", "))).await;
            let read = opens(&store, &world).await.expect_err("it stays shut");
            assert_eq!(read.kind(), Kind::Damaged);
            assert_eq!(state(&store, &world).await, ConnectionState::Damaged);
        }
    }

    async fn a_version_that_the_service_no_longer_has_is_a_missing_key(fixture: &Fixture) {
        let world = fixture.world().await;
        let service = Service::new();
        let store = fixture.open(sealing(&service, 1, &[&fixture.key])).await.expect("both keys are there");
        store.rewrap(None, 10).await.expect("it moves");
        service.oldest.store(2, Ordering::SeqCst);
        match opens(&store, &world).await {
            Err(Error::KeyMissing { key_id }) => assert_eq!(key_id, "calendar-v1"),
            other => panic!("{other:?}"),
        }
        assert_eq!(state(&store, &world).await, ConnectionState::Connected);
        match fixture.open(sealing(&service, 2, &[])).await {
            Err(Error::KeyMissing { key_id }) => assert_eq!(key_id, "calendar-v1"),
            other => panic!("{other:?}"),
        }
    }

    async fn another_key_of_the_same_name_is_found_out_at_the_start(fixture: &Fixture) {
        let world = fixture.world().await;
        let service = Service::new();
        let store = fixture.open(sealing(&service, 1, &[&fixture.key])).await.expect("both keys are there");
        store.rewrap(None, 10).await.expect("it moves");
        let other = Service::new();
        let refused = fixture.open(sealing(&other, 1, &[])).await.expect_err("another service");
        assert!(matches!(refused, Error::KeyWrong { .. }), "{refused:?}");
        assert_eq!(opens(&store, &world).await.expect("untouched"), "anna's token");
    }
}

#[test]
fn a_key_of_a_service_and_a_file_cannot_have_the_same_id() {
    let text = domain::random::Random::seeded(1).token();
    let local = KeyEncryptionKey::from_base64url("calendar-v7", &text).expect("a key");
    assert!(Keyring::with_service(key(&Service::new(), 1), vec![local]).is_err());
    for name in ["", "Calendar", "a/b", &"a".repeat(31)] {
        assert!(ServiceKey::new(name, 1, Service::new()).is_err(), "{name}");
    }
}
