//! Random documents with the difficult parts for a reader and a canonicaliser, some of which must be refused.

use crate::choices::Choices;

const NAMES: [&str; 12] = ["a", "b", "p:a", "q:b", "long-name", "ünï", "p:long", "_x", "xml:a", "q:ä", "b.c", "p:b"];
const URIS: [&str; 9] =
    ["urn:a", "urn:b", "http://c.example/", "urn:ä", "", "urn:a&amp;b", " urn:a ", "rel", "urn:&#65;"];
const VALUES: [&str; 13] = [
    "",
    "1",
    "a&lt;b",
    "\t&#9;&#xA;\r\n",
    "é>",
    "&amp;&quot;&apos;",
    "a  b",
    "&#13;x",
    "p:a",
    "&#x10FFFF;",
    "]]&gt;",
    "> <",
    "\u{85}",
];
const TEXTS: [&str; 16] = [
    "text",
    " ",
    "\r\n",
    "\r",
    "&#13;",
    "&lt;&amp;&gt;",
    "ä€𝄞",
    "<![CDATA[<&>\r\n]]>",
    "<![CDATA[]]>",
    "]] >",
    "a>b",
    "\t",
    "&#9;&#10;",
    "\u{2028}",
    "<![CDATA[]]]]><![CDATA[>]]>",
    "\"'",
];
const MISC: [&str; 9] = [
    "<!-- c -->",
    "<!--\r\n-->",
    "<?p?>",
    "<?p d?>",
    "<?p  d \r\n?>",
    "<!---->",
    "<?p ?>",
    "<!-- & < -->",
    "<?a-b\t?x?>",
];

/// A document.
#[must_use]
pub fn document(choices: &mut Choices<'_>) -> String {
    let mut out = String::new();
    if choices.one_in(4) {
        out.push_str("<?xml version=\"1.0\" encoding='UTF-8'?>\n");
    }
    misc(choices, &mut out);
    element(choices, 0, &mut out);
    misc(choices, &mut out);
    out
}

/// What is put into a document to change it, by [`changed`].
const PIECES: [&str; 34] = [
    "<",
    ">",
    "/",
    "=",
    "\"",
    "'",
    " ",
    "\n",
    "&",
    ";",
    "&amp;",
    "&#13;",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "?>",
    "<?p ",
    "\u{1}",
    "\u{7F}",
    "\u{FFFE}",
    "\u{FFFD}",
    "é",
    "x",
    ":",
    " xmlns:p=\"urn:p\"",
    " xmlns=\"urn:d\"",
    "-",
    ".",
    "1",
    " a=\"1\"",
    " p:b='2'",
    "</",
    "/>",
];

/// A document in which up to three places were replaced by nothing, by markup or by another part of it.
#[must_use]
pub fn changed(source: &str, choices: &mut Choices<'_>) -> String {
    let mut characters: Vec<char> = source.chars().collect();
    for _ in 0..1 + choices.below(3) {
        let at = choices.below(characters.len() + 1);
        let until = (at + choices.below(6)).min(characters.len());
        let piece: Vec<char> = match choices.below(3) {
            0 => Vec::new(),
            1 => choices.pick(&PIECES).chars().collect(),
            _ => {
                let from = choices.below(characters.len() + 1);
                characters[from..(from + choices.below(30)).min(characters.len())].to_vec()
            }
        };
        characters.splice(at..until, piece);
    }
    characters.into_iter().collect()
}

fn misc(choices: &mut Choices<'_>, out: &mut String) {
    for _ in 0..choices.below(3) {
        out.push_str(choices.pick(&MISC));
        out.push_str(choices.pick(&["", "\n", "\r\n"]));
    }
}

fn element(choices: &mut Choices<'_>, depth: usize, out: &mut String) {
    let name = choices.pick(&NAMES);
    out.push_str(&format!("<{name}"));
    let mut seen: Vec<String> = Vec::new();
    if depth == 0 && !choices.one_in(8) {
        for prefix in ["p", "q"] {
            out.push_str(&format!(" xmlns:{prefix}=\"{}\"", choices.pick(&URIS[..4])));
            seen.push(format!("xmlns:{prefix}"));
        }
    }
    for _ in 0..choices.below(4) {
        let (attribute, value) = if choices.one_in(2) {
            let prefix = choices.pick(&["", ":p", ":q", ":unused", ":xml", ":r"]);
            (format!("xmlns{prefix}"), choices.pick(&URIS))
        } else {
            let names = ["z", "y", "p:w", "q:w", "xml:lang", "xml:space", "xml:id", "p:z", "w", "r:z"];
            ((choices.pick(&names)).to_owned(), choices.pick(&VALUES))
        };
        if seen.contains(&attribute) && !choices.one_in(16) {
            continue;
        }
        let quote = choices.pick(&["\"", "'"]);
        let space = choices.pick(&[" ", " ", "\n", "\t ", "\r\n"]);
        let equals = choices.pick(&["=", "=", " = "]);
        out.push_str(&format!("{space}{attribute}{equals}{quote}{value}{quote}"));
        seen.push(attribute);
    }
    let count = if depth > 6 { 0 } else { choices.below(5) };
    if count == 0 && choices.one_in(2) {
        out.push_str(choices.pick(&["/>", " />"]));
        return;
    }
    out.push_str(choices.pick(&[">", ">", "\n>"]));
    for _ in 0..count {
        match choices.below(8) {
            0..4 => element(choices, depth + 1, out),
            4 => out.push_str(choices.pick(&MISC)),
            _ => out.push_str(choices.pick(&TEXTS)),
        }
    }
    out.push_str(&format!("</{name}{}", choices.pick(&[">", ">", " >"])));
}
