//! One way to break each rule, and the other rules that break with it.

/// A golden message, broken.
pub(crate) struct Case {
    pub(crate) rule: &'static str,
    pub(crate) golden: &'static str,
    /// Edits, in order.
    pub(crate) edits: &'static [(&'static str, &'static str)],
    /// Rows that necessarily change with it: `id outcome`, separated by commas.
    pub(crate) with: &'static str,
}

macro_rules! cases {
    ($($rule:literal $golden:literal [$($from:literal => $to:literal),+] $with:literal;)*) => {
        pub(crate) const CASES: &[Case] = &[
            $(Case { rule: $rule, golden: $golden, edits: &[$(($from, $to)),+], with: $with },)*
        ];
    };
}

cases! {
    // Chapters 5 and 6.
    "R5607" "x509" [
        "<s:Body…><xenc:EncryptedData…</xenc:EncryptedData></s:Body>" =>
        "<xenc:EncryptedData{2}</xenc:EncryptedData>"
    ] "";
    "R3204" "username" [
        "wsu:Id=\"X509-…\"…<a:To>" => "wsu:Id=\"X509-{1}\"{2}<a:To xmlns:wsu=\"%WSU%\" wsu:Id=\"X509-{1}\">"
    ] "U-19.7 fail";
    "R3212" "encrypted" [
        "<wsse:BinarySecurityToken…</ds:Signature><xenc:EncryptedKey…</xenc:EncryptedKey>" =>
        "<xenc:EncryptedKey{2}</xenc:EncryptedKey><wsse:BinarySecurityToken{1}</ds:Signature>"
    ] "";
    "R3212" "x509" [
        "<xenc:EncryptedKey…</xenc:EncryptedKey>…%END%" => "{2}<xenc:EncryptedKey{1}</xenc:EncryptedKey>%END%"
    ] "";
    "R3206" "username" ["<a:Action>" => "<wsse:Security xmlns:wsse=\"%WSSE%\"/><a:Action>"] "";
    "R3210" "two headers" [
        "<a:Action>" => "<wsse:Security xmlns:wsse=\"%WSSE%\" s:actor=\"urn:gateway\"/><a:Action>"
    ] "";
    // Chapter 7.
    "R3227" "username" [
        "<wsu:Timestamp…</wsu:Timestamp>" => "<wsu:Timestamp{1}</wsu:Timestamp><wsu:Timestamp xmlns:wsu=\"%WSU%\">\
            <wsu:Created>2026-01-01T00:00:00Z</wsu:Created></wsu:Timestamp>"
    ] "";
    "R3203" "x509" [
        "<wsu:Created>…</wsu:Created>" => "<wsu:Created>{1}</wsu:Created><wsu:Created>{1}</wsu:Created>"
    ] "";
    "R3224" "x509" [
        "<wsu:Expires>…</wsu:Expires>" => "<wsu:Expires>{1}</wsu:Expires><wsu:Expires>{1}</wsu:Expires>"
    ] "";
    "R3221" "x509" [
        "<wsu:Created>…</wsu:Created>…</wsu:Timestamp>" => "{2}<wsu:Created>{1}</wsu:Created></wsu:Timestamp>"
    ] "";
    "R3222" "x509" ["</wsu:Timestamp>" => "<a:X/></wsu:Timestamp>"] "";
    "R3220" "x509" ["Z</wsu:Created>" => "7Z</wsu:Created>"] "";
    "R3229" "x509" ["Z</wsu:Expires>" => "7Z</wsu:Expires>"] "";
    "R3213" "x509" ["<wsu:Created>…T…:…:…</wsu:Created>" => "<wsu:Created>{1}T{2}:{3}:60Z</wsu:Created>"] "";
    "R3215" "x509" ["<wsu:Expires>…T…:…:…</wsu:Expires>" => "<wsu:Expires>{1}T{2}:{3}:60Z</wsu:Expires>"] "";
    "R3225" "x509" ["<wsu:Created>" => "<wsu:Created ValueType=\"xsd:dateTime\">"] "";
    "R3226" "x509" ["<wsu:Expires>" => "<wsu:Expires ValueType=\"xsd:dateTime\">"] "";
    "R3217" "x509" ["Z</wsu:Created>" => "+01:00</wsu:Created>"] "";
    "R3217" "x509" ["Z</wsu:Created>" => "</wsu:Created>"] "";
    "R3223" "x509" ["Z</wsu:Expires>" => "+01:00</wsu:Expires>"] "";
    // Chapter 8.
    "R3061" "issuer and serial" [
        "</ds:X509Data>%/STR%" => "</ds:X509Data><wsse:KeyIdentifier EncodingType=\"%B64%\" \
            ValueType=\"%SMS11%ThumbprintSHA1\">AAAA</wsse:KeyIdentifier>%/STR%"
    ] "";
    "R3074" "typed" ["TokenType=\"%X509%X509v3\"" => "TokenType=\"%X509%PKCS7\""] "";
    "R3057" "str-transform" [
        "wsu:Id=\"STR-…\"…%END%" =>
        "wsu:Id=\"STR-{1}\"{2}%STR%><wsse:Reference URI=\"#STR-{1}\" ValueType=\"%X509%X509v3\"/>%/STR%%END%"
    ] "";
    "R3064" "embedded" [
        "<wsse:Embedded>…%END%" => "<wsse:Embedded xmlns:wsu=\"%WSU%\" wsu:Id=\"emb\">{1}%STR%><wsse:Reference \
            URI=\"#emb\" ValueType=\"%X509%X509v3\"/>%/STR%%END%"
    ] "";
    "R3211" "x509" [
        "<ds:KeyInfo>…%END%" => "<ds:KeyInfo Id=\"ki\">{1}%STR%><wsse:Reference URI=\"#ki\" \
            ValueType=\"%X509%X509v3\"/>%/STR%%END%"
    ] "";
    "R3059" "symmetric" ["<wsse:Reference URI=\"#DK-…\" ValueType=\"…\">" => "<wsse:Reference URI=\"#DK-{1}\">"] "";
    "R3058" "kerberos" [
        "ValueType=\"%KRB%GSS_Kerberosv5_AP_REQ\"></wsse:Reference>" =>
        "ValueType=\"%KRB%GSS_Kerberosv5_AP_REQ1510\"></wsse:Reference>"
    ] "";
    "R3062" "x509" ["%END%" => "%STR%><wsse:Reference ValueType=\"%X509%X509v3\"/>%/STR%%END%"] "";
    "R3027" "issuer and serial" ["</ds:X509Data>%/STR%" => "</ds:X509Data><ds:KeyName>Alice</ds:KeyName>%/STR%"] "";
    "R3054" "key identifier" [
        "%END%" => "%STR%><wsse:KeyIdentifier EncodingType=\"%B64%\">AAAA</wsse:KeyIdentifier>%/STR%%END%"
    ] "";
    "R3063" "key identifier" [
        "%END%" => "%STR%><wsse:KeyIdentifier EncodingType=\"%B64%\" \
            ValueType=\"urn:other\">AAAA</wsse:KeyIdentifier>%/STR%%END%"
    ] "";
    "R3070" "key identifier" [
        "%END%" => "%STR%><wsse:KeyIdentifier ValueType=\"%SMS11%ThumbprintSHA1\">AAAA</wsse:KeyIdentifier>%/STR%%END%"
    ] "";
    "R3071" "key identifier" [
        "%END%" => "%STR%><wsse:KeyIdentifier EncodingType=\"urn:hex\" \
            ValueType=\"%SMS11%ThumbprintSHA1\">AAAA</wsse:KeyIdentifier>%/STR%%END%"
    ] "";
    "R3060" "embedded" ["%END%" => "%STR%><wsse:Embedded><a:X/></wsse:Embedded>%/STR%%END%"] "";
    "R3025" "embedded" [
        "%END%" => "%STR%><wsse:Embedded><a:X><wsc:SecurityContextToken xmlns:wsc=\"%WSC%\"/></a:X></wsse:Embedded>\
            %/STR%%END%"
    ] "R3060 fail";
    "R3056" "embedded" [
        "%END%" => "%STR%><wsse:Embedded>%STR%><wsse:Reference URI=\"urn:x\" ValueType=\"%X509%X509v3\"/>%/STR%\
            </wsse:Embedded>%/STR%%END%"
    ] "R3060 fail";
    "R3022" "x509" [
        "%END%" => "%STR%><ds:X509Data xmlns:ds=\"%DS%\"><ds:X509IssuerSerial><ds:X509IssuerName>\
            CN=Example CA,O=Example Trust,C=DE</ds:X509IssuerName><ds:X509SerialNumber>4097</ds:X509SerialNumber>\
            </ds:X509IssuerSerial></ds:X509Data>%/STR%%END%"
    ] "";
    "R3023" "embedded" [
        "URI=\"#X509-…<wsse:Embedded>…</wsse:Embedded>…%END%" =>
        "URI=\"#X509-{1}<wsse:Embedded>{2}</wsse:Embedded>{3}%STR%><wsse:Embedded>{2}</wsse:Embedded>%/STR%%END%"
    ] "R3204 fail,U-19.7 fail,U-19.10 fail";
    "R5204" "x509" [
        "%END%" => "%STR%><wsse:Reference URI=\"#nowhere\" ValueType=\"%X509%X509v3\"/>%/STR%%END%"
    ] "";
    "R5204" "x509" [
        "<wsse:Reference URI=\"#X509-…\" ValueType" => "<wsse:Reference URI=\"#xpointer(id('X509-{1}'))\" ValueType"
    ] "R3057 not-applicable,R3064 not-applicable,R3022 not-applicable,R5205 not-applicable,R3066 not-applicable,\
       R3211 not-applicable,U-19.8 not-applicable";
    "R5205" "x509" [
        "<wsse:BinarySecurityToken…</wsse:BinarySecurityToken><ds:Signature…</ds:Signature>" =>
        "<ds:Signature{2}</ds:Signature><wsse:BinarySecurityToken{1}</wsse:BinarySecurityToken>"
    ] "";
    "R3066" "two headers" [
        "wsu:Id=\"X509-…\"…%END%…%END%" => "wsu:Id=\"X509-{1}\"{2}%END%{3}%STR%><wsse:Reference URI=\"#X509-{1}\" \
            ValueType=\"%X509%X509v3\"/>%/STR%%END%"
    ] "";
    "R3067" "symmetric body" [
        "<wsse:Security" => "<wsse:Security xmlns:wsse=\"%WSSE%\" s:actor=\"urn:gateway\"><wsc:SecurityContextToken \
            xmlns:wsc=\"%WSC%\" xmlns:wsu=\"%WSU%\" wsu:Id=\"sct\"/></wsse:Security><wsse:Security",
        "<s:Body…<wsse:Reference URI=\"#DK-…\" ValueType=\"…/dk\">" =>
        "<s:Body{1}<wsse:Reference URI=\"#sct\" ValueType=\"{3}/sct\">"
    ] "";
    // Chapter 9.
    "R3102" "endorsed" [
        "URI=\"#TS-…</ds:Signature>" => "URI=\"#obj\"><ds:Transforms><ds:Transform Algorithm=\"%EXC%\"/></ds:Transforms>\
            </ds:Reference><ds:Reference URI=\"#TS-{1}<ds:Object Id=\"obj\"/></ds:Signature>"
    ] "R3103 fail";
    "R3104" "x509" [
        "<wsse:Security xmlns:wsse=\"…\"…URI=\"#TS-…\">" =>
        "<wsse:Security xmlns:wsse=\"{1}\" xmlns:wsu=\"%WSU%\" wsu:Id=\"whole\"{2}URI=\"#whole\">"
    ] "R3103 fail";
    "R3003" "endorsed" [
        "URI=\"#SIG-…<ds:Signature xmlns:ds=\"…\" Id=\"" =>
        "URI=\"#SIG-{1}<ds:Signature xmlns:ds=\"{2}\" xmlns:wsu=\"%WSU%\" wsu:Id=\""
    ] "";
    "R3004" "encrypted key" [
        "<xenc:EncryptedKey xmlns:xenc=\"…\" Id=\"" =>
        "<xenc:EncryptedKey xmlns:xenc=\"{1}\" xmlns:wsu=\"%WSU%\" wsu:Id=\""
    ] "";
    "R3002" "xpath" ["<ds:Transform Algorithm=\"%FILTER%\"></ds:Transform>" => ""] "";
    "R5416" "endorsed" ["<ds:Transforms>…</ds:Transforms>" => ""] "";
    "R5411" "endorsed" ["<ds:Transforms>…</ds:Transforms>" => "<ds:Transforms></ds:Transforms>"] "";
    "R5423" "endorsed" ["<ds:Transforms>" => "<ds:Transforms><ds:Transform Algorithm=\"%DS%base64\"></ds:Transform>"] "";
    "R5412" "endorsed" [
        "</ds:Transforms>" => "<ds:Transform Algorithm=\"%DS%enveloped-signature\"></ds:Transform></ds:Transforms>"
    ] "";
    "R5407" "x509" [
        "<ds:Transform Algorithm=\"%EXC%\">" =>
        "<ds:Transform Algorithm=\"%EXC%\"><ec:InclusiveNamespaces xmlns:ec=\"%EXC%\" PrefixList=\" \"/>"
    ] "";
    "R5413" "str-transform" [
        "<wsse:TransformationParameters…<ds:CanonicalizationMethod…>" =>
        "<wsse:TransformationParameters{1}<ds:CanonicalizationMethod{2}><ec:InclusiveNamespaces xmlns:ec=\"%EXC%\"/>"
    ] "R5406 fail";
    "R3065" "str-transform" [
        "<ds:Transforms>" => "<ds:Transforms><ds:Transform Algorithm=\"%STRT%\"></ds:Transform>"
    ] "";
    "R5404" "x509" [
        "<ds:CanonicalizationMethod Algorithm=\"%EXC%\">" =>
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\">"
    ] "";
    "R5406" "x509" [
        "<ds:CanonicalizationMethod Algorithm=\"%EXC%\">" =>
        "<ds:CanonicalizationMethod Algorithm=\"%EXC%\"><ec:InclusiveNamespaces xmlns:ec=\"%EXC%\" PrefixList=\"\"/>"
    ] "";
    "R5420" "endorsed" ["<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">" =>
        "<ds:DigestMethod Algorithm=\"urn:md5\">"] "";
    "R5421" "endorsed" ["<ds:SignatureMethod Algorithm=\"…\">" => "<ds:SignatureMethod Algorithm=\"%DS%dsa-sha1\">"]
        "U-19.6 fail";
    "R5401" "endorsed" ["</ds:SignatureMethod>" => "<ds:HMACOutputLength>80</ds:HMACOutputLength></ds:SignatureMethod>"] "";
    "R5402" "x509" ["</ds:KeyInfo></ds:Signature>" => "<ds:KeyName>Alice</ds:KeyName></ds:KeyInfo></ds:Signature>"] "";
    "R5417" "endorsed" [
        "<ds:KeyInfo>…</ds:KeyInfo></ds:Signature>" =>
        "<ds:KeyInfo><ds:KeyName>Dave</ds:KeyName></ds:KeyInfo></ds:Signature>"
    ] "";
    "R5403" "x509" ["</ds:Signature>" => "<ds:Object><ds:Manifest/></ds:Object></ds:Signature>"] "";
    "R5440" "endorsed" [
        "wsu:Id=\"X509-…\"…</ds:Signature>" => "wsu:Id=\"X509-{1}\"{2}<ds:Object><xenc:EncryptedData \
            xmlns:xenc=\"%XENC%\"><xenc:EncryptionMethod Algorithm=\"%GCM%\"/><ds:KeyInfo>%STR%><wsse:Reference \
            URI=\"#X509-{1}\" ValueType=\"%X509%X509v3\"/>%/STR%</ds:KeyInfo></xenc:EncryptedData></ds:Object>\
            </ds:Signature>"
    ] "R5614 not-checkable,R5606 not-checkable";
    "R5441" "reply" [" wsu:Id=\"SC-…\">" => ">"] "";
    // Chapter 10.
    "R3228" "encrypted" [
        "<wsse11:EncryptedHeader…><xenc:EncryptedData…</xenc:EncryptedData></wsse11:EncryptedHeader>" =>
        "<xenc:EncryptedData{2}</xenc:EncryptedData>"
    ] "R3299 not-applicable,R3230 not-applicable,R3232 not-applicable";
    "R3230" "encrypted" ["</wsse11:EncryptedHeader>" => "<a:X/></wsse11:EncryptedHeader>"] "";
    "R3205" "symmetric" [
        "wsu:Id=\"DK-…\"…wsu:Id=\"DK-…\"…<s:Body…URI=\"#DK-…\"" =>
        "wsu:Id=\"DK-{1}\"{2}wsu:Id=\"DK-{3}\"{4}<s:Body{5}URI=\"#DK-{3}\""
    ] "";
    "R3214" "encrypted" [
        "<xenc:EncryptedKey…Id=\"…\"…<xenc:DataReference…</xenc:DataReference>…<s:Body…</xenc:EncryptionMethod>" =>
        "<xenc:EncryptedKey{1}Id=\"{2}\"{3}{5}<s:Body{6}</xenc:EncryptionMethod><ds:KeyInfo xmlns:ds=\"%DS%\">\
            %STR% wsse11:TokenType=\"%SMS11%EncryptedKey\"><wsse:Reference URI=\"#{2}\"/>%/STR%</ds:KeyInfo>"
    ] "R3067 not-checkable";
    "R3231" "symmetric" ["<xenc:DataReference…</xenc:DataReference>" => ""] "R3067 not-checkable";
    "R3208" "without keys: signature encrypted" [
        "<xenc:EncryptedKey…</xenc:EncryptedKey>…%END%" => "{2}<xenc:EncryptedKey{1}</xenc:EncryptedKey>%END%"
    ] "";
    "R3209" "encrypted" [
        "<xenc:EncryptedKey xmlns:xenc=\"…\"" => "<xenc:EncryptedKey xmlns:xenc=\"{1}\" Type=\"urn:x\""] "";
    "R5622" "encrypted" [
        "<xenc:EncryptedKey xmlns:xenc=\"…\"" => "<xenc:EncryptedKey xmlns:xenc=\"{1}\" MimeType=\"text/xml\""] "";
    "R5623" "encrypted" [
        "<xenc:EncryptedKey xmlns:xenc=\"…\"" => "<xenc:EncryptedKey xmlns:xenc=\"{1}\" Encoding=\"urn:x\""] "";
    "R5602" "encrypted" [
        "<xenc:EncryptedKey xmlns:xenc=\"…\"" => "<xenc:EncryptedKey xmlns:xenc=\"{1}\" Recipient=\"bob\""] "";
    "R5603" "encrypted" ["%END%" => "<xenc:EncryptedKey xmlns:xenc=\"%XENC%\"/>%END%"] "";
    "R5629" "symmetric" ["<s:Body…<ds:KeyInfo…</ds:KeyInfo>" => "<s:Body{1}"] "R3205 not-checkable";
    "R5624" "header by data" [
        "<wsse11:EncryptedHeader…<xenc:EncryptedData xmlns:xenc=\"…\" Id=\"…\"" =>
        "<wsse11:EncryptedHeader{1}<xenc:EncryptedData xmlns:xenc=\"{2}\""
    ] "R5627 fail,R3214 fail,R5629 fail,R3006 not-checkable";
    "R5627" "header by itself" [
        "<wsse11:EncryptedHeader… wsu:Id=\"…\"" => "<wsse11:EncryptedHeader{1}"
    ] "R5624 fail,R3214 fail,R5629 fail,R3006 not-checkable,R3232 not-applicable";
    "R5601" "encrypted" [
        "<wsse11:EncryptedHeader…<xenc:EncryptionMethod…</xenc:EncryptionMethod>" => "<wsse11:EncryptedHeader{1}"
    ] "";
    "R5424" "encrypted" ["%/STR%</ds:KeyInfo><xenc:CipherData>" =>
        "%/STR%<ds:KeyName>Bob</ds:KeyName></ds:KeyInfo><xenc:CipherData>"] "";
    "R5426" "encrypted" [
        "%END%" => "<xenc:EncryptedKey xmlns:xenc=\"%XENC%\"><xenc:EncryptionMethod Algorithm=\"%XENC%rsa-oaep-mgf1p\"/>\
            <ds:KeyInfo xmlns:ds=\"%DS%\"><ds:KeyName>Bob</ds:KeyName></ds:KeyInfo></xenc:EncryptedKey>%END%"
    ] "";
    "R5608" "symmetric" [
        "</xenc:ReferenceList>…wsu:Id=\"TS-…\"" =>
        "<xenc:DataReference URI=\"#TS-{2}\"/></xenc:ReferenceList>{1}wsu:Id=\"TS-{2}\""
    ] "";
    "R3006" "encrypted" [
        "</xenc:ReferenceList>…wsu:Id=\"TS-…\"" =>
        "<xenc:DataReference URI=\"#TS-{2}\"/></xenc:ReferenceList>{1}wsu:Id=\"TS-{2}\""
    ] "";
    "R5613" "key references" ["<xenc:KeyReference URI=\"#EK-…\">…wsu:Id=\"TS-…\"" =>
        "<xenc:KeyReference URI=\"#TS-{3}\">{2}wsu:Id=\"TS-{3}\""] "";
    "R3007" "key references of a key" ["<xenc:KeyReference URI=\"#EK-…\">…wsu:Id=\"TS-…\"" =>
        "<xenc:KeyReference URI=\"#TS-{3}\">{2}wsu:Id=\"TS-{3}\""] "";
    "R5620" "encrypted" [
        "<wsse11:EncryptedHeader…Algorithm=\"%GCM%\"" =>
        "<wsse11:EncryptedHeader{1}Algorithm=\"%XENC%aes192-cbc\""
    ] "";
    "R5621" "encrypted" ["Algorithm=\"%XENC%rsa-oaep-mgf1p\"" => "Algorithm=\"%XENC%rsa-2_0\""] "R5626 fail";
    "R5625" "wrapped key" ["Algorithm=\"%XENC%kw-aes128\"" => "Algorithm=\"%XENC%kw-camellia128\""] "R5626 fail";
    "R5626" "encrypted" [
        "%END%" => "<xenc:EncryptedKey xmlns:xenc=\"%XENC%\"><xenc:EncryptionMethod Algorithm=\"urn:own\"/>\
            </xenc:EncryptedKey>%END%"
    ] "";
    // Chapter 11.
    "R3029" "x509" ["%END%" => "<wsse:BinarySecurityToken ValueType=\"%X509%X509v3\">AAAA</wsse:BinarySecurityToken>%END%"]
        "U-19.10 fail";
    "R3030" "x509" [
        "%END%" => "<wsse:BinarySecurityToken EncodingType=\"%SMS11%HexBinary\" \
            ValueType=\"%X509%X509v3\">AAAA</wsse:BinarySecurityToken>%END%"
    ] "U-19.10 fail";
    "R3031" "x509" ["%END%" => "<wsse:BinarySecurityToken EncodingType=\"%B64%\">AAAA</wsse:BinarySecurityToken>%END%"]
        "U-19.10 fail";
    "R3032" "x509" [
        "%END%" => "<wsse:BinarySecurityToken EncodingType=\"%B64%\" \
            ValueType=\"X509v3\">AAAA</wsse:BinarySecurityToken>%END%"
    ] "U-19.10 fail";
    // Chapter 12.
    "R4222" "username" [
        "<wsse:Password…</wsse:Password>" => "<wsse:Password{1}</wsse:Password><wsse:Password{1}</wsse:Password>"
    ] "R4212 not-checkable";
    "R4201" "username" ["<wsse:Password Type=\"…\">" => "<wsse:Password>"] "R4212 not-applicable,U-19.13 fail";
    "R4212" "username" [
        "<wsse:UsernameToken…<wsu:Created>…</wsu:Created>" =>
        "<wsse:UsernameToken{1}<wsu:Created>2026-01-01T00:00:00Z</wsu:Created>"
    ] "";
    "R4216" "password key" ["<wsse11:Salt…>…<" => "<wsse11:Salt{1}>AQAAAAAAAAAAAAAAAAAAAA==<"] "";
    "R4217" "password key" ["<wsse11:Salt…</wsse11:Salt>" => ""] "R4216 not-checkable";
    "R4218" "password key" ["<wsse11:Iteration…>1000<" => "<wsse11:Iteration{1}>999<"] "R4216 not-checkable";
    "R4223" "username" [
        "</wsse:UsernameToken>" =>
        "<wsu:Created xmlns:wsu=\"%WSU%\">2026-01-01T00:00:00Z</wsu:Created></wsse:UsernameToken>"
    ] "R4212 not-checkable";
    "R4225" "username" [
        "</wsse:UsernameToken>" => "<wsse:Nonce EncodingType=\"%B64%\">AAAA</wsse:Nonce></wsse:UsernameToken>"
    ] "R4212 not-checkable";
    "R4220" "username" ["<wsse:Nonce EncodingType=\"…\">" => "<wsse:Nonce>"] "R4221 not-applicable";
    "R4221" "username" ["<wsse:Nonce EncodingType=\"…\">" => "<wsse:Nonce EncodingType=\"%SMS11%HexBinary\">"]
        "R4212 not-checkable";
    "R4214" "password key" ["ValueType=\"%USER%UsernameToken\"" => "ValueType=\"%USER%Username\""] "R3058 fail";
    "R4215" "password key" [
        "%END%" => "%STR%><wsse:KeyIdentifier EncodingType=\"%B64%\" \
            ValueType=\"%USER%UsernameToken\">AAAA</wsse:KeyIdentifier>%/STR%%END%"
    ] "R3063 fail,R3024 not-checkable";
    // Chapter 13.
    "R3033" "x509" [
        "wsu:Id=\"X509-…\">…</wsse:BinarySecurityToken>" => "wsu:Id=\"X509-{1}\">{2}</wsse:BinarySecurityToken>\
            <wsse:BinarySecurityToken xmlns:wsse=\"%WSSE%\" EncodingType=\"%B64%\" ValueType=\"%X509%X509v1\">{2}\
            </wsse:BinarySecurityToken>"
    ] "U-19.10 fail";
    "R5201" "path" [
        "wsu:Id=\"X509-…\">…</wsse:BinarySecurityToken>" => "wsu:Id=\"X509-{1}\">{2}</wsse:BinarySecurityToken>\
            <wsse:BinarySecurityToken xmlns:wsse=\"%WSSE%\" EncodingType=\"%B64%\" ValueType=\"%X509%X509v3\">{2}\
            </wsse:BinarySecurityToken>"
    ] "R5214 fail";
    "R5211" "pkcs7" [
        "wsu:Id=\"X509-…\">…</wsse:BinarySecurityToken>" => "wsu:Id=\"X509-{1}\">{2}</wsse:BinarySecurityToken>\
            <wsse:BinarySecurityToken xmlns:wsse=\"%WSSE%\" EncodingType=\"%B64%\" ValueType=\"%X509%X509PKIPathv1\">{2}\
            </wsse:BinarySecurityToken>"
    ] "";
    "R5214" "path" [
        "wsu:Id=\"X509-…\">…</wsse:BinarySecurityToken>" => "wsu:Id=\"X509-{1}\">{2}</wsse:BinarySecurityToken>\
            <wsse:BinarySecurityToken xmlns:wsse=\"%WSSE%\" EncodingType=\"%B64%\" ValueType=\"%X509%PKCS7\">{2}\
            </wsse:BinarySecurityToken>"
    ] "";
    "R5218" "x509" [
        "URI=\"#X509-…\" ValueType=\"%X509%X509v3\"" => "URI=\"#X509-{1}\" ValueType=\"%X509%X509v1\""
    ] "R3058 fail";
    "R5212" "pkcs7" [" wsse11:TokenType=\"%X509%PKCS7\"" => ""] "R3074 not-applicable";
    "R5213" "pkcs7" [
        "URI=\"#X509-…\" ValueType=\"%X509%PKCS7\"" => "URI=\"#X509-{1}\" ValueType=\"%X509%X509v3\""] "R3058 fail";
    "R5215" "path" [" wsse11:TokenType=\"%X509%X509PKIPathv1\"" => ""] "R3074 not-applicable";
    "R5216" "path" [
        "URI=\"#X509-…\" ValueType=\"%X509%X509PKIPathv1\"" => "URI=\"#X509-{1}\" ValueType=\"%X509%X509v3\""]
        "R3058 fail";
    "R5206" "key identifier" [
        "%END%" => "%STR%><wsse:KeyIdentifier EncodingType=\"%B64%\" \
            ValueType=\"%X509%X509v3\">AAAA</wsse:KeyIdentifier>%/STR%%END%"
    ] "R3063 fail";
    "R5208" "key identifier" [">xWqcDFscCWpWTIGJeRWqvYWh82A=<" => ">BBTFapwMWxwJalZMgYl5Faq9haHzYA==<"] "";
    "R5210" "thumbprint" [
        "ValueType=\"%SMS11%ThumbprintSHA1\">…<" => "ValueType=\"%X509%X509SubjectKeyIdentifier\">AZAD2kJ68Vp8jZLsaqolWOx8FYA=<"
    ] "";
    "R5409" "issuer and serial" ["CN=Example CA,O=Example Trust" => "CN=\"Example CA\", O=Example Trust"] "";
    // Chapter 14.
    "R6304" "license" ["ValueType=\"%REL%license\"" => "ValueType=\"%REL%licence\""] "R3058 fail";
    "R6301" "license uncovered" ["URI=\"#license-7\"" => "URI=\"urn:license:7\""] "R5204 fail";
    "R6302" "license" [
        "<r:license" => "%STR%><wsse:Reference URI=\"#license-7\" ValueType=\"%REL%license\"/>%/STR%<r:license"
    ] "R5205 fail";
    // Chapter 15.
    "R6902" "kerberos" [
        "%END%" => "<wsse:BinarySecurityToken EncodingType=\"%B64%\" \
            ValueType=\"%KRB%Kerberosv5_AP_REQ\">AAAA</wsse:BinarySecurityToken>%END%"
    ] "U-19.10 fail";
    "R6907" "kerberos" [" wsse11:TokenType=\"%KRB%GSS_Kerberosv5_AP_REQ\"" => ""] "R3074 not-applicable";
    "R6906" "kerberos elsewhere" ["%KRB%Kerberosv5APREQSHA1" => "%SMS11%ThumbprintSHA1"] "R3063 fail";
    "R6905" "kerberos elsewhere" [
        "%END%" => "%STR% wsse11:TokenType=\"%KRB%GSS_Kerberosv5_AP_REQ\"><wsse:Reference URI=\"urn:ticket\"/>%/STR%%END%"
    ] "";
    // Chapter 16.
    "R6601" "saml 2.0" [
        "ID=\"…\"…KeyInfoConfirmationDataType…<ds:X509Data>…</ds:X509Data>" =>
        "ID=\"{1}\"{2}KeyInfoConfirmationDataType{3}%STR% wsse11:TokenType=\"%SAML11P%SAMLV2.0\"><wsse:KeyIdentifier \
            ValueType=\"%SAML11P%SAMLID\">{1}</wsse:KeyIdentifier>%/STR%"
    ] "";
    "R6611" "saml 1.1 uncovered" [" wsse11:TokenType=\"%SAML11P%SAMLV1.1\"" => ""] "R3074 not-applicable";
    "R6617" "saml 2.0 uncovered" [" wsse11:TokenType=\"%SAML11P%SAMLV2.0\"" => ""] "R3074 not-applicable";
    "R6614" "saml 2.0 direct" ["<wsse:Reference URI" => "<wsse:Reference ValueType=\"%SAML11P%SAMLV2.0\" URI"] "";
    "R6602" "saml 1.1" [
        "AssertionID=\"…\"…%END%" => "AssertionID=\"{1}\"{2}%STR% wsse11:TokenType=\"%SAML11P%SAMLV1.1\">\
            <wsse:KeyIdentifier>{1}</wsse:KeyIdentifier>%/STR%%END%"
    ] "R3054 fail";
    "R6609" "saml 1.1 elsewhere" [
        "%END%" => "%STR% wsse11:TokenType=\"%SAML11P%SAMLV1.1\"><saml:AuthorityBinding xmlns:saml=\"%SAML%\" \
            AuthorityKind=\"saml:AssertionIDReference\"/><wsse:KeyIdentifier>_7</wsse:KeyIdentifier>%/STR%%END%"
    ] "R3054 fail";
    "R6603" "saml 1.1 uncovered" ["ValueType=\"%SAML10P%SAMLAssertionID\"" => "ValueType=\"%SAML11P%SAMLID\""] "";
    "R6616" "saml 2.0 uncovered" ["ValueType=\"%SAML11P%SAMLID\"" => "ValueType=\"%SAML10P%SAMLAssertionID\""] "";
    "R6604" "saml 1.1 uncovered" ["<wsse:KeyIdentifier ValueType" => "<wsse:KeyIdentifier EncodingType=\"%B64%\" ValueType"] "";
    "R6605" "saml 2.0" ["ValueType=\"%SAML11P%SAMLID\">…<" => "ValueType=\"%SAML11P%SAMLID\">%BASE64 OF 1%<"] "";
    "R6610" "saml 2.0" [
        "ID=\"…\"…%END%" => "ID=\"{1}\"{2}%STR% wsse11:TokenType=\"%SAML11P%SAMLV2.0\"><ds:KeyName xmlns:ds=\"%DS%\">\
            {1}</ds:KeyName>%/STR%%END%"
    ] "R3027 fail,R3061 fail";
    "R6612" "saml embedded" [
        "URI=\"#str-e\"…<ds:Transform Algorithm=\"%EXC%\">" => "URI=\"#str-e\"{1}<ds:Transform Algorithm=\"%STRT%\">\
            <wsse:TransformationParameters xmlns:wsse=\"%WSSE%\"><ds:CanonicalizationMethod Algorithm=\"%EXC%\"/>\
            </wsse:TransformationParameters>"
    ] "";
    "R6606" "saml 1.1 elsewhere" [
        "%END%" => "%STR% wsse11:TokenType=\"%SAML11P%SAMLV1.1\"><wsse:KeyIdentifier \
            ValueType=\"%SAML10P%SAMLAssertionID\">_8</wsse:KeyIdentifier>%/STR%%END%"
    ] "";
    "R6607" "saml 1.1 elsewhere" ["saml:AssertionIDReference" => "saml:AttributeQuery"] "";
    "R6608" "saml 1.1" [
        "<wsse:KeyIdentifier" => "<saml:AuthorityBinding xmlns:saml=\"%SAML%\" \
            AuthorityKind=\"saml:AssertionIDReference\"/><wsse:KeyIdentifier"
    ] "";
    "R6613" "saml 2.0 elsewhere" [
        "%END%" => "%STR% wsse11:TokenType=\"%SAML11P%SAMLV2.0\"><wsse:KeyIdentifier \
            ValueType=\"%SAML11P%SAMLID\">_8</wsse:KeyIdentifier>%/STR%%END%"
    ] "R3024 not-checkable";
    // Chapter 17.
    "R3069" "encrypted key" [" wsse11:TokenType=\"%SMS11%EncryptedKey\"" => ""] "R3074 not-applicable";
    "R3072" "reply" ["%SMS11%EncryptedKeySHA1" => "%SMS11%ThumbprintSHA1"] "R3063 fail";
    // Chapter 18, as far as the envelope shows it.
    "U-18.2.1" "attachments" ["<ds:Reference URI=\"cid:a@b\">" => "<ds:Reference URI=\"cid:&lt;a@b&gt;\">"] "";
    "R6101" "attachments" [
        "<ds:Transform Algorithm=\"%SWA%Attachment-Content-Signature-Transform\">" => "<ds:Transform \
            Algorithm=\"%EXC%\"></ds:Transform><ds:Transform Algorithm=\"%SWA%Attachment-Content-Signature-Transform\">"
    ] "";
    "U-18.3.1" "attachments" ["<xenc:DataReference URI=\"#att\"></xenc:DataReference>" => ""]
        "R3214 fail,R5629 fail,R3208 not-applicable";
    "U-18.3.2" "attachments" ["Type=\"%SWA%Attachment-Content-Only\"" => "Type=\"%SWA%Attachment\""] "";
    "U-18.3.3" "attachments" ["Algorithm=\"%SWA%Attachment-Ciphertext-Transform\"" => "Algorithm=\"%DS%base64\""] "";
    // Chapter 19.
    "U-19.7" "saml 2.0" ["ID=\"…\"…wsu:Id=\"TS-…\"" => "ID=\"{1}\"{2}wsu:Id=\"{1}\""] "";
}
