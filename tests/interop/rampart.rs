//! Rampart 1.7.1 over HTTP, driven by security policies, as a client and as a service.

use ws_security::Receiver;
use ws_security::c14n::base64_encode;

use crate::driver::Driver;
use crate::exchange::{self, BY_ISSUER_SERIAL, Keys, OASIS, Shape};
use crate::peer::{self, Matrix};

/// What our receiver has to be told.
const ADAPT: fn(Receiver) -> Receiver = |receiver| receiver;

/// What our receiver has to be told where Rampart makes the key: it has 16 octets in the suites of 256 bits, and the cipher is
/// AES-128 under the name of AES-256. WSS4J opens such messages: it goes by the length of the key, against XML Encryption 1.1
/// §5.2.2.
const BY_KEY_LENGTH: fn(Receiver) -> Receiver = Receiver::accept_ciphers_by_key_length;

/// Our client calls Rampart's service.
fn our_call(driver: &mut Driver, port: u16, shape: &Shape) -> Result<(), String> {
    let name = shape.path();
    driver.ask(&format!("publish\t{}\t{name}", shape.words()), &shape.policy(&OASIS))?;
    let path = format!("axis2/services/{name}");
    let post = |message: &str| {
        let answer = peer::post_action(port, &path, "text/xml; charset=utf-8", "urn:pay", message.as_bytes());
        String::from_utf8(answer.body).expect("UTF-8")
    };
    shape.call(post, ADAPT)
}

/// The reply of our service. Under a key of 16 octets it says AES-128, which it is.
fn served(shape: Shape, request: &str) -> Result<String, String> {
    if shape.keys != Keys::One || shape.bits != 256 {
        return shape.serve(request, BY_ISSUER_SERIAL, ADAPT);
    }
    let refused = shape.opened(request, ADAPT).map(drop).expect_err("Rampart's key is as long as its cipher takes");
    if !refused.contains("ShorterKey { octets: 16, wanted: 32 }") {
        return Err(refused);
    }
    let opened = shape.opened(request, BY_KEY_LENGTH)?;
    Shape { bits: 128, ..shape }.reply(&opened, BY_ISSUER_SERIAL)
}

/// Rampart's client calls our service.
fn their_call(driver: &mut Driver, shape: Shape) -> Result<(), String> {
    let serving = peer::serve_once(move |request| served(shape, request));
    let policy = base64_encode(shape.policy(&OASIS).as_bytes());
    let command = format!("call\t{}\thttp://localhost:{}/\t{policy}", shape.words(), serving.port());
    let called = driver.ask(&command, "<pay xmlns=\"urn:bank\">4711</pay>");
    serving.judge(called, |body| body.contains("accepted"))
}

#[test]
fn services_and_clients_of_rampart_speak_with_ours() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, port) = Driver::java("rampart", "RampartDriver").listening();
    let mut matrix = Matrix::new(&["our client > Rampart", "Rampart > our service"]);
    for shape in exchange::shapes("Rampart", true) {
        matrix.cell(shape.name, "our client > Rampart", our_call(&mut driver, port, &shape), None);
        matrix.cell(shape.name, "Rampart > our service", their_call(&mut driver, shape), None);
    }
    matrix.finish("Apache Rampart 1.7.1 over HTTP");
}
