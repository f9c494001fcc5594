//! `wss policy`: the demands of the policy of a WSDL, the standing of each assertion, and the assertions that a message
//! breaks.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use ws_security::policy::{BrokenAssertion, Judged, Listed, Message, Policy, PolicyLimits, PolicyReader, Standing};
use ws_security::text::escaped;

use crate::accept::in_options;
use crate::args::{Format, PolicyArgs};
use crate::output::{self, Outcome, could_not, refused};

pub(crate) fn run(arguments: &PolicyArgs) -> Outcome {
    let policy = read(arguments)?;
    match &arguments.check {
        Some(message) => check(&policy, message, arguments),
        None => list(&policy, arguments),
    }
}

fn read(arguments: &PolicyArgs) -> Outcome<Policy> {
    let mut imports = HashMap::new();
    for import in &arguments.import {
        let (location, file) = import.rsplit_once('=').ok_or_else(|| could_not("--import takes LOCATION=FILE"))?;
        let text = output::text(&output::read_document(Path::new(file))?)?;
        if imports.insert(location.to_owned(), (text, Cell::new(false))).is_some() {
            return Err(could_not(format!("--import {location:?} is there twice: give each location one file")));
        }
    }
    let text = output::text(&output::read_document(&arguments.file.file)?)?;
    let limits = arguments.policy_limit.iter().try_fold(PolicyLimits::default(), |limits, given| {
        let read = given.split_once('=').and_then(|(name, most)| limits.named(name, most.parse().ok()?));
        let advice =
            "write NAME=VALUE, as in alternatives=128, with one of alternatives, assertions, in-force, imports";
        read.ok_or_else(|| could_not(format!("--policy-limit {given}: {advice}")))
    })?;
    let reader = PolicyReader::new().limits(limits.documents(output::limits())).imports(|location, _| {
        let (file, is_read) = imports.get(location)?;
        is_read.set(true);
        Some(file.clone())
    });
    let reader = arguments.not_ours.iter().fold(reader, PolicyReader::not_ours);
    let policy = reader.read(&text).map_err(refused)?;
    if let Some((location, _)) = imports.iter().find(|(_, (_, is_read))| !is_read.get()) {
        let why = "no wsdl:import and no reference to a policy names this location: write it as the file has it";
        return Err(could_not(format!("--import {location:?}: {why}")));
    }
    for what in policy.unread() {
        let what = in_options(what);
        output::say(format!("note: not read: {what}; an imported file is given with --import"));
    }
    match &arguments.port {
        Some(port) => policy.port(port).map_err(could_not),
        None => Ok(policy),
    }
}

fn list(policy: &Policy, arguments: &PolicyArgs) -> Outcome {
    let is_meant = |listed: &Listed<'_>| arguments.operation.as_ref().is_none_or(|name| listed.operation == name);
    let listing: Vec<Listed<'_>> = policy.listing().filter(is_meant).collect();
    if listing.is_empty() {
        let why = match &arguments.operation {
            Some(_) => "no operation of the description has the name of --operation",
            None => "the description has no binding with operations, and no policy of its own",
        };
        return Err(could_not(why));
    }
    let written = match arguments.format {
        Format::Text => text(&listing),
        Format::Json => output::json(&json!({
            "unread": policy.unread().iter().map(|what| in_options(what)).collect::<Vec<_>>(),
            "messages": listing.iter().map(listed_json).collect::<Vec<_>>(),
        }))?,
    };
    output::write(arguments.file.output.as_ref(), written.as_bytes())?;
    match unusable(&listing) {
        None => Ok(()),
        Some(why) => Err(refused(why)),
    }
}

