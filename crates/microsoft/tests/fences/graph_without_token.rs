//! Graph is not reached without a token, and a token is not reached without a permit.

async fn call(
    microsoft: &microsoft::Microsoft,
    permit: &domain::policy::Permit,
    grant: domain::secret::RefreshToken,
) {
    let _ = microsoft.graph(permit, "eyJ0eXAi");
    let _ = microsoft.entra().redeem(grant, None).await;
}

fn main() {}
