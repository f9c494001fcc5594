//! Encrypted messages in the shapes of peers: what opens with nothing configured, what opens by a named call that the
//! error of the strict default names, and that nothing else opens with it.

mod common;
#[path = "common/encrypted.rs"]
mod encrypted;
#[path = "common/signed_again.rs"]
mod signed_again;

use common::*;
use encrypted::*;
use signed_again::signed_again;
use ws_security::c14n::{Document, Element, Limits};
use ws_security::crypto::{ContentEncryption, KeyTransport, SystemRandom};
use ws_security::prelude::*;
use ws_security::xmlenc::{DecryptError, Encryption, PlaintextType, encrypt_octets};
use ws_security::{
    AlgorithmPolicy, Correlation, DangerousNoReplayCache, Fault, FixedClock, KeyUseError, OpenError, PlanError,
    ProtectionToken, Secret, SecureConversation, Waiver,
};

fn parse(message: &str) -> Document<'_> {
    Document::parse(message, &Limits::default()).expect("well-formed")
}

fn find<'d>(document: &'d Document<'d>, local: &str) -> Element<'d> {
    document.elements().find(|element| element.name().local == local).unwrap_or_else(|| panic!("no {local}"))
}

fn bob() -> Receiver {
    receiver().decrypt_with(identity("bob"))
}

#[test]
fn a_secret_longer_than_its_cipher_takes_opens_by_a_named_call() {
    let (long, cipher) = (Secret::new((7..39).collect()), ContentEncryption::Aes128Gcm);
    let key = || key_to_bob(&long, KeyTransport::oaep_mgf1p(), &[ID]);
    let message = encrypted_afterwards(&leading(&long, 16), cipher, &key());
    let error = bob().open(&message).expect_err("refused");
    assert_eq!(error, OpenError::LongerSecret { octets: 32, wanted: 16 });
    assert!(error.to_string().contains("`accept_longer_secrets`"), "{error}");
    // On the wire it is one of the failures of decryption.
    let failed = OpenError::Decrypt(DecryptError::Failed);
    assert_eq!(Fault::naming(&error).code(), Fault::naming(&failed).code());
    let accepting = bob().accept_longer_secrets();
    let opened = accepting.open(&message).expect("opens");
    assert!(opened.body().xml().contains(AMOUNT));
    assert!(opened.evidence().waived.contains(&Waiver::LongerSecrets));

    // The other half, a shorter secret, or another key is none.
    let other_half = Secret::new(long.as_octets()[16..].to_vec());
    refuse(&bob(), &encrypted_afterwards(&other_half, cipher, &key()));
    let short = key_to_bob(&leading(&long, 24), KeyTransport::oaep_mgf1p(), &[ID]);
    let error = refuse(&bob(), &encrypted_afterwards(&long, ContentEncryption::Aes256Gcm, &short));
    assert_eq!(error, OpenError::ShorterKey { octets: 24, wanted: 32 });
    // What fits opens as before.
    let fitting = key_to_bob(&leading(&long, 16), KeyTransport::oaep_mgf1p(), &[ID]);
    for receiver in [bob(), accepting] {
        assert!(receiver.open(encrypted_afterwards(&leading(&long, 16), cipher, &fitting)).is_ok());
    }
}

/// RSA 1.5 does not tell whether what it unwraps is a key: a length that does not fit is one more way to fail.
#[test]
fn a_longer_secret_under_rsa_1_5_is_refused_like_every_wrong_key() {
    let long = Secret::new((7..39).collect());
    let key = key_to_bob(&long, KeyTransport::Rsa15, &[ID]);
    let message = encrypted_afterwards(&leading(&long, 16), ContentEncryption::Aes128Gcm, &key);
    let legacy = bob().algorithms(AlgorithmPolicy::everything_for_legacy_use_only());
    assert_eq!(legacy.open(&message).map(drop), Err(OpenError::Decrypt(DecryptError::Failed)));
    assert!(legacy.accept_longer_secrets().open(&message).is_ok());
}

