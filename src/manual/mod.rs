//! How to: one page for each kind of token, and for what is done with them. Every piece of code here runs as a test.
//!
//! | to | read |
//! |---|---|
//! | log a user in by password, or sign with one | [`username`] |
//! | sign with a certificate, and choose how it is referred to | [`x509`] |
//! | protect both directions with one key (symmetric binding), derive keys, use a security context | [`symmetric`] |
//! | answer a request with its key, and confirm its signatures | [`replies`] |
//! | send, vouch for or accept SAML assertions | [`saml`] |
//! | use Kerberos tickets | [`kerberos`] |
//! | accept licenses | [`licenses`] |
//! | answer with a fault | [`faults`] |
//! | accept each message once, with one process or with many | [`replay`] |
//! | stand in the middle | [`intermediaries`] |
//! | send signed and encrypted attachments beside the envelope, however large | [`attachments`] |
//! | exchange AS4 messages, and receipts for them | [`as4`] |
//! | raise or lower what a message may cost | [`limits`] |
//! | judge a message by BSP 1.1, enforce the profile, or break it where a peer demands it | [`profile`] |

/// User names and passwords (Username Token Profile 1.1.1).
///
/// A digest proves that the sender has the password without sending it; Nonce and Created are added, and the receiver
/// refuses both a second time. Some services (Amadeus among them) digest the SHA-1 of the password: give
/// [`Password::sha1_of`](crate::Password::sha1_of), and let the [`PasswordSource`](crate::PasswordSource) of the
/// service return the same.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::Secret;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let message = Recipe::new().username_digest("ann", "s3cret").plan()?.message(ENVELOPE).secure()?.message;
///
/// let requirements = Requirements::dangerous_unsigned().username_token();
/// let receiver = Receiver::new(Trust::no_certificates(), requirements, MemoryReplayCache::default())
///     .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())));
/// let opened = receiver.dangerous_open_unsigned(&message)?;
/// assert_eq!(opened.user().map(|user| user.username()), Some("ann"));
/// assert!(receiver.dangerous_open_unsigned(&message).is_err(), "a replay");
/// # Ok(())
/// # }
/// ```
///
/// A password in the clear needs `over_protected_transport` on both sides, or encryption in the same recipe. A device
/// whose clock is off is met with a [`ShiftedClock`](crate::ShiftedClock).
///
/// A password can also make a key that signs (HMAC) and encrypts (AES-128). It is as weak as the password:
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::{ProtectionToken, Secret, Signer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = ProtectionToken::username("ann", "s3cret");
/// let signing = Signing::with_token(&key).parts([Part::Body, Part::Timestamp]);
/// let message = Recipe::new().timestamp(LIFETIME).sign(signing).plan()?.message(ENVELOPE).secure()?.message;
///
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
/// let receiver = Receiver::new(Trust::no_certificates(), requirements, MemoryReplayCache::default())
///     .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())));
/// let opened = receiver.open(&message)?;
/// assert!(matches!(opened.signer(), Signer::User(user) if user.username() == "ann"));
/// # Ok(())
/// # }
/// ```
pub mod username {}

#[doc = include_str!("limits.md")]
pub mod limits {}

/// Certificates (X.509 Token Profile 1.1.1).
///
/// By default the certificate travels in a BinarySecurityToken. A peer that has it can be given a reference instead:
/// issuer and serial number (in the spelling that peer compares), key identifier, or thumbprint; and a path goes as a
/// PKIPath or a PKCS#7 bag. What a message only names, the receiver must [know](crate::Trust::known); knowing is not
/// trusting.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::{NameForm, ReferenceForm};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// for form in [ReferenceForm::Direct, ReferenceForm::Thumbprint, ReferenceForm::IssuerSerialAs(NameForm::Dotnet)] {
///     // The token is signed too, through the reference to it where it is not in the message (STR-Transform).
///     let signing = Signing::with(&identity("alice"))
///         .reference(form)
///         .parts([Part::Body, Part::Timestamp, Part::SigningToken])
///         .token_by_reference();
///     let message = Recipe::new().timestamp(LIFETIME).sign(signing).plan()?.message(ENVELOPE).secure()?.message;
///
///     let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::SigningToken]).x509_token();
///     let trust = below_our_ca().known([certificate("alice")]);
///     let opened = Receiver::new(trust, requirements, MemoryReplayCache::default()).open(&message)?;
///     assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
/// }
/// # Ok(())
/// # }
/// ```
///
/// Revocation lists make the status of the whole path a condition. [`Trust::revocation`](crate::Trust::revocation) says if
/// less is enough, and the evidence says so, too. Lists are read once: to take new ones, make a new receiver.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::{OpenError, Revocation, TrustError};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let by = |name: &str| -> Result<String, Box<dyn std::error::Error>> {
///     let signing = Signing::with(&identity(name)).parts([Part::Body, Part::Timestamp]);
///     Ok(Recipe::new().timestamp(LIFETIME).sign(signing).plan()?.message(ENVELOPE).secure()?.message)
/// };
/// let trust = below_our_ca().crls(&file("ca.crl"))?.revocation(Revocation::EndEntity);
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
/// let receiver = Receiver::new(trust, requirements, MemoryReplayCache::default());
/// assert!(receiver.open(&by("alice")?).is_ok());
/// let refused = receiver.open(&by("carol")?);
/// assert!(matches!(refused, Err(OpenError::Trust(TrustError::Revoked { .. }))));
/// # Ok(())
/// # }
/// ```
pub mod x509 {}

/// Keys both sides have (the symmetric binding of WS-SecurityPolicy; WS-SecureConversation).
///
/// A [`ProtectionToken`](crate::ProtectionToken) brings a key: encrypted to the service, out of a password, out of a
/// security context, a ticket or an assertion. Give each use a key of its own with `derived_keys`: a key that signs does not
/// encrypt. Where a peer takes no derived keys (WSS4J, CXF, Metro and Rampart under the suites `Basic128` and `Basic256`),
/// `accept_one_key_to_sign_and_encrypt` on both sides lets a key out of an `xenc:EncryptedKey`, a ticket or an assertion do
/// both; the secret of a security context never does.
///
/// A key that was encrypted to the service says nothing about who sent it. Someone must answer for it: with an endorsing
/// signature, as here, or with a username token whose password is sent as text, signed and encrypted with it: a digest
/// can be copied from another message. Otherwise
/// [`Receiver::open`](crate::Receiver::open) refuses, unless the requirements say `dangerous_anonymous`.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::{ProtectionToken, SecureConversation};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
/// let plan = Recipe::new()
///     .timestamp(LIFETIME)
///     .sign(Signing::with_token(&key).parts([Part::Body, Part::Timestamp]))
///     .sign(Signing::with(&identity("alice")).parts([Part::Signature])) // endorses
///     .encrypt(Encrypting::with_token(&key).parts([Part::Body, Part::Signature]))
///     .plan()?;
/// let message = plan.message(ENVELOPE).secure()?.message;
///
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
/// let receiver = Receiver::new(below_our_ca(), requirements, MemoryReplayCache::default());
/// let opened = receiver.decrypt_with(identity("bob")).open(&message)?;
/// assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
/// # Ok(())
/// # }
/// ```
///
/// The secret of a security context is looked up by its identifier:
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::{ProtectionToken, Secret, SecureConversation};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = || Secret::new(vec![7; 32]); // as WS-Trust gave it
/// let context = ProtectionToken::security_context(SecureConversation::V2005, "urn:uuid:1", secret())
///     .derived_keys(SecureConversation::V2005);
/// let signing = Signing::with_token(&context).parts([Part::Body, Part::Timestamp]);
/// let message = Recipe::new().timestamp(LIFETIME).sign(signing).plan()?.message(ENVELOPE).secure()?.message;
///
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
/// let receiver = Receiver::new(Trust::no_certificates(), requirements, MemoryReplayCache::default())
///     .security_contexts(move |identifier: &str, _: Option<&str>| (identifier == "urn:uuid:1").then(secret));
/// receiver.open(&message)?;
/// # Ok(())
/// # }
/// ```
pub mod symmetric {}

/// Replies: with the key of the request, confirming its signatures, encrypted to its signer.
///
/// Both sides keep a [`Correlation`](crate::Correlation): the client from what it [secured](crate::Secured), the service from the
/// [opened request](crate::Opened::correlation). A reply that answers another request is refused, and so is the request itself, sent back.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::{ProtectionToken, Secured};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // The client asks.
/// let key = ProtectionToken::encrypted_to(&certificate("bob"));
/// let ask = Recipe::new()
///     .timestamp(LIFETIME)
///     .sign(Signing::with_token(&key).parts([Part::Body, Part::Timestamp]))
///     .sign(Signing::with(&identity("alice")).parts([Part::Signature]))
///     .plan()?;
/// let Secured { message: request, correlation: sent } = ask.message(ENVELOPE).secure()?;
///
/// // The service answers.
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
/// let service = Receiver::new(below_our_ca(), requirements.clone(), MemoryReplayCache::default());
/// let opened = service.decrypt_with(identity("bob")).open(&request)?;
/// let answer = Recipe::new()
///     .timestamp(LIFETIME)
///     .signature_confirmation()
///     .sign(Signing::with_token(&ProtectionToken::of_request()).parts([Part::Body, Part::Timestamp]))
///     .encrypt(Encrypting::to_requester().parts([Part::Body]))
///     .plan()?;
/// let reply = answer.message(ENVELOPE).answering(opened.correlation()).secure()?.message;
///
/// // The client reads the answer to what it asked.
/// let client = Receiver::new(Trust::no_certificates(), requirements.signature_confirmation(), MemoryReplayCache::default())
///     .decrypt_with(identity("alice"));
/// client.open_reply(&reply, &sent)?;
/// # Ok(())
/// # }
/// ```
pub mod replies {}

/// SAML assertions, 1.1 and 2.0 (SAML Token Profile 1.1.1).
///
/// An [`AssertionTrust`](crate::AssertionTrust) says whose assertions count and for whom they must be meant. Who sends
/// one must show that it is about itself: by signing with the key it names (holder-of-key), or through a third party
/// that signs assertion and Body together (sender-vouches). Bearer assertions are accepted only where
/// `accept_bearer` says so, and once; and only where the signer of the Body covers them, or the transport is declared
/// protected: anyone who saw one can copy it.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::crypto::SystemRandom;
/// use ws_security::{AssertionTrust, NewAssertion, SamlVersion};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Carol issues an assertion about Alice, whose key confirms it.
/// let assertion = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=alice")
///     .holder_of_key(&certificate("alice"))
///     .audience("urn:bank")
///     .attribute("role", ["teller"])
///     .sign(&identity("carol"), now(), &SystemRandom)?;
///
/// // Alice attaches it as it stands, and signs as its subject.
/// let signing = Signing::with(&identity("alice")).holder_of_key().parts([Part::Body, Part::Timestamp]);
/// let plan = Recipe::new().timestamp(LIFETIME).token(assertion).sign(signing).plan()?;
/// let message = plan.message(ENVELOPE).secure()?.message;
///
/// let trust = AssertionTrust::for_audience("urn:bank")
///     .issuer("https://idp.example", Trust::pins([certificate("carol")]));
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]).saml_token(SamlVersion::V2_0);
/// let receiver = Receiver::new(Trust::no_certificates(), requirements, MemoryReplayCache::default()).assertions(trust);
/// let opened = receiver.open(&message)?;
/// let said = opened.assertions()[0].assertion();
/// assert_eq!(said.subject(), Some("uid=alice"));
/// assert_eq!(said.attribute("role"), Some(&["teller".to_owned()][..]));
/// # Ok(())
/// # }
/// ```
///
/// To vouch for someone, sign `Part::Assertion` with the Body; to accept that, name the attesters with
/// [`AssertionTrust::sender_vouches`](crate::AssertionTrust::sender_vouches).
pub mod saml {}

