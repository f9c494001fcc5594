//! `wss policy`: the demands of the policy of a WSDL, the standing of each assertion, and the assertions that a message
//! breaks.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer};
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
    let output = arguments.file.output.as_ref();
    match arguments.format {
        Format::Text => output::write_with(output, |out| text(&listing, out))?,
        Format::Json => {
            let unread = policy.unread().iter().map(|what| in_options(what)).collect();
            output::write_json(output, &ShownPolicy { unread, messages: Each(&listing) })?;
        }
    }
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
    let output = arguments.file.output.as_ref();
    match arguments.format {
        Format::Json => output::write_json(output, &ShownBreaches { breaches: Each(&breaches) })?,
        Format::Text if breaches.is_empty() => {
            output::write(output, b"nothing that can be seen without keys breaks the policy\n")?;
        }
        Format::Text => output::write_with(output, |out| {
            let mut line = |breach: &BrokenAssertion| writeln!(out, "{}", escaped(&in_options(&breach.to_string())));
            breaches.iter().try_for_each(&mut line)
        })?,
    }
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

fn text(listing: &[Listed<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut before: Option<&Listed<'_>> = None;
    let mut line =
        |depth: usize, text: &str| writeln!(out, "{:indent$}{}", "", escaped(&in_options(text)), indent = 2 * depth);
    for listed in listing {
        if before.is_none_or(|before| before.port != listed.port) {
            let version = listed.version.number();
            let address = listed.address.unwrap_or("no address");
            line(0, &format!("port {:?}, SOAP {version}, {address}", listed.port))?;
        }
        line(1, &named(listed))?;
        if before.is_some_and(|before| before.alternatives == listed.alternatives) {
            line(2, "as above")?;
        } else {
            alternatives(listed, &mut line)?;
        }
        before = Some(listed);
    }
    Ok(())
}

fn alternatives(listed: &Listed<'_>, line: &mut impl FnMut(usize, &str) -> io::Result<()>) -> io::Result<()> {
    let several = listed.alternatives.len() > 1;
    for (at, alternative) in listed.alternatives.iter().enumerate() {
        if several {
            line(2, &format!("alternative {}", at + 1))?;
        }
        if alternative.is_empty() {
            line(3, "nothing is demanded")?;
        }
        for judged in alternative {
            let depth = 3 + judged.place.path().matches('/').count();
            let (line_number, column) = (judged.place.line(), judged.place.column());
            let mark = match judged.standing {
                Standing::Done(_) => "",
                Standing::NotOurs(_) => "(not ours) ",
                Standing::ClientOnly(_) => "CLIENT ONLY ",
                Standing::ServiceOnly(_) => "SERVICE ONLY ",
                _ => "REFUSED ",
            };
            line(depth, &format!("{mark}{}: {} [{line_number}:{column}]", judged.name, judged.standing.what()))?;
        }
    }
    if listed.alternatives.is_empty() {
        line(3, "REFUSED: an empty wsp:ExactlyOne admits nothing")?;
    }
    Ok(())
}

/// The demands of a policy, as JSON.
#[derive(Serialize)]
struct ShownPolicy<'l> {
    unread: Vec<String>,
    messages: Each<'l, Listed<'l>>,
}

/// What a message breaks, as JSON.
#[derive(Serialize)]
struct ShownBreaches<'l> {
    breaches: Each<'l, BrokenAssertion>,
}

/// A list that is made while it is written: the values of a whole policy would take many times its octets.
struct Each<'l, T>(&'l [T]);

/// What is written as JSON in another form than its own.
trait Shown {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

/// One of a list.
struct One<'l, T>(&'l T);

impl<T: Shown> Serialize for One<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

impl<T: Shown> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(One))
    }
}

impl Shown for Listed<'_> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// All of it but the alternatives, which are many.
        #[derive(Serialize)]
        struct Whole<'l> {
            #[serde(flatten)]
            head: Value,
            alternatives: Each<'l, Vec<Judged>>,
        }
        let head = json!({
            "service": self.service,
            "port": self.port,
            "binding": self.binding,
            "address": self.address,
            "soap": self.version.number(),
            "operation": self.operation,
            "action": self.action,
            "message": direction(self.message),
            "usable": self.is_usable(),
            "usable_by_client": self.is_usable_by_client(),
            "usable_by_service": self.is_usable_by_service(),
        });
        Whole { head, alternatives: Each(&self.alternatives) }.serialize(serializer)
    }
}

impl Shown for Vec<Judged> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Each(self).serialize(serializer)
    }
}

impl Shown for Judged {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let one = json!({
            "name": &*self.name,
            "standing": self.standing.word(),
            "what": in_options(self.standing.what()),
            "file": self.place.file(),
            "line": self.place.line(),
            "column": self.place.column(),
            "path": self.place.path(),
        });
        one.serialize(serializer)
    }
}

impl Shown for BrokenAssertion {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let one = json!({
            "name": self.name,
            "line": self.place.as_ref().map(|place| place.line()),
            "column": self.place.as_ref().map(|place| place.column()),
            "path": self.place.as_ref().map(|place| place.path()),
            "why": in_options(&self.why),
        });
        one.serialize(serializer)
    }
}