/// AES-128 under the name of AES-256, as Rampart's symmetric binding without derived keys sends it.
#[test]
fn a_key_shorter_than_its_cipher_takes_opens_by_a_named_call() {
    let legacy = || bob().algorithms(AlgorithmPolicy::everything_for_legacy_use_only());
    let key = Secret::new((7..23).collect());
    let gcm = |transport| {
        let message = encrypted_afterwards(&key, ContentEncryption::Aes128Gcm, &key_to_bob(&key, transport, &[ID]));
        message.replacen("#aes128-gcm", "#aes256-gcm", 1)
    };
    let message = gcm(KeyTransport::oaep_mgf1p());
    let error = bob().open(&message).expect_err("refused");
    assert_eq!(error, OpenError::ShorterKey { octets: 16, wanted: 32 });
    assert!(error.to_string().contains("`accept_ciphers_by_key_length`"), "{error}");
    let failed = OpenError::Decrypt(DecryptError::Failed);
    assert_eq!(Fault::naming(&error).code(), Fault::naming(&failed).code());
    let accepting = bob().accept_ciphers_by_key_length();
    let opened = accepting.open(&message).expect("opens");
    assert!(opened.body().xml().contains(AMOUNT));
    assert!(opened.evidence().waived.contains(&Waiver::CiphersByKeyLength));

    // RSA 1.5 does not tell why, and the cipher that runs is admitted or not.
    let bare = gcm(KeyTransport::Rsa15);
    assert_eq!(legacy().open(&bare).map(drop), Err(failed.clone()));
    assert!(legacy().accept_ciphers_by_key_length().open(&bare).is_ok());
    let cbc =
        encrypted_afterwards(&key, ContentEncryption::Aes128Cbc, &key_to_bob(&key, KeyTransport::oaep_mgf1p(), &[ID]));
    let cbc = cbc.replacen("#aes128-cbc", "#aes256-cbc", 1);
    assert_eq!(legacy().dangerous_decrypt_cbc_before_verification().open(&cbc).map(drop).expect_err("refused"), error);
    let mut policy = AlgorithmPolicy::default();
    assert!(policy.admit_uri(ContentEncryption::Aes256Cbc.uri()));
    let named_alone = bob().algorithms(policy).dangerous_decrypt_cbc_before_verification();
    let refused = named_alone.accept_ciphers_by_key_length().open(&cbc).map(drop);
    let uri = ContentEncryption::Aes128Cbc.uri();
    assert_eq!(refused, Err(OpenError::Decrypt(DecryptError::NotAdmitted { uri })));

    // Another key of that length is none, nor is one that no cipher takes.
    let other = Secret::new((8..24).collect());
    let wrong = encrypted_afterwards(
        &other,
        ContentEncryption::Aes128Gcm,
        &key_to_bob(&key, KeyTransport::oaep_mgf1p(), &[ID]),
    );
    refuse(&bob(), &wrong.replacen("#aes128-gcm", "#aes256-gcm", 1));
    let odd = Secret::new((7..27).collect());
    let odd =
        encrypted_afterwards(&key, ContentEncryption::Aes128Gcm, &key_to_bob(&odd, KeyTransport::oaep_mgf1p(), &[ID]));
    refuse(&bob(), &odd.replacen("#aes128-gcm", "#aes256-gcm", 1));
}

/// Whether the padding of RSA 1.5 is right, and how long a key is inside, shows with no option: a sender who asks often learns
/// from it what others encrypted.
#[test]
fn rsa_1_5_tells_nothing_of_the_key_whatever_lengths_are_accepted() {
    let mut policy = AlgorithmPolicy::default();
    for uri in [KeyTransport::Rsa15.uri(), ContentEncryption::Aes256Cbc.uri(), ContentEncryption::Aes192Gcm.uri()] {
        assert!(policy.admit_uri(uri), "{uri}");
    }
    let strict = bob().algorithms(policy).dangerous_decrypt_cbc_before_verification();
    let receivers = [
        strict.clone(),
        strict.clone().accept_longer_secrets(),
        strict.clone().accept_ciphers_by_key_length(),
        strict.accept_longer_secrets().accept_ciphers_by_key_length(),
    ];
    let content = Secret::new((7..39).collect());
    for cipher in [ContentEncryption::Aes192Gcm, ContentEncryption::Aes256Cbc] {
        for receiver in &receivers {
            for len in [1, 8, 16, 24, 31, 32, 33, 48] {
                let key = key_to_bob(&Secret::new(vec![9; len]), KeyTransport::Rsa15, &[ID]);
                let message = encrypted_afterwards(&leading(&content, cipher.key_len()), cipher, &key);
                let refused = receiver.open(&message).map(drop);
                assert_eq!(refused, Err(OpenError::Decrypt(DecryptError::Failed)), "{len} octets for {}", cipher.uri());
            }
        }
    }
}

