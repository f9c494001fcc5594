//! `wss sign`, `wss encrypt` and `wss secure`.

use ws_security::{Addressing, Correlation, Recipe};
use wss_profile::{Only, PartOptions, Profile, Sending};

use crate::args::SecureArgs;
use crate::attached::Attached;
use crate::output::{self, Outcome, could_not};

/// Which steps a command has: `only` one, or both.
pub(crate) fn run(arguments: &SecureArgs, only: Option<Only>) -> Outcome {
    let (result, state) = (arguments.file.output.as_deref(), arguments.message.exchange.as_deref());
    output::check_outputs(result, state, None)?;
    let sending = sending(arguments, only)?;
    send(arguments, sending.recipe()?, sending.addressing()?)
}

/// The options of the command line; where one is absent, that of the profile.
fn sending(arguments: &SecureArgs, only: Option<Only>) -> Outcome<Sending> {
    let mut given = arguments.sending.clone();
    given.parts.only = only;
    if only == Some(Only::Encrypt) {
        // Only one step exists: these are its parts.
        let PartOptions { part, encrypt_part, part_if_present, encrypt_part_if_present, .. } = &mut given.parts;
        encrypt_part.append(part);
        encrypt_part_if_present.append(part_if_present);
    }
    given.parts.attachments = !arguments.message.attach.is_empty();
    given.header.answers = arguments.message.confirm.is_some();
    given.allowed.limit = output::changed_limits().to_vec();
    let base = match &arguments.message.profile {
        Some(path) => Profile::read(path)?.sending()?.clone(),
        None => Sending::default(),
    };
    if only.is_some() && (given.network.network.is_some() || base.network.network.is_some()) {
        return Err(could_not("a network says what is signed and encrypted: --network goes with `wss secure`"));
    }
    Ok(given.over(&base)?)
}

/// Secures the envelope with its attachments, and writes it.
fn send(arguments: &SecureArgs, recipe: Recipe, addressing: Option<Addressing>) -> Outcome {
    let envelope = output::text(&output::read_document(&arguments.file.file)?)?;
    let plan = recipe.plan().map_err(could_not)?;
    let request = arguments.message.confirm.as_deref().map(output::correlation).transpose()?;
    let outgoing = match addressing {
        Some(addressing) => plan.message(&envelope).addressing(addressing),
        None => plan.message(&envelope),
    };
    let outgoing = match &request {
        Some(request) => outgoing.answering(request),
        None => outgoing,
    };
    if !arguments.message.attach.is_empty() {
        let attached = Attached::all(&arguments.message.attach);
        let attachments = attached.map(|attached| attached.to_send()).collect::<Outcome<Vec<_>>>()?;
        let secured = outgoing.attachments(attachments).secure().map_err(output::refused)?;
        save(arguments, &secured.correlation)?;
        let package = secured.message;
        return output::write_with(arguments.file.output.as_ref(), |mut out| {
            // A complete MIME message: its headers come first.
            write!(out, "MIME-Version: 1.0\r\nContent-Type: {}\r\n\r\n", package.content_type())?;
            package.write(&mut out).map(drop)
        });
    }
    let secured = outgoing.secure().map_err(output::refused)?;
    save(arguments, &secured.correlation)?;
    output::write(arguments.file.output.as_ref(), secured.message.as_bytes())
}

/// Saves the state of the exchange, if that is asked for.
fn save(arguments: &SecureArgs, state: &Correlation) -> Outcome {
    match &arguments.message.exchange {
        Some(path) => output::write_secret(path, state.to_text().as_bytes()),
        None => Ok(()),
    }
}
