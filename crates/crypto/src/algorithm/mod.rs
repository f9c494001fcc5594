//! Algorithms: one row holds everything that is known of an algorithm. Code asks the value; no other code compares
//! identifiers.
//!
//! # Adding an algorithm
//!
//! 1. Add its row to its table here, in `content`, `transport` or `post_quantum`. `ALL`, `from_uri`, the policies, the words of
//!    the command line, the lists of BSP and the signatures of paths follow from it. A method that only certificates have is in
//!    `certificates`.
//! 2. Build. A method of mathematics that is here already (another digest with ECDSA, say) needs nothing more. For a new
//!    digest, cipher or kind of mathematics the compiler names each place of `provider/aws_lc` and `provider/ring`, which
//!    run it or answer `Refusal::Unsupported`, since no match over algorithms has an arm for all others.
//! 3. A new kind of key needs a variant of [`KeyKind`](crate::KeyKind), its DER in `key/encoding` and `key/pkcs8`, and a trait in
//!    `provider` for its operations. `path_signature` lists the signatures that count in paths of certificates.
//! 4. Run `WSS_WRITE_ALGORITHMS=1 cargo test -p wss-crypto --test algorithms`, with each provider: it writes the line in
//!    `ALGORITHMS.md`. Without the variable the test fails until the line is there and true.

/// The content of the AlgorithmIdentifier of a key on the curve with this OBJECT IDENTIFIER.
macro_rules! on_curve {
    ($($octet:literal),+) => {
        const { &[6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1, 6, [$($octet),+].len() as u8, $($octet),+] }
    };
}

/// The content of the AlgorithmIdentifier of an algorithm of NIST (2.16.840.1.101.3.4), with the octets of its parameters.
macro_rules! nist {
    ($arc:literal, $algorithm:literal $(, $parameters:literal)*) => {
        &[6, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, $arc, $algorithm $(, $parameters)*]
    };
}

/// The content of the AlgorithmIdentifier of RSA with a digest (1.2.840.113549.1.1, RFC 4055 §5), with NULL for parameters.
macro_rules! pkcs1 {
    ($algorithm:literal) => {
        &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, $algorithm, 5, 0]
    };
}

/// The content of the AlgorithmIdentifier of ECDSA with a digest (1.2.840.10045.4, RFC 5758 §3.2).
macro_rules! ansi_x9_62 {
    ($($arc:literal),+) => {
        const { &[6, 6 + [$($arc),+].len() as u8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, $($arc),+] }
    };
}

mod certificates;
mod content;
mod post_quantum;
mod row;
mod transport;

use row::{Row, algorithms, current, legacy, retired};

pub(crate) use certificates::WITHOUT_URI;
pub(crate) use content::{Aes, BlockCipher, Camellia, Mode, Wrap};
pub use content::{ContentEncryption, KeyWrap};
pub use post_quantum::PostQuantum;
pub use row::All;
pub(crate) use transport::Oaep;
pub use transport::{KeyTransport, TransportMethod};

