//! Every address, and who may call it. What is not on this page does not exist.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use engine::Engine;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::error::Failure;
use crate::headers::Outermost;
use crate::{Settings, State, api, assets, guard, headers, health, mcp, pages};

/// Who may call an address. The extractor in the handler's signature enforces it; a test compares the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anyone,
    /// A signed-in person.
    Person,
    /// A signed-in administrator.
    Administrator,
    /// An agent with a personal key.
    Agent,
}

/// One address with one method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method; `HEAD` goes with `GET`.
    pub method: Method,
    /// The path, with `{names}` for its parameters.
    pub path: &'static str,
    /// Who may call it.
    pub who: Who,
}

const fn on(method: Method, path: &'static str, who: Who) -> Route {
    Route { method, path, who }
}

/// Every address there is.
pub const ROUTES: &[Route] = {
    use Who::{Administrator, Agent, Anyone, Person};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    const DELETE: Method = Method::DELETE;
    &[
        // Signing in and out.
        on(GET, "/", Anyone),
        on(POST, "/sign-in", Anyone),
        on(GET, "/auth/microsoft/callback", Anyone),
        on(POST, "/sign-out", Person),
        on(POST, "/language", Anyone),
        on(GET, "/setup", Person),
        on(POST, "/setup", Person),
        // What a person has connected, decides, did and handed out.
        on(GET, "/integrations", Person),
        on(GET, "/integrations/outlook-calendar", Person),
        on(POST, "/integrations/outlook-calendar/connect", Person),
        on(GET, "/integrations/outlook-calendar/disconnect", Person),
        on(POST, "/integrations/outlook-calendar/disconnect", Person),
        on(POST, "/integrations/outlook-calendar/levels", Person),
        on(GET, "/approvals", Person),
        on(GET, "/approvals/{id}", Person),
        on(POST, "/approvals/{id}/approve", Person),
        on(POST, "/approvals/{id}/decline", Person),
        on(GET, "/activity", Person),
        on(GET, "/activity/{sequence}", Person),
        on(GET, "/keys", Person),
        on(POST, "/keys", Person),
        on(GET, "/keys/{id}", Person),
        on(POST, "/keys/{id}/levels", Person),
        on(POST, "/keys/{id}/revoke", Person),
        // What an administrator allows.
        on(GET, "/administration/tools", Administrator),
        on(POST, "/administration/tools", Administrator),
        on(POST, "/administration/tools/recommended", Administrator),
        on(POST, "/administration/tools/preview", Administrator),
        on(GET, "/administration/tools/changes", Administrator),
        on(
            POST,
            "/administration/tools/changes/{sequence}/undo",
            Administrator,
        ),
        on(POST, "/administration/tools/rules", Administrator),
        on(POST, "/administration/tools/taint", Administrator),
        // Whose connection an administrator sees and ends.
        on(GET, "/administration/people", Administrator),
        on(GET, "/administration/people/disconnect", Administrator),
        on(POST, "/administration/people/disconnect", Administrator),
        on(GET, "/administration/people/{id}/disconnect", Administrator),
        on(
            POST,
            "/administration/people/{id}/disconnect",
            Administrator,
        ),
        // What is on record, handed out and checked.
        on(GET, "/administration/audit", Administrator),
        on(GET, "/administration/audit/{sequence}", Administrator),
        on(POST, "/administration/audit/export", Administrator),
        on(POST, "/administration/audit/verify", Administrator),
        // How the installation is.
        on(GET, "/administration/health", Administrator),
        // What agents call. Nothing here approves, connects, changes a level or makes a key.
        on(POST, "/mcp", Agent),
        on(GET, "/api/v1/tools", Agent),
        on(POST, "/api/v1/tools/{name}", Agent),
        on(GET, "/api/v1/approvals/{id}", Agent),
        on(GET, "/api/v1/me", Agent),
        on(GET, "/api/v1/connections", Agent),
        on(GET, "/api/v1/connections/outlook-calendar", Agent),
        // Always refused: an agent ends no connection.
        on(DELETE, "/api/v1/connections/outlook-calendar", Agent),
        on(GET, "/api/v1/openapi.json", Anyone),
        // Style, script and pictures; probes.
        on(GET, "/static/{hash}/{name}", Anyone),
        on(GET, "/favicon.ico", Anyone),
        on(GET, "/livez", Anyone),
        on(GET, "/readyz", Anyone),
    ]
};

/// The largest body that is read, in bytes.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;

/// The whole web side of one attache.
///
/// # Panics
/// When `authority_origin` does not fit into a header; settings are checked before they come here.
#[expect(
    clippy::needless_pass_by_value,
    reason = "settings are handed over for good"
)]
pub fn router(engine: Engine, settings: Settings) -> Router {
    let state = State::new(engine, &settings);
    let outermost = Outermost::new(&state, &settings.authority_origin);

    // Only files are compressed: a page holds its form's token beside what its address says, and the length of the two
    // pressed together would tell an onlooker the one by the other.
    let assets = assets::routes().layer(CompressionLayer::new().gzip(true));
    let mcp = Router::new()
        .route_service("/mcp", mcp::service(&state))
        .layer(from_fn_with_state(state.clone(), mcp::admit));
    let api = Router::new()
        .route("/api/v1/tools", get(api::tools::list))
        .route("/api/v1/tools/{name}", post(api::call::call))
        .route("/api/v1/approvals/{id}", get(api::approval::read))
        .route("/api/v1/me", get(api::me::read))
        .route("/api/v1/connections", get(api::connections::list))
        .route(
            "/api/v1/connections/outlook-calendar",
            get(api::connections::read).delete(api::connections::end),
        )
        .route("/api/v1/openapi.json", get(api::openapi::read))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready));

    pages::routes()
        .layer(from_fn_with_state(state.clone(), guard::to_the_end))
        .merge(assets)
        .merge(mcp)
        .merge(api)
        .fallback(async || Failure::not_found())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        // The last layer is the outermost: it sees every request first and every answer last.
        .layer(from_fn(guard::patience))
        .layer(from_fn_with_state(state.clone(), guard::shed))
        .layer(from_fn_with_state(state.clone(), guard::admit))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(from_fn_with_state(state.clone(), pages::find_reader))
        .layer(from_fn_with_state(outermost, headers::finish))
        .with_state(state)
}

/// Whether programs call this path: their failures are JSON, and what they send carries a key instead of a cookie.
pub(crate) fn is_for_programs(path: &str) -> bool {
    path == "/mcp" || path == "/api" || path.starts_with("/api/") || is_probe(path)
}

/// Whether this path is asked by what keeps the program running, under whatever host name it uses.
pub(crate) fn is_probe(path: &str) -> bool {
    matches!(path, "/livez" | "/readyz")
}
