//! The limits of a sender: it refuses what a receiver with the same limits would refuse, by the name of the limit; what it sends,
//! the receiver opens; and what a plaintext means goes with it.

mod common;

use common::*;
use ws_security::attachments::Attachment;
use ws_security::prelude::*;
use ws_security::{ElementPath, Exceeded, Limit, Limits, SecureError};

fn enveloped(root: &str, body: &str) -> String {
    format!("<s:Envelope xmlns:s='{SOAP11}'{root}><s:Header/><s:Body>{body}</s:Body></s:Envelope>")
}

fn alice() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])
}

fn to_bob() -> Encrypting {
    Encrypting::to(&certificate("bob")).parts([Part::Body])
}

fn bob() -> Receiver {
    receiver().decrypt_with(identity("bob"))
}

#[test]
fn a_body_of_many_children_is_opened_by_our_own_receiver() {
    for (child, count) in [("<a>b</a>", 9_000), ("<a/>", 9_000), ("<s:a/>", 4_000)] {
        let message = enveloped("", &child.repeat(count));
        let signed = recipe().sign(alice()).secured(&message);
        assert!(bob().open(&signed).is_ok());
        for recipe in [recipe().sign(alice()).encrypt(to_bob()), recipe().encrypt(to_bob()).sign(alice())] {
            let both = recipe.secured(&message);
            let opened = bob().open(&both).unwrap_or_else(|error| panic!("{child}: {error}"));
            let content = opened.body().xml().matches("<a").count() + opened.body().xml().matches("<s:a").count();
            assert_eq!(content, count);
            assert!(both.len() < 16 * signed.len(), "{} octets become {}", signed.len(), both.len());
        }
    }
}

/// The largest number of children that is secured, and the error for one more.
fn most(child: &str, recipe: fn() -> Recipe) -> (usize, SecureError) {
    let secure = |count: usize| {
        let envelope = enveloped("", &child.repeat(count));
        recipe().plan().expect("a plan").message(&envelope).secure().map(drop)
    };
    let (mut secured, mut refused) = (1, 60_000);
    while refused - secured > 1 {
        let middle = usize::midpoint(secured, refused);
        match secure(middle) {
            Ok(()) => secured = middle,
            Err(_) => refused = middle,
        }
    }
    (secured, secure(refused).expect_err("refused"))
}

#[test]
fn what_the_sender_admits_the_receiver_opens_up_to_the_last_child() {
    for (child, limit) in [
        ("<a>b</a>", Limit::AllDeclarations),
        ("<a/>", Limit::AllDeclarations),
        ("<s:a/>", Limit::TakenAlongOctets),
        ("<s:a xmlns:s='urn:s' xmlns='urn:d'/>", Limit::AllDeclarations),
    ] {
        let recipes: [fn() -> Recipe; 2] =
            [|| recipe().sign(alice()).encrypt(to_bob()), || recipe().encrypt(to_bob()).sign(alice())];
        for recipe in recipes {
            let (count, error) = most(child, recipe);
            assert!(
                matches!(error, SecureError::Limit(Exceeded { limit: found, .. }) if found == limit),
                "{child}: {error}"
            );
            assert!(count > 5_000, "{child}: {count}");
            let message = recipe().secured(&enveloped("", &child.repeat(count)));
            drop(bob().open(&message).unwrap_or_else(|error| panic!("{count} of {child}: {error}")));
        }
    }
}

