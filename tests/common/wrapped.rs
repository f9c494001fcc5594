//! The wrapping generator for messages of peers: the genuine part in every other place and dress, a forged one in its place,
//! with every kind of Id.

use ws_security::c14n::{Document, Limits, Splices};

use crate::common::SOAP11;

/// Calls `judge` with each message that wraps the part; returns how many there were.
pub(crate) fn wrapped(golden: &str, local: &str, judge: impl Fn(&str)) -> usize {
    let document = Document::parse(golden, &Limits::default()).expect("well-formed");
    let part = document.elements().find(|element| element.name().local == local).expect("the part");
    let genuine = &golden[part.span()];
    let changes = [
        (">sent<", ">forged<"),
        (">42<", ">forged<"),
        (">47.11<", ">forged<"),
        (">1499.90<", ">forged<"),
        (">2026-", ">2036-"),
        (">ann<", ">forged<"),
        ("<xenc:EncryptedData ", "forged<xenc:EncryptedData "),
    ];
    let (from, to) = changes.into_iter().find(|(from, _)| genuine.contains(from)).expect("something to forge");
    let forged = genuine.replace(from, to);
    let start = [" wsu:Id=\"", " Id=\"", " ID=\"", " AssertionID=\""]
        .into_iter()
        .filter_map(|kind| forged.find(kind))
        .min()
        .expect("an Id");
    let value = start + forged[start..].find('"').expect("a value") + 1;
    let end = value + forged[value..].find('"').expect("its end");
    let id = &forged[value..end];
    let wsu = "xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"";
    let is_declared = forged[..forged.find('>').expect("a tag")].contains("xmlns:wsu");
    let wsu = if is_declared { "" } else { wsu };
    let ids = [
        String::new(),
        format!(" Id=\"{id}\""),
        format!(" wsu:Id=\"{id}\" {wsu}"),
        format!(" xml:id=\"{id}\""),
        " Id=\"fresh\"".to_owned(),
        format!(" Id=\"{id}\" wsu:Id=\"fresh\" {wsu}"),
    ];
    let dresses = [
        genuine.to_owned(),
        format!("<v:x xmlns:v=\"urn:w\">{genuine}</v:x>"),
        format!("<soap:Header xmlns:soap=\"{SOAP11}\">{genuine}</soap:Header>"),
        format!("<e:Envelope xmlns:e=\"{SOAP11}\"><e:Header></e:Header>{genuine}</e:Envelope>"),
    ];
    let mut tried = 0;
    for id in &ids {
        let forged = format!("{}{id}{}", &forged[..start], &forged[end + 1..]);
        for dress in &dresses {
            for host in document.elements().filter(|host| !part.contains(*host) && !host.is_empty_tag()) {
                for place in [host.content_span().start, host.content_span().end] {
                    let mut splices = Splices::new();
                    splices.replace(part.span(), forged.clone());
                    splices.insert(place, dress.clone());
                    judge(&splices.apply(golden).text);
                    tried += 1;
                }
            }
        }
    }
    tried
}
