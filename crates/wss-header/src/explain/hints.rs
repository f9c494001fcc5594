//! Hints: oddities of an element whose digest does not fit, if no usual cause was found.

use wss_c14n::{Budget, Element, Limit, name};
use wss_text::Slice as _;

/// The sentence for an element that contains ciphertext, whose plaintext was perhaps signed.
pub(super) const STILL_CIPHERTEXT: &str =
    "it still contains ciphertext: if the signature is over plaintext, decrypt first";

/// The sentence for an attachment that is ciphertext.
pub(super) const IS_CIPHERTEXT: &str = "it is ciphertext: if the signature is over plaintext, decrypt first";

/// What is said where nothing has an Id, and ciphertext may hold it.
pub(super) const PERHAPS_IN_CIPHERTEXT: &str =
    "the message contains ciphertext that was not decrypted: the element may be inside it";

/// The hints for an element, if there is budget to look.
pub(super) fn hints(target: Element<'_>, budget: &Budget) -> Vec<String> {
    let source = target.document().source().slice(target.span());
    if budget.charge(Limit::CauseOctets, source.len() as u64).is_err() {
        return Vec::new();
    }
    let holds = |is: &dyn Fn(Element<'_>) -> bool| target.descendants_and_self().any(is);
    let is_empty = target.children().next().is_none() && target.text().is_ok_and(|text| text.trim().is_empty());
    let all: [(bool, &str); 9] = [
        (is_empty, "it is empty here: if it was not when it was signed, something removed its content"),
        (
            source.contains('\u{FFFD}'),
            "it contains U+FFFD: characters were lost when someone read another encoding as UTF-8",
        ),
        (
            has_question_marks(source),
            "it contains question marks inside words: characters may be lost that an encoding on the way did not have",
        ),
        (
            ["Ã¤", "Ã¶", "Ã¼", "ÃŸ", "Ã©", "â€"].iter().any(|sign| source.contains(sign)),
            "it contains signs of UTF-8 that was read in another encoding, as Ã or â: someone wrote its characters anew",
        ),
        (is_masked(source), "it contains asterisks in a row: a value may have been masked after signing"),
        (holds(&|inner| inner.is(name::XENC.uri, "EncryptedData")), STILL_CIPHERTEXT),
        (
            holds(&|inner| inner.name().local == "Include"),
            "it contains xop:Include: if the signature is over what is included, give the whole MIME message",
        ),
        (
            target.name().namespace.ends_with("/addressing"),
            "it is a header block of WS-Addressing, which gateways write anew when they pass a message on: compare it with what the sender sent",
        ),
        (
            target.is(name::WSU.uri, "Timestamp"),
            "it is a Timestamp: whoever writes a new one after signing breaks the signature",
        ),
    ];
    all.into_iter().filter(|(is, _)| *is).map(|(_, hint)| hint.to_owned()).collect()
}

/// Whether there are four asterisks in a row or more beside a letter or digit.
fn is_masked(source: &str) -> bool {
    let is_value = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '*');
    source.match_indices("****").any(|(at, mark)| {
        let (before, after) = (source.slice(..at), source.slice(at + mark.len()..));
        is_value(before.chars().next_back()) || is_value(after.chars().next())
    })
}

/// Whether a question mark has a letter on each side of it, in text. Behind the `://` of an address it has its own meaning.
fn has_question_marks(source: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let is_between_letters =
        |(before, after): (&str, &str)| is_letter(before.chars().next_back()) && is_letter(after.chars().next());
    // Each character is looked at once, however long a word is.
    let words = source.split(['>', ' ', '"']).filter_map(|word| word.split("://").next());
    words.into_iter().any(|word| {
        word.match_indices('?').any(|(at, mark)| is_between_letters((word.slice(..at), word.slice(at + mark.len()..))))
    })
}

#[cfg(test)]
mod tests {
    use super::{has_question_marks, is_masked};

    #[test]
    fn asterisks_in_a_row_mask_a_value() {
        assert!(["<a>411111******1111</a>", "<a>****1111</a>", "<a>a*****</a>"].into_iter().all(is_masked));
        assert!(!["", "<a>*</a>", "<a> **** </a>", "<a>2 ** 3</a>"].into_iter().any(is_masked));
    }

    #[test]
    fn a_question_mark_counts_between_letters_outside_of_an_address() {
        for lost in ["<a>M?ller</a>", "<a>x ?y M?ller</a>", "<a>M?ller http://x/y?z</a>", "<a>ü?ü</a>", "a?b://c"] {
            assert!(has_question_marks(lost), "{lost}");
        }
        for usual in ["", "?", "<a>why? he</a>", "<a>1?2</a>", "<a b=\"http://x/y?z&q?r\"/>", "<?p?><a>?b</a>"] {
            assert!(!has_question_marks(usual), "{usual}");
        }
    }
}
