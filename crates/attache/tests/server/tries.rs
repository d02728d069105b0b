//! What a wrong credential can try with a call that waits, and how each is answered.

use reqwest::Method;

/// The session's cookie, over plain http.
pub(crate) const SESSION: &str = "attache-session";
/// What a form is sent as.
const FORM: &str = "application/x-www-form-urlencoded";

/// Everybody's credentials.
pub(crate) struct Keys {
    /// The key of the agent that asked.
    pub(crate) agent: String,
    /// The key of a colleague's agent.
    pub(crate) colleagues_agent: String,
    /// The owner's session, and the token of its forms.
    pub(crate) session: String,
    pub(crate) owners_token: String,
    /// The token of another session of hers.
    pub(crate) second: String,
    /// The token of a session she has ended.
    pub(crate) stale: String,
    /// Sessions that decide nothing, each with a token that is its own: who it is, cookie, token.
    pub(crate) sessions: Vec<(&'static str, String, String)>,
}

/// One request and what comes of it.
pub(crate) struct Try {
    pub(crate) what: String,
    pub(crate) method: Method,
    /// With `{id}` for the approval's.
    pub(crate) path: String,
    /// With `{base}` for our own origin.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
    /// The status, and where it leads.
    pub(crate) expected: &'static str,
}

pub(crate) enum Body {
    None,
    Form(Vec<(&'static str, String)>),
    Text(&'static str, String),
}

const TO_SIGN_IN: &str = "303 /";
const NOT_HERS: &str = "404";
const REFUSED: &str = "403";
const NO_SUCH_METHOD: &str = "405";
const UNREADABLE: &str = "400";

/// What a test is about.
#[derive(Clone, Copy)]
pub(crate) enum About {
    /// Who it is that tries.
    Credentials,
    /// What an agent's client says.
    Clients,
    /// From where, and how.
    Openings,
}

/// Everything that is tried with one of two that wait: with its id and card, and those of the other. Only what is wrong in
/// a try is said; all else is as it must be.
pub(crate) fn tries(about: About, keys: &Keys, ids: [&str; 2], cards: [&str; 2]) -> Vec<Try> {
    let [card, others_card] = cards;
    let form = |decision| Form {
        decision,
        keys,
        card,
    };
    let (yes, no) = (form("approve"), form("decline"));
    match about {
        About::Credentials => vec![
            yes.sessions(),
            yes.tokens(),
            yes.cards(others_card),
            no.sessions(),
            no.tokens(),
            rest(keys, ids[0], card),
        ],
        About::Clients => vec![mcp(keys, ids, card)],
        About::Openings => vec![
            yes.headers(),
            yes.bodies(),
            no.headers(),
            no.bodies(),
            looks(keys),
        ],
    }
    .into_iter()
    .flatten()
    .collect()
}

struct Form<'a> {
    decision: &'a str,
    keys: &'a Keys,
    card: &'a str,
}

impl Form<'_> {
    /// The right form, as the owner's browser sends it.
    fn right(&self, what: &str, expected: &'static str) -> Try {
        let fields = vec![
            ("form_token", self.keys.owners_token.clone()),
            ("card", self.card.to_owned()),
        ];
        Try {
            what: what.to_owned(),
            method: Method::POST,
            path: format!("/approvals/{{id}}/{}", self.decision),
            headers: vec![
                ("cookie", format!("{SESSION}={}", self.keys.session)),
                ("origin", "{base}".to_owned()),
                ("sec-fetch-site", "same-origin".to_owned()),
                ("sec-fetch-mode", "navigate".to_owned()),
                ("sec-fetch-dest", "document".to_owned()),
            ],
            body: Body::Form(fields),
            expected,
        }
    }

    /// The same with these headers instead; an empty value is no header.
    fn with(&self, what: &str, headers: &[(&'static str, &str)], expected: &'static str) -> Try {
        let mut one = self.right(what, expected);
        for (name, value) in headers {
            one.headers.retain(|(other, _)| other != name);
            if !value.is_empty() {
                one.headers.push((*name, (*value).to_owned()));
            }
        }
        one
    }

    /// The same with this body instead.
    fn sending(&self, what: &str, body: Body, expected: &'static str) -> Try {
        Try {
            body,
            ..self.right(what, expected)
        }
    }

    fn fields(&self, token: &str, card: &str) -> Body {
        Body::Form(vec![
            ("form_token", token.to_owned()),
            ("card", card.to_owned()),
        ])
    }

    fn sessions(&self) -> Vec<Try> {
        let bearer = format!("Bearer {}", self.keys.agent);
        let basic = format!("Basic {}", self.keys.agent);
        let twice = format!("{SESSION}={0}; {SESSION}={0}", self.keys.session);
        let of_https = format!("__Host-{SESSION}={}", self.keys.session);
        let mut tries = vec![
            self.with("no credential", &[("cookie", "")], TO_SIGN_IN),
            self.with(
                "the agent's key",
                &[("cookie", ""), ("authorization", &bearer)],
                TO_SIGN_IN,
            ),
            self.with(
                "the agent's key as a password",
                &[("cookie", ""), ("authorization", &basic)],
                TO_SIGN_IN,
            ),
            self.with(
                "her session under another name",
                &[("cookie", &of_https)],
                TO_SIGN_IN,
            ),
            self.with("two sessions", &[("cookie", &twice)], TO_SIGN_IN),
        ];
        for (name, session, token) in &self.keys.sessions {
            let cookie = format!("{SESSION}={session}");
            let lives =
                !name.contains("the owner") && !name.contains("key") && !name.contains("nobody");
            let own = if lives { NOT_HERS } else { TO_SIGN_IN };
            let foreign = if lives { REFUSED } else { TO_SIGN_IN };
            let mut one = self.with(name, &[("cookie", &cookie)], own);
            one.body = self.fields(token, self.card);
            tries.push(one);
            let what = format!("{name}, with the token of her form");
            tries.push(self.with(&what, &[("cookie", &cookie)], foreign));
            if lives {
                let mut both = self.with(
                    &format!("{name}, with the agent's key"),
                    &[("cookie", &cookie), ("authorization", &bearer)],
                    own,
                );
                both.body = self.fields(token, self.card);
                tries.push(both);
            }
        }
        tries
    }

    /// Her own session and token, but not from where she decides.
    fn headers(&self) -> Vec<Try> {
        let site = |what, site| self.with(what, &[("sec-fetch-site", site)], REFUSED);
        let dest = |dest| self.with("framed", &[("sec-fetch-dest", dest)], REFUSED);
        let ahead = |name, value| self.with("ahead of time", &[(name, value)], REFUSED);
        let silent = |what, origin| {
            let none = [
                ("sec-fetch-site", ""),
                ("sec-fetch-mode", ""),
                ("sec-fetch-dest", ""),
                ("origin", origin),
            ];
            self.with(what, &none, REFUSED)
        };
        vec![
            site("another site", "cross-site"),
            site("a neighbouring site", "same-site"),
            site("no site at all", "none"),
            site("a site nobody knows", "elsewhere"),
            silent("an old browser at another site", "https://evil.example"),
            silent("an old browser in a sandbox", "null"),
            silent("an old browser at another port", "http://127.0.0.1:1"),
            dest("iframe"),
            dest("frame"),
            dest("fencedframe"),
            dest("embed"),
            dest("object"),
            ahead("sec-purpose", "prefetch"),
            ahead("sec-purpose", "prefetch;prerender"),
            ahead("purpose", "prefetch"),
            ahead("x-moz", "prefetch"),
            self.with("another host", &[("host", "evil.example")], "421"),
        ]
    }

    /// Her own session, but not a form of it.
    fn tokens(&self) -> Vec<Try> {
        let send =
            |what: &str, token: &str| self.sending(what, self.fields(token, self.card), REFUSED);
        let card = ("card", self.card.to_owned());
        let mut late = self.sending("the right token after a wrong one", Body::None, REFUSED);
        late.body = Body::Form(vec![
            ("form_token", self.keys.stale.clone()),
            ("form_token", self.keys.owners_token.clone()),
            card.clone(),
        ]);
        let mut in_address = self.sending(
            "the token in the address",
            Body::Form(vec![card.clone()]),
            REFUSED,
        );
        in_address
            .path
            .push_str(&format!("?form_token={}", self.keys.owners_token));
        let mut token = self.keys.owners_token.clone();
        let last = if token.ends_with('A') { "B" } else { "A" };
        token.replace_range(token.len() - 1.., last);
        let mut tries = vec![
            self.sending("no token", Body::Form(vec![card]), REFUSED),
            send("an empty token", ""),
            send("the token of another session of hers", &self.keys.second),
            send("the token of a session she has ended", &self.keys.stale),
            send("her cookie for a token", &self.keys.session),
            send("a token with another end", &token),
            late,
            in_address,
        ];
        for (name, _, token) in &self.keys.sessions {
            if *token != self.keys.owners_token {
                tries.push(send(&format!("the token of {name}"), token));
            }
        }
        tries
    }

    /// Everything right, but not a form that is sent.
    fn bodies(&self) -> Vec<Try> {
        let text = format!("form_token={}&card={}", self.keys.owners_token, self.card);
        let json = format!(
            "{{\"form_token\":\"{}\",\"card\":\"{}\"}}",
            self.keys.owners_token, self.card
        );
        let parts = format!(
            "--x\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\n{}\r\n--x--\r\n",
            self.keys.owners_token
        );
        let method = |method: Method| {
            let body = Body::Text(FORM, text.clone());
            Try {
                method,
                ..self.sending("another method", body, NO_SUCH_METHOD)
            }
        };
        let mut pretends = method(Method::GET);
        pretends
            .headers
            .push(("x-http-method-override", "POST".to_owned()));
        let mut in_address = method(Method::GET);
        in_address.body = Body::None;
        in_address.path.push_str(&format!("?{text}"));
        let mut tries = vec![
            self.sending(
                "a form as text",
                Body::Text("text/plain", text.clone()),
                UNREADABLE,
            ),
            self.sending("a form without a type", Body::None, UNREADABLE),
            self.sending(
                "JSON",
                Body::Text("application/json", json.clone()),
                UNREADABLE,
            ),
            self.sending("JSON as a form", Body::Text(FORM, json), REFUSED),
            self.sending(
                "a form in parts",
                Body::Text("multipart/form-data; boundary=x", parts),
                UNREADABLE,
            ),
            pretends,
            in_address,
        ];
        let methods = [
            Method::GET,
            Method::HEAD,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ];
        tries.extend(methods.into_iter().map(method));
        tries
    }

    /// Her own yes, but to another card.
    fn cards(&self, others_card: &str) -> Vec<Try> {
        let changed = "303 /approvals/{id}?notice=card_changed";
        let yes = |what: &str, card: &str| {
            self.sending(what, self.fields(&self.keys.owners_token, card), changed)
        };
        let none = Body::Form(vec![("form_token", self.keys.owners_token.clone())]);
        let mut digest = self.card.to_owned();
        let last = if digest.ends_with('1') { "2" } else { "1" };
        digest.replace_range(digest.len() - 1.., last);
        vec![
            self.sending("a yes to no card", none, changed),
            yes("a yes to an empty card", ""),
            yes("a yes to a card with another end", &digest),
            yes("a yes to the card of another call", others_card),
            yes("a yes to two cards", &format!("{}{}", self.card, self.card)),
        ]
    }
}

fn request(what: &str, method: Method, path: &str, expected: &'static str) -> Try {
    Try {
        what: what.to_owned(),
        method,
        path: path.to_owned(),
        headers: Vec::new(),
        body: Body::None,
        expected,
    }
}

fn rest(keys: &Keys, id: &str, card: &str) -> Vec<Try> {
    let bearer = |key: &str| ("authorization", format!("Bearer {key}"));
    let json = |decision: &str| {
        let text =
            format!("{{\"approval_id\":\"{id}\",\"decision\":\"{decision}\",\"card\":\"{card}\"}}");
        Body::Text("application/json", text)
    };
    let by_agent = |mut one: Try| {
        one.headers.push(bearer(&keys.agent));
        one
    };
    let mut tries = vec![
        by_agent(request(
            "the agent decides",
            Method::POST,
            "/api/v1/approvals/{id}/approve",
            "404",
        )),
        by_agent(request(
            "the agent decides",
            Method::POST,
            "/api/v1/approvals/{id}/decline",
            "404",
        )),
        by_agent(request(
            "the agent decides all",
            Method::POST,
            "/api/v1/approvals",
            "404",
        )),
        by_agent(request(
            "the agent opens the card",
            Method::GET,
            "/approvals/{id}",
            "303 /?return_to=%2Fapprovals%2F{id}",
        )),
    ];
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let mut one = by_agent(request(
            "the agent decides",
            method,
            "/api/v1/approvals/{id}",
            "405",
        ));
        one.body = json("approve");
        tries.push(one);
    }
    for tool in ["approve", "approve_approval", "decline", "create_approval"] {
        let mut one = by_agent(request(
            "a tool that decides",
            Method::POST,
            &format!("/api/v1/tools/{tool}"),
            "404",
        ));
        one.body = json("approve");
        tries.push(one);
    }
    let mut hidden = by_agent(request(
        "a decision inside a question",
        Method::POST,
        "/api/v1/tools/check_approval",
        "400",
    ));
    hidden.body = json("approve");
    tries.push(hidden);
    let mut session = request(
        "her session at the agents' door",
        Method::GET,
        "/api/v1/approvals/{id}",
        "401",
    );
    session
        .headers
        .push(("cookie", format!("{SESSION}={}", keys.session)));
    tries.push(session);
    let mut colleagues = request(
        "a colleague's agent asks",
        Method::GET,
        "/api/v1/approvals/{id}",
        "404",
    );
    colleagues.headers.push(bearer(&keys.colleagues_agent));
    tries.push(colleagues);
    tries.push(by_agent(request(
        "the agent asks",
        Method::GET,
        "/api/v1/approvals/{id}",
        "202",
    )));
    tries
}

/// What a client says that its person has accepted is nobody's yes.
fn mcp(keys: &Keys, [id, other]: [&str; 2], card: &str) -> Vec<Try> {
    let accept = format!(
        "\"action\":\"accept\",\"content\":{{\"approval_id\":\"{id}\",\"approved\":true,\"card\":\"{card}\"}}"
    );
    let call = |name: &str, more: &str| {
        format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{{\"name\":\"{name}\",\"arguments\":{{\"approval_id\":\"{id}\"}}{more}}}}}"
        )
    };
    let say = |what: &str, text: String, expected| {
        let mut one = request(what, Method::POST, "/mcp", expected);
        one.headers = vec![
            ("authorization", format!("Bearer {}", keys.agent)),
            ("accept", "application/json, text/event-stream".to_owned()),
            ("mcp-protocol-version", "2025-11-25".to_owned()),
        ];
        one.body = Body::Text("application/json", text);
        one
    };
    vec![
        say(
            "an answer to a form nobody sent",
            format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{{{accept}}}}}"),
            "400",
        ),
        say(
            "a word that a page was closed",
            format!(
                "{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/elicitation/complete\",\"params\":{{\"elicitationId\":\"{id}\"}}}}"
            ),
            "202",
        ),
        say(
            "an answer to a form inside a question",
            call(
                "check_approval",
                &format!(
                    ",\"inputResponses\":{{\"{id}\":{{{accept}}}}},\"requestState\":\"{other}\""
                ),
            ),
            "200",
        ),
        say("a tool that decides", call("approve", ""), "200"),
        say(
            "a method that decides",
            format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"approvals/approve\",\"params\":{{\"id\":\"{id}\"}}}}"
            ),
            "200",
        ),
    ]
}

/// What loads her card without her opening it.
fn looks(keys: &Keys) -> Vec<Try> {
    let look = |what: &str, method: Method, headers: &[(&'static str, &str)], expected| {
        let mut one = request(what, method, "/approvals/{id}", expected);
        one.headers
            .push(("cookie", format!("{SESSION}={}", keys.session)));
        one.headers.extend(
            headers
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        one
    };
    let framed = |dest| {
        let headers = [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", dest),
        ];
        look("a frame", Method::GET, &headers, REFUSED)
    };
    let part = |site, dest| {
        let headers = [
            ("sec-fetch-site", site),
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", dest),
        ];
        look("a part of another page", Method::GET, &headers, REFUSED)
    };
    let mut tries = vec![
        look("whether it is there", Method::HEAD, &[], "200"),
        look(
            "a prefetch",
            Method::GET,
            &[("sec-purpose", "prefetch")],
            REFUSED,
        ),
        look(
            "a prerender",
            Method::GET,
            &[("sec-purpose", "prefetch;prerender")],
            REFUSED,
        ),
        look(
            "an old prefetch",
            Method::GET,
            &[("purpose", "prefetch")],
            REFUSED,
        ),
        look(
            "an old preview",
            Method::GET,
            &[("x-purpose", "preview")],
            REFUSED,
        ),
        framed("iframe"),
        framed("embed"),
        framed("object"),
        part("cross-site", "image"),
        part("same-site", "script"),
        look(
            "posting to the card itself",
            Method::POST,
            &[],
            NO_SUCH_METHOD,
        ),
        request(
            "a preview by a chat",
            Method::GET,
            "/approvals/{id}",
            "303 /?return_to=%2Fapprovals%2F{id}",
        ),
    ];
    for (name, session, _) in &keys.sessions {
        let lives =
            !name.contains("the owner") && !name.contains("key") && !name.contains("nobody");
        let expected = if lives {
            NOT_HERS
        } else {
            "303 /?return_to=%2Fapprovals%2F{id}"
        };
        let mut one = request(name, Method::GET, "/approvals/{id}", expected);
        one.headers.push(("cookie", format!("{SESSION}={session}")));
        tries.push(one);
    }
    tries
}
