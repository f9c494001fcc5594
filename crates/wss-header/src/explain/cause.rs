//! The usual causes: one row each, with its word and its sentence for people.

use wss_text::WireText;

use super::used_padding::UsedPadding;

/// The type of a field: text of the message, if the row names no other.
macro_rules! field {
    () => {
        WireText
    };
    ($type:ty) => {
        $type
    };
}

/// Defines the enum, its words and its sentences from one list.
macro_rules! causes {
    ($($name:ident $({ $($field:ident $(: $type:ty)?),+ })? = $word:literal $text:literal;)*) => {
        /// A cause with which the octets fit: the difference between what the sender digested or signed and what
        /// arrived.
        ///
        /// It is a change that fits, and no proof: anyone may have made the change. `Display` says it in a sentence.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Cause {
            $(
                #[doc = concat!("`", $word, "`: ", $text, ".")]
                $name $({ $(#[doc = "What the sentence names so."] $field: field!($($type)?)),+ })?,
            )*
        }

        impl Cause {
            /// Every word, in the order of the list.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// Its word, which does not change: for programs and tables.
            #[must_use]
            pub fn word(&self) -> &'static str {
                match self {
                    $(Self::$name $({ $($field: _),+ })? => $word,)*
                }
            }
        }

        impl std::fmt::Display for Cause {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$name $({ $($field),+ })? => write!(f, $text),)*
                }
            }
        }
    };
}

