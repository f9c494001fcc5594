//! Children of `xenc:EncryptionMethod` for a cipher whose initialisation vector is not among the cipher octets:
//! ChaCha20 (RFC 9231 §2.6.7 and §2.6.8), as xmlsec1 writes it.

use wss_c14n::xsd::collapsed;
use wss_c14n::{Element, LeafError, Writer, name};
use wss_crypto::ContentEncryption;

/// The number of octets of a nonce.
const NONCE: usize = 12;

/// The initialisation vector and the additional data.
#[derive(Debug, Clone, Default)]
pub(crate) struct CipherParameters {
    /// The octets that precede the ciphertext for `wss_crypto`.
    pub(crate) vector: Vec<u8>,
    pub(crate) additional: Vec<u8>,
}

impl CipherParameters {
    /// Reads the children of the `xenc:EncryptionMethod` of `cipher`; empty if the cipher has its vector among the
    /// cipher octets.
    pub(crate) fn parse(method: Element<'_>, cipher: ContentEncryption) -> Result<Self, LeafError> {
        if !cipher.has_parameters() {
            return Ok(Self::default());
        }
        let uri = name::DSIG_MORE21.uri;
        let nonce = hex(method.required_child(uri, "Nonce")?, NONCE)?;
        if cipher.is_authenticated() {
            let additional = method.optional_child(uri, "AAD")?.map(Element::text).transpose()?.unwrap_or_default();
            return Ok(Self { vector: nonce, additional: additional.into_owned().into_bytes() });
        }
        let counter = hex(method.required_child(uri, "Counter")?, cipher.iv_len() - NONCE)?;
        Ok(Self { vector: [counter, nonce].concat(), additional: Vec::new() })
    }

    /// Writes the children for a vector, which is followed by the ciphertext.
    pub(crate) fn write<'o>(writer: &mut Writer, cipher: ContentEncryption, octets: &'o [u8]) -> &'o [u8] {
        let Some((vector, ciphertext)) = octets.split_at_checked(cipher.iv_len()) else { return octets };
        let (counter, nonce) = vector.split_at(vector.len() - NONCE);
        for (local, octets) in [("Nonce", nonce), ("Counter", counter)] {
            if !octets.is_empty() {
                writer.start(name::DSIG_MORE21, local);
                let digits = wss_text::hex(octets);
                writer.raw(&digits);
                writer.end();
            }
        }
        ciphertext
    }
}

/// This number of octets in hexadecimal digits.
fn hex(element: Element<'_>, len: usize) -> Result<Vec<u8>, LeafError> {
    let text = element.text()?;
    let octets = wss_text::octets_of_hex(collapsed(&text)).filter(|octets| octets.len() == len);
    octets.ok_or_else(|| element.missing("hexadecimal digits of its length"))
}
