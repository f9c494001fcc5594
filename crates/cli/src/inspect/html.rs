//! The picture as one self-contained page: the header as a drawing, and the message beside it.

use std::ops::Range;

use ws_security::c14n::Document;

use super::picture::{Header, Item, Link, LinkKind, Picture};
use crate::page::{self, FOLLOW, Marks, escaped};

/// The page.
pub(super) fn page(picture: &Picture, document: &Document<'_>) -> String {
    let problems: String = picture.problems.iter().map(|problem| format!("<li>{}</li>", escaped(problem))).collect();
    let problems = match problems.is_empty() {
        true => {
            "<p id=\"problems\">Every digest that can be checked without keys fits. Signatures, keys and places are \
                 not judged here.</p>"
                .to_owned()
        }
        false => format!("<ul id=\"problems\" class=\"bad\">{problems}</ul>"),
    };
    let headers: String = picture.headers.iter().map(header).collect();
    let headers = if headers.is_empty() { "<p>The message has no Security header.</p>".to_owned() } else { headers };
    format!(
        "{}<header><h1>Security of a message <i>({})</i></h1><p>Nothing here is verified: \
         <code>wss verify</code> does that.</p>{problems}</header>\
         <main><section id=\"drawing\">{headers}{}{}</section>\
         <section id=\"source\"><p class=\"tools\"><label><input type=\"checkbox\" id=\"namespaces\"> namespaces</label> \
         <span class=\"key covered\">signed</span> <span class=\"key broken\">digest does not fit</span> \
         <span class=\"key encrypted\">encrypted</span></p>\
         <pre id=\"message\">{}</pre></section></main><script>{FOLLOW}{SCRIPT}</script></body></html>\n",
        page::head("Security of a message", STYLE),
        escaped(&picture.root),
        ciphertexts(picture),
        attachments(picture),
        page::message(document, &marks(picture))
    )
}

/// What is signed, what is not as it was signed, what is encrypted, and what the drawing shows.
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

fn header(header: &Header) -> String {
    let said: String = header
        .attributes
        .iter()
        .map(|(name, value)| format!("<li>{} = {}</li>", escaped(name), escaped(value)))
        .collect();
    let items: String = header.items.iter().map(item).collect();
    format!("<h2>{}</h2><ul>{said}</ul>{items}", to(&header.span, "Security header"))
}

fn item(item: &Item) -> String {
    let id = item.id.as_ref().map_or(String::new(), |id| format!(" <code>#{}</code>", escaped(id)));
    let facts: String = item.facts.iter().map(|fact| format!("<li>{}</li>", escaped(fact))).collect();
    let links: String = item.links.iter().map(link).collect();
    format!(
        "<article class=\"{}\" id=\"i{}\"><h3>{}{id}</h3><ul>{facts}{links}</ul></article>",
        escaped(&item.name),
        item.span.start,
        to(&item.span, &item.name)
    )
}

fn link(link: &Link) -> String {
    let (class, says) = match link.fits {
        Some(true) => ("fits", " <b>digest fits</b>"),
        Some(false) => ("broken", " <b>digest does not fit</b>"),
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
        .map(|data| format!("<li>{} <small>{}</small></li>", to(&data.span, &data.what), escaped(&data.method)))
        .collect();
    if listed.is_empty() { String::new() } else { format!("<h2>Encrypted</h2><ul class=\"encrypted\">{listed}</ul>") }
}

fn attachments(picture: &Picture) -> String {
    let listed: String = picture.attachments.iter().map(|said| format!("<li>{}</li>", escaped(said))).collect();
    if listed.is_empty() { String::new() } else { format!("<h2>Attachments</h2><ul>{listed}</ul>") }
}

/// A link to the mark of an element in the message.
fn to(span: &Range<usize>, text: &str) -> String {
    format!("<a href=\"#{}\">{}</a>", page::anchor(span), escaped(text))
}

const STYLE: &str = "\
:root{--ink:#1d2330;--soft:#5c667c;--paper:#fff;--ground:#f5f6f9;--line:#d9dde6;--link:#2459a6;\
--covered:#e2f3e6;--covered-line:#3b9b5f;--broken:#fde3e3;--broken-line:#d64545;--encrypted:#e9e4fb;--encrypted-line:#7a5bd0;--shown:#d9a400}\
@media(prefers-color-scheme:dark){:root{--ink:#e4e8f1;--soft:#9aa5bd;--paper:#161a22;--ground:#0f1218;--line:#2b3342;--link:#8fb6f3;\
--covered:#15301f;--covered-line:#4fb274;--broken:#3b1a1c;--broken-line:#e06767;--encrypted:#261f42;--encrypted-line:#9c83ea;--shown:#e0b53a}}\
*{box-sizing:border-box}\
body{font:15px/1.45 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--ground)}\
header{padding:.7rem 1.2rem;background:var(--paper);border-bottom:1px solid var(--line)}\
h1{font-size:1.1rem;margin:0;overflow-wrap:anywhere}h1 i,small{font-weight:400;color:var(--soft)}header p{margin:.3rem 0}\
a{color:var(--link)}code{font-size:.85em;overflow-wrap:anywhere}\
#problems.bad{margin:.4rem 0;padding:.5rem .5rem .5rem 1.6rem;background:var(--broken);border-left:4px solid var(--broken-line);border-radius:4px}\
\
main{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr);gap:1px}\
#drawing,#source{padding:1rem;min-width:0}#source{background:var(--paper)}\
h2{font-size:.95rem;margin:1rem 0 .4rem}h3{font-size:.9rem;margin:0}ul{margin:.2rem 0;padding-left:1.1rem;overflow-wrap:anywhere}\
article{background:var(--paper);border:1px solid var(--line);border-left:4px solid var(--soft);border-radius:4px;margin:.5rem 0;padding:.5rem .7rem}\
article.Signature{border-left-color:var(--covered-line)}article.EncryptedKey{border-left-color:var(--encrypted-line)}\
li.link{list-style:none;margin-left:-1.1rem;padding-left:.6rem;border-left:2px solid var(--line)}\
li.fits{border-color:var(--covered-line)}li.fits b{color:var(--covered-line)}li.broken{border-color:var(--broken-line)}li.broken b{color:var(--broken-line)}\
small{overflow-wrap:anywhere;font-size:.78rem}\
#message{font:12.5px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:0}\
mark,.key{background:none;color:inherit;border-radius:3px}\
.covered{background:var(--covered);box-shadow:0 0 0 1px var(--covered-line)}\
.encrypted:not(ul){background:var(--encrypted);box-shadow:0 0 0 1px var(--encrypted-line)}\
.broken:not(li){background:var(--broken);box-shadow:0 0 0 1px var(--broken-line)}\
.key{padding:0 .4rem;font-size:.8rem}.tools{margin:0 0 .6rem}\
mark:target,mark.shown{box-shadow:0 0 0 3px var(--shown)}\
.cut{color:var(--soft)}.ns{display:none;color:var(--soft)}.all .ns{display:inline}\
@media(max-width:760px){main{grid-template-columns:minmax(0,1fr)}}";

const SCRIPT: &str = "\
const box=document.getElementById('namespaces'),pre=document.getElementById('message');\
box.addEventListener('change',()=>pre.classList.toggle('all',box.checked));\
follow('#drawing a');\
document.documentElement.dataset.ready=String(document.querySelectorAll('article').length);\
document.documentElement.dataset.wide=String(document.documentElement.scrollWidth>document.documentElement.clientWidth);";
