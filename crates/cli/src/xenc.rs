//! `wss xenc decrypt` and `wss xenc encrypt`.

use ws_security::c14n::{Budget, Element, IdIndex, Splices, TakeAlong, Writer, name};
use ws_security::crypto::{KeyKind, SystemRandom};
use ws_security::xmldsig::{KeyInfoItem, VerifyError, dereferenced_octets};
use ws_security::xmlenc::{
    DecryptError, Decrypted, DocumentDecryption, ElementPlaintext, Encapsulated, Encryption, KeyMethod, PlaintextType,
    encrypt_element, write_encrypted_key,
};
use ws_security::{Certificate, ContentEncryption, PublicKey, Secret};
use wss_profile::{Source, algorithms};

use crate::args::{ReadingArgs, XencDecryptArgs, XencEncryptArgs};
use crate::key_info::About;
use crate::keys::{self, Keys, Task};
use crate::output::{self, Outcome, could_not, refused};
use crate::outside::{Outside, Whole};

/// The attributes that count as Ids on every element when a xenc:CipherReference is followed.
const IDS: [&str; 3] = ["Id", "ID", "id"];

pub(crate) fn decrypt(arguments: &XencDecryptArgs) -> Outcome {
    let has_outside = arguments.outside.base.is_some() || !arguments.outside.map.is_empty();
    if has_outside && !arguments.follow_cipher_references {
        return Err(could_not("--base and --map are for cipher references: give --follow-cipher-references, too"));
    }
    let policy = arguments.retired.on(arguments.allow.policy()?);
    keys::note_unused(&arguments.keys, Task::Decrypting);
    let keys = Keys::load(&arguments.keys, arguments.allow.allow_legacy)?;
    if keys.is_empty() {
        return Err(could_not("give a key: --key, --secret or --p12"));
    }
    let octets = output::read_document(&arguments.file.file)?;
    let text = output::document(&octets, arguments.reading)?.into_source();
    let outside = Outside::read(&arguments.outside, text.len() as u64)?;
    let limits = output::limits();
    let follow = |reference: Element<'_>, budget: &Budget| {
        let document = reference.document();
        let ids = IdIndex::build_with(document, &IDS);
        let ids = ids.map_err(|_| VerifyError::Dereference { uri: "an Id that is there twice".into() })?;
        let whole = Whole {
            document,
            ids: &ids,
            outside: &outside,
            takes_unnamed: false,
            reads_doctypes: false,
            accepts_other_ecdsa_values: false,
        };
        dereferenced_octets(reference, &whole, &policy.signature, budget)
    };
    let mut decryption = DocumentDecryption::new(&keys, &policy.encryption, &limits);
    if arguments.follow_cipher_references {
        decryption = decryption.references(&follow);
    }
    if arguments.octets {
        decryption = decryption.first_as_octets();
    }
    let decrypted = decryption.decrypt(&text).map_err(|error| match error {
        DecryptError::CipherReference => refused(format!("{error}; --follow-cipher-references reads it here")),
        DecryptError::Failed if !arguments.octets => {
            refused(format!("{error}; if the plaintext may be no XML, --octets writes it whatever its type says"))
        }
        error => match outside.refused() {
            Some(why) => refused(format!("{error}; {why}")),
            None => refused(error),
        },
    })?;
    let octets = match decrypted {
        Decrypted::Document(text) => text.into_bytes(),
        Decrypted::Octets(octets) => octets,
    };
    output::write(arguments.file.output.as_ref(), &octets)
}

/// The key that a content key is sent to, and its certificate if that was given.
struct Recipient {
    key: PublicKey,
    certificate: Option<Certificate>,
}

impl Recipient {
    fn read(source: &Source) -> Outcome<Self> {
        match source.certificate() {
            Ok(certificate) => Ok(Self { key: certificate.public_key().clone(), certificate: Some(certificate) }),
            Err(failure) => {
                let octets = source.read()?;
                let is_public = octets.windows(keys::PUBLIC.len()).any(|octets| octets == keys::PUBLIC);
                match PublicKey::from_pem(&octets) {
                    Ok(key) => Ok(Self { key, certificate: None }),
                    Err(of_public) if is_public => Err(could_not(format!("{source}: {of_public}"))),
                    Err(_) => Err(failure.into()),
                }
            }
        }
    }

