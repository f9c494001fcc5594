//! ECDH, and ECDSA on curves that aws-lc-rs does not expose, and with digests that it does not expose for its curves. Beside
//! the curves of aws-lc-rs these are P-224 and secp256k1, which AWS-LC has, and the Brainpool curves (RFC 5639), which AWS-LC
//! computes from their parameters with its arithmetic for any curve of prime order. That arithmetic takes the same time for
//! each scalar.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::OnceLock;

use aws_lc_sys as sys;

use crate::check;
use crate::number::Number;

/// A curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "names say it")]
pub enum Curve {
    P224,
    P256,
    P384,
    P521,
    Secp256k1,
    BrainpoolP256r1,
    BrainpoolP384r1,
    BrainpoolP512r1,
}

/// The numbers of a curve, big-endian (RFC 5639 §3): its field, its equation, its base point and the order of that.
struct Parameters<const LEN: usize> {
    p: [u8; LEN],
    a: [u8; LEN],
    b: [u8; LEN],
    x: [u8; LEN],
    y: [u8; LEN],
    order: [u8; LEN],
}

/// brainpoolP256r1.
const BRAINPOOL_P256: Parameters<32> = Parameters {
    p: octets("A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377"),
    a: octets("7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9"),
    b: octets("26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6"),
    x: octets("8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262"),
    y: octets("547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997"),
    order: octets("A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7"),
};

/// brainpoolP384r1.
const BRAINPOOL_P384: Parameters<48> = Parameters {
    p: octets("8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53"),
    a: octets("7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826"),
    b: octets("04A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C11"),
    x: octets("1D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF1E"),
    y: octets("8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29FEEC5864E19C054FF99129280E4646217791811142820341263C5315"),
    order: octets("8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565"),
};

/// brainpoolP512r1.
const BRAINPOOL_P512: Parameters<64> = Parameters {
    p: octets(
        "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA703308717D4D9B009BC66842AECDA12AE6A380E62881FF2F2D82C68528AA6056583A48F3",
    ),
    a: octets(
        "7830A3318B603B89E2327145AC234CC594CBDD8D3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CA",
    ),
    b: octets(
        "3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CADC083E67984050B75EBAE5DD2809BD638016F723",
    ),
    x: octets(
        "81AEE4BDD82ED9645A21322E9C4C6A9385ED9F70B5D916C1B43B62EEF4D0098EFF3B1F78E2D0D48D50D1687B93B97D5F7C6D5047406A5E688B352209BCB9F822",
    ),
    y: octets(
        "7DDE385D566332ECC0EABFA9CF7822FDF209F70024A57B1AA000C55B881F8111B2DCDE494A5F485E5BCA4BD88A2763AED1CA2B2FA8F0540678CD1E0F3AD80892",
    ),
    order: octets(
        "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330870553E5C414CA92619418661197FAC10471DB1D381085DDADDB58796829CA90069",
    ),
};

/// The octets of hexadecimal digits. It runs when the program is compiled.
const fn octets<const LEN: usize>(digits: &str) -> [u8; LEN] {
    const fn value(digit: u8) -> u8 {
        match digit {
            b'0'..=b'9' => digit - b'0',
            _ => digit - b'A' + 10,
        }
    }
    let digits = digits.as_bytes();
    assert!(digits.len() == 2 * LEN);
    let mut octets = [0; LEN];
    let mut at = 0;
    while at < LEN {
        octets[at] = value(digits[2 * at]) << 4 | value(digits[2 * at + 1]);
        at += 1;
    }
    octets
}

/// A curve in the form of AWS-LC. It is never freed.
struct Group(NonNull<sys::EC_GROUP>);

// SAFETY: a group is not modified after it is made, and lives as long as the program.
unsafe impl Send for Group {}
// SAFETY: as above; all uses take it as const.
unsafe impl Sync for Group {}

impl Curve {
    /// The number of octets of a coordinate, and of each half of a signature.
    const fn len(self) -> usize {
        match self {
            Self::P224 => 28,
            Self::P256 | Self::Secp256k1 | Self::BrainpoolP256r1 => 32,
            Self::P384 | Self::BrainpoolP384r1 => 48,
            Self::BrainpoolP512r1 => 64,
            Self::P521 => 66,
        }
    }

    fn group(self) -> Option<*const sys::EC_GROUP> {
        static KNOWN: [OnceLock<Option<Group>>; 8] = [const { OnceLock::new() }; 8];
        let (known, make): (_, fn() -> Option<Group>) = match self {
            Self::P224 => (&KNOWN[0], || named(sys::NID_secp224r1)),
            Self::Secp256k1 => (&KNOWN[1], || named(sys::NID_secp256k1)),
            Self::BrainpoolP256r1 => (&KNOWN[2], || BRAINPOOL_P256.group()),
            Self::BrainpoolP384r1 => (&KNOWN[3], || BRAINPOOL_P384.group()),
            Self::BrainpoolP512r1 => (&KNOWN[4], || BRAINPOOL_P512.group()),
            Self::P256 => (&KNOWN[5], || named(sys::NID_X9_62_prime256v1)),
            Self::P384 => (&KNOWN[6], || named(sys::NID_secp384r1)),
            Self::P521 => (&KNOWN[7], || named(sys::NID_secp521r1)),
        };
        known.get_or_init(make).as_ref().map(|group| group.0.as_ptr().cast_const())
    }
}

