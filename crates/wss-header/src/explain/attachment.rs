//! Attachments: the other octets that a digest may be over, and oddities of an attachment.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use wss_c14n::{Budget, Document, Element, Limit, base64_decode, base64_encode};
use wss_soap::mime::{MimePart, canonical_header};
use wss_text::Slice as _;
use wss_xmldsig::Dereference;

use super::cause::Cause;
use super::edit::Out;
use super::goal::Goal;
use super::search::{Found, Search};
use crate::receipt::EBMS;

/// The largest number of octets of an attachment that is searched, and of its decompressed content.
const MOST: usize = 16 << 20;
/// The number of octets that are decompressed at once.
const PIECE: usize = 256 << 10;

/// An attachment as it came, or as it was decrypted.
pub(super) struct Attachment {
    /// Its header in the form of the complete transform.
    header: String,
    content: Vec<u8>,
    /// The content as it is written in the package.
    encoded: Option<Vec<u8>>,
}

impl Attachment {
    /// `None` if it is large, or cannot be read.
    pub(super) fn of(part: &MimePart<'_>) -> Option<Self> {
        let is_small = part.unauthenticated_octets().len() <= MOST as u64;
        let encoded = part.unauthenticated_encoded().filter(|encoded| encoded.len() <= MOST);
        Some(Self {
            header: canonical_header(part.unauthenticated_fields()).ok()?,
            content: is_small.then(|| part.unauthenticated_content().ok())??.into_owned(),
            encoded: encoded.map(<[u8]>::to_vec),
        })
    }
}

/// Access to the attachments of a message.
pub(super) struct Attachments<'a, 'd> {
    /// Digests the attachment that a URL names.
    pub(super) targets: &'a dyn Dereference<'d>,
    /// Reads the attachment that a URL names, if it can be searched.
    pub(super) read: &'a dyn Fn(&str) -> Option<Attachment>,
    pub(super) budget: &'a Budget,
}

/// The cause of a digest that does not fit the attachment that `uri` names, with its header if `complete`.
pub(super) fn explain(uri: &str, complete: bool, from: &Attachments<'_, '_>, search: &Search<'_>) -> Option<Found> {
    other_reading(uri, complete, from, search).or_else(|| {
        let attachment = search.meter.affords(PIECE as u64).then(|| (from.read)(uri))??;
        // The attachment was copied, which is charged.
        search.meter.affords(attachment.content.len() as u64 / 4).then(|| changed(&attachment, complete, search))?
    })
}

/// The other reading of the two transforms of attachments.
pub(super) fn other_reading(
    uri: &str,
    complete: bool,
    from: &Attachments<'_, '_>,
    search: &Search<'_>,
) -> Option<Found> {
    search.aims.iter().find_map(|aim| {
        let Goal::Digest { method, value } = &aim.goal else { return None };
        let other = from.targets.attachment(uri, !complete, *method, from.budget).ok()?;
        let declared = from.targets.attachment(uri, complete, *method, from.budget).ok()?;
        let fits = |digests: &[wss_crypto::DigestValue]| digests.iter().any(|digest| digest.as_octets() == value);
        let how = match (fits(&declared), fits(&other), complete) {
            (true, ..) => "what the transform says, in another reading or by another method",
            (false, true, true) => "the content alone, while the transform says that the header is signed, too",
            (false, true, false) => "the content and its header, while the transform says that the content is signed",
            (false, false, _) => return None,
        };
        let causes = [aim.causes.as_slice(), &[Cause::AttachmentOtherwise { how: how.into() }]].concat();
        Some(Found { causes, octets: None })
    })
}

/// The content before it was changed, or after the sender changed it.
fn changed(attachment: &Attachment, complete: bool, search: &Search<'_>) -> Option<Found> {
    let content = attachment.content.as_slice();
    let header = if complete { attachment.header.as_bytes() } else { &[] };
    let tried = |how: &str, octets: &[u8]| {
        let cause = [Cause::AttachmentOtherwise { how: how.into() }];
        search.octets(&cause, header.len() + octets.len(), &|out| {
            out(header);
            out(octets);
        })
    };
    // Each of these looks through the content, or copies it, before the attempt. That costs a part of a digest.
    let affords = || search.meter.affords(content.len() as u64 / 4).then_some(());
    let without_header = || {
        affords()?;
        let inner = after_empty_line(content)?;
        let how = "what is behind the first empty line of the content: whoever made the message wrote lines of a header into the \
                   content, or behind another empty line; have the peer leave them out";
        tried(how, inner).or_else(|| {
            // Text is digested with CR LF.
            let text = affords().and_then(|()| std::str::from_utf8(inner).ok())?;
            tried(how, &with_crlf(text))
        })
    };
    let decompressed = || {
        let cause = [Cause::AttachmentOtherwise {
            how: "what the content holds, decompressed: have the peer compress it before it signs, as AS4 has it, since what is \
                  sent is what is signed"
                .into(),
        }];
        let len = decompressed_len(content, search)?;
        search.streamed(&cause, header.len() + len, &|out| {
            out(header);
            decompress(content, out);
        })
    };
    let encoded = || {
        let octets = attachment.encoded.as_deref()?;
        tried("the content in its transfer encoding: have the peer sign what it stands for", octets)
    };
    let decoded = || {
        affords()?;
        let text = std::str::from_utf8(content).ok()?;
        let octets = base64_decode(text.trim(), MOST)?;
        tried("what the base64 of the content stands for: someone encoded it once more after it was signed", &octets)
    };
    tried("the content as it came, not in the canonical form of its type", content)
        .or_else(without_header)
        .or_else(|| {
            affords()?;
            let how = match complete {
                true => {
                    "the content behind an empty line, which the package does not have: Metro digests complete attachments \
                     so; call `accept_empty_line_after_attachment_headers` if the peer is Metro"
                }
                false => "the content behind an empty line, which the package does not have",
            };
            tried(how, &before(b"\r\n", content))
        })
        .or_else(decompressed)
        .or_else(encoded)
        .or_else(decoded)
        .or_else(|| {
            affords()?;
            tried(
                "the base64 of the content: have the peer sign the octets that it stands for",
                base64_encode(content).as_bytes(),
            )
        })
        .or_else(|| {
            let text = affords().and_then(|()| std::str::from_utf8(content).ok())?;
            LINE_ENDS.iter().find_map(|(how, ends)| affords().and_then(|()| tried(how, &ends(text))))
        })
}

