//! The picture as JSON.

use serde_json::{Value, json};

use crate::picture::{Header, Item, Link, Picture};

pub(crate) fn json(picture: &Picture) -> Value {
    let ciphertexts = picture.ciphertexts.iter().map(|data| {
        let recipients: Vec<&str> = data.recipients.iter().map(|who| &**who).collect();
        json!({ "what": data.what, "method": data.method, "for": recipients })
    });
    json!({
        "verified": false,
        "documentElement": picture.root,
        "problems": picture.problems,
        "headers": picture.headers.iter().map(header).collect::<Vec<_>>(),
        "encrypted": ciphertexts.collect::<Vec<_>>(),
        "attachments": picture.attachments,
    })
}

fn header(header: &Header) -> Value {
    let attributes: serde_json::Map<_, _> =
        header.attributes.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "path": header.path,
        "attributes": attributes,
        "items": header.items.iter().map(item).collect::<Vec<_>>(),
    })
}

fn item(item: &Item) -> Value {
    json!({
        "name": item.name,
        "id": item.id,
        "says": item.facts,
        "valueFits": item.value_fits,
        "links": item.links.iter().map(link).collect::<Vec<_>>(),
    })
}

fn link(link: &Link) -> Value {
    json!({
        "kind": link.kind.word(),
        "reference": link.reference,
        "target": link.target.as_ref().map(|target| &*target.path),
        "method": link.method,
        "digestFits": link.fits,
        "causes": link.causes,
    })
}
