//! A message that breaks an assertion is refused: made by a policy without it, and opened by one with it.

use std::time::Duration;

use ws_security::c14n::name;
use ws_security::policy::{Message, Policy, PolicyLimits, PolicyReader};
use ws_security::{
    ContentEncryption, ElementPath, Encrypting, Limit, Limits, Part, ProtectionToken, Recipe, Signing, Username,
};

use crate::shapes::{PASSWORD, SP, Shape, policy};
use crate::{REQUEST, common::*, exchanged, sides};

/// What the client does, what the service demands, and what its refusal says.
const BREACHES: [(&str, &str, &str, &str); 16] = [
    ("suite", "Basic128Sha256", "Basic256Sha256", "Basic256Sha256"),
    ("suite", "Basic128", "Basic128Sha256", "Basic128Sha256"),
    ("suite", "Basic256GCM", "Basic256Sha256", "Basic256Sha256"),
    ("order", "sign-first", "encrypt-first", "EncryptBeforeSigning"),
    ("order", "encrypt-first", "sign-first", "encrypted before it was signed"),
    ("initiator", "Never", "AlwaysToRecipient", "not in the message"),
    ("initiator", "AlwaysToRecipient", "Never", "sp:IncludeToken"),
    ("encrypted", "nothing", "Body", "not encrypted"),
    ("supporting", "none", "user", "token"),
    ("signature", "readable", "encrypted", "EncryptSignature"),
    ("layout", "Lax", "Strict", "Strict"),
    ("layout", "LaxTsLast", "LaxTsFirst", "LaxTsFirst"),
    ("layout", "Strict", "LaxTsLast", "LaxTsLast"),
    ("tokens", "any", "protected", "ProtectTokens"),
    ("binding", "derived", "asymmetric", ""),
    ("binding", "one-key", "derived", "RequireDerivedKeys"),
];

#[test]
fn a_message_that_breaks_an_assertion_is_refused() {
    for (choice, does, demands, says) in BREACHES {
        let lenient = Shape::default().with(choice, does);
        let strict = Shape::default().with(choice, demands);
        let (client, own) = sides(&lenient, &lenient.policy()).expect("both sides");
        let (twin, service) = sides(&strict, &strict.policy()).expect("both sides");
        let (client, service) = (&client.exchanges()[0], &service.exchanges()[0]);
        exchanged(client, &own.exchanges()[0]).unwrap_or_else(|error| panic!("{choice} {does}: {error}"));
        exchanged(&twin.exchanges()[0], service).unwrap_or_else(|error| panic!("{choice} {demands}: {error}"));
        let message = client.plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
        let refused = service.open(&message, None).expect_err(&format!("{choice}: {does} for {demands}")).to_string();
        assert!(refused.contains(says), "{choice}: {does} for {demands}: {refused}");
    }
}

#[test]
fn a_request_without_a_timestamp_or_a_signed_header_is_refused() {
    for (removed, says) in [("<sp:IncludeTimestamp/>", "Timestamp"), ("<sp:SignedParts><sp:Body/>", "To")] {
        let strict = Shape::default().with("signed", "Body and To");
        let replaced = if removed.contains("Signed") { "<sp:SignedParts><sp:Body/><!--" } else { "" };
        let text = strict.policy();
        let text = match replaced {
            "" => text.replace(removed, ""),
            _ => Shape::default().policy(),
        };
        let (client, _) = sides(&strict, &text).expect("both sides");
        let (_, service) = sides(&strict, &strict.policy()).expect("both sides");
        let plan = client.exchanges()[0].plan().expect("a plan");
        let message = plan.message(REQUEST).secure().expect("secured").message;
        let refused = service.exchanges()[0].open(&message, None).expect_err(removed).to_string();
        assert!(refused.contains(says), "{removed}: {refused}");
    }
}

#[test]
fn a_reply_that_confirms_nothing_is_refused_where_the_policy_demands_it() {
    let shape = Shape::default();
    let lenient = shape.clone().with("replies", "do not confirm");
    let (client, _) = sides(&shape, &shape.policy()).expect("both sides");
    let (_, service) = sides(&lenient, &lenient.policy()).expect("both sides");
    let refused = exchanged(&client.exchanges()[0], &service.exchanges()[0]).expect_err("refused");
    assert!(refused.contains("does not confirm"), "{refused}");
}

