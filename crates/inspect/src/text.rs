//! The picture as text for a terminal.

use std::io::{self, Write};

use ws_security::text::{after_cid, escaped};

use crate::picture::{Item, Link, LinkKind, Picture};

/// Writes the picture as lines. `paint` says whether problems are red and names are bold.
pub(crate) fn write(picture: &Picture, paint: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Out { out, paint };
    out.line(0, "Nothing below is verified: use `wss verify` for that.")?;
    for problem in &picture.problems {
        out.painted(0, "1;31", &format!("! {problem}"))?;
    }
    out.line(0, &format!("document element {}", picture.root))?;
    if picture.headers.is_empty() {
        out.line(0, "no Security header")?;
    }
    for header in &picture.headers {
        out.painted(0, "1", &format!("Security header at {}", header.path))?;
        header.attributes.iter().try_for_each(|(name, value)| out.line(1, &format!("{name} = {value}")))?;
        header.items.iter().try_for_each(|item| out.item(item))?;
    }
    for ciphertext in &picture.ciphertexts {
        let recipients = match ciphertext.recipients.join("; ") {
            nobody if nobody.is_empty() => "nobody by name".to_owned(),
            named => named,
        };
        out.line(0, &format!("encrypted: {} with {} for {recipients}", ciphertext.what, ciphertext.method))?;
    }
    picture.attachments.iter().try_for_each(|attachment| out.line(0, &format!("attachment: {attachment}")))
}

struct Out<'o> {
    out: &'o mut dyn Write,
    paint: bool,
}

impl Out<'_> {
    fn line(&mut self, depth: usize, text: &str) -> io::Result<()> {
        writeln!(self.out, "{:indent$}{}", "", escaped(text), indent = 2 * depth)
    }

    fn painted(&mut self, depth: usize, code: &str, text: &str) -> io::Result<()> {
        if !self.paint {
            return self.line(depth, text);
        }
        writeln!(self.out, "{:indent$}\x1b[{code}m{}\x1b[0m", "", escaped(text), indent = 2 * depth)
    }

    fn item(&mut self, item: &Item) -> io::Result<()> {
        let id = item.id.as_ref().map_or(String::new(), |id| format!(" #{id}"));
        self.painted(1, "1", &format!("{}{id}", item.name))?;
        for fact in &item.facts {
            if fact.starts_with("! ") { self.painted(2, "31", fact)? } else { self.line(2, fact)? }
        }
        item.links.iter().try_for_each(|link| self.link(link))
    }

    fn link(&mut self, link: &Link) -> io::Result<()> {
        let (word, reference) = (link.kind.word(), &link.reference);
        let line = match link.kind {
            LinkKind::Covers => {
                let otherwise = match after_cid(reference).is_some() {
                    true => "an attachment",
                    false if link.is_ambiguous => "more than one element",
                    false => "nothing",
                };
                let place = link.target.as_ref().map_or(otherwise, |target| &target.path);
                format!("{word} {reference} = {place} with {}", link.method.as_deref().unwrap_or("none"))
            }
            LinkKind::Key | LinkKind::Opens => format!("{word} {reference}"),
        };
        match link.fits {
            Some(false) => self.painted(2, "31", &format!("{line}: its digest does not fit")),
            _ => self.line(2, &line),
        }
    }
}
