//! Content-Transfer-Encoding, decoded as the octets arrive (RFC 2045 §6).

use wss_text::hex_octet;

/// Decodes a transfer encoding piece by piece.
pub(super) enum TransferDecoder {
    /// `7bit`, `8bit`, `binary`: the octets are the content.
    Identity,
    /// Characters that do not complete a group yet, and whether padding ended the content.
    Base64 { pending: String, is_padded: bool },
    /// The beginning of an escape.
    QuotedPrintable { pending: Vec<u8> },
}

impl TransferDecoder {
    /// `None` for an unknown encoding.
    pub(super) fn of(encoding: &str) -> Option<Self> {
        match encoding {
            "" | "7bit" | "8bit" | "binary" => Some(Self::Identity),
            "base64" => Some(Self::Base64 { pending: String::new(), is_padded: false }),
            "quoted-printable" => Some(Self::QuotedPrintable { pending: Vec::new() }),
            _ => None,
        }
    }

    /// Appends the decoded octets. `None` if the input is not in the encoding.
    pub(super) fn update(&mut self, octets: &[u8], out: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Identity => out.extend_from_slice(octets),
            Self::Base64 { pending, is_padded } => {
                pending.extend(octets.iter().filter(|c| !c.is_ascii_whitespace()).map(|c| char::from(*c)));
                let whole = pending.len() - pending.len() % 4;
                // Characters outside ASCII are not base64: a group never ends inside a character.
                let groups = pending.get(..whole)?;
                if groups.is_empty() {
                    return Some(());
                }
                if *is_padded {
                    return None;
                }
                *is_padded = groups.ends_with('=');
                out.extend(wss_c14n::base64_decode(groups, whole)?);
                pending.drain(..whole);
            }
            Self::QuotedPrintable { pending } => {
                pending.extend_from_slice(octets);
                let mut rest = pending.as_slice();
                loop {
                    rest = match rest {
                        [b'=', b'\r', b'\n', tail @ ..] | [b'=', b'\n', tail @ ..] => tail,
                        [b'='] | [b'=', _] => break,
                        [b'=', high, low, tail @ ..] => {
                            out.push(hex_octet(*high, *low)?);
                            tail
                        }
                        [octet, tail @ ..] => {
                            out.push(*octet);
                            tail
                        }
                        [] => break,
                    };
                }
                let done = pending.len() - rest.len();
                pending.drain(..done);
            }
        }
        Some(())
    }

    /// `None` if the end is incomplete.
    pub(super) fn finish(self) -> Option<()> {
        let is_whole = match self {
            Self::Identity => true,
            Self::Base64 { pending, .. } => pending.is_empty(),
            Self::QuotedPrintable { pending } => pending.is_empty(),
        };
        is_whole.then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(encoding: &str, octets: &[u8], piece: usize) -> Option<Vec<u8>> {
        let mut decoder = TransferDecoder::of(encoding)?;
        let mut out = Vec::new();
        for piece in octets.chunks(piece) {
            decoder.update(piece, &mut out)?;
        }
        decoder.finish().map(|()| out)
    }

    #[test]
    fn pieces_make_the_whole() {
        for piece in 1..12 {
            assert_eq!(decoded("base64", b"AA\r\nEC Aw==\r\n", piece).as_deref(), Some(&b"\0\x01\x02\x03"[..]));
            assert_eq!(decoded("quoted-printable", b"a=3Db=\r\nc=\nd", piece).as_deref(), Some(&b"a=bcd"[..]));
            assert_eq!(decoded("binary", b"a=\0", piece).as_deref(), Some(&b"a=\0"[..]));
            let wrong: [(&str, &[u8]); 8] = [
                ("base64", b"A"),
                ("base64", b"AA=="),
                ("base64", b"AA==AAAA"),
                ("base64", b"AAA\xFF"),
                ("base64", b"AB=="),
                ("quoted-printable", b"a="),
                ("quoted-printable", b"a=3"),
                ("quoted-printable", b"a=zz"),
            ];
            for (encoding, octets) in wrong {
                // The canonical form is accepted, so that each of the other forms is refused for its own fault.
                let is_right = octets == b"AA==";
                assert_eq!(decoded(encoding, octets, piece).is_some(), is_right, "{octets:?} {piece}");
            }
        }
        assert!(TransferDecoder::of("x-own").is_none());
    }
}
