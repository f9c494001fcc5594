//! Random documents, signed and encrypted both ways with `xmlsec1`: every transform, canonicalisation, digest, signature
//! method, kind of `ds:KeyInfo` and cipher that both have. Without `xmlsec1` it says that nothing was run.
//!
//! Each run takes a few of each; `WSS_ROUNDS=500 cargo test -p wss-cli --test xmlsec1` takes many, and `WSS_SEED` others.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What xmlsec1 1.2 cannot read: these are checked against ourselves alone.
const OURS_ALONE: [&str; 3] = ["der-key-value", "x509-digest", "x509-digest=sha512"];

const C14N: [&str; 6] = [
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2006/12/xml-c14n11#WithComments",
];

const DIGESTS: [&str; 5] = [
    "http://www.w3.org/2000/09/xmldsig#sha1",
    "http://www.w3.org/2001/04/xmldsig-more#sha224",
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];

/// Signature methods, each with a key that runs it: `*` is a secret.
const METHODS: [(&str, &str); 14] = [
    ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "alice"),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha224", "alice"),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "alice"),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", "alice"),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "alice"),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", "ec256"),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "ec256"),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "ec384"),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", "ec521"),
    ("http://www.w3.org/2000/09/xmldsig#hmac-sha1", "*"),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha224", "*"),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", "*"),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha384", "*"),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha512", "*"),
];

/// Kinds of `--key-info` for a certificate, and the content of a template that makes xmlsec1 write the same.
const KINDS: [(&str, &str); 9] = [
    ("x509-certificate", "<ds:X509Data><ds:X509Certificate/></ds:X509Data>"),
    ("x509-chain", "<ds:X509Data><ds:X509Certificate/></ds:X509Data>"),
    ("x509-issuer-serial", "<ds:X509Data><ds:X509IssuerSerial/></ds:X509Data>"),
    ("x509-ski", "<ds:X509Data><ds:X509SKI/></ds:X509Data>"),
    ("x509-subject-name", "<ds:X509Data><ds:X509SubjectName/></ds:X509Data>"),
    ("key-name=signer", "<ds:KeyName>signer</ds:KeyName>"),
    ("der-key-value", ""),
    ("x509-digest", ""),
    ("x509-digest=sha512", ""),
];

const CIPHERS: [(&str, usize); 7] = [
    ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", 16),
    ("http://www.w3.org/2001/04/xmlenc#aes192-cbc", 24),
    ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", 32),
    ("http://www.w3.org/2009/xmlenc11#aes128-gcm", 16),
    ("http://www.w3.org/2009/xmlenc11#aes192-gcm", 24),
    ("http://www.w3.org/2009/xmlenc11#aes256-gcm", 32),
    ("http://www.w3.org/2001/04/xmlenc#tripledes-cbc", 24),
];

