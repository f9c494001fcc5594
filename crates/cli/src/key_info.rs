//! `--key-info KIND`: the statements of a signature about its key, and of an encrypted key about its recipient.

use ws_security::c14n::{Element, IdIndex, name};
use ws_security::crypto::RevocationList;
use ws_security::xmldsig::KeyInfoItem;
use ws_security::{Certificate, DigestMethod, NameForm, PublicKey};
use wss_profile::{Source, algorithms};

use crate::output::{Outcome, could_not};

/// The kinds, as an error lists them.
const KINDS: &str = "key-name[=NAME], key-value, der-key-value, x509-certificate, x509-chain, x509-issuer-serial, \
                     x509-ski, x509-subject-name, x509-digest[=DIGEST], x509-crl=FILE, key-info-reference=URI or \
                     retrieval-method=URI";

/// The facts about the key that `ds:KeyInfo` can contain.
pub(crate) struct About<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) public: Option<&'a PublicKey>,
    pub(crate) certificate: Option<&'a Certificate>,
    /// The certificates of its path.
    pub(crate) path: Vec<Certificate>,
    /// The Ids of the document, if each is there once.
    pub(crate) ids: Option<&'a IdIndex<'a>>,
}

impl About<'_> {
    /// The items of each `--key-info`; of the `usual` ones, if none is given.
    pub(crate) fn all_items(&self, given: &[String], usual: &[&str]) -> Outcome<Vec<KeyInfoItem>> {
        let given: Vec<&str> = match given.is_empty() {
            true => usual.to_vec(),
            false => given.iter().map(String::as_str).collect(),
        };
        let items = given.into_iter().map(|given| self.items(given)).collect::<Outcome<Vec<_>>>()?;
        Ok(items.into_iter().flatten().collect())
    }

    /// The items of one `--key-info`.
    fn items(&self, given: &str) -> Outcome<Vec<KeyInfoItem>> {
        let (kind, value) = match given.split_once('=') {
            Some((kind, value)) => (kind, Some(value)),
            None => (given, None),
        };
        let needs = || could_not(format!("--key-info {kind} needs a value: give {kind}=…, as in {KINDS}"));
        let item = match kind {
            "key-name" => {
                let needs =
                    || could_not("--key-info key-name needs the name of the key: give key-name=NAME".to_owned());
                KeyInfoItem::KeyName(value.or(self.name).ok_or_else(needs)?.to_owned())
            }
            "key-value" => KeyInfoItem::KeyValue(self.public()?.clone()),
            "der-key-value" => KeyInfoItem::DerKeyValue(self.public()?.clone()),
            "x509-certificate" => KeyInfoItem::Certificates(vec![self.certificate()?.clone()]),
            "x509-chain" => {
                let certificate = std::iter::once(self.certificate()?.clone());
                KeyInfoItem::Certificates(certificate.chain(self.path.iter().cloned()).collect())
            }
            "x509-issuer-serial" => {
                let (certificate, form) = (self.certificate()?.clone(), NameForm::default());
                KeyInfoItem::IssuerSerial { certificate, form }
            }
            "x509-ski" => KeyInfoItem::SubjectKeyIdentifier(self.certificate()?.clone()),
            "x509-subject-name" => {
                let (certificate, form) = (self.certificate()?.clone(), NameForm::default());
                KeyInfoItem::SubjectName { certificate, form }
            }
            "x509-digest" => {
                let digest = value.map(|word| algorithms::digest("key-info", word)).transpose()?;
                let (certificate, method) = (self.certificate()?.clone(), digest.unwrap_or(DigestMethod::Sha256));
                KeyInfoItem::CertificateDigest { certificate, method }
            }
            "x509-crl" => {
                let source: Source = value.ok_or_else(needs)?.parse().unwrap_or_else(|never| match never {});
                let lists = revocation_lists(&source.read()?);
                let wrong = || could_not(format!("{source} is no revocation list: give PEM, or DER of one"));
                return Ok(lists.ok_or_else(wrong)?.into_iter().map(KeyInfoItem::RevocationList).collect());
            }
            "key-info-reference" => KeyInfoItem::KeyInfoReference { uri: value.ok_or_else(needs)?.to_owned() },
            "retrieval-method" => {
                let uri = value.ok_or_else(needs)?.to_owned();
                let kind = self.kind_of(&uri);
                KeyInfoItem::RetrievalMethod { uri, kind }
            }
            _ => return Err(could_not(format!("--key-info {kind:?} is no kind: give {KINDS}"))),
        };
        Ok(vec![item])
    }

    fn public(&self) -> Outcome<&PublicKey> {
        self.public.ok_or_else(|| could_not("a secret has no public key: give --key-info key-name"))
    }

    fn certificate(&self) -> Outcome<&Certificate> {
        self.certificate.ok_or_else(|| could_not("--key-info x509-… needs the certificate of --key: give --cert"))
    }

    /// The identifier of the kind of the target of a URI: that of the element, and outside a certificate in DER.
    fn kind_of(&self, uri: &str) -> Option<String> {
        let Some(id) = uri.strip_prefix('#') else { return Some(format!("{}rawX509Certificate", name::DS.uri)) };
        let local = self.ids?.get(id).map(|element: Element<'_>| (element.name().namespace, element.name().local));
        local.map(|(namespace, local)| match namespace == name::DSIG11.uri {
            true => format!("{}{local}", name::DSIG11.uri),
            false => format!("{}{local}", name::DS.uri),
        })
    }
}

/// The DER of each revocation list of a file.
fn revocation_lists(octets: &[u8]) -> Option<Vec<Vec<u8>>> {
    let lists = RevocationList::ders_from_pem(octets).ok()?;
    lists.iter().all(|der| RevocationList::from_der(der).is_ok()).then_some(lists)
}
