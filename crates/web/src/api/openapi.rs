//! `GET /api/v1/openapi.json`: OpenAPI 3.1, made from the tools' own definitions. Public, and the same for everybody.

use std::sync::OnceLock;

use axum::extract::State as With;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use engine::Offered;
use serde_json::{Map, Value, json};

use super::{approval, call, connections, me, tools};
use crate::State;

pub(crate) async fn read(With(state): With<State>) -> impl IntoResponse {
    // The tools are constants of the build, so one process writes the document once.
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| openapi(state.engine.all_tools()).to_string());
    ([(CONTENT_TYPE, "application/json")], document.as_str())
}

/// The OpenAPI document of the REST interface with these tools.
pub fn openapi(offered: &[Offered]) -> Value {
    let mut paths = Map::new();
    paths.insert("/api/v1/tools".into(), json!({"get": tools::openapi()}));
    for tool in offered {
        let path = format!("/api/v1/tools/{}", tool.definition.name);
        paths.insert(path, json!({"post": call::openapi(tool)}));
    }
    paths.insert(
        "/api/v1/approvals/{id}".into(),
        json!({"get": approval::openapi()}),
    );
    paths.insert("/api/v1/me".into(), json!({"get": me::openapi()}));
    paths.insert(
        "/api/v1/connections".into(),
        json!({"get": connections::openapi()}),
    );
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "attache",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Lets an agent work in a person's Outlook calendar as that person, only with the tools an \
                            administrator has allowed. A call that must be asked for answers 202 with the page on which \
                            the person decides; nothing here can decide it.",
        },
        "security": [{"personal_key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"personal_key": {
                "type": "http",
                "scheme": "bearer",
                "description": "A personal key, made by the person on attache's Keys page.",
            }},
            "schemas": {"Error": {
                "type": "object",
                "required": ["error"],
                "properties": {"error": {
                    "type": "object",
                    "required": ["code", "message", "request_id"],
                    "properties": {
                        "code": {"type": "string", "description": "A stable word for programs."},
                        "message": {"type": "string", "description": "What happened and what to do next."},
                        "request_id": {"type": "string"},
                        "field": {"type": "string", "description": "The argument that was wrong."},
                        "link": {"type": "string", "description": "The page on which a person can do something about it."},
                    },
                }},
            }},
            "responses": {"Error": {
                "description": "It failed; the code says how.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            }},
        },
    })
}

/// One answer with a JSON body.
pub(super) fn response(description: &str, schema: &Value) -> Value {
    json!({
        "description": description,
        "content": {"application/json": {"schema": schema}},
    })
}

/// The good answer of an operation, and the one form of all others.
pub(super) fn responses(status: &str, description: &str, schema: &Value) -> Value {
    json!({
        status: response(description, schema),
        "default": {"$ref": "#/components/responses/Error"},
    })
}