#[test]
fn a_check_without_keys_names_the_assertion_and_its_place() {
    let shape = Shape::default();
    let policy = Policy::from_wsdl(&shape.policy()).expect("a policy");
    let keys = shape.client(identity("alice"), certificate("bob"), certificate("ca"));
    let client = policy.client(&keys).expect("a client");
    let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    let check = |text: &str| policy.check("", Message::Request, text).expect("an envelope");
    assert!(check(&message).is_empty(), "{:?}", check(&message));
    let names = |text: &str| check(text).into_iter().map(|breach| breach.name).collect::<Vec<_>>();
    assert!(names(REQUEST).contains(&"AsymmetricBinding".to_owned()));
    let other = Shape::default().with("suite", "Basic128Sha256").with("encrypted", "nothing");
    let other_policy = Policy::from_wsdl(&other.policy()).expect("a policy");
    let client = other_policy.client(&keys).expect("a client");
    let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    let breaches = check(&message);
    assert_eq!(breaches[0].name, "EncryptedParts");
    assert_eq!(breaches[0].place.as_ref().expect("a place").line(), 1);
}

#[test]
fn a_required_element_may_be_in_no_namespace() {
    let path = "<sp:RequiredElements><sp:XPath xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">/s:Envelope/s:Body/pay\
                </sp:XPath></sp:RequiredElements>";
    let required = Policy::from_wsdl(&policy(path)).expect("a policy");
    let breaches = |body: &str| {
        let soap = "http://schemas.xmlsoap.org/soap/envelope/";
        let text = format!("<s:Envelope xmlns:s=\"{soap}\"><s:Body>{body}</s:Body></s:Envelope>");
        required.check("", Message::Request, &text).expect("an envelope").len()
    };
    assert_eq!(breaches("<pay/>"), 0);
    for other in ["<pay xmlns=\"urn:bank\"/>", "<x><pay/></x>", ""] {
        assert_eq!(breaches(other), 1, "{other}");
    }
}

#[test]
fn what_is_required_may_be_encrypted_and_must_then_be_there() {
    let shape = Shape::default();
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let element = |path: &str| {
        format!(
            "<sp:RequiredElements><sp:XPath xmlns:s=\"{soap}\" xmlns:b=\"urn:bank\" \
             xmlns:a=\"http://www.w3.org/2005/08/addressing\">/s:Envelope/{path}</sp:XPath></sp:RequiredElements>"
        )
    };
    let to = "<sp:Header Name=\"To\" Namespace=\"http://www.w3.org/2005/08/addressing\"/>";
    let blocks = shape.clone().with("encrypted", "Body and To");
    let encrypted = |shape: &Shape, required: &str| {
        let with = |required: &str| shape.policy().replace("</wsp:All>", &format!("{required}</wsp:All>"));
        let (client, _) = sides(shape, &with("")).expect("sides");
        let (_, service) = sides(shape, &with(required)).expect("sides");
        exchanged(&client.exchanges()[0], &service.exchanges()[0])
    };
    for (shape, required) in [
        (&blocks, format!("<sp:RequiredParts>{to}</sp:RequiredParts>")),
        (&blocks, element("s:Header/a:To")),
        (&shape, element("s:Body/b:pay")),
    ] {
        encrypted(shape, &required).unwrap_or_else(|error| panic!("{required}: {error}"));
    }
    let hidden = shape.clone().with("signature", "encrypted");
    let security = |element: &str| {
        format!(
            "<sp:RequiredElements><sp:XPath xmlns:s=\"{soap}\" xmlns:w=\"{}\" xmlns:saml2=\"{}\">\
             /s:Envelope/s:Header/w:Security/{element}</sp:XPath></sp:RequiredElements>",
            name::WSSE.uri,
            name::SAML2.uri
        )
    };
    for (shape, required) in [
        (&hidden, security("w:UsernameToken")),
        (&hidden, security("saml2:Assertion")),
        (&blocks, element("s:Header/a:From/a:Address")),
        (&blocks, format!("<sp:RequiredParts>{}</sp:RequiredParts>", to.replace("http://www.w3.org", "urn:other"))),
        (&shape, format!("<sp:RequiredParts>{}</sp:RequiredParts>", to.replace("To", "From"))),
        (&blocks, format!("<sp:RequiredParts>{}</sp:RequiredParts>", to.replace("To", "From"))),
        (&shape, element("s:Header/a:From")),
        (&shape, element("s:Body/b:order")),
        (&shape, element("s:Body/b:pay/b:order")),
    ] {
        let error = encrypted(shape, &required).expect_err(&required);
        assert!(error.contains("is not there") || error.contains("it is required"), "{required}: {error}");
    }
}

