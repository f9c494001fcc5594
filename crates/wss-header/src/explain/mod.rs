//! Explanations: the content of a message, and why a signature or a digest in it does not fit.
//!
//! A failed verification says little, on purpose. This module is for the person who must find the fault. It reads a
//! message as far as it can be read. If octets do not fit, it undoes the changes that gateways, parsers and peers
//! usually make, one after the other and in pairs, and names the first one that fits. It decides nothing: no call of
//! `open` uses it, and its result is text.
//!
//! In reading order: [`explanation`] has the types of the result, and [`render`] writes them as text; [`walk`] goes through the
//! message, which [`decode`] made text of, with [`items`], [`reading`] and [`judge`]; [`digest`] explains references (with
//! [`digest_value`] and [`encrypted`]) and [`signature`] signature values (with [`rsa`],
//! [`padding`], [`recovered`], [`halves`], [`der`] and [`signed_otherwise`]); both
//! [`search`](search::Search) for octets that fit a [`goal`], among the canonical [`forms`] of the elements at their
//! [`places`], changed by [`edits`], or by several of them at once in [`together`]. [`edit`] is one such change of [`token`]s,
//! and [`sketch`] says which can matter. [`attachment`] has what else the digest of an attachment may be of.
//! [`cause`] has the words, [`used_padding`] those of a padding, [`clues`] what the message tells of its sender, and [`hints`]
//! what is strange about an element. [`misnamed`](crate::misnamed) says how a reference differs from the certificate that made the
//! value. [`ciphertext`] (with [`gcm`]), [`password`], [`times`], [`keys`] and [`secrets`] explain the rest; [`spelled`] reads
//! octets however they are written, and [`synthesized`] has the token that the STR-Transform makes.

mod attachment;
mod cause;
mod ciphertext;
mod clues;
mod decode;
mod der;
mod digest;
mod digest_value;
mod edit;
mod edits;
mod encrypted;
mod explanation;
mod forms;
mod gcm;
mod goal;
mod halves;
mod hints;
mod items;
mod judge;
mod keys;
mod padding;
mod password;
mod places;
mod reading;
mod recovered;
mod render;
mod rsa;
mod search;
mod secrets;
mod signature;
mod signed_otherwise;
mod sketch;
mod spelled;
mod synthesized;
mod times;
mod together;
mod token;
mod used_padding;
mod walk;

pub use cause::Cause;
pub use explanation::{
    ExplainedCiphertext, ExplainedItem, ExplainedOctets, ExplainedReference, ExplainedSignature, Explanation, Outcome,
    Verdict,
};
pub use used_padding::UsedPadding;

use crate::incoming::Incoming;
use crate::opening::Answering;
use crate::receiver::Receiver;

impl Receiver {
    /// Explains a message: its content, whether its signatures and digests fit, and for each that does not fit the
    /// usual cause with which it does. It accepts nothing, never fails, and asks no replay store. Every algorithm runs,
    /// whatever the policy says, and every key of the receiver is tried.
    ///
    /// The explanation quotes the message and describes its decryption: it is for the log of people who may read the
    /// message, and never for the sender. The search is bounded by [`Limit::CauseOctets`](crate::Limit::CauseOctets).
    ///
    /// ```
    /// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    /// # let alice = wss_crypto::Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
    /// # use wss_header::{DangerousNoReplayCache, Part, Receiver, Recipe, Requirements, Signing};
    /// # use wss_tokens::Trust;
    /// # let envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><pay><to>Ann</to></pay></s:Body></s:Envelope>";
    /// # let recipe = Recipe::new().sign(Signing::with(&alice).parts([Part::Body]));
    /// # let message = recipe.plan()?.message(envelope).secure()?.message;
    /// # let trust = Trust::pins([alice.certificate().clone()]);
    /// let receiver = Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache);
    ///
    /// // A gateway indents a message after it was signed.
    /// let indented = message.replace("<to>Ann</to>", "\n  <to>Ann</to>\n");
    /// assert!(receiver.open(&indented).is_err());
    /// let explanation = receiver.explain(&indented);
    /// let words: Vec<&str> = explanation.causes().map(|cause| cause.word()).collect();
    /// assert_eq!(words, ["white-space-added"]);
    /// assert!(explanation.to_string().contains("without the white space between elements"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain<'m>(&self, message: impl Into<Incoming<'m>>) -> Explanation {
        walk::explain(self, (&message.into(), None), false, &mut |_| {})
    }

    /// As [`Receiver::explain`]; `show` gets the canonical octets of every `ds:SignedInfo` and every reference, and where
    /// a cause was found, those that fit: compare the two to see the change.
    #[must_use]
    pub fn explain_octets<'m>(
        &self,
        message: impl Into<Incoming<'m>>,
        mut show: impl FnMut(ExplainedOctets<'_>),
    ) -> Explanation {
        walk::explain(self, (&message.into(), None), true, &mut show)
    }
}

impl Answering<'_> {
    /// As [`Receiver::explain`], for a reply: the keys of its request are tried, too.
    #[must_use]
    pub fn explain<'m>(self, message: impl Into<Incoming<'m>>) -> Explanation {
        walk::explain(self.0.receiver, (&message.into(), self.0.request), false, &mut |_| {})
    }

    /// As [`Receiver::explain_octets`], for a reply.
    #[must_use]
    pub fn explain_octets<'m>(
        self,
        message: impl Into<Incoming<'m>>,
        mut show: impl FnMut(ExplainedOctets<'_>),
    ) -> Explanation {
        walk::explain(self.0.receiver, (&message.into(), self.0.request), true, &mut show)
    }
}
