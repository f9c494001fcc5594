//! `wss sign`, `wss encrypt` and `wss secure`.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use ws_security::attachments::{Attachment, MimeError};
use ws_security::c14n::{Canonicalization, name};
use ws_security::crypto::LoadError;
use ws_security::kerberos::Initiator;
use ws_security::networks::Keys;
use ws_security::{
    Addressing, AddressingVersion, Certificate, Correlation, Encrypting, Identity, KeyTransport, Layout, NameForm,
    Part, Password, Precision, PrivateKey, ProtectionToken, Recipe, ReferenceForm, Referencing, Secret,
    SecureConversation, Signing, Username,
};

use crate::algorithms;
use crate::args::{
    AddressingArgs, AllowanceArgs, Conversation, Form, HeaderArgs, LayoutArgs, MethodArgs, Order, SecureArgs,
    SignerArgs,
};
use crate::keys;
use crate::network;
use crate::output::{self, Outcome, could_not};
use crate::required::element_path;
use crate::words::{self, nearest};
use crate::xenc;

/// The steps of a command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Sign,
    Encrypt,
    Both,
}

fn form(form: Form) -> ReferenceForm {
    match form {
        Form::Direct => ReferenceForm::Direct,
        Form::PkiPath => ReferenceForm::DirectPath,
        Form::Pkcs7 => ReferenceForm::DirectPkcs7,
        Form::IssuerSerialJava => ReferenceForm::IssuerSerialAs(NameForm::Java),
        Form::IssuerSerialDotnet => ReferenceForm::IssuerSerialAs(NameForm::Dotnet),
        Form::IssuerSerial => ReferenceForm::IssuerSerial,
        Form::Ski => ReferenceForm::SubjectKeyIdentifier,
        Form::Thumbprint => ReferenceForm::Thumbprint,
        Form::Embedded => ReferenceForm::Embedded,
        Form::Certificate => ReferenceForm::Certificate,
        Form::X509Data => ReferenceForm::X509Data,
        Form::X509DataPath => ReferenceForm::X509DataPath,
    }
}

/// The parts that are words.
const PARTS: [&str; 7] =
    ["Body", "Timestamp", "Signature", "UsernameToken", "SigningToken", "Assertion", "Attachments"];

fn parts(arguments: &[String], otherwise: &[Part]) -> Outcome<Vec<Part>> {
    if arguments.is_empty() {
        return Ok(otherwise.to_vec());
    }
    let parse = |text: &String| match element_path(text) {
        Some(Err(error)) => Err(could_not(error)),
        _ => Part::parse(text).ok_or_else(|| {
            could_not(format!(
                "{text:?} is not a part{}: give Body, Timestamp, Signature, UsernameToken, SigningToken, Assertion, \
                 Attachments, {{namespace}}local, element:PATH, every:element:PATH or #id",
                nearest(text, PARTS)
            ))
        }),
    };
    arguments.iter().map(parse).collect()
}

pub(crate) fn run(arguments: &SecureArgs, what: What) -> Outcome {
    if let Some(name) = &arguments.network.network {
        return send(arguments, of_network(arguments, name, what)?);
    }
    let recipe = allowing(&arguments.allowed, Recipe::new())?;
    let mut recipe = with_layout(&arguments.layout, with_header(&arguments.header, recipe)?)?;
    let mut passwords = arguments.header.password_file.iter();
    let identity = identity(&arguments.signer, &mut passwords)?;
    let user = user(&arguments.header, &mut passwords)?;
    let token = protection_token(arguments, user.as_ref())?;
    if let (Some((name, password)), false) = (user, arguments.shared.password_key) {
        recipe = if arguments.header.password_text {
            recipe.username(username(&arguments.layout, Username::text(name, password))).over_protected_transport()
        } else {
            recipe.username(username(&arguments.layout, Username::digest(name, password)))
        };
    }
    let mut signings = Vec::new();
    if what != What::Encrypt {
        match (&token, &identity) {
            (Some(token), identity) => {
                signings.push(configured(arguments, Signing::with_token(token))?);
                // The signer endorses the signature of the shared key.
                signings.extend(identity.iter().map(|identity| Signing::with(identity).parts([Part::Signature])));
            }
            (None, Some(identity)) => signings.push(signing(arguments, identity)?),
            (None, None)
                if what == What::Sign && (arguments.header.user.is_some() || !arguments.header.token.is_empty()) => {}
            (None, None) => return Err(could_not("give the signer: --key and --cert, or --p12")),
        }
    }
    let encrypting = if what == What::Sign { None } else { Some(encrypting(arguments, what, token.as_ref())?) };
    if arguments.parts.encrypt_first {
        recipe = encrypting.iter().cloned().fold(recipe, Recipe::encrypt);
    }
    recipe = signings.into_iter().fold(recipe, Recipe::sign);
    if !arguments.parts.encrypt_first {
        recipe = encrypting.into_iter().fold(recipe, Recipe::encrypt);
    }
    send(arguments, recipe)
}

