//! A sketch of a canonical form: a summary of its content, so that only edits are tried that could change something.

use std::collections::BTreeSet;

use super::edit::steps;
use super::token::{Tag, Token, is_blank};

/// The largest number of names that are collected of each kind.
const MOST: usize = 48;
/// The largest number of octets of a name that is collected.
const LONGEST: usize = 256;

/// The content of a canonical form, as far as edits ask for it.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    /// Prefixes and the namespaces that they are bound to, wherever.
    pub(super) namespaces: BTreeSet<(String, String)>,
    /// The same, in the order in which they are declared.
    pub(super) in_order: Vec<(String, String)>,
    pub(super) texts: Texts,
    /// The prefixes that the apex declares, with their namespaces.
    pub(super) at_apex: BTreeSet<(String, String)>,
    /// Qualified names of attributes.
    pub(super) attributes: BTreeSet<String>,
    /// Attributes with short values, each with the number of its token.
    pub(super) attribute_values: Vec<(usize, String, String)>,
    pub(super) apex: Apex,
    /// Qualified names of elements inside the apex, in document order, one entry for each.
    pub(super) elements: Vec<String>,
    pub(super) blanks: Blanks,
    pub(super) characters: Characters,
    pub(super) has_instruction: bool,
    /// Whether a tag has `xmlns=""`.
    pub(super) has_undeclared: bool,
    /// The apex contains no element.
    pub(super) is_flat: bool,
    pub(super) is_empty: bool,
}

/// The outermost element.
#[derive(Debug, Default)]
pub(super) struct Apex {
    /// Its qualified name.
    pub(super) name: String,
    /// The qualified names of its attributes.
    pub(super) attributes: Vec<String>,
}

/// Texts, each with the number of its token.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// The texts that are short and not blank, with their numbers.
    pub(super) values: Vec<(usize, String)>,
    /// White space between tags.
    pub(super) gaps: Vec<(usize, String)>,
    /// The number of octets of the longest one that is not blank.
    pub(super) longest: usize,
}

/// The places of white space.
#[derive(Debug, Default)]
pub(super) struct Blanks {
    pub(super) between: bool,
    /// White space that is all the content of an element.
    pub(super) alone: bool,
    /// Whether there is white space around text.
    pub(super) padding: bool,
}

/// The kinds of characters in it.
#[derive(Debug, Default)]
pub(super) struct Characters {
    pub(super) carriage_return: bool,
    pub(super) line_feed: bool,
    pub(super) tab: bool,
    pub(super) other_than_ascii: bool,
    /// U+FFFD.
    pub(super) replacement: bool,
    pub(super) escape: bool,
}

impl Blanks {
    fn note(&mut self, is_alone: bool) {
        if is_alone {
            self.alone = true;
        } else {
            self.between = true;
        }
    }
}

impl Characters {
    fn of(canonical: &str) -> Self {
        Self {
            carriage_return: canonical.contains("&#xD;"),
            line_feed: canonical.contains('\n'),
            tab: canonical.contains('\t'),
            other_than_ascii: !canonical.is_ascii(),
            replacement: canonical.contains('\u{FFFD}'),
            escape: canonical.contains("&amp;") || canonical.contains("&lt;"),
        }
    }
}

impl Sketch {
    pub(super) fn of(canonical: &str) -> Self {
        let mut sketch =
            Self { characters: Characters::of(canonical), is_flat: true, is_empty: true, ..Self::default() };
        steps(canonical, |step| match step.token {
            Token::Start(start) => sketch.add(&Tag::read(start), step.depth, step.nth),
            Token::Text(text) if is_blank(text) && sketch.texts.gaps.len() < MOST && text.len() < LONGEST => {
                sketch.blanks.note(step.is_alone());
                sketch.texts.gaps.push((step.nth, text.to_owned()));
            }
            Token::Text(text) if is_blank(text) => sketch.blanks.note(step.is_alone()),
            Token::Text(text) => {
                sketch.blanks.padding |= text.trim().len() != text.len();
                sketch.texts.longest = sketch.texts.longest.max(text.len());
                sketch.is_empty = false;
                if sketch.texts.values.len() < MOST && text.len() < LONGEST {
                    sketch.texts.values.push((step.nth, text.to_owned()));
                }
            }
            Token::Instruction(_) => sketch.has_instruction = true,
            Token::End(_) | Token::Comment(_) => {}
        });
        sketch
    }

    fn add(&mut self, tag: &Tag<'_>, depth: usize, nth: usize) {
        if depth == 0 && tag.name.len() < LONGEST {
            self.apex.name = tag.name.to_string();
        }
        if depth > 0 {
            (self.is_flat, self.is_empty) = (false, false);
            if self.elements.len() < 2 * MOST && tag.name.len() < LONGEST {
                self.elements.push(tag.name.to_string());
            }
        }
        for (prefix, uri) in &tag.namespaces {
            self.has_undeclared |= uri.is_empty();
            let pair = (prefix.to_string(), uri.to_string());
            if pair.0.len() + pair.1.len() > LONGEST || uri.is_empty() {
                continue;
            }
            if depth == 0 {
                self.at_apex.insert(pair.clone());
            }
            if self.namespaces.len() < MOST && self.namespaces.insert(pair.clone()) {
                self.in_order.push(pair);
            }
        }
        for (name, value) in &tag.attributes {
            if self.attribute_values.len() < MOST && name.len() + value.len() < LONGEST {
                self.attribute_values.push((nth, name.to_string(), value.to_string()));
            }
            if depth == 0 && self.apex.attributes.len() < MOST && name.len() < LONGEST {
                self.apex.attributes.push(name.to_string());
            }
            if self.attributes.len() < MOST && name.len() < LONGEST && !self.attributes.contains(name.as_ref()) {
                self.attributes.insert(name.to_string());
            }
        }
    }
}
