//! A person with a browser, and an application that has what the person gave it.

use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response, StatusCode, redirect};
use serde_json::Value;
use sim::{Options, Person, Rotation, Simulator};
use url::Url;

pub(crate) const REDIRECT: &str = "http://localhost:8080/auth/microsoft/callback";
pub(crate) const TEN: &str = "openid offline_access email profile User.Read Contacts.Read People.Read User.ReadBasic.All Calendars.ReadWrite Calendars.Read.Shared";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const START: &str = "2026-03-25T09:00:00Z";

/// A simulator that starts on a Wednesday, four days before the clocks change in Europe.
pub(crate) async fn simulator() -> Simulator {
    simulator_with(Rotation::Lenient).await
}

pub(crate) async fn simulator_with(rotation: Rotation) -> Simulator {
    let mut options = Options {
        rotation,
        ..Options::default()
    };
    options.company.start = Some(START.parse().expect("an instant"));
    sim::start(options).await.expect("a free port on loopback")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of these tests that makes a client"
)]
pub(crate) fn client() -> Client {
    Client::builder()
        .redirect(redirect::Policy::none())
        .build()
        .expect("a client")
}

/// The main member of the company.
pub(crate) fn lena(simulator: &Simulator) -> Person {
    simulator.people().swap_remove(1)
}

/// A browser: cookies, forms, no script.
pub(crate) struct Browser {
    pub(crate) client: Client,
    base: String,
    cookie: Option<String>,
}

/// A page or a redirect.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) html: String,
}

impl Page {
    pub(crate) fn location(&self) -> Url {
        let location = self
            .headers
            .get(LOCATION)
            .expect("a redirect")
            .to_str()
            .expect("text");
        Url::parse(location).expect("a URL")
    }

    pub(crate) fn answer(&self, name: &str) -> Option<String> {
        self.location()
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    fn hidden(&self, name: &str) -> String {
        let start = self
            .html
            .find(&format!("name=\"{name}\" value=\""))
            .expect("the field")
            + name.len()
            + 15;
        self.html[start..]
            .split('"')
            .next()
            .expect("a value")
            .to_owned()
    }
}

impl Browser {
    pub(crate) fn new(simulator: &Simulator) -> Self {
        Self {
            client: client(),
            base: simulator.base().to_owned(),
            cookie: None,
        }
    }

    /// A browser at another base of the simulator.
    pub(crate) fn at(client: Client, base: &str) -> Self {
        Self {
            client,
            base: base.to_owned(),
            cookie: None,
        }
    }

    pub(crate) async fn open(&mut self, url: &str) -> Page {
        let request = self.client.get(url);
        self.send(request).await
    }

    /// Sends a form of its own.
    pub(crate) async fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.client.post(url).form(fields);
        self.send(request).await
    }

