//! The shapes of tokens, timestamps and references, as some peers write them, that a [`Receiver`] can be told to
//! accept.

use wss_c14n::{Budget, Document, ParseError};
use wss_crypto::algorithm_in_other_namespace;

use crate::receiver::Receiver;
use crate::waiver::Waiver;

impl Receiver {
    /// Accepts references that precede their tokens, which BSP R5205 forbids and some peers send.
    #[must_use]
    pub fn accept_forward_references(mut self) -> Self {
        self.waived.insert(Waiver::ForwardReferences);
        self
    }

    /// Accepts inclusive canonicalisation 1.0 and 1.1, with comments or without, of `ds:SignedInfo`, of referenced
    /// elements and of tokens, against BSP R5404 and R5423. Whatever is in scope around a signed element is signed with
    /// it, so that gateways which add namespace declarations break such signatures. It is so for assertions whose issuer signed
    /// them where they are.
    #[must_use]
    pub fn accept_inclusive_canonicalization(mut self) -> Self {
        self.waived.insert(Waiver::InclusiveCanonicalization);
        self
    }

    /// Accepts references whose `ds:Transforms` is absent or empty, or has only an enveloped-signature that removes
    /// nothing, against BSP R5416 and R5412, as Metro's XWSS sends them. They
    /// imply inclusive canonicalisation 1.0 (XML Signature 1.1 §4.4.3.2). So does the signature of an assertion with an
    /// enveloped-signature alone.
    #[must_use]
    pub fn accept_absent_transforms(mut self) -> Self {
        self.waived.insert(Waiver::AbsentTransforms);
        self
    }

    /// Accepts timestamps, username tokens and assertions whose instants have an offset from UTC, as in `+01:00`, against BSP
    /// R3217 and R3223, also without the colon, as Java's `SimpleDateFormat` writes `+0000`. Without this call they are in UTC:
    /// `Z` or `+00:00`. It accepts no instant without a zone.
    #[must_use]
    pub fn accept_local_times(mut self) -> Self {
        self.waived.insert(Waiver::LocalTimes);
        self
    }

    /// Accepts references to a `wsc:DerivedKeyToken` that have the type of the EncryptedKey that it was derived from,
    /// as the streaming clients of CXF and WSS4J send them. The type does not decide which element is meant.
    #[must_use]
    pub fn accept_derived_keys_typed_as_encrypted_keys(mut self) -> Self {
        self.waived.insert(Waiver::DerivedKeysTypedAsEncryptedKeys);
        self
    }

    /// Accepts instants without a zone, against BSP R3217 and R3223, and reads them as UTC: the instants of a peer that
    /// writes its local time are then wrong by its offset, so that the window refuses them.
    #[must_use]
    pub fn accept_times_without_zone(mut self) -> Self {
        self.waived.insert(Waiver::TimesWithoutZone);
        self
    }

    /// Accepts a `wsse:Password` whose `Type` is a name in place of the identifier of the profile, as in
    /// `wsse:PasswordDigest`, or is empty, or in the namespace of its element: the meaning is the same. Also accepts
    /// such an `EncodingType` of a `wsse:Nonce`, and base64 of the nonce that ends within an octet.
    #[must_use]
    pub fn accept_password_types_by_name(mut self) -> Self {
        self.waived.insert(Waiver::PasswordTypesByName);
        self
    }

    /// Accepts a `wsse:BinarySecurityToken` with certificates whose `ValueType` or `EncodingType` is absent or a name in place of
    /// the identifier of the profile, as in `wsse:X509v3`, or whose `ValueType` is that of other certificates, as
    /// `#X509PKIPathv1` for one alone: it is what its octets are. And a reference that states such a type; and a
    /// `wsse:KeyIdentifier` whose types are absent or names, which without a type is a certificate, or the subject key
    /// identifier of one, or that is a thumbprint by another digest than SHA-1, as in `#ThumbprintSHA256`. A reference to an
    /// assertion may have a type of the other version of SAML, of a draft, or none.
    #[must_use]
    pub fn accept_token_types_by_name(mut self) -> Self {
        self.waived.insert(Waiver::TokenTypesByName);
        self
    }

    /// Accepts `ds:Object` in a signature of the header, against BSP R3102, as signatures by XAdES have it. Its content
    /// proves nothing and is not judged; of its elements, the signature may cover those of XAdES and `ds:Object`
    /// itself.
    #[must_use]
    pub fn accept_objects_in_signatures(mut self) -> Self {
        self.waived.insert(Waiver::ObjectsInSignatures);
        self
    }

    /// Accepts a signature of the header over the whole document (`URI=""`, or an Id of the Envelope) without itself,
    /// by the enveloped-signature transform: it covers the Body, every header block and every other child of the
    /// Security header.
    #[must_use]
    pub fn accept_signatures_over_the_whole_document(mut self) -> Self {
        self.waived.insert(Waiver::WholeDocumentSignatures);
        self
    }

    /// Accepts `xenc:EncryptedData` without `Type`, as content in the Body and as one element in the header. Content
    /// may be one element, so that nothing is guessed in the Body.
    #[must_use]
    pub fn accept_encrypted_data_without_type(mut self) -> Self {
        self.waived.insert(Waiver::EncryptedDataWithoutType);
        self
    }

