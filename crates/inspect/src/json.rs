//! The picture as JSON.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::picture::{Ciphertext, Header, Item, Link, Picture};
use crate::streamed::{Each, Shown, object};

impl Serialize for Shown<&Picture> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let picture = self.0;
        object!(serializer, {
            "verified": false,
            "documentElement": picture.root,
            "problems": picture.problems,
            "headers": Each(picture.headers.iter().map(Shown)),
            "encrypted": Each(picture.ciphertexts.iter().map(Shown)),
            "attachments": picture.attachments,
        })
    }
}

impl Serialize for Shown<&Header> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Attributes of several namespaces may have one local name, and an object has a name once.
        let attributes: BTreeMap<&str, &str> =
            self.0.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        object!(serializer, {
            "path": self.0.path,
            "attributes": attributes,
            "items": Each(self.0.items.iter().map(Shown)),
        })
    }
}

impl Serialize for Shown<&Item> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, {
            "name": self.0.name,
            "id": self.0.id,
            "says": self.0.facts,
            "valueFits": self.0.value_fits,
            "links": Each(self.0.links.iter().map(Shown)),
        })
    }
}

impl Serialize for Shown<&Link> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, {
            "kind": self.0.kind.word(),
            "reference": self.0.reference,
            "target": self.0.target.as_ref().map(|target| &*target.path),
            "method": self.0.method,
            "digestFits": self.0.fits,
            "causes": self.0.causes,
        })
    }
}

impl Serialize for Shown<&Ciphertext> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, { "what": self.0.what, "method": self.0.method, "for": Each(self.0.recipients.iter().map(|who| &**who)) })
    }
}
