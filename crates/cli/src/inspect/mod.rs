//! `wss inspect`: shows the security of a message as a picture: text, JSON or a page. Nothing is verified.

mod html;
mod json;
mod picture;
mod text;

use std::io::IsTerminal;

use crate::args::{Format, InspectArgs, ReadingArgs};
use crate::output::{self, Outcome};

pub(crate) fn run(arguments: &InspectArgs) -> Outcome {
    let octets = output::read(&arguments.file.file)?;
    let package = output::package(&octets)?;
    let envelope = package.as_ref().map_or(octets.as_slice(), |package| package.unauthenticated_envelope());
    let document = output::document(envelope, ReadingArgs::default())?;
    let picture = picture::of(&document, package.as_ref())?;
    if let Some(path) = &arguments.html {
        output::write(Some(path), html::page(&picture, &document).as_bytes())?;
    }
    let shown = match arguments.format {
        Format::Text => text::text(&picture, arguments.file.output.is_none() && paints()),
        Format::Json => output::json(&json::json(&picture))?,
    };
    output::write_painted(arguments.file.output.as_ref(), &shown)
}

/// Whether standard output shows colours, and the user wants them.
fn paints() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
