//! Documents to accept or refuse.

use ws_security::c14n::{Document, Limits};

use crate::corpus;

#[test]
fn documents_are_accepted_or_refused() {
    corpus::run("xml", |case| {
        let octets = corpus::read(case.get("input"));
        let outcome = Document::parse_transcoding(&octets, &Limits::default());
        match (case.get("expected"), outcome) {
            ("accept", Ok(_)) | ("refuse", Err(_)) => Ok(()),
            ("accept", Err(error)) => Err(format!("refused: {error}")),
            ("refuse", Ok(_)) => Err("accepted".to_owned()),
            (other, _) => Err(format!("unknown expectation {other:?}")),
        }
    });
}
