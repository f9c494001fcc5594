//! Attachments of requests that a policy has signed or encrypted (`sp:Attachments`), and MTOM: CXF's service gets the packages of
//! our client, and our service those of CXF's client.

use ws_security::attachments::{Attachment, Package};
use ws_security::c14n::base64_encode;
use ws_security::policy::{Policy, Side};
use ws_security::{Correlation, Limits};

use crate::driver::Driver;
use crate::peer::{self, Matrix};
use crate::policy_bindings::{PARTS, asymmetric, derived};
use crate::policy_shapes::{SP, Shape, policy};

const COLUMNS: [&str; 2] = ["our client > CXF", "CXF > our service"];
/// What CXF's client sends, too.
const PHOTO: &[u8] = b"a photo of Ann";
const PAY: &str = "<pay xmlns=\"urn:bank\">4711</pay>";
const REQUEST: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><pay xmlns=\"urn:bank\">4711</pay>\
     </s:Body></s:Envelope>";
const REPLY: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><accepted \
     xmlns=\"urn:bank\">4711</accepted></s:Body></s:Envelope>";

struct Row {
    name: &'static str,
    policy: String,
    /// One that demands less of attachments.
    weaker: String,
    /// What our service says of a message by it.
    says: &'static str,
    /// What CXF's service, and its client, do otherwise.
    explained: [Option<&'static str>; 2],
}

/// Its library digests the headers that its application gave, which are none.
const OTHER_HEADER: &str = "CXF's client signs the header text/plain without a Content-ID, and sends another";
const HEADER_OF_CIPHERTEXT: &str =
    "CXF's service finds no header to fit the signature once an attachment was encrypted after it";

fn by(text: &str) -> Result<Policy, String> {
    Policy::from_wsdl(text).map_err(|error| error.to_string())
}

fn client(text: &str) -> Result<Side, String> {
    let keys = Shape::default().client(peer::identity("alice"), peer::certificate("bob"), peer::certificate("ca"));
    by(text)?.client(&keys).map_err(|error| error.to_string())
}

fn service(text: &str) -> Result<Side, String> {
    let keys = Shape::default().service(peer::identity("bob"), peer::certificate("alice"), peer::certificate("ca"));
    by(text)?.service(&keys).map_err(|error| error.to_string())
}

fn package<'m>(content_type: &str, body: &'m [u8]) -> Result<Package<'m>, String> {
    Package::parse_body(content_type, body, &Limits::default()).map_err(|error| error.to_string())
}

/// The attachments of a request, and what it is answered with.
fn opened(side: &Side, package: &Package<'_>) -> Result<(Vec<Vec<u8>>, Correlation), String> {
    let opened = side.exchanges()[0].open(package, None).map_err(|error| error.to_string())?;
    let all: Result<Vec<Vec<u8>>, _> =
        opened.attachments().iter().map(|one| one.content().map(|content| content.into_owned())).collect();
    Ok((all.map_err(|error| error.to_string())?, opened.correlation().clone()))
}

/// Our client sends by `text` to CXF's service at `path`; `change` makes the twin.
fn asks(text: &str, port: u16, path: &str, change: fn(Vec<u8>) -> Vec<u8>) -> Result<(), String> {
    let client = client(text)?;
    let photo = Attachment::new("photo@bank", "image/png", PHOTO.to_vec()).map_err(|error| error.to_string())?;
    let plan = client.exchanges()[0].plan().ok_or("no plan")?;
    let sent = plan.message(REQUEST).attachments(vec![photo]).secure().map_err(|error| error.to_string())?;
    let octets = sent.message.write(Vec::new()).map_err(|error| error.to_string())?;
    let answer = peer::post(port, path, &sent.message.content_type(), &change(octets));
    let reply = String::from_utf8(answer.body).map_err(|error| error.to_string())?;
    let opened = client.exchanges()[0].open(&reply, Some(&sent.correlation));
    opened.map(drop).map_err(|error| format!("{error}\n{reply}"))
}

