//! `--network`, and `wss networks`: the presets of networks.

use std::sync::Arc;

use serde_json::json;
use ws_security::networks::{self, Action, Keys, Network, NetworkError, Shape};
use ws_security::{Receiver, Recipe, ReplayCache};

use crate::args::{Format, NetworksArgs};
use crate::output::{self, Outcome, could_not};
use crate::required::Opening;
use crate::words::nearest;

/// The network of `NAME` or `NAME+CHOICE+…`.
pub(crate) fn named(given: &str) -> Outcome<Network> {
    let mut words = given.split('+');
    let network = find(words.next().unwrap_or_default())?;
    words.try_fold(network, |network, word| match network.choice(word) {
        Some(choice) => Ok(network.choose(choice)),
        None => {
            let known: Vec<&str> = network.choices.iter().map(|choice| choice.name).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(could_not(format!("{word:?} is no choice of {}, which has {known}", network.name)))
        }
    })
}

fn find(name: &str) -> Outcome<Network> {
    networks::by_name(name).ok_or_else(|| {
        let near = nearest(name, networks::ALL.iter().map(|network| network.name));
        could_not(format!("{name:?} is no network{near}: `wss networks` lists them"))
    })
}

/// The shape of the message.
fn shape(network: &Network, is_reply: bool) -> Outcome<&Shape> {
    match is_reply {
        true => network.reply_shape().ok_or_else(|| plain(network)),
        false => Ok(&network.request),
    }
}

fn plain(network: &Network) -> output::Failure {
    could_not(format!("replies of {} have no Security header: only TLS protects them", network.name))
}

/// How to open the message.
pub(crate) fn opening(network: &Network, is_reply: bool) -> Outcome<Opening> {
    Ok(match shape(network, is_reply)?.opening() {
        networks::Opening::Whole => Opening::Body,
        networks::Opening::Parts => Opening::Parts,
        networks::Opening::Unsigned => Opening::Unsigned,
    })
}

/// The recipe of the message.
pub(crate) fn recipe(network: &Network, is_reply: bool, keys: &Keys) -> Outcome<Recipe> {
    match is_reply {
        true => network.reply_recipe(keys).map_err(missing)?.ok_or_else(|| plain(network)),
        false => network.request_recipe(keys).map_err(missing),
    }
}

/// The receiver of the message.
pub(crate) fn receiver(
    network: &Network,
    is_reply: bool,
    keys: &Keys,
    replay: Arc<dyn ReplayCache>,
) -> Outcome<Receiver> {
    match is_reply {
        true => network.reply_receiver(keys, replay).map_err(missing)?.ok_or_else(|| plain(network)),
        false => network.request_receiver(keys, replay).map_err(missing),
    }
}

/// What is missing, and the option that gives it.
fn missing(error: NetworkError) -> output::Failure {
    match error {
        NetworkError::Missing { network, what, call } => {
            let option = match call {
                "identity" => "--key and --cert, or --p12",
                "partner" => "--to",
                "trust" => "--trust or --pin",
                "user" => "--user and --password-file",
                "passwords" => "--user-file",
                "assertion" => "--token",
                "assertions" => "--saml-issuer",
                other => other,
            };
            could_not(format!("{network} needs {what}: give it with {option}"))
        }
        other => could_not(other),
    }
}

/// `wss networks [NAME]`.
pub(crate) fn list(arguments: &NetworksArgs) -> Outcome {
    let shown: Vec<Network> = match &arguments.name {
        Some(name) => vec![find(name)?],
        None => networks::ALL.to_vec(),
    };
    let text = match arguments.format {
        Format::Json => output::json(&json!({ "networks": shown.iter().map(in_json).collect::<Vec<_>>() }))?,
        Format::Text if arguments.name.is_some() => shown.iter().map(in_full).collect(),
        Format::Text => shown.iter().map(in_a_line).collect(),
    };
    output::write(None, text.as_bytes())
}

fn in_a_line(network: &Network) -> String {
    format!("{:30} {:11} {}\n", network.name, network.evidence().word(), network.title)
}

fn in_full(network: &Network) -> String {
    let mut lines = vec![
        format!("{}: {}", network.name, network.title),
        network.about.to_owned(),
        format!("request: {}", network.request),
        match network.reply_shape() {
            Some(shape) => format!("reply: {shape}"),
            None => "reply: no Security header".to_owned(),
        },
        format!("HTTP: {}", network.http),
        format!("certificates: {}", network.partner.issuer),
        format!("partner: {}", network.partner.name),
        format!("revocation: {}", network.partner.revocation),
    ];
    lines.extend(network.choices.iter().map(|choice| format!("+{}: {}", choice.name, choice.why)));
    lines.extend(network.sources.iter().map(|source| format!("source ({}): {}", source.evidence.word(), source.title)));
    lines.join("\n") + "\n"
}

fn in_json(network: &Network) -> serde_json::Value {
    json!({
        "name": network.name,
        "title": network.title,
        "about": network.about,
        "evidence": network.evidence().word(),
        "request": network.request.to_string(),
        "reply": network.reply_shape().map(ToString::to_string),
        "http": {
            "soap": network.http.soap.number(),
            "contentType": network.http.content_type,
            "package": network.http.package,
            "clientCertificate": network.http.client_certificate,
            "soapAction": match network.http.action {
                Action::Always(action) => Some(action),
                _ => None,
            },
        },
        "partner": {
            "issuer": network.partner.issuer,
            "name": network.partner.name,
            "extendedKeyUsage": network.partner.extended_key_usage,
            "revocation": network.partner.revocation,
        },
        "choices": network.choices.iter().map(|choice| json!({ "name": choice.name, "why": choice.why })).collect::<Vec<_>>(),
        "sources": network.sources.iter().map(|source| json!({ "title": source.title, "evidence": source.evidence.word() })).collect::<Vec<_>>(),
    })
}
