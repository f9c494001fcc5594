//! An authority for tests: certificates and revocation lists, field by field, signed with the keys of `vectors/keys`.
//! It also makes what a real authority would not make.
#![allow(dead_code, reason = "every test binary uses a part of this")]

use ws_security::crypto::{PrivateKey, SigningKey};
use ws_security::{Certificate, SignatureMethod, SignerRule, Trust};

use super::file;

pub(crate) const CN: &[u8] = &[0x55, 4, 3];
pub(crate) const SHA256_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
pub(crate) const SHA1_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 5];

pub(crate) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut element = vec![tag];
    match content.len() {
        len @ 0..0x80 => element.push(len as u8),
        len => {
            let octets: Vec<u8> = len.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
            element.push(0x80 | octets.len() as u8);
            element.extend(octets);
        }
    }
    element.extend_from_slice(content);
    element
}

pub(crate) fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    der(0x30, &elements.concat())
}

/// A Name of RDNs with these values, all of one type.
pub(crate) fn name_of(oid: &[u8], values: &[&str]) -> Vec<u8> {
    let rdn = |value: &&str| der(0x31, &sequence(&[&der(6, oid), &der(0x0C, value.as_bytes())]));
    der(0x30, &values.iter().map(rdn).collect::<Vec<_>>().concat())
}

pub(crate) fn name(common: &str) -> Vec<u8> {
    name_of(CN, &[common])
}

pub(crate) fn key(name: &str) -> PrivateKey {
    PrivateKey::from_pem(&file(&format!("{name}.key"))).expect(name)
}

fn time(text: &str) -> Vec<u8> {
    der(0x18, text.as_bytes())
}

pub(crate) fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der(1, &[0xFF]) } else { Vec::new() };
    sequence(&[&der(6, oid), &critical, &der(4, value)])
}

pub(crate) fn ca_constraints(path_len: Option<u8>) -> Vec<u8> {
    let path_len = path_len.map_or(Vec::new(), |len| der(2, &[len]));
    extension(&[0x55, 0x1D, 19], true, &sequence(&[&der(1, &[0xFF]), &path_len]))
}

/// The bits of a key usage, as one octet.
pub(crate) fn usage(bits: u8) -> Vec<u8> {
    extension(&[0x55, 0x1D, 15], true, &der(3, &[0, bits]))
}

pub(crate) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(crate) const KEY_CERT_SIGN: u8 = 0x04;
pub(crate) const CRL_SIGN: u8 = 0x02;

pub(crate) fn extended_usage(oids: &[&[u8]]) -> Vec<u8> {
    let all: Vec<u8> = oids.iter().flat_map(|oid| der(6, oid)).collect();
    extension(&[0x55, 0x1D, 37], false, &der(0x30, &all))
}

/// An authority that signed itself.
pub(crate) fn root() -> Certificate {
    Spec::authority("root", "root").made("ca", "ca")
}

/// An authority below [`root`].
pub(crate) fn middle() -> Certificate {
    Spec::authority("middle", "root").made("sub-ca", "ca")
}

pub(crate) fn below(anchors: impl IntoIterator<Item = Certificate>) -> Trust {
    Trust::anchors(anchors).expect("anchors").signer(SignerRule::AnyBelowTheAnchors)
}

/// A certificate to be made.
#[derive(Clone)]
pub(crate) struct Spec {
    pub(crate) serial: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) not_before: &'static str,
    pub(crate) not_after: &'static str,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) is_version_1: bool,
    /// The content of the AlgorithmIdentifier, and the method that it names.
    pub(crate) signed_with: (Vec<u8>, SignatureMethod),
}

/// The content of an AlgorithmIdentifier of RSA.
pub(crate) fn rsa_with(oid: &[u8]) -> Vec<u8> {
    [der(6, oid), der(5, &[])].concat()
}

impl Spec {
    /// A signer of this common name below an authority of that one.
    pub(crate) fn leaf(subject: &str, issuer: &str) -> Self {
        Self {
            serial: vec![7],
            subject: name(subject),
            issuer: name(issuer),
            not_before: "20200101000000Z",
            not_after: "29991231235959Z",
            extensions: vec![usage(DIGITAL_SIGNATURE)],
            is_version_1: false,
            signed_with: (rsa_with(SHA256_RSA), SignatureMethod::RsaSha256),
        }
    }

