//! `wss inspect`: shows the security of a message as a picture: text, JSON or a page. Nothing is verified.

use wss_profile::Wording;

use crate::accept::in_options;
use crate::args::{Format, InspectArgs};
use crate::output::{self, Outcome, refused};

pub(crate) fn run(arguments: &InspectArgs) -> Outcome {
    output::check_page(arguments.file.output.as_deref(), arguments.html.as_deref())?;
    let octets = output::read_message(&arguments.file.file)?;
    let message = output::message(&octets)?;
    let picture = message.picture().map_err(refused)?;
    if let Some(path) = &arguments.html {
        // A page is also read by people who do not see this command line.
        let page = picture.clone().in_words(&|text| Wording::OptionsOfWss.of(text));
        output::write_with(Some(path), |out| page.write_html(&message, out))?;
    }
    let picture = picture.in_words(&in_options);
    let shown = match arguments.format {
        Format::Text => picture.text(arguments.file.output.is_none() && output::paints()),
        Format::Json => output::json(&picture.json())?,
    };
    output::write_painted(arguments.file.output.as_ref(), &shown)
}
