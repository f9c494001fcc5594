//! Words of options: the nearest known one to one that is not known, and the last words of identifiers.

/// `, perhaps WORD is meant`, for the known word that is the fewest changes away; empty if none is near.
pub(crate) fn nearest<'w>(unknown: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    let near = known.into_iter().map(|word| (changes(unknown, word), word)).min();
    match near.filter(|(changes, word)| *changes <= word.len().div_ceil(3)) {
        Some((_, word)) => format!(" (perhaps {word} is meant)"),
        None => String::new(),
    }
}

/// The last word of an identifier: `rsa-sha1` of `http://www.w3.org/2000/09/xmldsig#rsa-sha1`.
pub(crate) fn last_word(uri: &str) -> &str {
    uri.rsplit(['#', '/', ':']).next().unwrap_or(uri)
}

/// How many letters are added, taken away or replaced between two words, without regard to case.
fn changes(from: &str, to: &str) -> usize {
    // Words are short; whatever is longer is near none of them.
    let letters = |word: &str| word.chars().take(64).flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (from, to) = (letters(from), letters(to));
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.iter().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(&to) {
            let above = *cell;
            *cell = (diagonal + usize::from(letter != other)).min(left + 1).min(above + 1);
            (diagonal, left) = (above, *cell);
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{changes, last_word, nearest};

    #[test]
    fn the_nearest_word_is_found_and_far_ones_are_not() {
        let words = ["rsa-sha1", "rsa-sha256", "aes128-cbc"];
        assert_eq!(nearest("rsa_sha1", words), " (perhaps rsa-sha1 is meant)");
        assert_eq!(nearest("AES128CBC", words), " (perhaps aes128-cbc is meant)");
        assert_eq!(nearest("camellia", words), "");
        for (from, to, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("a", "a", 0), ("ab", "ba", 2)] {
            assert_eq!(changes(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn identifiers_have_last_words() {
        assert_eq!(last_word("http://www.w3.org/2000/09/xmldsig#rsa-sha1"), "rsa-sha1");
        assert_eq!(last_word("rsa-sha1"), "rsa-sha1");
    }
}
