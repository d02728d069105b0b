//! Walking through the sign-in pages step by step, and turning the knobs behind them.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use sim::{Person, Simulator};
use url::Url;

use crate::browser::{Browser, Page, authorize_url, client};

/// Somebody beside the company's own people, by what the company's table says.
pub(crate) fn stranger(login: &str, password: &str) -> Person {
    Person {
        login: login.to_owned(),
        password: password.to_owned(),
        name: String::new(),
        object_id: String::new(),
        administrator: false,
    }
}

/// The customer: at home next door, a guest of the company.
pub(crate) fn paul() -> Person {
    stranger("paul.schneider@hafenbau.example", "hafenbau-paul")
}

/// The administrator next door.
pub(crate) fn greta() -> Person {
    stranger("greta.olsen@hafenbau.example", "hafenbau-greta")
}

/// Somebody with a personal account.
pub(crate) fn mia() -> Person {
    stranger("mia.sommer@briefkasten.example", "briefkasten-mia")
}

/// The company's administrator.
pub(crate) fn katrin(simulator: &Simulator) -> Person {
    simulator.people().swap_remove(0)
}

/// An authorization request at another authority than the company's GUID.
pub(crate) fn authorize_at(
    simulator: &Simulator,
    authority: &str,
    scope: &str,
    more: &[(&str, &str)],
) -> String {
    authorize_url(simulator, scope, more).replace(
        &format!("/{}/", simulator.tenant_id()),
        &format!("/{authority}/"),
    )
}

impl Browser {
    /// From the sign-in page past the password, to whatever comes then.
    pub(crate) async fn past_password(&mut self, page: &Page, person: &Person) -> Page {
        let page = self.submit(page, &[("loginfmt", &person.login)]).await;
        let fields = [
            ("login", person.login.as_str()),
            ("passwd", person.password.as_str()),
        ];
        self.submit(&page, &fields).await
    }

    /// Opens an address and signs in there with name and password.
    pub(crate) async fn enter(&mut self, url: &str, person: &Person) -> Page {
        let page = self.open(url).await;
        self.past_password(&page, person).await
    }
}

impl Page {
    /// Stays on the page, whatever is pressed, with this number.
    #[track_caller]
    pub(crate) fn stops_with(&self, number: u32) {
        assert!(
            self.html.contains(&format!("AADSTS{number}:")),
            "{}",
            self.html
        );
        assert!(self.headers.get("location").is_none());
    }

    /// Comes back to the application with this error and number.
    #[track_caller]
    pub(crate) fn returns(&self, error: &str, number: u32) {
        assert_eq!(self.answer("error").as_deref(), Some(error));
        let description = self.answer("error_description").unwrap_or_default();
        assert!(
            description.starts_with(&format!("AADSTS{number}:")),
            "{description}"
        );
        assert!(self.answer("code").is_none());
    }

    #[track_caller]
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.status, StatusCode::FOUND, "{}", self.html);
        self.answer("code").expect("a code")
    }

    pub(crate) fn is(&self, title: &str) -> bool {
        self.html.contains(&format!("<h1>{title}</h1>"))
    }
}

/// A request to the control surface.
pub(crate) async fn control(
    simulator: &Simulator,
    method: Method,
    path: &str,
    body: &Value,
) -> (StatusCode, Value) {
    let url = Url::parse(&format!("{}/_sim/{path}", simulator.base())).expect("an address");
    let mut request = client().request(method, url);
    if !body.is_null() {
        request = request.json(body);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// Changes what an address of the control surface is about, and gives what it has become.
pub(crate) async fn change(simulator: &Simulator, path: &str, body: &Value) -> Value {
    let (status, answer) = control(simulator, Method::POST, path, body).await;
    assert_eq!(status, StatusCode::OK, "{path} {body}: {answer}");
    answer
}

/// Changes the company, or the organisation of that name.
pub(crate) async fn change_tenant(simulator: &Simulator, tenant: &str, change: Value) {
    let path = format!("tenants/{tenant}");
    let (status, body) = control(simulator, Method::PATCH, &path, &change).await;
    assert_eq!(status, StatusCode::OK, "{body}");
}

/// Changes the application's registration.
pub(crate) async fn change_application(simulator: &Simulator, change: Value) {
    let (status, body) = control(simulator, Method::POST, "application", &change).await;
    assert_eq!(status, StatusCode::OK, "{body}");
}

/// The claims of a token, unchecked.
pub(crate) fn claims(token: &Value) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let token = token.as_str().expect("a token");
    let part = token.split('.').nth(1).expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}
