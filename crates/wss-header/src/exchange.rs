//! The state of an exchange as text, for a program that sends a request and another that reads the reply.

use thiserror::Error;
use wss_c14n::{base64_decode, base64_encode};
use wss_crypto::{Certificate, PublicKey, Secret, SignatureMethod};
use wss_tokens::KerberosForm;
use zeroize::Zeroizing;

use crate::correlation::{Correlation, SentKey, SentMethod, SentSignature};

/// The first line, with the version of the format.
const FIRST: &str = "wss-exchange 2";
/// The beginning of the first line in any version.
const ANY: &str = "wss-exchange ";
/// The word of the last line, which has the number of the lines between the first one and itself.
const LAST: &str = "end ";
/// The largest number of octets of one value.
const LONGEST: usize = 1 << 20;
/// The largest number of lines.
const LINES: usize = 4_096;
/// The forms of tickets, by their numbers in the text.
const FORMS: [KerberosForm; 6] = [
    KerberosForm::Gss,
    KerberosForm::ApReq,
    KerberosForm::Gss1510,
    KerberosForm::ApReq1510,
    KerberosForm::Gss4120,
    KerberosForm::ApReq4120,
];

/// Why a text is not the state of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// *Misuse.* The text is something else, or of another version.
    #[error("this is not the state of an exchange: give what `Correlation::to_text` wrote")]
    NotOne,
    /// *Misuse.* The text ends before its last line, or has other lines than that one counts.
    #[error("the state of the exchange is incomplete: give all of what `Correlation::to_text` wrote")]
    Incomplete,
    /// *Misuse.* A line was changed or cut off.
    #[error("line {line} of the state of the exchange was changed: save it again with the request")]
    Line {
        /// Its number, from 1.
        line: usize,
    },
}

