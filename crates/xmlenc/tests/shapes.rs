//! Elements of XML Encryption that have more, less or other children than the schema and XML Encryption 1.1 §3 give them.

use wss_c14n::{Budget, Document, Limit, Limits, name};
use wss_crypto::{ContentEncryption, Secret, SystemRandom};
use wss_xmlenc::{DecryptError, EncryptedData, EncryptedKey, Encryption, PlaintextType, decrypt_xml, encrypt_octets};

const REFERENCE: &str = "<DataReference URI=\"#a\"/>";

/// What of an EncryptedKey the library says: its Id, what it carries and lists, and a URI without `#`.
type Read = (Option<String>, Option<String>, Vec<String>, Option<String>);

fn read(after_cipher: &str, limits: &Limits) -> Result<Read, DecryptError> {
    let text = format!(
        "<EncryptedKey xmlns=\"{}\" xmlns:ds=\"{}\" Id=\"K\"><EncryptionMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmlenc#kw-aes128\"/><CipherData><CipherValue>AAAA</CipherValue></CipherData>\
         {after_cipher}</EncryptedKey>",
        name::XENC.uri,
        name::DS.uri,
    );
    let document = Document::parse(&text, limits).expect("well-formed");
    let key = EncryptedKey::parse(document.root(), &Budget::new(limits, text.len() as u64))?;
    Ok((
        key.id().map(str::to_owned),
        key.carried_name().map(str::to_owned),
        key.data_references().to_vec(),
        key.references().without_hash().map(str::to_owned),
    ))
}

#[test]
fn an_encrypted_key_is_read_as_the_schema_has_it() {
    let limits = Limits::default();
    let named = |name: &str| Some(name.to_owned());
    let list =
        format!("<ReferenceList>{REFERENCE}<KeyReference URI=\"#k\"/><DataReference URI=\"b\"/></ReferenceList>");
    let carried = "<CarriedKeyName>the key</CarriedKeyName>";
    let all = read(&format!("{list}{carried}"), &limits);
    assert_eq!(all, Ok((named("K"), named("the key"), vec!["a".to_owned(), "b".to_owned()], named("b"))));
    assert_eq!(read("", &limits), Ok((named("K"), None, Vec::new(), None)));
    let with_list = |references: &str| format!("<ReferenceList>{references}</ReferenceList>");
    for wrong in [
        format!("{list}{list}"),
        format!("{carried}{carried}"),
        format!("{list}<Other/>"),
        "<ds:CarriedKeyName>n</ds:CarriedKeyName>".to_owned(),
        format!("<ds:ReferenceList>{REFERENCE}</ds:ReferenceList>"),
        with_list("<Other URI=\"#a\"/>"),
        with_list(&format!("{REFERENCE}<ds:DataReference URI=\"#a\"/>")),
        with_list("<DataReference/>"),
        with_list("<DataReference URI=\"\"/>"),
        with_list("<DataReference URI=\"#\"/>"),
        with_list("<KeyReference URI=\"#\"/>"),
    ] {
        let refused = read(&wrong, &limits);
        assert!(matches!(refused, Err(DecryptError::Structure(_))), "{wrong}: {refused:?}");
    }
    let two = limits.with(Limit::DataReferences, 2);
    assert!(read(&with_list(&REFERENCE.repeat(2)), &two).is_ok());
    let refused = read(&with_list(&REFERENCE.repeat(3)), &two);
    assert!(matches!(refused, Err(DecryptError::Limit(_))), "{refused:?}");
}

