//! Edits: each undoes one way in which canonical octets may have been changed between the sender and here.
//!
//! An edit reads a canonical form and writes the form that the sender may have digested. It has a cause, which is named
//! if the result fits.

use std::borrow::Cow;
use std::slice::SliceIndex;

use super::cause::Cause;
use super::token::{Tag, Token, tokens};

/// Takes the output of an edit, piece by piece.
pub(super) type Out<'o> = &'o mut dyn FnMut(&[u8]);

type Run = Box<dyn Fn(&str, Out<'_>)>;

/// The text in this range. It is empty for changes that overlap, or that do not fit the form: such a guess is wrong,
/// and no digest fits its result.
pub(super) fn piece(text: &str, range: impl SliceIndex<str, Output = str>) -> &str {
    text.get(range).unwrap_or_default()
}

/// One change, undone.
pub(super) struct Edit {
    pub(super) cause: Cause,
    run: Run,
}

impl Edit {
    /// An edit that writes octets.
    pub(super) fn new(cause: Cause, run: impl Fn(&str, Out<'_>) + 'static) -> Self {
        Self { cause, run: Box::new(run) }
    }

    /// An edit of one token after the other.
    pub(super) fn tokens(cause: Cause, edit: impl Fn(&TokenAt<'_>, &mut dyn FnMut(&str)) + 'static) -> Self {
        Self::new(cause, move |canonical, out| {
            steps(canonical, |step| edit(step, &mut |text| out(text.as_bytes())));
        })
    }

    /// An edit of text, and of nothing else.
    pub(super) fn texts(cause: Cause, edit: impl for<'t> Fn(&TokenAt<'t>, &'t str) -> Cow<'t, str> + 'static) -> Self {
        Self::tokens(cause, move |step, out| match step.token {
            Token::Text(text) => out(&edit(step, text)),
            token => out(token.as_str()),
        })
    }

    /// An edit of text and of the values of attributes.
    pub(super) fn values(cause: Cause, edit: impl for<'t> Fn(&'t str) -> Cow<'t, str> + 'static) -> Self {
        Self::tokens(cause, move |step, out| match step.token {
            Token::Text(text) => out(&edit(text)),
            Token::Start(start) if start.contains('=') => {
                let mut tag = Tag::read(start);
                for (_, value) in &mut tag.attributes {
                    let edited = edit(value).into_owned();
                    *value = edited.into();
                }
                tag.write(out);
            }
            token => out(token.as_str()),
        })
    }

    /// An edit of start tags.
    pub(super) fn tags(cause: Cause, edit: impl Fn(&TokenAt<'_>, &mut Tag<'_>) + 'static) -> Self {
        Self::tokens(cause, move |step, out| match step.token {
            Token::Start(start) => {
                let mut tag = Tag::read(start);
                edit(step, &mut tag);
                tag.write(out);
            }
            token => out(token.as_str()),
        })
    }

    /// Writes the form that the sender may have digested.
    pub(super) fn apply(&self, canonical: &str, out: Out<'_>) {
        (self.run)(canonical, out);
    }

    /// As [`Edit::apply`], for another edit of the result; `None` if that is no text.
    pub(super) fn text(&self, canonical: &str) -> Option<String> {
        let mut octets = Vec::with_capacity(canonical.len());
        self.apply(canonical, &mut |piece| octets.extend_from_slice(piece));
        String::from_utf8(octets).ok()
    }
}

/// A token with its neighbours.
pub(super) struct TokenAt<'t> {
    /// The number of the token, from 0.
    pub(super) nth: usize,
    pub(super) token: Token<'t>,
    pub(super) before: Option<Token<'t>>,
    /// The one before that.
    pub(super) earlier: Option<Token<'t>>,
    pub(super) after: Option<Token<'t>>,
    /// The number of elements that are open before the token: 1 for a token directly in the apex.
    pub(super) depth: usize,
}

impl TokenAt<'_> {
    /// Whether the token is all that its element contains.
    pub(super) fn is_alone(&self) -> bool {
        matches!((self.before, self.after), (Some(Token::Start(_)), Some(Token::End(_))))
    }
}

/// Walks through a canonical form.
pub(super) fn steps(canonical: &str, mut each: impl FnMut(&TokenAt<'_>)) {
    let mut all = tokens(canonical).peekable();
    let (mut before, mut earlier, mut depth) = (None, None, 0_usize);
    let mut nth = 0;
    while let Some(token) = all.next() {
        each(&TokenAt { nth, token, before, earlier, after: all.peek().copied(), depth });
        match token {
            Token::Start(_) => depth += 1,
            Token::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        (earlier, before) = (before, Some(token));
        nth += 1;
    }
}
