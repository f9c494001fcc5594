//! The manual's pages of networks are what their data says: `WSS_WRITE_NETWORKS=1 cargo test -p ws-security --test networks`
//! writes them; without the variable they are compared.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use ws_security::Limits;
use ws_security::attachments::Package;
use ws_security::crypto::SignatureFamily;
use ws_security::networks::{ALL, Credential, Leniency, MessagePart, Network, Opening, Shape, SignedBy, outline};

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The envelope of a golden message.
fn golden(network: &Network, name: &str) -> String {
    let of = |end: &str| folder().join(format!("vectors/networks/{}/{name}.{end}", network.name));
    if let Ok(text) = fs::read_to_string(of("xml")) {
        return text;
    }
    let octets = fs::read(of("mime")).expect("a golden message");
    let package = Package::parse(&octets, &Limits::default()).expect("a package");
    String::from_utf8(package.unauthenticated_envelope().to_vec()).expect("text")
}

fn parts(shape: &Shape) -> impl Iterator<Item = MessagePart> {
    shape.signature.into_iter().flat_map(|signature| signature.parts.iter().chain(signature.parts_if_present).copied())
}

/// The keys of the manual's parties that fit: the client's, the service's, and the ones that decrypt.
fn parties(network: &Network) -> [&'static str; 3] {
    match network.request.signature.map(|signature| signature.method.family()) {
        Some(SignatureFamily::Ed25519) => ["ed25519", "ed-below", "ka-x25519"],
        Some(SignatureFamily::Ecdsa) if network.name == "bdew_1_2" => ["bp256", "ec256-bob", "ka-bp256"],
        Some(SignatureFamily::Ecdsa) => ["ec256", "ec256-bob", "ka-ec256"],
        _ => ["alice", "bob", "bob"],
    }
}

/// The keys of both sides, as a program writes them.
struct WrittenKeys {
    client: String,
    service: String,
}

fn written_keys(network: &Network) -> WrittenKeys {
    let shape = &network.request;
    let [client, service, recipient] = parties(network);
    let mut keys = String::from("PartyKeys::new()");
    let mut service_keys = String::from("PartyKeys::new()");
    if shape.signature.is_some() {
        let _infallible = write!(keys, ".identity(identity(\"{client}\"))");
        let _infallible = write!(service_keys, ".trust(Trust::pins([certificate(\"{client}\")]))");
    }
    if network.reply_shape().is_some_and(|reply| reply.signature.is_some()) {
        let _infallible = write!(keys, ".trust(Trust::pins([certificate(\"{service}\")]))");
        let _infallible = write!(service_keys, ".identity(identity(\"{service}\"))");
    }
    if shape.encryption.is_some() {
        let _infallible = write!(keys, ".partner(certificate(\"{recipient}\"))");
        if recipient != service || network.reply_shape().is_none() {
            let _infallible = write!(service_keys, ".decrypting(identity(\"{recipient}\"))");
        }
    }
    if shape.credential.is_password() {
        keys.push_str(".user(\"ann\", \"s3cret\")");
        service_keys.push_str(".passwords(users)");
    }
    if shape.credential.is_issued() {
        keys.push_str(".assertion(assertion)");
        service_keys.push_str(".assertions(issuers)");
    }
    WrittenKeys { client: keys, service: service_keys }
}

fn is_package(shape: &Shape) -> bool {
    parts(shape).any(|place| place == MessagePart::Attachments)
}

/// A program that makes a request and opens it.
fn program(network: &Network) -> String {
    let is_package = is_package(&network.request);
    let WrittenKeys { client: keys, service: service_keys } = written_keys(network);
    let mut text =
        String::from("```rust\n# include!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/src/manual/parties.rs\"));\n");
    let _infallible = writeln!(text, "use ws_security::networks::{{PartyKeys, {}}};", network.name);
    if is_package {
        text.push_str("# use ws_security::{Limits, attachments::{Attachment, Package}};\n");
    }
    text.push_str("# fn main() -> Result<(), Box<dyn std::error::Error>> {\n");
    text.push_str(&setup(network));
    let _infallible = writeln!(text, "let network = {}::NETWORK;", network.name);
    let _infallible = writeln!(text, "let keys = {keys};");
    text.push_str("let plan = network.client(&keys, MemoryReplayCache::default())?.recipe.plan()?;\n");
    if is_package {
        text.push_str(
            "let invoice = Attachment::new(\"invoice@example.org\", \"application/xml\", \"<invoice/>\")?.compressed(None)?;\n\
             let package = plan.message(envelope).attachments(vec![invoice]).secure()?.message;\n\
             let (content_type, body) = (package.content_type(), package.write(Vec::new())?);\n",
        );
    } else {
        text.push_str("let message = plan.message(envelope).secure()?.message;\n");
    }
    let _infallible = writeln!(text, "\nlet keys = {service_keys};");
    text.push_str("let receiver = network.service(&keys, MemoryReplayCache::default())?.receiver;\n");
    text.push_str(&opening(&network.request));
    text + "# Ok(())\n# }\n```\n"
}