/// The recipe of a network's preset, with the keys of the options.
fn of_network(arguments: &SecureArgs, name: &str, what: What) -> Outcome<Recipe> {
    if what != What::Both {
        return Err(could_not("a network says what is signed and encrypted: --network goes with `wss secure`"));
    }
    let mut passwords = arguments.header.password_file.iter();
    let mut keys = identity(&arguments.signer, &mut passwords)?.into_iter().fold(Keys::new(), Keys::identity);
    if let Some((name, password)) = user(&arguments.header, &mut passwords)? {
        keys = keys.user(name, password);
    }
    for path in &arguments.header.token {
        keys = keys.assertion(output::companion(path)?);
    }
    if let Some(path) = &arguments.recipient.to {
        keys = keys.partner(keys::certificate(path)?);
    }
    let network = network::named(name)?;
    let recipe = network::recipe(&network, arguments.network.reply, &keys)?;
    Ok(match &arguments.header.actor {
        Some(actor) => recipe.actor(actor.clone()),
        None => recipe,
    })
}

/// Secures the envelope with its attachments, and writes it.
fn send(arguments: &SecureArgs, recipe: Recipe) -> Outcome {
    let envelope = output::text(&output::read(&arguments.file.file)?)?;
    let plan = recipe.plan().map_err(could_not)?;
    let request = arguments.header.confirm.as_deref().map(output::correlation).transpose()?;
    let outgoing = match addressing(&arguments.addressing)? {
        Some(addressing) => plan.message(&envelope).addressing(addressing),
        None => plan.message(&envelope),
    };
    let outgoing = match &request {
        Some(request) => outgoing.answering(request),
        None => outgoing,
    };
    if !arguments.parts.attach.is_empty() {
        let numbered = (1..).zip(&arguments.parts.attach);
        let attachments = numbered.map(|(number, path)| attachment(number, path)).collect::<Outcome<Vec<_>>>()?;
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
    match &arguments.header.exchange {
        Some(path) => output::write_secret(path, state.to_text().as_bytes()),
        None => Ok(()),
    }
}

/// The recipe, with what it is allowed.
fn allowing(arguments: &AllowanceArgs, mut recipe: Recipe) -> Outcome<Recipe> {
    if arguments.allow_legacy {
        recipe = recipe.allow_legacy_algorithms();
    }
    if arguments.accept_one_key_to_sign_and_encrypt {
        recipe = recipe.accept_one_key_to_sign_and_encrypt();
    }
    if arguments.accept_short_secrets_for_legacy_use_only {
        recipe = recipe.accept_short_secrets_for_legacy_use_only();
    }
    for id in &arguments.waive {
        let rule = words::rule(id).map_err(could_not)?;
        recipe = recipe.waive(rule);
    }
    Ok(recipe)
}

/// The recipe, with the receiver of the header and what needs no password.
fn with_header(arguments: &HeaderArgs, recipe: Recipe) -> Outcome<Recipe> {
    let mut recipe = recipe.must_understand(arguments.must_understand);
    if let Some(actor) = &arguments.actor {
        recipe = recipe.actor(actor.clone());
    }
    if let Some(seconds) = arguments.timestamp {
        recipe = recipe.timestamp(Duration::from_secs(seconds));
    }
    for path in &arguments.token {
        recipe = recipe.token(output::companion(path)?);
    }
    if arguments.confirm.is_some() {
        recipe = recipe.signature_confirmation();
    }
    Ok(recipe)
}

/// The username token, without what options leave out.
fn username(arguments: &LayoutArgs, mut user: Username) -> Username {
    if arguments.without_nonce {
        user = user.without_nonce();
    }
    if arguments.without_created {
        user = user.without_created();
    }
    if arguments.without_type { user.without_type() } else { user }
}

/// The recipe, with the form of its header.
fn with_layout(arguments: &LayoutArgs, recipe: Recipe) -> Outcome<Recipe> {
    let mut recipe = recipe.layout(match arguments.layout {
        Order::Lax => Layout::Lax,
        Order::LaxTimestampFirst => Layout::LaxTimestampFirst,
        Order::LaxTimestampLast => Layout::LaxTimestampLast,
        Order::Strict => Layout::Strict,
    });
    if arguments.whole_seconds {
        recipe = recipe.precision(Precision::Seconds);
    }
    if arguments.timestamp_without_expires {
        recipe = recipe.timestamp_without_expires();
    }
    for choice in &arguments.prefix {
        let namespaces = [name::DS, name::XENC, name::WSSE, name::WSU, name::WSSE11];
        let known = |usual: &str| namespaces.iter().find(|namespace| namespace.prefix == usual);
        let found = choice.split_once('=').and_then(|(usual, prefix)| Some((known(usual)?, prefix)));
        let unknown =
            || could_not(format!("{choice:?} is no prefix: give ds, xenc, wsse, wsu or wsse11, as in ds=dsig"));
        let (namespace, prefix) = found.ok_or_else(unknown)?;
        recipe = recipe.prefix(namespace.uri, prefix);
    }
    for choice in &arguments.part_id {
        let found = choice.rsplit_once('=').and_then(|(part, id)| Some((Part::parse(part)?, id)));
        let (part, id) =
            found.ok_or_else(|| could_not(format!("{choice:?} is no part with its Id: as in Timestamp=TS-1")))?;
        recipe = recipe.id(part, id);
    }
    Ok(recipe)
}

/// The header blocks of WS-Addressing, if there are any.
fn addressing(arguments: &AddressingArgs) -> Outcome<Option<Addressing>> {
    if arguments.wsa.is_empty() {
        return Ok(None);
    }
    let version = version(arguments);
    let mut addressing = Addressing::new(version);
    for block in &arguments.wsa {
        let unknown = || {
            could_not(format!(
                "{block:?} is no header block of WS-Addressing: give to, action, message-id, relates-to, reply-to, \
                 fault-to or from, with its value, as in to=urn:bank"
            ))
        };
        let (name, value) = block.split_once('=').ok_or_else(unknown)?;
        let endpoint = if value == "anonymous" { version.anonymous() } else { value };
        addressing = match name {
            "to" => addressing.to(endpoint),
            "action" => addressing.action(value),
            "message-id" if value == "new" => addressing.new_message_id(),
            "message-id" => addressing.message_id(value),
            "relates-to" => addressing.relates_to(value),
            "reply-to" => addressing.reply_to(endpoint),
            "fault-to" => addressing.fault_to(endpoint),
            "from" => addressing.from(endpoint),
            _ => return Err(unknown()),
        };
    }
    Ok(Some(if arguments.wsa_must_understand { addressing.must_understand() } else { addressing }))
}

fn version(arguments: &AddressingArgs) -> AddressingVersion {
    if arguments.wsa_2004 { AddressingVersion::V2004_08 } else { AddressingVersion::V1_0 }
}

/// A file as an attachment. Its name gives the Content-ID and the type; the number distinguishes files of the same
/// name.
fn attachment(number: usize, path: &Path) -> Outcome<Attachment> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let id: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let content_type = match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "xml" => "text/xml",
        "txt" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gz" => "application/gzip",
        _ => "application/octet-stream",
    };
    let quoted: String = name.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
    let id = format!("{id}@{number}.attachment");
    // A file without a length, such as a pipe, is read at once.
    let attachment = match path.is_file() {
        true => File::open(path).map_err(MimeError::from).and_then(|file| Attachment::of_file(id, content_type, file)),
        false => Attachment::new(id, content_type, output::read(path)?),
    };
    attachment
        .and_then(|attachment| attachment.field("Content-Disposition", format!("attachment; filename=\"{quoted}\"")))
        .map_err(|error| could_not(format!("{}: {error}", path.display())))
}

