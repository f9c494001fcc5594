//! Requests and replies of one service in the shapes of WS-SecurityPolicy, for peers that are configured by a policy: what
//! each side sends, what it demands, and the policy that says so.

use std::time::Duration;

use ws_security::c14n::name;
use ws_security::{
    AlgorithmPolicy, ContentEncryption, Correlation, DigestMethod, Encrypting, MemoryReplayCache, NameForm, Opened,
    Part, ProtectionToken, Receiver, Recipe, ReferenceForm, Requirements, SecureConversation, SignatureMethod,
    SignerRule, Signing, Trust,
};

use crate::peer;

/// How the two sides protect a message. All encrypt the Body, and sign it and the Timestamp.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) keys: Keys,
    /// The bits of the cipher.
    pub(crate) bits: u16,
    pub(crate) digest: DigestMethod,
    /// Whether signatures and MACs are of SHA-1, as the suites of WS-SecurityPolicy have them.
    pub(crate) sha1: bool,
    pub(crate) encrypt_first: bool,
    /// As WCF has it: the signature is encrypted, too, and issuers are named as .NET names them.
    pub(crate) wcf: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// The asymmetric binding: each side has a certificate.
    Certificates,
    /// The symmetric binding without derived keys.
    One,
    /// The symmetric binding, each use with a derived key.
    Derived,
}

/// The shapes that the peer `of` is asked for; `sha1` as it needs it. Without `WSS_INTEROP_FULL=1`, one for each kind of keys.
pub(crate) fn shapes(of: &str, sha1: bool) -> Vec<Shape> {
    let shape =
        |name, keys, bits, digest, encrypt_first| Shape { name, keys, bits, digest, sha1, encrypt_first, wcf: false };
    let (sha1, sha256) = (DigestMethod::Sha1, DigestMethod::Sha256);
    let quick = [
        shape("asymmetric Basic256Sha256", Keys::Certificates, 256, sha256, false),
        shape("symmetric Basic128Sha256", Keys::One, 128, sha256, false),
        shape("symmetric derived Basic256Sha256", Keys::Derived, 256, sha256, false),
    ];
    let more = [
        shape("asymmetric Basic128", Keys::Certificates, 128, sha1, false),
        shape("asymmetric Basic256Sha256 encrypt before sign", Keys::Certificates, 256, sha256, true),
        shape("symmetric Basic128", Keys::One, 128, sha1, false),
        shape("symmetric Basic256", Keys::One, 256, sha1, false),
        shape("symmetric Basic256Sha256", Keys::One, 256, sha256, false),
        shape("symmetric Basic256Sha256 encrypt before sign", Keys::One, 256, sha256, true),
        shape("symmetric derived Basic128Sha256", Keys::Derived, 128, sha256, false),
    ];
    if peer::full() {
        return quick.into_iter().chain(more).collect();
    }
    eprintln!("SKIPPED: WSS_INTEROP_FULL=1 is not set, {} of the shapes of {of} were not run", more.len());
    quick.to_vec()
}

/// The words of a dialect of WS-SecurityPolicy, and what a peer wants besides.
#[derive(Clone, Copy)]
pub(crate) struct Dialect {
    pub(crate) policy: &'static str,
    pub(crate) security_policy: &'static str,
    /// How the certificate of the service is referred to.
    pub(crate) reference: &'static str,
    /// More assertions, for the peer's own configuration.
    pub(crate) more: &'static str,
}

pub(crate) const OASIS: Dialect = Dialect {
    policy: "http://www.w3.org/ns/ws-policy",
    security_policy: "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702",
    reference: "<sp:RequireIssuerSerialReference/>",
    more: "",
};

impl Dialect {
    fn policy(&self, id: &str, assertions: &str) -> String {
        let Self { policy, security_policy, .. } = self;
        format!(
            "<wsp:Policy xmlns:wsp=\"{policy}\" xmlns:sp=\"{security_policy}\" xmlns:wsu=\"{}\" wsu:Id=\"{id}\">\
             <wsp:ExactlyOne><wsp:All>{assertions}</wsp:All></wsp:ExactlyOne></wsp:Policy>",
            name::WSU.uri
        )
    }
}

