//! Escapes: text that was escaped once more or once less, or has the escapes of another language.

use super::super::cause::Cause;
use super::super::edit::Edit;
use super::super::sketch::Sketch;
use super::super::token::{Tag, Token};

/// The most references of which each is escaped alone.
const ONE_BY_ONE: usize = 24;
/// The longest name of a reference, with its number.
const LONGEST: usize = 10;

/// The names that HTML has for U+00A0 to U+00FF, in their order.
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute \
    micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave \
    Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml \
    Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth \
    ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";
/// Other names of HTML.
const OTHERS: [(&str, char); 20] = [
    ("euro", '€'),
    ("hellip", '…'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("bull", '•'),
    ("trade", '™'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("Yuml", 'Ÿ'),
    ("dagger", '†'),
    ("permil", '‰'),
    ("zwnj", '\u{200C}'),
];

/// A place of characters, which decides how they are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Attribute,
}

type Rewrite = fn(&str, Place) -> String;

/// Edits of escapes, the most usual first.
pub(super) fn all(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    if sketch.characters.escape {
        edits.extend(everywhere_and_alone(|| Cause::EscapedTwice, unescaped_once));
        let how = "characters in place of the names that HTML has for them (as &ouml; for ö)";
        edits.push(in_both(Cause::CharacterReplaced { how: how.into() }, without_names));
    }
    edits.extend(everywhere_and_alone(|| Cause::EscapedOnceLess, escaped_again));
    edits.push(in_both(Cause::EscapedOnceLess, |text, _| text.replace("&amp;", "&amp;amp;")));
    edits
}

/// Edits of single references, and of the escapes of programs.
pub(super) fn less_usual(sketch: &Sketch) -> Vec<Edit> {
    let with = |how: &str| Cause::CharacterReplaced { how: how.into() };
    let markup = |how: &str| Cause::MarkupAsText { how: how.into() };
    let mut edits = vec![
        in_both(with("what the escapes of programs (as \\n for a line end) stand for"), without_backslashes),
        in_both(with("one apostrophe in place of each two, as SQL writes it"), |text, _| text.replace("''", "'")),
        in_both(with("one quotation mark in place of each two, as CSV writes it"), |text, place| {
            let quote = quote(place);
            text.replace(&quote.repeat(2), quote)
        }),
        in_both(with("straight quotation marks in place of curly ones"), |text, place| straight(text, place, &[])),
        in_both(
            with("straight quotation marks, hyphens and three dots in place of typographic ones"),
            |text, place| straight(text, place, &[("–", "-"), ("—", "-"), ("…", "...")]),
        ),
        in_both(with("line feeds in place of the line ends of other systems (U+0085, U+2028)"), |text, place| {
            let feed = if place == Place::Text { "\n" } else { "&#xA;" };
            text.replace(['\u{85}', '\u{2028}'], feed)
        }),
    ];
    if sketch.characters.escape {
        edits.push(in_both(markup("the text of CDATA sections, without <![CDATA[ and ]]> as text"), |text, _| {
            text.replace("&lt;![CDATA[", "").replace("]]&gt;", "")
        }));
        edits.extend((0..ONE_BY_ONE).map(|nth| one(nth, Cause::EscapedOnceLess)));
    }
    for (at, _) in &sketch.texts.values {
        let at = *at;
        edits.push(Edit::texts(markup("<![CDATA[ and ]]> as text around a text"), move |step, text| {
            if step.nth == at { format!("&lt;![CDATA[{text}]]&gt;").into() } else { text.into() }
        }));
        edits.push(Edit::texts(with("a text with the escapes of URLs (as %2F for /)"), move |step, text| {
            if step.nth == at { escaped_for_url(text).into() } else { text.into() }
        }));
    }
    edits
}

/// An edit of text, of the values of attributes, and of both.
fn everywhere_and_alone(cause: impl Fn() -> Cause, rewrite: Rewrite) -> [Edit; 3] {
    let both = in_both(cause(), rewrite);
    [both, in_places(cause(), Some(Place::Text), rewrite), in_places(cause(), Some(Place::Attribute), rewrite)]
}

fn in_both(cause: Cause, rewrite: Rewrite) -> Edit {
    in_places(cause, None, rewrite)
}

fn in_places(cause: Cause, only: Option<Place>, rewrite: Rewrite) -> Edit {
    let is_wanted = move |place| only.is_none_or(|only| only == place);
    Edit::tokens(cause, move |step, out| match step.token {
        Token::Text(text) if is_wanted(Place::Text) => out(&rewrite(text, Place::Text)),
        Token::Start(start) if is_wanted(Place::Attribute) && start.contains('=') => {
            let mut tag = Tag::read(start);
            for (_, value) in &mut tag.attributes {
                *value = rewrite(value, Place::Attribute).into();
            }
            tag.write(out);
        }
        token => out(token.as_str()),
    })
}

/// One reference of the form, by its number, escaped once more.
fn one(nth: usize, cause: Cause) -> Edit {
    Edit::new(cause, move |canonical, out| match canonical.match_indices('&').nth(nth) {
        Some((at, _)) => {
            let (before, behind) = canonical.split_at_checked(at + 1).unwrap_or((canonical, ""));
            [before, "amp;", behind].into_iter().for_each(|piece| out(piece.as_bytes()));
        }
        None => out(canonical.as_bytes()),
    })
}

/// The text with one level of escapes less.
fn unescaped_once(text: &str, place: Place) -> String {
    with_characters(text, place, |name| match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => of_number(name),
    })
}