fn encrypting(arguments: &SecureArgs, what: What, token: Option<&ProtectionToken>) -> Outcome<Encrypting> {
    let listed = if what == What::Encrypt { &arguments.parts.part } else { &arguments.parts.encrypt_part };
    let encrypting = match (token, &arguments.recipient.to) {
        (Some(token), _) => Encrypting::with_token(token),
        (None, Some(path)) => Encrypting::to(&keys::certificate(path)?)
            .transport(transport(&arguments.methods)?)
            .reference(form(arguments.recipient.encrypt_reference)),
        // The signer of the request is known.
        (None, None) if arguments.header.confirm.is_some() => {
            Encrypting::to_requester().transport(transport(&arguments.methods)?)
        }
        (None, None) => return Err(could_not("give the recipient: --to, or --confirm for the signer of a request")),
    };
    let otherwise =
        if arguments.parts.attach.is_empty() { &[Part::Body][..] } else { &[Part::Body, Part::Attachments] };
    let encrypting = encrypting.parts(parts(listed, otherwise)?);
    let encrypting = if arguments.parts.attach_complete { encrypting.complete_attachments() } else { encrypting };
    let encrypting = encrypting.parts_if_present(parts(&arguments.parts.encrypt_part_if_present, &[])?);
    let encrypting = if arguments.parts.content_only { encrypting.content_only() } else { encrypting };
    match &arguments.methods.content {
        None => Ok(encrypting),
        content => Ok(encrypting.content(xenc::content(content.as_ref())?)),
    }
}