#[test]
fn a_check_notices_a_missing_endorsement_whatever_the_header_hides() {
    let shape = Shape::default().with("encrypted", "nothing").with("supporting", "endorsing");
    let keys = shape.client(identity("alice"), certificate("bob"), certificate("ca"));
    let policy = Policy::from_wsdl(&shape.policy()).expect("a policy");
    let secured = |shape: &Shape| {
        let client = Policy::from_wsdl(&shape.policy()).expect("a policy").client(&keys).expect("a client");
        client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message
    };
    let names = |policy: &Policy, text: &str| {
        let breaches = policy.check("", Message::Request, text).expect("an envelope");
        breaches.into_iter().map(|breach| breach.name).collect::<Vec<_>>()
    };
    assert!(names(&policy, &secured(&shape)).is_empty());
    let not_endorsed = secured(&shape.clone().with("supporting", "none"));
    assert_eq!(names(&policy, &not_endorsed), ["EndorsingSupportingTokens"]);
    let end = not_endorsed.find(":Security>").and_then(|end| not_endorsed[..end].rfind("</")).expect("a header");
    let hidden = "<x:EncryptedData xmlns:x=\"http://www.w3.org/2001/04/xmlenc#\"><x:EncryptionMethod \
                  Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes256-cbc\"/><x:CipherData><x:CipherValue>AAAA</x:CipherValue>\
                  </x:CipherData></x:EncryptedData>";
    let hides = [&not_endorsed[..end], hidden, &not_endorsed[end..]].concat();
    assert_eq!(names(&policy, &hides), ["EndorsingSupportingTokens"], "the policy encrypts no signature");
    let encrypted = Shape::default();
    let policy = Policy::from_wsdl(&encrypted.policy()).expect("a policy");
    let in_part = secured(&encrypted).replace("</s:Body>", "<pay/></s:Body>");
    assert_eq!(names(&policy, &in_part), ["EncryptedParts"]);
}

#[test]
fn a_check_notices_what_is_in_clear_text_and_what_a_signature_leaves_out() {
    let plain = Shape::default().with("encrypted", "nothing");
    let keys = plain.client(identity("alice"), certificate("bob"), certificate("ca"));
    let client = Policy::from_wsdl(&plain.policy()).expect("a policy").client(&keys).expect("a client");
    let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    let names = |policy: &str, text: &str| {
        let breaches =
            Policy::from_wsdl(policy).expect("a policy").check("", Message::Request, text).expect("an envelope");
        breaches.into_iter().map(|breach| breach.name).collect::<Vec<_>>()
    };
    assert!(names(&plain.policy(), &message).is_empty());
    let demanding = |assertion: &str| {
        let policy = plain.policy();
        let at = policy.find("<sp:IncludeTimestamp").expect("a binding");
        [&policy[..at], assertion, &policy[at..]].concat()
    };
    assert_eq!(names(&demanding("<sp:EncryptSignature/>"), &message), ["EncryptSignature"]);
    assert_eq!(names(&demanding("<sp:ProtectTokens/>"), &message), ["ProtectTokens"]);
    let suite = names(&plain.policy(), &message.replacen("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256", 1));
    assert_eq!(suite.len(), 1, "{suite:?}");
    let filter = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>false()</ds:XPath></ds:Transform>";
    let filtered = message.replacen("<ds:Transforms>", &format!("<ds:Transforms>{filter}"), 1);
    assert_ne!(filtered, message);
    assert_eq!(names(&plain.policy(), &filtered), suite);
}