algorithms! {
    /// `ds:DigestMethod`.
    #[allow(missing_docs, reason = "names say it")]
    DigestMethod of DigestParameters {
        Sha1 = legacy(
            "http://www.w3.org/2000/09/xmldsig#sha1",
            digest("SHA-1", 20, 64, b"\x30\x21\x30\x09\x06\x05\x2B\x0E\x03\x02\x1A\x05\x00\x04\x14")
                .mgf("http://www.w3.org/2009/xmlenc11#mgf1sha1"),
        ),
        Sha224 = legacy(
            "http://www.w3.org/2001/04/xmldsig-more#sha224",
            digest("SHA-224", 28, 64, b"\x30\x2D\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1C")
                .mgf("http://www.w3.org/2009/xmlenc11#mgf1sha224"),
        ),
        Sha256 = current(
            "http://www.w3.org/2001/04/xmlenc#sha256",
            digest("SHA-256", 32, 64, b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20")
                .mgf("http://www.w3.org/2009/xmlenc11#mgf1sha256"),
        ),
        Sha384 = current(
            "http://www.w3.org/2001/04/xmldsig-more#sha384",
            digest("SHA-384", 48, 128, b"\x30\x41\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30")
                .mgf("http://www.w3.org/2009/xmlenc11#mgf1sha384"),
        ),
        Sha512 = current(
            "http://www.w3.org/2001/04/xmlenc#sha512",
            digest("SHA-512", 64, 128, b"\x30\x51\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40")
                .mgf("http://www.w3.org/2009/xmlenc11#mgf1sha512"),
        ),
        Sha3_224 = legacy(
            "http://www.w3.org/2007/05/xmldsig-more#sha3-224",
            digest("SHA3-224", 28, 144, b"\x30\x2D\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x07\x05\x00\x04\x1C"),
        ),
        Sha3_256 = current(
            "http://www.w3.org/2007/05/xmldsig-more#sha3-256",
            digest("SHA3-256", 32, 136, b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x08\x05\x00\x04\x20"),
        ),
        Sha3_384 = current(
            "http://www.w3.org/2007/05/xmldsig-more#sha3-384",
            digest("SHA3-384", 48, 104, b"\x30\x41\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x09\x05\x00\x04\x30"),
        ),
        Sha3_512 = current(
            "http://www.w3.org/2007/05/xmldsig-more#sha3-512",
            digest("SHA3-512", 64, 72, b"\x30\x51\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x0A\x05\x00\x04\x40"),
        ),
        Md5 = retired(
            "http://www.w3.org/2001/04/xmldsig-more#md5",
            digest("MD5", 16, 64, b"\x30\x20\x30\x0C\x06\x08\x2A\x86\x48\x86\xF7\x0D\x02\x05\x05\x00\x04\x10"),
        ),
        Ripemd160 = retired(
            "http://www.w3.org/2001/04/xmlenc#ripemd160",
            digest("RIPEMD-160", 20, 64, b"\x30\x21\x30\x09\x06\x05\x2B\x24\x03\x02\x01\x05\x00\x04\x14"),
        ),
    }
}

algorithms! {
    /// `ds:SignatureMethod`.
    #[allow(missing_docs, reason = "family and digest, as the names say")]
    SignatureMethod of Scheme {
        RsaSha1 = legacy("http://www.w3.org/2000/09/xmldsig#rsa-sha1", PKCS1(Sha1))
            .in_certificates(&[pkcs1!(5), &[6, 5, 0x2B, 0x0E, 3, 2, 29, 5, 0]]),
        // Readers should also accept the misprint of RFC 6931, says RFC 9231.
        RsaSha224 = legacy("http://www.w3.org/2001/04/xmldsig-more#rsa-sha224", PKCS1(Sha224))
            .also("http://www.w3.org/2007/05/xmldsig-more#rsa-sha224")
            .in_certificates(&[pkcs1!(14)]),
        RsaSha256 = current("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", PKCS1(Sha256))
            .in_certificates(&[pkcs1!(11)]),
        RsaSha384 = current("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", PKCS1(Sha384))
            .in_certificates(&[pkcs1!(12)]),
        RsaSha512 = current("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", PKCS1(Sha512))
            .in_certificates(&[pkcs1!(13)]),
        RsaPssSha1 = legacy("http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1", PSS(Sha1)),
        RsaPssSha224 = legacy("http://www.w3.org/2007/05/xmldsig-more#sha224-rsa-MGF1", PSS(Sha224)),
        RsaPssSha256 = current("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", PSS(Sha256)),
        RsaPssSha384 = current("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", PSS(Sha384)),
        RsaPssSha512 = current("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", PSS(Sha512)),
        RsaPssSha3_224 = legacy("http://www.w3.org/2007/05/xmldsig-more#sha3-224-rsa-MGF1", PSS(Sha3_224)),
        RsaPssSha3_256 = current("http://www.w3.org/2007/05/xmldsig-more#sha3-256-rsa-MGF1", PSS(Sha3_256)),
        RsaPssSha3_384 = current("http://www.w3.org/2007/05/xmldsig-more#sha3-384-rsa-MGF1", PSS(Sha3_384)),
        RsaPssSha3_512 = current("http://www.w3.org/2007/05/xmldsig-more#sha3-512-rsa-MGF1", PSS(Sha3_512)),
        EcdsaSha1 = legacy("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", Ecdsa(Sha1))
            .in_certificates(&[ansi_x9_62!(1)]),
        EcdsaSha224 = legacy("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha224", Ecdsa(Sha224))
            .in_certificates(&[ansi_x9_62!(3, 1)]),
        EcdsaSha256 = current("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", Ecdsa(Sha256))
            .in_certificates(&[ansi_x9_62!(3, 2)]),
        EcdsaSha384 = current("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", Ecdsa(Sha384))
            .in_certificates(&[ansi_x9_62!(3, 3)]),
        EcdsaSha512 = current("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", Ecdsa(Sha512))
            .in_certificates(&[ansi_x9_62!(3, 4)]),
        EcdsaSha3_224 = legacy("http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-224", Ecdsa(Sha3_224))
            .in_certificates(&[nist!(3, 9)]),
        EcdsaSha3_256 = current("http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-256", Ecdsa(Sha3_256))
            .in_certificates(&[nist!(3, 10)]),
        EcdsaSha3_384 = current("http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-384", Ecdsa(Sha3_384))
            .in_certificates(&[nist!(3, 11)]),
        EcdsaSha3_512 = current("http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-512", Ecdsa(Sha3_512))
            .in_certificates(&[nist!(3, 12)]),
        DsaSha1 = legacy("http://www.w3.org/2000/09/xmldsig#dsa-sha1", Dsa(Sha1))
            .in_certificates(&[&[6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x38, 4, 3], &[6, 5, 0x2B, 0x0E, 3, 2, 27]]),
        DsaSha256 = legacy("http://www.w3.org/2009/xmldsig11#dsa-sha256", Dsa(Sha256))
            .in_certificates(&[nist!(3, 2)]),
        Ed25519 = current("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", Scheme::Ed25519(EdDsa::Pure))
            .in_certificates(&[&[6, 3, 0x2B, 0x65, 0x70]]),
        Ed25519Ctx = current("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519ctx", Scheme::Ed25519(EdDsa::WithContext)),
        Ed25519Ph = current("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519ph", Scheme::Ed25519(EdDsa::Prehashed)),
        Ed448 = current("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448", Scheme::Ed448(EdDsa::Pure))
            .in_certificates(&[&[6, 3, 0x2B, 0x65, 0x71]]),
        Ed448Ph = current("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448ph", Scheme::Ed448(EdDsa::Prehashed)),
        MlDsa44 = post_quantum(PostQuantum::MlDsa44),
        MlDsa65 = post_quantum(PostQuantum::MlDsa65),
        MlDsa87 = post_quantum(PostQuantum::MlDsa87),
        SlhDsaSha2_128s = post_quantum(PostQuantum::SlhDsaSha2_128s),
        SlhDsaSha2_128f = post_quantum(PostQuantum::SlhDsaSha2_128f),
        SlhDsaSha2_192s = post_quantum(PostQuantum::SlhDsaSha2_192s),
        SlhDsaSha2_192f = post_quantum(PostQuantum::SlhDsaSha2_192f),
        SlhDsaSha2_256s = post_quantum(PostQuantum::SlhDsaSha2_256s),
        SlhDsaSha2_256f = post_quantum(PostQuantum::SlhDsaSha2_256f),
        HmacSha1 = legacy("http://www.w3.org/2000/09/xmldsig#hmac-sha1", Hmac(Sha1)),
        HmacSha224 = legacy("http://www.w3.org/2001/04/xmldsig-more#hmac-sha224", Hmac(Sha224)),
        HmacSha256 = current("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", Hmac(Sha256)),
        HmacSha384 = current("http://www.w3.org/2001/04/xmldsig-more#hmac-sha384", Hmac(Sha384)),
        HmacSha512 = current("http://www.w3.org/2001/04/xmldsig-more#hmac-sha512", Hmac(Sha512)),
        RsaMd5 = retired("http://www.w3.org/2001/04/xmldsig-more#rsa-md5", PKCS1(Md5))
            .in_certificates(&[pkcs1!(4)]),
        RsaRipemd160 = retired("http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160", PKCS1(Ripemd160))
            .in_certificates(&[&[6, 6, 0x2B, 0x24, 3, 3, 1, 2, 5, 0]]),
        EcdsaRipemd160 = retired("http://www.w3.org/2007/05/xmldsig-more#ecdsa-ripemd160", Ecdsa(Ripemd160)),
        HmacMd5 = retired("http://www.w3.org/2001/04/xmldsig-more#hmac-md5", Hmac(Md5)),
        HmacRipemd160 = retired("http://www.w3.org/2001/04/xmldsig-more#hmac-ripemd160", Hmac(Ripemd160)),
    }
}

algorithms! {
    /// A named curve: the `URI` of `dsig11:NamedCurve`.
    #[allow(missing_docs, reason = "names say it")]
    Curve of CurveParameters {
        P256 = current("urn:oid:1.2.840.10045.3.1.7", curve(on_curve!(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07), 32, SignatureMethod::EcdsaSha256)),
        P384 = current("urn:oid:1.3.132.0.34", curve(on_curve!(0x2B, 0x81, 0x04, 0x00, 0x22), 48, SignatureMethod::EcdsaSha384)),
        P521 = current("urn:oid:1.3.132.0.35", curve(on_curve!(0x2B, 0x81, 0x04, 0x00, 0x23), 66, SignatureMethod::EcdsaSha512)),
        P224 = legacy("urn:oid:1.3.132.0.33", curve(on_curve!(0x2B, 0x81, 0x04, 0x00, 0x21), 28, SignatureMethod::EcdsaSha256)),
        Secp256k1 = current("urn:oid:1.3.132.0.10", curve(on_curve!(0x2B, 0x81, 0x04, 0x00, 0x0A), 32, SignatureMethod::EcdsaSha256)),
        BrainpoolP256r1 = current("urn:oid:1.3.36.3.3.2.8.1.1.7", curve(on_curve!(0x2B, 0x24, 3, 3, 2, 8, 1, 1, 7), 32, SignatureMethod::EcdsaSha256)),
        BrainpoolP384r1 = current("urn:oid:1.3.36.3.3.2.8.1.1.11", curve(on_curve!(0x2B, 0x24, 3, 3, 2, 8, 1, 1, 11), 48, SignatureMethod::EcdsaSha384)),
        BrainpoolP512r1 = current("urn:oid:1.3.36.3.3.2.8.1.1.13", curve(on_curve!(0x2B, 0x24, 3, 3, 2, 8, 1, 1, 13), 64, SignatureMethod::EcdsaSha512)),
    }
}

algorithms! {
    /// `xenc:AgreementMethod`: how the pairs of keys of two parties give one secret.
    #[allow(missing_docs, reason = "names say it")]
    KeyAgreement of () {
        EcdhEs = current("http://www.w3.org/2009/xmlenc11#ECDH-ES", ()),
        X25519 = current("http://www.w3.org/2021/04/xmldsig-more#x25519", ()),
        X448 = current("http://www.w3.org/2021/04/xmldsig-more#x448", ()),
        DhEs = legacy("http://www.w3.org/2009/xmlenc11#dh-es", ()),
    }
}

algorithms! {
    /// `xenc11:KeyDerivationMethod`: how an agreed secret, or a shared one, becomes a key.
    #[allow(missing_docs, reason = "names say it")]
    DerivationMethod of () {
        ConcatKdf = current("http://www.w3.org/2009/xmlenc11#ConcatKDF", ()),
        Hkdf = current("http://www.w3.org/2021/04/xmldsig-more#hkdf", ()),
        Pbkdf2 = current("http://www.w3.org/2009/xmlenc11#pbkdf2", ()),
    }
}

use DigestMethod::{Md5, Ripemd160, Sha1, Sha3_224, Sha3_256, Sha3_384, Sha3_512, Sha224, Sha256, Sha384, Sha512};
use Scheme::{Dsa, Ecdsa, Hmac};

use wss_text::Slice as _;

#[derive(Debug, Clone, Copy)]
struct DigestParameters {
    name: &'static str,
    output_len: usize,
    /// The number of octets of a block of its compression function, on which HMAC depends.
    block_len: usize,
    /// The DER of a `DigestInfo` up to the digest.
    info: &'static [u8],
    mgf_uri: Option<&'static str>,
}

const fn digest(name: &'static str, output_len: usize, block_len: usize, info: &'static [u8]) -> DigestParameters {
    DigestParameters { name, output_len, block_len, info, mgf_uri: None }
}

impl DigestParameters {
    /// MGF1 with it has an identifier.
    const fn mgf(mut self, uri: &'static str) -> Self {
        self.mgf_uri = Some(uri);
        self
    }
}

impl DigestMethod {
    /// Its usual name, as in `SHA-256` and `SHA3-256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().parameters.name
    }

    /// The DER of a `DigestInfo` up to the digest, which RSASSA-PKCS1-v1_5 signs.
    ///
    /// # Specification
    /// RFC 8017 §9.2, note 1; RFC 8702 for SHA-3; ISO/IEC 10118-3 for RIPEMD-160.
    #[must_use]
    pub const fn digest_info(self) -> &'static [u8] {
        self.row().parameters.info
    }

    /// The octets of its OBJECT IDENTIFIER. In `DigestInfo` they follow the heads of two SEQUENCEs and of the identifier itself.
    pub(crate) fn oid(self) -> &'static [u8] {
        /// The number of octets before its length.
        const BEFORE: usize = 5;
        let after = self.digest_info().slice(BEFORE..);
        let len = after.first().map_or(0, |len| usize::from(*len));
        after.slice(1..1 + len)
    }

    pub(crate) fn from_oid(oid: &[u8]) -> Option<Self> {
        Self::ALL.iter().find(|digest| digest.oid() == oid)
    }

    /// The identifier of MGF1 with this digest (XML Encryption 1.1 §5.5.2), which SHA-1 and SHA-2 have.
    #[must_use]
    pub const fn mgf_uri(self) -> Option<&'static str> {
        self.row().parameters.mgf_uri
    }

    /// The number of octets of a digest.
    #[must_use]
    pub const fn output_len(self) -> usize {
        self.row().parameters.output_len
    }

    pub(crate) const fn block_len(self) -> usize {
        self.row().parameters.block_len
    }

    /// The digest of the mask generation function that an identifier names.
    #[must_use]
    pub fn from_mgf_uri(uri: &str) -> Option<Self> {
        Self::ALL.iter().find(|digest| digest.mgf_uri() == Some(uri))
    }
}