/// The last octet of the package's content is another one.
fn changed(mut octets: Vec<u8>) -> Vec<u8> {
    let last = octets.windows(4).rposition(|end| end == b"\r\n--").expect("a delimiter") - 1;
    octets[last] ^= 1;
    octets
}

impl Row {
    fn our_call(&self, driver: &mut Driver, port: u16, path: &str) -> Result<(), String> {
        driver.ask(&format!("publish\tbearer\t{path}"), &self.policy)?;
        asks(&self.policy, port, path, |octets| octets)?;
        for (text, change, twin) in
            [(&self.policy, changed as fn(Vec<u8>) -> Vec<u8>, "tampered"), (&self.weaker, |octets| octets, "weaker")]
        {
            match asks(text, port, path, change) {
                Ok(()) => return Err(format!("the {twin} twin is accepted")),
                Err(refused) if refused.contains("Fault") => {}
                Err(other) => return Err(format!("the {twin} twin is not refused by a fault: {other}")),
            }
        }
        Ok(())
    }

    fn followed(&self, driver: &mut Driver, text: &str) -> Result<(), String> {
        let service = service(&self.policy)?;
        let serving = peer::serve_http_once(move |request| {
            let answer = package(&request.content_type, &request.body).and_then(|package| {
                let (attachments, correlation) = opened(&service, &package)
                    .map_err(|error| format!("{error}\n{}", String::from_utf8_lossy(&request.body)))?;
                if attachments != [PHOTO] {
                    return Err("other attachments".to_owned());
                }
                let plan = service.exchanges()[0].plan().ok_or("no plan")?;
                let reply = plan.message(REPLY).answering(&correlation).secure().map_err(|error| error.to_string())?;
                Ok(reply.message)
            });
            ("text/xml", answer.clone(), answer)
        });
        let (port, encoded) = (serving.port(), base64_encode(text.as_bytes()));
        let called = driver.ask(&format!("follow-swa\thttp://localhost:{port}/\t{encoded}"), PAY);
        serving.end()?.and(called).and_then(|said| match said.contains("accepted") {
            true => Ok(()),
            false => Err(said),
        })
    }

    fn their_call(&self, driver: &mut Driver) -> Result<(), String> {
        self.followed(driver, &self.policy)?;
        match self.followed(driver, &self.weaker) {
            Ok(()) => Err("the weaker message is accepted".to_owned()),
            Err(refused) if refused.contains(self.says) => Ok(()),
            Err(other) => Err(format!("not because of {}: {other}", self.says)),
        }
    }
}

fn rows() -> Vec<Row> {
    let of = |signed: &str, encrypted: &str| {
        let encrypted = format!("<sp:EncryptedParts><sp:Body/>{encrypted}</sp:EncryptedParts>");
        policy(&format!("{}<sp:SignedParts><sp:Body/>{signed}</sp:SignedParts>{encrypted}", asymmetric("")))
    };
    let (all, transform) = ("<sp:Attachments/>", |name: &str| {
        let namespace = SP.replace("200702", "200802");
        format!("<sp:Attachments><x:{name} xmlns:x=\"{namespace}\"/></sp:Attachments>")
    });
    let (complete, content) =
        (transform("AttachmentCompleteSignatureTransform"), transform("ContentSignatureTransform"));
    let row = |name, policy: String, weaker: String, says, explained| Row { name, policy, weaker, says, explained };
    let other_header = [None, Some(OTHER_HEADER)];
    let encrypted = [Some(HEADER_OF_CIPHERTEXT), Some(OTHER_HEADER)];
    vec![
        row("signed", of(all, ""), of("", ""), "Attachments", other_header),
        row("signed with their headers", of(&complete, ""), of(&content, ""), "header", other_header),
        row("their content signed", of(&content, ""), of("", ""), "Attachments", [None; 2]),
        row("their content signed, and encrypted", of(&content, all), of(&content, ""), "not encrypted", [None; 2]),
        row(
            "signed with their headers, and encrypted",
            of(&complete, all),
            of(&complete, ""),
            "not encrypted",
            encrypted,
        ),
    ]
}