/// Two signatures by one token: the one over the signature of the message lacks a part, and the one over that part signs the
/// other endorsement, which says nothing of the message.
#[test]
fn a_signature_over_an_endorsement_is_none_over_the_message() {
    let shape =
        Shape::default().with("encrypted", "nothing").with("signature", "readable").with("supporting", "endorsing");
    let to = format!("<sp:SignedParts><sp:Header Name=\"To\" Namespace=\"{WSA}\"/></sp:SignedParts>");
    let end = "</wsp:Policy></sp:EndorsingSupportingTokens>";
    let strict = shape.policy().replacen(end, &format!("{to}{end}"), 1);
    assert_ne!(strict, shape.policy());
    let (client, _) = sides(&shape, &shape.policy()).expect("both sides");
    let (twin, service) = sides(&shape, &strict).expect("both sides");
    exchanged(&twin.exchanges()[0], &service.exchanges()[0]).expect("the endorsement signs To");
    let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    let ids: Vec<&str> = message
        .split("<ds:Signature ")
        .skip(1)
        .filter_map(|rest| rest.split("Id=\"").nth(1)?.split('"').next())
        .collect();
    let [one, other] = ids[..] else { panic!("two signatures: {ids:?}") };
    let endorses = |id: &str| message.contains(&format!("URI=\"#{id}\""));
    let (of_message, endorsing) = if endorses(one) { (one, other) } else { (other, one) };
    let open = |signed: &str| {
        let parts = [Part::Id(signed.to_owned()), Part::header_block(WSA, "To")];
        let plan = Recipe::new().sign(Signing::with(&identity("alice")).parts(parts)).plan().expect("a plan");
        let message = plan.message(&message).secure().expect("secured").message;
        // Another service, which has not seen the signatures before.
        let (_, service) = sides(&shape, &strict).expect("both sides");
        service.exchanges()[0].open(&message, None).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(open(of_message), Ok(()), "another endorsement of the message");
    let refused = open(endorsing).expect_err("an endorsement of the endorsement");
    assert!(refused.contains("no endorsing signature covers"), "{refused}");
}

/// Where signatures protect their tokens, one that endorses covers its certificate, or its user, as well.
#[test]
fn an_endorsing_signature_covers_its_own_token_where_tokens_are_protected() {
    let user = format!(
        "<sp:EndorsingSupportingTokens><wsp:Policy><sp:UsernameToken sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\">\
         <wsp:Policy><sp:NoPassword/></wsp:Policy></sp:UsernameToken></wsp:Policy></sp:EndorsingSupportingTokens>"
    );
    for signature in ["readable", "encrypted"] {
        let shape = Shape::default().with("signature", signature).with("tokens", "protected");
        for is_user in [false, true] {
            let text = match is_user {
                true => shape.policy().replace("</wsp:All>", &format!("{user}</wsp:All>")),
                false => shape.clone().with("supporting", "endorsing").policy(),
            };
            let (client, service) = sides(&shape, &text).expect("both sides");
            exchanged(&client.exchanges()[0], &service.exchanges()[0]).expect("our client covers them");
            let secured = |covered: &[Part]| {
                let own = [Part::Body, Part::Timestamp, Part::SigningToken];
                let endorsing = match is_user {
                    true => Signing::with_token(&ProtectionToken::username("ann", PASSWORD)),
                    false => Signing::with(&identity("alice")),
                };
                let hidden =
                    if signature == "encrypted" { vec![Part::Body, Part::Signature] } else { vec![Part::Body] };
                let to = Encrypting::to(&certificate("bob")).content(ContentEncryption::Aes256Cbc).parts(hidden);
                let recipe = Recipe::new().timestamp(Duration::from_secs(300));
                let recipe = recipe.sign(Signing::with(&identity("alice")).parts(own));
                let recipe = recipe.sign(endorsing.parts([Part::Signature]).parts(covered.to_vec())).encrypt(to);
                recipe.plan().expect("a plan").message(REQUEST).secure().expect("secured").message
            };
            let open = |message: &str| {
                let (_, service) = sides(&shape, &text).expect("both sides");
                service.exchanges()[0].open(message, None).map(drop).map_err(|error| error.to_string())
            };
            assert_eq!(open(&secured(&[Part::SigningToken])), Ok(()), "{signature}, {is_user}");
            let refused = open(&secured(&[])).expect_err("its token is not covered");
            assert!(refused.contains("ProtectTokens"), "{signature}, {is_user}: {refused}");
        }
    }
}

/// A block that is encrypted is there, and the endorsing signature must cover it as well as one in clear text.
#[test]
fn an_endorsing_signature_covers_its_parts_if_they_are_encrypted_too() {
    for encrypted in ["nothing", "Body and To"] {
        let shape = Shape::default().with("encrypted", encrypted).with("supporting", "endorsing");
        let to = format!("<sp:SignedParts><sp:Header Name=\"To\" Namespace=\"{WSA}\"/></sp:SignedParts>");
        let end = "</wsp:Policy></sp:EndorsingSupportingTokens>";
        let strict = shape.policy().replacen(end, &format!("{to}{end}"), 1);
        let (client, _) = sides(&shape, &shape.policy()).expect("both sides");
        let (twin, service) = sides(&shape, &strict).expect("both sides");
        exchanged(&twin.exchanges()[0], &service.exchanges()[0]).expect("the endorsement signs To");
        let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
        assert_eq!(message.contains("EncryptedHeader"), encrypted != "nothing");
        let refused = service.exchanges()[0].open(&message, None).map(drop).expect_err(encrypted).to_string();
        assert!(refused.contains("no endorsing signature covers"), "{refused}");
    }
}

/// A signature over an element inside the Body is seen when it is encrypted, too.
#[test]
fn only_entire_parts_are_signed_where_the_signature_is_encrypted_too() {
    let inner = format!("<pay xmlns:u=\"{}\" u:Id=\"inner\" ", name::WSU.uri);
    let request = REQUEST.replacen("<pay ", &inner, 1);
    for signature in ["readable", "encrypted"] {
        let shape = Shape::default().with("signature", signature);
        let secured = |inner: &[Part]| {
            let to = Encrypting::to(&certificate("bob")).content(ContentEncryption::Aes256Cbc);
            let encrypted = if signature == "encrypted" { vec![Part::Body, Part::Signature] } else { vec![Part::Body] };
            let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]).parts(inner.to_vec());
            let recipe = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing).encrypt(to.parts(encrypted));
            recipe.plan().expect("a plan").message(&request).secure().expect("secured").message
        };
        let at = "<sp:IncludeTimestamp";
        let strict = shape.policy().replacen(at, &format!("<sp:OnlySignEntireHeadersAndBody/>{at}"), 1);
        let open = |message: &str| {
            let (_, service) = sides(&shape, &strict).expect("both sides");
            service.exchanges()[0].open(message, None).map(drop).map_err(|error| error.to_string())
        };
        assert_eq!(open(&secured(&[])), Ok(()), "{signature}");
        let refused = open(&secured(&[Part::Id("inner".to_owned())])).expect_err(signature);
        assert!(refused.contains("inside a part"), "{refused}");
    }
}

