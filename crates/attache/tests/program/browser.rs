//! A browser without scripts: cookies, redirects, forms.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

/// One person's browser, and the page it shows. A copy of it goes its own way from here.
#[derive(Clone)]
pub(crate) struct Browser {
    client: reqwest::Client,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) url: Url,
    pub(crate) html: String,
    /// The path of a redirect at which it stops, showing nothing, instead of following.
    pub(crate) stops_at: Option<&'static str>,
}

pub(crate) struct Form {
    action: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) html: String,
}

impl Browser {
    pub(crate) fn new(base: &str) -> Self {
        #[expect(clippy::disallowed_methods, reason = "a browser of the test's own")]
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let url = Url::parse(base).expect("an address");
        Self {
            client,
            cookies: BTreeMap::new(),
            url,
            html: String::new(),
            stops_at: None,
        }
    }

    /// Opens an address, absolute or of the place it is at.
    pub(crate) async fn open(&mut self, to: &str) -> u16 {
        self.try_open(to).await.expect("an answer")
    }

    /// The same, when the answer may never come.
    pub(crate) async fn try_open(&mut self, to: &str) -> reqwest::Result<u16> {
        let url = self.url.join(to).expect("an address");
        self.send(url, None).await
    }

    /// Sends the form whose action ends so, with these fields set.
    pub(crate) async fn submit(&mut self, action_ends: &str, set: &[(&str, &str)]) -> u16 {
        let sent = self.try_submit(action_ends, set).await;
        sent.expect("an answer")
    }

    /// The same, when the answer may never come.
    pub(crate) async fn try_submit(
        &mut self,
        action_ends: &str,
        set: &[(&str, &str)],
    ) -> reqwest::Result<u16> {
        self.fill(self.form(action_ends), set).await
    }

    pub(crate) fn form(&self, action_ends: &str) -> Form {
        let ends = |form: &Form| {
            form.action
                .split('?')
                .next()
                .is_some_and(|path| path.ends_with(action_ends))
        };
        let found = self.forms().into_iter().find(ends);
        found.unwrap_or_else(|| panic!("no form {action_ends} on {}", self.url))
    }

    /// Walks Microsoft's pages until attache is back.
    pub(crate) async fn at_microsoft(&mut self, base: &str, person: &Value) {
        for _ in 0..10 {
            if self.url.as_str().starts_with(base) {
                return;
            }
            let login = person["login"].as_str().expect("a person of the demo");
            let Some(form) = self
                .forms()
                .into_iter()
                .find(|form| form.html.contains("idSIButton9"))
            else {
                // The account chooser: one button for each account.
                let tile = format!("data-test-id=\"{login}\"");
                let chooser = self
                    .forms()
                    .into_iter()
                    .find(|form| form.html.contains(&tile));
                self.fill(chooser.expect("the account is offered"), &[("tile", login)])
                    .await
                    .expect("an answer");
                continue;
            };
            let text = |name: &str| {
                person[name]
                    .as_str()
                    .expect("a person of the demo")
                    .to_owned()
            };
            let (login, password) = (text("login"), text("password"));
            let set = [("loginfmt", login.as_str()), ("passwd", password.as_str())];
            let known: Vec<_> = set
                .into_iter()
                .filter(|(name, _)| form.fields.iter().any(|(field, _)| field == name))
                .collect();
            self.fill(form, &known).await.expect("an answer");
        }
        panic!("still at Microsoft: {}", self.url);
    }

    pub(crate) async fn fill(&mut self, form: Form, set: &[(&str, &str)]) -> reqwest::Result<u16> {
        let mut fields: Vec<_> = form
            .fields
            .into_iter()
            .filter(|(name, _)| !set.iter().any(|(given, _)| given == name))
            .collect();
        fields.extend(
            set.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let url = self.url.join(&form.action).expect("an address");
        self.send(url, Some(fields)).await
    }

    async fn send(
        &mut self,
        url: Url,
        fields: Option<Vec<(String, String)>>,
    ) -> reqwest::Result<u16> {
        let (mut url, mut fields) = (url, fields);
        for _ in 0..12 {
            if fields.is_none() && self.stops_at == Some(url.path()) {
                self.url = url;
                self.html.clear();
                return Ok(0);
            }
            let request = match &fields {
                Some(fields) => self.client.post(url.clone()).form(fields),
                None => self.client.get(url.clone()),
            };
            let cookies: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let answer = request.header("cookie", cookies.join("; ")).send().await?;
            for set in answer.headers().get_all("set-cookie") {
                let pair = set
                    .to_str()
                    .expect("ASCII")
                    .split(';')
                    .next()
                    .unwrap_or_default();
                if let Some((name, value)) = pair.split_once('=') {
                    self.cookies
                        .insert(name.trim().to_owned(), value.to_owned());
                }
            }
            match answer
                .headers()
                .get("location")
                .and_then(|to| to.to_str().ok())
            {
                Some(to) => (url, fields) = (url.join(to).expect("an address"), None),
                None => {
                    let status = answer.status().as_u16();
                    self.url = url;
                    self.html = answer.text().await?;
                    return Ok(status);
                }
            }
        }
        panic!("redirects without end, at {url}");
    }

    /// The forms of the page, with the fields they would send untouched.
    fn forms(&self) -> Vec<Form> {
        let form = |html: &str| {
            let html = html.split("</form").next().unwrap_or_default().to_owned();
            let sent = |input: &str| {
                let kind = attribute(input, "type").unwrap_or_default();
                let off = matches!(kind.as_str(), "radio" | "checkbox")
                    && !input
                        .split('>')
                        .next()
                        .unwrap_or_default()
                        .contains(" checked");
                let name = attribute(input, "name").filter(|_| !off)?;
                Some((name, attribute(input, "value").unwrap_or_default()))
            };
            let fields = html.split("<input").skip(1).filter_map(sent).collect();
            Form {
                action: attribute(&html, "action").unwrap_or_default(),
                fields,
                html,
            }
        };
        self.html.split("<form").skip(1).map(form).collect()
    }
}

pub(crate) fn attribute(html: &str, name: &str) -> Option<String> {
    let tag = html.split('>').next()?;
    let value = tag
        .split(&format!(" {name}=\""))
        .nth(1)?
        .split('"')
        .next()?;
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&#38;", "&")
            .replace("&amp;", "&"),
    )
}
