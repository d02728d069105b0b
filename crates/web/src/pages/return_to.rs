//! Where a browser goes back to after signing in or changing the language: our own paths, nothing else.

/// Where everybody starts who came from nowhere in particular.
pub(super) const HOME: &str = "/integrations";

/// The path to go back to, or [`HOME`] when what was asked for could lead anywhere else.
pub(super) fn checked(asked: Option<&str>) -> &str {
    asked.filter(|path| is_own(path)).unwrap_or(HOME)
}

/// Whether a text is a path of this site: exactly one leading slash, nothing that a browser reads as a host.
fn is_own(path: &str) -> bool {
    path.len() > 1
        && path.len() <= 500
        && path.starts_with('/')
        && !path.contains("//")
        && !path.contains('\\')
        && !path.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_is_kept() {
        for path in [
            "/approvals",
            "/approvals/apr_1?state=all",
            "/activity?tool=a&before=b%2F",
        ] {
            assert_eq!(checked(Some(path)), path);
        }
    }

    #[test]
    fn whatever_could_lead_elsewhere_leads_home() {
        for path in [
            "",
            "/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "/a//b",
            "javascript:alert(1)",
            "/\tevil",
            "/a\r\nSet-Cookie: x=y",
            "evil.example",
            "/ /x",
        ] {
            assert_eq!(checked(Some(path)), HOME, "{path:?}");
        }
        assert_eq!(checked(None), HOME);
    }
}