fn peer(name: &str) -> String {
    let path = format!("{}/tests/peers/{name}.xml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// CXF 4.2 in a suite of 128 bits answers a request whose key has 32 octets with the first 16 of them.
#[test]
fn a_reply_under_the_leading_octets_of_the_key_of_its_request_opens_by_a_named_call() {
    let (request, reply) = (peer("longer-secret-request"), peer("longer-secret-reply"));
    let at = |message: &str| {
        let created = find(&parse(message), "Created").text().expect("text").into_owned();
        FixedClock(ws_security::tokens::parse_instant(&created).expect("an instant"))
    };
    let both_ways = |message: &str| {
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]).dangerous_anonymous();
        Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache)
            .clock(std::sync::Arc::new(at(message)))
            .decrypt_with(identity("bob"))
            .algorithms(AlgorithmPolicy::default().admit_cbc())
            .dangerous_decrypt_cbc_before_verification()
    };
    let sent: Correlation = both_ways(&request).open(&request).expect("the request opens").correlation().clone();
    let strict = both_ways(&reply).accept_one_key_to_sign_and_encrypt();
    let error = strict.answering(&sent).open(&reply).expect_err("refused");
    assert_eq!(error, OpenError::LongerSecret { octets: 32, wanted: 16 });
    let accepting = strict.accept_longer_secrets();
    let opened = accepting.answering(&sent).open(&reply).expect("opens");
    assert!(opened.evidence().waived.contains(&Waiver::LongerSecrets));
    assert_eq!(opened.signer(), &ws_security::Signer::RequestReceiver);
    // The leading octets and the whole are one key.
    let refused = both_ways(&reply).accept_longer_secrets().answering(&sent).open(&reply).map(drop);
    assert!(matches!(refused, Err(OpenError::KeyUse(KeyUseError::SignsAndEncrypts { .. }))), "{refused:?}");
    let changed = reply.replacen("2026-11-27T14:48:39", "2026-11-27T14:49:39", 1);
    assert!(accepting.answering(&sent).open(&changed).is_err());
}

/// The octets of the secret that a recipe encrypts to Bob.
fn octets_sent(recipe: Recipe) -> usize {
    let secured = recipe.accept_one_key_to_sign_and_encrypt().plan().expect("a plan");
    let message = secured.message(&envelope(SOAP11)).secure().expect("secured").message;
    let document = parse(&message);
    let budget = ws_security::Budget::dangerous_unbounded();
    let key = ws_security::xmlenc::EncryptedKey::parse(find(&document, "EncryptedKey"), &budget).expect("a key");
    let bob = identity("bob");
    key.unwrap_with(bob.unwrapping_key().as_ref(), None).expect("unwrapped").len()
}

#[test]
fn the_octets_of_a_sent_secret_are_one_setting_and_fit_the_cipher() {
    let token = || ProtectionToken::encrypted_to(&certificate("bob"));
    let mac = |token: &ProtectionToken| Signing::with_token(token).parts([Part::Body, Part::Timestamp]);
    let cipher = |token: &ProtectionToken, cipher| Encrypting::with_token(token).content(cipher).parts([Part::Body]);
    for (content, octets) in [(ContentEncryption::Aes128Gcm, 16), (ContentEncryption::Aes256Gcm, 32)] {
        let token = token();
        // Whichever step comes first.
        assert_eq!(octets_sent(recipe().sign(mac(&token)).encrypt(cipher(&token, content))), octets);
        assert_eq!(octets_sent(recipe().encrypt(cipher(&token, content)).sign(mac(&token))), octets);
        let derived = token.derived_keys(SecureConversation::V1_3);
        assert_eq!(octets_sent(recipe().sign(mac(&derived)).encrypt(cipher(&derived, content))), 32);
        let derived = derived.key_octets(octets);
        assert_eq!(octets_sent(recipe().sign(mac(&derived)).encrypt(cipher(&derived, content))), octets);
    }
    assert_eq!(octets_sent(recipe().sign(mac(&token()))), 32);
    assert_eq!(octets_sent(recipe().sign(mac(&token().key_octets(16)))), 16);
    let planned = |octets: usize| {
        let token = token().key_octets(octets);
        let recipe = recipe().sign(mac(&token)).encrypt(cipher(&token, ContentEncryption::Aes128Gcm));
        recipe.accept_one_key_to_sign_and_encrypt().plan().map(drop)
    };
    assert_eq!(planned(16), Ok(()));
    let error = planned(32).expect_err("refused");
    assert_eq!(error, PlanError::KeyLength { found: 32, wanted: 16 });
    assert!(error.to_string().contains("`key_octets`"), "{error}");
    assert_eq!(planned(65), Err(PlanError::KeyOctets { octets: 65 }));
    assert_eq!(planned(15), Err(PlanError::KeyUse(KeyUseError::TooShort { octets: 15 })));
}

