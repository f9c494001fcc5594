//! The common parts of certificates and revocation lists (RFC 5280): signatures, times, extensions.
//!
//! Everything is read in place and by length, so that the cost depends only on the number of octets.

use std::time::{Duration, SystemTime};

use crate::der;
use crate::error::CryptoError;
use crate::key::PublicKey;
use crate::signed_by::SignedBy;

pub(crate) const BOOLEAN: u8 = 0x01;
/// `[6] IMPLICIT IA5String`: a URI among GeneralNames.
pub(crate) const URI: u8 = 0x86;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// A signed structure.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'d> {
    /// The signed part, with tag and length.
    pub(crate) tbs: &'d [u8],
    /// The content of the AlgorithmIdentifier.
    pub(crate) algorithm: &'d [u8],
    signature: &'d [u8],
}

impl<'d> Signed<'d> {
    /// `None` if it is malformed or more octets follow.
    pub(crate) fn read(octets: &'d [u8]) -> Option<Self> {
        let mut outer = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE)?);
        let signed = Self::next(&mut outer)?;
        outer.is_empty().then_some(signed)
    }

    /// The three parts, which other fields may follow.
    pub(crate) fn next(outer: &mut der::Reader<'d>) -> Option<Self> {
        let tbs = outer.next_whole().filter(|tbs| tbs.first() == Some(&der::SEQUENCE))?;
        let algorithm = outer.expect(der::SEQUENCE)?;
        let signature = outer.expect(der::BIT_STRING)?.strip_prefix(&[0])?;
        Some(Self { tbs, algorithm, signature })
    }

    /// The fields of the signed part.
    pub(crate) fn fields(&self) -> Option<der::Reader<'d>> {
        der::Reader::new(self.tbs).only(der::SEQUENCE).map(der::Reader::new)
    }

    /// The method; `None` if it is not known.
    pub(crate) fn by(&self) -> Option<SignedBy> {
        SignedBy::read(self.algorithm)
    }

    /// Verifies the signature with the key of the issuer. Old methods are refused.
    pub(crate) fn verify(&self, key: &PublicKey) -> Result<(), CryptoError> {
        let by = self.by().filter(|by| !by.is_old()).ok_or(CryptoError::KeyMismatch)?;
        by.verify(key, self.tbs, self.signature)
    }

    /// As [`Signed::verify`], and by old methods, too.
    pub(crate) fn verify_old(&self, key: &PublicKey) -> Result<(), CryptoError> {
        self.by().ok_or(CryptoError::KeyMismatch)?.verify(key, self.tbs, self.signature)
    }
}

/// A Time: a UTCTime of the years 1950 to 2049, or a GeneralizedTime; both to the second and in UTC.
pub(crate) fn time(reader: &mut der::Reader<'_>) -> Option<SystemTime> {
    let (tag, content) = reader.next()?;
    let (digits, year_len) = match tag {
        UTC_TIME => (content.strip_suffix(b"Z").filter(|digits| digits.len() == 12)?, 2),
        GENERALIZED_TIME => (content.strip_suffix(b"Z").filter(|digits| digits.len() == 14)?, 4),
        _ => return None,
    };
    let number = |text: &[u8]| {
        text.iter().try_fold(0i64, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0')))
    };
    let (year, rest) = digits.split_at_checked(year_len)?;
    let year = match (tag, number(year)?) {
        (UTC_TIME, year @ 50..) => 1900 + year,
        (UTC_TIME, year) => 2000 + year,
        (_, year) => year,
    };
    let (pairs, _) = rest.as_chunks::<2>();
    let [month, day, hour, minute, second] = pairs else { return None };
    let (month, day) = (number(month)?, number(day)?);
    let (hour, minute, second) = (number(hour)?, number(minute)?, number(second)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    match u64::try_from(seconds) {
        Ok(seconds) => SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
        Err(_) => SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(seconds.unsigned_abs())),
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let years = before * 365 + before / 4 - before / 100 + before / 400;
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    years + months + day - 1 - 719_162
}

/// An extension: the content of its OBJECT IDENTIFIER, and its value.
pub(crate) struct Extension<'d> {
    pub(crate) oid: &'d [u8],
    pub(crate) is_critical: bool,
    pub(crate) value: &'d [u8],
}

/// Reads the extensions one by one and passes each to `read`. `None` if one is malformed or `read` returns `None`.
pub(crate) fn extensions<'d>(content: &'d [u8], mut read: impl FnMut(Extension<'d>) -> Option<()>) -> Option<()> {
    let mut extensions = der::Reader::new(der::Reader::new(content).only(der::SEQUENCE)?);
    while !extensions.is_empty() {
        let mut extension = der::Reader::new(extensions.expect(der::SEQUENCE)?);
        let oid = extension.expect(der::OID)?;
        let is_critical = match extension.peek() {
            Some(BOOLEAN) => extension.expect(BOOLEAN)? != [0],
            _ => false,
        };
        let value = extension.expect(der::OCTET_STRING).filter(|_| extension.is_empty())?;
        read(Extension { oid, is_critical, value })?;
    }
    Some(())
}

/// Passes the URIs of a DistributionPointName to `take`. A name relative to the issuer has none.
pub(crate) fn full_name_uris<'d>(content: &'d [u8], mut take: impl FnMut(&'d [u8])) -> Option<()> {
    const FULL_NAME: u8 = 0xA0;
    let mut choice = der::Reader::new(content);
    let (tag, names) = choice.next().filter(|_| choice.is_empty())?;
    let mut names = der::Reader::new(if tag == FULL_NAME { names } else { &[] });
    while !names.is_empty() {
        let (tag, name) = names.next()?;
        if tag == URI {
            take(name);
        }
    }
    Some(())
}

/// Whether bit `nth` of a BIT STRING's content is set.
pub(crate) fn bit(content: &[u8], nth: usize) -> bool {
    content.get(1 + nth / 8).is_some_and(|octet| octet & (0x80 >> (nth % 8)) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(tag: u8, text: &str) -> Option<u64> {
        let octets = der::element(tag, text.as_bytes());
        let time = time(&mut der::Reader::new(&octets))?;
        time.duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs())
    }

    #[test]
    fn times_are_read_to_the_second() {
        assert_eq!(seconds(UTC_TIME, "700101000000Z"), Some(0));
        assert_eq!(seconds(UTC_TIME, "260228235959Z"), Some(1_772_323_199));
        assert_eq!(seconds(UTC_TIME, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(seconds(GENERALIZED_TIME, "20500101000000Z"), Some(2_524_608_000));
        assert_eq!(seconds(GENERALIZED_TIME, "20000229000000Z"), Some(951_782_400));
        assert_eq!(seconds(GENERALIZED_TIME, "99991231235959Z"), Some(253_402_300_799));
        let octets = der::element(UTC_TIME, b"500101000000Z");
        assert!(time(&mut der::Reader::new(&octets)).expect("1950") < SystemTime::UNIX_EPOCH);
    }

    #[test]
    fn times_of_other_shapes_are_refused() {
        for text in
            ["2602282359Z", "260229000000Z", "261301000000Z", "260101240000Z", "260101000000+0000", "26010100000aZ"]
        {
            assert_eq!(seconds(UTC_TIME, text), None, "{text}");
        }
        for text in ["20260101000000", "20260101000000.5Z", "19000229000000Z", "00000000000000Z"] {
            assert_eq!(seconds(GENERALIZED_TIME, text), None, "{text}");
        }
    }
}