fn named(nid: i32) -> Option<Group> {
    // SAFETY: takes a number; the result is a static table.
    NonNull::new(unsafe { sys::EC_GROUP_new_by_curve_name(nid) }).map(Group)
}

impl<const LEN: usize> Parameters<LEN> {
    fn group(&self) -> Option<Group> {
        let [p, a, b, x, y, order] =
            [&self.p, &self.a, &self.b, &self.x, &self.y, &self.order].map(|octets| Number::new(octets));
        let (p, a, b, x, y, order) = (p?, a?, b?, x?, y?, order?);
        let cofactor = Number::new(&[1])?;
        // SAFETY: all numbers are alive; the group copies what it takes. A group that is not completed is freed.
        unsafe {
            let group = NonNull::new(sys::EC_GROUP_new_curve_GFp(p.as_ptr(), a.as_ptr(), b.as_ptr(), ptr::null_mut()))?;
            let completed = || {
                let base = Point::new(group.as_ptr())?;
                let (x, y) = (x.as_ptr(), y.as_ptr());
                let none = ptr::null_mut();
                check(sys::EC_POINT_set_affine_coordinates_GFp(group.as_ptr(), base.0.as_ptr(), x, y, none))?;
                check(sys::EC_GROUP_set_generator(group.as_ptr(), base.0.as_ptr(), order.as_ptr(), cofactor.as_ptr()))
            };
            if completed().is_none() {
                sys::EC_GROUP_free(group.as_ptr());
                sys::ERR_clear_error();
                return None;
            }
            Some(Group(group))
        }
    }
}

struct Point(NonNull<sys::EC_POINT>);

impl Point {
    /// # Safety
    /// `group` must be alive.
    unsafe fn new(group: *const sys::EC_GROUP) -> Option<Self> {
        // SAFETY: the caller's; the point copies or counts its reference to the group.
        NonNull::new(unsafe { sys::EC_POINT_new(group) }).map(Self)
    }

    /// The point of these octets: uncompressed, and on the curve.
    fn read(curve: Curve, octets: &[u8]) -> Option<Self> {
        if octets.len() != 1 + 2 * curve.len() || octets.first() != Some(&4) {
            return None;
        }
        let group = curve.group()?;
        // SAFETY: the group lives as long as the program; the octets are only read.
        unsafe {
            let point = Self::new(group)?;
            let read = sys::EC_POINT_oct2point(group, point.0.as_ptr(), octets.as_ptr(), octets.len(), ptr::null_mut());
            sys::ERR_clear_error();
            check(read).map(|()| point)
        }
    }
}

impl Drop for Point {
    fn drop(&mut self) {
        // SAFETY: the pointer came from EC_POINT_new and is freed once.
        unsafe { sys::EC_POINT_free(self.0.as_ptr()) }
    }
}

struct EcKey(NonNull<sys::EC_KEY>);

// SAFETY: an EC_KEY is not modified after it is made here; AWS-LC documents its concurrent use.
unsafe impl Send for EcKey {}
// SAFETY: as above; all methods take the key as const.
unsafe impl Sync for EcKey {}

impl EcKey {
    fn new(group: *const sys::EC_GROUP) -> Option<Self> {
        // SAFETY: the group lives as long as the program; the key makes its own reference or copy of it.
        unsafe {
            let key = NonNull::new(sys::EC_KEY_new()).map(Self)?;
            check(sys::EC_KEY_set_group(key.0.as_ptr(), group)).map(|()| key)
        }
    }
}

impl Drop for EcKey {
    fn drop(&mut self) {
        // SAFETY: the pointer came from EC_KEY_new and is freed once; freeing wipes a private key.
        unsafe { sys::EC_KEY_free(self.0.as_ptr()) }
    }
}

struct Signature(NonNull<sys::ECDSA_SIG>);

impl Drop for Signature {
    fn drop(&mut self) {
        // SAFETY: the pointer is owned and freed once, with both of its numbers.
        unsafe { sys::ECDSA_SIG_free(self.0.as_ptr()) }
    }
}

/// A private key on a curve.
pub struct CurvePrivateKey {
    curve: Curve,
    key: EcKey,
    point: Vec<u8>,
}

