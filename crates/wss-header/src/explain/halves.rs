//! The two halves of ECDSA and EdDSA values, in the forms that libraries write them.
//!
//! XML Signature 1.1 §6.4.3: `r` and `s` one after the other, each as long as the field of the curve.

use super::cause::Cause;
use super::der::element;

/// A value in its right form, for every wrong form that it may have. `field` is the length of a half; 0 if it has none.
pub(super) fn readings(value: &[u8], field: usize) -> Vec<(Vec<u8>, Option<Cause>)> {
    let mut all = vec![(value.to_vec(), None)];
    if field == 0 {
        return all;
    }
    all.extend(of_der(value, field).map(|value| (value, Some(Cause::DerValue))));
    if value.len() == 2 * field {
        all.extend(turned(value, field));
    }
    if value.len() < 2 * field && value.len() > field {
        all.extend(lengthened(value, field).into_iter().map(|value| (value, Some(Cause::HalvesShortened))));
    }
    if value.len() > 2 * field {
        all.extend(shortened(value, field));
    }
    all
}

fn otherwise(how: &str) -> Option<Cause> {
    Some(Cause::HalvesOtherwise { how: how.into() })
}

/// The halves in another order of themselves, or of their octets.
fn turned(value: &[u8], field: usize) -> [(Vec<u8>, Option<Cause>); 3] {
    let (first, second) = value.split_at(field);
    let back = |octets: &[u8]| octets.iter().rev().copied().collect::<Vec<u8>>();
    let each = "r and s, each with its octets in reverse order (little-endian)";
    [
        ([second, first].concat(), Some(Cause::HalvesSwapped)),
        ([back(first), back(second)].concat(), otherwise(each)),
        (back(value), Some(Cause::Reversed)),
    ]
}

/// Halves that lost their leading zeros, wherever the second begins.
fn lengthened(value: &[u8], field: usize) -> Vec<Vec<u8>> {
    let ends = (value.len() - field).max(1)..=field.min(value.len());
    let halves = ends.filter_map(|at| value.split_at_checked(at));
    halves.filter_map(|(r, s)| Some([padded(r, field)?, padded(s, field)?].concat())).collect()
}

/// Halves that are longer than the field, and a value with an octet more.
fn shortened(value: &[u8], field: usize) -> Vec<(Vec<u8>, Option<Cause>)> {
    let zeros = "r and s with zeros in front, which make them longer than the field";
    let mut all = Vec::new();
    let ends = [value.len() / 2, field, field + 1];
    for (r, s) in ends.into_iter().filter_map(|at| value.split_at_checked(at)) {
        let both = number(r, field).zip(number(s, field)).map(|(r, s)| [r, s].concat());
        all.extend(both.map(|both| (both, otherwise(zeros))));
    }
    if value.len() == 2 * field + 1 {
        let (front, behind) = (value.split_first(), value.split_last());
        all.extend(front.map(|(_, rest)| (rest.to_vec(), otherwise("r and s with an octet for recovery in front"))));
        all.extend(behind.map(|(_, rest)| (rest.to_vec(), otherwise("r and s with an octet for recovery behind"))));
    }
    all
}

/// A number as long as the field, without the zeros that are more; `None` if it is larger.
fn number(octets: &[u8], field: usize) -> Option<Vec<u8>> {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    padded(octets.get(zeros..)?, field)
}

fn padded(number: &[u8], field: usize) -> Option<Vec<u8>> {
    let zeros = field.checked_sub(number.len())?;
    Some([&vec![0; zeros], number].concat())
}

/// `r` and `s` of an `ECDSA-Sig-Value` (RFC 3279 §2.2.3), which may be inside a BIT STRING or an OCTET STRING.
fn of_der(value: &[u8], field: usize) -> Option<Vec<u8>> {
    let bits = element(value, 3).and_then(|(content, _)| content.strip_prefix(&[0]));
    let octets = element(value, 4).map(|(content, _)| content);
    let (content, rest) = element(bits.or(octets).unwrap_or(value), 0x30)?;
    let (r, after) = element(content, 2)?;
    let (s, end) = element(after, 2)?;
    (rest.is_empty() && end.is_empty()).then_some(())?;
    Some([number(r, field)?, number(s, field)?].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_is_two_numbers_of_the_length_of_the_field() {
        let der = [0x30, 7, 2, 2, 0, 0x80, 2, 1, 7];
        assert_eq!(of_der(&der, 4), Some(vec![0, 0, 0, 0x80, 0, 0, 0, 7]));
        assert_eq!(of_der(&[&[3, 10, 0][..], &der].concat(), 4), of_der(&der, 4));
        assert_eq!(of_der(&der[..8], 4), None);
        assert_eq!(of_der(&[0x30, 0], 4), None);
        assert_eq!(of_der(&[0x30, 8, 2, 3, 1, 2, 3, 2, 1, 7], 2), None, "a number that is longer than the field");
    }

    #[test]
    fn each_form_is_read_as_the_value() {
        let right = [1, 2, 3, 4];
        let forms: [&[u8]; 11] = [
            &[1, 2, 3, 4],
            &[3, 4, 1, 2],
            &[2, 1, 4, 3],
            &[4, 3, 2, 1],
            &[0, 1, 2, 3, 4],
            &[1, 2, 0, 3, 4],
            &[0, 1, 2, 0, 3, 4],
            &[0, 0, 0, 1, 2, 0, 0, 0, 3, 4],
            &[27, 1, 2, 3, 4],
            &[1, 2, 3, 4, 0],
            &[0x30, 8, 2, 2, 1, 2, 2, 2, 3, 4],
        ];
        for form in forms {
            assert!(readings(form, 2).iter().any(|(value, _)| *value == right), "{form:?}");
        }
        assert_eq!(readings(&[5, 6, 7], 2).len(), 3, "with the zero of either half");
        assert_eq!(readings(&right, 0).len(), 1);
    }
}
