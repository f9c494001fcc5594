//! What is inside an RSA signature value that has the padding of PKCS#1 v1.5, that for encryption, or none.
//!
//! RFC 8017 §9.2: `00 01 FF … FF 00` and a DigestInfo in DER. Signers that call a raw operation of a key store put other
//! octets in that place.

use wss_c14n::base64_decode;
use wss_crypto::{DigestMethod, SignatureFamily};
use wss_text::octets_of_hex;

use super::cause::Cause;
use super::der::{dotted, element};
use super::goal::{Aim, Goal};
use super::recovered::{Recovered, Said, other_method};
use super::used_padding::UsedPadding;

/// The fewest zeros in front that are no chance.
const ZEROS: usize = 16;

/// Reads the block that the public key recovers; `None` if no signer makes such a block in a known way.
pub(super) fn read(padded: &[u8], said: Said<'_>) -> Option<Recovered> {
    let (block, inside) = opened(padded)?;
    let contents = contents(inside, block);
    let aims: Vec<Aim> = contents.iter().map(|content| content.aim(block, said)).collect();
    let names_digest = contents.iter().any(|content| content.is_named);
    let inside = contents.first().map_or_else(|| unknown(inside), |content| content.words.clone());
    let words = format!("{}{inside}", block.words());
    Some(Recovered { aims, words, is_certain: true, names_digest })
}

/// What is around the octets that were signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Signature,
    Encryption,
    Absent,
}

impl Block {
    const fn words(self) -> &'static str {
        match self {
            Self::Signature => "PKCS#1 v1.5 ",
            Self::Encryption => "PKCS#1 v1.5 for encryption ",
            Self::Absent => "RSA without padding, ",
        }
    }

    fn cause(self, said: Said<'_>) -> Option<Cause> {
        let used = |used| Some(Cause::OtherPadding { used });
        match self {
            Self::Signature => {
                let is_said = said.method.is_none_or(|method| method.family() == SignatureFamily::RsaPkcs1);
                if is_said { None } else { used(UsedPadding::Pkcs1) }
            }
            Self::Encryption => used(UsedPadding::Pkcs1Encryption),
            Self::Absent => Some(Cause::NoPadding),
        }
    }
}

fn opened(padded: &[u8]) -> Option<(Block, &[u8])> {
    match padded {
        [0, 1, rest @ ..] => {
            let ones = rest.iter().take_while(|octet| **octet == 0xFF).count();
            let inside = rest.get(ones..)?.strip_prefix(&[0]).filter(|_| ones >= 8)?;
            Some((Block::Signature, inside))
        }
        [0, 2, rest @ ..] => {
            let filled = rest.iter().take_while(|octet| **octet != 0).count();
            let inside = rest.get(filled + 1..).filter(|_| filled >= 8)?;
            // What happened to begin so has no digest inside.
            (!contents(inside, Block::Encryption).is_empty()).then_some((Block::Encryption, inside))
        }
        _ => {
            let zeros = padded.iter().take_while(|octet| **octet == 0).count();
            let inside = padded.get(zeros..).filter(|inside| zeros >= ZEROS && !inside.is_empty())?;
            Some((Block::Absent, inside))
        }
    }
}

/// A digest, and how it is written.
struct Content {
    method: DigestMethod,
    digest: Vec<u8>,
    cause: Option<Cause>,
    words: String,
    /// A DigestInfo says which digest it is.
    is_named: bool,
}

impl Content {
    fn aim(&self, block: Block, said: Said<'_>) -> Aim {
        let other = other_method(SignatureFamily::RsaPkcs1, self.method, said);
        let causes = block.cause(said).into_iter().chain(self.cause.clone()).chain(other).collect();
        Aim { goal: Goal::Digest { method: self.method, value: self.digest.clone() }, causes }
    }
}

/// The digests that the octets inside may be: what names its method first.
fn contents(inside: &[u8], block: Block) -> Vec<Content> {
    if parsed(inside).is_some() {
        return digest_info(inside);
    }
    let text = of_text(inside);
    if !text.is_empty() {
        return text;
    }
    // Without padding, zeros in front may belong to the digest.
    let spare = if block == Block::Absent { 2 } else { 0 };
    let fits = |method: &DigestMethod| (inside.len()..=inside.len() + spare).contains(&method.output_len());
    let bare = |method: DigestMethod| Content {
        method,
        digest: [&vec![0; method.output_len() - inside.len()], inside].concat(),
        // Without padding, nobody expects a DigestInfo.
        cause: (block != Block::Absent).then_some(Cause::NoDigestInfo),
        words: format!("with a digest of {} octets, without DigestInfo", method.output_len()),
        is_named: false,
    };
    DigestMethod::ALL.iter().filter(fits).map(bare).collect()
}

fn otherwise(what: &str) -> Option<Cause> {
    Some(Cause::DigestInfoOtherwise { what: what.into() })
}

