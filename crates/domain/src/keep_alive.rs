//! Keeping a grant alive that nobody uses: Microsoft forgets one that was not redeemed for 90 days.

use jiff::{SignedDuration, Timestamp};

use crate::connection::ConnectionState;
use crate::id::ConnectionId;

/// Microsoft ends a grant that was not used for so long.
pub const ENDS_AFTER: SignedDuration = SignedDuration::from_hours(90 * 24);
/// A grant is renewed when it was not used for so many days, and up to [`SPREAD`] days later.
const DUE_AFTER: i64 = 60;
/// Connections that were made on one day are not renewed on one day.
const SPREAD: i64 = 15;
/// From here on its person is told, because renewing has failed for days.
const WARN_AFTER: SignedDuration = SignedDuration::from_hours(80 * 24);

/// The right to exchange the grant of one idle connection for a newer one. It is no permit: nothing that takes it gives
/// out a token or reaches a calendar. Only [`due`] makes one.
///
/// ```compile_fail
/// # fn forge(connection: domain::id::ConnectionId) {
/// let forged = domain::keep_alive::KeepAlive { connection };
/// # }
/// ```
#[derive(Debug)]
pub struct KeepAlive {
    connection: ConnectionId,
}

impl KeepAlive {
    /// Of which connection.
    pub fn connection(&self) -> &ConnectionId {
        &self.connection
    }
}

/// Before this moment a grant must have been used last for its renewal to be due at all.
pub fn earliest(now: Timestamp) -> Timestamp {
    now - SignedDuration::from_hours(DUE_AFTER * 24)
}

/// Whether an idle connection is to be kept alive now.
pub fn due(
    connection: &ConnectionId,
    state: &ConnectionState,
    used: Timestamp,
    now: Timestamp,
) -> Option<KeepAlive> {
    let spread: i64 = connection.as_str().bytes().map(i64::from).sum::<i64>() % (SPREAD * 24);
    let idle = SignedDuration::from_hours(DUE_AFTER * 24 + spread);
    let due = *state == ConnectionState::Connected && now.duration_since(used) >= idle;
    due.then(|| KeepAlive {
        connection: connection.clone(),
    })
}

/// Before this moment a grant must have been used last for its end to be near.
pub fn near_its_end(now: Timestamp) -> Timestamp {
    now - WARN_AFTER
}

/// When a working connection is going to end unless somebody uses it, once that is near.
pub fn ends(state: &ConnectionState, used: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let near = *state == ConnectionState::Connected && now.duration_since(used) >= WARN_AFTER;
    near.then(|| used + ENDS_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn days(days: i64) -> SignedDuration {
        SignedDuration::from_hours(days * 24)
    }

    #[test]
    fn idle_connections_are_due_between_day_60_and_day_75_and_not_all_on_one_day() {
        let (random, used) = (Random::seeded(1), Timestamp::UNIX_EPOCH);
        let ids: Vec<_> = (0..300).map(|_| ConnectionId::random(&random)).collect();
        let due_on = |day: i64| {
            let due = |id: &&ConnectionId| {
                due(id, &ConnectionState::Connected, used, used + days(day)).is_some()
            };
            ids.iter().filter(due).count()
        };
        assert_eq!((due_on(59), due_on(75)), (0, 300));
        let busiest = (60..75).map(|day| due_on(day + 1) - due_on(day)).max();
        assert!(busiest < Some(100), "{busiest:?}");
    }

    #[test]
    fn only_a_working_connection_is_kept_alive_and_its_person_warned() {
        let (id, used) = (
            ConnectionId::random(&Random::seeded(1)),
            Timestamp::UNIX_EPOCH,
        );
        let now = used + days(85);
        assert!(due(&id, &ConnectionState::Connected, used, now).is_some());
        assert_eq!(
            ends(&ConnectionState::Connected, used, now),
            Some(used + days(90))
        );
        assert_eq!(
            ends(&ConnectionState::Connected, used, used + days(79)),
            None
        );
        for state in [ConnectionState::Disconnected, ConnectionState::Damaged] {
            assert!(due(&id, &state, used, now).is_none());
            assert_eq!(ends(&state, used, now), None);
        }
    }
}