/// The messages that no side can be made for, or one side alone; `None` if each has an alternative that both sides do.
fn unusable(listing: &[Listed<'_>]) -> Option<String> {
    let those = |is_one: &dyn Fn(&Listed<'_>) -> bool, what: &str| {
        let names: Vec<String> = listing.iter().filter(|listed| is_one(listed)).map(named).collect();
        (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
    };
    let sides = |listed: &Listed<'_>| (listed.is_usable_by_client(), listed.is_usable_by_service());
    let all = [
        those(&|listed| sides(listed) == (false, false), "cannot be done"),
        those(&|listed| sides(listed) == (true, false), "can be done by a client alone"),
        those(&|listed| sides(listed) == (false, true), "can be done by a service alone"),
    ];
    let said: Vec<String> = all.into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join("; "))
}

fn check(policy: &Policy, message: &Path, arguments: &PolicyArgs) -> Outcome {
    let text = output::companion(message)?;
    let which = if arguments.reply { Message::Reply } else { Message::Request };
    let operation = arguments.operation.as_deref().unwrap_or_default();
    let breaches = policy.check(operation, which, &text).map_err(refused)?;
    let written = match arguments.format {
        Format::Json => output::json(&json!({ "breaches": breaches.iter().map(breach_json).collect::<Vec<_>>() }))?,
        Format::Text if breaches.is_empty() => "nothing that can be seen without keys breaks the policy\n".to_owned(),
        Format::Text => {
            breaches.iter().map(|breach| format!("{}\n", escaped(&in_options(&breach.to_string())))).collect()
        }
    };
    output::write(arguments.file.output.as_ref(), written.as_bytes())?;
    let broken: Vec<&str> = breaches.iter().map(|breach| breach.name.as_str()).collect();
    if broken.is_empty() { Ok(()) } else { Err(refused(format!("the message breaks {}", broken.join(", ")))) }
}

const fn direction(message: Message) -> &'static str {
    match message {
        Message::Request => "request",
        Message::Reply => "reply",
    }
}

fn named(listed: &Listed<'_>) -> String {
    let direction = direction(listed.message);
    match (listed.port, listed.operation) {
        ("", "") => direction.to_owned(),
        (port, operation) => format!("{port}/{operation} {direction}"),
    }
}

fn text(listing: &[Listed<'_>]) -> String {
    let mut out = String::new();
    let mut before: Option<&Listed<'_>> = None;
    let mut line = |depth: usize, text: &str| {
        let _infallible = writeln!(out, "{:indent$}{}", "", escaped(&in_options(text)), indent = 2 * depth);
    };
    for listed in listing {
        if before.is_none_or(|before| before.port != listed.port) {
            let version = listed.version.number();
            let address = listed.address.unwrap_or("no address");
            line(0, &format!("port {:?}, SOAP {version}, {address}", listed.port));
        }
        line(1, &named(listed));
        if before.is_some_and(|before| before.alternatives == listed.alternatives) {
            line(2, "as above");
        } else {
            alternatives(listed, &mut line);
        }
        before = Some(listed);
    }
    out
}

fn alternatives(listed: &Listed<'_>, line: &mut impl FnMut(usize, &str)) {
    let several = listed.alternatives.len() > 1;
    for (at, alternative) in listed.alternatives.iter().enumerate() {
        if several {
            line(2, &format!("alternative {}", at + 1));
        }
        if alternative.is_empty() {
            line(3, "nothing is demanded");
        }
        for judged in alternative {
            let depth = 3 + judged.place.path().matches('/').count();
            let (line_number, column) = (judged.place.line, judged.place.column);
            let mark = match judged.standing {
                Standing::Done(_) => "",
                Standing::NotOurs(_) => "(not ours) ",
                Standing::ClientOnly(_) => "CLIENT ONLY ",
                Standing::ServiceOnly(_) => "SERVICE ONLY ",
                _ => "REFUSED ",
            };
            line(depth, &format!("{mark}{}: {} [{line_number}:{column}]", judged.name, judged.standing.what()));
        }
    }
    if listed.alternatives.is_empty() {
        line(3, "REFUSED: an empty wsp:ExactlyOne admits nothing");
    }
}

fn listed_json(listed: &Listed<'_>) -> Value {
    json!({
        "service": listed.service,
        "port": listed.port,
        "binding": listed.binding,
        "address": listed.address,
        "soap": listed.version.number(),
        "operation": listed.operation,
        "action": listed.action,
        "message": direction(listed.message),
        "usable": listed.is_usable(),
        "usable_by_client": listed.is_usable_by_client(),
        "usable_by_service": listed.is_usable_by_service(),
        "alternatives": listed.alternatives.iter()
            .map(|alternative| alternative.iter().map(judged_json).collect::<Vec<_>>()).collect::<Vec<_>>(),
    })
}

fn judged_json(judged: &Judged) -> Value {
    json!({
        "name": &*judged.name,
        "standing": judged.standing.word(),
        "what": in_options(judged.standing.what()),
        "file": &*judged.place.file,
        "line": judged.place.line,
        "column": judged.place.column,
        "path": judged.place.path(),
    })
}

fn breach_json(breach: &BrokenAssertion) -> Value {
    json!({
        "name": breach.name,
        "line": breach.place.as_ref().map(|place| place.line),
        "column": breach.place.as_ref().map(|place| place.column),
        "path": breach.place.as_ref().map(|place| place.path()),
        "why": in_options(&breach.why),
    })
}
