// The parties of the manual's examples, whose test keys are in `vectors/keys`.

use std::time::{Duration, SystemTime};
use ws_security::prelude::*;

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn identity(name: &str) -> Identity {
    Identity::from_pem(&file(&format!("{name}.pem")), &file(&format!("{name}.key"))).expect(name)
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&file(&format!("{name}.pem"))).expect(name)
}

fn below_our_ca() -> Trust {
    Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors)
}

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><pay xmlns=\"urn:bank\">\
                        1499.90</pay></s:Body></s:Envelope>";
const LIFETIME: Duration = Duration::from_secs(300);

fn now() -> SystemTime {
    SystemTime::now()
}
