//! Serial numbers of certificates: integers of at most 20 octets, compared by octets.

use std::fmt;

use wss_text::{hex_digit, octets_of_decimal};

use crate::error::LoadError;

/// The largest number of octets of a serial number (RFC 5280 §4.1.2.2).
const MAX_OCTETS: usize = 20;
/// The largest number of digits of a serial number in text: 160 bits need 49, the others are leading zeros.
const MAX_DIGITS: usize = 64;

/// The serial number of a certificate: an integer whose magnitude has at most 20 octets.
///
/// Two serial numbers are equal if they are the same integer, in any spelling.
///
/// ```
/// use wss_crypto::SerialNumber;
///
/// let serial = SerialNumber::parse("0042")?;
/// assert_eq!(serial, SerialNumber::from_der_integer(&[42])?);
/// assert_eq!(serial.to_string(), "42");
/// # Ok::<(), wss_crypto::LoadError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber {
    /// RFC 5280 forbids negative numbers, but old certificates have them.
    is_negative: bool,
    magnitude: [u8; MAX_OCTETS],
}

impl SerialNumber {
    /// Reads the content of a DER INTEGER.
    ///
    /// # Errors
    /// [`LoadError::SerialNumber`] if it is empty or has more than 20 octets. The zero octet before a number that fills
    /// all 160 bits does not count: the integer itself has 20 octets, and many authorities use them all.
    pub fn from_der_integer(content: &[u8]) -> Result<Self, LoadError> {
        let is_negative = content.first().ok_or(LoadError::SerialNumber)? >= &0x80;
        let padding = if is_negative { 0xFF } else { 0 };
        // Only the one padding octet that DER allows is skipped, so that the work is bounded.
        let significant = match content {
            [first, rest @ ..] if *first == padding && !rest.is_empty() => rest,
            whole => whole,
        };
        if significant.len() > MAX_OCTETS {
            return Err(LoadError::SerialNumber);
        }
        let mut magnitude = [padding; MAX_OCTETS];
        magnitude[MAX_OCTETS - significant.len()..].copy_from_slice(significant);
        if is_negative {
            negate(&mut magnitude);
        }
        Ok(Self { is_negative, magnitude })
    }

    /// Reads decimal text: the value of `ds:X509SerialNumber`, an `xs:integer`.
    ///
    /// # Errors
    /// [`LoadError::SerialNumber`] if it is not an integer, has more than 64 digits, or needs more than 20 octets.
    pub fn parse(text: &str) -> Result<Self, LoadError> {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        let (is_negative, digits) = match text.as_bytes() {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] => (false, digits),
            digits => (false, digits),
        };
        if digits.len() > MAX_DIGITS {
            return Err(LoadError::SerialNumber);
        }
        let mut magnitude = [0; MAX_OCTETS];
        octets_of_decimal(digits, &mut magnitude).ok_or(LoadError::SerialNumber)?;
        // There is only one zero.
        let is_negative = is_negative && magnitude.iter().any(|octet| *octet != 0);
        Ok(Self { is_negative, magnitude })
    }

    /// Reads hexadecimal text, as programs print serial numbers: with or without `0x`, with or without colons or
    /// spaces.
    ///
    /// # Errors
    /// [`LoadError::SerialNumber`] if it is no such number of at most 20 octets.
    pub fn parse_hexadecimal(text: &str) -> Result<Self, LoadError> {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        let mut magnitude = [0; MAX_OCTETS];
        if text.len() > 2 * MAX_DIGITS {
            return Err(LoadError::SerialNumber);
        }
        let digits: Vec<u8> = text.bytes().filter(|digit| !matches!(digit, b':' | b' ')).collect();
        if digits.is_empty() || digits.len() > MAX_DIGITS {
            return Err(LoadError::SerialNumber);
        }
        for (at, digit) in digits.into_iter().rev().enumerate() {
            let value = hex_digit(digit).ok_or(LoadError::SerialNumber)?;
            match magnitude.iter_mut().rev().nth(at / 2) {
                Some(octet) => *octet |= value << (4 * (at % 2)),
                None if value == 0 => {}
                None => return Err(LoadError::SerialNumber),
            }
        }
        Ok(Self { is_negative: false, magnitude })
    }
}

