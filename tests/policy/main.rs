//! Policies: what they make of both sides, and that each side refuses what breaks them.

mod assertions;
mod blocks;
mod broken;
#[path = "../common/mod.rs"]
mod common;
mod digests;
mod endorsing;
mod forms;
mod lacks;
mod listed;
mod names;
mod packages;
mod practice;
mod promises;
mod reading;
mod shapes;
mod supporting;
mod together;
mod tokens;
mod wild;

use common::*;
use shapes::{SP, Shape, pairs, singles};
use ws_security::policy::{Exchange, Policy, Side};

pub(crate) const REQUEST: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header><a:To \
     xmlns:a=\"http://www.w3.org/2005/08/addressing\">urn:bank</a:To></s:Header><s:Body><pay xmlns=\"urn:bank\">4711</pay>\
     </s:Body></s:Envelope>";
pub(crate) const REPLY: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><accepted \
     xmlns=\"urn:bank\">4711</accepted></s:Body></s:Envelope>";

/// A policy whose messages are signed and encrypted under a security context, with this inside its token.
pub(crate) fn with_context(inside: &str) -> String {
    let text = Shape::default().with("binding", "derived").policy();
    let start = text.find("<sp:X509Token").expect("a token");
    let end = text.find("</sp:X509Token>").expect("its end") + "</sp:X509Token>".len();
    let token = format!(
        "<sp:SecureConversationToken sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"><wsp:Policy>{inside}</wsp:Policy>\
         </sp:SecureConversationToken>"
    );
    [&text[..start], &token, &text[end..]].concat()
}

/// Both sides of a policy.
pub(crate) fn sides(shape: &Shape, policy: &str) -> Result<(Side, Side), String> {
    let policy = Policy::from_wsdl(policy).map_err(|error| error.to_string())?;
    let client = policy.client(&shape.client(identity("alice"), certificate("bob"), certificate("ca")));
    let service = policy.service(&shape.service(identity("bob"), certificate("alice"), certificate("ca")));
    Ok((client.map_err(|error| error.to_string())?, service.map_err(|error| error.to_string())?))
}

/// Request and reply, both opened.
pub(crate) fn exchanged(client: &Exchange, service: &Exchange) -> Result<(), String> {
    let plan = client.plan().ok_or("no plan")?;
    let sent = plan.message(REQUEST).secure().map_err(|error| format!("request: {error}"))?;
    let opened = service.open(&sent.message, None).map_err(|error| format!("request: {error}\n{}", sent.message))?;
    assert!(opened.body().xml().contains("4711"));
    let reply = service.plan().ok_or("no plan")?.message(REPLY).answering(opened.correlation());
    let reply = reply.secure().map_err(|error| format!("reply: {error}"))?.message;
    let opened = client.open(&reply, Some(&sent.correlation)).map_err(|error| format!("reply: {error}\n{reply}"))?;
    assert!(opened.body().xml().contains("accepted"));
    Ok(())
}

/// What an error says, which has this in it.
#[track_caller]
pub(crate) fn says<T, E: std::fmt::Display>(result: Result<T, E>, words: &str) {
    let Err(error) = result else { panic!("not refused: {words}") };
    assert!(error.to_string().contains(words), "{words}: {error}");
}

fn all_open(shapes: &[Shape]) {
    let mut wrong = Vec::new();
    for shape in shapes {
        let outcome = sides(shape, &shape.policy()).and_then(|(client, service)| {
            let of = |side: &Side| side.operation("").map(|_| ()).map_err(|error| error.to_string());
            of(&client)?;
            of(&service)?;
            exchanged(&client.exchanges()[0], &service.exchanges()[0])
        });
        wrong.extend(outcome.err().map(|error| format!("{}: {error}", shape.name())));
    }
    assert!(wrong.is_empty(), "{} of {} shapes:\n{}", wrong.len(), shapes.len(), wrong.join("\n"));
}

#[test]
fn with_each_feature_alone_both_sides_of_a_policy_understand_one_another() {
    let shapes = singles();
    assert!(shapes.len() > 20, "{}", shapes.len());
    all_open(&shapes);
}

#[test]
fn with_every_two_features_together_both_sides_of_a_policy_understand_one_another() {
    all_open(&pairs());
}
