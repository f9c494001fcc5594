//! CXF 4.2 over HTTP, driven by security policies: its DOM and its streaming engine, as a client and as a service; the
//! asymmetric binding, and the symmetric binding with and without derived keys.

use ws_security::Receiver;
use ws_security::c14n::base64_encode;

use crate::driver::Driver;
use crate::exchange::{self, BY_ISSUER_SERIAL, Keys, OASIS, Shape};
use crate::peer::{self, Matrix};

const ENGINES: [(&str, [&str; 2]); 2] = [
    ("dom", ["our client > CXF DOM", "CXF DOM > our service"]),
    ("stax", ["our client > CXF streaming", "CXF streaming > our service"]),
];

/// What our receiver has to be told.
fn adapt(engine: &str, shape: &Shape) -> fn(Receiver) -> Receiver {
    match (engine, shape.keys) {
        ("stax", Keys::Derived) => Receiver::accept_derived_keys_typed_as_encrypted_keys,
        _ => |receiver| receiver,
    }
}

/// Our client calls CXF's service.
fn our_call(driver: &mut Driver, port: u16, engine: &str, shape: &Shape) -> Result<(), String> {
    let path = format!("{engine}-{}", shape.path());
    driver.ask(&format!("publish\t{engine}\t{}\t{path}", shape.words()), &shape.policy(&OASIS))?;
    let post = |message: &str| {
        let answer = peer::post(port, &path, "text/xml; charset=utf-8", message.as_bytes());
        String::from_utf8(answer.body).expect("UTF-8")
    };
    shape.call(post, adapt(engine, shape))
}

/// CXF's client calls our service.
fn their_call(driver: &mut Driver, engine: &'static str, shape: Shape) -> Result<(), String> {
    let serving = peer::serve_once(move |request| shape.serve(request, BY_ISSUER_SERIAL, adapt(engine, &shape)));
    let policy = base64_encode(shape.policy(&OASIS).as_bytes());
    let command = format!("call\t{engine}\t{}\thttp://localhost:{}/\t{policy}", shape.words(), serving.port());
    let called = driver.ask(&command, "4711");
    serving.judge(called, |amount| amount == "4711")
}

/// CXF DOM accepts the message, by the same policy.
fn explained(engine: &str, shape: &Shape) -> Option<&'static str> {
    let signed_key = engine == "stax" && shape.symmetric() && shape.encrypt_first;
    signed_key
        .then_some("we sign the EncryptedKey of CBC; this engine demands that none is signed without ProtectTokens")
}

#[test]
fn services_and_clients_of_cxf_4_speak_with_ours() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, port) = Driver::java("cxf4", "Cxf4").listening();
    let mut matrix = Matrix::new(ENGINES.map(|(_, columns)| columns).as_flattened());
    for shape in exchange::shapes("CXF 4.2", false) {
        for (engine, [our_calls, their_calls]) in ENGINES {
            let explained = explained(engine, &shape);
            matrix.cell(shape.name, our_calls, our_call(&mut driver, port, engine, &shape), explained);
            matrix.cell(shape.name, their_calls, their_call(&mut driver, engine, shape), None);
        }
    }
    matrix.finish("Apache CXF 4.2.3 over HTTP");
}
