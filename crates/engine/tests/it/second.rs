//! Two integrations of one person on the same application: ending one leaves the other as it is.

use std::time::Duration;

use domain::clock::Clock;
use domain::connection::{ConnectionState, Integration, RevokedWhy};
use domain::permission::Level;
use domain::secret::RefreshToken;
use domain::tool::Scope;
use serde_json::json;
use sim::Options;
use store::connections::Connection;

use crate::house::{Database, House, Pair};

const TOKEN: &str = "the grant of the second integration";

/// The house's people, one of whom has connected both.
struct Both {
    house: House,
    pair: Pair,
}

impl Both {
    async fn new() -> Self {
        Self::of_house(House::new().await).await
    }

    async fn of_house(house: House) -> Self {
        let pair = house
            .connected(1, &[("search_events", Level::AlwaysAllow)])
            .await;
        let both = Self { house, pair };
        both.connect_second().await;
        both
    }

    async fn connect_second(&self) -> Connection {
        let outlook = self.of(Integration::OutlookCalendar).await;
        let grant = RefreshToken::new(TOKEN.to_owned());
        let account = domain::id::ObjectId::parse(&outlook.account).expect("a GUID");
        let stored = self.house.store.store_grant(
            self.pair.person.organisation(),
            self.pair.person.id(),
            Integration::Second,
            &[Scope::UserRead],
            &account,
            &grant,
        );
        stored.await.expect("a connection")
    }

    async fn of(&self, integration: Integration) -> Connection {
        let found = self
            .house
            .store
            .connection(self.pair.person.id(), integration);
        found.await.expect("readable").expect("it was made")
    }

    async fn word(&self) -> String {
        self.house
            .word(&self.pair, "search_events", json!({"limit": 1}))
            .await
    }

    /// The second is as it was when it was connected, and opens.
    async fn second_is_untouched(&self, since: &Connection) {
        assert_eq!(&self.of(Integration::Second).await, since);
        let opened = self
            .house
            .store
            .open_grant(self.pair.person.id(), &since.id)
            .await;
        let (grant, version) = opened.expect("it opens");
        assert_eq!((grant.expose(), version), (TOKEN, since.version));
    }
}

#[tokio::test]
async fn ending_the_second_leaves_outlook_its_burst_and_its_calls() {
    let both = Both::new().await;
    assert_eq!(both.word().await, "done");
    let before = both.of(Integration::OutlookCalendar).await;
    let id = both.pair.person.id();
    let ended = both.house.store.disconnect(id, Integration::Second).await;
    assert!(ended.expect("ended").is_some());
    assert_eq!(
        both.of(Integration::Second).await.state,
        ConnectionState::Disconnected
    );
    assert_eq!(both.of(Integration::OutlookCalendar).await, before);
    assert_eq!(both.word().await, "done");
    assert_eq!(both.house.token_requests(), 1, "the burst went on");
}

#[tokio::test]
async fn ending_outlook_in_any_way_leaves_the_second_as_it_is() {
    let both = Both::new().await;
    let second = both.of(Integration::Second).await;
    assert_eq!(both.word().await, "done");
    both.second_is_untouched(&second).await;

    let request = both.house.request();
    let ended = both.house.engine.disconnect(&both.pair.person, &request);
    ended.await.expect("ended");
    assert_eq!(both.word().await, "not_connected");
    both.second_is_untouched(&second).await;

    connect(&both).await;
    let administrator = both.house.signed_in(0).await;
    let administrator = both.house.engine.administrator_caller(administrator);
    let administrator = administrator.expect("she is one");
    let ended = both
        .house
        .engine
        .disconnect_everybody(&administrator, &request);
    assert_eq!(ended.await.expect("ended"), 1);
    both.second_is_untouched(&second).await;

    connect(&both).await;
    both.house.sim.advance(Duration::from_secs(60));
    both.house.sim.revoke_sessions(&both.pair.login);
    assert_eq!(both.word().await, "connection_revoked");
    let outlook = both.of(Integration::OutlookCalendar).await;
    let why = RevokedWhy::EndedAtMicrosoft;
    assert_eq!(outlook.state, ConnectionState::Revoked { why });
    both.second_is_untouched(&second).await;
}

#[tokio::test]
async fn an_idle_second_integration_is_never_renewed_the_way_outlook_is() {
    let clock = Clock::manual(Clock::system().now());
    let linger = Duration::from_secs(60);
    let house = House::one_of_several(Options::default(), Database::sqlite(), clock, linger).await;
    house.sim.freeze_clock(true);
    house.sim.set_clock(house.now());
    let both = Both::of_house(house).await;
    let second = both.of(Integration::Second).await;
    let by = Duration::from_secs(76 * 86_400);
    both.house.clock.advance(by);
    both.house.sim.advance(by);
    both.house.sim.clear_log();
    let tried = both.house.engine.keep_alive_round().await;
    assert_eq!(tried.expect("a round"), 1, "Outlook, and nothing else");
    assert_eq!(both.house.token_requests(), 1);
    both.second_is_untouched(&second).await;
}

async fn connect(both: &Both) {
    let begun = both
        .house
        .engine
        .begin_connect(&both.pair.person, None)
        .await;
    let begun = begun.expect("begins");
    let done = both
        .house
        .come_back(&begun, 1, Some(&both.pair.person))
        .await;
    done.expect("connects");
    assert_eq!(both.word().await, "done");
}
