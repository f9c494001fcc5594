//! Policies with one supporting token, in each way that it can be attached.

use crate::policy_bindings::{NO_ENDORSING_ASSERTION, PARTS, all, asymmetric, tls, token};
use crate::policy_row::{Confirmed, Row};
use crate::policy_shapes::policy;

/// What protects the Body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binding {
    Transport,
    Certificates,
}

pub(crate) fn rows() -> Vec<Row> {
    use Binding::{Certificates, Transport};
    use Confirmed::{ByBearer, ByHolderOfKey};
    let token = |kind: &str, inside: &str| token(kind, "AlwaysToRecipient", inside);
    let saml = token("SamlToken", "<sp:WssSamlV20Token11/>");
    let x509 = token("X509Token", "<sp:WssX509V3Token10/>");
    let text = token("UsernameToken", "<sp:WssUsernameToken10/>");
    let hashed = token("UsernameToken", "<sp:HashPassword/><sp:WssUsernameToken10/>");
    let (subject, expires) = (["uid=ann", "uid=eve"], ["<wsu:Expires>2", "<wsu:Expires>3"]);
    let user = [">ann<", ">eve<"];
    let password = vec![user, [">s3cret<", ">secret<"]];
    let digest = vec![user, ["#PasswordDigest\">", "#PasswordDigest\">A"]];
    [
        (Transport, "EndorsingSupportingTokens", "certificate", ByBearer, &x509, vec![expires]),
        (Transport, "SupportingTokens", "SAML, bearer", ByBearer, &saml, vec![subject]),
        (Transport, "SignedSupportingTokens", "SAML, bearer", ByBearer, &saml, vec![subject]),
        (Transport, "EndorsingSupportingTokens", "SAML, holder of key", ByHolderOfKey, &saml, vec![subject, expires]),
        (
            Transport,
            "SignedEndorsingSupportingTokens",
            "SAML, holder of key",
            ByHolderOfKey,
            &saml,
            vec![subject, expires],
        ),
        (Transport, "SupportingTokens", "user, password as text", ByBearer, &text, password.clone()),
        (Transport, "SignedSupportingTokens", "user, password as text", ByBearer, &text, password),
        (Transport, "SignedSupportingTokens", "user, hashed password", ByBearer, &hashed, digest.clone()),
        (Certificates, "SupportingTokens", "user, hashed password", ByBearer, &hashed, digest),
        // CXF encrypts the token.
        (Certificates, "SignedSupportingTokens", "user, hashed password", ByBearer, &hashed, vec![expires]),
        (Certificates, "SupportingTokens", "SAML, bearer", ByBearer, &saml, vec![subject, expires]),
        (Certificates, "SignedSupportingTokens", "SAML, bearer", ByBearer, &saml, vec![subject, expires]),
        (Certificates, "SignedSupportingTokens", "SAML, holder of key", ByHolderOfKey, &saml, vec![subject, expires]),
        (
            Certificates,
            "EndorsingSupportingTokens",
            "SAML, holder of key",
            ByHolderOfKey,
            &saml,
            vec![subject, expires],
        ),
    ]
    .into_iter()
    .map(|(binding, kind, what, confirmed, token, tampered)| {
        let tokens = all(kind, token);
        let (on, policy) = match binding {
            Transport => ("TLS", policy(&(tls("") + &tokens))),
            Certificates => ("certificates", policy(&(asymmetric("") + &tokens + PARTS))),
        };
        let row = Row::new(format!("{on}, {kind}: {what}"), policy).confirmed(confirmed).tampered(tampered);
        match explained(binding, kind) {
            Some(why) => row.their_client(why),
            None => row,
        }
    })
    .collect()
}

/// What CXF's client does otherwise.
fn explained(binding: Binding, kind: &str) -> Option<&'static str> {
    match (binding, kind) {
        (Binding::Certificates, "SupportingTokens") => {
            Some("CXF does not sign a supporting token, so that nothing says that the signer put it there")
        }
        (Binding::Certificates, "EndorsingSupportingTokens") => Some(NO_ENDORSING_ASSERTION),
        _ => None,
    }
}
