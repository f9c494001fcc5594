//! Policies of our own: each feature once, and every two features together, and the keys of both sides.

use std::fmt::Write as _;

use ws_security::policy::Keys;
use ws_security::{Certificate, Identity, MemoryReplayCache, Secret, SignatureMethod, SignerRule, Trust};

/// The choices of a policy, each a word.
pub(crate) const CHOICES: [(&str, &[&str]); 12] = [
    ("binding", &["asymmetric", "derived", "one-key"]),
    ("suite", &["Basic256Sha256", "Basic128Sha256", "Basic128", "Basic256GCM"]),
    ("order", &["sign-first", "encrypt-first"]),
    ("recipient", &["issuer-serial", "key-identifier", "thumbprint"]),
    ("initiator", &["AlwaysToRecipient", "Never", "Always"]),
    ("layout", &["Lax", "Strict", "LaxTsFirst", "LaxTsLast"]),
    ("signed", &["Body", "Body and To", "Body and element"]),
    ("encrypted", &["Body", "Body and To", "nothing"]),
    ("supporting", &["none", "user", "endorsing"]),
    ("signature", &["readable", "encrypted"]),
    ("tokens", &["any", "protected"]),
    ("replies", &["confirm", "do not confirm"]),
];

/// One choice of each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shape(pub(crate) [&'static str; CHOICES.len()]);

impl Default for Shape {
    fn default() -> Self {
        Self(CHOICES.map(|(_, words)| words[0]))
    }
}