fn of_number(name: &str) -> Option<char> {
    let number = name.strip_prefix('#')?;
    let read = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(read.ok()?).filter(|c| !c.is_control() || "\t\n\r".contains(*c))
}

/// The text with characters in place of the names of HTML.
fn without_names(text: &str, place: Place) -> String {
    with_characters(text, place, |name| {
        let latin = LATIN.split_whitespace().zip('\u{A0}'..='\u{FF}');
        latin.chain(OTHERS).find(|(known, _)| *known == name).map(|(_, c)| c)
    })
}

/// The text with characters in place of the escaped references that `of` knows by name.
fn with_characters(text: &str, place: Place, of: fn(&str) -> Option<char>) -> String {
    let mut pieces = text.split("&amp;");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let named = piece.split_once(';').filter(|(name, _)| name.len() < LONGEST);
        match named.and_then(|(name, rest)| Some((of(name)?, rest))) {
            Some((c, rest)) => {
                push(&mut out, c, place);
                out.push_str(rest);
            }
            None => out.extend(["&amp;", piece]),
        }
    }
    out
}

/// Writes a character as canonical forms do at this place.
fn push(out: &mut String, c: char, place: Place) {
    match (c, place) {
        ('&', _) => out.push_str("&amp;"),
        ('<', _) => out.push_str("&lt;"),
        ('>', Place::Text) => out.push_str("&gt;"),
        ('"', Place::Attribute) => out.push_str("&quot;"),
        ('\t', Place::Attribute) => out.push_str("&#x9;"),
        ('\n', Place::Attribute) => out.push_str("&#xA;"),
        ('\r', _) => out.push_str("&#xD;"),
        _ => out.push(c),
    }
}

fn quote(place: Place) -> &'static str {
    if place == Place::Text { "\"" } else { "&quot;" }
}

/// The text with one level of escapes more.
fn escaped_again(text: &str, _: Place) -> String {
    text.replace('&', "&amp;")
}

/// The text without the escapes of strings in programs.
fn without_backslashes(text: &str, place: Place) -> String {
    let text = if place == Place::Attribute { text.replace("\\&quot;", "&quot;") } else { text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, rest.clone().next()) {
            ('\\', Some(escaped @ ('n' | 'r' | 't'))) => {
                let c = if escaped == 'n' {
                    '\n'
                } else if escaped == 'r' {
                    '\r'
                } else {
                    '\t'
                };
                push(&mut out, c, place);
                rest.next();
            }
            ('\\', Some(escaped @ ('"' | '\'' | '\\' | '/'))) => {
                out.push(escaped);
                rest.next();
            }
            _ => out.push(c),
        }
    }
    out
}

fn straight(text: &str, place: Place, others: &[(&str, &str)]) -> String {
    let quoted = text.replace(['“', '”', '„'], quote(place)).replace(['‘', '’', '‚'], "'");
    others.iter().fold(quoted, |text, (from, to)| text.replace(from, to))
}

/// The text as it is inside a URL.
fn escaped_for_url(text: &str) -> String {
    let plain = super::octets::unescaped(text);
    let is_kept = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.~!*'()".contains(&octet);
    let escaped = |octet: u8| if is_kept(octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") };
    plain.bytes().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_escaped_as_their_place_needs() {
        let text = "a &amp;amp; &amp;lt;b&amp;gt; &amp;quot;c&amp;quot; &amp;#39; &amp;#xe9; &amp;none; &amp;";
        assert_eq!(unescaped_once(text, Place::Text), "a &amp; &lt;b&gt; \"c\" ' é &amp;none; &amp;");
        assert_eq!(unescaped_once(text, Place::Attribute), "a &amp; &lt;b> &quot;c&quot; ' é &amp;none; &amp;");
        assert_eq!(without_names("&amp;ouml;&amp;nbsp;&amp;yuml;&amp;euro;", Place::Text), "ö\u{A0}ÿ€");
        assert_eq!(without_backslashes("a\\nb\\\"c\\x", Place::Text), "a\nb\"c\\x");
        assert_eq!(without_backslashes("a\\nb\\&quot;", Place::Attribute), "a&#xA;b&quot;");
    }
}