/// The computation of a signature method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Rsa(RsaPadding, DigestMethod),
    Ecdsa(DigestMethod),
    Dsa(DigestMethod),
    /// The method has no choice of digest.
    Ed25519(EdDsa),
    /// The method has no choice of digest.
    Ed448(EdDsa),
    Hmac(DigestMethod),
    /// The method has no choice of digest.
    PostQuantum(PostQuantum),
}

const fn post_quantum(kind: PostQuantum) -> Row<Scheme> {
    current(kind.uri(), Scheme::PostQuantum(kind)).in_certificates(kind.in_certificates())
}

/// The instances of EdDSA: three on edwards25519 (RFC 8032 §5.1). The pure one on edwards448 takes a context itself
/// (§5.2), for which RFC 9231 has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EdDsa {
    Pure,
    WithContext,
    /// The prehashed instance: with SHA-512, or SHAKE256 on edwards448. It takes a context too.
    Prehashed,
}

/// How RSA pads the digest it signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RsaPadding {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1,
    /// RSASSA-PSS; MGF1 uses the digest of the message, and the salt is as long as that digest.
    Pss,
}

#[allow(non_snake_case, reason = "a column of the table, as its neighbours")]
const fn PKCS1(digest: DigestMethod) -> Scheme {
    Scheme::Rsa(RsaPadding::Pkcs1, digest)
}

