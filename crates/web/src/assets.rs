//! Style, script and pictures: built into the program, served under the hash of their content, cached for ever.

use std::sync::OnceLock;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use sha2::{Digest as _, Sha256};

use crate::State;
use crate::address::Path;
use crate::error::Failure;

/// One file that pages refer to.
pub(crate) struct Asset {
    name: &'static str,
    media_type: &'static str,
    content: &'static [u8],
    path: OnceLock<String>,
}

/// How every page looks.
pub(crate) static STYLE: Asset = Asset::new(
    "attache.css",
    "text/css; charset=utf-8",
    include_bytes!("../static/attache.css"),
);
/// What pages do in the browser; everything works without it.
pub(crate) static SCRIPT: Asset = Asset::new(
    "attache.js",
    "text/javascript; charset=utf-8",
    include_bytes!("../static/attache.js"),
);
/// The picture in the browser's tab.
pub(crate) static ICON: Asset = Asset::new(
    "icon.svg",
    "image/svg+xml",
    include_bytes!("../static/icon.svg"),
);

/// Every file there is.
pub(crate) static ALL: [&Asset; 3] = [&STYLE, &SCRIPT, &ICON];

impl Asset {
    const fn new(name: &'static str, media_type: &'static str, content: &'static [u8]) -> Self {
        Self {
            name,
            media_type,
            content,
            path: OnceLock::new(),
        }
    }

    /// Where it is served.
    pub(crate) fn path(&self) -> &str {
        self.path.get_or_init(|| {
            let digest = Sha256::digest(self.content);
            let hash: String = digest[..8]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("/static/{hash}/{}", self.name)
        })
    }

    /// The file as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.content).into_owned()
    }
}

/// The route of all assets, and the address at which browsers look for a picture without being told.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/static/{hash}/{name}", get(asset))
        .route("/favicon.ico", get(icon))
}

async fn icon() -> Response {
    let content_type = HeaderValue::from_static(ICON.media_type);
    ([(CONTENT_TYPE, content_type)], ICON.content).into_response()
}

async fn asset(Path((hash, name)): Path<(String, String)>) -> Response {
    let wanted = format!("/static/{hash}/{name}");
    match ALL.iter().find(|asset| asset.path() == wanted) {
        Some(asset) => (
            [
                (CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
                (
                    CACHE_CONTROL,
                    HeaderValue::from_static("public, max-age=31536000, immutable"),
                ),
            ],
            asset.content,
        )
            .into_response(),
        None => Failure::not_found().into_response(),
    }
}
