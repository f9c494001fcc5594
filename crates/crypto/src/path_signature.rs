//! Signatures on certificates, for the validation of paths by rustls-webpki.
//!
//! It has its own algorithms for RSA, Ed25519, and ECDSA on P-256 and P-384. The others come from the table of
//! algorithms.

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use crate::algorithm::{Curve, SignatureFamily, SignatureMethod};
use crate::der;
use crate::key::PublicKey;

/// ECDSA on a curve with one digest.
#[derive(Debug)]
struct OnCurve {
    curve: Curve,
    method: SignatureMethod,
    named: AlgorithmIdentifier,
}

impl SignatureVerificationAlgorithm for OnCurve {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = PublicKey::from_ec(self.curve, key).map_err(|_| InvalidSignature)?;
        let value = der::fixed_width(signature, self.curve.field_len()).ok_or(InvalidSignature)?;
        key.verify(self.method, message, &value).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.curve.identifier()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.named
    }
}

/// The algorithms of signatures on certificates that rustls-webpki does not bring. Legacy ones are not among them.
#[must_use]
pub fn path_signatures() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    static ALL: std::sync::OnceLock<Vec<&'static dyn SignatureVerificationAlgorithm>> = std::sync::OnceLock::new();
    ALL.get_or_init(|| {
        let curves =
            Curve::ALL.iter().filter(|curve| !matches!(curve, Curve::P256 | Curve::P384) && !curve.is_legacy());
        let ecdsa = |curve: Curve| {
            let methods = SignatureMethod::ALL.iter().filter(|method| method.family() == SignatureFamily::Ecdsa);
            methods.filter_map(move |method| Some(OnCurve { curve, method, named: method.in_certificates()? }))
        };
        // There is one list, which lives as long as the program.
        curves.flat_map(ecdsa).map(|algorithm| &*Box::leak(Box::new(algorithm)) as _).collect()
    })
}
