//! A stand-in for the transit engine of HashiCorp Vault, written from its API documentation and the messages of its source:
//! one mount, one key with versions, real AES-256-GCM with associated data.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// How it behaves, changed while it runs.
#[derive(Clone)]
pub(crate) struct Manner {
    pub(crate) token: &'static str,
    pub(crate) namespace: Option<&'static str>,
    /// The newest version.
    pub(crate) newest: u64,
    /// The oldest version that it decrypts with.
    pub(crate) oldest: u64,
    /// What it answers to so many requests instead of working.
    pub(crate) trouble: Option<(u32, u16, &'static str)>,
    /// As before associated data were known.
    pub(crate) ignores_associated_data: bool,
}

/// A running stand-in.
#[derive(Clone)]
pub(crate) struct FakeVault {
    pub(crate) address: String,
    state: Arc<Mutex<Inner>>,
}

struct Inner {
    manner: Manner,
    keys: BTreeMap<u64, [u8; 32]>,
    requests: usize,
}

impl FakeVault {
    /// Starts one on a free port; it ends with the test's runtime.
    pub(crate) async fn start() -> Self {
        let manner = Manner {
            token: "s.marked-token",
            namespace: None,
            newest: 1,
            oldest: 1,
            trouble: None,
            ignores_associated_data: false,
        };
        let state = Arc::new(Mutex::new(Inner {
            manner,
            keys: BTreeMap::new(),
            requests: 0,
        }));
        let router = Router::new()
            .route("/v1/transit/{operation}/{name}", post(answer))
            .with_state(state.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        #[expect(
            clippy::disallowed_methods,
            reason = "the test is the wiring; it ends with its runtime"
        )]
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, state }
    }

    /// Makes it behave otherwise from now on.
    pub(crate) fn now(&self, change: impl FnOnce(&mut Manner)) {
        change(&mut self.state.lock().expect("whole").manner);
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> usize {
        self.state.lock().expect("whole").requests
    }
}

fn errors(status: u16, text: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, Json(json!({ "errors": [text] }))).into_response()
}

async fn answer(
    State(state): State<Arc<Mutex<Inner>>>,
    Path((operation, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut inner = state.lock().expect("whole");
    inner.requests += 1;
    if let Some((times, status, text)) = &mut inner.manner.trouble
        && *times > 0
    {
        *times -= 1;
        let status = StatusCode::from_u16(*status).expect("a status");
        return (status, *text).into_response();
    }
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-vault-namespace") != inner.manner.namespace {
        return errors(404, "no handler for route");
    }
    if header("x-vault-token") != Some(inner.manner.token) {
        return errors(403, "permission denied");
    }
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return errors(400, "error parsing JSON");
    };
    if name != "attache" {
        return errors(400, "encryption key not found");
    }
    match operation.as_str() {
        "encrypt" => encrypt(&mut inner, &body),
        "decrypt" => decrypt(&mut inner, &body),
        _ => errors(404, "unsupported path"),
    }
}

fn associated_data(inner: &Inner, body: &Value) -> Vec<u8> {
    let text = body["associated_data"].as_str().unwrap_or_default();
    match inner.manner.ignores_associated_data {
        true => Vec::new(),
        false => STANDARD.decode(text).expect("base64"),
    }
}

fn key(inner: &mut Inner, version: u64) -> RandomizedNonceKey {
    let fresh = || {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).expect("random");
        key
    };
    let key = inner.keys.entry(version).or_insert_with(fresh);
    RandomizedNonceKey::new(&AES_256_GCM, key).expect("a key")
}

fn encrypt(inner: &mut Inner, body: &Value) -> Response {
    let version = match body["key_version"].as_u64() {
        None | Some(0) => inner.manner.newest,
        Some(version) if version > inner.manner.newest => {
            return errors(
                400,
                "requested version for encryption is higher than the latest key version",
            );
        }
        Some(version) => version,
    };
    let plain = body["plaintext"].as_str().expect("a plain text");
    let mut bytes = STANDARD.decode(plain).expect("base64");
    let data = associated_data(inner, body);
    let nonce = key(inner, version)
        .seal_in_place_append_tag(Aad::from(data), &mut bytes)
        .expect("it encrypts");
    let text = STANDARD.encode([nonce.as_ref().as_slice(), &bytes].concat());
    let data = json!({ "ciphertext": format!("vault:v{version}:{text}"), "key_version": version });
    Json(json!({ "data": data })).into_response()
}

fn decrypt(inner: &mut Inner, body: &Value) -> Response {
    let text = body["ciphertext"].as_str().expect("a text");
    let Some((version, text)) = text
        .strip_prefix("vault:v")
        .and_then(|rest| rest.split_once(':'))
    else {
        return errors(400, "invalid ciphertext: no prefix");
    };
    let version: u64 = version.parse().expect("a number");
    if version > inner.manner.newest {
        return errors(400, "invalid ciphertext: version is too new");
    }
    if version < inner.manner.oldest {
        return errors(
            400,
            "ciphertext or signature version is disallowed by policy (too old)",
        );
    }
    let mut bytes = STANDARD.decode(text).unwrap_or_default();
    if bytes.len() < NONCE_LEN {
        return errors(400, "invalid ciphertext: unable to decrypt");
    }
    let mut sealed = bytes.split_off(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(&bytes).expect("twelve bytes");
    let data = associated_data(inner, body);
    match key(inner, version).open_in_place(nonce, Aad::from(data), &mut sealed) {
        Ok(plain) => {
            Json(json!({ "data": { "plaintext": STANDARD.encode(plain) } })).into_response()
        }
        Err(_) => errors(400, "cipher: message authentication failed"),
    }
}
