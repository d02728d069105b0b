//! Requests to Entra.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::source::{Source, encode};
use super::words::{NUMBERS, TEXTS};
use super::{Request, Stage};

const TENANTS: &[&str] = &[
    "common",
    "organizations",
    "consumers",
    "nordwind.example",
    "x",
    "%00",
    "",
];
const PATHS: &[&str] = &[
    "oauth2/v2.0/authorize",
    "oauth2/v2.0/token",
    "oauth2/v2.0/logout",
    "login",
    "v2.0/.well-known/openid-configuration",
    "discovery/v2.0/keys",
    "discovery/instance",
    "adminconsent",
    "v2.0/adminconsent",
    "kmsi",
    "consent",
    "",
];
const FIELDS: &[&str] = &[
    "client_id",
    "client_secret",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "prompt",
    "login_hint",
    "domain_hint",
    "claims",
    "code_challenge",
    "code_challenge_method",
    "code",
    "code_verifier",
    "grant_type",
    "refresh_token",
    "client_assertion",
    "client_assertion_type",
    "id_token_hint",
    "logout_hint",
    "post_logout_redirect_uri",
    "ctx",
    "step",
    "login",
    "passwd",
    "loginfmt",
    "account",
    "accept",
    "tenant",
    "admin_consent",
    "max_age",
    "authorization_endpoint",
    "api-version",
    "error",
];

pub(super) fn request(stage: &Stage, source: &mut Source<'_>) -> Request {
    let tenant = match source.byte() % 3 {
        0 => stage.world.home().id.clone(),
        _ => source.pick(TENANTS).to_owned(),
    };
    let path = source.pick(PATHS);
    let post = source.chance(2);
    let fields = fields(stage, source, path);
    let form = "application/x-www-form-urlencoded";
    let mut request = Request {
        method: if post { "POST" } else { "GET" }.to_owned(),
        path: format!("/{tenant}/{path}"),
        headers: vec![
            ("content-type".to_owned(), form.as_bytes().to_vec()),
            ("cookie".to_owned(), source.text().into_bytes()),
        ],
        body: Vec::new(),
    };
    if post {
        request.body = fields.into_bytes();
    } else {
        request.path = format!("{}?{fields}", request.path);
    }
    request
}

/// Fields of the request: what makes it go far, mostly, and some that spoil it.
fn fields(stage: &Stage, source: &mut Source<'_>, path: &str) -> String {
    let application = &stage.world.application;
    let mut fields: Vec<(&str, String)> = Vec::new();
    if !source.chance(5) {
        fields.push(("client_id", application.client_id.clone()));
        fields.push((
            "redirect_uri",
            "http://localhost:8080/auth/microsoft/callback".to_owned(),
        ));
        fields.push((
            "scope",
            "openid offline_access User.Read Calendars.ReadWrite".to_owned(),
        ));
        if path.ends_with("token") {
            let secret = application
                .secrets
                .first()
                .map(|secret| secret.value.clone());
            fields.push(("client_secret", secret.unwrap_or_default()));
            let grant = source.pick(&[
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "password",
                "x",
            ]);
            fields.push(("grant_type", grant.to_owned()));
        } else {
            fields.push(("response_type", "code".to_owned()));
        }
    }
    for _ in 0..source.byte() % 6 {
        let name = source.pick(FIELDS);
        let value = value(source, name);
        if source.chance(2) {
            fields.retain(|(known, _)| *known != name);
        }
        fields.push((name, value));
    }
    let fields: Vec<String> = fields
        .into_iter()
        .map(|(name, value)| format!("{name}={}", encode(source, &value)))
        .collect();
    fields.join("&")
}

fn value(source: &mut Source<'_>, name: &str) -> String {
    match name {
        "claims" => source
            .pick(&[
                "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}",
                "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}",
                "{\"access_token\":null}",
                "{\"access_token\":{\"xms_cc\":{\"values\":7}}}",
                "[]",
                "{",
                "{\"id_token\":{\"\\ud800\":1}}",
            ])
            .to_owned(),
        "client_assertion" | "id_token_hint" | "code" | "refresh_token" => token(source),
        "client_assertion_type" => {
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()
        }
        "prompt" => source
            .pick(&[
                "none",
                "login",
                "consent",
                "select_account",
                "none login",
                "create",
            ])
            .to_owned(),
        "response_mode" => source
            .pick(&["query", "fragment", "form_post", "x"])
            .to_owned(),
        "response_type" => source
            .pick(&["code", "id_token", "code id_token", "token", ""])
            .to_owned(),
        "redirect_uri" | "post_logout_redirect_uri" => source
            .pick(&[
                "http://localhost:1/auth/microsoft/callback",
                "http://localhost:8080/x",
                "javascript:alert(1)",
                "//",
                "http://[::1",
                "x\r\ny: z",
            ])
            .to_owned(),
        "scope" => source
            .pick(&[
                "openid",
                "https://graph.microsoft.com/.default",
                ".default",
                "User.Read https://other.example/x",
                "  ",
                "Nothing.Here",
            ])
            .to_owned(),
        "max_age" | "account" => source.pick(NUMBERS).to_owned(),
        _ if source.chance(2) => source.pick(TEXTS).to_owned(),
        _ => source.text(),
    }
}

/// Something in the form of a signed token.
fn token(source: &mut Source<'_>) -> String {
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let header = source.pick(&[
        "{\"alg\":\"RS256\",\"x5t\":\"AAAA\"}",
        "{\"alg\":\"none\"}",
        "{\"alg\":\"PS256\",\"x5t#S256\":\"\"}",
        "[]",
        "",
        "{\"alg\":7}",
    ]);
    let claims = source.pick(&[
        "{\"aud\":\"x\",\"iss\":\"x\",\"sub\":\"x\",\"exp\":1e308,\"nbf\":-1}",
        "{\"exp\":\"soon\"}",
        "null",
        "{\"aud\":[],\"iss\":{},\"exp\":18446744073709551615}",
        "{",
    ]);
    match source.byte() % 5 {
        0 => format!("{}.{}.{}", part(header), part(claims), part("signature")),
        1 => format!("{}.{}.", part(header), part(claims)),
        2 => format!("{}..", part(header)),
        3 => ".".repeat(usize::from(source.byte())),
        _ => source.text(),
    }
}
