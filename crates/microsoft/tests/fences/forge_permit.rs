//! A permit cannot be made by hand, so no token can be redeemed without a decision.

async fn redeem(
    entra: &microsoft::entra::Entra,
    caller: domain::caller::Caller,
    grant: domain::secret::RefreshToken,
) {
    let permit = domain::policy::Permit {
        caller,
        tool: domain::tool::ToolName::new("create_event"),
        arguments: domain::canonical::Digest::of("t", &[]),
        approval: None,
        purpose: domain::policy::Purpose::Act,
    };
    let _ = entra.redeem(&permit, grant, None).await;
}

fn main() {}