/// The text with other line ends.
type LineEnds = (&'static str, fn(&str) -> Vec<u8>);

const LINE_ENDS: [LineEnds; 5] = [
    ("the content with line feeds as CR LF: someone wrote its lines anew", with_crlf),
    ("the content with CR LF as line feeds: someone wrote its lines anew", |text| {
        text.replace("\r\n", "\n").into_bytes()
    }),
    ("the content without the end of its last line, which someone added", |text| without_end(text).into()),
    ("the content with CR LF at its end, which someone removed", |text| before(without_end(text), b"\r\n")),
    ("the content with a line feed at its end, which someone removed", |text| before(without_end(text), b"\n")),
];

fn with_crlf(text: &str) -> Vec<u8> {
    text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
}

fn without_end(text: &str) -> &[u8] {
    text.trim_end_matches(['\r', '\n']).as_bytes()
}

fn before(first: &[u8], second: &[u8]) -> Vec<u8> {
    [first, second].concat()
}

/// The octets after the first empty line.
fn after_empty_line(content: &[u8]) -> Option<&[u8]> {
    let ends: [&[u8]; 2] = [b"\r\n\r\n", b"\n\n"];
    let is_first =
        [&b"\r\n"[..], b"\n"].into_iter().find(|end| content.starts_with(end)).map(|end| content.slice(end.len()..));
    let found = ends.into_iter().filter_map(|end| {
        let at = content.windows(end.len()).position(|window| window == end)?;
        Some(content.slice(at + end.len()..))
    });
    is_first.or_else(|| found.max_by_key(|rest| rest.len()))
}

/// The number of octets that gzip compressed, as far as the search pays for them; `None` if the content is not gzip, or
/// too long.
fn decompressed_len(content: &[u8], search: &Search<'_>) -> Option<usize> {
    if !is_gzip(content) {
        return None;
    }
    let mut reader = MultiGzDecoder::new(content);
    let mut piece = vec![0; PIECE];
    let mut len = 0;
    while len <= MOST {
        match reader.read(&mut piece).ok()? {
            0 => return Some(len),
            read if search.meter.affords(read as u64) => len += read,
            _ => return None,
        }
    }
    None
}

/// Decompresses gzip, piece by piece: the result may be a thousand times as long as the message.
fn decompress(content: &[u8], out: Out<'_>) {
    let mut reader = MultiGzDecoder::new(content);
    let mut piece = vec![0; PIECE];
    while let Ok(read @ 1..) = reader.read(&mut piece) {
        out(piece.slice(..read));
    }
}

fn is_gzip(content: &[u8]) -> bool {
    content.starts_with(&[0x1F, 0x8B])
}

/// Oddities of an attachment whose digest fits for no usual cause.
pub(super) fn hints(uri: &str, document: &Document<'_>, from: &Attachments<'_, '_>) -> Vec<String> {
    let source = document.source().len() as u64;
    if from.budget.charge(Limit::CauseOctets, source).is_err() {
        return Vec::new();
    }
    if !document.elements().any(|element| is_said_compressed(element, uri)) {
        return Vec::new();
    }
    let Some(attachment) = (from.read)(uri) else { return Vec::new() };
    if !is_gzip(&attachment.content) {
        return vec![
            "its eb:PartInfo says that it is compressed, and it is not: someone on the way may have decompressed it, and what \
             is signed is the compressed content"
                .to_owned(),
        ];
    }
    Vec::new()
}

/// Whether an element is the `eb:PartInfo` of this attachment, with a CompressionType.
fn is_said_compressed(element: Element<'_>, uri: &str) -> bool {
    element.is(EBMS, "PartInfo")
        && element.attribute("", "href").as_deref() == Some(uri)
        && element.descendants_and_self().any(|inner| {
            inner.is(EBMS, "Property") && inner.attribute("", "name").as_deref() == Some("CompressionType")
        })
}