impl Shape {
    pub(crate) fn symmetric(&self) -> bool {
        self.keys != Keys::Certificates
    }

    /// How the drivers name its keys.
    pub(crate) fn words(&self) -> &'static str {
        if self.symmetric() { "shared" } else { "certificates" }
    }

    /// A part of a URL.
    pub(crate) fn path(&self) -> String {
        self.name.replace(' ', "-")
    }

    fn suite(&self) -> String {
        format!("Basic{}{}", self.bits, if self.digest == DigestMethod::Sha256 { "Sha256" } else { "" })
    }

    /// The policy of the service, in the words of `dialect`.
    pub(crate) fn policy(&self, dialect: &Dialect) -> String {
        let (binding, parts) = self.assertions(dialect);
        dialect.policy("policy", &(binding + parts))
    }

    /// The assertions about the binding, and those about the parts of a message.
    fn assertions(&self, dialect: &Dialect) -> (String, &'static str) {
        let Dialect { security_policy, reference, more, .. } = dialect;
        let all = |content: &str| format!("<wsp:Policy>{content}</wsp:Policy>");
        let token = |include: &str, properties: &str| {
            let include = format!("{security_policy}/IncludeToken/{include}");
            let properties = all(&format!("{properties}<sp:WssX509V3Token10/>"));
            all(&format!("<sp:X509Token sp:IncludeToken=\"{include}\">{properties}</sp:X509Token>"))
        };
        let derived = if self.keys == Keys::Derived { "<sp:RequireDerivedKeys/>" } else { "" };
        let tokens = match self.keys {
            Keys::Certificates => format!(
                "<sp:InitiatorToken>{}</sp:InitiatorToken><sp:RecipientToken>{}</sp:RecipientToken>",
                token("AlwaysToRecipient", ""),
                token("Never", reference)
            ),
            _ => {
                format!("<sp:ProtectionToken>{}</sp:ProtectionToken>", token("Never", &format!("{derived}{reference}")))
            }
        };
        let suite = all(&format!("<sp:{}/>", self.suite()));
        let order = if self.encrypt_first { "<sp:EncryptBeforeSigning/>" } else { "" };
        let properties = format!(
            "{tokens}<sp:AlgorithmSuite>{suite}</sp:AlgorithmSuite><sp:Layout>{}</sp:Layout><sp:IncludeTimestamp/>{order}\
             <sp:OnlySignEntireHeadersAndBody/>",
            all("<sp:Lax/>")
        );
        let binding = if self.symmetric() { "SymmetricBinding" } else { "AsymmetricBinding" };
        let confirmation = if self.symmetric() { "<sp:RequireSignatureConfirmation/>" } else { "" };
        let supported = all(&format!(
            "<sp:MustSupportRefIssuerSerial/><sp:MustSupportRefThumbprint/><sp:MustSupportRefEncryptedKey/>{confirmation}"
        ));
        let binding =
            format!("<sp:{binding}>{}</sp:{binding}><sp:Wss11>{supported}</sp:Wss11>{more}", all(&properties));
        (binding, "<sp:SignedParts><sp:Body/></sp:SignedParts><sp:EncryptedParts><sp:Body/></sp:EncryptedParts>")
    }

    /// A description of the service, with the policy in the places where WSIT reads it.
    pub(crate) fn wsdl(&self, dialect: &Dialect) -> String {
        let (binding, parts) = self.assertions(dialect);
        let policies = dialect.policy("binding", &binding) + &dialect.policy("parts", parts);
        let reference = "<wsp:PolicyReference URI=\"#parts\"/>";
        format!(
            "<definitions name=\"Bank\" targetNamespace=\"urn:bank\" xmlns=\"http://schemas.xmlsoap.org/wsdl/\" \
             xmlns:b=\"urn:bank\" xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" xmlns:wsp=\"{}\">{policies}\
             <types><xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:bank\">\
             <xs:element name=\"pay\" type=\"xs:string\"/><xs:element name=\"accepted\" type=\"xs:string\"/></xs:schema></types>\
             <message name=\"pay\"><part name=\"body\" element=\"b:pay\"/></message>\
             <message name=\"accepted\"><part name=\"body\" element=\"b:accepted\"/></message>\
             <portType name=\"Bank\"><operation name=\"pay\"><input message=\"b:pay\"/><output message=\"b:accepted\"/>\
             </operation></portType><binding name=\"Bank\" type=\"b:Bank\"><wsp:PolicyReference URI=\"#binding\"/>\
             <soap:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>\
             <operation name=\"pay\"><soap:operation soapAction=\"urn:pay\"/>\
             <input>{reference}<soap:body use=\"literal\"/></input>\
             <output>{reference}<soap:body use=\"literal\"/></output></operation></binding>\
             <service name=\"Bank\"><port name=\"Port\" binding=\"b:Bank\"><soap:address location=\"http://localhost/\"/>\
             </port></service></definitions>",
            dialect.policy
        )
    }

    fn cipher(&self, encrypting: Encrypting) -> Encrypting {
        let content = if self.bits == 128 { ContentEncryption::Aes128Cbc } else { ContentEncryption::Aes256Cbc };
        let encrypting = encrypting.content(content).parts([Part::Body]);
        if self.wcf { encrypting.parts([Part::Signature]).reference(DOTNET) } else { encrypting }
    }

    fn signing(&self, signing: Signing) -> Signing {
        let method = match (self.symmetric(), self.sha1) {
            (false, true) => SignatureMethod::RsaSha1,
            (false, false) => SignatureMethod::RsaSha256,
            (true, true) => SignatureMethod::HmacSha1,
            (true, false) => SignatureMethod::HmacSha256,
        };
        signing.method(method).digest(self.digest).parts([Part::Body, Part::Timestamp])
    }

    fn recipe(&self, signing: Signing, encrypting: Encrypting) -> Recipe {
        let (signing, encrypting) = (self.signing(signing), self.cipher(encrypting));
        let recipe = Recipe::new().timestamp(Duration::from_secs(300)).allow_legacy_algorithms();
        let recipe = if self.keys == Keys::One { recipe.accept_one_key_to_sign_and_encrypt() } else { recipe };
        if self.encrypt_first {
            recipe.encrypt(encrypting).sign(signing)
        } else {
            recipe.sign(signing).encrypt(encrypting)
        }
    }

    fn with_token(&self, token: ProtectionToken) -> Recipe {
        let token = match self.keys {
            // WS-SecurityPolicy has 192 bits to sign with where the cipher has 256.
            Keys::Derived if self.bits == 128 => token.derived_keys(SecureConversation::V1_3).mac_key_octets(16),
            Keys::Derived => token.derived_keys(SecureConversation::V1_3),
            _ => token,
        };
        self.recipe(Signing::with_token(&token), Encrypting::with_token(&token))
    }

    /// Our client's request.
    pub(crate) fn request(&self) -> (String, Correlation) {
        let (alice, bob) = (peer::identity("alice"), peer::certificate("bob"));
        let recipe = match self.keys {
            Keys::Certificates => {
                self.recipe(Signing::with(&alice).reference(ReferenceForm::Direct), Encrypting::to(&bob))
            }
            _ => self.with_token(ProtectionToken::encrypted_to(&bob)),
        };
        let plan = recipe.plan().expect("a plan");
        let envelope = envelope("<pay xmlns=\"urn:bank\">4711</pay>");
        let secured = plan.message(&envelope).secure().expect("secured");
        (secured.message, secured.correlation)
    }

    /// Our service's reply.
    pub(crate) fn reply(&self, opened: &Opened, refer: fn(Signing) -> Signing) -> Result<String, String> {
        let recipe = match self.keys {
            Keys::Certificates => self.recipe(refer(Signing::with(&peer::identity("bob"))), Encrypting::to_requester()),
            _ => self.with_token(ProtectionToken::of_request()),
        };
        let plan = recipe.plan().map_err(|error| error.to_string())?;
        let envelope = envelope("<accepted xmlns=\"urn:bank\">4711</accepted>");
        let secured = plan.message(&envelope).answering(opened.correlation()).secure();
        secured.map(|secured| secured.message).map_err(|error| error.to_string())
    }

    /// What opens the messages to `own`.
    pub(crate) fn receiver(&self, own: &str) -> Receiver {
        let trust = Trust::anchors([peer::certificate("ca")])
            .expect("an authority")
            .signer(SignerRule::AnyBelowTheAnchors)
            .known([peer::certificate("alice"), peer::certificate("bob")]);
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
        // A request under a key that anyone can encrypt to the service says nothing about its sender.
        let anonymous = self.symmetric() && own == "bob";
        let requirements = if anonymous { requirements.dangerous_anonymous() } else { requirements };
        let mut policy = AlgorithmPolicy::default().admit_cbc();
        // Rampart digests with SHA-1 wherever keys are derived.
        if self.sha1 || self.digest == DigestMethod::Sha1 {
            policy.signature = policy.signature.admit_digest(DigestMethod::Sha1);
        }
        if self.sha1 {
            let methods = [SignatureMethod::RsaSha1, SignatureMethod::HmacSha1];
            policy.signature =
                methods.into_iter().fold(policy.signature, ws_security::xmldsig::AlgorithmPolicy::admit_signature);
        }
        let receiver = Receiver::new(trust, requirements, MemoryReplayCache::default())
            .decrypt_with(peer::identity(own))
            .understands_addressing()
            .algorithms(policy);
        let receiver = if self.keys == Keys::One { receiver.accept_one_key_to_sign_and_encrypt() } else { receiver };
        // No policy has the signature cover the key.
        if self.encrypt_first {
            receiver.dangerous_accept_cbc_under_unsigned_keys()
        } else {
            receiver.dangerous_decrypt_cbc_before_verification()
        }
    }

    /// Our client calls the peer's service by `post`: the reply opens, and the service refuses a tampered request.
    pub(crate) fn call(&self, post: impl Fn(&str) -> String, adapt: fn(Receiver) -> Receiver) -> Result<(), String> {
        let (request, sent) = self.request();
        self.open_reply(&post(&request), &sent, adapt)?;
        let refused = post(&self.request().0.replacen("<wsu:Expires>2", "<wsu:Expires>3", 1));
        if refused.contains("Fault") { Ok(()) } else { Err(format!("the tampered twin is accepted: {refused}")) }
    }

    /// Opens the reply that our client got. `adapt` says what the peer needs besides.
    pub(crate) fn open_reply(
        &self,
        reply: &str,
        sent: &Correlation,
        adapt: fn(Receiver) -> Receiver,
    ) -> Result<(), String> {
        if !reply.contains("EncryptedData") {
            return Err(reply.to_owned());
        }
        let client = adapt(self.receiver("alice"));
        let opened = client.answering(sent).open(reply).map_err(|error| format!("{error:?}\n{reply}"))?;
        let body = opened.body().xml();
        if body.contains("accepted") && body.contains("4711") { Ok(()) } else { Err(body.to_owned()) }
    }

    /// Our service: opens the request, and secures the reply. `refer` says how the reply refers to the certificate.
    pub(crate) fn serve(
        &self,
        request: &str,
        refer: fn(Signing) -> Signing,
        adapt: fn(Receiver) -> Receiver,
    ) -> Result<String, String> {
        self.reply(&self.opened(request, adapt)?, refer)
    }

    /// The request, opened by our service.
    pub(crate) fn opened(&self, request: &str, adapt: fn(Receiver) -> Receiver) -> Result<Opened, String> {
        let opened = adapt(self.receiver("bob")).open(request).map_err(|error| format!("{error:?}\n{request}"))?;
        if opened.body().xml().contains("4711") { Ok(opened) } else { Err(opened.body().xml().to_owned()) }
    }
}

/// The issuer and serial number, in the words of .NET.
pub(crate) const DOTNET: ReferenceForm = ReferenceForm::IssuerSerialAs(NameForm::Dotnet);

/// As most policies want it.
pub(crate) const BY_ISSUER_SERIAL: fn(Signing) -> Signing = |signing| signing.reference(ReferenceForm::IssuerSerial);

pub(crate) fn envelope(payload: &str) -> String {
    format!("<s:Envelope xmlns:s=\"{}\"><s:Body>{payload}</s:Body></s:Envelope>", name::SOAP11.uri)
}
