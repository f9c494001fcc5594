//! Numbers in decimal digits that are too long for a machine word.

/// Writes the number that ASCII decimal digits spell into `octets`, big-endian. `None` if there is no digit, if something else is
/// among them, or if the number does not fit. Takes a step for each digit and octet: the caller bounds both.
///
/// ```
/// let mut octets = [0xFF; 2];
/// assert_eq!(wss_text::octets_of_decimal(b"0258", &mut octets), Some(()));
/// assert_eq!(octets, [1, 2]);
/// assert_eq!(wss_text::octets_of_decimal(b"65536", &mut octets), None);
/// assert_eq!(wss_text::octets_of_decimal(b"+1", &mut octets), None);
/// assert_eq!(wss_text::octets_of_decimal(b"", &mut octets), None);
/// ```
#[must_use]
pub fn octets_of_decimal(digits: &[u8], octets: &mut [u8]) -> Option<()> {
    octets.fill(0);
    for digit in digits {
        let mut carry = u16::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        for octet in octets.iter_mut().rev() {
            let value = u16::from(*octet) * 10 + carry;
            *octet = value as u8;
            carry = value >> 8;
        }
        if carry > 0 {
            return None;
        }
    }
    (!digits.is_empty()).then_some(())
}