    pub(crate) fn authority(subject: &str, issuer: &str) -> Self {
        let extensions = vec![ca_constraints(None), usage(KEY_CERT_SIGN | CRL_SIGN)];
        Self { serial: vec![8], extensions, ..Self::leaf(subject, issuer) }
    }

    pub(crate) fn serial(self, serial: &[u8]) -> Self {
        Self { serial: serial.to_vec(), ..self }
    }

    pub(crate) fn extensions(self, extensions: Vec<Vec<u8>>) -> Self {
        Self { extensions, ..self }
    }

    pub(crate) fn also(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    pub(crate) fn valid(self, not_before: &'static str, not_after: &'static str) -> Self {
        Self { not_before, not_after, ..self }
    }

    /// Its octets: the key it certifies, and the one that signs it, by name.
    pub(crate) fn octets(&self, own: &str, issuer: &str) -> Vec<u8> {
        let (algorithm, method) = &self.signed_with;
        let algorithm = der(0x30, algorithm);
        let version = if self.is_version_1 { Vec::new() } else { der(0xA0, &der(2, &[2])) };
        let extensions = match self.is_version_1 || self.extensions.is_empty() {
            true => Vec::new(),
            false => der(0xA3, &der(0x30, &self.extensions.concat())),
        };
        let tbs = sequence(&[
            &version,
            &der(2, &self.serial),
            &algorithm,
            &self.issuer,
            &sequence(&[&time(self.not_before), &time(self.not_after)]),
            &self.subject,
            key(own).public_key().spki(),
            &extensions,
        ]);
        signed(&tbs, &algorithm, issuer, *method)
    }

    pub(crate) fn made(&self, own: &str, issuer: &str) -> Certificate {
        Certificate::from_der(&self.octets(own, issuer)).expect("a certificate")
    }
}

fn signed(tbs: &[u8], algorithm: &[u8], signer: &str, method: SignatureMethod) -> Vec<u8> {
    let value = key(signer).sign(method, tbs).expect("signs");
    sequence(&[tbs, algorithm, &der(3, &[&[0], value.as_slice()].concat())])
}

/// A revocation list to be made.
#[derive(Clone)]
pub(crate) struct List {
    pub(crate) issuer: Vec<u8>,
    pub(crate) revoked: Vec<Vec<u8>>,
    pub(crate) this_update: &'static str,
    pub(crate) next_update: Option<&'static str>,
    pub(crate) extensions: Vec<Vec<u8>>,
    /// An extension of each entry.
    pub(crate) entry_extension: Vec<u8>,
}

impl List {
    /// A current list of this authority that names these serial numbers.
    pub(crate) fn of(issuer: &str, revoked: &[&[u8]]) -> Self {
        Self {
            issuer: name(issuer),
            revoked: revoked.iter().map(|serial| serial.to_vec()).collect(),
            this_update: "20200101000000Z",
            next_update: Some("29991231235959Z"),
            extensions: vec![extension(&[0x55, 0x1D, 20], false, &der(2, &[1]))],
            entry_extension: Vec::new(),
        }
    }

    pub(crate) fn expired(self) -> Self {
        Self { next_update: Some("20200201000000Z"), ..self }
    }

    pub(crate) fn issued(self, this_update: &'static str) -> Self {
        Self { this_update, ..self }
    }

    /// With an IssuingDistributionPoint of these fields.
    pub(crate) fn about(mut self, fields: &[u8]) -> Self {
        self.extensions.push(extension(&[0x55, 0x1D, 28], true, &der(0x30, fields)));
        self
    }

    pub(crate) fn also(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    pub(crate) fn made(&self, signer: &str) -> Vec<u8> {
        let algorithm = sequence(&[&der(6, SHA256_RSA), &der(5, &[])]);
        let extensions = match self.entry_extension.as_slice() {
            [] => Vec::new(),
            one => sequence(&[one]),
        };
        let entry = |serial: &Vec<u8>| sequence(&[&der(2, serial), &time("20200102000000Z"), &extensions]);
        let revoked = match self.revoked.is_empty() {
            true => Vec::new(),
            false => der(0x30, &self.revoked.iter().map(entry).collect::<Vec<_>>().concat()),
        };
        let tbs = sequence(&[
            &der(2, &[1]),
            &algorithm,
            &self.issuer,
            &time(self.this_update),
            &self.next_update.map_or(Vec::new(), time),
            &revoked,
            &der(0xA0, &der(0x30, &self.extensions.concat())),
        ]);
        signed(&tbs, &algorithm, signer, SignatureMethod::RsaSha256)
    }
}