/// That `strict` refuses the message by the name of `call`, that `accepting` opens it, and that it opens nothing else.
#[track_caller]
fn opens_by(strict: &Receiver, accepting: &Receiver, call: &str, waiver: Waiver, message: &str) {
    let error = strict.open(message).map(drop).expect_err("refused");
    assert!(error.to_string().contains(&format!("`{call}`")), "{error}");
    let opened = accepting.open(message).unwrap_or_else(|error| panic!("{error}\n{message}"));
    assert!(opened.body().xml().contains(AMOUNT));
    assert!(opened.evidence().waived.contains(&waiver));
    let (before, rest) = message.split_once("CipherValue>").expect("ciphertext");
    let first = if rest.starts_with('A') { "B" } else { "A" };
    for changed in [
        message.replacen("urn:pay", "urn:other", 1),
        message.replacen("<wsu:Expires>2", "<wsu:Expires>3", 1),
        format!("{before}CipherValue>{first}{}", &rest[1..]),
    ] {
        assert_ne!(changed, *message);
        assert!(accepting.open(&changed).is_err(), "{changed}");
        refuse(strict, &changed);
    }
}

/// mvantellingen/python-zeep#1230, auth0/node-xml-encryption#22: no list, the key in the header or in its own KeyInfo; the
/// signature over the plaintext or the ciphertext.
#[test]
fn ciphertext_that_no_list_names_opens_by_a_named_call() {
    let secret = sixteen();
    let key = key_to_bob(&secret, oaep(), &[]);
    for signed in [Signed::Plaintext, Signed::Ciphertext] {
        for (key_info, in_front) in [(by_reference(), key.as_str()), (key.clone(), "")] {
            let encrypt = |octets: &[u8]| data(&secret, &PlaintextType::Content, Some(&key_info), octets);
            let message = shaped(signed, &encrypt, in_front, "");
            let accepting = bob().accept_unlisted_encrypted_data();
            let call = "accept_unlisted_encrypted_data";
            opens_by(&bob(), &accepting, call, Waiver::UnlistedEncryptedData, &message);
            // It is for someone else: said so, and opened to nobody.
            let carol = receiver().decrypt_with(identity("carol")).accept_unlisted_encrypted_data();
            let error = carol.open(&message).map(drop).expect_err("refused").to_string();
            assert!(error.contains("no key of ours fits"), "{error}");
        }
    }
}

#[test]
fn cbc_ciphertext_that_no_list_names_is_opened_only_under_a_signature() {
    let secret = sixteen();
    let key = key_to_bob(&secret, oaep(), &[]);
    let encrypt = |octets: &[u8]| {
        let (kind, cipher) = (PlaintextType::Content, ContentEncryption::Aes128Cbc);
        encrypt_octets(octets, &kind, Encryption::new(cipher, &secret).id(ID).key_info(key.as_str()), &SystemRandom)
            .expect("encrypted")
    };
    let accepting = bob().algorithms(AlgorithmPolicy::default().admit_cbc()).accept_unlisted_encrypted_data();
    let message = shaped(Signed::Plaintext, &encrypt, "", "");
    assert_eq!(accepting.open(&message).map(drop), Err(OpenError::UnauthenticatedCbc));
    assert!(accepting.open(shaped(Signed::Ciphertext, &encrypt, "", "")).is_ok(), "the key is signed with it");
}

