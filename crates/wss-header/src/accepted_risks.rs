//! The calls with which a [`Receiver`] accepts that less is proven, or protected, than by default. Each doc comment says what
//! can then happen.

use crate::receiver::Receiver;
use crate::waiver::Waiver;

impl Receiver {
    /// Accepts one key that signs and encrypts, if it came in an `xenc:EncryptedKey` (of this message, of an assertion,
    /// or of the request of a reply) or with a Kerberos ticket: the symmetric binding without derived keys, as WSS4J,
    /// CXF, Metro and Rampart use it in the suites `Basic128` and `Basic256`. Shared secrets, secrets of security
    /// contexts and derived keys sign or encrypt, never both. A key that wraps others has no other use.
    #[must_use]
    pub fn accept_one_key_to_sign_and_encrypt(mut self) -> Self {
        self.waived.insert(Waiver::OneKeyToSignAndEncrypt);
        self
    }

    /// Accepts ciphertext for other receivers in the Body, in header blocks or in the Security header, which
    /// intermediaries and clients of token services receive. The Body is then returned with that ciphertext, and
    /// [`Opened::remaining_ciphertext`](crate::OpenedParts::remaining_ciphertext) lists it. Without this call a message
    /// with remaining ciphertext is refused: whoever removes an `xenc:EncryptedKey` leaves ciphertext where the sender
    /// meant plaintext.
    #[must_use]
    pub fn accept_ciphertext_for_others(mut self) -> Self {
        self.waived.insert(Waiver::CiphertextForOthers);
        self
    }

    /// If both sides sign with one key, accepts replies that confirm no signature of their request, and accepts replies
    /// in place of requests. Without this call such a reply is refused, since it may be one's own request sent back,
    /// and a message that confirms signatures opens only with [`Receiver::answering`].
    #[must_use]
    pub fn dangerous_accept_either_direction(mut self) -> Self {
        self.waived.insert(Waiver::EitherDirection);
        self
    }

    /// Accepts replies whose `wsa:RelatesTo` does not name the MessageID of their request, or whose signed ciphertext
    /// that no key opened may name what they answer: a reply to another request of the same client may come in their
    /// place.
    #[must_use]
    pub fn dangerous_accept_unrelated_replies(mut self) -> Self {
        self.waived.insert(Waiver::UnrelatedReplies);
        self
    }

    /// Accepts secrets of fewer than 16 octets, which can be guessed: shared secrets, those of security contexts,
    /// tickets and assertions, and keys that were encrypted to us.
    #[must_use]
    pub fn accept_short_secrets_for_legacy_use_only(mut self) -> Self {
        self.waived.insert(Waiver::ShortSecrets);
        self
    }

    /// Accepts secrets with more octets than the cipher takes, of which the peer uses the leading ones: CXF and Rampart
    /// do so in suites of 128 bits. It is for every kind of secret: keys that were encrypted to us, keys of the
    /// request, shared secrets and those of contexts, assertions and derivations. MACs take all octets.
    #[must_use]
    pub fn accept_longer_secrets(mut self) -> Self {
        self.waived.insert(Waiver::LongerSecrets);
        self
    }

    /// Accepts a key with fewer octets than its cipher takes, and runs the cipher of the same mode for keys of that
    /// length, if the algorithms of the receiver include it: Rampart's symmetric binding in suites of 256 bits makes a
    /// key of 16 octets and names AES-128 `aes256-cbc`. WSS4J reads it so, against XML Encryption 1.1 §5.2.2.
    #[must_use]
    pub fn accept_ciphers_by_key_length(mut self) -> Self {
        self.waived.insert(Waiver::CiphersByKeyLength);
        self
    }

    /// Accepts a signature by the holder of an assertion or a license that it does not cover. If several of these tokens name one
    /// key, as those do that a gateway gets for its users, anyone who saw messages under two of them can exchange the token
    /// of one for that of the other, and with it the name of the sender. A token whose secret signs is not meant.
    #[must_use]
    pub fn accept_uncovered_holder_tokens(mut self) -> Self {
        self.waived.insert(Waiver::UncoveredHolderTokens);
        self
    }

    /// Accepts the digest of a password without `wsse:Nonce`: over `wsu:Created` and the password alone. Only its
    /// instant shows how new it is, and each digest is accepted once, so that two tokens of one user need two instants.
    #[must_use]
    pub fn accept_digests_without_nonce(mut self) -> Self {
        self.waived.insert(Waiver::DigestsWithoutNonce);
        self
    }

    /// Accepts the digest of a password without `wsu:Created`: over `wsse:Nonce` and the password alone. Nothing shows
    /// how old it is: whoever saw any digest of this user, also one with an instant, can send it again once the replay
    /// store has forgotten it. A digest without both is always refused.
    #[must_use]
    pub fn dangerous_accept_digests_without_created(mut self) -> Self {
        self.waived.insert(Waiver::DigestsWithoutCreated);
        self
    }

    /// Accepts `xenc:EncryptedData` that no `xenc:ReferenceList` names before it, against BSP R3214 and R3231: its own
    /// KeyInfo leads to its key, which may be inside that KeyInfo. In our header it is decrypted where it is. Elsewhere
    /// it is decrypted where the digest of a verified signature needs the plaintext, and otherwise after the last
    /// signature.
    #[must_use]
    pub fn accept_unlisted_encrypted_data(mut self) -> Self {
        self.waived.insert(Waiver::UnlistedEncryptedData);
        self
    }

