//! XML Encryption 1.1: `EncryptedData` and `EncryptedKey`, encrypt and decrypt.
//!
//! In reading order: `decrypt` and `encrypt`; the wire forms [`EncryptedData`] and [`EncryptedKey`], each read and
//! written in one file; [`AlgorithmPolicy`]. `wss-header` decides which key to use, and whether the plaintext is
//! authenticated.

#![forbid(unsafe_code)]

mod decrypt;
mod document;
mod encrypt;
mod encrypted_data;
mod encrypted_key;
mod error;
mod policy;

pub use decrypt::{Plaintext, decrypt_octets, decrypt_xml};
pub use document::{Decrypted, KeySource, decrypt_document};
pub use encrypt::{encrypt_octets, plaintext_of};
pub use encrypted_data::{
    ATTACHMENT_CIPHERTEXT, EncryptedData, PlaintextType, write_encrypted_attachment, write_encrypted_data,
};
pub use encrypted_key::{
    EncryptedKey, KeyMethod, parse_reference_list, protect, write_encrypted_key, write_reference_list,
};
pub use error::{DecryptError, EncryptError};
pub use policy::AlgorithmPolicy;
