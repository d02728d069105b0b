//! What Microsoft's redirect means when it brings an error instead of a code.

/// Why somebody came back without a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackProblem {
    /// The person went back, or left a page that asked for an administrator: Microsoft does not tell the two apart.
    Cancelled,
    /// The person declined the consent.
    Declined,
    /// An administrator must consent, or must allow the application first.
    AdminMustConsent,
    /// The application is disabled in, or absent from, the organisation's directory.
    AppUnavailable,
    /// We asked wrongly, or are registered wrongly: the operator must act.
    OurRequest,
    /// Microsoft could not; trying again may help.
    Trouble,
}

/// Reads the redirect's error by its codes. The description is looked at for its AADSTS number and shown to nobody.
pub fn callback_error(
    error: &str,
    subcode: Option<&str>,
    description: Option<&str>,
) -> CallbackProblem {
    match (error, description.and_then(number)) {
        (_, Some(65001 | 90094 | 90095)) => CallbackProblem::AdminMustConsent,
        (_, Some(65004)) => CallbackProblem::Declined,
        ("access_denied", _) if subcode == Some("cancel") => CallbackProblem::Cancelled,
        ("access_denied", _) => CallbackProblem::Cancelled,
        ("consent_required", _) => CallbackProblem::AdminMustConsent,
        // The permissions that were asked for are not those that are registered.
        ("unauthorized_client", Some(650_056)) => CallbackProblem::OurRequest,
        ("unauthorized_client", _) => CallbackProblem::AppUnavailable,
        (
            "invalid_request"
            | "invalid_scope"
            | "invalid_resource"
            | "unsupported_response_type"
            | "invalid_client",
            _,
        ) => CallbackProblem::OurRequest,
        (_, _) => CallbackProblem::Trouble,
    }
}

/// The digits after a leading `AADSTS`, for diagnosis.
pub fn number(description: &str) -> Option<u32> {
    let rest = description.strip_prefix("AADSTS")?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_back_without_a_code_has_its_meaning() {
        use CallbackProblem::{
            AdminMustConsent, AppUnavailable, Cancelled, Declined, OurRequest, Trouble,
        };
        for (error, subcode, description, meaning) in [
            ("access_denied", Some("cancel"), None, Cancelled),
            ("access_denied", None, None, Cancelled),
            (
                "access_denied",
                None,
                Some("AADSTS65004: User declined to consent to access the app."),
                Declined,
            ),
            (
                "access_denied",
                None,
                Some("AADSTS90094: The grant requires admin permission."),
                AdminMustConsent,
            ),
            (
                "access_denied",
                None,
                Some("AADSTS90095: Admin consent is required."),
                AdminMustConsent,
            ),
            (
                "consent_required",
                None,
                Some("AADSTS65001: none"),
                AdminMustConsent,
            ),
            ("unauthorized_client", None, None, AppUnavailable),
            (
                "unauthorized_client",
                None,
                Some("AADSTS7000112: Application is disabled."),
                AppUnavailable,
            ),
            (
                "unauthorized_client",
                None,
                Some("AADSTS650056: Misconfigured application."),
                OurRequest,
            ),
            ("invalid_scope", None, Some("AADSTS70011: x"), OurRequest),
            ("server_error", None, None, Trouble),
            ("temporarily_unavailable", None, None, Trouble),
            ("<script>", None, Some("AADSTS: x"), Trouble),
        ] {
            assert_eq!(
                callback_error(error, subcode, description),
                meaning,
                "{error} {description:?}"
            );
        }
    }
}