/// For each limit that a sender charges: an envelope that is over it once it is lowered.
#[test]
fn the_error_of_a_sender_names_the_limit_and_how_to_raise_it() {
    let both = |limits: Limits| recipe().limits(limits).sign(alice()).encrypt(to_bob());
    let one = |recipe: Recipe, envelope: &str| recipe.plan().expect("a plan").message(envelope).secure().map(drop);
    let many = enveloped(" xmlns:p='urn:purchasing'", &format!("<p:a>{}</p:a>", "1234".repeat(7)).repeat(12_000));
    let text = enveloped("", &format!("<a>{}</a>", "text ".repeat(80_000)));
    let elements = || [Part::every_element(ElementPath::in_body([("urn:x", "a")]))];
    let three = enveloped(" xmlns:x='urn:x'", &"<x:a/>".repeat(3));
    let attachments = |limits: Limits| {
        let attachment = Attachment::new("a@b", "text/plain", "text").expect("an attachment");
        let plan = recipe().limits(limits).sign(alice().parts([Part::Attachments])).plan().expect("a plan");
        plan.message(&envelope(SOAP11)).attachments(vec![attachment]).secure().map(drop)
    };
    let security = format!("<e:Security xmlns:e='{}' s:actor='urn:x'/>", ws_security::c14n::name::WSSE.uri);
    let relayed = envelope(SOAP11).replacen("<s:Header>", &format!("<s:Header>{security}"), 1);
    type Send<'s> = Box<dyn Fn(Limits) -> Result<(), SecureError> + 's>;
    let cases: Vec<(Limit, u64, Send<'_>)> = vec![
        (Limit::DocumentOctets, 100, Box::new(|limits| one(both(limits), &envelope(SOAP11)))),
        (
            Limit::DocumentOctets,
            envelope(SOAP11).len() as u64 + 10,
            Box::new(|limits| one(both(limits), &envelope(SOAP11))),
        ),
        (Limit::Depth, 2, Box::new(|limits| one(both(limits), &envelope(SOAP11)))),
        (Limit::Nodes, 4, Box::new(|limits| one(both(limits), &envelope(SOAP11)))),
        (Limit::NamespacesInScope, 3, Box::new(|limits| one(both(limits), &envelope(SOAP11)))),
        (Limit::AllDeclarations, 100, Box::new(|limits| one(both(limits), &envelope(SOAP11)))),
        (Limit::AllDeclarations, 2_000, Box::new(|limits| one(both(limits), &many))),
        (Limit::TakenAlongOctets, 0, Box::new(|limits| one(both(limits), &many))),
        (Limit::PlaintextOctets, 100_000, Box::new(|limits| one(both(limits), &many))),
        (Limit::DigestedOctets, 0, Box::new(|limits| one(both(limits), &many))),
        (
            Limit::ParsedOctets,
            0,
            Box::new(|limits| one(recipe().limits(limits).encrypt(to_bob()).encrypt(to_bob()).sign(alice()), &text)),
        ),
        (
            Limit::EncryptedData,
            2,
            Box::new(|limits| {
                one(recipe().limits(limits).encrypt(Encrypting::to(&certificate("bob")).parts(elements())), &three)
            }),
        ),
        (
            Limit::DataReferences,
            2,
            Box::new(|limits| {
                one(recipe().limits(limits).encrypt(Encrypting::to(&certificate("bob")).parts(elements())), &three)
            }),
        ),
        (Limit::References, 2, Box::new(|limits| one(recipe().limits(limits).sign(alice().parts(elements())), &three))),
        (Limit::MimeParts, 1, Box::new(attachments)),
        (Limit::SecurityHeaders, 0, Box::new(|limits| one(both(limits), &relayed))),
    ];
    for (limit, low, send) in cases {
        assert_eq!(send(Limits::default()), Ok(()), "{limit:?}");
        let error = send(Limits::default().with(limit, low)).expect_err("refused");
        assert!(
            matches!(error, SecureError::Limit(Exceeded { limit: found, .. }) if found == limit),
            "{limit:?}: {error}"
        );
        let said = error.to_string();
        assert!(said.contains(&format!("`Limits::with(Limit::{limit:?}, …)`")), "{said}");
        assert!(said.contains("`Recipe::limits`"), "{said}");
    }
}

#[test]
fn a_sender_with_higher_limits_sends_more() {
    let message = enveloped("", &format!("<a>{}</a>", "text ".repeat(1_000_000)));
    let both = || recipe().sign(alice()).encrypt(to_bob()).plan().expect("a plan");
    let error = both().message(&message).secure().map(drop).expect_err("refused");
    assert!(matches!(error, SecureError::Limit(Exceeded { limit: Limit::DocumentOctets, .. })), "{error}");
    let limits = Limits::default().with(Limit::DocumentOctets, 16 << 20).with(Limit::PlaintextOctets, 16 << 20);
    let secured = both().limits(limits).message(&message).secure().expect("secured").message;
    assert!(bob().open(&secured).is_err());
    assert!(bob().limits(limits).open(&secured).is_ok());
    // A token that somebody else issued is read within the limits, too.
    let low = Limits::default().with(Limit::Depth, 1);
    let licence = "<r:license xmlns:r='urn:mpeg:mpeg21:2003:01-REL-R-NS' licenseId='l'><r:a/></r:license>";
    let error = recipe().limits(low).token(licence).sign(alice()).plan().map(drop).expect_err("refused");
    assert!(error.to_string().contains("Limit::Depth"), "{error}");
}

