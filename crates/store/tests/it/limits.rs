//! R1: limits that protect others are exact, whoever counts at once, and a restart forgives nothing.

use std::time::Duration;

use domain::limit::{Exceeded, Limit};
use store::limits::{Counted, Over, Spending};
use tokio::task::JoinSet;

use crate::fixture::Fixture;
use crate::on_both;

const MINUTE: Duration = Duration::from_secs(60);

fn spending(counted: Counted, subject: &str, most: u32, amount: u32) -> Spending {
    Spending {
        counted,
        subject: subject.to_owned(),
        limit: Limit {
            most,
            window: MINUTE,
        },
        amount,
    }
}

on_both! {
    async fn of_two_hundred_writes_at_once_over_two_instances_exactly_thirty_pass(fixture: &Fixture) {
        let one = fixture.store().await;
        let other = fixture.open(fixture.keys()).await.expect("it opens");
        let mut writes = JoinSet::new();
        for number in 0..200 {
            let store = if number % 2 == 0 { one.clone() } else { other.clone() };
            writes.spawn(async move {
                let wanted = vec![
                    spending(Counted::Writes, "person", 30, 1),
                    spending(Counted::Writes, "organisation", 1_000, 1),
                ];
                store.spend(wanted).await.expect("counted").is_ok()
            });
        }
        let passed = writes.join_all().await;
        assert_eq!(passed.into_iter().filter(|passed| *passed).count(), 30);
        // Nobody else's are touched, and what was refused was not counted for the organisation either.
        let wanted = vec![spending(Counted::Writes, "another", 30, 30)];
        assert_eq!(one.spend(wanted).await.expect("counted"), Ok(()));
        let wanted = vec![spending(Counted::Writes, "organisation", 1_000, 970)];
        assert_eq!(one.spend(wanted).await.expect("counted"), Ok(()));
    }

    async fn after_a_restart_what_was_used_is_still_used_until_its_time_is_over(fixture: &Fixture) {
        let store = fixture.store().await;
        let wanted = vec![spending(Counted::Invitations, "person", 50, 50)];
        assert_eq!(store.spend(wanted).await.expect("counted"), Ok(()));
        drop(store);
        let store = fixture.open(fixture.keys()).await.expect("it opens");
        let one = || vec![spending(Counted::Invitations, "person", 50, 1)];
        let Err(Over { exceeded: Exceeded::Until(wait), .. }) = store.spend(one()).await.expect("counted") else {
            panic!("it is used up");
        };
        assert!(store.would_fit(one()).await.expect("counted").is_err());
        fixture.clock.advance(wait);
        assert_eq!(store.would_fit(one()).await.expect("counted"), Ok(()));
        assert_eq!(store.spend(one()).await.expect("counted"), Ok(()));
    }

    async fn what_does_not_fit_in_one_limit_is_used_of_none(fixture: &Fixture) {
        let store = fixture.store().await;
        let wanted = vec![
            spending(Counted::Writes, "person", 30, 1),
            spending(Counted::Invitations, "person", 5, 6),
        ];
        let over = store.spend(wanted).await.expect("counted").expect_err("six are more than five");
        assert_eq!((over.spending.counted, over.exceeded), (Counted::Invitations, Exceeded::Always));
        let wanted = vec![spending(Counted::Writes, "person", 30, 30)];
        assert_eq!(store.spend(wanted).await.expect("counted"), Ok(()));
    }
}