#[allow(non_snake_case, reason = "a column of the table, as its neighbours")]
const fn PSS(digest: DigestMethod) -> Scheme {
    Scheme::Rsa(RsaPadding::Pss, digest)
}

/// The mathematics of a signature method, which decides which keys can run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureFamily {
    /// RSASSA-PKCS1-v1_5 with an RSA key.
    RsaPkcs1,
    /// RSASSA-PSS with an RSA key; MGF1 and salt length of the digest.
    RsaPss,
    /// ECDSA with a key on a named curve; the value is `r ‖ s`.
    Ecdsa,
    /// EdDSA with a key on edwards25519 (RFC 8032).
    Ed25519,
    /// EdDSA with a key on edwards448 (RFC 8032).
    Ed448,
    /// HMAC with a secret.
    Hmac,
    /// DSA, which is only verified; the value is `r ‖ s`.
    Dsa,
    /// ML-DSA and SLH-DSA.
    PostQuantum,
}

impl SignatureMethod {
    /// RSASSA-PSS with parameters (RFC 9231 §2.3.10): another spelling of the methods `RsaPss…`, whose identifiers fix
    /// the parameters.
    pub const RSA_PSS_WITH_PARAMETERS: &str = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";

    pub(crate) const fn scheme(self) -> Scheme {
        self.row().parameters
    }

