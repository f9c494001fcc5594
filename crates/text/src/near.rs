//! The nearest known word to one that is not known.

/// ` (perhaps WORD is meant)`, for the known word that is the fewest changes away; empty if none is near.
#[must_use]
pub fn nearest<'w>(unknown: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    let near = known.into_iter().map(|word| (changes(unknown, word), word)).min();
    match near.filter(|(changes, word)| *changes <= word.len().div_ceil(3)) {
        Some((_, word)) => format!(" (perhaps {word} is meant)"),
        None => String::new(),
    }
}

/// How many letters are added, taken away, replaced or exchanged with their neighbour between two words, without regard
/// to case.
fn changes(from: &str, to: &str) -> usize {
    // Words are short. A longer text is near no word, and its first 64 letters show that.
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
    use super::{changes, nearest};

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
}