/// Kerberos tickets (Kerberos Token Profile 1.1.1).
///
/// Tickets come through [`KerberosInitiator`](crate::KerberosInitiator) and go through
/// [`KerberosAcceptor`](crate::KerberosAcceptor). With the feature `kerberos`, `ws_security::kerberos` fills both with
/// MIT Kerberos; here they are two closures around a ticket made up for the example.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::{KerberosSession, KerberosTicket, ProtectionToken, SecureConversation, Secret, Signer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let gss_token = [&[0x60, 0x10, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02, 0x01, 0x00][..], &[0x6E, 1, 0]].concat();
/// # let known = gss_token.clone();
/// let key = || Secret::new(vec![5; 32]);
/// let ticket = ProtectionToken::kerberos(move || Some(KerberosTicket { gss_token: gss_token.clone(), key: key() }))
///     .derived_keys(SecureConversation::V1_3);
/// let signing = Signing::with_token(&ticket).parts([Part::Body, Part::Timestamp]);
/// let message = Recipe::new().timestamp(LIFETIME).sign(signing).plan()?.message(ENVELOPE).secure()?.message;
///
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]).kerberos_token();
/// let receiver = Receiver::new(Trust::no_certificates(), requirements, MemoryReplayCache::default()).kerberos(
///     move |token: &[u8]| (token == known).then(|| KerberosSession { principal: "ann@EXAMPLE".to_owned(), key: key() }),
/// );
/// let opened = receiver.open(&message)?;
/// assert!(matches!(opened.signer(), Signer::Kerberos { principal } if principal == "ann@EXAMPLE"));
/// # Ok(())
/// # }
/// ```
pub mod kerberos {}

