//! `wss inspect`: shows the security of a message as a picture: text, JSON or a page. Nothing is verified.

use wss_profile::Wording;

use crate::accept::in_options;
use crate::args::{Format, InspectArgs};
use crate::input;
use crate::output::{self, Outcome, refused};

pub(crate) fn run(arguments: &InspectArgs) -> Outcome {
    output::check_page(arguments.file.output.as_deref(), arguments.html.as_deref())?;
    let octets = input::read_message(&arguments.file.file, &arguments.beside.attach)?;
    let message = output::message(&octets)?;
    if let Some(path) = &arguments.html {
        // A page is also read by people who do not see this command line.
        let page = message.picture().map_err(refused)?.in_words(&|text| Wording::OptionsOfWss.of(text));
        output::write_with(Some(path), |out| page.write_html(&message, out))?;
    }
    // Read again, since two pictures would take more than the message may.
    let picture = message.picture().map_err(refused)?.in_words(&in_options);
    let output = arguments.file.output.as_ref();
    match arguments.format {
        Format::Text => {
            let paint = output.is_none() && output::paints();
            output::write_painted(output, |out| picture.write_text(paint, out))
        }
        Format::Json => output::write_json(output, &picture.json()),
    }
}
