//! Unicode normalisation of Latin letters: composed letters, and letters with combining marks.

use std::borrow::Cow;

use super::super::cause::Cause;
use super::super::edit::Edit;
use super::super::sketch::Sketch;

/// For each combining mark, pairs of a letter and the character that the letter becomes with the mark (Unicode,
/// UnicodeData.txt).
const MARKS: [(char, &str); 12] = [
    ('\u{300}', "AÀEÈIÌOÒUÙaàeèiìoòuùNǸnǹ"),
    ('\u{301}', "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzź"),
    ('\u{302}', "AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷ"),
    ('\u{303}', "AÃNÑOÕaãnñoõIĨiĩUŨuũ"),
    ('\u{304}', "AĀaāEĒeēIĪiīOŌoōUŪuū"),
    ('\u{306}', "AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭ"),
    ('\u{307}', "CĊcċEĖeėGĠgġIİZŻzż"),
    ('\u{308}', "AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸ"),
    ('\u{30A}', "AÅaåUŮuů"),
    ('\u{30B}', "OŐoőUŰuű"),
    ('\u{30C}', "CČcčDĎdďEĚeěNŇnňRŘrřSŠsšTŤtťZŽzžLĽlľGǦgǧ"),
    ('\u{327}', "CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţ"),
];

/// The edits that matter for text with such letters.
pub(super) fn all(sketch: &Sketch) -> Vec<Edit> {
    if !sketch.characters.other_than_ascii {
        return Vec::new();
    }
    let cause = |how: &str| Cause::UnicodeNormalized { how: how.into() };
    vec![
        Edit::values(cause("letters and their marks apart (NFD)"), decomposed),
        Edit::values(cause("letters and their marks together (NFC)"), composed),
    ]
}

fn decomposed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match apart(c) {
            Some((letter, mark)) => out.extend([letter, mark]),
            None => out.push(c),
        }
    }
    out.into()
}

fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match out.chars().last().and_then(|letter| together(letter, c)) {
            Some(whole) => {
                out.pop();
                out.push(whole);
            }
            None => out.push(c),
        }
    }
    out.into()
}

fn pairs(letters: &str) -> impl Iterator<Item = (char, char)> {
    letters.chars().step_by(2).zip(letters.chars().skip(1).step_by(2))
}

fn apart(c: char) -> Option<(char, char)> {
    MARKS
        .iter()
        .find_map(|(mark, letters)| pairs(letters).find(|(_, whole)| *whole == c).map(|(letter, _)| (letter, *mark)))
}

/// A letter with each mark that it takes.
pub(super) fn with_marks(letter: char) -> impl Iterator<Item = char> {
    MARKS
        .iter()
        .flat_map(move |(_, letters)| pairs(letters).filter(move |(known, _)| *known == letter).map(|(_, whole)| whole))
}

fn together(letter: char, mark: char) -> Option<char> {
    let (_, letters) = MARKS.iter().find(|(known, _)| *known == mark)?;
    pairs(letters).find(|(known, _)| *known == letter).map(|(_, whole)| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_marks_go_apart_and_together() {
        let whole = "Zürich, Łódź, façade, Dvořák";
        let apart = decomposed(whole);
        assert_eq!(apart, "Zu\u{308}rich, Ło\u{301}dz\u{301}, fac\u{327}ade, Dvor\u{30C}a\u{301}k");
        assert_eq!(composed(&apart), whole);
        assert!(MARKS.iter().all(|(_, letters)| letters.chars().count().is_multiple_of(2)));
    }
}
