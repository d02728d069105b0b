//! A browser without scripts: cookies, redirects, forms. It walks the pages of attache and of the simulator.

use std::collections::{BTreeMap, HashMap};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response};
use url::Url;

/// One person's browser. Everything runs on one host, so cookies are kept by name alone.
pub(crate) struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
    at: Url,
    /// The page that is open.
    pub(crate) html: String,
}

/// A form of the open page: where it goes, and what it would send.
struct Form {
    action: String,
    fields: Vec<(String, String)>,
    buttons: Vec<HashMap<String, String>>,
}

impl Browser {
    /// A browser whose first address is the start page.
    pub(crate) fn new(start: &str) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the browser is a program of its own with one client"
        )]
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            client,
            cookies: BTreeMap::new(),
            at: Url::parse(start).expect("an address"),
            html: String::new(),
        }
    }

    /// Opens an address, relative to where the browser is.
    pub(crate) async fn open(&mut self, address: &str) {
        self.request(address, None).await;
    }

    /// Sends the form whose action ends so, with these fields in it.
    pub(crate) async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) {
        let found = forms(&self.html)
            .into_iter()
            .find(|form| form.action.ends_with(action));
        let form = found.unwrap_or_else(|| panic!("{} has no form {action}", self.at.path()));
        self.send(form, fields).await;
    }

    /// Goes through Microsoft's pages until the browser is back.
    pub(crate) async fn through_microsoft(&mut self, back: &str, login: &str, password: &str) {
        for _ in 0..8 {
            if self.at.as_str().starts_with(back) {
                return;
            }
            let found = forms(&self.html)
                .into_iter()
                .find(|form| !form.buttons.is_empty());
            let form = found.unwrap_or_else(|| panic!("{} cannot be answered", self.at.path()));
            let (name, value) = form.button();
            let mut fields = vec![("loginfmt", login), ("passwd", password)];
            fields.retain(|(name, _)| form.fields.iter().any(|(field, _)| field == name));
            fields.extend((!name.is_empty()).then_some((name.as_str(), value.as_str())));
            self.send(form, &fields).await;
        }
        panic!("still at Microsoft after eight pages");
    }

    async fn send(&mut self, form: Form, fields: &[(&str, &str)]) {
        let Form {
            action,
            fields: mut sent,
            ..
        } = form;
        sent.retain(|(name, _)| fields.iter().all(|(set, _)| set != name));
        let set = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        sent.extend(set);
        self.request(&action, Some(sent)).await;
    }

    async fn request(&mut self, address: &str, mut fields: Option<Vec<(String, String)>>) {
        let mut address = address.to_owned();
        for _ in 0..10 {
            self.at = self.at.join(&address).expect("an address");
            let request = match fields.take() {
                Some(fields) => self.client.post(self.at.clone()).form(&fields),
                None => self.client.get(self.at.clone()),
            };
            let cookies: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let answer = request.header(COOKIE, cookies.join("; ")).send().await;
            let answer = answer.expect("answered");
            self.keep_cookies(&answer);
            let status = answer.status();
            if !status.is_redirection() {
                assert!(status.is_success(), "{}: {status}", self.at.path());
                self.html = answer.text().await.expect("text");
                return;
            }
            let to = answer
                .headers()
                .get(LOCATION)
                .expect("a redirect says where");
            address = to.to_str().expect("text").to_owned();
        }
        panic!("redirected ten times");
    }

    fn keep_cookies(&mut self, answer: &Response) {
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("text");
            let pair = text.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie");
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
    }
}

impl Form {
    /// Name and value of the button that goes on; where accounts are offered, of the first account.
    fn button(&self) -> (String, String) {
        let is_main =
            |button: &&HashMap<_, _>| button.get("id").is_some_and(|id| id == "idSIButton9");
        let main = self.buttons.iter().find(is_main);
        let of = |name: &str| {
            let button = main.or(self.buttons.first());
            button
                .and_then(|button| button.get(name).cloned())
                .unwrap_or_default()
        };
        (of("name"), of("value"))
    }
}

fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let (name, rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let mut has = attributes(rest);
        let mut take = |name: &str| has.remove(name).unwrap_or_default();
        match (name, forms.last_mut()) {
            ("form", _) => forms.push(Form {
                action: take("action"),
                fields: Vec::new(),
                buttons: Vec::new(),
            }),
            ("input", Some(form)) => {
                let (name, kind) = (take("name"), take("type"));
                let chosen =
                    !matches!(kind.as_str(), "radio" | "checkbox") || has.contains_key("checked");
                if chosen && !name.is_empty() {
                    let value = has.remove("value").unwrap_or_default();
                    form.fields.push((name, value));
                }
            }
            ("button", Some(form)) => form.buttons.push(has),
            _ => {}
        }
    }
    forms
}

/// The attributes of a tag whose values are in double quotes, as on all of these pages.
fn attributes(mut rest: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c.is_whitespace());
        let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
        if name.is_empty() {
            return found;
        }
        let quoted = after
            .strip_prefix("=\"")
            .and_then(|value| value.split_once('"'));
        let (value, after) = quoted.unwrap_or(("", after.trim_start_matches('=')));
        found.insert(name.to_owned(), plain(value));
        rest = after;
    }
}

fn plain(value: &str) -> String {
    let mut plain = value.to_owned();
    for (written, meant) in [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&#60;", "<"),
        ("&gt;", ">"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(written, meant);
    }
    plain
}
