//! The one HTTP client: bounded in time and size, never redirected, every request with an id of its own.

use std::time::Duration;

use domain::audit::UpstreamRequest;
use domain::random::Random;
use http::HeaderMap;
use reqwest::{Client, RequestBuilder};
use zeroize::Zeroizing;

use crate::error::Error;

/// A connection without requests is closed after so long: what was last written to it stays in its buffer, a token too.
const IDLE: Duration = Duration::from_secs(15);

/// Sends requests and reads answers, whole or not at all.
#[derive(Clone)]
pub(crate) struct Transport {
    client: Client,
    timeout: Duration,
    random: Random,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Empty when it was longer than allowed.
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) upstream: UpstreamRequest,
}

/// No whole answer.
pub(crate) struct Lost {
    pub(crate) upstream: UpstreamRequest,
    /// Whether the request may have reached Microsoft.
    pub(crate) sent: bool,
    pub(crate) source: reqwest::Error,
}

impl Answer {
    /// Whether the status says that it worked.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The seconds of `Retry-After`, at most an hour. Microsoft documents the number only, so a date counts as absent.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let seconds: u64 = self
            .headers
            .get(http::header::RETRY_AFTER)?
            .to_str()
            .ok()?
            .trim()
            .parse()
            .ok()?;
        Some(Duration::from_secs(seconds.min(3600)))
    }
}

impl From<Lost> for Error {
    fn from(lost: Lost) -> Self {
        Self::NoAnswer {
            upstream: lost.upstream,
            source: lost.source,
        }
    }
}

impl Transport {
    /// A client for Microsoft, or for a simulator on this machine: that one is reached without TLS and without a proxy.
    pub(crate) fn new(loopback: bool, timeout: Duration, random: Random) -> Result<Self, Error> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one client of this crate"
        )]
        let builder = Client::builder();
        let builder = builder
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(timeout)
            .connect_timeout(timeout.min(Duration::from_secs(5)))
            .pool_idle_timeout(IDLE)
            .user_agent(concat!("attache/", env!("CARGO_PKG_VERSION")))
            .referer(false);
        let builder = if loopback {
            builder.no_proxy()
        } else {
            builder.https_only(true)
        };
        let client = builder
            .build()
            .map_err(|_| Error::Settings("the HTTP client cannot be built"))?;
        Ok(Self {
            client,
            timeout,
            random,
        })
    }

    /// A request to be filled in.
    pub(crate) fn request(&self, method: http::Method, url: url::Url) -> RequestBuilder {
        self.client
            .request(method, url)
            .header(http::header::ACCEPT, "application/json")
    }

    /// Sends a request with a fresh id, waits no longer than `limit`, and reads no more than `cap` bytes.
    pub(crate) async fn send(
        &self,
        request: RequestBuilder,
        cap: usize,
        limit: Duration,
    ) -> Result<Answer, Box<Lost>> {
        let mut upstream = UpstreamRequest {
            client_request_id: self.random.uuid(),
            request_id: None,
            status: None,
        };
        let request = request
            .header("client-request-id", &upstream.client_request_id)
            .header("return-client-request-id", "true")
            .timeout(limit.min(self.timeout));
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                let sent = !(error.is_connect() || error.is_builder());
                return Err(Box::new(Lost {
                    upstream,
                    sent,
                    source: error.without_url(),
                }));
            }
        };
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        upstream.status = Some(status);
        upstream.request_id = microsofts_id(&headers);
        let mut body = Zeroizing::new(Vec::with_capacity(16 * 1024));
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= cap => {
                    body.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => {
                    body = Zeroizing::default();
                    break;
                }
                Ok(None) => break,
                Err(error) => {
                    return Err(Box::new(Lost {
                        upstream,
                        sent: true,
                        source: error.without_url(),
                    }));
                }
            }
        }
        tracing::debug!(client_request_id = %upstream.client_request_id, request_id = upstream.request_id, status, "Microsoft answered");
        Ok(Answer {
            status,
            headers,
            body,
            upstream,
        })
    }
}

/// Graph and Entra name the same thing differently. Only what looks like an id is kept.
fn microsofts_id(headers: &HeaderMap) -> Option<String> {
    let value = headers
        .get("request-id")
        .or_else(|| headers.get("x-ms-request-id"))?
        .to_str()
        .ok()?;
    let is_id = !value.is_empty()
        && value.len() <= 64
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_id.then(|| value.to_owned())
}