const TRANSPORTS: [&str; 2] =
    ["http://www.w3.org/2001/04/xmlenc#rsa-1_5", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"];

/// Kinds of `--key-info` for the recipient.
const RECIPIENTS: [&str; 7] = [
    "x509-certificate",
    "x509-issuer-serial",
    "x509-ski",
    "x509-subject-name",
    "key-name=bob",
    "x509-digest",
    "der-key-value",
];

/// Transforms behind `enveloped-signature` in templates of xmlsec1.
const FILTERS: [&str; 6] = [
    "",
    "<ds:Transform Algorithm='http://www.w3.org/TR/1999/REC-xpath-19991116'><ds:XPath xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>\
     not(ancestor-or-self::ds:Signature) and not(ancestor-or-self::note)</ds:XPath></ds:Transform>",
    "<ds:Transform Algorithm='http://www.w3.org/TR/1999/REC-xpath-19991116'><ds:XPath>count(ancestor::*) &lt; 4 or self::text()</ds:XPath></ds:Transform>",
    "<ds:Transform Algorithm='http://www.w3.org/2002/06/xmldsig-filter2'><XPath xmlns='http://www.w3.org/2002/06/xmldsig-filter2' Filter='intersect'>//*[@Id='part']</XPath></ds:Transform>",
    "<ds:Transform Algorithm='http://www.w3.org/2002/06/xmldsig-filter2'><XPath xmlns='http://www.w3.org/2002/06/xmldsig-filter2' Filter='subtract'>//note</XPath></ds:Transform>",
    "<ds:Transform Algorithm='http://www.w3.org/2002/06/xmldsig-filter2'><XPath xmlns='http://www.w3.org/2002/06/xmldsig-filter2' Filter='subtract'>/*</XPath><XPath xmlns='http://www.w3.org/2002/06/xmldsig-filter2' Filter='union'>//*[@Id='part']</XPath></ds:Transform>",
];

/// Xorshift: the same seed gives the same documents.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("a small number")
    }

    fn of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.below(all.len())]
    }

    /// A document with namespaces, comments, references, sections and white space, whose element `part` has an Id.
    fn document(&mut self) -> String {
        let mut out = String::from("<?xml version=\"1.0\"?>\n<r xmlns=\"\" xmlns:p=\"urn:p\" xml:lang=\"de\">");
        self.content(&mut out, 0);
        out.push_str("<p:part Id='part' p:b=\"2\" a='1'>");
        self.content(&mut out, 1);
        out.push_str("secret 4711</p:part>");
        self.content(&mut out, 0);
        out.push_str("</r>");
        out
    }

    fn content(&mut self, out: &mut String, depth: usize) {
        for _ in 0..self.below(5) {
            match self.below(if depth < 4 { 9 } else { 5 }) {
                0 => out.push_str(self.of(&["text", " Zürich &amp; Köln ", "\n\t", "a&#xD;b", "&lt;&gt;", "𝔘"])),
                1 => out.push_str(self.of(&["<!-- c -->", "<?pi some data?>", "<?pi?>"])),
                2 => out.push_str("<![CDATA[<x> & y]]>"),
                3 => out.push_str("<note>n</note>"),
                4 => out.push_str("<e/>"),
                _ => {
                    let name = self.of(&["a", "p:b", "q:c", "d"]);
                    let attributes =
                        self.of(&["", " z='1' a=\"&quot;2&#9;\"", " p:x='1' x='2'", " xml:space='preserve'"]);
                    let declared = self.of(&[
                        " xmlns:q='urn:q'",
                        " xmlns:q='urn:q2' xmlns:u='urn:u'",
                        " xmlns:q='urn:q' xmlns:p='urn:p2'",
                    ]);
                    out.push_str(&format!("<{name}{declared}{attributes}>"));
                    self.content(out, depth + 1);
                    out.push_str(&format!("</{name}>"));
                }
            }
        }
    }
}

/// A folder for one test, with the tools.
struct Bench {
    folder: PathBuf,
    failures: Vec<String>,
    done: usize,
}