/// A DigestInfo: the right one, or one that is written otherwise.
fn digest_info(inside: &[u8]) -> Vec<Content> {
    let Some((method, digest, has_null)) = parsed(inside) else { return Vec::new() };
    let Some(method) = method else { return Vec::new() };
    let of = |digest: Vec<u8>, cause: Option<Cause>| Content {
        method,
        digest,
        cause,
        words: format!("with {}", method.name()),
        is_named: true,
    };
    if digest.len() == method.output_len() {
        let is_right = inside.strip_suffix(digest) == Some(method.digest_info());
        let cause = match (is_right, has_null) {
            (true, _) => None,
            (false, false) => otherwise("a DigestInfo without the NULL behind the identifier of the digest"),
            (false, true) => otherwise("a DigestInfo that is not in DER"),
        };
        return vec![of(digest.to_vec(), cause)];
    }
    let texts = of_text(digest).into_iter().filter(|text| text.method == method);
    texts.map(|text| of(text.digest, otherwise("a DigestInfo around text of the digest"))).collect()
}

/// The method of a DigestInfo, if it is a known one, what it holds, and whether its algorithm has the parameter NULL.
fn parsed(inside: &[u8]) -> Option<(Option<DigestMethod>, &[u8], bool)> {
    let (content, _) = element(inside, 0x30)?;
    let (algorithm, after) = element(content, 0x30)?;
    let (identifier, parameters) = element(algorithm, 6)?;
    let (digest, _) = element(after, 4)?;
    let has_identifier = |method: &DigestMethod| {
        let known = element(method.digest_info().get(2..).unwrap_or_default(), 0x30);
        known.and_then(|(known, _)| element(known, 6)).is_some_and(|(known, _)| known == identifier)
    };
    Some((DigestMethod::ALL.iter().find(has_identifier), digest, !parameters.is_empty()))
}

/// The text of a digest: hexadecimal digits, or base64.
fn of_text(inside: &[u8]) -> Vec<Content> {
    let Ok(text) = std::str::from_utf8(inside) else { return Vec::new() };
    let text = text.trim();
    let readings = [("hexadecimal", octets_of_hex(text)), ("base64", base64_decode(text, 128))];
    let found = readings.into_iter().filter_map(|(kind, octets)| Some((kind, octets?)));
    found.flat_map(|(kind, octets)| of_kind(kind, &octets)).collect()
}

fn of_kind(kind: &str, octets: &[u8]) -> Vec<Content> {
    let methods = DigestMethod::ALL.iter().filter(|method| method.output_len() == octets.len());
    let content = |method| Content {
        method,
        digest: octets.to_vec(),
        cause: otherwise(&format!("the {kind} text of the digest, without DigestInfo")),
        words: format!("with the {kind} text of a digest of {} octets", octets.len()),
        is_named: false,
    };
    methods.map(content).collect()
}

/// Octets that are no digest of a known method, in words.
fn unknown(inside: &[u8]) -> String {
    let identifier = || {
        let (content, _) = element(inside, 0x30)?;
        let (algorithm, _) = element(content, 0x30)?;
        dotted(element(algorithm, 6)?.0)
    };
    match identifier() {
        Some(identifier) => format!("with a digest that is not known here: its object identifier is {identifier}"),
        None if inside.len() == 36 => {
            "with 36 octets, as of MD5 and SHA-1 together, which TLS signs and XML Signature does not".to_owned()
        }
        None => format!("with {} octets that are no digest in a usual form", inside.len()),
    }
}

#[cfg(test)]
mod tests {
    use wss_crypto::Digest;

    use super::*;

    const SAID: Said<'_> = Said { method: Some(wss_crypto::SignatureMethod::RsaSha256), uri: "u" };

    fn padded(inside: &[u8]) -> Vec<u8> {
        [&[0, 1][..], &vec![0xFF; 253 - inside.len()], &[0], inside].concat()
    }

    #[test]
    fn what_is_inside_is_said_as_it_is() {
        let digest = Digest::of(DigestMethod::Sha256, b"x").as_octets().to_vec();
        let info = DigestMethod::Sha256.digest_info();
        let read_of = |inside: &[u8]| read(&padded(inside), SAID).expect("padding");
        let right = read_of(&[info, &digest].concat());
        assert!(right.names_digest && right.aims.len() == 1 && right.aims[0].causes.is_empty());
        // The hexadecimal text is as long as a SHA-512, and is none.
        let text = read_of(wss_text::hex(&digest).as_bytes());
        assert!(text.words.contains("hexadecimal text") && !text.words.contains("SHA-512"), "{}", text.words);
        let unknown = read_of(&[0x30, 0x0E, 0x30, 0x0A, 6, 8, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2, 4, 4, 0]);
        assert!(unknown.aims.is_empty() && unknown.words.contains("1.2.840.113549.2.4"), "{}", unknown.words);
        let other = read_of(&[7; 5]);
        assert!(other.aims.is_empty() && other.words.contains("5 octets"), "{}", other.words);
    }

    #[test]
    fn what_is_no_padding_is_not_read() {
        for octets in [vec![7; 256], vec![0; 256], [&[0, 2][..], &[9; 254]].concat(), Vec::new()] {
            assert!(read(&octets, SAID).is_none(), "{octets:?}");
        }
    }
}
