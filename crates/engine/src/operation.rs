//! Operations: one burst of calls of one person shares one access token, in memory only.
//!
//! A burst ends when no call has come for `linger`, when its token is about to end, or after ten minutes; disconnecting
//! or a challenge by Microsoft ends it at once, on every instance: a token belongs to one version of its connection, and
//! a call that knows a newer one does not use it. Entra refuses an application that asks for tokens too often, so a
//! connection that has asked nearly ten times within five minutes keeps its token a little longer instead.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::id::ConnectionId;
use jiff::{SignedDuration, Timestamp};
use microsoft::entra::AccessToken;
use store::connections::Connection;
use tokio::sync::{Mutex as AsyncMutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::turn::Got;

/// A burst never lasts longer than this.
const LONGEST: SignedDuration = SignedDuration::from_mins(10);
/// A token this close to its end is not used any more.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// The window and the number of token requests Entra is sure to accept in it.
const GUARD_WINDOW: SignedDuration = SignedDuration::from_mins(5);
pub(crate) const GUARD_REQUESTS: usize = 9;
/// From here on a token is kept rather than asked for again.
const GUARD_KEEPS: usize = 7;

/// The bursts that run now.
pub(crate) struct Operations {
    linger: SignedDuration,
    slots: Mutex<HashMap<ConnectionId, Arc<Slot>>>,
}

/// One connection's place: its calls share it, ending it excludes them.
pub(crate) struct Slot {
    calls: RwLock<()>,
    /// Another instance has ended the burst, and the running calls are being waited for.
    pub(crate) ending: AtomicBool,
    /// Held across the request for a token, on purpose: whoever waits here waits for exactly that token.
    pub(crate) token: AsyncMutex<Burst>,
}

/// The token of a burst, and when tokens were asked for.
#[derive(Default)]
pub(crate) struct Burst {
    held: Option<Held>,
    requests: VecDeque<Timestamp>,
    running: usize,
    reaped: bool,
    /// Other instances have been told that there is a token here, and not yet that it is gone.
    noted: bool,
    /// The newest version whose token Microsoft rejected; no other instance's token of it is taken.
    rejected: i64,
}

struct Held {
    token: Arc<AccessToken>,
    began: Timestamp,
    last: Timestamp,
    /// The version of the connection it belongs to, and when that was connected.
    version: i64,
    connected_at: Timestamp,
}

/// What a burst has for a call.
pub(crate) enum Current {
    /// The token to use.
    Token(Arc<AccessToken>),
    /// Nothing.
    None,
    /// A token of a connection that was made after the one the call knows.
    OfAnother,
}

impl Operations {
    pub(crate) fn new(linger: Duration) -> Self {
        Self {
            linger: SignedDuration::try_from(linger)
                .unwrap_or(LONGEST)
                .min(LONGEST),
            slots: Mutex::default(),
        }
    }

    pub(crate) fn linger(&self) -> SignedDuration {
        self.linger
    }

    /// The place of a connection.
    pub(crate) fn slot(&self, connection: &ConnectionId) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || {
            Arc::new(Slot {
                calls: RwLock::new(()),
                ending: AtomicBool::new(false),
                token: AsyncMutex::default(),
            })
        };
        Arc::clone(slots.entry(connection.clone()).or_insert_with(fresh))
    }

    /// Ends the burst of a connection whose grant was replaced.
    pub(crate) async fn forget(&self, connection: &ConnectionId) {
        self.slot(connection).token.lock().await.drop_token();
    }

    /// Ends every burst.
    pub(crate) async fn forget_all(&self) {
        let slots: Vec<_> = self
            .slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .map(Arc::clone)
            .collect();
        for slot in slots {
            slot.token.lock().await.drop_token();
        }
    }

    /// Whether any connection has a token now, or may be getting one.
    pub(crate) fn holds_any(&self) -> bool {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots
            .values()
            .any(|slot| slot.token.try_lock().map_or(true, |burst| burst.noted))
    }

    /// Forgets a connection nobody uses: no token, no recent request, no other holder.
    pub(crate) fn retire(&self, connection: &ConnectionId) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = slots.get(connection).is_some_and(|slot| {
            Arc::strong_count(slot) == 1
                && slot
                    .token
                    .try_lock()
                    .is_ok_and(|burst| burst.held.is_none() && burst.requests.is_empty())
        });
        if idle {
            slots.remove(connection);
        }
    }
}

