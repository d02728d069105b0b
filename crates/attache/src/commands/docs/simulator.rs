//! `docs/simulator.md`: our words about the simulator, then a row for every error that it can answer with.

use sim::{DocumentedError, GraphErrorRow, documented_errors, graph_errors};

const WORDS: &str = include_str!("simulator.md");

const GRAPH: &str = "## Graph's errors\n\n\
    Each can be had on request, as `POST /_sim/faults {\"surface\":\"graph\",\"times\":1,\"answer\":{\"graph_error\":\"ErrorItemNotFound\"}}`; all of\n\
    them are asked for in turn by `graph_errors::every_code_is_answered_on_request_as_the_table_says`. Tests are in `crates/sim/tests/it`.\n\n\
    | code | HTTP | how it comes about | test |\n\
    | --- | --- | --- | --- |\n";

const AADSTS: &str = "\n## AADSTS errors\n\n\
    The numbers, errors and suberrors are Microsoft's where Microsoft documents them or was seen to send them; the sentences are ours.\n\
    Each number can be had on request, at the token endpoint and at the authorization endpoint, once or until it is cleared:\n\n\
    \u{20}   POST /_sim/faults {\"surface\":\"token\",\"times\":1,\"answer\":{\"aadsts\":50076}}\n\
    \u{20}   POST /_sim/faults {\"surface\":\"authorize\",\"times\":1,\"answer\":{\"aadsts\":90094}}\n\n\
    Many come about by themselves, as the fourth column says. \"claims\" means that the answer carries a claims challenge;\n\
    \"page\" means that the number stays on the sign-in page and the application hears nothing. Tests are in `crates/sim/tests/it`.\n\
    All of them are asked for in turn by `aadsts::every_number_is_written_at_the_token_endpoint_as_the_table_says` and\n\
    `aadsts::every_number_stays_on_the_page_or_comes_back_from_the_authorization_endpoint_as_the_table_says`.\n\n\
    50072, 50074, 50076, 50078, 50158 and 53000 to 53003 are spelled `interaction_required` here and in some of Microsoft's answers,\n\
    `invalid_grant` in others; `POST /_sim/tenants/{tenant} {\"error_spelling\":\"invalid_grant\"}` chooses.\n\n\
    | number | at the token endpoint | at the authorization endpoint | how it comes about | meaning | test |\n\
    | --- | --- | --- | --- | --- | --- |\n";

/// The document.
pub(super) fn document() -> String {
    let graph: String = graph_errors().iter().map(graph_row).collect();
    let aadsts: String = documented_errors().iter().map(row).collect();
    [WORDS, GRAPH, &graph, AADSTS, &aadsts].concat()
}

fn graph_row(error: &GraphErrorRow) -> String {
    let cause = cause(error.cause);
    format!(
        "| {} | {} | {cause} | `{}` |\n",
        error.code, error.status, error.test
    )
}

fn row(error: &DocumentedError) -> String {
    let mut token = format!("{} `{}`", error.status, error.error);
    if let Some(suberror) = error.suberror {
        token += &format!(", `{suberror}`");
    }
    if error.challenges {
        token += ", claims";
    }
    if let Some(beneath) = error.beneath {
        token += &format!(", with {beneath}");
    }
    let authorize = match (error.redirect, error.redirect_when_silent) {
        (Some(error), _) => format!("`{error}`"),
        (None, Some(error)) => format!("page; `{error}` with `prompt=none`"),
        (None, None) => "page".to_owned(),
    };
    let cause = cause(error.cause);
    format!(
        "| {} | {token} | {authorize} | {cause} | {} | `{}` |\n",
        error.code, error.meaning, error.test
    )
}

fn cause(cause: Option<&str>) -> String {
    cause.unwrap_or("on request only").replace('|', "\\|")
}