/// The confirmations of a reply are those of the request, whose sender chose their number.
#[test]
fn a_reply_confirms_no_more_signatures_than_a_receiver_reads() {
    let request = recipe().sign(alice()).plan().expect("a plan").message(&envelope(SOAP11)).secure().expect("secured");
    let opened = receiver().open(&request.message).expect("opens");
    let reply = |limits: Limits| {
        let signing = Signing::with(&identity("bob")).parts([Part::Body, Part::Timestamp]);
        let plan = recipe().limits(limits).signature_confirmation().sign(signing).plan().expect("a plan");
        plan.message(&envelope(SOAP11)).answering(opened.correlation()).secure().map(drop)
    };
    assert_eq!(reply(Limits::default()), Ok(()));
    let error = reply(Limits::default().with(Limit::Confirmations, 0)).expect_err("refused");
    assert!(matches!(error, SecureError::Limit(Exceeded { limit: Limit::Confirmations, .. })), "{error}");
}

/// What each prefix of a list is bound to at the first child of the Body.
fn meaning(xml: &str, prefixes: &[&str]) -> Vec<Option<String>> {
    let tree = roxmltree::Document::parse(xml).expect("XML");
    let body = tree.descendants().find(|node| node.has_tag_name((SOAP11, "Body"))).expect("a Body");
    let child = body.first_element_child().expect("a child");
    let bound = |prefix: &&str| {
        let prefix = Some(*prefix).filter(|prefix| !prefix.is_empty());
        child.lookup_namespace_uri(prefix).map(str::to_owned)
    };
    prefixes.iter().map(bound).collect()
}

/// A QName in a value keeps its namespace, whatever an attacker declares around the ciphertext.
#[test]
fn what_values_use_goes_with_the_plaintext() {
    let root =
        " xmlns='urn:d' xmlns:pay='urn:pay' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:unused='urn:u'";
    for (child, prefixes) in [
        ("<o:a xmlns:o='urn:o' xsi:type='pay:Type'/>", &["pay", ""][..]),
        ("<o:a xmlns:o='urn:o'>pay:Type</o:a>", &["pay", ""]),
        ("<o:a xmlns:o='urn:o'><o:b>//pay:x</o:b></o:a>", &["pay", ""]),
        ("<o:a xmlns:o='urn:o'>p&#x61;y:Type</o:a>", &["pay", ""]),
        ("<o:a xmlns:o='urn:o'>Type</o:a>", &[""]),
        ("<o:a xmlns:o='urn:o' xsi:type='Type'/>", &["", "xsi"]),
        ("<o:a xmlns:o='urn:o' pay:to='1'/>", &["pay"]),
        ("<b/>", &[""]),
    ] {
        let envelope = enveloped(root, child);
        let wanted = meaning(&envelope, prefixes);
        // The list has the returned text declare what only values use.
        let listing = || alice().inclusive_prefixes("pay xsi #default");
        for recipe in [recipe().encrypt(to_bob()).sign(listing()), recipe().sign(listing()).encrypt(to_bob())] {
            let message = recipe.secured(&envelope);
            let opened = bob().open(&message).unwrap_or_else(|error| panic!("{child}: {error}"));
            assert_eq!(meaning(opened.body().xml(), prefixes), wanted, "{child}");
            for place in ["<s:Envelope ", "<s:Header", "<s:Body "] {
                for (old, new) in [
                    ("xmlns:pay='urn:pay'", "xmlns:pay='urn:void'"),
                    ("xmlns='urn:d'", "xmlns='urn:void'"),
                    ("xmlns='urn:d'", ""),
                    (place, &format!("{} xmlns:pay='urn:void' xmlns='urn:void' ", place.trim_end())),
                ] {
                    let evil = message.replacen(old, new, 1);
                    if let Ok(opened) = bob().open(&evil) {
                        assert_eq!(meaning(opened.body().xml(), prefixes), wanted, "{child}: {old} is {new}");
                    }
                }
            }
        }
    }
}
