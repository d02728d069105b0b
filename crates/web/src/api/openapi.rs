//! `GET /api/v1/openapi.json`: OpenAPI 3.1, made from the tools' own definitions. Public, and the same for everybody.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use super::{approval, call, connections, me, tools};

pub(crate) async fn read() -> impl IntoResponse {
    // The tools are constants of the build, so one process writes the document once.
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi().to_string());
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

/// The OpenAPI document of the REST interface, with every tool whatever its level.
pub fn openapi() -> Value {
    let mut paths = Map::new();
    paths.insert("/api/v1/tools".into(), json!({"get": tools::openapi()}));
    for tool in engine::tools::all() {
        let path = format!("/api/v1/tools/{}", tool.name);
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
    paths.insert(
        "/api/v1/connections/outlook-calendar".into(),
        connections::openapi_of_one(),
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