/// Licenses (REL Token Profile 1.1.1): opaque XML, which [`Licenses`](crate::Licenses) of the application read.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let license = "<r:license xmlns:r=\"urn:mpeg:mpeg21:2003:01-REL-R-NS\" xmlns:wsu=\"http://docs.oasis-open.org/wss/\
///     2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" wsu:Id=\"l1\"><r:grant>Alice</r:grant></r:license>";
/// let signing = Signing::with(&identity("alice")).holder_of_key().parts([Part::Body, Part::Timestamp]);
/// let plan = Recipe::new().timestamp(LIFETIME).token(license).sign(signing).plan()?;
/// let message = plan.message(ENVELOPE).secure()?.message;
///
/// // The application checks the license's issuer, and says whose key it names.
/// let read = |license: &str| license.contains("Alice").then(|| certificate("alice").public_key().clone());
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
/// let receiver = Receiver::new(Trust::no_certificates(), requirements, MemoryReplayCache::default()).licenses(read);
/// receiver.open(&message)?;
/// # Ok(())
/// # }
/// ```
pub mod licenses {}

/// Faults: [`OpenError`](crate::OpenError) is for the log, [`Fault`](crate::Fault) for the wire.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::{Fault, FaultCode, SoapVersion, UnauthenticatedFault};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let receiver = Receiver::new(below_our_ca(), Requirements::signed([Part::Body]), MemoryReplayCache::default());
/// let error = receiver.open(ENVELOPE).expect_err("it has no Security header");
/// // One code for everything teaches an attacker nothing; a code of the standard's list helps a peer one trusts.
/// let opaque = Fault::refused().envelope(SoapVersion::of(ENVELOPE));
/// let telling = Fault::naming(&error);
/// assert_eq!(telling.code(), FaultCode::InvalidSecurity);
/// // Who receives a fault without a signature learns that the exchange failed, and nothing it could rely on.
/// assert_eq!(UnauthenticatedFault::read(&opaque).map(|fault| fault.reason().to_owned()), Some("The message was refused".to_owned()));
/// # Ok(())
/// # }
/// ```
pub mod faults {}