    /// The contents of the AlgorithmIdentifiers of certificates that are signed with it.
    pub(crate) const fn in_certificates(self) -> &'static [&'static [u8]] {
        self.row().in_certificates
    }

    /// Which keys can run it.
    #[must_use]
    pub const fn family(self) -> SignatureFamily {
        match self.scheme() {
            Scheme::Rsa(RsaPadding::Pkcs1, _) => SignatureFamily::RsaPkcs1,
            Scheme::Rsa(RsaPadding::Pss, _) => SignatureFamily::RsaPss,
            Scheme::Ecdsa(_) => SignatureFamily::Ecdsa,
            Scheme::Dsa(_) => SignatureFamily::Dsa,
            Scheme::Ed25519(_) => SignatureFamily::Ed25519,
            Scheme::Ed448(_) => SignatureFamily::Ed448,
            Scheme::Hmac(_) => SignatureFamily::Hmac,
            Scheme::PostQuantum(_) => SignatureFamily::PostQuantum,
        }
    }

    /// Whether signer and verifier may agree on a context, of at most 255 octets, which is signed with the message.
    #[must_use]
    pub const fn takes_context(self) -> bool {
        match self.scheme() {
            Scheme::Ed25519(instance) | Scheme::Ed448(instance) => !matches!(instance, EdDsa::Pure),
            Scheme::PostQuantum(_) => true,
            Scheme::Rsa(..) | Scheme::Ecdsa(_) | Scheme::Dsa(_) | Scheme::Hmac(_) => false,
        }
    }

    /// Whether it is only for reading here: DSA, EdDSA with a context or a digest, and retired methods.
    #[must_use]
    pub const fn only_verifies(self) -> bool {
        match self.scheme() {
            _ if self.is_retired() => true,
            Scheme::Dsa(_) => true,
            Scheme::Ed25519(instance) | Scheme::Ed448(instance) => !matches!(instance, EdDsa::Pure),
            Scheme::Rsa(..) | Scheme::Ecdsa(_) | Scheme::Hmac(_) | Scheme::PostQuantum(_) => false,
        }
    }

    /// The digest of the signed octets that the identifier fixes; `None` for a method without a choice of digest.
    #[must_use]
    pub const fn digest(self) -> Option<DigestMethod> {
        match self.scheme() {
            Scheme::Rsa(_, digest) | Scheme::Ecdsa(digest) | Scheme::Dsa(digest) | Scheme::Hmac(digest) => Some(digest),
            Scheme::Ed25519(_) | Scheme::Ed448(_) | Scheme::PostQuantum(_) => None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct CurveParameters {
    /// The content of the AlgorithmIdentifier of keys on this curve.
    identifier: &'static [u8],
    field_len: usize,
    default_signature: SignatureMethod,
}

const fn curve(identifier: &'static [u8], field_len: usize, default_signature: SignatureMethod) -> CurveParameters {
    CurveParameters { identifier, field_len, default_signature }
}

/// The number of octets of `id-ecPublicKey`, and of the head of the curve's identifier, in an AlgorithmIdentifier.
const BEFORE_CURVE: usize = 11;

impl Curve {
    /// The number of octets of a coordinate, and of each half of a signature value.
    #[must_use]
    pub const fn field_len(self) -> usize {
        self.row().parameters.field_len
    }

    /// The bits of the first octet that a number below the order can have.
    pub(crate) const fn leading_octet(self) -> u8 {
        match self {
            Self::P521 => 0x01,
            _ => 0xFF,
        }
    }

    /// The content of the AlgorithmIdentifier of keys on this curve (RFC 5480 §2.1.1).
    pub(crate) const fn identifier(self) -> &'static [u8] {
        self.row().parameters.identifier
    }

    pub(crate) fn oid(self) -> &'static [u8] {
        self.row().parameters.identifier.slice(BEFORE_CURVE..)
    }

    pub(crate) fn from_oid(oid: &[u8]) -> Option<Self> {
        Self::ALL.iter().find(|curve| curve.oid() == oid)
    }

    pub(crate) const fn default_signature(self) -> SignatureMethod {
        self.row().parameters.default_signature
    }
}

