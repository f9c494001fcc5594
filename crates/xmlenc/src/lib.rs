//! XML Encryption 1.1: `EncryptedData` and `EncryptedKey`, encrypt and decrypt.
//!
//! In reading order: `decrypt` and `encrypt`; the wire forms [`EncryptedData`], [`EncryptedKey`], [`AgreementMethod`] and
//! [`DerivedKey`], each read and written in one file; [`AlgorithmPolicy`]. `wss-header` decides which key to use, and
//! whether the plaintext is authenticated.

#![forbid(unsafe_code)]

mod agreement_method;
mod cipher_parameters;
mod decrypt;
mod document;
mod encapsulation;
mod encrypt;
mod encrypted_data;
mod encrypted_key;
mod error;
mod key_derivation;
mod policy;

pub use agreement_method::{Agreed, Agreement, AgreementMethod, OriginatorForm};
pub use decrypt::{Plaintext, decrypt_octets, decrypt_xml};
pub use document::{Decrypted, DocumentDecryption, KeySource, decrypt_document};
pub use encapsulation::{Encapsulated, Encapsulation};
pub use encrypt::{ElementPlaintext, Encryption, encrypt_element, encrypt_octets};
pub use encrypted_data::{
    ATTACHMENT_CIPHERTEXT, EncryptedData, NewEncryptedAttachment, PlaintextType, write_encrypted_data,
};
pub use encrypted_key::{EncryptedKey, KeyMethod, ReferenceList, protect, write_encrypted_key, write_reference_list};
pub use error::{DecryptError, EncryptError};
pub use key_derivation::{DerivedKey, KeyDerivationMethod, write_key_derivation_method};
pub use policy::AlgorithmPolicy;