impl Shape {
    pub(crate) fn get(&self, choice: &str) -> &'static str {
        self.0[at(choice)]
    }

    pub(crate) fn with(mut self, choice: &str, word: &str) -> Self {
        let at = at(choice);
        self.0[at] = CHOICES[at].1.iter().find(|known| **known == word).unwrap_or_else(|| panic!("{choice}: {word}"));
        self
    }

    pub(crate) fn name(&self) -> String {
        let changed = self.0.iter().zip(CHOICES).filter(|(word, (_, words))| **word != words[0]);
        let changed: Vec<String> = changed.map(|(word, (choice, _))| format!("{choice} {word}")).collect();
        if changed.is_empty() { "plain".to_owned() } else { changed.join(", ") }
    }

    /// Whether WS-SecurityPolicy and this library have it.
    pub(crate) fn is_meant(&self) -> bool {
        // A header block that is encrypted first is another element when it is signed.
        let is_plain = self.get("order") == "sign-first" || self.get("encrypted") != "Body and To";
        // A user is encrypted, so that there is something to encrypt.
        let encrypts = self.get("encrypted") != "nothing" || self.get("supporting") != "user";
        let is_inside = self.get("signed") == "Body and element" && self.get("encrypted") != "nothing";
        let is_plain = is_plain && !(self.get("order") == "encrypt-first" && is_inside);
        let is_agreed = self.get("tokens") == "any" || self.get("binding") != "derived";
        let has_first = self.get("order") == "sign-first" || self.get("encrypted") != "nothing";
        is_plain && encrypts && is_agreed && has_first
    }

    pub(crate) fn is_symmetric(&self) -> bool {
        self.get("binding") != "asymmetric"
    }

    /// The policy.
    pub(crate) fn policy(&self) -> String {
        let all = |content: &str| format!("<wsp:Policy>{content}</wsp:Policy>");
        let token = |include: &str, inside: &str| {
            let inside = all(&format!("{inside}<sp:WssX509V3Token10/>"));
            all(&format!("<sp:X509Token sp:IncludeToken=\"{SP}/IncludeToken/{include}\">{inside}</sp:X509Token>"))
        };
        let reference = match self.get("recipient") {
            "issuer-serial" => "<sp:RequireIssuerSerialReference/>",
            "key-identifier" => "<sp:RequireKeyIdentifierReference/>",
            _ => "<sp:RequireThumbprintReference/>",
        };
        let derived = if self.get("binding") == "derived" { "<sp:RequireDerivedKeys/>" } else { "" };
        let (binding, tokens) = match self.is_symmetric() {
            true => {
                let token = token("Never", &format!("{derived}{reference}"));
                ("SymmetricBinding", format!("<sp:ProtectionToken>{token}</sp:ProtectionToken>"))
            }
            false => {
                let initiator =
                    token(self.get("initiator"), if self.get("initiator") == "Never" { reference } else { "" });
                let recipient = token("Never", reference);
                let tokens = format!(
                    "<sp:InitiatorToken>{initiator}</sp:InitiatorToken><sp:RecipientToken>{recipient}</sp:RecipientToken>"
                );
                ("AsymmetricBinding", tokens)
            }
        };
        let suite = self.get("suite");
        let suite = match suite.contains("GCM") {
            true => format!("<c:{suite} xmlns:c=\"http://cxf.apache.org/custom/security-policy\"/>"),
            false => format!("<sp:{suite}/>"),
        };
        let mut properties = format!(
            "{tokens}<sp:AlgorithmSuite>{}</sp:AlgorithmSuite><sp:Layout>{}</sp:Layout><sp:IncludeTimestamp/>",
            all(&suite),
            all(&format!("<sp:{}/>", self.get("layout")))
        );
        let whole = self.get("signed") != "Body and element";
        for (is_there, assertion) in [
            (self.get("order") == "encrypt-first", "EncryptBeforeSigning"),
            (self.get("signature") == "encrypted", "EncryptSignature"),
            (self.get("tokens") == "protected", "ProtectTokens"),
            (whole, "OnlySignEntireHeadersAndBody"),
        ] {
            if is_there {
                let _infallible = write!(properties, "<sp:{assertion}/>");
            }
        }
        let mut out = format!("<sp:{binding}>{}</sp:{binding}>", all(&properties));
        let confirm = if self.get("replies") == "confirm" { "<sp:RequireSignatureConfirmation/>" } else { "" };
        let options = "<sp:MustSupportRefIssuerSerial/><sp:MustSupportRefThumbprint/><sp:MustSupportRefEncryptedKey/>";
        let _infallible = write!(out, "<sp:Wss11>{}</sp:Wss11>", all(&format!("{options}{confirm}")));
        match self.get("supporting") {
            "user" => {
                let user = format!(
                    "<sp:UsernameToken sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\">{}</sp:UsernameToken>",
                    all("<sp:WssUsernameToken10/>")
                );
                let kind = "SignedEncryptedSupportingTokens";
                let _infallible = write!(out, "<sp:{kind}>{}</sp:{kind}>", all(&user));
            }
            "endorsing" => {
                let token = token("AlwaysToRecipient", "");
                let _infallible = write!(out, "<sp:EndorsingSupportingTokens>{token}</sp:EndorsingSupportingTokens>");
            }
            _ => {}
        }
        let header = format!("<sp:Header Name=\"To\" Namespace=\"{WSA}\"/>");
        let parts = |words: &str| match words {
            "Body and To" => format!("<sp:Body/>{header}"),
            _ => "<sp:Body/>".to_owned(),
        };
        let _infallible = write!(out, "<sp:SignedParts>{}</sp:SignedParts>", parts(self.get("signed")));
        if !whole {
            let _infallible = write!(
                out,
                "<sp:SignedElements><sp:XPath xmlns:b=\"urn:bank\" xmlns:s=\"{SOAP11}\">/s:Envelope/s:Body/b:pay</sp:XPath>\
                 </sp:SignedElements>"
            );
        }
        if self.get("encrypted") != "nothing" {
            let _infallible = write!(out, "<sp:EncryptedParts>{}</sp:EncryptedParts>", parts(self.get("encrypted")));
        }
        policy(&out)
    }

    /// What both sides agree to.
    pub(crate) fn agreed(&self, keys: Keys) -> Keys {
        let keys = keys
            .asymmetric_signature(SignatureMethod::RsaSha256)
            .symmetric_signature(SignatureMethod::HmacSha256)
            .accept_one_key_to_sign_and_encrypt()
            .dangerous_decrypt_cbc_before_verification()
            .dangerous_accept_cbc_under_unsigned_keys()
            .dangerous_accept_either_direction()
            .dangerous_anonymous();
        if ["Basic128", "Basic256GCM"].contains(&self.get("suite")) { keys.allow_legacy_algorithms() } else { keys }
    }

    pub(crate) fn client(&self, alice: Identity, bob: Certificate, ca: Certificate) -> Keys {
        let keys = Keys::new(anyone(ca, [alice.certificate().clone()]), MemoryReplayCache::default());
        self.agreed(keys.identity(alice).partner(bob).user("ann", PASSWORD))
    }

    pub(crate) fn service(&self, bob: Identity, alice: Certificate, ca: Certificate) -> Keys {
        let known = [alice, bob.certificate().clone()];
        let keys = Keys::new(anyone(ca, known), MemoryReplayCache::default()).identity(bob);
        self.agreed(keys.passwords(|user: &str| (user == "ann").then(|| Secret::new(PASSWORD.as_bytes().to_vec()))))
    }
}

