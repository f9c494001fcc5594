//! The picture as one self-contained page: the header as a drawing, and the message beside it.

use std::io::{self, Write};
use std::ops::Range;

use ws_security::c14n::Document;

use crate::page::{self, Marks, escaped};
use crate::picture::{Header, Item, Link, LinkKind, Picture};

/// Writes the page.
pub(crate) fn write(picture: &Picture, document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let problems: String = picture.problems.iter().map(|problem| format!("<li>{}</li>", escaped(problem))).collect();
    let problems = match problems.is_empty() {
        true => {
            "<p id=\"problems\">Every digest, and every signature value, that can be checked with what the message has \
                 fits. Whose keys they are, and what must be signed, is not judged here.</p>"
                .to_owned()
        }
        false => format!("<ul id=\"problems\" class=\"bad\">{problems}</ul>"),
    };
    let findings = |out: &mut dyn Write| {
        if picture.headers.is_empty() {
            out.write_all(b"<p>The message has no Security header.</p>")?;
        }
        picture.headers.iter().try_for_each(|of| header(of, out))?;
        write!(out, "{}{}", ciphertexts(picture), attachments(picture))
    };
    page::Frame {
        title: "Security of a message",
        style: STYLE,
        header: format!(
            "<h1>Security of a message <i>({})</i></h1><p>Nothing here is verified: <code>wss verify</code> does that.</p>\
             {problems}",
            escaped(&picture.root)
        ),
        findings: &findings,
        key: "<span class=\"key covered\">signed</span> <span class=\"key broken\">digest does not fit</span> \
              <span class=\"key encrypted\">encrypted</span>",
        message: (document, marks(picture)),
        script: SCRIPT,
    }
    .write(out)
}

/// The marks of elements that are signed, that are not as they were signed, that are encrypted, or that the drawing
/// shows.
fn marks(picture: &Picture) -> Marks {
    let mut marks = Marks::default();
    for header in &picture.headers {
        marks.add(&header.span, "item");
        for item in &header.items {
            marks.add(&item.span, "item");
            for link in &item.links {
                let Some(target) = &link.target else { continue };
                marks.add(
                    &target.span,
                    match (link.kind, link.fits) {
                        (LinkKind::Covers, Some(false)) => "broken",
                        (LinkKind::Covers, _) => "covered",
                        (LinkKind::Key, _) => "item",
                        (LinkKind::Opens, _) => "encrypted",
                    },
                );
            }
        }
    }
    picture.ciphertexts.iter().for_each(|ciphertext| marks.add(&ciphertext.span, "encrypted"));
    marks
}

fn header(header: &Header, out: &mut dyn Write) -> io::Result<()> {
    let said: String = header
        .attributes
        .iter()
        .map(|(name, value)| format!("<li>{} = {}</li>", escaped(name), escaped(value)))
        .collect();
    write!(out, "<h2>{}</h2><ul>{said}</ul>", to(&header.span, "Security header"))?;
    header.items.iter().try_for_each(|item| self::item(item, out))
}

fn item(item: &Item, out: &mut dyn Write) -> io::Result<()> {
    let id = item.id.as_ref().map_or(String::new(), |id| format!(" <code>#{}</code>", escaped(id)));
    let facts: String = item.facts.iter().map(|fact| self::fact(fact)).collect();
    write!(
        out,
        "<article class=\"{}{}\" id=\"i{}\"><h3>{}{id}</h3><ul>{facts}",
        escaped(&item.name),
        state(item),
        item.span.start,
        to(&item.span, &item.name)
    )?;
    item.links.iter().try_for_each(|of| out.write_all(link(of).as_bytes()))?;
    out.write_all(b"</ul></article>")
}

fn fact(fact: &str) -> String {
    match fact.strip_prefix("! ") {
        Some(problem) => format!("<li class=\"broken\"><b>{}</b></li>", escaped(problem)),
        None => format!("<li>{}</li>", escaped(fact)),
    }
}

/// The class of an item that is signed: one is broken if its value or any of its digests does not fit, and fits if its value
/// does.
fn state(item: &Item) -> &'static str {
    let is_broken = item.links.iter().any(|link| link.fits == Some(false));
    match item.value_fits {
        Some(false) => " broken",
        _ if is_broken => " broken",
        Some(true) => " fits",
        None => "",
    }
}

fn link(link: &Link) -> String {
    let (class, says) = match link.fits {
        Some(true) => ("fits", " <b>digest fits</b>"),
        Some(false) => ("broken", " <b>digest does not fit</b>"),
        None if link.kind == LinkKind::Covers => ("", " <i>digest not checked</i>"),
        None => ("", ""),
    };
    let place = match &link.target {
        Some(target) => to(&target.span, &target.path),
        None => escaped(&link.reference),
    };
    let method = link.method.as_ref().map_or(String::new(), |method| format!(" <small>{}</small>", escaped(method)));
    let causes: String = link.causes.iter().map(|cause| format!("<br>{}", escaped(cause))).collect();
    format!("<li class=\"link {class}\">{} → {place}{says}{method}{causes}</li>", link.kind.word())
}

fn ciphertexts(picture: &Picture) -> String {
    let listed: String = picture
        .ciphertexts
        .iter()
        .map(|data| {
            let (place, method) = (to(&data.span, &data.what), escaped(&data.method));
            let recipients: String = data.recipients.iter().map(|who| format!("<br>for {}", escaped(who))).collect();
            format!("<li>{place} <small>{method}</small>{recipients}</li>")
        })
        .collect();
    if listed.is_empty() { String::new() } else { format!("<h2>Encrypted</h2><ul class=\"encrypted\">{listed}</ul>") }
}

fn attachments(picture: &Picture) -> String {
    let listed: String = picture.attachments.iter().map(|said| format!("<li>{}</li>", escaped(said))).collect();
    if listed.is_empty() { String::new() } else { format!("<h2>Attachments</h2><ul>{listed}</ul>") }
}

/// A link to the mark of an element in the message.
fn to(span: &Range<usize>, text: &str) -> String {
    format!("<a href=\"#{}\">{}</a>", page::anchor(span), page::path(text))
}

const STYLE: &str = "\
article.fits{border-left-color:var(--covered-line)}article.broken{border-left-color:var(--broken-line)}article.EncryptedKey{border-left-color:var(--encrypted-line)}\
li.link{list-style:none;margin-left:-1.1rem;padding-left:.6rem;border-left:2px solid var(--line)}\
li.fits{border-color:var(--covered-line)}li.fits b{color:var(--covered-line)}li.broken{border-color:var(--broken-line)}li.broken b{color:var(--broken-line)}\
.encrypted:not(ul){background:var(--encrypted);box-shadow:0 0 0 1px var(--encrypted-line)}";

const SCRIPT: &str = "\
follow('#drawing a');\
document.documentElement.dataset.ready=String(document.querySelectorAll('article').length);";