impl CurvePrivateKey {
    /// A key from its scalar, big-endian. `None` if that is zero or not below the order.
    #[must_use]
    pub fn new(curve: Curve, scalar: &[u8]) -> Option<Self> {
        let group = curve.group()?;
        let key = EcKey::new(group)?;
        let scalar = Number::new(scalar)?;
        let mut octets = vec![0; 1 + 2 * curve.len()];
        // SAFETY: all objects are alive; the key copies the scalar and the point; the buffer has the length passed.
        unsafe {
            let mut make = || {
                check(sys::EC_KEY_set_private_key(key.0.as_ptr(), scalar.as_ptr()))?;
                let point = Point::new(group)?;
                let (none, context) = (ptr::null(), ptr::null_mut());
                check(sys::EC_POINT_mul(group, point.0.as_ptr(), scalar.as_ptr(), none, ptr::null(), context))?;
                check(sys::EC_KEY_set_public_key(key.0.as_ptr(), point.0.as_ptr()))?;
                let form = sys::point_conversion_form_t::POINT_CONVERSION_UNCOMPRESSED;
                let (start, len) = (octets.as_mut_ptr(), octets.len());
                let written = sys::EC_POINT_point2oct(group, point.0.as_ptr(), form, start, len, ptr::null_mut());
                (written == len).then_some(())
            };
            let made = make();
            sys::ERR_clear_error();
            made?;
        }
        Some(Self { curve, key, point: octets })
    }

    /// The uncompressed point of its public key.
    #[must_use]
    pub fn point(&self) -> &[u8] {
        &self.point
    }

    /// ECDSA of a digest: `r ‖ s`, each as long as a coordinate.
    #[must_use]
    pub fn sign(&self, digest: &[u8]) -> Option<Vec<u8>> {
        let len = self.curve.len();
        let mut value = vec![0; 2 * len];
        let (r, s) = value.split_at_mut(len);
        // SAFETY: the key is alive and complete; the numbers live as long as the signature; each half has the length
        // passed.
        unsafe {
            let signature = NonNull::new(sys::ECDSA_do_sign(digest.as_ptr(), digest.len(), self.key.0.as_ptr()));
            let signature = signature.map(Signature)?;
            check(sys::BN_bn2bin_padded(r.as_mut_ptr(), len, sys::ECDSA_SIG_get0_r(signature.0.as_ptr())))?;
            check(sys::BN_bn2bin_padded(s.as_mut_ptr(), len, sys::ECDSA_SIG_get0_s(signature.0.as_ptr())))?;
        }
        Some(value)
    }

    /// The x-coordinate of this key times the point of another one. `None` unless that is on the same curve.
    #[must_use]
    pub fn agree(&self, other: &CurvePublicKey) -> Option<Vec<u8>> {
        if self.curve != other.curve {
            return None;
        }
        let len = self.curve.len();
        let mut secret = vec![0; len];
        // SAFETY: both keys are alive and of one curve, and `other` has a point; the buffer has the length passed; no KDF is
        // called.
        let written = unsafe {
            let written = sys::ECDH_compute_key(
                secret.as_mut_ptr().cast::<c_void>(),
                len,
                sys::EC_KEY_get0_public_key(other.key.0.as_ptr()),
                self.key.0.as_ptr(),
                None,
            );
            sys::ERR_clear_error();
            written
        };
        (usize::try_from(written) == Ok(len)).then_some(secret)
    }
}

/// A public key on a curve.
pub struct CurvePublicKey {
    curve: Curve,
    key: EcKey,
}

impl CurvePublicKey {
    /// A key from its uncompressed point. `None` unless that is on the curve.
    #[must_use]
    pub fn new(curve: Curve, point: &[u8]) -> Option<Self> {
        let point = Point::read(curve, point)?;
        let key = EcKey::new(curve.group()?)?;
        // SAFETY: both are alive; the key copies the point.
        check(unsafe { sys::EC_KEY_set_public_key(key.0.as_ptr(), point.0.as_ptr()) })?;
        Some(Self { curve, key })
    }

    /// Whether `value`, which is `r ‖ s`, is a signature of the digest.
    #[must_use]
    pub fn verify(&self, digest: &[u8], value: &[u8]) -> bool {
        self.verified(digest, value).is_some()
    }

    fn verified(&self, digest: &[u8], value: &[u8]) -> Option<()> {
        let (r, s) = value.split_at_checked(self.curve.len()).filter(|(r, s)| r.len() == s.len())?;
        let (r, s) = (Number::new(r)?, Number::new(s)?);
        // SAFETY: the signature takes over both numbers if it is set, and then frees them; the digest is only read.
        unsafe {
            let signature = NonNull::new(sys::ECDSA_SIG_new()).map(Signature)?;
            check(sys::ECDSA_SIG_set0(signature.0.as_ptr(), r.as_ptr(), s.as_ptr()))?;
            [r, s].into_iter().for_each(Number::given_away);
            let verified =
                sys::ECDSA_do_verify(digest.as_ptr(), digest.len(), signature.0.as_ptr(), self.key.0.as_ptr());
            sys::ERR_clear_error();
            check(verified)
        }
    }
}

impl std::fmt::Debug for CurvePrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CurvePrivateKey({:?})", self.curve)
    }
}

impl std::fmt::Debug for CurvePublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CurvePublicKey({:?})", self.curve)
    }
}
