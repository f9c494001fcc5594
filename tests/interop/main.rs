//! Real peers, both ways. Runs only if `WSS_INTEROP=1` is set; `.ci/run` sets it.
//!
//! Needs a JDK and Maven (WSS4J, CXF, phase4, Metro, Rampart, Spring-WS), `xmlsec1`, Python (zeep, signxml, python-xmlsec),
//! Node.js with npm (node-soap), gSOAP, and Mono. Prints a matrix and fails on any cell that is neither accepted nor explained.

mod agreement;
mod as4;
mod attachments;
mod bdew;
mod bsp;
#[path = "../bsp/cases.rs"]
#[allow(dead_code, reason = "what falls with a breach is for tests/bsp")]
mod cases;
#[path = "../common/mod.rs"]
mod common;
mod cxf;
mod cxf4;
mod documents;
mod driver;
#[path = "../bsp/edit.rs"]
mod edit;
mod exchange;
#[path = "../bsp/goldens.rs"]
mod goldens;
mod gsoap;
mod kerberos;
mod layouts;
mod libxml2;
mod metro;
mod mono;
mod mutants;
mod networks;
mod node;
mod peer;
mod phase4;
mod policy;
mod policy_attached;
mod policy_bindings;
mod policy_kerberos;
mod policy_packages;
mod policy_row;
#[path = "../policy/shapes.rs"]
mod policy_shapes;
mod policy_tokens;
mod post_quantum;
mod python;
mod rampart;
mod random;
mod saml;
mod spring;
mod sts;
mod symmetric;
mod tower;
mod wss4j;
mod xmlsec1;
mod xmlsec13;
mod xpath;
mod zeep;