    /// Accepts an `xenc:EncryptedKey` that is not a child of our header, against BSP R5426 and SOAP Message Security
    /// 1.1.1 §9.2: inside the KeyInfo that it is the key of, or wherever a reference or a `ds:RetrievalMethod` of that
    /// KeyInfo names it by its Id.
    #[must_use]
    pub fn accept_encrypted_keys_outside_the_header(mut self) -> Self {
        self.waived.insert(Waiver::EncryptedKeysOutsideTheHeader);
        self
    }

    /// Accepts signatures over children of the Security header that are of unknown kinds, such as tokens of a product. They
    /// are ignored, and [`Evidence::ignored`](crate::Evidence::ignored) names them. Without this call such a message is
    /// refused: somebody may have moved a signed header block there, where the application does not find it. Blocks that
    /// the receiver requires or [understands](Receiver::understands), those of WS-Addressing, and elements with an attribute of
    /// SOAP, such as `mustUnderstand`, are refused there in any case.
    #[must_use]
    pub fn accept_signed_children_of_unknown_kinds(mut self) -> Self {
        self.waived.insert(Waiver::SignedChildrenOfUnknownKinds);
        self
    }

    /// Accepts elements of one name that are signed at several places which the receiver names, each without the
    /// element around it: `Body/order/street` and `Body/customer/street`, a header block and an element of that name,
    /// an assertion in the Security header and one in the Body. The signature does not distinguish the places, so
    /// somebody may have moved one element to the place of the other. It is never necessary if the signature covers the
    /// Body, or the elements around these.
    #[must_use]
    pub fn accept_interchangeable_elements(mut self) -> Self {
        self.waived.insert(Waiver::InterchangeableElements);
        self
    }

    /// Accepts tokens with certificates of version 1, which do not say what they may be used for: pinned ones, and those
    /// below the anchors where [`Trust::accept_certificates_of_version_1`](wss_tokens::Trust::accept_certificates_of_version_1) was
    /// called, too.
    #[must_use]
    pub fn accept_x509_version_1_for_legacy_use_only(mut self) -> Self {
        self.waived.insert(Waiver::X509Version1);
        self
    }

    /// Accepts clear-text passwords, and lets a username token or a bearer assertion identify the sender: the caller
    /// states that the transport protected the message, so that nobody could copy the token. Without this call a
    /// password as text must be encrypted, and such tokens identify nobody by themselves.
    #[must_use]
    pub fn over_protected_transport(mut self) -> Self {
        self.waived.insert(Waiver::ProtectedTransport);
        self
    }

    /// Decrypts CBC ciphertext that no verified signature covers, as messages need that are signed and then encrypted.
    /// This opens a padding oracle: anyone who can distinguish failures can decrypt other people's messages.
    #[must_use]
    pub fn dangerous_decrypt_cbc_before_verification(mut self) -> Self {
        self.waived.insert(Waiver::CbcBeforeVerification);
        self
    }

    /// Accepts a signature over CBC ciphertext as one over its plaintext, even if it does not cover the elements that
    /// lead to the key, such as the `xenc:EncryptedKey`: peers that encrypt first and then sign send such messages.
    /// Whoever replaces those elements makes another plaintext of the signed ciphertext.
    #[must_use]
    pub fn dangerous_accept_cbc_under_unsigned_keys(mut self) -> Self {
        self.waived.insert(Waiver::CbcUnderUnsignedKeys);
        self
    }

    /// Accepts a signature over ciphertext as one over its plaintext, even if the plaintext takes namespaces from its
    /// context that the signature does not cover: peers that encrypt first and then sign send such messages. Whoever
    /// changes a namespace declaration, or adds or removes a default namespace, changes the meaning of the plaintext.
    #[must_use]
    pub fn dangerous_accept_unsigned_namespaces_of_plaintext(mut self) -> Self {
        self.waived.insert(Waiver::UnsignedNamespacesOfPlaintext);
        self
    }

    /// Assumes that the sender had no default namespace around signed ciphertext if none is in scope now, although the
    /// signature does not show it. Peers such as WSS4J and CXF that encrypt first and then sign send such messages if a
    /// plaintext has elements in no namespace. Whoever removes a default namespace that the sender left unsigned
    /// changes the meaning of the plaintext. A default namespace that was added is refused in any case.
    #[must_use]
    pub fn accept_untold_absence_of_default_namespace(mut self) -> Self {
        self.waived.insert(Waiver::UntoldAbsenceOfDefaultNamespace);
        self
    }

    /// Also accepts digests of complete attachments with an empty line after the header, as Metro makes them. One
    /// digest then fits two attachments: whether the content itself begins with an empty line is not proven, and
    /// somebody may have added or removed it on the way. That matters if an empty line has a meaning, as it ends the
    /// headers in `message/rfc822`.
    #[must_use]
    pub fn accept_empty_line_after_attachment_headers(mut self) -> Self {
        self.waived.insert(Waiver::EmptyLineAfterAttachmentHeaders);
        self
    }

    /// Accepts attachments that were encrypted before they were signed, if the signature covers only their ciphertext,
    /// as WSS4J's does, and not the `xenc:EncryptedData` that says how to read it. Whoever changes the
    /// `xenc:EncryptedData` can make the header of an attachment a part of its content, or the reverse; and under CBC,
    /// can make content that no one sent.
    #[must_use]
    pub fn dangerous_accept_unsigned_encrypted_data_of_attachments(mut self) -> Self {
        self.waived.insert(Waiver::UnsignedEncryptedDataOfAttachments);
        self
    }
}