impl Slot {
    /// For the length of one call.
    pub(crate) async fn enter(&self) -> RwLockReadGuard<'_, ()> {
        self.calls.read().await
    }

    /// Waits for the running calls, drops the token, and keeps new calls out while the guard lives.
    pub(crate) async fn end(&self) -> RwLockWriteGuard<'_, ()> {
        let guard = self.calls.write().await;
        self.token.lock().await.drop_token();
        guard
    }
}

impl Burst {
    /// The token for a call that knows the connection like this.
    pub(crate) fn current(
        &mut self,
        connection: &Connection,
        now: Timestamp,
        linger: SignedDuration,
    ) -> Current {
        let newer = |held: &Held| connection.version > held.version;
        if self.over(now, linger) || self.held.as_ref().is_some_and(newer) {
            self.drop_token();
        }
        let Some(held) = &mut self.held else {
            return Current::None;
        };
        if held.connected_at != connection.connected_at {
            return Current::OfAnother;
        }
        held.last = now;
        Current::Token(Arc::clone(&held.token))
    }

    /// The token for another instance, when the burst began, and what it belongs to. Sharing does not prolong the burst.
    pub(crate) fn shared(
        &mut self,
        now: Timestamp,
        linger: SignedDuration,
    ) -> Option<(Arc<AccessToken>, Timestamp, i64)> {
        if self.over(now, linger) {
            self.drop_token();
        }
        let held = self.held.as_ref()?;
        Some((Arc::clone(&held.token), held.began, held.version))
    }

    /// Begins a burst, or goes on with one that began elsewhere.
    pub(crate) fn begin(
        &mut self,
        got: Got,
        connected_at: Timestamp,
        now: Timestamp,
    ) -> Arc<AccessToken> {
        self.noted = true;
        let token = Arc::new(got.token);
        // All instances' requests, ours among them; a token from another instance comes without.
        if !got.asked.is_empty() {
            self.requests = got.asked.into();
        }
        self.held = Some(Held {
            token: Arc::clone(&token),
            began: got.began,
            last: now,
            version: got.version,
            connected_at,
        });
        token
    }

    fn forget_old_requests(&mut self, now: Timestamp) {
        while self
            .requests
            .front()
            .is_some_and(|asked| now.duration_since(*asked) >= GUARD_WINDOW)
        {
            self.requests.pop_front();
        }
    }

    /// A call is running on the token.
    pub(crate) fn started(&mut self) {
        self.running += 1;
    }

    /// A call has ended; with no linger the token ends with the last one.
    pub(crate) fn finished(&mut self, now: Timestamp, linger: SignedDuration) {
        self.running = self.running.saturating_sub(1);
        if let Some(held) = &mut self.held {
            held.last = now;
        }
        if self.over(now, linger) {
            self.drop_token();
        }
    }

    /// Forgets the token; it is overwritten when the last call that uses it ends.
    pub(crate) fn drop_token(&mut self) {
        self.held = None;
    }

    /// Microsoft rejected a token: it is forgotten, unless another call has got a newer one already.
    pub(crate) fn reject(&mut self, token: &Arc<AccessToken>) {
        if let Some(held) = &self.held
            && Arc::ptr_eq(&held.token, token)
        {
            self.rejected = held.version;
            self.drop_token();
        }
    }

    /// The version above which a token of this connection may still be good; every version is above zero.
    pub(crate) fn rejected(&self) -> i64 {
        self.rejected
    }

    /// Whether somebody must watch over the end of this burst; says yes once.
    pub(crate) fn needs_reaper(&mut self) -> bool {
        !std::mem::replace(&mut self.reaped, true)
    }

    /// The reaper's question: whether others must be told now that the token is gone, and how long to wait before looking
    /// again, if ever.
    pub(crate) fn reap(
        &mut self,
        now: Timestamp,
        linger: SignedDuration,
    ) -> (bool, Option<Duration>) {
        if self.over(now, linger) {
            self.drop_token();
        }
        self.forget_old_requests(now);
        let gone = self.held.is_none() && std::mem::take(&mut self.noted);
        if self.held.is_none() && self.requests.is_empty() {
            self.reaped = false;
            return (gone, None);
        }
        (gone, Some(Duration::from_secs(1)))
    }

    fn over(&self, now: Timestamp, linger: SignedDuration) -> bool {
        let Some(held) = &self.held else { return false };
        let recent = self
            .requests
            .iter()
            .filter(|asked| now.duration_since(**asked) < GUARD_WINDOW)
            .count();
        let linger = if recent >= GUARD_KEEPS {
            GUARD_WINDOW
        } else {
            linger
        };
        let idle = self.running == 0 && now.duration_since(held.last) >= linger;
        idle || now.duration_since(held.began) >= LONGEST
            || held.token.expires().duration_since(now) <= MARGIN
    }
}
