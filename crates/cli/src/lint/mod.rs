//! `wss lint`: a verdict on every requirement of BSP 1.1.

mod text;

use ws_security::bsp::{Context, Variant};
use ws_security::{DangerousNoReplayCache, Part, Receiver, Requirements, Trust};

use wss_inspect::lint::{RefusedShapes, Words};
use wss_profile::HoldingOptions;

use crate::accept::in_options;
use crate::args::{Color, Format, LintArgs, Profile};
use crate::input;
use crate::keys;
use crate::output::{self, Outcome, could_not, refused};

pub(crate) fn run(arguments: &LintArgs) -> Outcome {
    output::check_page(arguments.file.output.as_deref(), arguments.html.as_deref())?;
    if arguments.format == Format::Json && arguments.color == Color::Always {
        return Err(could_not("--color always is about the text, and JSON has no colours: leave it out"));
    }
    let octets = input::read_message(&arguments.file.file, &arguments.beside.attach)?;
    let message = output::message(&octets)?;
    let receiver = receiver(arguments)?;
    let clear_text = arguments.clear_text.as_deref().map(output::companion).transpose()?;
    let mut context = Context::new().limits(output::limits()).variant(variant(arguments)?);
    if let Some(receiver) = &receiver {
        context = context.receiver(receiver);
    }
    if let Some(clear_text) = &clear_text {
        context = context.clear_text(clear_text);
    }
    if arguments.first || arguments.reply {
        context = context.first_message(arguments.first);
    }
    if let Some(transport) = &arguments.tls {
        let (protocol, suite) = transport
            .split_once('/')
            .ok_or_else(|| could_not("--tls takes a protocol and a cipher suite: PROTOCOL/SUITE"))?;
        context = context.transport(protocol, suite);
    }
    let report = message.lint(&context).map_err(refused)?;
    let shapes = RefusedShapes::of(&message, receiver.as_ref(), &report, &arguments.waive);
    if let Some(path) = &arguments.html {
        let shapes = Some((&shapes, &in_options as Words<'_>));
        output::write_with(Some(path), |out| wss_inspect::lint::write_html(&report, shapes, &message, out))?;
    }
    let output = arguments.file.output.as_ref();
    match arguments.format {
        Format::Text => {
            let style = text::Style::of(arguments);
            let report = text::report(&report, message.text(), style);
            output::write_painted(output, |out| write!(out, "{report}{}", text::shapes(&shapes, style)))?;
        }
        Format::Json => {
            let shapes = Some((&shapes, &in_options as Words<'_>));
            output::write_json(output, &wss_inspect::lint::json(&report, shapes))?;
        }
    }
    let mut broken: Vec<_> = report.breaches().map(|verdict| verdict.rule().id()).collect();
    if !shapes.found.is_empty() {
        broken.push("shapes that receivers demand");
    }
    if broken.is_empty() { Ok(()) } else { Err(refused(format!("the message breaks {}", broken.join(", ")))) }
}

fn variant(arguments: &LintArgs) -> Outcome<Variant> {
    let variant = match arguments.variant {
        Profile::AsWritten => Variant::as_written(),
        Profile::AsDeployed => Variant::as_deployed(),
    };
    arguments
        .waive
        .iter()
        .try_fold(variant, |variant, id| Ok(variant.waive(wss_profile::rule(id)?, "waived by --waive")))
}

/// A receiver with the given keys. Its requirements and its trust are not used.
fn receiver(arguments: &LintArgs) -> Outcome<Option<Receiver>> {
    let holdings = &arguments.holdings;
    if *holdings == HoldingOptions::default() {
        return Ok(None);
    }
    let trust = Trust::pins(keys::certificates(&holdings.known_cert)?);
    let receiver = Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache);
    Ok(Some(holdings.equip(receiver.limits(output::limits()))?))
}