causes! {
    // The value.
    OtherDigest { fits, declared } = "other-digest" "the value is a digest by {fits}, while the message says {declared}: have the sender name the method that it uses";
    HexDigest = "hex-digest" "the value is base64 of the hexadecimal digits of the digest: have the sender encode the octets of the digest";
    UrlAlphabet = "url-alphabet" "the value is in the URL alphabet of base64, or without padding: have the sender write xs:base64Binary";
    ValueEncoding { how } = "value-encoding" "the value is written {how}: have the sender write base64 of the octets, once";
    ValueLength { octets, expected, how } = "value-length" "the value has {octets} octets in place of {expected}: {how}";
    DigestOfDigest = "digest-of-digest" "the octets are digested twice: the sender digests first, and then calls a function that digests again";
    NothingDigested = "nothing-digested" "the value is the digest of no octets: the sender's reference selected nothing, often since the Id was not registered as an Id when it signed";
    WordDigested { word } = "word-digested" "the value is made over the word {word}, as a program writes what it does not have: have the sender look what its reference selected, or what it gave to the function that digests";
    // The canonicalisation.
    OtherCanonicalization { used } = "other-canonicalization" "the octets are canonicalised by {used}, which is not what the message says: have the sender name the method that it uses, or use the one that it names";
    CommentsKept = "comments-kept" "comments are in the octets, although a reference by Id leaves them out (XML Signature 4.4.3.3): the sender keeps them";
    CommentsLeftOut = "comments-left-out" "comments are not in the octets, although the method of the message writes them";
    PrefixListIgnored = "prefix-list-ignored" "the PrefixList is ignored: the sender writes InclusiveNamespaces but does not apply it, or a gateway added it";
    DefaultNotListed = "default-not-listed" "the default namespace is rendered as if #default were in the PrefixList: have the sender list it";
    PrefixesNotListed { prefixes } = "prefixes-not-listed" "the namespaces of {prefixes} are rendered as if they were in the PrefixList: have the sender list them";
    NotCanonicalized { how } = "not-canonicalized" "the octets are not canonicalised: {how}";
    EscapedOtherwise { how } = "escaped-otherwise" "the sender's canonicalisation escapes otherwise: {how}";
    // White space.
    WhiteSpaceAdded { place } = "white-space-added" "the octets fit without the white space {place}: it was added after signing, as by a gateway, a log or an editor that indents";
    WhiteSpaceRemoved { indent } = "white-space-removed" "the octets fit with elements on lines of their own, indented by {indent}: the white space was removed after signing, as by a parser that drops it";
    EmptyElementReformatted { how } = "empty-element-reformatted" "the octets fit if {how}: empty elements were written anew after signing";
    TextPadded { how } = "text-padded" "the octets fit if {how}: values were written anew after signing";
    Base64Wrapped = "base64-wrapped" "the octets fit without the line breaks inside base64: they were added after signing";
    Base64Unwrapped { width } = "base64-unwrapped" "the octets fit with base64 broken into lines of {width}: the breaks were removed after signing";
    // Line ends.
    CarriageReturnsLost { place } = "carriage-returns-lost" "the octets fit with a carriage return (&#13;) before each line feed {place}: the sender signed CR LF of its memory, which a parser reads as LF; have it write &#13; or sign what it sends";
    CarriageReturnsAdded = "carriage-returns-added" "the octets fit without the carriage returns that the message writes as &#13;: the sender signed line feeds alone, or something on the way turned CR into &#13;";
    LineEndsInAttributes { how } = "line-ends-in-attributes" "the octets fit with {how} in attribute values: a line end there is a space to a parser unless it is written as &#10;";
    TabsExpanded { how } = "tabs-expanded" "the octets fit with {how}: tabs and spaces were exchanged after signing";
    // Values.
    InstantReformatted { how } = "instant-reformatted" "the octets fit with instants written {how}: they were read and written anew after signing";
    ValueReformatted { how } = "value-reformatted" "the octets fit with {how}: values were read and written anew after signing";
    EncodingMisread { how } = "encoding-misread" "the octets fit if {how}: someone declared or assumed another encoding than the one of the octets";
    OtherEncoding { encoding } = "other-encoding" "the octets are in {encoding}, while canonical forms are always in UTF-8";
    EscapedTwice = "escaped-twice" "the octets fit with one level of escapes less (&amp;amp; as &amp;): text was escaped once more after signing";
    EscapedOnceLess = "escaped-once-less" "the octets fit with one level of escapes more (&amp; as &amp;amp;): text was unescaped after signing";
    CharacterReplaced { how } = "character-replaced" "the octets fit with {how}";
    UnicodeNormalized { how } = "unicode-normalized" "the octets fit with {how}: something on the way normalised Unicode, which canonical forms do not";
    ValueChanged { from, to } = "value-changed" "the octets fit with {to} in place of {from}: a value was changed after signing";
    ValuesExchanged { one, other } = "values-exchanged" "the octets fit with {one} and {other} in one another's places: two values were exchanged after signing";
    MarkupAsText { how } = "markup-as-text" "the octets fit with {how}: markup became text, or text became markup, after signing";
    ElementsReordered { how } = "elements-reordered" "the octets fit with {how}: elements were put in another order after signing";
    // Names.
    NameChanged { from, to } = "name-changed" "the octets fit with {to} in place of {from}: elements or attributes were renamed after signing";
    PrefixRewritten { from, to } = "prefix-rewritten" "the octets fit with the prefix {to} in place of {from}: prefixes were rewritten after signing, and canonical forms contain them";
    NamespaceAdded { prefix } = "namespace-added" "the octets fit without the namespace declaration of {prefix}: it came into the scope of the element after it was digested";
    NamespaceRemoved { prefix } = "namespace-removed" "the octets fit with a namespace declaration of {prefix}: it was in scope when the element was digested, and was removed on the way";
    DefaultUndeclared = "default-undeclared" "the octets fit without xmlns=\"\": it was added after signing, as by a DOM that puts elements of no namespace below a default namespace";
    DefaultImposed = "default-imposed" "the octets fit with xmlns=\"\" on elements that are now in a default namespace: they had no namespace when they were digested";
    SoapVersionChanged = "soap-version-changed" "the octets fit in the namespace of the other version of SOAP: a gateway translated the message after signing";
    // The element.
    DigestedBeforeId = "digested-before-id" "the octets fit without the Id attribute of the element: the sender digested it before it set the Id";
    AttributeAdded { name } = "attribute-added" "the octets fit without the attribute {name}: it was added after signing, as by a gateway or a parser that adds defaults";
    ElementAdded { name } = "element-added" "the octets fit without the element {name}: it was added after signing";
    ElementRemoved { name } = "element-removed" "the octets fit with the element {name}: it was removed after signing";
    WrapperAdded { name } = "wrapper-added" "the octets fit without the tags of {name} around what it contains: a wrapper was added after signing, as by a gateway that translates between RPC and document style";
    ElementInItself { name } = "element-in-itself" "the octets fit without the tags of the {name} that is inside {name}: the element was put into itself, as where a sender encrypts a whole element and says that it is the content (Type #Content)";
    AttributeRemoved { name } = "attribute-removed" "the octets fit with the attribute {name}: it was removed after signing, or a parser dropped it";
    InstructionsLeftOut = "instructions-left-out" "the octets fit without processing instructions: the sender leaves them out, or they were added";
    ContentOnly = "content-only" "only the content of the element is digested, without its tags";
    TextOnly = "text-only" "only the text of the element is digested, without markup";
    OtherElement { path } = "other-element" "another element is digested: {path}; the reference and what the sender digests disagree";
    SameId { path } = "same-id" "the octets are those of another element with the same Id, at {path}: an Id is on two elements, as in an attack that moves signed elements";
    IdChanged { id } = "id-changed" "the octets fit if the Id of the element is {id}: the Id was changed after signing";
    IdRemoved { id } = "id-removed" "the octets fit if the element has the Id {id}: the attribute was removed after signing";
    SignatureLeftOut = "signature-left-out" "the octets fit without the signature: the sender applies enveloped-signature without saying so";
    HeaderLeftOut = "security-header-left-out" "the octets fit without the Security header: the sender digested before it added the header";
    // The octets.
    ByteOrderMark = "byte-order-mark" "a byte order mark is in front of the octets: the sender digests the output of a text encoder";
    XmlDeclaration = "xml-declaration" "an XML declaration is in front of the octets: the sender digests a serialised document, not a canonical form";
    TextOfOctets { how } = "text-of-octets" "the octets are digested as text, in {how}: have the sender digest the octets themselves";
    TrailingNewline = "trailing-newline" "a line end is behind the octets: the sender digests a line of text";
    // The message.
    BeforeDecryption = "before-decryption" "the octets fit before decryption: the sender signed ciphertext, so that the signature belongs before the decryption in the header (encrypt, then sign)";
    AfterDecryption = "after-decryption" "the octets fit after decryption: the sender signed plaintext, but the header says that it encrypted before it signed";
    BeforeInclusion = "before-inclusion" "the octets fit with xop:Include in place of what it includes: the sender signed the optimised message";
    TokenInsteadOfReference = "token-instead-of-reference" "the token is digested, without the STR-Transform: the sender dereferences the SecurityTokenReference but does not say so";
    ReferenceInsteadOfToken = "reference-instead-of-token" "the SecurityTokenReference is digested instead of the token: the sender says STR-Transform but does not apply it";
    TokenOtherwise { how } = "token-otherwise" "the STR-Transform makes a BinarySecurityToken of the reference, and the sender digests it {how}: WS-Security 1.1 section 8.3 has it otherwise";
    AttachmentOtherwise { how } = "attachment-otherwise" "the digest is of {how}";
    // ds:SignedInfo.
    SignedInfoChanged { what } = "signed-info-changed" "ds:SignedInfo is what was signed {what}: it was changed after signing";
    ReferenceChanged { how } = "reference-changed" "{how}: the cause that is named for the signature value says what was changed";
    SignedBeforeDigests = "signed-before-digests" "the value fits ds:SignedInfo with an empty digest: the sender signed before it filled in all digests";
    // The signature value.
    SignedOtherwise { how } = "signed-otherwise" "the value is made over {how}, and not over ds:SignedInfo: have the sender sign the canonical octets of ds:SignedInfo";
    OtherKey { key } = "other-key" "the value is made with another key than the signature names: that of {key}";
    OtherPadding { used: UsedPadding } = "other-padding" "the value is padded by {used}: have the sender name the signature method that it uses";
    SaltLength { octets, expected } = "salt-length" "the salt of the PSS value has {octets} octets in place of {expected}: have the sender use a salt as long as the digest";
    OtherMask { used } = "other-mask" "the PSS value masks with MGF1 by {used}: have the sender use the digest of the signature method in both places";
    OtherMethod { fits, declared } = "other-method" "the value is made by {fits}, while the message says {declared}: have the sender name the method that it uses";
    NoPadding = "no-padding" "the value is RSA of the digest without any padding: the sender calls a raw operation of its key store; have it call the operation that signs";
    DigestInfoOtherwise { what } = "digest-info-otherwise" "the value pads {what}: have the sender pad a DigestInfo in DER around the octets of the digest (RFC 8017 section 9.2)";
    NoDigestInfo = "no-digest-info" "the value pads the digest alone, without DigestInfo: the sender calls a raw operation of its key store";
    DerValue = "der-value" "the value is ECDSA in DER, while XML Signature has r and s one after the other: convert it (P1363 format)";
    Reversed = "reversed" "the octets of the value are in reverse order, as of a little-endian number: have the sender write the most significant one first";
    HalvesSwapped = "halves-swapped" "the value is s and r, in place of r and s";
    HalvesOtherwise { how } = "halves-otherwise" "the value is {how}: have the sender write r and s one after the other, each as long as the field of the curve";
    HalvesShortened = "halves-shortened" "r and s are without their leading zeros: each must have the length of the field";
    TextOfSecret { how } = "text-of-secret" "the key is {how}: one side decodes the text of the secret, and the other does not";
    LeadingOctets { count } = "leading-octets" "the key is the first {count} octets of the secret";
    SecretOtherwise { how } = "secret-otherwise" "the key is {how}";
    TruncatedValue { octets } = "truncated-value" "the value is the first {octets} octets of the MAC, which BSP R5401 forbids";
    // Tokens.
    PasswordOtherwise { how } = "password-otherwise" "the password of the token is {how}; a digest is base64 of the SHA-1 of the decoded nonce, the text of Created and the password, in this order";
    LocalTimeAsUtc { offset } = "local-time-as-utc" "the times fit the clock here if they are at {offset} from UTC: the sender writes its local time as if it were UTC";
    ClockDiffers { difference } = "clock-differs" "the message is {difference} ahead of the clock here: set the clock of one side, or allow a larger clock skew";
    HolderKeyUnused { holder } = "holder-key-unused" "the assertion is confirmed by holder of key, and no signature of the message names the key of its holder, {holder}: have the sender sign with it";
    ReferenceOtherwise { key, how } = "reference-otherwise" "the value was made with the key of {key}, to which the signature refers {how}: have the sender refer to it as the profile says";
    // Ciphertext.
    OtherRecipient { key } = "other-recipient" "the key is encrypted to another certificate than the message names: to {key}";
    RecipientUnnamed { key, named } = "recipient-unnamed" "the key is encrypted to {key}, and the message names {named}, which tells no certificate: have the sender refer to the certificate by its serial number, thumbprint or key identifier";
    KeyUnlinked { path } = "key-unlinked" "the content is encrypted with the key at {path}, which is encrypted to the certificate that it names, and nothing says so: have the sender list the ciphertext in the xenc:ReferenceList of the key, or name the key in its ds:KeyInfo";
    OtherKeyTransport { used } = "other-key-transport" "the key is transported by {used}, which is not what the message says";
    OtherCipher { used } = "other-cipher" "the content is encrypted by {used}, which is not what the message says";
    CipherOtherwise { how } = "ciphertext-otherwise" "the ciphertext decrypts {how}";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_word_of_its_own_and_shows_no_control() {
        let distinct: std::collections::BTreeSet<_> = Cause::WORDS.iter().collect();
        assert_eq!(distinct.len(), Cause::WORDS.len());
        let cause = Cause::AttributeAdded { name: "a\u{1b}[2J\n".into() };
        assert_eq!(cause.word(), "attribute-added");
        assert!(!cause.to_string().contains(['\u{1b}', '\n']), "{cause}");
    }
}