/// Intermediaries: open the header for one's own role, and send every other octet on as it came.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sign = |who: &str| Signing::with(&identity(who)).parts([Part::Body, Part::Timestamp]);
/// let plan = Recipe::new().timestamp(LIFETIME).sign(sign("alice")).plan()?;
/// let for_service = plan.message(ENVELOPE).secure()?.message;
/// let plan = Recipe::new().actor("urn:node").timestamp(LIFETIME).sign(sign("carol")).plan()?;
/// let for_node = plan.message(&for_service).secure()?.message;
///
/// let requirements = || Requirements::signed([Part::Body, Part::Timestamp]);
/// let node = Receiver::new(below_our_ca(), requirements(), MemoryReplayCache::default()).actor("urn:node").forwards();
/// let opened = node.open(&for_node)?;
/// let forwarded = opened.forwarded().expect("the receiver forwards");
/// assert_eq!(forwarded, for_service);
/// Receiver::new(below_our_ca(), requirements(), MemoryReplayCache::default()).open(forwarded)?;
/// # Ok(())
/// # }
/// ```
pub mod intermediaries {}

/// The Basic Security Profile 1.1: a verdict on every requirement, on one message, in one pass.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::bsp::{self, Context, Outcome, Enforcement, Rule, Variant};
/// use ws_security::{OpenError, PlanError, ReferenceForm};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
/// let message = Recipe::new().timestamp(LIFETIME).sign(signing.clone()).plan()?.message(ENVELOPE).secure()?.message;
/// let report = bsp::report(&message, &Context::new())?;
/// assert!(report.conforms());
///
/// // What breaks a rule is found whatever else is wrong, with its place.
/// let broken = message.replace("Z</wsu:Created>", "</wsu:Created>");
/// let report = bsp::report(&broken, &Context::new())?;
/// let verdict = report.verdict(Rule::R3217);
/// assert_eq!(verdict.outcome(), Outcome::Fail);
/// assert!(verdict.places()[0].path.ends_with("/wsu:Timestamp/wsu:Created"));
/// assert_eq!(&broken[verdict.places()[0].span.clone()][..13], "<wsu:Created>");
///
/// // What a message of ours would break needs a call that names the rule.
/// let by_value = Recipe::new().timestamp(LIFETIME).sign(signing.reference(ReferenceForm::KeyValue));
/// assert!(matches!(by_value.clone().plan(), Err(PlanError::Bsp { rule: Rule::R5417, .. })));
/// let for_a_camera = by_value.waive(Rule::R5417).plan()?.message(ENVELOPE).secure()?.message;
///
/// // A service refuses what breaks the profile, where it is told to; safety never depends on it.
/// let receiver = |variant: Variant| {
///     Receiver::new(Trust::pins([certificate("alice")]), Requirements::signed([Part::Body]), MemoryReplayCache::default())
///         .bsp(Enforcement::Enforce(variant))
/// };
/// let refused = receiver(Variant::as_deployed()).open(&for_a_camera);
/// assert!(matches!(refused, Err(OpenError::Bsp { rule: Rule::R5417, .. })));
/// receiver(Variant::as_deployed().waive(Rule::R5417, "the camera sends key values")).open(&for_a_camera)?;
/// # Ok(())
/// # }
/// ```
///
/// [`Variant::as_written`](crate::bsp::Variant::as_written) is the profile of 2010, which prefers SHA-1 and lists ciphers
/// that do not authenticate; [`Variant::as_deployed`](crate::bsp::Variant::as_deployed) waives what networks of today
/// demand, each departure with its reason. A [`Context`](crate::bsp::Context) brings what one message does not show: keys,
/// the clear text, the transport, whether the message is a reply. The table of all requirements stands at
/// [`Rule`](crate::bsp::Rule).
pub mod profile {}

