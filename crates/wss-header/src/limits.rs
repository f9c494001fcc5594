//! What one message may cost to open.

use wss_c14n::Limits as XmlLimits;

/// Bounds on a message, beside those on its XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub(crate) xml: XmlLimits,
    pub(crate) security_headers: usize,
    pub(crate) header_children: usize,
    pub(crate) tokens: usize,
    pub(crate) signatures: usize,
    pub(crate) encrypted_keys: usize,
    pub(crate) private_key_operations: usize,
    pub(crate) encrypted_data: usize,
    pub(crate) revisions: usize,
    pub(crate) nested_encryption: usize,
    pub(crate) derivations: usize,
    pub(crate) digested: u64,
}

impl Default for Limits {
    /// 8 Security headers, 64 children in ours, 16 tokens, 8 signatures, 8 encrypted keys of which 4 are
    /// unwrapped, 2 keys derived from one another, 64 encrypted data nested twice, 8 revisions, and four times the message's octets digested.
    fn default() -> Self {
        Self {
            xml: XmlLimits::default(),
            security_headers: 8,
            header_children: 64,
            tokens: 16,
            signatures: 8,
            encrypted_keys: 8,
            private_key_operations: 4,
            encrypted_data: 64,
            revisions: 8,
            nested_encryption: 2,
            derivations: 2,
            digested: 4,
        }
    }
}

impl Limits {
    /// Replaces the bounds on XML; the plaintext of all encrypted parts together is bounded by its octets too.
    #[must_use]
    pub fn xml(mut self, xml: XmlLimits) -> Self {
        self.xml = xml;
        self
    }

    /// Children of our Security header, and tokens and signatures among them.
    #[must_use]
    pub fn header(mut self, children: usize, tokens: usize, signatures: usize) -> Self {
        self.header_children = children;
        self.tokens = tokens;
        self.signatures = signatures;
        self
    }

    /// Encrypted keys, how many of them are unwrapped, and encrypted data.
    #[must_use]
    pub fn encryption(mut self, keys: usize, private_key_operations: usize, data: usize) -> Self {
        self.encrypted_keys = keys;
        self.private_key_operations = private_key_operations;
        self.encrypted_data = data;
        self
    }
}
