//! The store's promises, each proved on SQLite and on PostgreSQL.
//!
//! PostgreSQL is the one at the URL in `ATTACHE_TEST_POSTGRES` (a role that may create databases), else a throwaway
//! cluster that `postgres.sh` starts when it finds `initdb`; else those runs are skipped, and say so.

mod fixture;
mod postgres;

mod grants;
mod keys;
mod lives;
mod rewrap;
mod second;
mod service;
mod shredding;
mod tampering;
mod turns;
mod wiping;

mod approvals;
mod audit;
mod checkpoints;
mod levels;
mod limits;
mod machine;

mod agents;
mod attempts;
mod handles;
mod looking;
mod opening;
mod overview;
mod parking;
mod people;
mod schedules;
mod sessions;
mod taint;

/// Writes each body once and runs it as two tests.
macro_rules! on_both {
    ($(async fn $name:ident($fixture:ident: &Fixture) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn body($fixture: &Fixture) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                body(&Fixture::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(fixture) = Fixture::postgres().await {
                    body(&fixture).await;
                    fixture.remove().await;
                }
            }
        }
    )*};
}
use on_both;
