//! Tokens of an expression (XPath 1.0 §3.7).

use wss_c14n::name::is_ncname;
use wss_text::Slice as _;

use crate::error::XPathError;

/// An `ExprToken`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Token<'e> {
    /// `( ) [ ] . .. @ , :: / // | + - = != < <= > >= * $`, and the operator names `and`, `or`, `mod` and `div`. A star is
    /// `"*"` as an operator.
    Symbol(&'static str),
    /// `*` as a name test.
    Star,
    /// `prefix:*`: the prefix.
    StarOf(&'e str),
    /// A name: its prefix, empty if there is none, and its local part.
    Name(&'e str, &'e str),
    Literal(&'e str),
    Number(f64),
}

/// A token, and its offset.
pub(crate) type Placed<'e> = (usize, Token<'e>);

const SYMBOLS: [&str; 21] =
    ["..", "::", "//", "!=", "<=", ">=", "(", ")", "[", "]", ".", "@", ",", "/", "|", "+", "-", "=", "<", ">", "$"];

/// All tokens of an expression.
pub(crate) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, XPathError> {
    let mut tokens: Vec<Placed<'_>> = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.slice(at..);
        let skipped = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        at += rest.len() - skipped.len();
        if skipped.is_empty() {
            return Ok(tokens);
        }
        let (token, length) = token(skipped, at, is_operator_next(&tokens))?;
        tokens.push((at, token));
        at += length;
    }
}

/// Whether a star or a name is an operator: there is a token before it, and it is neither an operator nor one of
/// `@ :: ( [ ,`.
fn is_operator_next(tokens: &[Placed<'_>]) -> bool {
    match tokens.last() {
        None => false,
        Some((_, Token::Symbol(symbol))) => matches!(*symbol, ")" | "]" | "." | ".."),
        Some(_) => true,
    }
}

/// The token at the front of `text`, and its length.
fn token(text: &str, at: usize, is_operator: bool) -> Result<(Token<'_>, usize), XPathError> {
    let fail = |expected| Err(XPathError::Syntax { offset: at, expected });
    let first = text.chars().next().unwrap_or_default();
    if first == '"' || first == '\'' {
        let inside = text.slice(1..);
        return match inside.split_once(first) {
            Some((literal, _)) => Ok((Token::Literal(literal), literal.len() + 2)),
            None => fail("the end of a literal"),
        };
    }
    if first.is_ascii_digit() || (first == '.' && text.as_bytes().get(1).is_some_and(u8::is_ascii_digit)) {
        let (digits, length) = number(text);
        return match digits.parse() {
            Ok(number) => Ok((Token::Number(number), length)),
            Err(_) => fail("a number"),
        };
    }
    if first == '*' {
        return Ok((if is_operator { Token::Symbol("*") } else { Token::Star }, 1));
    }
    if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| text.starts_with(symbol)) {
        return Ok((Token::Symbol(symbol), symbol.len()));
    }
    let name = ncname(text);
    if name.is_empty() {
        return fail("a token");
    }
    if is_operator {
        return match ["and", "or", "mod", "div"].into_iter().find(|operator| *operator == name) {
            Some(operator) => Ok((Token::Symbol(operator), name.len())),
            None => fail("an operator"),
        };
    }
    let behind = text.slice(name.len()..);
    Ok(match behind.strip_prefix(':').filter(|local| !local.starts_with(':')) {
        Some(local) if local.starts_with('*') => (Token::StarOf(name), name.len() + 2),
        Some(local) => match ncname(local) {
            "" => return fail("a local name"),
            local => (Token::Name(name, local), name.len() + 1 + local.len()),
        },
        None => (Token::Name("", name), name.len()),
    })
}

/// The digits at the front of a text, with one point at most.
fn number(text: &str) -> (&str, usize) {
    let mut points = 0;
    let length = text
        .bytes()
        .position(|octet| {
            points += usize::from(octet == b'.');
            !(octet.is_ascii_digit() || octet == b'.') || points > 1
        })
        .unwrap_or(text.len());
    (text.slice(..length), length)
}

/// The NCName at the front of a text; empty if there is none.
fn ncname(text: &str) -> &str {
    // A character that ends a name cannot be part of one, so that the longest candidate is the name.
    let ends = |c: char| c.is_ascii() && !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let candidate = text.split(ends).next().unwrap_or_default();
    if is_ncname(candidate) { candidate } else { "" }
}

#[cfg(test)]
mod tests {
    use super::{Token, tokens};

    fn of(text: &str) -> Vec<Token<'_>> {
        tokens(text).expect("tokens").into_iter().map(|(_, token)| token).collect()
    }

    #[test]
    fn stars_and_names_are_operators_by_what_is_before_them() {
        assert_eq!(of("* * *"), [Token::Star, Token::Symbol("*"), Token::Star]);
        let div = [Token::Name("", "div"), Token::Symbol("div"), Token::Name("", "div")];
        assert_eq!(of("div div div"), div);
        assert_eq!(of("a:*"), [Token::StarOf("a")]);
        assert_eq!(of("a-b.c:d"), [Token::Name("a-b.c", "d")]);
        assert_eq!(of(".5"), [Token::Number(0.5)]);
        assert_eq!(of("self::a"), [Token::Name("", "self"), Token::Symbol("::"), Token::Name("", "a")]);
        for wrong in ["'a", "a b", "#", "a: b", "1 2a"] {
            assert!(tokens(wrong).is_err(), "{wrong}");
        }
    }
}