/// Whoever changes the signature and the ciphertext learns nothing of the plaintext.
#[test]
fn ciphertext_that_no_list_names_waits_for_a_signature_value_that_verifies() {
    let secret = sixteen();
    let key = key_to_bob(&secret, oaep(), &[]);
    let encrypt = |octets: &[u8]| data(&secret, &PlaintextType::Content, Some(&key), octets);
    let accepting = bob().accept_unlisted_encrypted_data();
    let message = shaped(Signed::Plaintext, &encrypt, "", "");
    assert!(accepting.open(&message).is_ok());
    // The value in this element, with another first letter.
    let changed = |message: &str, behind: &str, element: &str| {
        let from = message.find(behind).expect("what is before it");
        let at = from + message[from..].find(element).expect("the value") + element.len();
        let other = if message[at..].starts_with('A') { "B" } else { "A" };
        format!("{}{other}{}", &message[..at], &message[at + 1..])
    };
    let content = |message: &str| {
        let at = message.rfind("<xenc:CipherValue>").expect("the content");
        format!("{}{}", &message[..at], changed(&message[at..], "<", "<xenc:CipherValue>"))
    };
    let unproven = changed(&message, "<ds:Signature ", "<ds:SignatureValue>");
    let error = refuse(&accepting, &unproven);
    assert!(!matches!(error, OpenError::Decrypt(_)), "{error}");
    assert_eq!(refuse(&accepting, &content(&unproven)), error);
    assert_eq!(refuse(&accepting, &content(&message)), OpenError::Decrypt(DecryptError::Failed));
}

#[test]
fn a_list_in_another_namespace_names_nothing() {
    let secret = sixteen();
    let key = key_to_bob(&secret, oaep(), &[]);
    let encrypt = |octets: &[u8]| data(&secret, &PlaintextType::Content, Some(&by_reference()), octets);
    let message = |list: &str| shaped(Signed::Plaintext, &encrypt, &format!("{key}{list}"), "");
    let other = list().replacen("<xenc:ReferenceList", "<o:ReferenceList xmlns:o=\"urn:other\"", 1);
    let other = other.replacen("</xenc:ReferenceList>", "</o:ReferenceList>", 1);
    assert!(bob().open(message(&list())).is_ok());
    // A call admits ciphertext that no list names, and `lenient` makes it.
    let refused = |list: &str| refuse_strictly(&bob(), &message(list));
    assert_eq!(refused(&other), refused(""));
}

/// A list behind the ciphertext of the header, and ciphertext there without a list.
#[test]
fn ciphertext_of_the_header_opens_before_its_list_and_without_one_by_a_named_call() {
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body, Part::Signature]);
    let golden = recipe().sign(signing()).encrypt(encrypting).secured(&envelope(SOAP11));
    let (before, rest) = golden.split_once("<xenc:EncryptedKey").expect("a key");
    let (key, after) = rest.split_once("</xenc:EncryptedKey>").expect("its end");
    let key = format!("<xenc:EncryptedKey{key}</xenc:EncryptedKey>");
    let accepting = bob().accept_unlisted_encrypted_data();
    assert!(accepting.open(&golden).is_ok());
    let behind = format!("{before}{after}").replacen("</wsse:Security>", &format!("{key}</wsse:Security>"), 1);
    // The Signature is in front of the list, and the Body is read by it first.
    opens_by(&bob(), &accepting, "accept_unlisted_encrypted_data", Waiver::UnlistedEncryptedData, &behind);
}

/// Apache/santuario and others: the EncryptedKey is where its data is, with a list in the header that names the data.
#[test]
fn keys_outside_the_header_open_by_a_named_call() {
    let secret = sixteen();
    let key = key_to_bob(&secret, oaep(), &[]);
    let block = format!("<k:Keys xmlns:k=\"urn:k\">{key}</k:Keys>");
    let retrieval = "<ds:RetrievalMethod Type=\"http://www.w3.org/2001/04/xmlenc#EncryptedKey\" URI=\"#EK-1\">\
                     </ds:RetrievalMethod>";
    let accepting = bob().accept_encrypted_keys_outside_the_header();
    let (call, waiver) = ("accept_encrypted_keys_outside_the_header", Waiver::EncryptedKeysOutsideTheHeader);
    let wsse = ws_security::c14n::name::WSSE.uri;
    let embedded = format!(
        "<wsse:SecurityTokenReference xmlns:wsse=\"{wsse}\"><wsse:Embedded>{key}</wsse:Embedded></wsse:SecurityTokenReference>"
    );
    for (key_info, before) in
        [(key.clone(), ""), (embedded, ""), (by_reference(), block.as_str()), (retrieval.to_owned(), block.as_str())]
    {
        let encrypt = |octets: &[u8]| data(&secret, &PlaintextType::Content, Some(&key_info), octets);
        let message = shaped(Signed::Plaintext, &encrypt, &list(), before);
        opens_by(&bob(), &accepting, call, waiver, &message);
    }
}