impl Bench {
    fn new(name: &str) -> Option<Self> {
        if Command::new("xmlsec1").arg("--version").output().is_err() {
            eprintln!("SKIPPED: xmlsec1 is not installed, nothing was exchanged with it");
            return None;
        }
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("xmlsec1-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let bench = Self { folder, failures: Vec::new(), done: 0 };
        for (_, len) in CIPHERS {
            bench.file(&format!("secret{len}"), &(1..=len).map(|octet| octet as u8).collect::<Vec<_>>());
        }
        Some(bench)
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn file(&self, name: &str, octets: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, octets).expect("a file");
        path
    }

    /// Counts an exchange, and keeps the document of one that fails.
    fn expect(&mut self, what: &str, output: &Output, document: &str) -> bool {
        self.done += 1;
        if output.status.success() {
            return true;
        }
        let kept = format!("failed-{}.xml", self.failures.len());
        self.file(&kept, document.as_bytes());
        let error = String::from_utf8_lossy(&output.stderr);
        let error: String = error.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(600).collect();
        self.failures.push(format!("{what}\n    {}\n    {error}", self.path(&kept)));
        false
    }

    fn finish(self) {
        println!("{} exchanges with xmlsec1, {} failed", self.done, self.failures.len());
        assert!(self.failures.is_empty(), "{} of {}:\n{}", self.failures.len(), self.done, self.failures.join("\n"));
        std::fs::remove_dir_all(&self.folder).expect("the folder goes");
    }
}

fn key(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/keys");
    root.join(name).display().to_string()
}

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn wss(arguments: &[&str]) -> Output {
    run(env!("CARGO_BIN_EXE_wss"), arguments)
}

fn rounds() -> usize {
    std::env::var("WSS_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(28)
}

fn chance() -> Chance {
    let seed = std::env::var("WSS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0x5EED);
    Chance(seed)
}

/// What xmlsec1 needs to verify with a key of this kind of `ds:KeyInfo`.
fn verifier(kind: &str, signer: &str, bench: &Bench) -> Vec<String> {
    let text = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let certificate = key(&format!("{signer}.pem"));
    match kind {
        "secret" => text(&["--hmackey:ours", &bench.path("secret32")]),
        // Without a key manager of its own, xmlsec1 takes the key of the message.
        "key-value" => Vec::new(),
        "key-name=signer" => text(&["--pubkey-cert-pem:signer", &certificate]),
        _ => text(&["--trusted-pem", &key("ca.pem"), "--untrusted-pem", &certificate, "--enabled-key-data", "x509"]),
    }
}

/// What `wss dsig verify` needs for the same.
fn our_verifier(kind: &str, signer: &str, bench: &Bench) -> Vec<String> {
    let certificate = key(&format!("{signer}.pem"));
    match kind {
        "secret" => vec!["--secret".to_owned(), format!("ours={}", bench.path("secret32"))],
        "key-value" | "der-key-value" => vec!["--insecure-keyvalue".to_owned()],
        "key-name=signer" => vec!["--cert".to_owned(), certificate],
        _ => vec!["--trust".to_owned(), key("ca.pem"), "--intermediate".to_owned(), certificate],
    }
}

#[test]
fn signatures_of_ours() {
    let Some(mut bench) = Bench::new("sign") else { return };
    let mut chance = chance();
    for round in 0..rounds() {
        let (method, signer) = METHODS[round % METHODS.len()];
        let (c14n, digest) = (C14N[round % C14N.len()], DIGESTS[round % DIGESTS.len()]);
        let kind = match signer {
            "*" => "secret",
            "alice" if round % 10 == 0 => "key-value",
            _ => KINDS[(round + round / METHODS.len()) % KINDS.len()].0,
        };
        let path = bench.file("document.xml", chance.document().as_bytes());
        let reference = chance.of(&["", "#part"]);
        let signed = bench.path("signed.xml");
        let (private, certificate) = (key(&format!("{signer}.key")), key(&format!("{signer}.pem")));
        let secret = format!("ours={}", bench.path("secret32"));
        let mut arguments = vec!["dsig", "sign", "--signature-method", method, "--digest", digest, "--c14n", c14n];
        arguments.extend(["--reference", reference, "--id-attr", "Id", "-o", &signed]);
        match signer {
            "*" => arguments.extend(["--secret", &secret]),
            _ => arguments.extend(["--key", &private, "--cert", &certificate, "--key-info", kind]),
        }
        arguments.push(&path);
        let what = format!("ours, round {round}: {method} {c14n} {digest} {kind} {reference:?}");
        let document = std::fs::read_to_string(&path).expect("the document");
        if !bench.expect(&format!("{what}: wss dsig sign"), &wss(&arguments), &document) {
            continue;
        }
        let document = std::fs::read_to_string(&signed).expect("the signed document");
        let options = our_verifier(kind, signer, &bench);
        let mut ours = vec!["dsig", "verify", "--allow-legacy", "--id-attr", "Id"];
        ours.extend(options.iter().map(String::as_str));
        ours.push(&signed);
        bench.expect(&format!("{what}: wss dsig verify"), &wss(&ours), &document);
        if OURS_ALONE.contains(&kind) {
            continue;
        }
        let options = verifier(kind, signer, &bench);
        let mut theirs = vec!["--verify", "--id-attr:Id", "urn:p:part"];
        theirs.extend(options.iter().map(String::as_str));
        theirs.push(&signed);
        bench.expect(&format!("{what}: xmlsec1"), &run("xmlsec1", &theirs), &document);
    }
    bench.finish();
}

/// What leads on to the key, and a revocation list beside the certificate.
#[test]
fn keys_beside_the_signature() {
    let Some(mut bench) = Bench::new("beside") else { return };
    let pem = std::fs::read_to_string(key("alice.pem")).expect("a certificate");
    let body = pem.lines().filter(|line| !line.starts_with("-----")).collect::<String>();
    let ds = "xmlns:ds='http://www.w3.org/2000/09/xmldsig#'";
    let data = format!("<ds:X509Data {ds} Id='data'><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data>");
    let document = format!("<r>{data}<ds:KeyInfo {ds} Id='info'>{}</ds:KeyInfo></r>", data.replace(" Id='data'", ""));
    let path = bench.file("document.xml", document.as_bytes());
    let signed = bench.path("signed.xml");
    let list = format!("x509-crl={}", key("ca.crl"));
    // xmlsec1 1.2 has no KeyInfoReference.
    let kinds: [(&[&str], bool); 3] = [
        (&["retrieval-method=#data"], true),
        (&["key-info-reference=#info"], false),
        (&["x509-certificate", &list], true),
    ];
    for (kinds, theirs_too) in kinds {
        let (private, certificate, anchor) = (key("alice.key"), key("alice.pem"), key("ca.pem"));
        let mut ours =
            vec!["dsig", "sign", "--key", &private, "--cert", &certificate, "--reference", "", "-o", &signed];
        ours.extend(kinds.iter().flat_map(|kind| ["--key-info", kind]));
        ours.push(&path);
        let what = kinds.join(" and ");
        bench.expect(&format!("{what}: wss dsig sign"), &wss(&ours), &document);
        let text = std::fs::read_to_string(&signed).expect("the signed document");
        let verified = wss(&["dsig", "verify", "--trust", &anchor, &signed]);
        bench.expect(&format!("{what}: wss dsig verify"), &verified, &text);
        if theirs_too {
            let ids = ["--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:X509Data"];
            let theirs = [&["--verify"], &ids[..], &["--trusted-pem", &anchor, &signed]].concat();
            bench.expect(&format!("{what}: xmlsec1"), &run("xmlsec1", &theirs), &text);
        }
    }
    bench.finish();
}

/// The signature of a header, whose KeyInfo has no reference to a token.
#[test]
fn headers_without_references() {
    let Some(mut bench) = Bench::new("header") else { return };
    const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
    let envelope = bench.file(
        "envelope.xml",
        format!("<s:Envelope xmlns:s='{SOAP}'><s:Body><p>4711</p></s:Body></s:Envelope>").as_bytes(),
    );
    let signed = bench.path("signed.xml");
    let (private, certificate, anchor) = (key("alice.key"), key("alice.pem"), key("ca.pem"));
    for kind in [
        "x509-data",
        "x509-data-path",
        "x509-issuer-serial",
        "x509-ski",
        "x509-subject-name",
        "x509-digest",
        "key-name",
        "key-value",
        "der-key-value",
    ] {
        let ours = ["sign", "--key", &private, "--cert", &certificate, "--part", "Body", "--reference", kind];
        let ours = [&ours[..], &["--waive", "R5417", "-o", &signed, &envelope]].concat();
        if !bench.expect(&format!("{kind}: wss sign"), &wss(&ours), "") {
            continue;
        }
        let document = std::fs::read_to_string(&signed).expect("the signed message");
        let known = ["verify", "--pin", &certificate, "--require", "signed:Body", &signed];
        bench.expect(&format!("{kind}: wss verify"), &wss(&known), &document);
        if OURS_ALONE.contains(&kind) {
            continue;
        }
        let options = match kind {
            // xmlsec1 takes the only key that it has, whatever its name.
            "key-name" => vec!["--pubkey-cert-pem".to_owned(), certificate.clone()],
            kind => verifier(kind, "alice", &bench),
        };
        let mut theirs = vec!["--verify", "--id-attr:Id", "http://schemas.xmlsoap.org/soap/envelope/:Body"];
        theirs.extend(options.iter().map(String::as_str));
        theirs.push(&signed);
        bench.expect(&format!("{kind}: xmlsec1"), &run("xmlsec1", &theirs), &document);
        let twin = bench.file("twin.xml", document.replace("4711", "4712").as_bytes());
        *theirs.last_mut().expect("a file") = &twin;
        assert!(!run("xmlsec1", &theirs).status.success(), "{kind}: the tampered twin, {anchor}");
    }
    bench.finish();
}

#[test]
fn signatures_of_xmlsec1() {
    let Some(mut bench) = Bench::new("signed") else { return };
    let mut chance = chance();
    for round in 0..rounds() {
        let (method, signer) = METHODS[round % METHODS.len()];
        let (c14n, digest) = (C14N[(round / 2) % C14N.len()], DIGESTS[round % DIGESTS.len()]);
        let (kind, key_info) = match signer {
            "*" => ("secret", "<ds:KeyName>ours</ds:KeyName>"),
            "alice" if round % 10 == 0 => ("key-value", "<ds:KeyValue/>"),
            _ => KINDS[(round + round / METHODS.len()) % 6],
        };
        let (uri, filter) = (chance.of(&["", "#part", "#xpointer(/)", "#xpointer(id('part'))"]), chance.of(&FILTERS));
        let whole = uri.is_empty() || uri == "#xpointer(/)";
        let filter = if whole { filter } else { "" };
        let enveloped = match whole {
            true => "<ds:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/>",
            false => "",
        };
        let of_reference = C14N[chance.below(C14N.len())];
        let template = format!(
            "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:SignedInfo>\
             <ds:CanonicalizationMethod Algorithm='{c14n}'/><ds:SignatureMethod Algorithm='{method}'/>\
             <ds:Reference URI=\"{uri}\"><ds:Transforms>{enveloped}{filter}<ds:Transform Algorithm='{of_reference}'/></ds:Transforms>\
             <ds:DigestMethod Algorithm='{digest}'/><ds:DigestValue/></ds:Reference>\
             <ds:Reference URI='#text'><ds:Transforms><ds:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#base64'/>\
             </ds:Transforms><ds:DigestMethod Algorithm='{digest}'/><ds:DigestValue/></ds:Reference></ds:SignedInfo>\
             <ds:SignatureValue/><ds:KeyInfo>{key_info}</ds:KeyInfo><ds:Object Id='text'>c29tZSB0ZXh0\n</ds:Object></ds:Signature>"
        );
        let mut document = chance.document();
        if filter.contains("union") && uri.is_empty() {
            // The URI drops comments, and a filter only takes away (XPath Filter 2.0 §3.4): xmlsec1 1.2 unites them in again.
            document = document.replace("<!-- c -->", "");
        }
        let document = document.replace("</r>", &format!("{template}</r>"));
        let path = bench.file("template.xml", document.as_bytes());
        let signed = bench.path("signed.xml");
        let pair = format!("{},{}", key(&format!("{signer}.key")), key(&format!("{signer}.pem")));
        let secret = bench.path("secret32");
        let mut theirs = vec!["--sign", "--id-attr:Id", "urn:p:part", "--output", &signed];
        match signer {
            "*" => theirs.extend(["--hmackey:ours", &secret]),
            _ => theirs.extend(["--privkey-pem:signer", &pair]),
        }
        theirs.push(&path);
        let what = format!("theirs, round {round}: {method} {c14n} {of_reference} {digest} {kind} {uri:?} {filter}");
        if !bench.expect(&format!("{what}: xmlsec1"), &run("xmlsec1", &theirs), &document) {
            continue;
        }
        let document = std::fs::read_to_string(&signed).expect("the signed document");
        let options = our_verifier(kind, signer, &bench);
        let mut ours = vec!["dsig", "verify", "--allow-legacy", "--id-attr", "Id"];
        ours.extend(options.iter().map(String::as_str));
        ours.push(&signed);
        bench.expect(&format!("{what}: wss dsig verify"), &wss(&ours), &document);
        // What is signed is the text of the document, unless a filter takes it out.
        if filter.is_empty() {
            let changed = bench.file("changed.xml", document.replace("4711", "4712").as_bytes());
            ours.pop();
            ours.push(&changed);
            assert_eq!(wss(&ours).status.code(), Some(1), "{what}: a changed document is not valid");
        }
    }
    bench.finish();
}

/// How many octets the key of a cipher has, as xmlsec1 names its kind.
fn session_key(cipher: &str, len: usize) -> String {
    if cipher.contains("tripledes") { "des-192".to_owned() } else { format!("aes-{}", len * 8) }
}

fn canonical(text: &[u8], bench: &Bench) -> Vec<u8> {
    let path = bench.file("compared.xml", text);
    wss(&["c14n", "--method", "inclusive-comments", &path]).stdout
}

#[test]
fn encryption_of_ours() {
    let Some(mut bench) = Bench::new("encrypt") else { return };
    let mut chance = chance();
    for round in 0..rounds() {
        let (cipher, len) = CIPHERS[round % CIPHERS.len()];
        let document = chance.document();
        let path = bench.file("document.xml", document.as_bytes());
        let (encrypted, opened) = (bench.path("encrypted.xml"), bench.path("opened.xml"));
        let certificate = key("bob.pem");
        let secret = bench.path(&format!("secret{len}"));
        let named = format!("ours={secret}");
        let transport = TRANSPORTS[(round / 2) % TRANSPORTS.len()];
        let by_secret = round % 3 == 0;
        let recipient = RECIPIENTS[round % RECIPIENTS.len()];
        let mut ours =
            vec!["xenc", "encrypt", "--content", cipher, "--id", "part", "--id-attr", "Id", "-o", &encrypted];
        match by_secret {
            true => ours.extend(["--secret", &named]),
            false => {
                ours.extend(["--to", &certificate, "--key-transport", transport, "--key-info"]);
                ours.push(recipient);
            }
        }
        if round % 2 == 0 {
            ours.push("--content-only");
        }
        ours.push(&path);
        let what = match by_secret {
            true => format!("ours, round {round}: {cipher} by a secret"),
            false => format!("ours, round {round}: {cipher} {transport} {recipient}"),
        };
        if !bench.expect(&format!("{what}: wss xenc encrypt"), &wss(&ours), &document) {
            continue;
        }
        let ciphertext = std::fs::read_to_string(&encrypted).expect("the document");
        assert!(!ciphertext.contains("4711"), "{what}");
        let kind = if cipher.contains("tripledes") { "--deskey:ours" } else { "--aeskey:ours" };
        let private = key("bob.key");
        let mut theirs = vec!["--decrypt", "--output", &opened];
        match by_secret {
            true => theirs.extend([kind, &secret]),
            false => theirs.extend(["--privkey-pem", &private]),
        }
        theirs.push(&encrypted);
        if bench.expect(&format!("{what}: xmlsec1"), &run("xmlsec1", &theirs), &ciphertext) {
            let found = canonical(&std::fs::read(&opened).expect("the document"), &bench);
            assert_eq!(found, canonical(document.as_bytes(), &bench), "{what}");
        }
    }
    bench.finish();
}

#[test]
fn encryption_of_xmlsec1() {
    let Some(mut bench) = Bench::new("encrypted") else { return };
    let mut chance = chance();
    for round in 0..rounds() {
        let (cipher, len) = CIPHERS[round % CIPHERS.len()];
        let document = chance.document();
        let path = bench.file("document.xml", document.as_bytes());
        let encrypted = bench.path("encrypted.xml");
        let secret = bench.path(&format!("secret{len}"));
        let transport = TRANSPORTS[(round / 2) % TRANSPORTS.len()];
        let by_secret = round % 3 == 0;
        let kind = if round % 2 == 0 { "Element" } else { "Content" };
        let key_info = match by_secret {
            true => "<ds:KeyName>ours</ds:KeyName>".to_owned(),
            false => format!(
                "<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm='{transport}'/><ds:KeyInfo><ds:KeyName>bob</ds:KeyName>\
                 </ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey>"
            ),
        };
        let template = format!(
            "<xenc:EncryptedData xmlns:xenc='http://www.w3.org/2001/04/xmlenc#' xmlns:ds='http://www.w3.org/2000/09/xmldsig#' \
             Type='http://www.w3.org/2001/04/xmlenc#{kind}'><xenc:EncryptionMethod Algorithm='{cipher}'/>\
             <ds:KeyInfo>{key_info}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>"
        );
        let template = bench.file("template.xml", template.as_bytes());
        let symmetric = if cipher.contains("tripledes") { "--deskey:ours" } else { "--aeskey:ours" };
        let (certificate, session) = (key("bob.pem"), session_key(cipher, len));
        let mut theirs = vec!["--encrypt", "--xml-data", &path, "--node-name", "urn:p:part", "--output", &encrypted];
        match by_secret {
            true => theirs.extend([symmetric, &secret]),
            false => theirs.extend(["--pubkey-cert-pem:bob", &certificate, "--session-key", &session]),
        }
        theirs.push(&template);
        let what = format!("theirs, round {round}: {cipher} {kind} {}", if by_secret { "secret" } else { transport });
        if !bench.expect(&format!("{what}: xmlsec1"), &run("xmlsec1", &theirs), &document) {
            continue;
        }
        let ciphertext = std::fs::read_to_string(&encrypted).expect("the document");
        let named = format!("ours={secret}");
        let private = key("bob.key");
        let mut ours = vec!["xenc", "decrypt", "--allow-legacy"];
        match by_secret {
            true => ours.extend(["--secret", &named]),
            false => ours.extend(["--key", &private]),
        }
        ours.push(&encrypted);
        let output = wss(&ours);
        if bench.expect(&format!("{what}: wss xenc decrypt"), &output, &ciphertext) {
            assert_eq!(canonical(&output.stdout, &bench), canonical(document.as_bytes(), &bench), "{what}");
        }
    }
    bench.finish();
}
