//! The ciphertext of an attachment: made while it is written, and opened while it is read (SwA Profile 1.1.1 §5).

use std::io::{self, Read};
use std::sync::Arc;

use wss_c14n::{Limit, Limits};
use wss_crypto::{
    ContentEncryption, CryptoError, Digest, DigestMethod, DigestValue, GcmOpening, GcmSealing, Random, Secret,
    decrypt_and, encrypt,
};
use wss_soap::mime::{COVERED, Content, Fields, MimeError, MimePart, PIECE, Pieces, Refill, Spool, SpoolWriter};
use wss_text::Slice as _;

/// An encryption that is applied whenever the attachment is written: each time with a fresh initialisation vector, so
/// that no two plaintexts share one.
#[derive(Clone)]
pub(crate) struct Seal {
    /// The header, which is encrypted before the content.
    pub(crate) header: String,
    pub(crate) method: ContentEncryption,
    pub(crate) key: Secret,
    pub(crate) random: Arc<dyn Random>,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seal").field("method", &self.method).finish_non_exhaustive()
    }
}

/// When an attachment is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealTime {
    /// At once, in memory: a later step signs the ciphertext.
    Now,
    /// Whenever it is written.
    WhenWritten,
}

impl Seal {
    /// An encryption of the content alone.
    pub(crate) fn new(method: ContentEncryption, key: Secret, random: Arc<dyn Random>) -> Self {
        Self { header: String::new(), method, key, random }
    }

    /// Reads the ciphertext of the octets of `plain`.
    ///
    /// # Errors
    /// Errors of `plain`, and [`CryptoError`] as one of them.
    pub(super) fn reader<'r>(&'r self, plain: Box<dyn Read + 'r>) -> io::Result<Box<dyn Read + 'r>> {
        let mut plain = self.header.as_bytes().chain(plain);
        if !self.method.is_authenticated() {
            // CBC, which is not for new messages, is not supported in pieces here.
            let mut octets = Vec::new();
            plain.read_to_end(&mut octets)?;
            let octets = Secret::new(octets);
            let sealed = encrypt(self.method, &self.key, octets.as_octets(), self.random.as_ref());
            return Ok(Box::new(io::Cursor::new(sealed.map_err(io::Error::other)?)));
        }
        let started = GcmSealing::start(self.method, &self.key, self.random.as_ref());
        let (gcm, nonce) = started.map_err(io::Error::other)?;
        Ok(Box::new(Pieces::new(Sealing { plain, gcm: Some(gcm) }, nonce.to_vec())))
    }
}

struct Sealing<R> {
    plain: R,
    /// `None` after the tag was made.
    gcm: Option<GcmSealing>,
}

impl<R: Read> Refill for Sealing<R> {
    fn refill(&mut self, ready: &mut Vec<u8>) -> io::Result<bool> {
        let Some(gcm) = &mut self.gcm else { return Ok(false) };
        ready.resize(PIECE, 0);
        let count = self.plain.read(ready)?;
        ready.truncate(count);
        gcm.update(ready).map_err(io::Error::other)?;
        if count == 0
            && let Some(gcm) = self.gcm.take()
        {
            ready.extend(gcm.finish().map_err(io::Error::other)?);
        }
        Ok(true)
    }
}

/// Why ciphertext was not opened.
pub(crate) enum OpenCipherError {
    /// The one failure of decryption.
    Failed,
    /// The ciphertext cannot be read, or the plaintext cannot be spooled.
    Mime(MimeError),
}

impl From<CryptoError> for OpenCipherError {
    fn from(_: CryptoError) -> Self {
        Self::Failed
    }
}

impl From<MimeError> for OpenCipherError {
    fn from(error: MimeError) -> Self {
        Self::Mime(error)
    }
}

impl From<io::Error> for OpenCipherError {
    fn from(error: io::Error) -> Self {
        Self::Mime(error.into())
    }
}

/// A cipher and its key.
#[derive(Clone, Copy)]
pub(crate) struct CipherKey<'k> {
    pub(crate) method: ContentEncryption,
    pub(crate) key: &'k Secret,
}

/// The plaintext of an attachment, and the digest of its content.
pub(crate) struct Digested<'m> {
    plaintext: Content<'m>,
    sha256: DigestValue,
}

