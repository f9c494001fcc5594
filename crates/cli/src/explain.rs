//! `wss explain`: the content of a message, and why a signature or a digest in it does not fit. It accepts nothing.

use std::path::Path;

use ws_security::{DangerousNoReplayCache, ExplainedOctets, Limit, Limits, Receiver, Requirements};
use wss_inspect::explanation;
use wss_profile::{DemandOptions, Receiving};

use crate::accept::in_options;
use crate::args::{ExplainArgs, Format};
use crate::input::Input;
use crate::keys;
use crate::output::{self, Outcome, could_not};

pub(crate) fn run(arguments: &ExplainArgs) -> Outcome {
    let receiver = receiver(arguments)?;
    let (file, beside) = (&arguments.file.file, &arguments.beside.attach);
    let input = Input::read(file, beside, &std::env::temp_dir(), receiver.current_limits())?;
    let incoming = input.incoming();
    let request = arguments.request.as_deref().map(output::correlation).transpose()?;
    let mut written = Ok(());
    let explained = match &arguments.octets {
        None => match &request {
            None => receiver.explain(incoming),
            Some(request) => receiver.answering(request).explain(incoming),
        },
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(could_not)?;
            let show = |octets: ExplainedOctets<'_>| {
                if written.is_ok() {
                    written = write(folder, octets);
                }
            };
            match &request {
                None => receiver.explain_octets(incoming, show),
                Some(request) => receiver.answering(request).explain_octets(incoming, show),
            }
        }
    };
    written?;
    let output = arguments.file.output.as_ref();
    match arguments.format {
        Format::Text => output::write(output, in_options(&explained.to_string()).as_bytes()),
        Format::Json => output::write_json(output, &explanation::json(&explained, &in_options)),
    }
}

/// `signature-1-reference-2.xml`, and `….sender.xml` for the octets that fit.
fn write(folder: &Path, octets: ExplainedOctets<'_>) -> Outcome {
    let of = match octets.reference {
        Some(reference) => format!("reference-{reference}"),
        None => "signed-info".to_owned(),
    };
    let whose = if octets.are_the_senders { ".sender" } else { "" };
    let path = folder.join(format!("signature-{}-{of}{whose}.xml", octets.signature));
    output::write(Some(&path), octets.octets)
}

/// The octets that may be tried for each octet of a message. A person waits for the answer, and no service does.
const CAUSE_OCTETS: u64 = 256;

/// The limits that are given, and more room for the search than a service has.
fn limits() -> Limits {
    let given = output::limits();
    let is_given = given.get(Limit::CauseOctets) != Limits::default().get(Limit::CauseOctets);
    if is_given { given } else { given.with(Limit::CauseOctets, CAUSE_OCTETS) }
}

/// A receiver with the keys that are given, which demands a signed Body.
fn receiver(arguments: &ExplainArgs) -> Outcome<Receiver> {
    let mut given = Receiving::default();
    (given.signers, given.holdings) = (arguments.signers.clone(), arguments.holdings.clone());
    (given.paths, given.assertions) = (arguments.paths.clone(), arguments.assertions.clone());
    given.check()?;
    let known = &arguments.holdings.known_cert;
    let trust = keys::noting(|notes| arguments.signers.trust(&arguments.paths, known, notes))?;
    let assertions = given.assertion_trust(&mut Vec::new())?;
    let policy = arguments.allow.policy()?;
    let receiver =
        Receiver::new(trust, Requirements::signed_body_and([]).dangerous_anonymous(), DangerousNoReplayCache)
            .algorithms(policy)
            .limits(limits());
    let receiver = keys::at_given_instant(arguments.freshness.apply(receiver), arguments.now.as_ref())?;
    let mut demands = DemandOptions::default();
    demands.understand.clone_from(&arguments.understand);
    let receiver = demands.understanding(receiver)?;
    let receiver = assertions.into_iter().fold(receiver, Receiver::assertions);
    Ok(arguments.accept.apply(arguments.holdings.equip(receiver)?))
}