/// The `#` is forgotten in a list, in the list of a key, and where a KeyInfo retrieves its key.
#[test]
fn lists_and_retrievals_without_a_hash_open_by_a_named_call() {
    let key = sixteen();
    let listed = key_to_bob(&key, oaep(), &[ID]);
    let bare = |xml: &str, from: &str| {
        let changed = xml.replacen(&format!("{from} URI=\"#"), &format!("{from} URI=\""), 1);
        assert_ne!(changed, xml);
        changed
    };
    let own_list = encrypted_afterwards(&key, ContentEncryption::Aes128Gcm, &bare(&listed, "<xenc:DataReference"));
    let strict = bob().accept_encrypted_keys_outside_the_header();
    let accepting = strict.clone().accept_references_without_hash();
    let opens = |message: &str| {
        opens_by(&strict, &accepting, "accept_references_without_hash", Waiver::ReferencesWithoutHash, message);
    };
    opens(&own_list);
    let unlisting = key_to_bob(&key, oaep(), &[]);
    let block = format!("<k:Keys xmlns:k=\"urn:k\">{unlisting}</k:Keys>");
    let retrieval = "<ds:RetrievalMethod URI=\"#EK-1\"></ds:RetrievalMethod>";
    for (key_info, list, at_front) in [
        (by_reference(), bare(&list(), "<xenc:DataReference"), true),
        (bare(&by_reference(), "<wsse:Reference"), list(), true),
        (bare(&by_reference(), "<wsse:Reference"), list(), false),
        (bare(retrieval, "<ds:RetrievalMethod"), list(), false),
    ] {
        let encrypt = |octets: &[u8]| data(&key, &PlaintextType::Content, Some(&key_info), octets);
        let (front, before) = if at_front { (format!("{unlisting}{list}"), "") } else { (list, block.as_str()) };
        opens(&shaped(Signed::Plaintext, &encrypt, &front, before));
    }
    let elsewhere =
        own_list.replacen(&format!("<xenc:DataReference URI=\"{ID}\""), "<xenc:DataReference URI=\"urn:x\"", 1);
    assert!(matches!(refuse(&bob(), &elsewhere), OpenError::EncryptedData { .. }));
}

#[test]
fn ciphertext_without_a_type_opens_by_a_named_call() {
    let secret = sixteen();
    let encrypt = |octets: &[u8]| data(&secret, &PlaintextType::Other(None), None, octets);
    let key = key_to_bob(&secret, oaep(), &[ID]);
    let message = shaped(Signed::Plaintext, &encrypt, &key, "");
    let accepting = bob().accept_encrypted_data_without_type();
    let call = "accept_encrypted_data_without_type";
    opens_by(&bob(), &accepting, call, Waiver::EncryptedDataWithoutType, &message);
    let other = message.replacen("<xenc:EncryptedData ", "<xenc:EncryptedData Type=\"urn:other\" ", 1);
    assert_ne!(other, message);
    refuse(&accepting, &other);
}

