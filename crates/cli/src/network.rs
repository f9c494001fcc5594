//! `wss networks`: the presets of networks.

use serde_json::json;
use ws_security::networks::{self, Action, Network};

use crate::args::{Format, NetworksArgs};
use crate::output::{self, Outcome};

/// `wss networks [NAME]`.
pub(crate) fn list(arguments: &NetworksArgs) -> Outcome {
    let shown: Vec<Network> = match &arguments.name {
        Some(name) => vec![wss_profile::network(name)?],
        None => networks::ALL.to_vec(),
    };
    if arguments.profile {
        return output::write(None, shown.iter().map(as_profile).collect::<String>().as_bytes());
    }
    let text: String = match arguments.format {
        Format::Json => {
            let all: Vec<_> = shown.iter().map(in_json).collect();
            return output::write_json(None, &json!({ "networks": all }));
        }
        Format::Text if arguments.name.is_some() => shown.iter().map(in_full).collect(),
        Format::Text => shown.iter().map(in_a_line).collect(),
    };
    output::write(None, text.as_bytes())
}

/// A profile of both sides of a client. The keys that it lacks depend on the caller, and `wss profile` names them.
fn as_profile(network: &Network) -> String {
    let name = network.name;
    let reply = match network.reply_shape() {
        Some(_) => format!("\n# Opens replies.\n[verify]\nnetwork = \"{name}\"\nreply = true\n"),
        None => String::new(),
    };
    format!(
        "# {}\n# Add keys and trust: `wss profile FILE` says what is missing.\n\n# Makes requests.\n[secure]\n\
         network = \"{name}\"\n{reply}",
        network.title
    )
}

fn in_a_line(network: &Network) -> String {
    format!("{:30} {:11} {}\n", network.name, network.reliability().word(), network.title)
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
    lines.extend(
        network.sources.iter().map(|source| format!("source ({}): {}", source.reliability.word(), source.title)),
    );
    lines.join("\n") + "\n"
}

fn in_json(network: &Network) -> serde_json::Value {
    json!({
        "name": network.name,
        "title": network.title,
        "about": network.about,
        "reliability": network.reliability().word(),
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
            "namedBy": network.partner.named_by,
            "checksRevocation": network.partner.checks_revocation,
            "revocation": network.partner.revocation,
        },
        "choices": network.choices.iter().map(|choice| json!({ "name": choice.name, "why": choice.why })).collect::<Vec<_>>(),
        "sources": network.sources.iter().map(|source| json!({ "title": source.title, "reliability": source.reliability.word() })).collect::<Vec<_>>(),
    })
}
