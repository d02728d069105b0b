//! The floors: the least that an MCP server on the same SDK can be, without and with what attache promises of each call.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::request::Parts;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler};

use crate::governance::Governance;
use crate::server;
use crate::upstream::Upstream;

/// One tool and nothing else.
#[derive(Clone)]
struct Floor {
    upstream: Upstream,
    governance: Option<Arc<Governance>>,
}

/// Serves until the parent is gone; governed, with its record in a folder.
pub(crate) async fn serve(graph: &str, record: Option<&Path>) {
    let governance = match record {
        Some(folder) => Some(Arc::new(Governance::start(folder).await)),
        None => None,
    };
    let floor = Floor {
        upstream: Upstream::new(graph),
        governance,
    };
    let mut config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    config.sse_retry = None;
    let service: StreamableHttpService<Floor, NeverSessionManager> =
        StreamableHttpService::new(move || Ok(floor.clone()), Arc::default(), config);
    server::serve(Router::new().nest_service("/mcp", service)).await;
}

impl ServerHandler for Floor {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        call: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let body = match &self.governance {
            None => self.upstream.events("a token").await,
            Some(governance) => {
                let parts = context.extensions.get::<Parts>();
                let header = parts.and_then(|parts| parts.headers.get("authorization"));
                let key = header
                    .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
                    .ok_or_else(|| ErrorData::internal_error("no key", None))?;
                let admitted = governance
                    .admit(key, &call.name)
                    .ok_or_else(|| ErrorData::invalid_params("Unknown tool", None))?;
                let body = self.upstream.events(&admitted.token).await;
                governance.record(&admitted, &call.name).await;
                body
            }
        };
        Ok(CallToolResult::structured(body).into())
    }
}