/// A header block that was encrypted without `wsse11:EncryptedHeader` around it, as WS-Security 1.0 has it: signed in plaintext
/// or as ciphertext.
#[test]
fn ciphertext_among_the_header_blocks_opens_by_a_named_call() {
    let to = || Part::header_block(WSA, "To");
    let (call, waiver) = ("accept_encrypted_data_as_header_blocks", Waiver::EncryptedDataAsHeaderBlocks);
    let demands = |requirements: Requirements| {
        let requirements = requirements.also_signed([to()]).encrypted([to()]);
        Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"))
    };
    let strict = demands(Requirements::signed([Part::Body, Part::Timestamp]));
    let accepting = strict.clone().accept_encrypted_data_as_header_blocks();
    let signing = || signing().parts([to()]);
    let encrypting = || Encrypting::to(&certificate("bob")).parts([to()]);
    let bare = |message: &str| {
        let (block, _) = outer(message, "wsse11:EncryptedHeader");
        let (data, id) = outer(block, "xenc:EncryptedData");
        let own = block.split_once("wsu:Id=\"").expect("an Id").1.split_once('"').expect("its end").0;
        message.replacen(block, data, 1).replace(&format!("#{own}"), &format!("#{id}"))
    };
    let in_plaintext = bare(&recipe().sign(signing()).encrypt(encrypting()).secured(&envelope(SOAP11)));
    let as_ciphertext = bare(&recipe().encrypt(encrypting()).sign(signing()).secured(&envelope(SOAP11)));
    let as_ciphertext = signed_again(&as_ciphertext).expect("signed again");
    for message in [&in_plaintext, &as_ciphertext] {
        opens_by(&strict, &accepting, call, waiver, message);
        let opened = accepting.open(message).expect("opens");
        let block = opened.header_block(WSA, "To").expect("the block");
        assert!(block.xml().contains("urn:bank"), "{}", block.xml());
        // Content is no header block, and no list names another one.
        let (data, _) = outer(message, "xenc:EncryptedData");
        let content = data.replacen("xmlenc#Element", "xmlenc#Content", 1);
        refuse_strictly(&accepting, &message.replacen(data, &content, 1));
        refuse_strictly(
            &accepting,
            &message.replacen(data, &format!("<x:Block xmlns:x=\"urn:x\">{data}</x:Block>"), 1),
        );
        refuse_strictly(&accepting, &message.replacen(data, "", 1));
    }
    // No list names it: each of two calls says what is missing.
    let (before, rest) = in_plaintext.split_once("<xenc:ReferenceList>").expect("a list");
    let (_, after) = rest.split_once("</xenc:ReferenceList>").expect("its end");
    let (key, _) = outer(&in_plaintext, "xenc:EncryptedKey");
    assert!(key.contains("<xenc:ReferenceList>"));
    let unlisted = format!("{before}{after}");
    assert!(strict.open(&unlisted).is_err() && accepting.open(&unlisted).is_err());
}

/// What was signed as ciphertext inside the Body is moved among the header blocks, where the receiver wants such a block, too.
#[test]
fn ciphertext_that_may_have_been_moved_among_the_header_blocks_is_refused() {
    let path = ws_security::ElementPath::parse("Body/{urn:p}Pay").expect("a path");
    let inner = Part::element(path);
    let clear = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header></s:Header><s:Body><p:Pay xmlns:p=\"urn:p\">1</p:Pay></s:Body></s:Envelope>"
    );
    let encrypting = Encrypting::to(&certificate("bob")).parts([inner.clone()]);
    let signing = Signing::with(&identity("alice")).parts([Part::Timestamp, inner.clone()]);
    let message = recipe().encrypt(encrypting).sign(signing).secured(&clear);
    let block = Part::header_block("urn:p", "Pay");
    let demanding = |demanded: &Part, optional: &[Part]| {
        let requirements = Requirements::dangerous_unsigned().also_signed([Part::Timestamp, demanded.clone()]);
        let requirements = requirements.signed_if_present(optional.to_vec());
        let receiver = Receiver::new(trust(), requirements, DangerousNoReplayCache);
        receiver.decrypt_with(identity("bob")).accept_encrypted_data_as_header_blocks()
    };
    assert!(demanding(&inner, &[]).open_parts(&message).is_ok());
    let (data, _) = outer(&message, "xenc:EncryptedData");
    let moved = message.replacen(data, "", 1).replacen("</s:Header>", &format!("{data}</s:Header>"), 1);
    assert!(demanding(&inner, &[]).open_parts(&moved).is_err());
    let error = demanding(&block, std::slice::from_ref(&inner)).open_parts(&moved).map(drop).expect_err("moved");
    assert!(matches!(error, OpenError::Interchangeable { .. }), "{error}");
}

/// The element of this qualified name, and its Id.
fn outer<'m>(message: &'m str, name: &str) -> (&'m str, &'m str) {
    let start = message.find(&format!("<{name} ")).unwrap_or_else(|| panic!("no {name}"));
    let end = start + message[start..].find(&format!("</{name}>")).expect("its end") + name.len() + 3;
    let element = &message[start..end];
    let id = element.split_once(" Id=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(id, _)| id);
    (element, id)
}
