//! Ciphertext inside plaintext: what is wrong with it is told where nobody else can have made it, and else nothing is.

use std::sync::Arc;

use wss_c14n::{Element, Limits};
use wss_crypto::{ContentEncryption, KeyUnwrap, PublicKey, Secret, SystemRandom};
use wss_xmlenc::{
    AlgorithmPolicy, DecryptError, Encryption, KeySource, PlaintextType, decrypt_document, encrypt_octets,
};

struct Only(Secret);

impl KeySource for Only {
    fn secrets(&self, _: Option<Element<'_>>) -> Vec<Secret> {
        vec![self.0.clone()]
    }

    fn private_keys(&self, _: Option<Element<'_>>) -> Vec<Arc<dyn KeyUnwrap>> {
        Vec::new()
    }

    fn originators(&self, _: Element<'_>) -> Vec<PublicKey> {
        Vec::new()
    }

    fn master_secrets(&self, _: Option<&str>) -> Vec<Secret> {
        Vec::new()
    }
}

/// Ciphertext that is refused for what it says; each with a secret in it.
const INNER: [&str; 4] = [
    "<x:EncryptedData><x:EncryptionMethod Algorithm='urn:4711'/><x:CipherData><x:CipherValue>AAAA</x:CipherValue></x:CipherData></x:EncryptedData>",
    "<x:EncryptedData><x:EncryptionMethod Algorithm='http://www.w3.org/2009/xmlenc11#aes128-gcm'/><x:n4711/></x:EncryptedData>",
    "<x:EncryptedData><x:EncryptionMethod Algorithm='http://www.w3.org/2009/xmlenc11#aes128-gcm'/><x:CipherData><x:CipherReference URI='urn:4711'/></x:CipherData></x:EncryptedData>",
    "<x:EncryptedData Id='n4711'/>",
];

#[test]
fn errors_about_ciphertext_in_plaintext_quote_it_only_where_it_is_authenticated() {
    use ContentEncryption::{Aes128Cbc, Aes128Gcm, TripleDesCbc};
    for cipher in [Aes128Gcm, Aes128Cbc, TripleDesCbc] {
        for inner in INNER {
            let secret = Secret::generate(&SystemRandom, cipher.key_len()).expect("random");
            let kind = PlaintextType::Content;
            let data = encrypt_octets(inner.as_bytes(), &kind, Encryption::new(cipher, &secret), &SystemRandom);
            let document = format!("<r xmlns:x=\"http://www.w3.org/2001/04/xmlenc#\">{}</r>", data.expect("encrypts"));
            let policy = AlgorithmPolicy::everything_for_legacy_use_only();
            let error = decrypt_document(&document, &Only(secret), &policy, &Limits::default()).expect_err(inner);
            let is_told = error != DecryptError::Failed;
            assert_eq!(is_told, cipher.is_authenticated(), "{cipher:?}: {inner}: {error}");
        }
    }
}