/// A user that is encrypted has what the policy demands of its token, as one in clear text.
#[test]
fn a_user_has_what_its_token_must_have_if_it_is_encrypted_too() {
    let shape = Shape::default().with("supporting", "user");
    let secured = |user: Username| {
        let all = [Part::Body, Part::UsernameToken];
        let encrypting = Encrypting::to(&certificate("bob")).content(ContentEncryption::Aes256Cbc).parts(all.clone());
        let signing = Signing::with(&identity("alice")).parts(all).parts([Part::Timestamp]);
        let recipe = Recipe::new().timestamp(Duration::from_secs(300)).username(user).sign(signing).encrypt(encrypting);
        recipe.plan().expect("a plan").message(REQUEST).secure().expect("secured").message
    };
    let user = || Username::text("ann", PASSWORD);
    for child in ["Nonce", "Created"] {
        let strict =
            shape.policy().replacen("<sp:WssUsernameToken10/>", &format!("<sp:WssUsernameToken10/><sp:{child}/>"), 1);
        assert_ne!(strict, shape.policy());
        let without = secured(if child == "Nonce" { user().without_nonce() } else { user().without_created() });
        let open = |policy: &str, message: &str| {
            let (_, service) = sides(&shape, policy).expect("both sides");
            service.exchanges()[0].open(message, None).map(drop).map_err(|error| error.to_string())
        };
        assert_eq!((open(&strict, &secured(user())), open(&shape.policy(), &without)), (Ok(()), Ok(())));
        let refused = open(&strict, &without).expect_err(child);
        assert!(refused.contains(&format!("the username token has no {child}")), "{refused}");
    }
}