/// The lines, hidden in the page, that make the envelope and what the keys are made of.
fn setup(network: &Network) -> String {
    let shape = &network.request;
    let mut text = String::new();
    let soap = network.http.soap.namespace();
    let blocks: String = parts(shape)
        .filter_map(|place| match place {
            MessagePart::Block { namespace, local } => {
                Some(format!("<b:{local} xmlns:b='{namespace}'>urn:1</b:{local}>"))
            }
            _ => None,
        })
        .collect();
    let _infallible = writeln!(
        text,
        "# let envelope = \"<s:Envelope xmlns:s='{soap}'><s:Header>{blocks}</s:Header><s:Body><pay xmlns='urn:bank'/></s:Body></s:Envelope>\";"
    );
    if shape.credential.is_password() {
        text.push_str(
            "# let users = |user: &str| (user == \"ann\").then(|| ws_security::Secret::new(b\"s3cret\".to_vec()));\n",
        );
    }
    if let Credential::IdCard { .. } = shape.credential {
        text.push_str(
            "# let card = ws_security::NewIdCard::system(\"TEST-STS\", \"journal\", \"25520041\", \"A clinic\");\n\
             # let assertion = card.sign(&identity(\"carol\"), now(), &ws_security::crypto::SystemRandom)?;\n\
             # let issuers = ws_security::AssertionTrust::dangerous_for_any_audience()\n\
             #     .issuer(\"TEST-STS\", Trust::pins([certificate(\"carol\")]));\n",
        );
    } else if shape.credential.is_issued() {
        let holder = shape.signature.is_some_and(|signature| signature.by == SignedBy::HolderOfKey);
        let confirmed = if holder { "holder_of_key(&certificate(\"alice\"))" } else { "bearer()" };
        let _infallible = write!(
            text,
            "# let assertion = ws_security::NewAssertion::new(ws_security::SamlVersion::V2_0, \"https://idp.example\", \"uid=alice\")\n\
             #     .{confirmed}.audience(\"urn:service\").sign(&identity(\"carol\"), now(), &ws_security::crypto::SystemRandom)?;\n\
             # let issuers = ws_security::AssertionTrust::for_audience(\"urn:service\").accept_bearer()\n\
             #     .issuer(\"https://idp.example\", Trust::pins([certificate(\"carol\")]));\n"
        );
    }
    text
}

/// The lines that open the request.
fn opening(shape: &Shape) -> String {
    let mut text = String::new();
    match (is_package(shape), shape.opening()) {
        (true, _) => text.push_str(
            "let opened = receiver.open(&Package::parse_body(&content_type, &body, &Limits::default())?)?;\n\
             assert_eq!(opened.attachments().len(), 1);\n",
        ),
        (false, Opening::Body) => {
            text.push_str("let opened = receiver.open(&message)?;\nassert!(opened.body().xml().contains(\"pay\"));\n");
        }
        (false, Opening::Parts) => text.push_str("receiver.open_parts(&message)?; // the Body is not signed\n"),
        _ => {
            let facts = match shape.allows(Leniency::UnprotectedTransport) {
                true => "dangerous_unprotected",
                false => "server_authenticated_tls",
            };
            let _infallible = writeln!(
                text,
                "receiver.open_unsigned(&message, ws_security::TransportFacts::{facts}())?; // nothing is signed"
            );
        }
    }
    text
}

/// The largest number of columns of a line of prose.
const WIDTH: usize = 130;

/// Breaks long lines of prose at blanks outside code spans; code, tables and what has no such blank stay as they are. A line of a
/// list goes on below its text.
fn wrapped(text: &str) -> String {
    let mut is_code = false;
    let mut out = String::new();
    for line in text.lines() {
        is_code ^= line.starts_with("```");
        let is_prose = !is_code && !line.starts_with('|');
        let indent = if line.starts_with("- ") { "  " } else { "" };
        let mut rest = line.to_owned();
        while let Some(at) = break_of(&rest).filter(|_| is_prose) {
            out.push_str(&rest[..at]);
            out.push('\n');
            rest = format!("{indent}{}", &rest[at + 1..]);
        }
        out.push_str(&rest);
        out.push('\n');
    }
    out
}