    /// Accepts a `ds:Reference` with an empty URI and one intersection of XPath Filter 2.0, if its expression is a path
    /// of names and positions from the root that names one element, as in `/s:Envelope/s:Header/b:Order[2]` (BSP
    /// R3002). The place of that element is judged, as for an Id; every other filter is still refused.
    #[must_use]
    pub fn accept_element_paths_in_references(mut self) -> Self {
        self.waived.insert(Waiver::ElementPathsInReferences);
        self
    }

    /// Accepts `ds:Reference`, `wsse:Reference`, `xenc:DataReference`, `xenc:KeyReference` and `ds:RetrievalMethod`
    /// whose URI is the Id of an element without `#` before it (BSP R3001, R3006, R5608). A URI that is no Id of the
    /// message keeps its meaning.
    #[must_use]
    pub fn accept_references_without_hash(mut self) -> Self {
        self.waived.insert(Waiver::ReferencesWithoutHash);
        self
    }

    /// Accepts a `wsu:Timestamp` without `wsu:Created`, against BSP R3203. It must then have `wsu:Expires`, no further
    /// ahead than the window allows, so that the replay store knows how long to remember the message.
    #[must_use]
    pub fn accept_timestamps_without_created(mut self) -> Self {
        self.waived.insert(Waiver::TimestampsWithoutCreated);
        self
    }

    /// Accepts envelopes whose XML declaration or Content-Type names an encoding other than UTF-8 and UTF-16, such as
    /// ISO-8859-1, ISO-8859-15 or windows-1252: any that contains ASCII. The declaration decides; without one, the octets
    /// are UTF-8 if they can be, and else what the [`Incoming::content_type`](crate::Incoming::content_type) states. Canonical forms are UTF-8 in any case, so
    /// that a signature proves that the text was read as its signer meant it. Positions in errors are those of the text in UTF-8.
    /// A declaration of UTF-16 that is written in UTF-8 is left out, and UTF-16 needs no byte order mark.
    #[must_use]
    pub fn accept_other_encodings(mut self) -> Self {
        self.waived.insert(Waiver::OtherEncodings);
        self
    }

    /// Ignores signatures of the header that the receiver cannot judge: by a method that is not supported or not admitted, or by
    /// a key or a signer that it does not know, as a second signature for another receiver is. Such a signature counts as one
    /// that is not there: what is required must be proven by another one, and [`Evidence::ignored`](crate::Evidence::ignored) has it
    /// with the reason. One whose value or digest does not fit is refused in any case, as is one of a signer whose certificate
    /// was revoked or has expired.
    #[must_use]
    pub fn accept_unjudged_signatures(mut self) -> Self {
        self.waived.insert(Waiver::UnjudgedSignatures);
        self
    }

    /// Accepts white space around the identifiers of algorithms and types, and around the URIs of references: `Algorithm`,
    /// `ValueType`, `EncodingType`, `Type`, `TokenType` and `URI` of the elements of signatures, encryption and WS-Security.
    /// Their schema leaves it out (`xs:anyURI`), and so does the receiver then, wherever they are read. What is digested is the
    /// text as it is written.
    #[must_use]
    pub fn accept_white_space_around_identifiers(mut self) -> Self {
        self.waived.insert(Waiver::WhiteSpaceAroundIdentifiers);
        self
    }

    /// Accepts a digest or signature method that is named in the namespace of another specification than its own, as
    /// `http://www.w3.org/2000/09/xmldsig#sha256`, and reads it as the method of that word. Whether that may run is judged as
    /// always. What is digested is the text as it is written.
    #[must_use]
    pub fn accept_algorithms_in_other_namespaces(mut self) -> Self {
        self.waived.insert(Waiver::AlgorithmsInOtherNamespaces);
        self
    }

    /// Accepts a reference that has a serial number in hexadecimal in place of decimal, or a thumbprint, another digest
    /// or a subject key identifier in hexadecimal in place of base64: in a `wsse:KeyIdentifier`, and in a `ds:X509Data`
    /// wherever it is. A serial number of digits alone is read both ways. Trust in the key is judged as always.
    #[must_use]
    pub fn accept_hexadecimal_identifiers(mut self) -> Self {
        self.waived.insert(Waiver::HexadecimalIdentifiers);
        self
    }

    /// Accepts a certificate in PEM, with its lines BEGIN and END, or base64 of that, where base64 of the certificate belongs: in
    /// a `wsse:BinarySecurityToken`, a `wsse:KeyIdentifier` and a `ds:X509Certificate`. Each holds one certificate.
    #[must_use]
    pub fn accept_certificates_in_pem(mut self) -> Self {
        self.waived.insert(Waiver::CertificatesInPem);
        self
    }

    /// Accepts a `ds:HMACOutputLength` with the length of the whole MAC, against BSP R5401. A MAC that was cut is still
    /// refused.
    #[must_use]
    pub fn accept_lengths_of_whole_macs(mut self) -> Self {
        self.waived.insert(Waiver::LengthsOfWholeMacs);
        self
    }

