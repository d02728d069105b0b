//! An access token cannot be made by hand.

fn main() {
    let person = domain::id::PersonId::random(&domain::random::Random::seeded(1));
    let forged = microsoft::entra::AccessToken {
        token: zeroize::Zeroizing::new(String::new()),
        person,
        expires: jiff::Timestamp::MAX,
        lanes: tokio::sync::Semaphore::new(4),
    };
    drop(forged);
}
