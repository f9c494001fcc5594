//! `wss sign`, `wss encrypt` and `wss secure`.

use std::time::Duration;

use ws_security::{
    Certificate, DigestMethod, Encrypting, Identity, Part, Recipe, ReferenceForm, SignatureMethod, Signing,
};

use crate::args::{Form, SecureArgs};
use crate::keys;
use crate::output::{self, Outcome, could_not};
use crate::xenc;

/// Which steps a command runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Sign,
    Encrypt,
    Both,
}

fn form(form: Form) -> ReferenceForm {
    match form {
        Form::Direct => ReferenceForm::Direct,
        Form::IssuerSerial => ReferenceForm::IssuerSerial,
        Form::Ski => ReferenceForm::SubjectKeyIdentifier,
        Form::Thumbprint => ReferenceForm::Thumbprint,
        Form::Embedded => ReferenceForm::Embedded,
    }
}

fn parts(arguments: &[String], otherwise: &[Part]) -> Outcome<Vec<Part>> {
    if arguments.is_empty() {
        return Ok(otherwise.to_vec());
    }
    let parse = |text: &String| Part::parse(text).ok_or_else(|| could_not(format!("{text:?} is not a part")));
    arguments.iter().map(parse).collect()
}

pub(crate) fn run(arguments: &SecureArgs, what: What) -> Outcome {
    let mut recipe = Recipe::new().must_understand(arguments.must_understand);
    if let Some(actor) = &arguments.actor {
        recipe = recipe.actor(actor.clone());
    }
    if arguments.allow_legacy {
        recipe = recipe.allow_legacy_algorithms();
    }
    if let Some(seconds) = arguments.timestamp {
        recipe = recipe.timestamp(Duration::from_secs(seconds));
    }
    let mut passwords = arguments.password_file.iter();
    let identity = identity(arguments, &mut passwords)?;
    if let Some(user) = &arguments.user {
        let path = passwords.next().ok_or_else(|| could_not("give the user's password: --password-file"))?;
        let password = keys::password(path)?;
        recipe = if arguments.password_text {
            recipe.username_text(user.clone(), password).over_protected_transport()
        } else {
            recipe.username_digest(user.clone(), password)
        };
    }
    let signing = match (&identity, what) {
        (Some(identity), What::Sign | What::Both) => Some(signing(arguments, identity)?),
        (None, What::Sign) if arguments.user.is_some() => None,
        (None, What::Sign | What::Both) => return Err(could_not("give the signer: --key and --cert, or --p12")),
        (_, What::Encrypt) => None,
    };
    let encrypting = match (&arguments.to, what) {
        (Some(path), What::Encrypt | What::Both) => {
            let recipient = Certificate::from_pem(&output::read(path)?).map_err(could_not)?;
            let listed = if what == What::Encrypt { &arguments.part } else { &arguments.encrypt_part };
            let transport = xenc::transport(
                arguments.key_transport.as_deref(),
                arguments.oaep_digest.as_deref(),
                arguments.mgf.as_deref(),
            )?;
            Some(
                Encrypting::to(&recipient)
                    .parts(parts(listed, &[Part::Body])?)
                    .content(xenc::content(arguments.content.as_ref())?)
                    .transport(transport)
                    .reference(form(arguments.encrypt_reference)),
            )
        }
        (None, What::Encrypt | What::Both) => return Err(could_not("give the recipient: --to")),
        (_, What::Sign) => None,
    };
    let add_encrypting = |recipe: Recipe| match &encrypting {
        Some(encrypting) => recipe.encrypt(encrypting.clone()),
        None => recipe,
    };
    if arguments.encrypt_first {
        recipe = add_encrypting(recipe);
    }
    if let Some(signing) = signing {
        recipe = recipe.sign(signing);
    }
    if !arguments.encrypt_first {
        recipe = add_encrypting(recipe);
    }
    let envelope = output::text(&output::read(&arguments.file.file)?)?;
    let plan = recipe.plan().map_err(could_not)?;
    let message = plan.secure(&envelope).map_err(output::refused)?;
    output::write(arguments.file.output.as_ref(), message.as_bytes())
}

fn identity<'p>(
    arguments: &SecureArgs,
    passwords: &mut impl Iterator<Item = &'p std::path::PathBuf>,
) -> Outcome<Option<Identity>> {
    if let (Some(key), Some(certificate)) = (&arguments.key, &arguments.cert) {
        let identity = Identity::from_pem(&output::read(certificate)?, &output::read(key)?);
        return identity.map(Some).map_err(could_not);
    }
    let Some(path) = &arguments.p12 else { return Ok(None) };
    let password = passwords.next().ok_or_else(|| could_not("give the key store's password: --password-file"))?;
    Identity::from_pkcs12(&output::read(path)?, &keys::password(password)?).map(Some).map_err(could_not)
}

fn signing(arguments: &SecureArgs, identity: &Identity) -> Outcome<Signing> {
    let unknown = |uri: &str| could_not(format!("{uri} is not the identifier of a supported algorithm"));
    let mut otherwise = vec![Part::Body];
    if arguments.timestamp.is_some() {
        otherwise.push(Part::Timestamp);
    }
    let mut signing = Signing::with(identity)
        .parts(parts(&arguments.part, &otherwise)?)
        .reference(form(arguments.reference))
        .inclusive_prefixes(arguments.prefix_list.clone());
    if let Some(uri) = &arguments.signature_method {
        signing = signing.method(SignatureMethod::from_uri(uri).ok_or_else(|| unknown(uri))?);
    }
    if let Some(uri) = &arguments.digest {
        signing = signing.digest(DigestMethod::from_uri(uri).ok_or_else(|| unknown(uri))?);
    }
    Ok(signing)
}