/// The two's complement of big-endian octets.
fn negate(octets: &mut [u8]) {
    let mut carry = true;
    for octet in octets.iter_mut().rev() {
        (*octet, carry) = (!*octet).overflowing_add(u8::from(carry));
    }
}

impl fmt::Display for SerialNumber {
    /// Writes it in decimal, as in `ds:X509SerialNumber`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.magnitude;
        let mut digits = Vec::with_capacity(49);
        loop {
            let mut remainder = 0u16;
            for octet in &mut rest {
                let value = remainder << 8 | u16::from(*octet);
                *octet = (value / 10) as u8;
                remainder = value % 10;
            }
            digits.push(b'0' + remainder as u8);
            if rest.iter().all(|octet| *octet == 0) {
                break;
            }
        }
        if self.is_negative {
            f.write_str("-")?;
        }
        digits.iter().rev().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SerialNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(content: &[u8]) -> SerialNumber {
        SerialNumber::from_der_integer(content).expect("a serial number")
    }

    #[test]
    fn serial_numbers_of_up_to_20_octets_are_decimal_and_read_again() {
        for (content, text) in [
            (&[0][..], "0"),
            (&[0, 0x80], "128"),
            (&[0xFF], "-1"),
            (&[0x80], "-128"),
            (&[0xFF, 0x7F], "-129"),
            (&[1, 0, 0, 0, 0, 0, 0, 0, 0], "18446744073709551616"),
            (&[0x7F; 20], "727885129180488904360266563744972327436484050815"),
        ] {
            assert_eq!(der(content).to_string(), text);
            assert_eq!(SerialNumber::parse(text).expect(text), der(content), "{text}");
        }
        let largest = [&[0][..], &[0xFF; 20]].concat();
        assert_eq!(der(&largest).to_string(), "1461501637330902918203684832716283019655932542975");
        assert_eq!(SerialNumber::parse(&der(&largest).to_string()), Ok(der(&largest)));
    }

    #[test]
    fn one_integer_is_one_serial_number_however_it_is_written() {
        assert_eq!(SerialNumber::parse(" \n004097 "), Ok(der(&[0x10, 0x01])));
        assert_eq!(SerialNumber::parse("+4097"), Ok(der(&[0x10, 0x01])));
        assert_eq!(SerialNumber::parse("-0"), Ok(der(&[0])));
        assert_ne!(SerialNumber::parse("-4097"), Ok(der(&[0x10, 0x01])));
    }

    #[test]
    fn hexadecimal_is_read_as_programs_print_it() {
        let expected = SerialNumber::from_der_integer(&[0x10, 0xAB]).expect("a serial number");
        for text in ["10ab", "10AB", "0x10ab", "0X10AB", "10:AB", " 10 ab\n", "000000000010ab"] {
            assert_eq!(SerialNumber::parse_hexadecimal(text), Ok(expected), "{text}");
        }
        let longest = "7f".repeat(20);
        assert_eq!(SerialNumber::parse_hexadecimal(&longest), SerialNumber::from_der_integer(&[0x7F; 20]));
        let (zeros, long) = ("0".repeat(64), "1".repeat(30));
        let more = [format!("1{longest}"), "0".repeat(1_000), format!("{long}{zeros}"), format!("CN=a{zeros}10")];
        for text in
            ["", "0x", "x", "10g", "-10", "+10", "10.0", ":", " "].into_iter().chain(more.iter().map(String::as_str))
        {
            assert_eq!(SerialNumber::parse_hexadecimal(text), Err(LoadError::SerialNumber), "{text}");
        }
    }

    #[test]
    fn longer_serial_numbers_are_refused() {
        assert_eq!(SerialNumber::from_der_integer(&[1; 21]), Err(LoadError::SerialNumber));
        assert_eq!(SerialNumber::from_der_integer(&[0; 63_000]), Err(LoadError::SerialNumber));
        assert_eq!(SerialNumber::from_der_integer(&[]), Err(LoadError::SerialNumber));
        let above = "1461501637330902918203684832716283019655932542976";
        for text in [above, &"1".repeat(65), &"0".repeat(65), "", "-", "1 2", "0x10", "1\u{a0}", "\u{661}"] {
            assert_eq!(SerialNumber::parse(text), Err(LoadError::SerialNumber), "{text}");
        }
    }
}
