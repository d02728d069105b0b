//! One attache for a test, and how to ask it things.

use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use domain::clock::Clock;
use domain::connection::Integration;
use domain::id::{Identity, ObjectId, PersonId, TenantId};
use domain::permission::Level;
use domain::random::Random;
use domain::secret::{ClientSecret, RefreshToken, SessionSecret};
use domain::tool::Scope;
use engine::Engine;
use microsoft::Microsoft;
use serde_json::Value;
use store::{KeyEncryptionKey, Keyring, Store};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// The web side of one attache, with one person, one session and one key.
pub(crate) struct App {
    router: Router,
    key: String,
    session: String,
    _folder: Option<TempDir>,
}

/// A request on its way.
pub(crate) struct Asked {
    router: Router,
    key: String,
    session: String,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: String,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl App {
    /// An attache where no administrator has set anything and nobody is connected.
    pub(crate) async fn new() -> Self {
        Self::build(&[], false).await
    }

    /// An attache where no administrator has set anything, and whose person is one.
    pub(crate) async fn of_administrator() -> Self {
        Self::build(&[], true).await
    }

    /// An attache whose person is connected, with these levels set.
    pub(crate) async fn with(levels: &[(&str, Level)]) -> Self {
        Self::build(levels, false).await
    }

    async fn build(levels: &[(&str, Level)], administrator: bool) -> Self {
        microsoft::install_crypto();
        let folder = tempfile::tempdir().expect("a folder");
        let (store, engine) = parts(folder.path()).await;
        let identity = Identity {
            tenant: TenantId::parse("11111111-1111-4111-8111-111111111111").expect("a tenant"),
            object: ObjectId::parse("22222222-2222-4222-8222-222222222222").expect("an object"),
        };
        let person = engine
            .seed_person(
                &identity,
                "Anna Berg",
                "anna@nordwind.example",
                administrator,
            )
            .await
            .expect("a person");
        let key = engine.seed_key(&person, "test").await.expect("a key");
        let session = SessionSecret::random(&Random::operating_system());
        let hour = Duration::from_secs(3600);
        store
            .create_session(
                &person,
                &session.hash(),
                domain::clock::Clock::system().now(),
                hour,
                hour,
            )
            .await
            .expect("a session");
        if !levels.is_empty() {
            connect(&store, &identity, &person, levels).await;
        }
        let settings = web::Settings {
            base_url: "http://localhost:8080".into(),
            authority_origin: "https://login.example".into(),
            allowed_hosts: vec!["also.example".into()],
            agents_at_once: 64,
        };
        Self {
            router: web::router(engine, settings),
            key: key.expose().to_owned(),
            session: session.expose().to_owned(),
            _folder: Some(folder),
        }
    }

    /// The place of one person at an attache that stands already.
    pub(crate) fn at(router: Router, key: String, session: String) -> Self {
        Self {
            router,
            key,
            session,
            _folder: None,
        }
    }

    /// The token that the forms of the person's session carry.
    pub(crate) async fn form_token(&self) -> String {
        let page = self.ask(Method::GET, "/keys").signed_in().send().await;
        let (_, rest) = page
            .body
            .split_once("name=\"form_token\" value=\"")
            .expect("a form");
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// Begins a request.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert("host", "localhost:8080".parse().expect("a header"));
        Asked {
            router: self.router.clone(),
            key: self.key.clone(),
            session: self.session.clone(),
            method,
            path: path.to_owned(),
            headers,
            body: String::new(),
        }
    }
}

impl Asked {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name: axum::http::HeaderName = name.parse().expect("a name");
        self.headers.insert(name, value.parse().expect("a header"));
        self
    }

    pub(crate) fn with_key(self) -> Self {
        let bearer = format!("Bearer {}", self.key);
        self.header("authorization", &bearer)
    }

    pub(crate) fn signed_in(self) -> Self {
        let cookie = format!("attache-session={}", self.session);
        self.header("cookie", &cookie)
    }

    /// Signed in, with one more cookie.
    pub(crate) fn signed_in_with(self, cookie: &str) -> Self {
        let cookies = format!("attache-session={}; {cookie}", self.session);
        self.header("cookie", &cookies)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    /// A form of the person's session.
    pub(crate) fn form(self, token: &str, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("form_token", token)
            .extend_pairs(fields)
            .finish();
        self.signed_in()
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    pub(crate) fn body(self, body: String) -> Self {
        Self { body, ..self }
    }

    pub(crate) async fn send(self) -> Answer {
        let mut request = Request::new(Body::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().expect("a path");
        *request.headers_mut() = self.headers;
        let response = self.router.oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }
}

/// A store in a folder of its own, and an engine whose Microsoft is nowhere.
#[expect(
    clippy::disallowed_methods,
    reason = "the record's writer runs beside the test and ends with it"
)]
async fn parts(folder: &Path) -> (Store, Engine) {
    let (clock, random) = (Clock::system(), Random::operating_system());
    let settings = store::Settings {
        url: format!("sqlite:{}", folder.join("attache.db").display()),
        max_connections: 4,
    };
    Store::migrate(&settings).await.expect("tables");
    let keys = Keyring::new(KeyEncryptionKey::generate(&random).0, Vec::new()).expect("keys");
    let (store, writer) = Store::open(&settings, keys, clock.clone(), random.clone())
        .await
        .expect("a store");
    tokio::spawn(writer.run());
    let nowhere = microsoft::Settings {
        authority: "http://127.0.0.1:9/11111111-1111-4111-8111-111111111111".into(),
        graph: "http://127.0.0.1:9/v1.0".into(),
        client_id: "33333333-3333-4333-8333-333333333333".into(),
        credential: microsoft::entra::Credential::Secret(ClientSecret::new("secret".into())),
        redirect_uri: "http://localhost:8080/auth/microsoft/callback".into(),
        allowed_tenants: Vec::new(),
        timeout: Duration::from_secs(5),
    };
    let microsoft = Microsoft::new(nowhere, clock.clone(), random.clone()).expect("a client");
    let settings = engine::Settings {
        base_url: "http://localhost:8080".into(),
        token_linger: Duration::ZERO,
        session_idle: Duration::from_secs(1800),
        session_absolute: Duration::from_secs(3600),
        approval_lifetime: Duration::from_secs(3600),
        home_domains: Vec::new(),
        limits: engine::Limits::all(1_000_000),
        simulated: true,
        instances: engine::Instances::One,
    };
    let engine = Engine::new(store.clone(), microsoft, clock, random, settings);
    (store, engine)
}

async fn connect(store: &Store, identity: &Identity, person: &PersonId, levels: &[(&str, Level)]) {
    let organisation = store
        .organisation_for(&identity.tenant)
        .await
        .expect("an organisation");
    let grant = RefreshToken::new("a grant".into());
    let integration = Integration::OutlookCalendar;
    store
        .store_grant(
            &organisation,
            person,
            integration,
            &Scope::ALL,
            &identity.object,
            &grant,
        )
        .await
        .expect("a connection");
    for (tool, level) in levels {
        store
            .set_level(&organisation, tool, *level, person)
            .await
            .expect("a level");
    }
}
