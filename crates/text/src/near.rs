//! The nearest known word to one that is not known.

/// ` (perhaps WORD is meant)`, for the known word with the fewest changes; empty if no known word is near.
#[must_use]
pub fn nearest<'w>(unknown: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    let near = known.into_iter().map(|word| (changes(unknown, word), word)).min();
    match near.filter(|(changes, word)| *changes <= word.len().div_ceil(3)) {
        Some((_, word)) => format!(" (perhaps {word} is meant)"),
        None => String::new(),
    }
}

/// ` (perhaps URI is meant)`: the known identifier whose last word is nearly that of the unknown one. It is empty if no
/// known identifier is near. Peers often write the name of an algorithm with the namespace of another one.
///
/// ```
/// let known = ["http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"];
/// let near = wss_text::nearest_identifier("http://www.w3.org/2000/09/xmldsig#sha256", known);
/// assert_eq!(near, " (perhaps http://www.w3.org/2001/04/xmlenc#sha256 is meant)");
/// assert_eq!(wss_text::nearest_identifier("urn:unheard-of", known), "");
/// ```
#[must_use]
pub fn nearest_identifier<'w>(unknown: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    let word = last_word(unknown);
    let distance = |uri: &&str| {
        let shared = uri.bytes().zip(unknown.bytes()).take_while(|(one, other)| one == other).count();
        (changes(word, last_word(uri)), std::cmp::Reverse(shared))
    };
    let near = known.into_iter().min_by_key(distance).filter(|uri| *uri != unknown);
    match near.filter(|uri| changes(word, last_word(uri)) * 5 <= last_word(uri).len()) {
        Some(uri) => format!(" (perhaps {uri} is meant)"),
        None => String::new(),
    }
}

/// The last word of an identifier. A separator at its end is not one.
fn last_word(uri: &str) -> &str {
    let uri = uri.trim_end_matches(['#', '/']);
    uri.rsplit(['#', '/', ':']).next().unwrap_or(uri)
}

/// The number of letters that are added, removed, replaced or exchanged with their neighbour between two words, without
/// regard to case.
fn changes(from: &str, to: &str) -> usize {
    // Words are short. A longer text is near no word, and its first 64 letters are enough to see that.
    let letters = |word: &str| word.chars().take(64).flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (from, to) = (letters(from), letters(to));
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    let at = |rows: &[Vec<usize>], row: usize, cell: usize| rows.get(row).and_then(|row| row.get(cell)).copied();
    for (row, letter) in from.iter().enumerate() {
        let mut next = vec![row + 1];
        for (cell, other) in to.iter().enumerate() {
            let diagonal = at(&rows, row, cell).unwrap_or(0) + usize::from(letter != other);
            let above = at(&rows, row, cell + 1).unwrap_or(0) + 1;
            let left = next.last().copied().unwrap_or(0) + 1;
            let mut least = diagonal.min(above).min(left);
            let before = |word: &[char], place: usize| place.checked_sub(1).and_then(|place| word.get(place)).copied();
            let are_exchanged = before(&from, row) == Some(*other) && before(&to, cell) == Some(*letter);
            if let (true, Some(earlier)) =
                (are_exchanged, row.checked_sub(1).and_then(|row| at(&rows, row, cell.checked_sub(1)?)))
            {
                least = least.min(earlier + 1);
            }
            next.push(least);
        }
        rows.push(next);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{changes, nearest, nearest_identifier};

    #[test]
    fn the_nearest_word_is_found_and_far_ones_are_not() {
        let words = ["rsa-sha1", "rsa-sha256", "aes128-cbc"];
        assert_eq!(nearest("rsa_sha1", words), " (perhaps rsa-sha1 is meant)");
        assert_eq!(nearest("AES128CBC", words), " (perhaps aes128-cbc is meant)");
        assert_eq!(nearest("camellia", words), "");
        for (from, to, expected) in [
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("a", "a", 0),
            ("ab", "ba", 1),
            ("sha265", "sha256", 1),
            ("ca", "abc", 3),
        ] {
            assert_eq!(changes(from, to), expected, "{from} {to}");
        }
    }
    #[test]
    fn an_identifier_in_the_wrong_namespace_is_near_the_right_one() {
        let known = [
            "http://www.w3.org/2000/09/xmldsig#sha1",
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2001/10/xml-exc-c14n#",
            "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
            "http://www.w3.org/2006/12/xml-c14n11#WithComments",
        ];
        for (written, meant) in [
            ("http://www.w3.org/2001/04/xmldsig-more#sha1", known[0]),
            ("sha256", known[1]),
            ("http://www.w3.org/2001/04/xmlenc#SHA256", known[1]),
            ("http://www.w3.org/2000/09/xmldsig#rsa-sha256", known[2]),
            ("http://www.w3.org/2001/10/xml-exc-c14n", known[3]),
            ("http://www.w3.org/2001/10/xml-exc-c14n#withcomments", known[4]),
        ] {
            assert_eq!(nearest_identifier(written, known), format!(" (perhaps {meant} is meant)"));
        }
        for far in ["", "#", "urn:x", "http://www.w3.org/2001/04/xmlenc#md5", known[1]] {
            assert_eq!(nearest_identifier(far, known), "", "{far}");
        }
    }
}