/// The namespaces of algorithms that peers take for one another.
const NAMESPACES: [&str; 3] = [
    "http://www.w3.org/2000/09/xmldsig#",
    "http://www.w3.org/2001/04/xmldsig-more#",
    "http://www.w3.org/2001/04/xmlenc#",
];

/// The digest or signature method that an identifier means, which has its word in the namespace of another specification: as
/// SHA-256 in that of XML Signature, where its own is that of XML Encryption.
///
/// ```
/// use wss_crypto::algorithm_in_other_namespace;
///
/// let meant = algorithm_in_other_namespace("http://www.w3.org/2000/09/xmldsig#sha256");
/// assert_eq!(meant, Some("http://www.w3.org/2001/04/xmlenc#sha256"));
/// assert_eq!(algorithm_in_other_namespace("http://www.w3.org/2001/04/xmlenc#sha256"), None);
/// ```
#[must_use]
pub fn algorithm_in_other_namespace(uri: &str) -> Option<&'static str> {
    let word = NAMESPACES.iter().find_map(|namespace| uri.strip_prefix(namespace))?;
    let digests = DigestMethod::ALL.iter().map(DigestMethod::uri);
    let mut all = digests.chain(SignatureMethod::ALL.iter().map(SignatureMethod::uri));
    let own = |known: &&str| NAMESPACES.iter().any(|namespace| known.strip_prefix(namespace) == Some(word));
    all.find(own).filter(|known| *known != uri)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_identifier_names_one_algorithm() {
        let mut all: Vec<&str> = Vec::new();
        all.extend(
            DigestMethod::ALL
                .iter()
                .map(DigestMethod::uri)
                .chain(DigestMethod::ALL.iter().filter_map(DigestMethod::mgf_uri)),
        );
        all.extend(SignatureMethod::ALL.iter().map(SignatureMethod::uri));
        all.extend(ContentEncryption::ALL.iter().map(ContentEncryption::uri));
        all.extend(TransportMethod::ALL.iter().map(TransportMethod::uri));
        all.extend(KeyWrap::ALL.iter().map(KeyWrap::uri));
        all.extend(Curve::ALL.iter().map(Curve::uri));
        let distinct: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(SignatureMethod::ALL.iter().all(|method| SignatureMethod::from_uri(method.uri()) == Some(method)));
        let misprint = SignatureMethod::from_uri("http://www.w3.org/2007/05/xmldsig-more#rsa-sha224");
        assert_eq!(misprint, Some(SignatureMethod::RsaSha224));
    }

    #[test]
    fn a_method_with_a_legacy_digest_is_legacy() {
        for method in SignatureMethod::ALL {
            if method.digest().is_some_and(DigestMethod::is_legacy) {
                assert!(method.is_legacy(), "{method:?}");
            }
        }
        assert!(Curve::ALL.iter().all(|curve| !curve.default_signature().is_legacy()));
    }
}
