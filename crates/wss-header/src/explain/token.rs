//! Canonical octets as tokens: tags, text, comments, processing instructions.
//!
//! A canonical form is so regular that it can be cut into its tokens without a parser, and written again octet for
//! octet. The edits of causes work on it; their output is only digested.

use std::borrow::Cow;

/// A piece of a canonical form. Text and values are escaped as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A start tag, from `<` to `>`.
    Start(&'t str),
    /// An end tag, from `<` to `>`.
    End(&'t str),
    Text(&'t str),
    Comment(&'t str),
    Instruction(&'t str),
}

impl<'t> Token<'t> {
    /// Its octets.
    pub(super) fn as_str(self) -> &'t str {
        match self {
            Self::Start(text) | Self::End(text) | Self::Text(text) | Self::Comment(text) | Self::Instruction(text) => {
                text
            }
        }
    }

    pub(super) fn is_blank(self) -> bool {
        matches!(self, Self::Text(text) if is_blank(text))
    }
}

/// Whether text is white space, carriage returns included.
pub(super) fn is_blank(text: &str) -> bool {
    text.split("&#xD;").all(|piece| piece.bytes().all(|octet| matches!(octet, b' ' | b'\t' | b'\n')))
}

/// Cuts a canonical form into its tokens.
pub(super) fn tokens(canonical: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = canonical;
    std::iter::from_fn(move || {
        let (token, len) = next(rest)?;
        rest = rest.get(len..)?;
        Some(token)
    })
}

fn next<'t>(rest: &'t str) -> Option<(Token<'t>, usize)> {
    let up_to = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    let take = |len: usize, of: fn(&'t str) -> Token<'t>| rest.get(..len).map(|text| (of(text), len));
    if !rest.starts_with('<') {
        let len = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        return if len == 0 { None } else { take(len, Token::Text) };
    }
    match rest.as_bytes().get(1) {
        Some(b'!') => take(up_to("-->"), Token::Comment),
        Some(b'?') => take(up_to("?>"), Token::Instruction),
        Some(b'/') => take(up_to(">"), Token::End),
        _ => take(tag_len(rest), Token::Start),
    }
}

/// The number of octets of a start tag. Values of attributes may contain `>`.
fn tag_len(tag: &str) -> usize {
    let mut quoted = false;
    let end = tag.bytes().position(|octet| {
        quoted ^= octet == b'"';
        octet == b'>' && !quoted
    });
    end.map_or(tag.len(), |at| at + 1)
}

/// A start tag in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag<'t> {
    /// The qualified name.
    pub(super) name: Cow<'t, str>,
    /// Prefix and escaped namespace name of each declaration; the prefix is empty for the default namespace.
    pub(super) namespaces: Vec<(Cow<'t, str>, Cow<'t, str>)>,
    /// Qualified name and escaped value of each attribute.
    pub(super) attributes: Vec<(Cow<'t, str>, Cow<'t, str>)>,
}

impl<'t> Tag<'t> {
    /// Reads a start tag of a canonical form.
    pub(super) fn read(tag: &'t str) -> Self {
        let inside = tag.trim_start_matches('<').trim_end_matches('>');
        let name_len = inside.find(' ').unwrap_or(inside.len());
        let (name, mut rest) = inside.split_at(name_len);
        let mut read = Self { name: name.into(), namespaces: Vec::new(), attributes: Vec::new() };
        while let Some((name, after)) = rest.trim_start().split_once("=\"") {
            let Some((value, after)) = after.split_once('"') else { break };
            match name.strip_prefix("xmlns") {
                Some("") => read.namespaces.push(("".into(), value.into())),
                Some(prefix) if prefix.starts_with(':') => {
                    read.namespaces.push((prefix.trim_start_matches(':').into(), value.into()));
                }
                _ => read.attributes.push((name.into(), value.into())),
            }
            rest = after;
        }
        read
    }

    /// Writes it as a canonical form does, with its declarations in order.
    pub(super) fn write(&mut self, out: &mut dyn FnMut(&str)) {
        self.namespaces.sort();
        out("<");
        out(&self.name);
        for (prefix, uri) in &self.namespaces {
            out(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            out(prefix);
            write_value(uri, out);
        }
        for (name, value) in &self.attributes {
            out(" ");
            out(name);
            write_value(value, out);
        }
        out(">");
    }

    /// Whether a name on the tag has this prefix.
    pub(super) fn uses(&self, prefix: &str) -> bool {
        let has = |name: &str| prefix_of(name) == prefix;
        has(&self.name) || (!prefix.is_empty() && self.attributes.iter().any(|(name, _)| has(name)))
    }
}

fn write_value(value: &str, out: &mut dyn FnMut(&str)) {
    out("=\"");
    out(value);
    out("\"");
}

/// The prefix of a qualified name; empty for none.
pub(super) fn prefix_of(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "<a xmlns=\"u\" xmlns:p=\"v\" b=\"1>2\" p:c=\"&quot;\"><!-- <x> --><?t a?>t&amp;<p:d></p:d></a>";

    #[test]
    fn tokens_are_the_form_in_pieces() {
        let all: Vec<_> = tokens(FORM).collect();
        assert_eq!(all.iter().map(|token| token.as_str()).collect::<String>(), FORM);
        assert_eq!(all.len(), 7, "{all:?}");
        assert!(matches!(all[2], Token::Instruction("<?t a?>")), "{all:?}");
    }

    #[test]
    fn a_tag_is_written_as_it_was_read() {
        let Some(Token::Start(start)) = tokens(FORM).next() else { panic!("a start tag") };
        let mut tag = Tag::read(start);
        assert_eq!((tag.namespaces.len(), tag.attributes.len()), (2, 2));
        let mut written = String::new();
        tag.write(&mut |piece| written.push_str(piece));
        assert_eq!(written, start);
        assert!(tag.uses("p") && tag.uses("") && !tag.uses("q"));
    }

    #[test]
    fn what_is_cut_off_ends_the_tokens() {
        for broken in ["<", "<a", "<!--", "<?", "</", "<a b=\"", "x<"] {
            assert_eq!(tokens(broken).map(Token::as_str).collect::<String>(), broken);
        }
    }
}
