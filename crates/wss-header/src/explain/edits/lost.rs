//! Characters that were lost or misread on the way, because an encoding has no such letter or was mistaken for another.

use wss_text::Slice as _;

use super::super::cause::Cause;
use super::super::edit::Edit;
use super::super::sketch::Sketch;
use super::super::token::{Tag, Token};
use super::changed::only;
use super::characters::{octet_of, of_windows_1252};
use super::unicode;

/// The letters and signs that are lost most often: those of western Europe, of typography, and of central Europe.
const LOST: &str = "äöüßéèàçñ€–’“”ÄÖÜêëâáíóúîïôûùåøæãõÉÀ…„‘—°§£«»ìòÅØÆÑÇšžčřěýůćłńśźżąęőűşğıŠŽČŁ²³½·®©™\u{A0}";
/// The number of these letters that are tried in the place of a dropped one.
const USUAL: usize = 16;
/// The characters without width that are left out most often.
const UNSEEN: [char; 4] = ['\u{200B}', '\u{AD}', '\u{FEFF}', '\u{200E}'];
/// The largest number of places where they are tried.
const PLACES: usize = 100;
/// The largest number of edits of one kind.
const MOST: usize = 2_500;
/// The octets for which windows-1252 has no character.
const UNDEFINED: [u8; 5] = [0x9D, 0x81, 0x8D, 0x8F, 0x90];

/// Edits that undo a wrong reading of the encoding, for each text that shows signs of one.
pub(super) fn misread(sketch: &Sketch) -> Vec<Edit> {
    if !sketch.characters.other_than_ascii {
        return Vec::new();
    }
    let misread = |how: &str| Cause::EncodingMisread { how: how.into() };
    let once = |text: &str| in_runs(text, None);
    let twice = |text: &str| in_runs(&in_runs(text, None), None);
    let mut edits = vec![
        Edit::values(misread("what is UTF-8 read as windows-1252 is read as UTF-8, in some places"), move |text| {
            once(text).into()
        }),
        Edit::values(misread("what is UTF-8 read as windows-1252, twice over, is read as UTF-8"), move |text| {
            twice(text).into()
        }),
        Edit::values(misread("windows-1252 that was read as ISO-8859-1 is read as windows-1252"), |text| {
            text.chars().map(|c| u8::try_from(u32::from(c)).map_or(c, of_windows_1252)).collect::<String>().into()
        }),
        Edit::values(misread("ISO-8859-15 that was read as ISO-8859-1 is read as ISO-8859-15"), |text| {
            text.chars().map(of_latin_9).collect::<String>().into()
        }),
    ];
    if sketch.characters.replacement {
        let how = "what is UTF-8 read as windows-1252, with U+FFFD where that has no character, is read as UTF-8";
        edits.extend(UNDEFINED.map(|octet| Edit::values(misread(how), move |text| in_runs(text, Some(octet)).into())));
    }
    edits
}

