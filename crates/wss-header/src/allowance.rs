//! Allowances: forms that a recipe was told to make although the strict default refuses them.

/// A strict rule of the sending side that a call of the recipe lifts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Allowance {
    /// [`Recipe::allow_legacy_algorithms`](crate::Recipe::allow_legacy_algorithms).
    LegacyAlgorithms,
    /// [`Recipe::over_protected_transport`](crate::Recipe::over_protected_transport).
    ProtectedTransport,
    /// [`Recipe::accept_one_key_to_sign_and_encrypt`](crate::Recipe::accept_one_key_to_sign_and_encrypt).
    OneKeyToSignAndEncrypt,
    /// [`Recipe::accept_short_secrets_for_legacy_use_only`](crate::Recipe::accept_short_secrets_for_legacy_use_only).
    ShortSecrets,
    /// [`Recipe::dangerous_reply_without_confirmation`](crate::Recipe::dangerous_reply_without_confirmation).
    ReplyWithoutConfirmation,
}