fn transport(arguments: &MethodArgs) -> Outcome<KeyTransport> {
    xenc::transport(arguments.key_transport.as_deref(), arguments.oaep_digest.as_deref(), arguments.mgf.as_deref())
}

fn user<'p>(
    arguments: &HeaderArgs,
    passwords: &mut impl Iterator<Item = &'p std::path::PathBuf>,
) -> Outcome<Option<(String, Password)>> {
    let Some(name) = &arguments.user else { return Ok(None) };
    let path = passwords.next().ok_or_else(|| could_not("give the user's password: --password-file"))?;
    let password = keys::password(path)?;
    let password = if arguments.password_hashed { Password::sha1_of(&password) } else { password.into() };
    Ok(Some((name.clone(), password)))
}

/// The token whose key both sides have, if an option asks for one.
fn protection_token(arguments: &SecureArgs, user: Option<&(String, Password)>) -> Outcome<Option<ProtectionToken>> {
    let version = arguments.shared.derive_keys.map(|version| match version {
        Conversation::V13 => SecureConversation::V1_3,
        Conversation::V2005 => SecureConversation::V2005,
    });
    let token = if let (true, Some(path)) = (arguments.shared.symmetric, &arguments.recipient.to) {
        let recipient = keys::certificate(path)?;
        let token = ProtectionToken::encrypted_to(&recipient)
            .transport(transport(&arguments.methods)?)
            .reference(form(arguments.recipient.encrypt_reference));
        arguments.shared.key_octets.into_iter().fold(token, ProtectionToken::key_octets)
    } else if let Some(argument) = &arguments.shared.context {
        let (Some(identifier), secret) = keys::secret(argument)? else {
            return Err(could_not("--context takes IDENTIFIER=FILE"));
        };
        ProtectionToken::security_context(version.unwrap_or_default(), identifier, Secret::new(secret))
    } else if let (true, Some((name, password))) = (arguments.shared.password_key, user) {
        ProtectionToken::username(name.clone(), password.clone())
    } else if let Some(service) = &arguments.shared.kerberos {
        ProtectionToken::kerberos(Initiator::new(service.clone()).map_err(could_not)?)
    } else if arguments.shared.reply_key {
        ProtectionToken::of_request()
    } else if version.is_some() {
        return Err(could_not(
            "--derive-keys goes with --symmetric, --context, --password-key, --kerberos or --reply-key",
        ));
    } else {
        return Ok(None);
    };
    Ok(Some(version.map_or(token.clone(), |version| token.derived_keys(version))))
}