#[test]
fn cxf_and_we_speak_by_policies_of_attachments() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, port) = Driver::java("cxf", "Cxf").listening();
    let mut matrix = Matrix::new(&COLUMNS);
    for (at, row) in rows().iter().enumerate() {
        let [ours, theirs] = COLUMNS;
        let outcome = row.our_call(&mut driver, port, &format!("packages-{at}"));
        let [of_service, of_client] = row.explained;
        matrix.cell(row.name, ours, outcome, of_service);
        matrix.cell(row.name, theirs, row.their_call(&mut driver), of_client);
    }
    matrix.finish("Apache CXF 3.5 by policies of attachments");
}

/// The cipher octets of a policy are parts of packages, which the assertion of MTOM demands.
#[test]
fn cxf_and_we_speak_by_policies_of_mtom() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, port) = Driver::java("cxf", "Cxf").listening();
    let mut matrix = Matrix::new(&COLUMNS);
    let mtom = "<o:OptimizedMimeSerialization xmlns:o=\"http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization\"/>";
    for (name, path, binding) in [("certificates", "mtom", asymmetric("")), ("derived", "mtom-derived", derived(""))] {
        let ([ours, theirs], text) = (COLUMNS, policy(&format!("{binding}{PARTS}{mtom}")));
        let published = driver.ask(&format!("publish\tbearer\t{path}"), &text);
        matrix.cell(name, ours, published.and_then(|_| exchanges_packages(&text, port, path)), None);
        matrix.cell(name, theirs, opens_a_package(&text, &mut driver), None);
    }
    matrix.finish("Apache CXF 3.5 by policies of MTOM");
}

/// Our client and CXF's service, both of which send packages.
fn exchanges_packages(text: &str, port: u16, path: &str) -> Result<(), String> {
    let client = client(text)?;
    let exchange = &client.exchanges()[0];
    let plan = exchange.plan().ok_or("no plan")?;
    let sent = plan.message(REQUEST).attachments(Vec::new()).secure().map_err(|error| error.to_string())?;
    let optimized = sent.message.optimized(1).map_err(|error| error.to_string())?;
    let octets = optimized.write(Vec::new()).map_err(|error| error.to_string())?;
    let answer = peer::post(port, path, &optimized.content_type(), &octets);
    let shown = || String::from_utf8_lossy(&answer.body).into_owned();
    let package = package(&answer.content_type, &answer.body).map_err(|error| format!("{error}\n{}", shown()))?;
    let opened = exchange.open(&package, Some(&sent.correlation)).map_err(|error| format!("{error}\n{}", shown()))?;
    let is_whole = opened.body().xml().contains("accepted") && shown().contains("xop:Include");
    if is_whole { Ok(()) } else { Err(shown()) }
}

/// CXF's client sends a package to our service.
fn opens_a_package(text: &str, driver: &mut Driver) -> Result<(), String> {
    let service = service(text)?;
    let serving = peer::serve_http_once(move |request| {
        let answer = package(&request.content_type, &request.body).and_then(|package| {
            let (attachments, correlation) = opened(&service, &package)?;
            if !attachments.is_empty() || !String::from_utf8_lossy(&request.body).contains("xop:Include") {
                return Err("no cipher octets in parts".to_owned());
            }
            let plan = service.exchanges()[0].plan().ok_or("no plan")?;
            let reply = plan.message(REPLY).answering(&correlation).secure().map_err(|error| error.to_string())?;
            Ok(reply.message)
        });
        ("text/xml", answer.clone(), answer)
    });
    let encoded = base64_encode(text.as_bytes());
    let called = driver.ask(&format!("follow\tbearer\thttp://localhost:{}/\t{encoded}", serving.port()), PAY);
    serving.end()?.and(called).map(drop)
}