impl Correlation {
    /// The state as text, for [`Correlation::from_text`]. **It contains the keys of the request**: whoever reads it can
    /// read and forge replies. Keep it like a private key, and for one exchange only.
    ///
    /// ```
    /// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    /// use wss_header::{Correlation, Part, Recipe, Signing};
    ///
    /// # let alice = wss_crypto::Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
    /// # let envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>";
    /// let plan = Recipe::new().sign(Signing::with(&alice).parts([Part::Body])).plan()?;
    /// let sent = plan.message(envelope).secure()?;
    /// let saved = sent.correlation.to_text();
    /// // In another process, when the reply comes:
    /// let restored = Correlation::from_text(&saved)?;
    /// assert_eq!(restored.signatures(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let Self { signatures, own_keys, keys, certificate, subject_of, message_id } = self;
        let mut text = Zeroizing::new(format!("{FIRST}\n"));
        let mut line = |word: &str, values: &[&[u8]]| {
            text.push_str(word);
            for value in values {
                text.push(' ');
                // An empty value is written as a sign of its own, so that every line has all its values.
                match value.is_empty() {
                    true => text.push('-'),
                    false => text.push_str(&Zeroizing::new(base64_encode(value))),
                }
            }
            text.push('\n');
        };
        for SentSignature { value, signed_info, .. } in signatures {
            line("signature", &[value, signed_info.as_bytes()]);
        }
        for SentMethod { method, context } in signatures.iter().filter_map(|signature| signature.method.as_ref()) {
            line("method", &[method.uri().as_bytes(), context]);
        }
        for key in own_keys {
            line("own-key", &[key.spki()]);
        }
        for key in keys {
            let form = key.kerberos.and_then(|form| FORMS.iter().position(|known| *known == form));
            let form = form.and_then(|form| u8::try_from(form).ok()).map_or(Vec::new(), |form| vec![form]);
            let recipient = key.recipient.as_ref().map_or(&[][..], Certificate::der);
            line("key", &[&key.sha1, key.secret.as_octets(), &form, recipient]);
        }
        if let Some(certificate) = certificate {
            line("certificate", &[certificate.der()]);
        }
        if let Some(id) = message_id {
            line("message-id", &[id.as_bytes()]);
        }
        for (id, certificate) in subject_of {
            line("subject", &[id.as_bytes(), certificate.der()]);
        }
        let lines = text.lines().count() - 1;
        text.push_str(&format!("{LAST}{lines}\n"));
        text
    }

    /// Reads the state that [`Correlation::to_text`] wrote. Read it only from a place where nobody else can write: it
    /// decides which reply is accepted.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub fn from_text(text: &str) -> Result<Self, ExchangeError> {
        let mut lines = text.lines();
        if lines.next() != Some(FIRST) {
            return Err(ExchangeError::NotOne);
        }
        let mut state = Self::default();
        let mut lines = lines.take(LINES).enumerate();
        while let Some((nth, line)) = lines.next() {
            if let Some(count) = line.strip_prefix(LAST) {
                let is_whole = count == nth.to_string() && text.ends_with('\n') && lines.next().is_none();
                return if is_whole { Ok(state) } else { Err(ExchangeError::Incomplete) };
            }
            state.read(line).ok_or(ExchangeError::Line { line: nth + 2 })?;
        }
        Err(ExchangeError::Incomplete)
    }

    /// Whether a text begins as the state of an exchange does, in any version.
    #[must_use]
    pub fn is_text(text: &str) -> bool {
        text.starts_with(ANY)
    }

    fn read(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        let word = words.next()?;
        let values = words.map(|value| if value == "-" { Some(Vec::new()) } else { base64_decode(value, LONGEST) });
        let values = Zeroizing::new(values.collect::<Option<Vec<Vec<u8>>>>()?);
        match (word, values.as_slice()) {
            ("signature", [value, info]) => {
                let signed_info = String::from_utf8(info.clone()).ok()?;
                self.signatures.push(SentSignature { value: value.clone(), signed_info, method: None });
            }
            ("method", [uri, context]) => {
                let method = SignatureMethod::from_uri(std::str::from_utf8(uri).ok()?)?;
                // The methods follow the signatures, in their order.
                let signature = self.signatures.iter_mut().find(|signature| signature.method.is_none())?;
                signature.method = Some(SentMethod { method, context: context.clone() });
            }
            ("own-key", [spki]) => self.own_keys.push(PublicKey::from_spki(spki).ok()?),
            ("key", [sha1, secret, form, recipient]) => {
                let kerberos = match form.as_slice() {
                    [] => None,
                    [number] => Some(*FORMS.get(usize::from(*number))?),
                    _ => return None,
                };
                let recipient = if recipient.is_empty() { None } else { Some(Certificate::from_der(recipient).ok()?) };
                let secret = Secret::new(secret.clone());
                self.keys.push(SentKey { sha1: sha1.clone(), secret, kerberos, recipient });
            }
            ("certificate", [der]) => self.certificate = Some(Certificate::from_der(der).ok()?),
            ("message-id", [id]) => self.message_id = Some(String::from_utf8(id.clone()).ok()?),
            ("subject", [id, der]) => {
                self.subject_of.push((String::from_utf8(id.clone()).ok()?, Certificate::from_der(der).ok()?));
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> Correlation {
        let folder = format!("{}/../../vectors/keys", env!("CARGO_MANIFEST_DIR"));
        let bob = std::fs::read(format!("{folder}/bob.pem")).expect("a file");
        let bob = Certificate::from_pem(&bob).expect("a certificate");
        let key =
            |kerberos, recipient| SentKey { sha1: vec![1; 20], secret: Secret::new(vec![2; 32]), kerberos, recipient };
        Correlation {
            signatures: vec![SentSignature {
                value: vec![3; 256],
                signed_info: "<ds:SignedInfo/>".to_owned(),
                method: Some(SentMethod { method: SignatureMethod::RsaSha256, context: Vec::new() }),
            }],
            own_keys: vec![bob.public_key().clone()],
            keys: vec![key(None, Some(bob.clone())), key(Some(KerberosForm::Gss4120), None)],
            certificate: Some(bob.clone()),
            subject_of: vec![("id".to_owned(), bob)],
            message_id: Some("urn:uuid:1".to_owned()),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = state().to_text();
        let read = Correlation::from_text(&text).expect("the state");
        assert_eq!(*read.to_text(), *text);
        assert_eq!((read.signatures(), read.keys.len(), read.own_keys.len()), (1, 2, 1));
        let method = Some(SentMethod { method: SignatureMethod::RsaSha256, context: Vec::new() });
        assert_eq!(read.signatures[0].method, method);
        assert!(Correlation::is_text(&text) && !Correlation::is_text("<a/>"));
        assert!(
            Correlation::is_text("wss-exchange 1\n"),
            "a state of another version, which `from_text` refuses by name"
        );
        let empty = Correlation::from_text(&Correlation::default().to_text()).expect("an empty state");
        assert_eq!(empty.signatures(), 0);
    }

    #[test]
    fn a_changed_text_is_refused_and_never_panics() {
        let text = state().to_text();
        assert_eq!(Correlation::from_text("<s:Envelope/>").unwrap_err(), ExchangeError::NotOne);
        assert_eq!(
            Correlation::from_text(&text.replace("exchange 2", "exchange 3")).unwrap_err(),
            ExchangeError::NotOne
        );
        let cases = [
            text.replace("own-key ", "other-key "),
            text.replace("signature ", "signature !"),
            text.replace("certificate ", "certificate AAAA"),
            text.replace("subject ", "subject - "),
            // The method of no signature.
            text.lines().filter(|line| !line.starts_with("signature ")).map(|line| format!("{line}\n")).collect(),
        ];
        for case in cases {
            assert!(matches!(Correlation::from_text(&case), Err(ExchangeError::Line { .. })), "{case}");
        }
        // Every text that was cut off is refused, and so is one that lacks a line or has one twice.
        for at in 0..text.len() {
            assert!(Correlation::from_text(&text[..at]).is_err(), "{at}");
        }
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for at in 1..lines.len() {
            let without = [&lines[..at], &lines[at + 1..]].concat().concat();
            assert!(Correlation::from_text(&without).is_err(), "{at}");
            let twice = [&lines[..=at], &lines[at..]].concat().concat();
            assert!(Correlation::from_text(&twice).is_err(), "{at}");
        }
    }
}