fn identity<'p>(
    arguments: &SignerArgs,
    passwords: &mut impl Iterator<Item = &'p std::path::PathBuf>,
) -> Outcome<Option<Identity>> {
    if let (Some(key), Some(certificate)) = (&arguments.key, &arguments.cert) {
        let (certificates, key) = (output::read(certificate)?, output::read(key)?);
        let identity = match Identity::from_pem(&certificates, &key) {
            Err(LoadError::PasswordNeeded) => {
                let needed = || could_not("the key is encrypted: give its password: --password-file");
                let password = keys::password(passwords.next().ok_or_else(needed)?)?;
                let key = PrivateKey::from_pem_with_password(&key, Some(&password)).map_err(could_not)?;
                let mut certificates = Certificate::all_from_pem(&certificates).map_err(could_not)?.into_iter();
                let holder = certificates.next().ok_or_else(|| could_not("--cert has no certificate"))?;
                Identity::new(key, holder).map(|identity| identity.chain(certificates.collect()))
            }
            other => other,
        };
        return identity.map(Some).map_err(could_not);
    }
    let Some(path) = &arguments.p12 else { return Ok(None) };
    let password = passwords.next().ok_or_else(|| could_not("give the key store's password: --password-file"))?;
    Identity::from_key_store(&output::read(path)?, &keys::password(password)?).map(Some).map_err(could_not)
}

fn signing(arguments: &SecureArgs, identity: &Identity) -> Outcome<Signing> {
    let mut signing = configured(arguments, Signing::with(identity))?.reference(form(arguments.signer.reference));
    if arguments.signer.holder_of_key {
        signing = signing.holder_of_key();
    }
    if arguments.layout.token_after_signature {
        signing = signing.token_after_signature();
    }
    if arguments.signer.token_by_reference {
        signing = signing.token_by_reference();
    }
    Ok(signing)
}

/// The signature, with its canonicalisations.
fn canonicalized(arguments: &MethodArgs, prefixes: &str, mut signing: Signing) -> Outcome<Signing> {
    let read = |option: &str, given: &String| algorithms::canonicalization(option, given).map(Canonicalization::new);
    if let Some(given) = &arguments.c14n {
        signing = signing.canonicalization(read("--c14n", given)?);
    }
    if arguments.without_transforms {
        return Ok(signing.referencing(Referencing::without_transforms()));
    }
    if let Some(given) = arguments.part_c14n.as_ref().or(arguments.c14n.as_ref()) {
        signing = signing.referencing(Referencing::new(read("--part-c14n", given)?));
    }
    Ok(if prefixes.is_empty() { signing } else { signing.inclusive_prefixes(prefixes) })
}

fn configured(arguments: &SecureArgs, signing: Signing) -> Outcome<Signing> {
    let mut otherwise = vec![Part::Body];
    if arguments.header.timestamp.is_some() || arguments.layout.timestamp_without_expires {
        otherwise.push(Part::Timestamp);
    }
    if !arguments.parts.attach.is_empty() {
        otherwise.push(Part::Attachments);
    }
    let addressed = if arguments.addressing.wsa.is_empty() || !arguments.parts.part.is_empty() {
        Vec::new()
    } else {
        version(&arguments.addressing).parts()
    };
    let mut signing = signing
        .parts(parts(&arguments.parts.part, &otherwise)?)
        .parts_if_present(addressed)
        .parts_if_present(parts(&arguments.parts.part_if_present, &[])?);
    signing = canonicalized(&arguments.methods, &arguments.parts.prefix_list, signing)?;
    if arguments.parts.attach_complete {
        signing = signing.complete_attachments();
    }
    if let Some(given) = &arguments.methods.signature_method {
        signing = signing.method(algorithms::signature("--signature-method", given)?);
    }
    if let Some(given) = &arguments.methods.digest {
        signing = signing.digest(algorithms::digest("--digest", given)?);
    }
    Ok(signing)
}
