//! One documented pair.

use std::path::Path;

use reqwest::Method;
use serde_json::Value;

/// A request as Microsoft's page prints it, and the answer below it.
#[derive(Debug)]
pub(super) struct Example {
    /// The file's name without its ending.
    pub(super) name: String,
    pub(super) method: Method,
    /// With its query, relative to the version.
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Value>,
    /// Not every page prints one.
    pub(super) status: Option<u16>,
    pub(super) answer: Value,
}

/// All pairs of a folder, in the order of their names.
pub(super) fn read_all(folder: &Path) -> Vec<Example> {
    let files = std::fs::read_dir(folder).expect("a folder");
    let mut examples: Vec<Example> = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| read(&path))
        .collect();
    examples.sort_by(|one, other| one.name.cmp(&other.name));
    examples
}

fn read(path: &Path) -> Example {
    let text = std::fs::read_to_string(path).expect("readable");
    let pair: Value = serde_json::from_str(&text).expect("JSON");
    let (request, response) = (&pair["request"], &pair["response"]);
    let printed = request["path"].as_str().expect("a path");
    // What was in beta when the page was written is in v1.0 by now, or in no version that is simulated.
    let path_below = printed.strip_prefix("/beta").unwrap_or(printed);
    let headers = request["headers"].as_object().into_iter().flatten();
    let name = path.file_stem().expect("a name").to_string_lossy();
    Example {
        name: name.into_owned(),
        method: request["method"]
            .as_str()
            .expect("a method")
            .parse()
            .expect("a method"),
        path: path_below.to_owned(),
        headers: headers
            .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
            .collect(),
        body: request.get("body").filter(|body| !body.is_null()).cloned(),
        status: response["status"]
            .as_u64()
            .map(|status| u16::try_from(status).expect("a status")),
        answer: response["body"].clone(),
    }
}

impl Example {
    /// The path's parts, without the query.
    pub(super) fn segments(&self) -> Vec<&str> {
        let path = self.path.split('?').next().unwrap_or_default();
        path.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// The query as printed.
    pub(super) fn query(&self) -> Option<&str> {
        self.path.split_once('?').map(|(_, query)| query)
    }

    /// A text value anywhere in the documented request's body.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.body.as_ref()?.get(name)?.as_str()
    }
}