/// Attachments beside the envelope (SOAP with Attachments), signed and encrypted by their content or complete with their
/// headers.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::Limits;
/// use ws_security::attachments::{Attachment, Package};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let invoice = Attachment::new("invoice@example.org", "application/pdf", b"%PDF-1.7".as_slice())?;
/// let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, Part::Attachments]);
/// let plan = Recipe::new().timestamp(LIFETIME).sign(signing.complete_attachments()).plan()?;
/// let package = plan.message(ENVELOPE).attachments(vec![invoice]).secure()?.message;
/// // The transport carries both.
/// let (content_type, body) = (package.content_type(), package.write(Vec::new())?);
///
/// let package = Package::parse_body(&content_type, &body, &Limits::default())?;
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::Attachments]);
/// let opened = Receiver::new(below_our_ca(), requirements, MemoryReplayCache::default()).open_package(&package)?;
/// let [invoice] = opened.attachments() else { panic!("one attachment") };
/// assert_eq!((invoice.content()?.as_ref(), invoice.content_type()), (b"%PDF-1.7".as_slice(), Some("application/pdf")));
/// # Ok(())
/// # }
/// ```
///
/// Encrypted, and larger than memory: the sender reads a file once to sign it and once to encrypt it as it is written; the
/// receiver keeps what arrives in files of a folder, and hands out what it decrypted once all is verified.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use std::fs::File;
/// use ws_security::{Limit, Limits};
/// use ws_security::attachments::{Attachment, Package, Spool};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (path, folder) = (concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), std::env::temp_dir());
/// let manual = Attachment::of_file("manual@example.org", "text/markdown", File::open(path)?)?;
/// let parts = || [Part::Body, Part::Attachments];
/// let plan = Recipe::new()
///     .timestamp(LIFETIME)
///     .sign(Signing::with(&identity("alice")).parts(parts()))
///     .encrypt(Encrypting::to(&certificate("bob")).parts(parts()))
///     .plan()?;
/// // AS4 compresses first; what it makes of a large file goes to a folder, too.
/// let spool = Spool::in_folder(folder);
/// let package = plan.message(ENVELOPE).attachments(vec![manual.compressed(Some(&spool))?]).secure()?.message;
/// // Any `Write` takes it, any `Read` gives it.
/// let (content_type, body) = (package.content_type(), package.write(Vec::new())?);
///
/// let limits = Limits::default().with(Limit::PackagedEnvelopeOctets, 1 << 20).with(Limit::PackageOctets, 4 << 30);
/// let package = Package::read_body(&content_type, body.as_slice(), &limits, &spool)?;
/// let requirements = Requirements::signed(parts()).encrypted(parts());
/// let receiver = Receiver::new(below_our_ca(), requirements, MemoryReplayCache::default());
/// let opened = receiver.decrypt_with(identity("bob")).open_package(&package)?;
/// let [manual] = opened.attachments() else { panic!("one attachment") };
/// let octets = std::io::copy(&mut manual.decompressed(1 << 20), &mut std::io::sink())?;
/// assert_eq!(octets, std::fs::metadata(path)?.len());
/// # Ok(())
/// # }
/// ```
///
/// Peers read the rules for headers apart; by default content alone is signed, and then a type and a name that came with
/// it are anyone's. Where attachments are encrypted before they are signed, the signature covers the `xenc:EncryptedData`
/// that says how to read them; WSS4J leaves that out: see
/// [`Receiver::dangerous_accept_unsigned_encrypted_data_of_attachments`](crate::Receiver::dangerous_accept_unsigned_encrypted_data_of_attachments).
/// WSS4J does not verify attachments that are signed complete and encrypted by their content alone. Metro puts an empty line after the headers: see
/// [`Receiver::accept_empty_line_after_attachment_headers`](crate::Receiver::accept_empty_line_after_attachment_headers).
pub mod attachments {}