    /// A fresh content key of `len` octets, and how `ds:KeyInfo` sends it. `items` name the recipient.
    fn send(&self, arguments: &XencEncryptArgs, items: &[KeyInfoItem], len: usize) -> Outcome<SentKey> {
        match self.key.kind() {
            kind if kind.agreement().is_some() => self.agree(arguments, items, len),
            KeyKind::PostQuantum(method) if method.encapsulates() => self.encapsulate(arguments, items, len),
            _ => self.transport(arguments, items, len),
        }
    }

    fn agree(&self, arguments: &XencEncryptArgs, items: &[KeyInfoItem], len: usize) -> Outcome<SentKey> {
        let XencEncryptArgs { key_transport, key_derivation, key_wrap, originator_key, .. } = arguments;
        if key_transport.is_some() {
            return Err(could_not("--key-transport is for RSA keys: give --key-derivation and --key-wrap"));
        }
        let (derivation, originator) = (key_derivation.as_deref(), originator_key.as_deref());
        let agreement = algorithms::agreement(derivation, key_wrap.as_deref(), originator)?;
        let key = fresh(len)?;
        let agreed = agreement.wrap(&self.key, &key, &SystemRandom).map_err(could_not)?;
        let mut writer = Writer::within(&[name::DS]);
        agreement.write(&mut writer, &agreed.originator, named(items));
        let key_info = encrypted_key(writer, KeyMethod::Wrap(agreement.wrap), &agreed.wrapped);
        Ok(SentKey { key, key_info: Some(key_info) })
    }

    fn encapsulate(&self, arguments: &XencEncryptArgs, items: &[KeyInfoItem], len: usize) -> Outcome<SentKey> {
        let XencEncryptArgs { key_transport, key_derivation, key_wrap, originator_key, .. } = arguments;
        if [key_transport, key_derivation, originator_key].into_iter().any(Option::is_some) {
            return Err(could_not("an ML-KEM key takes --key-wrap alone: leave the other options out"));
        }
        let encapsulated = Encapsulated::to(&self.key).map_err(could_not)?;
        let mut writer = Writer::within(&[name::DS]);
        encapsulated.write(&mut writer, named(items));
        let Some(wrap) = key_wrap else {
            let key = encapsulated.key(len).map_err(could_not)?;
            return Ok(SentKey { key, key_info: Some(writer.finish()) });
        };
        let (wrap, key) = (algorithms::wrap("key-wrap", wrap)?, fresh(len)?);
        let octets = encapsulated.wrap(wrap, &key, &SystemRandom).map_err(could_not)?;
        let key_info = encrypted_key(writer, KeyMethod::Wrap(wrap), &octets);
        Ok(SentKey { key, key_info: Some(key_info) })
    }

    fn transport(&self, arguments: &XencEncryptArgs, items: &[KeyInfoItem], len: usize) -> Outcome<SentKey> {
        let XencEncryptArgs { key_transport, key_derivation, key_wrap, originator_key, .. } = arguments;
        if [key_derivation, key_wrap, originator_key].into_iter().any(Option::is_some) {
            let why = "--key-derivation, --key-wrap and --originator-key are for keys that agree on a key: give \
                       --key-transport";
            return Err(could_not(why));
        }
        let transport = algorithms::key_transport(key_transport.as_deref(), None, None)?;
        let key = fresh(len)?;
        let octets = self.key.wrap_key(&transport, &key).map_err(could_not)?;
        let mut writer = Writer::within(&[name::DS]);
        named(items)(&mut writer);
        let key_info = encrypted_key(writer, KeyMethod::Transport(transport), &octets);
        Ok(SentKey { key, key_info: Some(key_info) })
    }
}

/// A content key, and the content of the `ds:KeyInfo` that tells the recipient which one it is.
struct SentKey {
    key: Secret,
    key_info: Option<String>,
}

