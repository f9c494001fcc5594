//! The bank's client of the key service.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use ws_security::{
    AsyncKeyUnwrap, AsyncSigningKey, DigestMethod, KeyTransport, Secret, SignatureMethod, SignatureRequest,
    SigningFuture, UnwrapFailure, UnwrapFuture, UnwrapOperation, UnwrapRequest,
};

use crate::Error;

/// A key in the key service.
#[derive(Debug, Clone)]
pub struct Kms {
    http: reqwest::Client,
    url: String,
    key_id: String,
    token: String,
}

impl Kms {
    /// The key `key_id` of the service at `url`, which wants `token`.
    ///
    /// # Errors
    /// If there can be no HTTP client.
    pub fn new(url: &str, key_id: &str, token: &str) -> Result<Self, Error> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { http, url: url.into(), key_id: key_id.into(), token: token.into() })
    }

    /// The octets of the field `wanted` of the answer. `None` if the key refused.
    async fn ask(&self, action: &str, mut question: Value, wanted: &str) -> Result<Option<Vec<u8>>, Error> {
        question["KeyId"] = self.key_id.as_str().into();
        let request = self.http.post(&self.url).bearer_auth(&self.token).json(&question);
        let response = request.header("x-amz-target", format!("TrentService.{action}")).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        match answer[wanted].as_str() {
            Some(octets) => Ok(Some(BASE64.decode(octets)?)),
            None if answer["__type"] == "InvalidCiphertextException" => Ok(None),
            None => Err(format!("the key service answered with status {status} and {:?}", answer["__type"]).into()),
        }
    }

    async fn unwrap_transported(&self, transport: &KeyTransport, ciphertext: &[u8]) -> Result<Secret, UnwrapFailure> {
        let algorithm = encryption_algorithm(transport).ok_or(UnwrapFailure::Decryption)?;
        let question = json!({ "EncryptionAlgorithm": algorithm, "CiphertextBlob": BASE64.encode(ciphertext) });
        let plaintext = self.ask("Decrypt", question, "Plaintext").await.map_err(UnwrapFailure::Unavailable)?;
        plaintext.map(Secret::new).ok_or(UnwrapFailure::Decryption)
    }
}

impl AsyncSigningKey for Kms {
    fn sign_async<'a>(&'a self, request: SignatureRequest<'a>) -> SigningFuture<'a> {
        Box::pin(async move {
            let algorithm = signing_algorithm(request.method).ok_or("the key service has no such signature method")?;
            let message = BASE64.encode(request.octets);
            let question = json!({ "SigningAlgorithm": algorithm, "MessageType": "RAW", "Message": message });
            let value = self.ask("Sign", question, "Signature").await?;
            value.ok_or_else(|| "the key service did not sign".into())
        })
    }
}

impl AsyncKeyUnwrap for Kms {
    fn unwrap_async<'a>(&'a self, request: UnwrapRequest<'a>) -> UnwrapFuture<'a> {
        Box::pin(async move {
            match request.operation {
                UnwrapOperation::Transport { transport, ciphertext, .. } => {
                    self.unwrap_transported(transport, ciphertext).await
                }
                // The key is of RSA, and does nothing else.
                _ => Err(UnwrapFailure::Decryption),
            }
        })
    }
}

/// KMS's name of a signature method.
pub(crate) fn signing_algorithm(method: SignatureMethod) -> Option<&'static str> {
    Some(match method {
        SignatureMethod::RsaSha256 => "RSASSA_PKCS1_V1_5_SHA_256",
        SignatureMethod::RsaSha384 => "RSASSA_PKCS1_V1_5_SHA_384",
        SignatureMethod::RsaSha512 => "RSASSA_PKCS1_V1_5_SHA_512",
        _ => return None,
    })
}

/// KMS's name of a key transport.
pub(crate) fn encryption_algorithm(transport: &KeyTransport) -> Option<&'static str> {
    let (digest, mgf, label) = match transport {
        KeyTransport::RsaOaepMgf1p { digest, label } => (*digest, DigestMethod::Sha1, label),
        KeyTransport::RsaOaep { digest, mgf, label } => (*digest, *mgf, label),
        _ => return None,
    };
    match (digest, mgf) {
        (DigestMethod::Sha1, DigestMethod::Sha1) if label.is_empty() => Some("RSAES_OAEP_SHA_1"),
        (DigestMethod::Sha256, DigestMethod::Sha256) if label.is_empty() => Some("RSAES_OAEP_SHA_256"),
        _ => None,
    }
}