/// AS4: an ebMS 3.0 message with a compressed, signed and encrypted attachment, and the receipt for it.
///
/// What the library leaves to the application is the `eb:Messaging` header itself.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::Limits;
/// use ws_security::attachments::{Attachment, Package};
/// use ws_security::{ContentEncryption, DigestMethod, KeyTransport, Secured};
///
/// const EBMS: &str = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/";
/// # fn envelope(messaging: &str) -> String {
/// #     format!("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header><eb:Messaging \
/// #         xmlns:eb=\"{EBMS}\" s:mustUnderstand=\"true\">{messaging}</eb:Messaging></s:Header><s:Body/></s:Envelope>")
/// # }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let messaging = || Part::header_block(EBMS, "Messaging");
/// // Alice sends, with the algorithms of eDelivery AS4 1.15.
/// let invoice = Attachment::new("invoice@example.org", "application/xml", "<invoice/>")?.compressed(None)?;
/// let plan = Recipe::new()
///     .sign(Signing::with(&identity("alice")).parts([Part::Body, messaging(), Part::Attachments]))
///     .encrypt(
///         Encrypting::to(&certificate("bob"))
///             .content(ContentEncryption::Aes128Gcm)
///             .transport(KeyTransport::oaep(DigestMethod::Sha256))
///             .parts([Part::Attachments]),
///     )
///     .plan()?;
/// let user_message = envelope("<eb:UserMessage>…</eb:UserMessage>");
/// let Secured { message: package, correlation: sent } =
///     plan.message(&user_message).attachments(vec![invoice]).secure()?;
/// let (content_type, body) = (package.content_type(), package.write(Vec::new())?);
///
/// // Bob opens it, and gives a receipt: the digests of what he verified, signed.
/// let package = Package::parse_body(&content_type, &body, &Limits::default())?;
/// let requirements = Requirements::signed([Part::Body, messaging(), Part::Attachments]);
/// let receiver = Receiver::new(below_our_ca(), requirements, MemoryReplayCache::default());
/// let opened = receiver.decrypt_with(identity("bob")).open_package(&package)?;
/// assert_eq!(std::io::read_to_string(opened.attachments()[0].decompressed(1 << 20))?, "<invoice/>");
/// let digests = opened.correlation().non_repudiation_information();
/// let receipt = envelope(&format!("<eb:SignalMessage><eb:Receipt>{digests}</eb:Receipt></eb:SignalMessage>"));
/// let signing = Signing::with(&identity("bob")).parts([Part::Body, messaging()]);
/// let plan = Recipe::new().sign(signing).plan()?;
/// let receipt = plan.message(&receipt).answering(opened.correlation()).secure()?.message;
///
/// // Alice holds it against what she sent.
/// let requirements = Requirements::signed([Part::Body, messaging()]);
/// let receiver = Receiver::new(below_our_ca(), requirements, MemoryReplayCache::default());
/// let opened = receiver.open_reply(&receipt, &sent)?;
/// sent.check_receipt(&opened)?;
/// # Ok(())
/// # }
/// ```
pub mod as4 {}

