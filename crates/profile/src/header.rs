//! The keys of the table `secure` for the header itself: its form, its times and tokens, WS-Addressing, and what is
//! allowed.

use std::collections::HashSet;
use std::time::Duration;

use wss_bsp::Rule;
use wss_c14n::name;
use wss_header::{Addressing, AddressingVersion, Layout, Part, Recipe, Username};
use wss_tokens::Precision;

use crate::error::{ProfileError, once, word, word_of_list};
use crate::sending::{AddressingOptions, AllowanceOptions, HeaderOptions, LayoutOptions, Only, Order};

/// The recipe, with its departures.
pub(crate) fn allowing(options: &AllowanceOptions, mut recipe: Recipe) -> Result<Recipe, ProfileError> {
    if options.allow_legacy {
        recipe = recipe.allow_legacy_algorithms();
    }
    if options.accept_one_key_to_sign_and_encrypt {
        recipe = recipe.accept_one_key_to_sign_and_encrypt();
    }
    if options.accept_short_secrets_for_legacy_use_only {
        recipe = recipe.accept_short_secrets_for_legacy_use_only();
    }
    for id in &options.waive {
        recipe = recipe.waive(rule(id)?);
    }
    Ok(recipe)
}

/// The requirement of the Basic Security Profile that `waive` names.
///
/// # Errors
/// [`ProfileError::UnknownWord`].
pub fn rule(id: &str) -> Result<Rule, ProfileError> {
    Rule::from_id(id).ok_or_else(|| {
        let known = Rule::ALL.into_iter().map(Rule::id);
        word("waive", id, "no requirement of BSP 1.1", known, "`wss lint --all` lists them")
    })
}

/// The recipe, with the receiver of the header and the parts that need no password.
pub(crate) fn with_header(options: &HeaderOptions, recipe: Recipe) -> Result<Recipe, ProfileError> {
    let mut recipe = recipe.must_understand(options.must_understand);
    if let Some(actor) = &options.actor {
        recipe = recipe.actor(actor.clone());
    }
    if let Some(seconds) = options.timestamp {
        recipe = recipe.timestamp(Duration::from_secs(seconds));
    }
    for source in &options.token {
        recipe = recipe.token(source.xml()?);
    }
    for source in &options.header_child {
        recipe = recipe.attach(source.xml()?);
    }
    if options.answers {
        recipe = recipe.signature_confirmation();
    }
    Ok(recipe)
}

/// Whether the header has a token of the sender, and so needs no signature.
pub(crate) fn has_token(options: &HeaderOptions) -> bool {
    options.user.is_some() || !options.token.is_empty() || !options.header_child.is_empty()
}

/// The username token, without the children that options leave out.
pub(crate) fn username(options: &LayoutOptions, mut user: Username) -> Username {
    if options.without_nonce {
        user = user.without_nonce();
    }
    if options.without_created {
        user = user.without_created();
    }
    if options.without_type { user.without_type() } else { user }
}

/// The recipe, with the form of its header. It may have `only` one step.
pub(crate) fn with_layout(options: &LayoutOptions, only: Option<Only>, recipe: Recipe) -> Result<Recipe, ProfileError> {
    let mut recipe = recipe.layout(match options.layout.unwrap_or(Order::Lax) {
        Order::Lax => Layout::Lax,
        Order::LaxTimestampFirst => Layout::LaxTimestampFirst,
        Order::LaxTimestampLast => Layout::LaxTimestampLast,
        Order::Strict => Layout::Strict,
    });
    if options.whole_seconds {
        recipe = recipe.precision(Precision::Seconds);
    }
    if options.timestamp_without_expires {
        recipe = recipe.timestamp_without_expires();
    }
    for choice in &options.prefix {
        let namespaces = [name::DS, name::XENC, name::WSSE, name::WSU, name::WSSE11];
        let known = |usual: &str| namespaces.iter().find(|namespace| namespace.prefix == usual);
        let found = choice.split_once('=').and_then(|(usual, prefix)| Some((known(usual)?, prefix)));
        let unknown = || word("prefix", choice, "no prefix", [], "give ds, xenc, wsse, wsu or wsse11, as in ds=dsig");
        let (namespace, prefix) = found.ok_or_else(unknown)?;
        recipe = recipe.prefix(namespace.uri, prefix);
    }
    let mut named = HashSet::new();
    for choice in &options.part_id {
        let found = choice.rsplit_once('=').and_then(|(part, id)| Some((Part::parse(part)?, id)));
        let (part, id) =
            found.ok_or_else(|| word("part-id", choice, "no part with its Id", [], "write it as Timestamp=TS-1"))?;
        once(&mut named, part.clone(), "part-id", choice, "give each part one Id")?;
        // Without a signature, only these parts have an Id.
        if only != Some(Only::Encrypt) || matches!(part, Part::Timestamp | Part::UsernameToken) {
            recipe = recipe.id(part, id);
        }
    }
    Ok(recipe)
}

/// The names of the header blocks of WS-Addressing.
const BLOCKS: &[&str] = &["to", "action", "message-id", "relates-to", "reply-to", "fault-to", "from"];

/// The header blocks of WS-Addressing, if there are any.
pub(crate) fn addressing(options: &AddressingOptions) -> Result<Option<Addressing>, ProfileError> {
    if options.wsa.is_empty() {
        return Ok(None);
    }
    let version = version(options);
    let mut addressing = Addressing::new(version);
    let mut named = HashSet::new();
    for block in &options.wsa {
        let unknown = || {
            let name = block.split('=').next().unwrap_or(block);
            let advice = "give one of these with its value, as in to=urn:bank: ";
            word_of_list("wsa", block, name, "no header block of WS-Addressing", BLOCKS, advice)
        };
        let (name, value) = block.split_once('=').ok_or_else(unknown)?;
        once(&mut named, name, "wsa", block, "give each header block once")?;
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
    Ok(Some(if options.wsa_must_understand { addressing.must_understand() } else { addressing }))
}

pub(crate) fn version(options: &AddressingOptions) -> AddressingVersion {
    if options.wsa_2004 { AddressingVersion::V2004_08 } else { AddressingVersion::V1_0 }
}
