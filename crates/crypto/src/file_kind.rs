//! The kind of a file that was given in place of another kind, and what to do with it: for an error.

use std::fmt;

/// The kind of object that was wanted of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// A certificate.
    Certificate,
    /// A private key.
    PrivateKey,
    /// A public key, which a certificate has as well.
    PublicKey,
    /// A key store.
    KeyStore,
    /// A private key of a key store, with its certificate.
    Identity,
    /// A revocation list.
    RevocationList,
    /// An OCSP response.
    OcspResponse,
}

impl Wanted {
    /// Its name, as errors have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::PrivateKey => "private key",
            Self::PublicKey => "public key or certificate",
            Self::KeyStore => "key store",
            Self::Identity => "private key with its certificate",
            Self::RevocationList => "CRL",
            Self::OcspResponse => "OCSP response",
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kind of a file that is not of the kind that was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// A PKCS#12 key store.
    Pkcs12,
    /// A key store of Java, JKS or JCEKS.
    JavaKeyStore,
    /// A PKCS#7 bag of certificates.
    Pkcs7,
    /// A certificate.
    Certificate,
    /// A request for a certificate.
    CertificateRequest,
    /// A private key.
    PrivateKey,
    /// A private key in the format of OpenSSH.
    SshPrivateKey,
    /// The base64 of DER, without the lines around it that make it PEM.
    Base64,
    /// XML.
    Xml,
}

impl FileKind {
    /// Whether it is what was wanted.
    pub(crate) fn is(self, wanted: Wanted) -> bool {
        match self {
            Self::Pkcs12 | Self::JavaKeyStore => wanted == Wanted::KeyStore,
            Self::Certificate => wanted == Wanted::Certificate,
            Self::PrivateKey => wanted == Wanted::PrivateKey,
            _ => false,
        }
    }

    /// Advice for a file of this kind that was given where `wanted` belongs.
    pub(crate) fn help(self, wanted: Wanted) -> &'static str {
        match wanted {
            Wanted::RevocationList => return "give the list of an authority, in PEM or DER, as it publishes it",
            Wanted::OcspResponse => {
                return "give what a responder answered, in DER, as openssl ocsp -respout FILE writes it";
            }
            _ => {}
        }
        match self {
            Self::Pkcs12 | Self::JavaKeyStore if wanted == Wanted::PrivateKey => {
                "give it as a key store, with `Identity::from_key_store`"
            }
            Self::Pkcs12 => "openssl pkcs12 -nokeys -in FILE writes its certificates as PEM",
            Self::JavaKeyStore => {
                "keytool -exportcert -rfc -keystore FILE -alias NAME writes a certificate of it as PEM"
            }
            Self::Pkcs7 => "openssl pkcs7 -print_certs -in FILE, with -inform DER if it is no text, writes them as PEM",
            Self::Certificate | Self::PrivateKey if wanted == Wanted::KeyStore => {
                "a private key and its certificate that are apart are given as such, with `Identity::from_pem`"
            }
            Self::SshPrivateKey if wanted == Wanted::PrivateKey => {
                "ssh-keygen -p -m PKCS8 -f FILE writes it anew, in the same file, as PEM that is read here"
            }
            Self::PrivateKey | Self::SshPrivateKey => {
                "give the file with the certificate of this key, whose PEM begins with BEGIN CERTIFICATE"
            }
            Self::CertificateRequest if wanted == Wanted::Certificate => {
                "give the certificate that the authority made of it"
            }
            Self::Certificate | Self::CertificateRequest => {
                "give the file with the private key, whose PEM begins with BEGIN and ends in PRIVATE KEY"
            }
            Self::Base64 => {
                "put the lines of PEM around it, as -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----"
            }
            Self::Xml => "give PEM, or DER",
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pkcs12 => "a PKCS#12 key store",
            Self::JavaKeyStore => "a key store of Java",
            Self::Pkcs7 => "a PKCS#7 bag of certificates",
            Self::Certificate => "a certificate",
            Self::CertificateRequest => "a request for a certificate",
            Self::PrivateKey => "a private key",
            Self::SshPrivateKey => "a private key of OpenSSH",
            Self::Base64 => "base64 without the lines of PEM",
            Self::Xml => "XML",
        })
    }
}

/// Whether a text without white space around it is the base64 of a SEQUENCE in DER, and nothing else.
pub(crate) fn is_base64_of_sequence(text: &[u8]) -> bool {
    is_encoded(text, b"MI", |octet| octet.is_ascii_alphanumeric() || b"+/=".contains(&octet))
}

/// As [`is_base64_of_sequence`], in hexadecimal.
pub(crate) fn is_hexadecimal_of_sequence(text: &[u8]) -> bool {
    is_encoded(text, b"30", |octet| octet.is_ascii_hexdigit())
}

fn is_encoded(text: &[u8], first: &[u8], is_in_alphabet: fn(u8) -> bool) -> bool {
    text.starts_with(first) && text.iter().all(|octet| is_in_alphabet(*octet) || octet.is_ascii_whitespace())
}
