//! Change notifications: who asked for them, what is due, and the way to those who asked. Nothing beyond this machine is
//! ever reached.

use std::collections::{BTreeMap, VecDeque};
use std::sync::OnceLock;
use std::time::Duration;

use axum::http::Method;
use jiff::Timestamp;
use reqwest::{Client, StatusCode, Url};
use serde_json::{Value, json};

use crate::company::PersonId;
use crate::exchange::Ask;
use crate::mailbox::body::escape;
use crate::random;
use crate::simulator::{Shared, lock};
use crate::state::World;

/// How many subscriptions there may be; Microsoft has a thousand for each mailbox.
pub(crate) const MOST: usize = 1_000;
/// How many notifications wait or are kept in the inbox.
const MOST_NOTIFICATIONS: usize = 1_000;
/// Whoever validates an address waits so long for it.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Whoever delivers does not wait longer.
const DELIVERY: Duration = Duration::from_secs(3);

/// Somebody who wants to be told of changes.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) person: PersonId,
    pub(crate) resource: String,
    pub(crate) created: bool,
    pub(crate) updated: bool,
    pub(crate) deleted: bool,
    pub(crate) change_type: String,
    pub(crate) notification_url: String,
    pub(crate) lifecycle_url: Option<String>,
    pub(crate) client_state: Option<String>,
    pub(crate) expires: Timestamp,
    /// The change key of every event when it was last looked at, by the event's id.
    pub(crate) seen: BTreeMap<String, String>,
}

/// All subscriptions, what is due to be sent, and what came to the simulator's own address.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    pub(crate) subscriptions: Vec<Subscription>,
    due: VecDeque<(String, Value)>,
    /// What was sent to `/_sim/notifications`.
    pub(crate) inbox: VecDeque<Value>,
}

impl World {
    /// The events of a mailbox with their change keys.
    pub(crate) fn event_states(&self, person: PersonId) -> BTreeMap<String, String> {
        let Some(mailbox) = self.mailbox(person) else {
            return BTreeMap::new();
        };
        let events = mailbox.events.iter();
        events
            .map(|event| (event.id.clone(), event.change_key.clone()))
            .collect()
    }

    /// Looks at what has changed since the last look, for everybody who wants to know.
    pub(crate) fn notice_changes(&mut self) {
        if self.notifications.subscriptions.is_empty() {
            return;
        }
        let now = self.clock.now();
        let mut kept = std::mem::take(&mut self.notifications.subscriptions);
        kept.retain(|subscription| subscription.expires > now);
        for subscription in &mut kept {
            let states = self.event_states(subscription.person);
            let seen = std::mem::replace(&mut subscription.seen, states);
            for (kind, id) in changes(&seen, subscription) {
                let body = self.notification(subscription, kind, &id);
                if self.notifications.due.len() < MOST_NOTIFICATIONS {
                    let to = subscription.notification_url.clone();
                    self.notifications.due.push_back((to, body));
                }
            }
        }
        self.notifications.subscriptions = kept;
    }

    fn notification(&self, subscription: &Subscription, kind: &str, id: &str) -> Value {
        let owner = &self.person(subscription.person).object_id;
        let resource = format!("Users/{owner}/Events/{id}");
        let mut data = json!({
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": resource,
            "id": id,
        });
        if let Some(key) = subscription.seen.get(id) {
            data["@odata.etag"] = json!(format!("W/\"{key}\""));
        }
        json!({ "value": [{
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": subscription.expires.to_string(),
            "clientState": subscription.client_state,
            "changeType": kind,
            "resource": resource,
            "resourceData": data,
            "tenantId": self.tenant_of(subscription.person).id,
        }] })
    }

    /// Keeps what was sent to the simulator's own address.
    pub(crate) fn receive(&mut self, notification: Value) {
        let inbox = &mut self.notifications.inbox;
        inbox.push_back(notification);
        if inbox.len() > MOST_NOTIFICATIONS {
            inbox.pop_front();
        }
    }
}

/// What a subscription is told: the kind of change, and of which event.
fn changes(
    before: &BTreeMap<String, String>,
    subscription: &Subscription,
) -> Vec<(&'static str, String)> {
    let now = &subscription.seen;
    let mut found = Vec::new();
    for (id, key) in now {
        match before.get(id) {
            None if subscription.created => found.push(("created", id.clone())),
            Some(old) if old != key && subscription.updated => found.push(("updated", id.clone())),
            None | Some(_) => {}
        }
    }
    if subscription.deleted {
        let gone = before.keys().filter(|id| !now.contains_key(*id));
        found.extend(gone.map(|id| ("deleted", id.clone())));
    }
    found
}

/// Whether a request asks for a subscription, whose addresses have to answer first.
pub(crate) fn needs_handshake(ask: &Ask) -> bool {
    let words: Vec<&str> = ask.segments.iter().map(String::as_str).collect();
    ask.method == Method::POST
        && matches!(words.as_slice(), ["v1.0", last] if last.eq_ignore_ascii_case("subscriptions"))
}

/// Asks each address of a subscription that is to be made to prove that it wants to be told.
pub(crate) async fn handshake(ask: &Ask) -> bool {
    let body: Value = serde_json::from_slice(&ask.body).unwrap_or_default();
    let Some(body) = body.as_object() else {
        return false;
    };
    let named = body.iter().filter(|(name, value)| {
        let name = name.to_ascii_lowercase();
        ["notificationurl", "lifecyclenotificationurl"].contains(&name.as_str()) && !value.is_null()
    });
    for (_, address) in named {
        if !answers(address.as_str().unwrap_or_default()).await {
            return false;
        }
    }
    true
}

/// Whether an address gives back a token, as text and in time.
async fn answers(address: &str) -> bool {
    // Whoever echoes without thinking of HTML would be found out by Microsoft's token too.
    let token = random::secret("Validation: Testing client application reachability ", 12);
    let Some(mut url) = here(address) else {
        return false;
    };
    url.query_pairs_mut().append_pair("validationToken", &token);
    let request = client()
        .post(url)
        .header("content-type", "text/plain; charset=utf-8");
    let Ok(answer) = request.timeout(HANDSHAKE).send().await else {
        return false;
    };
    let plain = answer.headers().get("content-type").is_some_and(|kind| {
        kind.to_str()
            .is_ok_and(|kind| kind.starts_with("text/plain"))
    });
    let ok = answer.status() == StatusCode::OK && plain;
    let text = answer.text().await.unwrap_or_default();
    ok && (text == token || text == escape(&token))
}

/// Sends what is due, each to its address, and once more when it was not taken.
pub(crate) async fn deliver(world: Shared) {
    loop {
        let next = lock(&world).notifications.due.pop_front();
        let Some((address, body)) = next else { return };
        let Some(url) = here(&address) else { continue };
        for _ in 0..2 {
            let request = client().post(url.clone()).json(&body).timeout(DELIVERY);
            if request
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                break;
            }
        }
    }
}

/// Whether something waits to be sent.
pub(crate) fn is_due(world: &Shared) -> bool {
    !lock(world).notifications.due.is_empty()
}

/// An address of this machine. Others are not reached: a stand-in has nothing to tell them.
fn here(address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let loopback = match url.host()? {
        url::Host::Domain(name) => name == "localhost",
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
    };
    (loopback && matches!(url.scheme(), "http" | "https")).then_some(url)
}

/// One client for all; it follows nothing.
fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one client of the simulator, for notifications on this machine"
        )]
        let builder = Client::builder();
        builder
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client without a file or an address to read can be made")
    })
}