#[test]
fn a_plaintext_is_what_its_type_says() {
    let method = ContentEncryption::Aes128Gcm;
    let key = Secret::generate(&SystemRandom, method.key_len()).expect("random");
    let opens = |plaintext: &[u8], plaintext_type: &PlaintextType| {
        let data =
            encrypt_octets(plaintext, plaintext_type, Encryption::new(method, &key), &SystemRandom).expect("encrypts");
        let text = format!("<r>{data}</r>");
        let document = Document::parse(&text, &Limits::default()).expect("well-formed");
        let budget = Budget::new(&Limits::default(), text.len() as u64);
        let data = EncryptedData::parse(document.root().children().next().expect("data")).expect("read");
        decrypt_xml(&data, &key, &budget).map(|plaintext| plaintext.into_xml())
    };
    let element = |plaintext: &str| opens(plaintext.as_bytes(), &PlaintextType::Element);
    assert_eq!(element("<a>1</a>"), Ok("<a>1</a>".to_owned()));
    for wrong in
        ["<a/><b/>", "<a/>text", "text<a/>", "<!-- --><a/>", "<a/> ", "text", "", "<a>", "</plaintext><plaintext>"]
    {
        assert_eq!(element(wrong), Err(DecryptError::Failed), "{wrong}");
    }
    let content = |plaintext: &[u8]| opens(plaintext, &PlaintextType::Content);
    for fine in ["", "text", "<a/><b/>", "a<b/>c"] {
        assert_eq!(content(fine.as_bytes()), Ok(fine.to_owned()));
    }
    for wrong in [b"<a>".as_slice(), b"</plaintext>", b"\xFF", b"a\xC3", b"<a/>\0"] {
        assert_eq!(content(wrong), Err(DecryptError::Failed), "{wrong:?}");
    }
    for other in [PlaintextType::Other(None), PlaintextType::Attachment { complete: false }] {
        assert_eq!(opens(b"<a/>", &other), Err(DecryptError::Failed), "{other:?}");
    }
}

#[test]
fn a_plaintext_for_which_no_budget_is_left_is_not_decrypted() {
    let method = ContentEncryption::Aes128Gcm;
    let key = Secret::generate(&SystemRandom, method.key_len()).expect("random");
    let data = encrypt_octets(b"<a/>", &PlaintextType::Element, Encryption::new(method, &key), &SystemRandom)
        .expect("encrypts");
    let document = Document::parse(data.as_str(), &Limits::default()).expect("well-formed");
    let data = EncryptedData::parse(document.root()).expect("read");
    let budget = Budget::new(&Limits::default(), 0);
    budget.charge(Limit::ParsedOctets, budget.left(Limit::ParsedOctets) - 24).expect("is left");
    let refused = decrypt_xml(&data, &key, &budget).map(|plaintext| plaintext.into_xml());
    assert_eq!(refused, Err(budget.exceeded(Limit::ParsedOctets).into()));
}

#[test]
fn ciphertext_in_an_attachment_is_named_in_one_form() {
    const SWA: &str = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#";
    let named = |inside: &str| {
        let text = format!(
            "<x:EncryptedData xmlns:x='http://www.w3.org/2001/04/xmlenc#' xmlns:d='http://www.w3.org/2000/09/xmldsig#' Id='d' \
             MimeType='a/b' Type='{SWA}Attachment-Content-Only'><x:EncryptionMethod \
             Algorithm='http://www.w3.org/2009/xmlenc11#aes128-gcm'/><x:CipherData>{inside}</x:CipherData></x:EncryptedData>"
        );
        let document = Document::parse(text.as_str(), &Limits::default()).expect("well-formed");
        EncryptedData::parse(document.root()).map(|data| data.attachment().map(str::to_owned))
    };
    let transform = format!("<d:Transform Algorithm='{SWA}Attachment-Ciphertext-Transform'/>");
    let reference = |inside: &str| format!("<x:CipherReference URI='cid:a@b'>{inside}</x:CipherReference>");
    let transforms = |inside: &str| reference(&format!("<x:Transforms>{inside}</x:Transforms>"));
    let genuine = transforms(&transform);
    assert_eq!(named(&genuine), Ok(Some("cid:a@b".to_owned())));
    for wrong in [
        transforms(&transform.repeat(2)),
        transforms(&transform.replace("d:", "x:")),
        transforms(&transform.replace("/>", "><d:XPath/></d:Transform>")),
        transforms(&transform.replace("Ciphertext", "Content-Signature")),
        transforms(""),
        reference(&transform),
        reference(&format!("<x:Transforms>{transform}</x:Transforms><x:Transforms/>")),
        reference(&format!("<d:Transforms>{transform}</d:Transforms>")),
        genuine.replace("cid:", "http://"),
    ] {
        assert_eq!(named(&wrong), Err(DecryptError::CipherReference), "{wrong}");
    }
    for wrong in [genuine.replace("CipherReference", "Reference"), genuine.repeat(2), String::new()] {
        assert!(matches!(named(&wrong), Err(DecryptError::Structure(_))), "{wrong}");
    }
}
