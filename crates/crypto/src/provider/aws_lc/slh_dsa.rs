//! SLH-DSA (FIPS 205), in the crate fips205: AWS-LC does not have it.
//!
//! The pure form, as in xmlsec1: the message is signed as it is, not its digest. A signature is hedged with octets of
//! the provider's generator (FIPS 205 §9.2).

use fips205::traits::{SerDes as _, Signer as _, Verifier as _};
use fips205::{CryptoRng, RngCore, RngError};
use fips205::{
    slh_dsa_sha2_128f, slh_dsa_sha2_128s, slh_dsa_sha2_192f, slh_dsa_sha2_192s, slh_dsa_sha2_256f, slh_dsa_sha2_256s,
};
use zeroize::Zeroizing;

use crate::algorithm::PostQuantum;
use crate::der;
use crate::provider::{OrFailed as _, Refusal};

/// Both halves of a key, with a variant for each set of parameters.
macro_rules! keys {
    ($($name:ident in $module:ident),+ $(,)?) => {
        /// A private key, whose public half was recomputed when it was loaded.
        pub(crate) enum Private {
            $($name($module::PrivateKey),)+
        }

        impl Private {
            /// Reads PKCS#8, whose private key is four strings of one length (RFC 9909 §5).
            pub(crate) fn load(kind: PostQuantum, pkcs8: &[u8]) -> Result<Self, Refusal> {
                let strings = strings(pkcs8).or_failed()?;
                match kind {
                    $(PostQuantum::$name => {
                        let mut octets = Zeroizing::new([0; $module::SK_LEN]);
                        if strings.len() != octets.len() {
                            return Err(Refusal::Failed);
                        }
                        octets.copy_from_slice(strings);
                        $module::PrivateKey::try_from_bytes(*octets).map(Self::$name).or_failed()
                    })+
                    _ => Err(Refusal::Failed),
                }
            }

            pub(crate) fn public(&self) -> Vec<u8> {
                match self {
                    $(Self::$name(key) => key.get_public_key().into_bytes().to_vec(),)+
                }
            }

            pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refusal> {
                match self {
                    $(Self::$name(key) => {
                        key.try_sign_with_rng(&mut Generator, message, b"", true).map(Vec::from).or_failed()
                    })+
                }
            }
        }

        /// A public key.
        pub(crate) enum Public {
            $($name($module::PublicKey),)+
        }

        impl Public {
            pub(crate) fn load(kind: PostQuantum, key: &[u8]) -> Result<Self, Refusal> {
                match kind {
                    $(PostQuantum::$name => {
                        let key = key.try_into().or_failed()?;
                        $module::PublicKey::try_from_bytes(key).map(Self::$name).or_failed()
                    })+
                    _ => Err(Refusal::Failed),
                }
            }

            pub(crate) fn verify(&self, context: &[u8], message: &[u8], value: &[u8]) -> Result<(), Refusal> {
                let verified = match self {
                    $(Self::$name(key) => key.verify(message, value.try_into().or_failed()?, context),)+
                };
                verified.then_some(()).or_failed()
            }
        }
    };
}

keys! {
    SlhDsaSha2_128s in slh_dsa_sha2_128s,
    SlhDsaSha2_128f in slh_dsa_sha2_128f,
    SlhDsaSha2_192s in slh_dsa_sha2_192s,
    SlhDsaSha2_192f in slh_dsa_sha2_192f,
    SlhDsaSha2_256s in slh_dsa_sha2_256s,
    SlhDsaSha2_256f in slh_dsa_sha2_256f,
}

/// `SK.seed ‖ SK.prf ‖ PK.seed ‖ PK.root`.
fn strings(pkcs8: &[u8]) -> Option<&[u8]> {
    let mut outer = der::Reader::new(der::Reader::new(pkcs8).only(der::SEQUENCE)?);
    outer.expect(der::INTEGER)?;
    outer.expect(der::SEQUENCE)?;
    outer.expect(der::OCTET_STRING)
}

/// The provider's generator, as fips205 asks for it. It calls `try_fill_bytes` alone.
struct Generator;

impl RngCore for Generator {
    fn next_u32(&mut self) -> u32 {
        let mut octets = [0; 4];
        self.fill_bytes(&mut octets);
        u32::from_le_bytes(octets)
    }

    fn next_u64(&mut self) -> u64 {
        let mut octets = [0; 8];
        self.fill_bytes(&mut octets);
        u64::from_le_bytes(octets)
    }

    fn fill_bytes(&mut self, octets: &mut [u8]) {
        self.try_fill_bytes(octets).expect("fips205 calls try_fill_bytes, which can say that there is no randomness");
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), RngError> {
        aws_lc_rs::rand::fill(octets).map_err(|_| RngError::from(NO_RANDOMNESS))
    }
}

impl CryptoRng for Generator {}

/// The code of the error; rand_core leaves the codes from this one on to others.
const NO_RANDOMNESS: std::num::NonZeroU32 = std::num::NonZeroU32::new(RngError::CUSTOM_START).expect("it is not zero");