/// The message signs the Body and its timestamp, and encrypts nothing.
#[test]
fn a_check_notices_each_part_that_is_not_signed_or_not_encrypted() {
    let plain = Shape::default().with("encrypted", "nothing");
    let keys = plain.client(identity("alice"), certificate("bob"), certificate("ca"));
    let client = Policy::from_wsdl(&plain.policy()).expect("a policy").client(&keys).expect("a client");
    let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    let names = |policy: &str, which: Message, text: &str| {
        let breaches = Policy::from_wsdl(policy).expect("a policy").check("", which, text).expect("an envelope");
        breaches.into_iter().map(|breach| breach.name).collect::<Vec<_>>()
    };
    let and = |more: &str| plain.policy().replace("</wsp:All>", &format!("{more}</wsp:All>"));
    let path = |path: &str| {
        format!("<sp:XPath xmlns:s=\"{SOAP11}\" xmlns:b=\"urn:bank\" xmlns:a=\"{WSA}\">/s:Envelope/{path}</sp:XPath>")
    };
    let to = format!("<sp:Header Name=\"To\" Namespace=\"{WSA}\"/>");
    let (pay, block) = (path("s:Body/b:pay"), path("s:Header/a:To"));
    for (assertion, inside, other) in [
        ("SignedParts", &to, "<sp:Header Name=\"From\" Namespace=\"urn:x\"/>".to_owned()),
        ("SignedElements", &block, path("s:Header/b:To")),
        ("EncryptedParts", &to, "<sp:Header Name=\"From\" Namespace=\"urn:x\"/>".to_owned()),
        ("EncryptedElements", &pay, path("s:Body/b:other")),
        ("ContentEncryptedElements", &pay, path("s:Body/b:other")),
    ] {
        let demanding = |inside: &str| and(&format!("<sp:{assertion}>{inside}</sp:{assertion}>"));
        let found = names(&demanding(inside), Message::Request, &message);
        // Of two assertions that say what is signed, the first is named.
        let expected = if assertion == "SignedElements" { "SignedParts" } else { assertion };
        assert_eq!(found, [expected], "{assertion}");
        assert!(names(&demanding(&other), Message::Request, &message).is_empty(), "{assertion}: it is not there");
    }
    // An element inside the Body is signed with it.
    let inner = and(&format!("<sp:SignedElements>{pay}</sp:SignedElements>"));
    let inner = inner.replace("<sp:OnlySignEntireHeadersAndBody/>", "");
    assert!(names(&inner, Message::Request, &message).is_empty());

    let reply = names(&plain.policy(), Message::Reply, &message);
    assert!(reply.contains(&"RequireSignatureConfirmation".to_owned()), "{reply:?}");
    let other_binding = plain.clone().with("binding", "derived");
    let found = names(&other_binding.policy(), Message::Request, &message);
    assert!(found.contains(&"SymmetricBinding".to_owned()), "{found:?}");
}

#[test]
fn a_check_notices_a_signature_over_no_whole_part() {
    let plain = Shape::default().with("encrypted", "nothing");
    let strict = plain.policy();
    assert!(strict.contains("OnlySignEntireHeadersAndBody"));
    let parts = [Part::every_element(ElementPath::in_body([("urn:bank", "pay")])), Part::Timestamp];
    let recipe = Recipe::new().timestamp(Duration::from_secs(300));
    let plan = recipe.sign(Signing::with(&identity("alice")).parts(parts)).plan().expect("a plan");
    let message = plan.message(REQUEST).secure().expect("secured").message;
    let breaches =
        Policy::from_wsdl(&strict).expect("a policy").check("", Message::Request, &message).expect("an envelope");
    let names: Vec<_> = breaches.iter().map(|breach| breach.name.as_str()).collect();
    assert!(names.contains(&"SignedParts") && names.contains(&"OnlySignEntireHeadersAndBody"), "{breaches:?}");
}