/// The text with each run of characters beyond ASCII read as the UTF-8 that it was, if it was any. `undefined` is the
/// octet that became U+FFFD.
fn in_runs(text: &str, undefined: Option<u8>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| !c.is_ascii()) {
        let (before, from) = rest.split_at(start);
        let (run, after) = from.split_at(from.find(|c: char| c.is_ascii()).unwrap_or(from.len()));
        out.push_str(before);
        out.push_str(&of_run(run, undefined).unwrap_or_else(|| run.to_owned()));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn of_run(run: &str, undefined: Option<u8>) -> Option<String> {
    let mut octets: Vec<u8> = Vec::with_capacity(run.len());
    for c in run.chars() {
        octets.push(match (c, undefined, octets.as_slice()) {
            // A closing quotation mark is by far the most usual.
            ('\u{FFFD}', Some(_), [.., 0xE2, 0x80]) => 0x9D,
            ('\u{FFFD}', Some(octet), _) => octet,
            _ => octet_of(c)?,
        });
    }
    String::from_utf8(octets).ok()
}

/// The character that ISO-8859-15 has in place of this character of ISO-8859-1.
const fn of_latin_9(c: char) -> char {
    match c {
        '\u{A4}' => '€',
        '\u{A6}' => 'Š',
        '\u{A8}' => 'š',
        '\u{B4}' => 'Ž',
        '\u{B8}' => 'ž',
        '\u{BC}' => 'Œ',
        '\u{BD}' => 'œ',
        '\u{BE}' => 'Ÿ',
        other => other,
    }
}

/// Letters in place of the marks that replaced lost characters: one mark, two, or the same mark everywhere.
pub(super) fn replaced(sketch: &Sketch) -> Box<dyn Iterator<Item = Edit>> {
    let units = ["\u{FFFD}\u{FFFD}\u{FFFD}", "\u{FFFD}\u{FFFD}", "\u{FFFD}", "?"];
    let each = units.into_iter().filter_map(|mark| {
        // The places of the mark: the number of the text, and the number of marks in it.
        let places: Vec<(usize, usize)> =
            sketch.texts.values.iter().map(|(nth, text)| (*nth, text.matches(mark).count())).collect();
        let all: Vec<(usize, usize)> =
            places.into_iter().flat_map(|(nth, count)| (0..count).map(move |at| (nth, at))).take(8).collect();
        (!all.is_empty()).then_some((mark, all))
    });
    let each: Vec<(&'static str, Vec<(usize, usize)>)> = each.collect();
    Box::new(each.into_iter().flat_map(|(mark, all)| {
        let everywhere = LOST.chars().map(move |c| in_place(mark, Vec::new(), vec![c]));
        let alone =
            all.clone().into_iter().flat_map(move |at| LOST.chars().map(move |c| in_place(mark, vec![at], vec![c])));
        let both = if all.len() == 2 { all } else { Vec::new() };
        let pairs = LOST.chars().take(if both.is_empty() { 0 } else { usize::MAX }).flat_map(move |one| {
            let both = both.clone();
            LOST.chars().map(move |two| in_place(mark, both.clone(), vec![one, two]))
        });
        everywhere.chain(alone).chain(pairs)
    }))
}

/// An edit that replaces marks by characters: the mark at `places[n]` by `with[n]`; without places, every mark by `with[0]`.
fn in_place(mark: &'static str, places: Vec<(usize, usize)>, with: Vec<char>) -> Edit {
    let shown = if mark == "?" { "?" } else { "U+FFFD" };
    let letters: Vec<String> = with.iter().map(char::to_string).collect();
    let how = format!("{} in place of {shown}: on the way, an encoding had no such character", letters.join(" and "));
    Edit::texts(Cause::CharacterReplaced { how: how.into() }, move |step, text| {
        if !text.contains(mark) {
            return text.into();
        }
        let mut pieces = text.split(mark);
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for (at, piece) in pieces.enumerate() {
            let known = places.iter().position(|place| *place == (step.nth, at));
            match known.or(places.is_empty().then_some(0)).and_then(|nth| with.get(nth)) {
                Some(c) => out.push(*c),
                None => out.push_str(mark),
            }
            out.push_str(piece);
        }
        out.into()
    })
}

/// Umlauts in place of the pairs of letters that replaced them, in some texts and attributes.
pub(super) fn transliterated(sketch: &Sketch) -> Vec<Edit> {
    let has_pair = |text: &str| with_umlauts(text, true) != *text;
    let texts = sketch.texts.values.iter().filter(|(_, text)| has_pair(text)).map(|(nth, _)| (*nth, None));
    let values = sketch.attribute_values.iter().filter(|(_, _, value)| has_pair(value));
    let values = values.map(|(nth, name, _)| (*nth, Some(name.clone())));
    let places: Vec<(usize, Option<String>)> = texts.chain(values).take(7).collect();
    let all = (1..1_u32 << places.len()).flat_map(|mask| [(mask, false), (mask, true)]);
    let edit = |(mask, also): (u32, bool)| {
        let chosen = places.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1).map(|(_, place)| place.clone());
        let chosen: Vec<(usize, Option<String>)> = chosen.collect();
        let how = "umlauts in place of ae, oe and ue, or ß in place of ss".into();
        Edit::tokens(Cause::CharacterReplaced { how }, move |step, out| match step.token {
            Token::Text(text) if chosen.contains(&(step.nth, None)) => out(&with_umlauts(text, also)),
            Token::Start(start) if chosen.iter().any(|(nth, name)| *nth == step.nth && name.is_some()) => {
                let mut tag = Tag::read(start);
                for (name, value) in &mut tag.attributes {
                    if chosen.iter().any(|(nth, own)| *nth == step.nth && own.as_deref() == Some(name)) {
                        *value = with_umlauts(value, also).into();
                    }
                }
                tag.write(out);
            }
            token => out(token.as_str()),
        })
    };
    all.map(edit).collect()
}

fn with_umlauts(text: &str, also: bool) -> String {
    let umlauts = [("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("Ae", "Ä"), ("Oe", "Ö"), ("Ue", "Ü"), ("ss", "ß")];
    let umlauts = umlauts.into_iter().take(if also { 7 } else { 6 });
    umlauts.fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Edits that give one letter a mark that it lost.
pub(super) fn marks(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (nth, text) in sketch.texts.values.iter().filter(|(_, text)| text.len() <= 64) {
        for (at, c) in text.char_indices() {
            let (before, after) = (text.slice(..at), text.slice(at + c.len_utf8()..));
            let struck = [('l', 'ł'), ('o', 'ø')].into_iter().filter(|(plain, _)| *plain == c).map(|(_, whole)| whole);
            for whole in unicode::with_marks(c).chain(struck) {
                let how = format!("{whole} in place of {c} behind {before:?}");
                edits.push(only(lost(how), *nth, format!("{before}{whole}{after}")));
            }
        }
    }
    edits.truncate(MOST);
    edits
}

/// Edits that insert a letter.
pub(super) fn dropped(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (nth, text) in sketch.texts.values.iter().filter(|(_, text)| text.len() <= 40) {
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        for (before, after) in ends.filter_map(|at| text.split_at_checked(at)) {
            for c in LOST.chars().take(USUAL) {
                let how = format!("{c} between {before:?} and {after:?}");
                edits.push(only(lost(how), *nth, format!("{before}{c}{after}")));
            }
        }
    }
    edits.truncate(MOST);
    edits
}

/// Edits that insert a character that nobody sees, and that filters leave out: zero-width spaces and joiners, soft hyphens, marks
/// of byte order and direction.
pub(super) fn unseen(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (nth, text) in sketch.texts.values.iter().filter(|(_, text)| text.len() <= 40) {
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        for (before, after) in ends.filter_map(|at| text.split_at_checked(at)) {
            for c in UNSEEN {
                let how = format!("U+{:04X}, which nobody sees, behind {before:?}", u32::from(c));
                edits.push(only(lost(how), *nth, format!("{before}{c}{after}")));
            }
        }
    }
    edits.truncate(PLACES * UNSEEN.len());
    edits
}

fn lost(how: String) -> Cause {
    Cause::CharacterReplaced { how: how.into() }
}

/// Edits that write typographic quotation marks, dashes and ellipses in place of plain ones.
pub(super) fn typography(sketch: &Sketch) -> Vec<Edit> {
    let has = |plain: &str| sketch.texts.values.iter().any(|(_, text)| text.contains(plain));
    let quotes: &[[&str; 2]] =
        if has("\"") { &[["\"", "\""], ["“", "”"], ["„", "“"], ["«", "»"]] } else { &[["\"", "\""]] };
    let apostrophes: &[[&str; 2]] =
        if has("'") { &[["'", "'"], ["’", "’"], ["‘", "’"]] } else { &[["'", "'"]] };
    let dashes: &[[&str; 2]] = if has("-") {
        &[
            ["-", "-"],
            [" - ", " – "],
            [" - ", " — "],
            ["-", "–"],
            ["-", "—"],
            ["--", "–"],
            ["-", "\u{2011}"],
            ["-", "\u{2010}"],
            ["-", "\u{2212}"],
        ]
    } else {
        &[["-", "-"]]
    };
    let ellipses: &[&str] = if has("...") { &["...", "…"] } else { &["..."] };
    let how = "typographic quotation marks, dashes or ellipses in place of plain ones";
    let mut edits = Vec::new();
    for quote in quotes {
        for apostrophe in apostrophes {
            for dash in dashes {
                for ellipsis in ellipses {
                    let (quote, apostrophe, [plain, dash], ellipsis) = (*quote, *apostrophe, *dash, *ellipsis);
                    edits.push(Edit::texts(Cause::CharacterReplaced { how: how.into() }, move |_, text| {
                        let text = text.replace("...", ellipsis).replace(plain, dash);
                        paired(&paired(&text, '"', quote), '\'', apostrophe).into()
                    }));
                }
            }
        }
    }
    // The first one changes nothing.
    edits.drain(..1);
    let short = sketch.texts.values.iter().filter(|(_, text)| text.len() <= 128);
    edits.extend(short.flat_map(|(nth, text)| in_some_places(*nth, text)));
    edits
}

/// The plain signs of which some may have been typographic ones: how many are tried, and what for each.
const SIGNS: usize = 4;
const SINGLE: [(char, &[&str]); 2] = [('-', &["\u{2011}", "–", "—", "\u{2010}", "\u{2212}"]), ('\'', &["’", "‘"])];

/// Typographic signs in some places of a text that has plain ones in others: pairs of quotation marks, and single signs.
fn in_some_places(nth: usize, text: &str) -> Vec<Edit> {
    let changed = |how: String, to: String| only(Cause::CharacterReplaced { how: how.into() }, nth, to);
    let mut edits = Vec::new();
    let marks: Vec<&str> = text.split('"').collect();
    let pairs = (marks.len().saturating_sub(1) / 2).min(SIGNS / 2);
    for mask in 1..1_u32 << pairs {
        for [opening, closing] in [["“", "”"], ["„", "“"], ["«", "»"]] {
            let sign = |at: usize| match (mask >> (at / 2) & 1 == 1, at % 2) {
                (true, 0) if at / 2 < pairs => opening,
                (true, _) if at / 2 < pairs => closing,
                _ => "\"",
            };
            let after = |(at, piece): (usize, &&str)| format!("{}{piece}", sign(at));
            let rest: String = marks.iter().skip(1).enumerate().map(after).collect();
            let to = format!("{}{rest}", marks.first().unwrap_or(&""));
            edits.push(changed("typographic quotation marks in place of some plain ones".to_owned(), to));
        }
    }
    for (plain, others) in SINGLE {
        for (at, sign) in text.match_indices(plain).take(SIGNS) {
            let (before, after) = (text.slice(..at), text.slice(at + sign.len()..));
            let to = |other: &&str| {
                changed(format!("{other} in place of {plain} behind {before:?}"), format!("{before}{other}{after}"))
            };
            edits.extend(others.iter().map(to));
        }
    }
    edits
}

/// Marks that open a word and marks that end one.
fn paired(text: &str, mark: char, [opening, closing]: [&str; 2]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let opens = out.chars().next_back().is_none_or(|before| before.is_whitespace() || before == '(');
        match (c == mark, opens) {
            (false, _) => out.push(c),
            (true, true) => out.push_str(opening),
            (true, false) => out.push_str(closing),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_read_as_the_utf_8_that_they_were() {
        assert_eq!(in_runs("JÃ¼rgen, süß â€“ 5â‚¬", None), "Jürgen, süß – 5€");
        assert_eq!(in_runs("â€œfineâ€\u{FFFD}", Some(0x81)), "“fine”");
        assert_eq!(in_runs("Ã\u{FFFD}", Some(0x81)), "Á");
        assert_eq!(in_runs("süß", None), "süß");
    }

    #[test]
    fn quotation_marks_are_paired() {
        assert_eq!(paired("\"a\" (\"b\")", '"', ["“", "”"]), "“a” (“b”)");
    }
}