/// Decrypts, and computes the SHA-256 digest of the content in the same pass; the content follows the header if
/// `complete`. Large plaintext is written to `spool` and released only after the tag verifies. CBC is not supported in
/// pieces here, so it is limited to the size of a document.
pub(crate) fn opened(
    content: &Content<'_>,
    complete: bool,
    CipherKey { method, key }: CipherKey<'_>,
    spool: Option<&Spool>,
    limits: &Limits,
) -> Result<Digested<'static>, OpenCipherError> {
    if !method.is_authenticated() {
        limits
            .check(Limit::DocumentOctets, usize::try_from(content.len()).unwrap_or(usize::MAX))
            .map_err(MimeError::from)?;
        // Wrong padding costs the digest, too.
        let read = |plain: Vec<u8>| {
            let mut digest = ContentDigest::new(complete);
            digest.update(&plain);
            Some((plain, digest.finish()))
        };
        let (plain, sha256) = decrypt_and(method, key, content.read_all()?.into_owned(), read)?;
        return Ok(Digested { plaintext: plain.into(), sha256 });
    }
    let mut gcm = GcmOpening::start(method, key)?;
    let mut digest = ContentDigest::new(complete);
    // The plaintext is a little shorter than the ciphertext.
    let mut writer = SpoolWriter::with_capacity(spool.cloned(), content.len());
    content.for_each_piece(|piece| {
        writer.append(|pending| -> Result<(), OpenCipherError> {
            let start = pending.len();
            gcm.update(piece, pending)?;
            digest.update(pending.slice(start..));
            Ok(())
        })
    })?;
    gcm.finish()?;
    Ok(Digested { plaintext: writer.finish()?, sha256: digest.finish() })
}

/// The digest of content that may follow a header.
struct ContentDigest {
    digest: Digest,
    /// The beginning, until the header is complete.
    beginning: Option<Vec<u8>>,
}

impl ContentDigest {
    fn new(complete: bool) -> Self {
        Self { digest: Digest::new(DigestMethod::Sha256), beginning: complete.then(Vec::new) }
    }

    fn update(&mut self, piece: &[u8]) {
        let Some(beginning) = &mut self.beginning else { return self.digest.update(piece) };
        beginning.extend_from_slice(piece);
        if let Some(len) = header_len(beginning) {
            self.digest.update(beginning.slice(len..));
            self.beginning = None;
        } else if beginning.len() > MAX_HEADER {
            // There is no attachment without a complete header.
            self.beginning = None;
        }
    }

    fn finish(self) -> DigestValue {
        self.digest.finish()
    }
}

/// The octets of a header at the front of a plaintext, with the empty line that ends it. The empty line may be the
/// first.
fn header_len(plaintext: &[u8]) -> Option<usize> {
    let start = plaintext.slice(..plaintext.len().min(MAX_HEADER));
    if start.starts_with(b"\r\n") {
        return Some(2);
    }
    memchr::memmem::find(start, b"\r\n\r\n").map(|at| at + 4)
}

/// The header lines that are encrypted with an attachment: those that a signature covers, and an empty one. WSS4J
/// counts the space after the colon as part of the value, and only Content-Description has one.
pub(super) fn header_of<'f>(fields: &'f Fields) -> String {
    let is_covered = |name: &str| COVERED.iter().any(|covered| covered.eq_ignore_ascii_case(name));
    let lines = fields.iter().filter(|(name, _)| is_covered(name));
    let value_of = |name: &str, value: &'f str| match name.eq_ignore_ascii_case("Content-Description") {
        true => value,
        false => value.trim_start_matches([' ', '\t']),
    };
    lines.map(|(name, value)| format!("{name}:{}\r\n", value_of(name, value))).collect::<String>() + "\r\n"
}

/// The attachment that `part` becomes with `plaintext`, if its content was ciphertext: with the type `mime_type`, or,
/// if `complete`, with the header at the beginning of the plaintext. `None` if the plaintext does not begin with a
/// header, or begins with that of another attachment.
pub(crate) fn restored<'m>(
    part: &MimePart<'_>,
    Digested { plaintext, sha256 }: Digested<'m>,
    complete: bool,
    mime_type: Option<&str>,
    limits: &Limits,
) -> Option<MimePart<'m>> {
    let mut fields = part.unauthenticated_fields().clone();
    let content_id = part.content_id().map(str::to_owned);
    if !complete {
        if let Some(mime_type) = mime_type {
            fields.set("Content-Type", format!(" {mime_type}"));
        }
        return Some(MimePart::of(fields, plaintext, content_id).with_sha256(sha256));
    }
    let mut start = Vec::new();
    plaintext.reader().take(MAX_HEADER as u64).read_to_end(&mut start).ok()?;
    let len = header_len(&start)?;
    let encrypted = Fields::parse(start.get(..len)?, limits).ok()?;
    COVERED.iter().for_each(|name| fields.remove(name));
    for (name, value) in encrypted.iter() {
        if !COVERED.iter().any(|covered| covered.eq_ignore_ascii_case(name)) || fields.get(name) != Ok(None) {
            return None;
        }
        fields.set(name, value.to_owned());
    }
    match fields.content_id() {
        // It keeps its outer id, even if the inner header omits it.
        Ok(None) => fields.set("Content-ID", part.unauthenticated_fields().get("Content-ID").ok()??.to_owned()),
        Ok(inside) if inside == content_id => {}
        _ => return None,
    }
    Some(MimePart::of(fields, plaintext.without_first(len), content_id).with_sha256(sha256))
}

