//! Policies as products publish them, in `vectors/policies`: what is made of each, and that both sides keep it.

use std::path::Path;

use ws_security::policy::{Policy, PolicyReader};

use crate::promises::{assertions, broken, promised};
use crate::says;

/// What is made of a policy.
enum Made {
    /// Both sides, which exchange messages.
    Both,
    /// A client alone: an assertion is its alone with these words.
    Client(&'static str),
    /// Neither: an assertion is refused with these words.
    Neither(&'static str),
    /// Nothing: it is not read, with these words.
    Nothing(&'static str),
}

use Made::{Both, Client, Neither, Nothing};

const POLICIES: [(&str, Made); 32] = [
    ("cxf-custom-suite", Both),
    ("cxf-transport-sp13", Both),
    ("endorsing-encrypted-certificate", Neither("an endorsing token must stay readable")),
    ("fault-of-its-own", Both),
    ("jbossws-issued-endorsing", Both),
    ("kerberos-supporting", Neither("put other tokens into sp:EndorsingSupportingTokens")),
    ("metro-mutual-certificates", Both),
    ("metro-username-symmetric", Both),
    ("misspelt", Neither("has this name")),
    ("mtom-reliable-attachments", Both),
    ("nested-choices", Both),
    ("owsm-saml-or-username", Both),
    ("owsm-username-protection", Both),
    ("policy-attachment", Nothing("")),
    ("policy-of-2002", Nothing("its namespace is none of WS-Policy that is read")),
    ("rampart-context", Neither("add sp:RequireDerivedKeys to each")),
    ("reply-to-no-certificate", Client("the policy has nothing of the request signed")),
    ("reply-under-no-key", Neither("the policy has no key used in the request")),
    ("sap-netweaver-tls", Both),
    ("split-service", Both),
    ("suite-modifiers", Neither("gateways break such signatures")),
    ("suite-of-supporting-token", Neither("a suite for supporting tokens alone")),
    ("username-protection", Both),
    ("wcf-federation-message", Neither("replies under the secret of an assertion")),
    ("wcf-federation-tls", Both),
    ("wcf-mutual-certificate", Both),
    ("wcf-wshttp-context", Both),
    ("wcf-wshttp-username", Both),
    ("weblogic-draft-policy-uris", Both),
    ("weblogic-policies-by-name", Neither("give the file of this location")),
    ("websphere-paths", Both),
    ("wso2-sign-encrypt", Both),
];

/// The files that others import.
const IMPORTED: [(&str, &str); 2] = [("binding.wsdl", "split-binding"), ("policies.xml", "split-policies")];

fn text(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/policies");
    std::fs::read_to_string(folder.join(format!("{name}.xml"))).expect("a policy")
}

fn read(name: &str) -> Result<Policy, ws_security::policy::PolicyError> {
    let import =
        |location: &str, _: &str| IMPORTED.iter().find(|(known, _)| *known == location).map(|(_, name)| text(name));
    PolicyReader::new().imports(import).read(&text(name))
}

#[test]
fn each_policy_of_a_product_is_kept_by_both_sides_or_refused_with_the_reason() {
    for (name, made) in &POLICIES {
        let policy = match (read(name), made) {
            (Ok(policy), _) => policy,
            (Err(error), Nothing(words)) => {
                says(Err::<(), _>(error), words);
                continue;
            }
            (Err(error), _) => panic!("{name}: {error}"),
        };
        let whole = text(name) + &text("split-policies");
        let len = if whole.contains("Basic128") && !whole.contains("Basic256Sha256") { 16 } else { 32 };
        let held = assertions(len);
        let first = policy.listing().next().map(|listed| listed.operation.to_owned());
        let Some(operation) = first else {
            assert!(matches!(made, Nothing(_)) && !policy.unread().is_empty(), "{name}");
            continue;
        };
        assert_eq!(promised(&policy, &operation).both, matches!(made, Both), "{name}");
        if let Some(why) = broken(&policy, &whole, &operation, (&held, len)) {
            panic!("{name}: {why}");
        }
        let (Neither(words) | Client(words)) = made else { continue };
        let standing = if matches!(made, Client(_)) { "client only" } else { "refused" };
        let all = policy.listing().flat_map(|listed| listed.alternatives.to_vec()).flatten();
        let said =
            all.filter(|judged| judged.standing.word() == standing).map(|judged| judged.standing.what().to_owned());
        let said: Vec<String> = said.collect();
        assert!(said.iter().any(|what| what.contains(words)), "{name}: {said:?}");
    }
}

#[test]
fn every_file_of_policies_has_its_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/policies");
    let files = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").file_name());
    let files = files.filter_map(|file| file.to_str().and_then(|file| file.strip_suffix(".xml")).map(str::to_owned));
    for file in files {
        let is_known = POLICIES.iter().any(|(name, _)| *name == file) || IMPORTED.iter().any(|(_, name)| *name == file);
        assert!(is_known, "{file}: say in POLICIES what is made of it");
    }
}

/// What a file that is referred to has is read, and is not said to be left out.
#[test]
fn policies_that_are_referred_to_in_another_file_are_not_said_to_be_unread() {
    assert_eq!(read("split-service").expect("a policy").unread(), &[] as &[String]);
}