/// The last blank at which a long line may be broken. No line begins with what makes a list, a table or a heading.
fn break_of(line: &str) -> Option<usize> {
    if line.chars().count() <= WIDTH {
        return None;
    }
    let mut in_code = false;
    let mut last = None;
    for (column, (at, octet)) in line.char_indices().enumerate().take(WIDTH + 1) {
        in_code ^= octet == '`';
        let begins =
            line[at..].trim_start().chars().next().is_some_and(|next| next.is_alphanumeric() || "`[(*+".contains(next));
        let is_mark = [" + ", " * ", " - "].iter().any(|mark| line[at..].starts_with(mark));
        if octet == ' ' && !in_code && column > 2 && begins && !is_mark {
            last = Some(at);
        }
    }
    last
}

fn page(network: &Network) -> String {
    let mut text = format!("{}. {}\n\n", network.title, network.about);
    let mark = if network.reliability().word() == "unverified" { "**unverified**: " } else { "" };
    let _infallible = writeln!(
        text,
        "{mark}Parties: a client and a service of this network, with test keys. They are on the page [`parties`](crate::manual::parties).\n"
    );
    text.push_str(&program(network));
    let _infallible = writeln!(text, "\n- Request: {}.", network.request);
    match network.reply_shape() {
        Some(shape) => drop(writeln!(text, "- Reply: {shape}.")),
        None => text.push_str("- Reply: no Security header; only TLS protects it.\n"),
    }
    let _infallible = writeln!(text, "- HTTP: {}.", network.http);
    if let Some(messaging) = &network.messaging {
        let _infallible = writeln!(text, "- `eb:Messaging`: {messaging}.");
    }
    let partner = &network.partner;
    let _infallible = writeln!(
        text,
        "- Certificates from: {}. A partner is known by: {}. Revocation: {}.",
        partner.issuer, partner.name, partner.revocation
    );
    for choice in network.choices {
        let _infallible = writeln!(text, "- `+{}`: {}.", choice.name, choice.why);
    }
    for broken in network.request.breaks {
        let _infallible = writeln!(text, "- It breaks {}: {}.", broken.rule, broken.reason);
    }
    for source in network.sources {
        let _infallible = writeln!(text, "- Source ({}): {}.", source.reliability.word(), source.title);
    }
    let header = outline(&golden(network, "request")).expect("an outline");
    let _infallible = write!(text, "\nThe header of a request:\n\n```text\n{header}```\n");
    wrapped(&text)
}

fn index() -> String {
    let mut text = String::from(
        "Networks that demand WS-Security, each with a preset.\n\n\
         A [`Network`](crate::networks::Network) is data. [`client`](crate::networks::Network::client) and\n\
         [`service`](crate::networks::Network::service) make a recipe and a receiver of it; on the command line, `wss secure` and\n\
         `wss verify` take `--network NAME`. *read* means that the specification or the source of a client in use was read, *reports*\n\
         that its users reported it, *unverified* neither: compare it with your partner's documents first. A page lists what of its network no source says.\n\n\
         | network | | SOAP | facts |\n|---|---|---|---|\n",
    );
    for network in ALL {
        let soap = network.http.soap.number();
        let _infallible = writeln!(
            text,
            "| [`{0}`](mod@crate::manual::networks::{0}) | {1} | {soap} | {2} |",
            network.name,
            network.title,
            network.reliability().word()
        );
    }
    wrapped(&text)
}

fn modules() -> String {
    let mut text = String::from("//! A page for each network: `tests/networks.rs` writes this file and the pages.\n");
    for network in ALL {
        let _infallible = write!(text, "\n#[doc = include_str!(\"{0}.md\")]\npub mod {0} {{}}\n", network.name);
    }
    text
}

#[test]
fn the_pages_of_networks_are_what_their_data_says() {
    let pages = folder().join("src/manual/networks");
    let mut files = vec![("index.md".to_owned(), index()), ("mod.rs".to_owned(), modules())];
    files.extend(ALL.iter().map(|network| (format!("{}.md", network.name), page(network))));
    let mut differ = Vec::new();
    for (name, text) in &files {
        let path = pages.join(name);
        if std::env::var_os("WSS_WRITE_NETWORKS").is_some() {
            fs::create_dir_all(&pages).expect("a folder");
            fs::write(&path, text).expect("written");
        }
        if fs::read_to_string(&path).ok().as_ref() != Some(text) {
            differ.push(name.clone());
        }
    }
    assert!(differ.is_empty(), "WSS_WRITE_NETWORKS=1 writes {differ:?}");
    let known = fs::read_dir(&pages).expect("the folder").count();
    assert_eq!(known, files.len(), "a page of no network is in {}", pages.display());
}

#[test]
fn the_readme_counts_the_networks() {
    let readme = fs::read_to_string(folder().join("README.md")).expect("the README");
    assert!(readme.contains(&format!("presets of {},", ALL.len())), "it does not say {}", ALL.len());
}
