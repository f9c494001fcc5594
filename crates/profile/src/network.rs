//! Presets of networks, in place of the other keys.

use std::sync::Arc;

use wss_header::{Opening, Receiver, Recipe, ReplayCache};
use wss_networks::{ALL, Network, NetworkError, PartyKeys, Shape, by_name};

use crate::error::{ProfileError, word_of_list};

/// The network of `NAME` or `NAME+CHOICE+…`.
///
/// # Errors
/// [`ProfileError::UnknownWord`].
pub fn network_with_choices(given: &str) -> Result<Network, ProfileError> {
    let mut words = given.split('+');
    let network = network(words.next().unwrap_or_default())?;
    words.try_fold(network, |network, word| match network.choice(word) {
        Some(choice) => Ok(network.choose(choice)),
        None => {
            let known: Vec<&str> = network.choices.iter().map(|choice| choice.name).collect();
            let advice = if known.is_empty() { "leave it out, since there is none" } else { "known are " };
            Err(word_of_list("network", given, word, "a choice that the network does not have", &known, advice))
        }
    })
}

/// The network of this name, without a choice.
///
/// # Errors
/// [`ProfileError::UnknownWord`].
pub fn network(name: &str) -> Result<Network, ProfileError> {
    by_name(name).ok_or_else(|| {
        let known: Vec<&str> = ALL.iter().map(|network| network.name).collect();
        word_of_list("network", name, name, "no network", &known, "known are ")
    })
}

/// The shape of the message.
fn shape(network: &Network, is_reply: bool) -> Result<&Shape, ProfileError> {
    match is_reply {
        true => network.reply_shape().ok_or_else(|| plain(network)),
        false => Ok(&network.request),
    }
}

const fn plain(network: &Network) -> ProfileError {
    ProfileError::PlainReplies { network: network.name }
}

/// How to open the message.
pub(crate) fn opening(network: &Network, is_reply: bool) -> Result<Opening, ProfileError> {
    Ok(shape(network, is_reply)?.opening())
}

/// The recipe of the message.
pub(crate) fn recipe(network: &Network, is_reply: bool, keys: &PartyKeys) -> Result<Recipe, ProfileError> {
    match is_reply {
        true => network.reply_recipe(keys).map_err(missing)?.ok_or_else(|| plain(network)),
        false => network.request_recipe(keys).map_err(missing),
    }
}

/// Whether the network can make the same recipes with these keys as with `all`, in both directions.
pub(crate) fn needs_no_more(network: &Network, all: &PartyKeys, these: &PartyKeys) -> bool {
    let is_made = |keys: &PartyKeys| (network.request_recipe(keys).is_ok(), network.reply_recipe(keys).is_ok());
    is_made(all) == is_made(these)
}

/// The receiver of the message.
pub(crate) fn receiver(
    network: &Network,
    is_reply: bool,
    keys: &PartyKeys,
    replay: Arc<dyn ReplayCache>,
) -> Result<Receiver, ProfileError> {
    match is_reply {
        true => network.reply_receiver(keys, replay).map_err(missing)?.ok_or_else(|| plain(network)),
        false => network.request_receiver(keys, replay).map_err(missing),
    }
}

/// The error that says which thing is missing, and which keys give it.
fn missing(error: NetworkError) -> ProfileError {
    match error {
        NetworkError::Missing { network, what, call } => {
            let give = match call {
                "identity" => "`key` and `cert`, or `p12`",
                "partner" => "`to`",
                "trust" => "`trust` or `pin`",
                "user" => "`user` and `password-file`",
                "passwords" => "`user-file`",
                "assertion" => "`token`",
                "assertions" => "`saml-issuer`",
                other => other,
            };
            ProfileError::Network { network, what, give }
        }
        other => ProfileError::OtherNetwork(other),
    }
}
