//! What an instance does for the others while it has tokens: it shares them, and lets go of them when told.
//!
//! Nothing runs here while this instance holds no token, or is the only one.

use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::id::ConnectionId;
use store::connections::{Asked, InstanceId};

use crate::Engine;

/// How often it is looked whether somebody asks.
const LOOK: Duration = Duration::from_millis(50);
/// How often an instance says that it is alive, in looks.
const ALIVE: u32 = 40;
/// How long others are waited for to end what they have running. Their calls to Microsoft are bounded in time too.
const LONGEST: Duration = Duration::from_secs(30);

impl Engine {
    /// Serves the other instances for as long as this one holds tokens. Does nothing when it is being done already.
    pub(crate) fn serve_others(&self) {
        if self.0.serving.swap(true, Ordering::SeqCst) {
            return;
        }
        let engine = self.clone();
        self.0.tasks.spawn(async move {
            let Some(instance) = &engine.0.instance else {
                return;
            };
            loop {
                engine.serve_until_idle(instance).await;
                engine.0.serving.store(false, Ordering::SeqCst);
                // A burst that began just before has found somebody serving, who has not seen it.
                let missed = engine.0.operations.holds_any() && !engine.0.stopping.is_cancelled();
                if !missed || engine.0.serving.swap(true, Ordering::SeqCst) {
                    break;
                }
            }
        });
    }

    async fn serve_until_idle(&self, instance: &InstanceId) {
        let (mut looks, mut idle) = (0_u32, 0_u32);
        // A few rounds more than nothing, so that what has just begun is not missed.
        while idle < ALIVE && !self.0.stopping.is_cancelled() {
            let done = async {
                if looks.is_multiple_of(ALIVE) {
                    self.0.store.stay_alive(instance).await?;
                }
                self.0.store.asked_of(instance).await
            };
            match done.await {
                Ok(asked) => {
                    for asked in asked {
                        self.serve(asked).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(error = %error, "Requests of other instances cannot be read");
                }
            }
            looks = looks.wrapping_add(1);
            idle = if self.0.operations.holds_any() {
                0
            } else {
                idle + 1
            };
            tokio::select! {
                () = self.0.stopping.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn serve(&self, asked: Asked) {
        match asked {
            Asked::LetGo(connection) => self.end_here(connection),
            Asked::Share(ask, key) => {
                let slot = self.0.operations.slot(&ask.connection);
                // Somebody is asking Entra at this moment: there will be something to share soon.
                let Ok(mut burst) = slot.token.try_lock() else {
                    return;
                };
                let (now, linger) = (self.0.clock.now(), self.0.operations.linger());
                let answer = burst
                    .shared(now, linger)
                    .and_then(|(token, began, version)| {
                        token.hand_over(&key, ask.connection.as_str(), began, version)
                    });
                drop(burst);
                let done = match answer {
                    Some(answer) => self.0.store.answer(&ask, &answer).await,
                    // There is none any more, so the others need not wait for it.
                    None => self.let_go(&ask.connection).await,
                };
                if let Err(error) = done {
                    tracing::warn!(connection.id = %ask.connection, error = %error, "A token could not be shared");
                }
            }
        }
    }

    /// Ends the burst of a connection here: its running calls end first.
    fn end_here(&self, connection: ConnectionId) {
        let slot = self.0.operations.slot(&connection);
        if slot.ending.swap(true, Ordering::SeqCst) {
            return;
        }
        let engine = self.clone();
        self.0.tasks.spawn(async move {
            let alone = slot.end().await;
            if let Err(error) = engine.let_go(&connection).await {
                tracing::warn!(connection.id = %connection, error = %error, "It could not be said that a token is gone");
            }
            slot.ending.store(false, Ordering::SeqCst);
            drop(alone);
        });
    }

    /// Tells the others that this instance has no token of a connection.
    pub(crate) async fn let_go(&self, connection: &ConnectionId) -> Result<(), store::Error> {
        match &self.0.instance {
            Some(instance) => self.0.store.let_go_token(connection, instance).await,
            None => Ok(()),
        }
    }

    /// Ends the bursts of a connection on all other instances and waits until their running calls have ended.
    pub(crate) async fn end_elsewhere(
        &self,
        connection: &ConnectionId,
    ) -> Result<(), store::Error> {
        let Some(instance) = &self.0.instance else {
            return Ok(());
        };
        let store = &self.0.store;
        let Some(ask) = store.end_elsewhere(connection, instance).await? else {
            return Ok(());
        };
        let began = tokio::time::Instant::now();
        while store.outlived(connection, instance).await? {
            if began.elapsed() >= LONGEST {
                tracing::error!(connection.id = %connection, "Another instance has not ended its running calls");
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        store.take_back(&ask).await
    }

    /// Ends the bursts of a connection on all other instances, and does not wait.
    pub(crate) async fn end_elsewhere_soon(
        &self,
        connection: &ConnectionId,
    ) -> Result<(), store::Error> {
        match &self.0.instance {
            Some(instance) => self
                .0
                .store
                .end_elsewhere(connection, instance)
                .await
                .map(drop),
            None => Ok(()),
        }
    }
}
