//! Methods of signatures on certificates that have no identifier in XML, so that no document and no message has them.

use super::DigestMethod::{Sha3_224, Sha3_256, Sha3_384, Sha3_512, Sha224, Sha384, Sha512};
use super::PKCS1;
use super::Scheme::{self, Dsa};

/// The methods that only certificates have (NIST, Computer Security Objects Register): RFC 9231 has no identifier for them.
pub(crate) const WITHOUT_URI: [(&[u8], Scheme); 11] = [
    (nist!(3, 13, 5, 0), PKCS1(Sha3_224)),
    (nist!(3, 14, 5, 0), PKCS1(Sha3_256)),
    (nist!(3, 15, 5, 0), PKCS1(Sha3_384)),
    (nist!(3, 16, 5, 0), PKCS1(Sha3_512)),
    (nist!(3, 1), Dsa(Sha224)),
    (nist!(3, 3), Dsa(Sha384)),
    (nist!(3, 4), Dsa(Sha512)),
    (nist!(3, 5), Dsa(Sha3_224)),
    (nist!(3, 6), Dsa(Sha3_256)),
    (nist!(3, 7), Dsa(Sha3_384)),
    (nist!(3, 8), Dsa(Sha3_512)),
];