    /// Accepts an ECDSA value that is an ASN.1 sequence in DER, as OpenSSL and Java write it, or whose `r` and `s` have more or
    /// fewer leading zeros than XML Signature 1.1 §6.4.3 says. This applies to signatures of the header and of assertions.
    #[must_use]
    pub fn accept_other_ecdsa_values(mut self) -> Self {
        self.waived.insert(Waiver::OtherEcdsaValues);
        self
    }

    /// Accepts `xenc:EncryptedData` among the header blocks as an encrypted header block, as in WS-Security 1.0, where
    /// 1.1 has `wsse11:EncryptedHeader` around it, against BSP R3228. Ciphertext that was signed elsewhere may have
    /// been moved there: its plaintext counts as that header block only if the receiver names no other place for it.
    #[must_use]
    pub fn accept_encrypted_data_as_header_blocks(mut self) -> Self {
        self.waived.insert(Waiver::EncryptedDataAsHeaderBlocks);
        self
    }

    /// Accepts a `wsse:Nonce` or `wsu:Created` of a username token, and a `wsu:Created` or `wsu:Expires` of a timestamp, in
    /// another namespace or in none, as in `wsse:Created`. It counts only if no other child has its name.
    #[must_use]
    pub fn accept_fields_in_other_namespaces(mut self) -> Self {
        self.waived.insert(Waiver::FieldsInOtherNamespaces);
        self
    }

    /// Accepts an attribute `Id`, `ID` or `id` in any namespace, or in none, as the Id of the Body, a header block, a timestamp
    /// or a token that has no other, against BSP R3204: `s:Id`, `SOAP-SEC:id`, or the `wsu:Id` of a draft.
    #[must_use]
    pub fn accept_ids_by_other_names(mut self) -> Self {
        self.waived.insert(Waiver::IdsByOtherNames);
        self
    }

    /// Accepts a reference of a signature or to a token that names an element of the message after an absolute or
    /// relative URI, as in `http://a.example/b#Body`, or as `#xpointer(id('Body'))`. The signature proves which element
    /// was meant; nothing is fetched.
    #[must_use]
    pub fn accept_references_of_other_forms(mut self) -> Self {
        self.waived.insert(Waiver::ReferencesOfOtherForms);
        self
    }

    /// Accepts a `ds:KeyInfo` of a signature or an EncryptedKey that breaks BSP R5402, R5417, R5424 or R5426: an empty
    /// one or text, as if it were absent; several references, of which the first counts; a token, or what belongs
    /// inside a `wsse:SecurityTokenReference` or `ds:X509Data`, without that around it; and a
    /// `wsse:SecurityTokenReference` in the place of `ds:KeyInfo`. Trust in the key is judged as always.
    #[must_use]
    pub fn accept_key_info_of_other_shapes(mut self) -> Self {
        self.waived.insert(Waiver::KeyInfoOfOtherShapes);
        self
    }

    /// Accepts a `wsse:SecurityTokenReference` with `wsc:Nonce`: the key that is derived from the secret of its token, without
    /// a `wsc:DerivedKeyToken` (WS-SecureConversation 1.3 §7.2).
    #[must_use]
    pub fn accept_implied_derived_keys(mut self) -> Self {
        self.waived.insert(Waiver::ImpliedDerivedKeys);
        self
    }

    /// Accepts a message with an EncryptedKey that an accepted message had. By default each that a private key unwraps is
    /// remembered as signatures are, and as long, unless it belongs to an assertion: an accepted signer who saw the message
    /// of another could otherwise sign its ciphertext, or the digests of its plaintext, and have it opened as a message of
    /// its own. For peers that encrypt several messages with one key. The ciphertext itself is remembered then: nobody can
    /// take it over as it is, but CBC lets him change it.
    #[must_use]
    pub fn accept_repeated_encrypted_keys(mut self) -> Self {
        self.waived.insert(Waiver::RepeatedEncryptedKeys);
        self
    }

    /// Accepts a `wsu:Timestamp` whose `wsu:Expires` precedes `wsu:Created`, or that has other elements, against BSP
    /// R3221 and R3222. The other elements are ignored.
    #[must_use]
    pub fn accept_timestamps_of_other_shapes(mut self) -> Self {
        self.waived.insert(Waiver::TimestampsOfOtherShapes);
        self
    }

    /// Reads a text as the verbs of this receiver read a message.
    pub(crate) fn parse<'t>(&self, text: &'t str, budget: &Budget) -> Result<Document<'t>, ParseError> {
        Ok(self.reading(Document::parse_within(text, budget)?))
    }

    /// A document, as this receiver reads its identifiers.
    pub(crate) fn reading<'d>(&self, document: Document<'d>) -> Document<'d> {
        let document = document.collapsing_identifiers(self.waives(Waiver::WhiteSpaceAroundIdentifiers));
        match self.waives(Waiver::AlgorithmsInOtherNamespaces) {
            true => document.algorithms_meant(algorithm_in_other_namespace),
            false => document,
        }
    }
}
