//! The vectors of other projects through the command line, found by `WSS_VECTORS` (set by `.ci/run`).
//!
//! Every case gives its expected result, or is in `vectors/exceptions.toml` with a reason; an exception
//! that starts to pass fails the run until its line goes.

#[path = "../../../../tests/vectors/corpus.rs"]
mod corpus;
mod keys;
mod wss;
mod xmldsig;
mod xmlenc;

/// Also where the vectors themselves are not: each reason is read, whatever its folder.
#[test]
fn a_case_is_excepted_only_for_what_no_message_has() {
    let excepted = ["c14n", "xml", "keys", "xmldsig", "xmlenc", "wss"].map(|folder| corpus::exceptions(folder).len());
    let [c14n, xml, keys, xmldsig, xmlenc, wss] = excepted;
    assert!(c14n > 0 && xmldsig > 0, "{excepted:?}");
    assert_eq!([xml, keys, xmlenc, wss], [0; 4]);
}
