//! The shapes of tokens, timestamps and references, as some peers write them, that a [`Receiver`] can be told to
//! accept.

use wss_c14n::{Budget, Document, ParseError};
use wss_crypto::algorithm_in_other_namespace;

use crate::receiver::Receiver;
use crate::waiver::Waiver;

impl Receiver {
    /// Ignores signatures of the header that the receiver cannot judge: by a method that is not supported or not admitted, or by
    /// a key or a signer that it does not know, as a second signature for another receiver is. Such a signature counts as one
    /// that is not there: what is required must be proven by another one, and [`Evidence::ignored`](crate::Evidence::ignored) has it
    /// with the reason. One whose value or digest does not fit is refused in any case, as is one of a signer whose certificate was
    /// revoked or has expired.
    #[must_use]
    pub fn accept_unjudged_signatures(mut self) -> Self {
        self.waived.insert(Waiver::UnjudgedSignatures);
        self
    }

    /// Accepts white space around the identifiers of algorithms and types, and around the URIs of references: `Algorithm`,
    /// `ValueType`, `EncodingType`, `Type`, `TokenType` and `URI` of the elements of signatures, encryption and WS-Security. Their
    /// schema leaves it out (`xs:anyURI`), and so does the receiver then, wherever they are read. What is digested is the text as it
    /// is written.
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

    /// Accepts a certificate in PEM, with its lines BEGIN and END, or base64 of that, where base64 of the certificate belongs: in a
    /// `wsse:BinarySecurityToken`, a `wsse:KeyIdentifier` and a `ds:X509Certificate`. Each holds one certificate.
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

    /// Accepts a message with an EncryptedKey that an accepted message had. By default each is remembered as signatures are: an
    /// accepted signer who saw the message of another could otherwise sign its ciphertext, or the digests of its plaintext, and
    /// have it opened as a message of its own. For peers that encrypt several messages with one key.
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