    /// Sends a page's form with these fields.
    pub(crate) async fn submit(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let (context, step) = (page.hidden("ctx"), page.hidden("step"));
        let action = page
            .html
            .split("action=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("a form");
        let mut form = vec![("ctx", context.as_str()), ("step", step.as_str())];
        form.extend_from_slice(fields);
        let request = self
            .client
            .post(format!("{}{action}", self.base))
            .form(&form);
        self.send(request).await
    }

    /// Signs in from the sign-in page; consents where asked.
    pub(crate) async fn sign_in(&mut self, page: Page, person: &Person) -> Page {
        let page = self.submit(&page, &[("loginfmt", &person.login)]).await;
        let page = self
            .submit(
                &page,
                &[("login", &person.login), ("passwd", &person.password)],
            )
            .await;
        if page.status == StatusCode::OK && page.html.contains("Permissions requested") {
            return self.submit(&page, &[]).await;
        }
        page
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let request = match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        let response = request.send().await.expect("an answer");
        assert_eq!(response.headers()["x-simulator"], "attache");
        if let Some(set) = response.headers().get(SET_COOKIE) {
            let set = set.to_str().expect("text");
            self.cookie = set.split(';').next().map(str::to_owned);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let html = response.text().await.expect("a body");
        if !html.is_empty() && !status.is_server_error() {
            assert!(html.contains("Simulator — not Microsoft"), "{html}");
        }
        Page {
            status,
            headers,
            html,
        }
    }
}

/// An authorization request with these scopes and further parameters.
pub(crate) fn authorize_url(simulator: &Simulator, scope: &str, more: &[(&str, &str)]) -> String {
    let mut url =
        Url::parse(&format!("{}/oauth2/v2.0/authorize", simulator.authority())).expect("a URL");
    let ours = [
        ("client_id", simulator.client_id()),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", scope),
        ("state", "s t&a"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = ours
        .into_iter()
        .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    url.query_pairs_mut()
        .extend_pairs(kept)
        .extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
    url.into()
}

/// A code for a person, by all the pages.
pub(crate) async fn code(
    simulator: &Simulator,
    person: &Person,
    scope: &str,
    more: &[(&str, &str)],
) -> String {
    let mut browser = Browser::new(simulator);
    let page = browser.open(&authorize_url(simulator, scope, more)).await;
    let page = browser.sign_in(page, person).await;
    page.answer("code").expect("a code")
}

/// A token request; further fields replace ours.
pub(crate) async fn token(simulator: &Simulator, fields: &[(&str, &str)]) -> (StatusCode, Value) {
    let ours = [
        ("client_id", simulator.client_id()),
        ("client_secret", simulator.client_secret()),
    ];
    let kept = ours
        .into_iter()
        .filter(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    let form: Vec<(&str, &str)> = kept
        .chain(fields.iter().copied())
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let url = format!("{}/oauth2/v2.0/token", simulator.authority());
    let response = client()
        .post(url)
        .form(&form)
        .send()
        .await
        .expect("an answer");
    (response.status(), response.json().await.expect("JSON"))
}

/// Redeems a code.
pub(crate) async fn redeem(
    simulator: &Simulator,
    code: &str,
    more: &[(&str, &str)],
) -> (StatusCode, Value) {
    let ours = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let kept = ours
        .into_iter()
        .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    let fields: Vec<(&str, &str)> = kept.chain(more.iter().copied()).collect();
    token(simulator, &fields).await
}

/// Refreshes.
pub(crate) async fn refresh(
    simulator: &Simulator,
    refresh_token: &str,
    more: &[(&str, &str)],
) -> (StatusCode, Value) {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    fields.extend_from_slice(more);
    token(simulator, &fields).await
}

/// An application with a person's access token.
pub(crate) struct App {
    client: Client,
    root: String,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
}

/// An answer of Graph that has passed the schema.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn items(&self) -> &[Value] {
        self.body["value"].as_array().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn texts(&self, property: &str) -> Vec<&str> {
        self.items()
            .iter()
            .filter_map(|item| item[property].as_str())
            .collect()
    }
}

impl App {
    /// With a token that was not asked for at Entra.
    pub(crate) fn holding(simulator: &Simulator, login: &str, scopes: &str) -> Self {
        Self {
            client: client(),
            root: simulator.graph(),
            access_token: simulator.token_for(login, scopes).expect("a person"),
            refresh_token: String::new(),
        }
    }

    pub(crate) async fn connected(simulator: &Simulator, person: &Person) -> Self {
        Self::with(simulator, person, TEN, "").await
    }

    pub(crate) async fn with(
        simulator: &Simulator,
        person: &Person,
        scope: &str,
        claims: &str,
    ) -> Self {
        let code = code(simulator, person, scope, &[("claims", claims)]).await;
        let (status, body) = redeem(simulator, &code, &[("claims", claims)]).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        Self {
            client: client(),
            root: simulator.graph(),
            access_token: body["access_token"].as_str().expect("a token").to_owned(),
            refresh_token: body["refresh_token"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], None).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call(Method::GET, path, headers, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, &[], Some(body)).await
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.root)
        };
        let mut request = self
            .client
            .request(method.clone(), &url)
            .bearer_auth(&self.access_token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.expect("an answer");
        read(response).await
    }
}

async fn read(response: Response) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    assert_eq!(headers["x-simulator"], "attache");
    assert!(headers.contains_key("request-id") && headers.contains_key("client-request-id"));
    let text = response.text().await.expect("a body");
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).expect("JSON")
    };
    Answer {
        status,
        headers,
        body,
    }
}