/// Replay: each message is accepted once.
///
/// A receiver asks its replay store last, when everything else is proven. The store holds one key of 32 octets for each
/// signature, nonce and assertion that may be used once; all of them must be new. A signature's key is made of what is
/// signed and by which key, not of how the message is written: the same signature in another wrapping is a replay.
///
/// | what runs | store | survives a restart |
/// |---|---|---|
/// | one process | [`MemoryReplayCache`](crate::MemoryReplayCache): about 60 octets an entry; one million unless `new` says otherwise | no |
/// | several processes of one machine, or one that restarts | `SqliteReplayStore` of `wss-replay-sqlite` | yes |
/// | several machines | `RedisReplayStore`, `AsyncRedisReplayStore` of `wss-replay-redis` | if Redis is set up so |
/// | something else | your own [`ReplayCache`](crate::ReplayCache), tested with `wss-replay-conformance` | |
///
/// Receivers behind a load balancer must share one store; otherwise each of them accepts the message once.
///
/// **For how long.** A message passes the freshness check until its Timestamp is `max_age` old, plus the clock skew. Its
/// keys are kept for `max_age` and twice the skew from the moment it is accepted: 420 seconds unless
/// [`Receiver::window`](crate::Receiver::window) says otherwise. Assertions are kept until they expire, if that is later. A
/// service that accepts 1,000 messages a second holds 420,000 entries: 25 MB.
///
/// **Failures refuse.** A store that is full, late or broken refuses the message with
/// [`OpenError::Replay`](crate::OpenError::Replay), whose [`ReplayError`](crate::ReplayError) says why. The outcome at the
/// store may be unknown after a timeout; the message stays refused. The sender sends another message: a new Timestamp and
/// signature make new keys. The same message sent again may be refused as a replay.
///
/// **Clocks.** Receivers that share a store may have clocks that differ by the clock skew. A clock that goes back, to a
/// time at which entries were live that the store has removed since, is an error
/// ([`ReplayError::ClockWentBack`](crate::ReplayError::ClockWentBack)). Expired entries are kept for a minute, so that small
/// steps do not matter.
///
/// An asynchronous service opens in two steps. Nothing can be read from the first step's value:
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/parties.rs"));
/// use ws_security::{AsyncReplayCache, DeferredReplay, OpenError, Opened};
///
/// async fn accept(receiver: &Receiver, store: &dyn AsyncReplayCache, message: &str) -> Result<Opened, OpenError> {
///     let pending = receiver.deferred().open(message)?; // all but the replay store
///     pending.accept_async(store).await
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
/// let message = Recipe::new().timestamp(LIFETIME).sign(signing).plan()?.message(ENVELOPE).secure()?.message;
///
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
/// // Its own `open` refuses everything, so that the second step cannot be forgotten.
/// let receiver = Receiver::new(below_our_ca(), requirements, DeferredReplay);
/// let store = MemoryReplayCache::default();
/// # let block_on = |receiver: &Receiver, store: &dyn AsyncReplayCache, message: &str| {
/// #     let mut future = std::pin::pin!(accept(receiver, store, message));
/// #     match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
/// #         std::task::Poll::Ready(opened) => opened,
/// #         std::task::Poll::Pending => panic!("a store in memory answers at once"),
/// #     }
/// # };
/// assert!(block_on(&receiver, &store, &message)?.body().xml().contains("1499.90"));
/// assert!(block_on(&receiver, &store, &message).is_err(), "a replay");
/// assert!(receiver.open(&message).is_err(), "no store was asked");
/// # Ok(())
/// # }
/// ```
pub mod replay {}
