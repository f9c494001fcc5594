//! As much of DER as signature values have: an element, and an object identifier in digits.

/// The content of an element with this tag, and what is behind it. Lengths may have more octets than DER allows.
pub(super) fn element(octets: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    match octets {
        [first, length, rest @ ..] if *first == tag && *length < 0x80 => rest.split_at_checked(usize::from(*length)),
        [first, 0x81, length, rest @ ..] if *first == tag => rest.split_at_checked(usize::from(*length)),
        [first, 0x82, high, low, rest @ ..] if *first == tag => {
            rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))
        }
        _ => None,
    }
}

/// The content of an OBJECT IDENTIFIER as numbers with points; `None` if it is none.
pub(super) fn dotted(content: &[u8]) -> Option<String> {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number: u64 = 0;
    for octet in content {
        number = number.checked_mul(128)? + u64::from(octet & 0x7F);
        if octet & 0x80 == 0 {
            numbers.push(number);
            number = 0;
        }
    }
    let (first, rest) = numbers.split_first()?;
    let root = (*first / 40).min(2);
    let all = [root, first - 40 * root].into_iter().chain(rest.iter().copied());
    Some(all.map(|number| number.to_string()).collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_numbers_with_points() {
        assert_eq!(dotted(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2, 4]).as_deref(), Some("1.2.840.113549.2.4"));
        assert_eq!(dotted(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]).as_deref(), Some("2.16.840.1.101.3.4.2.1"));
        assert_eq!(dotted(&[]), None);
        assert_eq!(dotted(&[0xFF; 12]), None);
    }

    #[test]
    fn an_element_has_its_length_in_one_to_three_octets() {
        assert_eq!(element(&[4, 1, 7, 8], 4), Some((&[7][..], &[8][..])));
        assert_eq!(element(&[4, 0x81, 1, 7], 4), Some((&[7][..], &[][..])));
        assert_eq!(element(&[4, 0x82, 0, 1, 7], 4), Some((&[7][..], &[][..])));
        for other in [&[][..], &[4], &[4, 2, 7], &[5, 1, 7], &[4, 0x83, 0, 0, 1, 7]] {
            assert_eq!(element(other, 4), None);
        }
    }
}