/// The largest number of octets of an encrypted header.
const MAX_HEADER: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use wss_crypto::SystemRandom;

    use super::*;

    fn seal(header: &str, method: ContentEncryption) -> Seal {
        let key = Secret::generate(&SystemRandom, method.key_len()).expect("randomness");
        Seal { header: header.to_owned(), method, key, random: Arc::new(SystemRandom) }
    }

    fn sealed(seal: &Seal, plain: &[u8]) -> Vec<u8> {
        let mut octets = Vec::new();
        seal.reader(Box::new(plain)).expect("starts").read_to_end(&mut octets).expect("sealed");
        octets
    }

    #[test]
    fn what_is_sealed_opens_again_and_never_looks_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = Spool::in_folder(folder.path());
        for method in [ContentEncryption::Aes128Gcm, ContentEncryption::Aes256Gcm, ContentEncryption::Aes128Cbc] {
            for len in [0_u32, 1, 65_536, 65_537, 300_000] {
                let plain: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
                let header = if len == 1 {
                    "\r\n".to_owned()
                } else {
                    format!("A:{}\r\n\r\n", "b".repeat(len as usize % 9_000))
                };
                let seal = seal(&header, method);
                let octets = sealed(&seal, &plain);
                assert_ne!(octets, sealed(&seal, &plain));
                let expected = [header.as_bytes(), plain.as_slice()].concat();
                for spool in [None, Some(&spool)] {
                    let content = Content::from(octets.as_slice());
                    let key = CipherKey { method, key: &seal.key };
                    let open = |complete| opened(&content, complete, key, spool, &Limits::default());
                    let Ok(Digested { sha256, .. }) = open(true) else { panic!("{len}") };
                    assert_eq!(sha256, Digest::of(DigestMethod::Sha256, &plain), "after the header");
                    let Ok(Digested { plaintext: opened, sha256 }) = open(false) else { panic!("{len}") };
                    assert_eq!(sha256, Digest::of(DigestMethod::Sha256, &expected));
                    assert_eq!(opened.read_all().expect("read").as_ref(), expected);
                }
                let mut changed = octets;
                if let Some(last) = changed.last_mut().filter(|_| method.is_authenticated()) {
                    *last ^= 1;
                    let changed = Content::from(changed.as_slice());
                    let failed =
                        opened(&changed, true, CipherKey { method, key: &seal.key }, Some(&spool), &Limits::default());
                    assert!(matches!(failed, Err(OpenCipherError::Failed)));
                }
            }
        }
    }

    #[test]
    fn a_header_is_told_from_the_content_in_whatever_pieces_it_comes() {
        for plaintext in ["A:b\r\nC:d\r\n\r\nabc\r\n\r\nd", "\r\nabc", "A:b\r\n\r\n", "\r\n"] {
            let len = header_len(plaintext.as_bytes()).expect("a header");
            for piece in 1..plaintext.len() {
                let mut digest = ContentDigest::new(true);
                plaintext.as_bytes().chunks(piece).for_each(|piece| digest.update(piece));
                let expected = Digest::of(DigestMethod::Sha256, &plaintext.as_bytes()[len..]);
                assert_eq!(digest.finish(), expected, "{plaintext:?} {piece}");
            }
        }
        assert_eq!(header_len(&[b'x'; 20 << 10]), None);
    }

    #[test]
    fn a_header_is_restored_from_the_front_of_the_plaintext_alone() {
        let outside =
            Fields::parse(b"Content-ID: <a@b>\r\nContent-Type: x/y\r\nX-Route: 1", &Limits::default()).expect("fields");
        let part = MimePart::of(outside, Content::from(&b""[..]), Some("a@b".to_owned()));
        let restored = |plaintext: &str, complete| {
            let digest = Digest::of(DigestMethod::Sha256, plaintext.as_bytes());
            let plaintext = Content::from(plaintext.as_bytes().to_vec());
            let plaintext = Digested { plaintext, sha256: digest };
            let part = super::restored(&part, plaintext, complete, Some("text/plain"), &Limits::default())?;
            let fields: String =
                part.unauthenticated_fields().iter().map(|(name, value)| format!("{name}:{value};")).collect();
            Some(format!("{fields} {}", String::from_utf8_lossy(&part.unauthenticated_content().ok()?)))
        };
        assert_eq!(
            restored("abc", false).as_deref(),
            Some("Content-ID: <a@b>;X-Route: 1;Content-Type: text/plain; abc")
        );
        let header = "Content-Type:a/b\r\nContent-ID:<a@b>\r\n\r\nabc";
        assert_eq!(restored(header, true).as_deref(), Some("X-Route: 1;Content-Type:a/b;Content-ID:<a@b>; abc"));
        assert_eq!(restored("\r\nabc", true).as_deref(), Some("X-Route: 1;Content-ID: <a@b>; abc"));
        for wrong in [
            "abc",
            "Content-ID:<other>\r\n\r\nabc",
            "X-Route:2\r\n\r\nabc",
            "Content-Type:a/b\r\ncontent-type:c/d\r\n\r\nabc",
            "no field\r\n\r\nabc",
        ] {
            assert_eq!(restored(wrong, true), None, "{wrong:?}");
        }
        assert_eq!(restored(&format!("Content-Type:{}\r\n\r\n", "x".repeat(20 << 10)), true), None);
    }
}