pub(crate) const PASSWORD: &str = "changeit";
pub(crate) const SP: &str = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";
const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const WSA: &str = "http://www.w3.org/2005/08/addressing";

fn anyone(ca: Certificate, known: impl IntoIterator<Item = Certificate>) -> Trust {
    Trust::anchors([ca]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors).known(known)
}

/// A policy with one alternative.
pub(crate) fn policy(assertions: &str) -> String {
    format!(
        "<wsp:Policy xmlns:wsp=\"http://www.w3.org/ns/ws-policy\" xmlns:sp=\"{SP}\"><wsp:ExactlyOne><wsp:All>{assertions}\
         </wsp:All></wsp:ExactlyOne></wsp:Policy>"
    )
}

fn at(choice: &str) -> usize {
    CHOICES.iter().position(|(name, _)| *name == choice).unwrap_or_else(|| panic!("no choice {choice}"))
}

/// Each word alone.
pub(crate) fn singles() -> Vec<Shape> {
    let mut shapes = vec![Shape::default()];
    for (choice, words) in CHOICES {
        let changed = words.iter().skip(1).map(|word| Shape::default().with(choice, word));
        shapes.extend(changed.filter(Shape::is_meant));
    }
    shapes
}

/// Shapes in which every two words occur together that may.
pub(crate) fn pairs() -> Vec<Shape> {
    let mut wanted = Vec::new();
    for (first, (one, words)) in CHOICES.iter().enumerate() {
        for (other, more) in CHOICES.iter().skip(first + 1) {
            for left in *words {
                for right in *more {
                    let shape = Shape::default().with(one, left).with(other, right);
                    if shape.is_meant() {
                        wanted.push([(*one, *left), (*other, *right)]);
                    }
                }
            }
        }
    }
    let mut shapes = Vec::new();
    while let Some(pair) = wanted.first().copied() {
        // Begins with the pair, and takes for each other choice the word with the most pairs that are still wanted.
        let mut shape = pair.iter().fold(Shape::default(), |shape, (choice, word)| shape.with(choice, word));
        for (choice, words) in CHOICES {
            if pair.iter().any(|(name, _)| *name == choice) {
                continue;
            }
            let covers = |shape: &Shape| {
                let has = |(choice, word): &(&str, &str)| shape.get(choice) == *word;
                wanted.iter().filter(|pair| pair.iter().all(has)).count()
            };
            let changed = words.iter().map(|word| shape.clone().with(choice, word)).filter(Shape::is_meant);
            shape = changed.max_by_key(covers).unwrap_or(shape);
        }
        wanted.retain(|pair| !pair.iter().all(|(choice, word)| shape.get(choice) == *word));
        shapes.push(shape);
    }
    shapes
}