#[test]
fn a_check_notices_another_password_and_another_assertion() {
    let user = |inside: &str| {
        let token = format!("<sp:UsernameToken><wsp:Policy>{inside}</wsp:Policy></sp:UsernameToken>");
        policy(&format!("<sp:SupportingTokens><wsp:Policy>{token}</wsp:Policy></sp:SupportingTokens>"))
    };
    let saml = |version: &str| {
        let token = format!("<sp:SamlToken><wsp:Policy><sp:{version}/></wsp:Policy></sp:SamlToken>");
        policy(&format!("<sp:SupportingTokens><wsp:Policy>{token}</wsp:Policy></sp:SupportingTokens>"))
    };
    let with = |token: &str| {
        let wsse = name::WSSE.uri;
        let header = format!("<s:Header><w:Security xmlns:w=\"{wsse}\">{token}</w:Security>");
        REQUEST.replacen("<s:Header>", &header, 1)
    };
    let password = |kind: &str| {
        let profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
        with(&format!(
            "<w:UsernameToken><w:Username>ann</w:Username><w:Password Type=\"{profile}#{kind}\">AAAA</w:Password>\
             </w:UsernameToken>"
        ))
    };
    let assertion = |namespace: &str| with(&format!("<Assertion xmlns=\"{namespace}\"/>"));
    let count = |policy: &str, text: &str| {
        let policy = Policy::from_wsdl(policy).expect("a policy");
        policy.check("", Message::Request, text).map(|breaches| breaches.len()).unwrap_or(usize::MAX)
    };
    let (text, digest) = (password("PasswordText"), password("PasswordDigest"));
    assert_eq!((count(&user(""), &text), count(&user(""), &digest)), (0, 1));
    assert_eq!((count(&user("<sp:HashPassword/>"), &text), count(&user("<sp:HashPassword/>"), &digest)), (1, 0));
    let (old, new) = (assertion(name::SAML.uri), assertion(name::SAML2.uri));
    assert_eq!((count(&saml("WssSamlV11Token11"), &old), count(&saml("WssSamlV11Token11"), &new)), (0, 1));
    assert_eq!((count(&saml("WssSamlV20Token11"), &old), count(&saml("WssSamlV20Token11"), &new)), (1, 0));
}

/// A message that the caller's limits admit is opened and checked, and no other limit is in the way.
#[test]
fn the_limits_of_the_caller_hold_for_checks_and_exchanges() {
    let shape = Shape::default().with("encrypted", "nothing");
    let (client, service) = sides(&shape, &shape.policy()).expect("both sides");
    let large = REQUEST.replace("4711", &"4".repeat(5 << 20));
    let raised = Limits::default().with(Limit::DocumentOctets, 16 << 20);
    let plan = client.exchanges()[0].plan().expect("a plan");
    let refused = plan.message(&large).secure().expect_err("too large").to_string();
    assert!(refused.contains("document-octets") || refused.contains("DocumentOctets"), "{refused}");
    let message = plan.clone().limits(raised).message(&large).secure().expect("secured").message;
    let reader = PolicyReader::new().limits(PolicyLimits::default().documents(raised));
    let checked = |policy: Policy| policy.check("", Message::Request, &message).map(|breaches| breaches.len());
    assert_eq!(checked(reader.read(&shape.policy()).expect("a policy")), Ok(0));
    let refused = checked(Policy::from_wsdl(&shape.policy()).expect("a policy")).expect_err("too large").to_string();
    assert!(refused.contains("--limit document-octets"), "{refused}");
    let refused = service.exchanges()[0].open(&message, None).expect_err("too large").to_string();
    assert!(refused.contains("document-octets"), "{refused}");
    let exchange = service.into_exchanges().remove(0).with_receiver(|receiver| receiver.limits(raised));
    assert!(exchange.open(&message, None).is_ok());
}