fn fresh(len: usize) -> Outcome<Secret> {
    Secret::generate(&SystemRandom, len).map_err(could_not)
}

/// Writes the items that name a recipient.
fn named(items: &[KeyInfoItem]) -> impl FnOnce(&mut Writer) {
    |writer| items.iter().for_each(|item| item.write(writer))
}

/// An `xenc:EncryptedKey` with what `key_info` wrote.
fn encrypted_key(key_info: Writer, method: KeyMethod, octets: &[u8]) -> String {
    write_encrypted_key(None, &method, Some(&key_info.finish()), octets, &[])
}

/// The content key that the options send to a recipient, or that both sides have.
fn content_key(arguments: &XencEncryptArgs, ids: Option<&IdIndex<'_>>, len: usize) -> Outcome<SentKey> {
    match (&arguments.to, &arguments.secret) {
        (Some(source), _) => {
            let recipient = Recipient::read(source)?;
            let certificate = recipient.certificate.as_ref();
            let about = About { name: None, public: Some(&recipient.key), certificate, path: Vec::new(), ids };
            let usual = if certificate.is_some() { "x509-certificate" } else { "key-value" };
            let items = about.all_items(&arguments.key_info, &[usual])?;
            recipient.send(arguments, &items, len)
        }
        (None, Some(argument)) => {
            let XencEncryptArgs { key_transport, key_derivation, key_wrap, key_info, .. } = arguments;
            let of_recipient = [key_transport, key_derivation, key_wrap].into_iter().any(Option::is_some);
            if of_recipient || !key_info.is_empty() {
                let why =
                    "--key-transport, --key-derivation, --key-wrap and --key-info are about a recipient: give --to";
                return Err(could_not(why));
            }
            let (key_name, octets) = argument.read()?;
            let key_info = key_name.map(|key_name| {
                let mut writer = Writer::within(&[name::DS]);
                writer.leaf(name::DS, "KeyName", &key_name);
                writer.finish()
            });
            Ok(SentKey { key: Secret::new(octets), key_info })
        }
        (None, None) => Err(could_not("give a recipient: --to or --secret")),
    }
}

pub(crate) fn encrypt(arguments: &XencEncryptArgs) -> Outcome {
    if !arguments.ids.id_attr.is_empty() && arguments.id.is_none() && arguments.key_info.is_empty() {
        return Err(could_not("--id-attr says where Ids are, and no --id names an element by one: give --id"));
    }
    let octets = output::read_document(&arguments.file.file)?;
    let document = output::document(&octets, ReadingArgs::default())?;
    let more: Vec<&str> = arguments.ids.id_attr.iter().map(String::as_str).collect();
    let index = IdIndex::build_with(&document, &more);
    let element = match &arguments.id {
        None => document.root(),
        Some(id) => {
            let index = index.as_ref().map_err(refused)?;
            index.get(id).ok_or_else(|| could_not(format!("no element has the Id {id:?}")))?
        }
    };
    let method = match &arguments.content {
        None => ContentEncryption::Aes256Gcm,
        Some(given) => algorithms::content("content", given)?,
    };
    let kind = if arguments.content_only { PlaintextType::Content } else { PlaintextType::Element };
    let SentKey { key, key_info } = content_key(arguments, index.as_ref().ok(), method.key_len())?;
    let data = encrypt_element(
        ElementPlaintext { element, along: TakeAlong::Namespaces, kind: &kind },
        Encryption::new(method, &key).key_info(key_info.as_deref()),
        &SystemRandom,
        &Budget::new(&output::limits(), document.source().len() as u64),
    );
    let data = data.map_err(could_not)?;
    let mut splices = Splices::new();
    if arguments.content_only {
        if element.is_empty_tag() {
            return Err(could_not("the element is empty: there is no content to encrypt"));
        }
        splices.replace(element.content_span(), data);
    } else {
        splices.replace(element.span(), data);
    }
    output::write(arguments.file.output.as_ref(), splices.apply(document.source()).text.as_bytes())
}
