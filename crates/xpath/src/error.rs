//! Errors of expressions.

use thiserror::Error;
use wss_c14n::{Exceeded, LeafError};
use wss_text::WireText;

/// Why an expression was not parsed or not evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum XPathError {
    /// *Malformed.* The text is not an expression of XPath 1.0.
    #[error("not an XPath expression at octet {offset}: {expected} is expected")]
    Syntax {
        /// The octet of the expression at which it fails.
        offset: usize,
        /// The symbol that would fit there.
        expected: &'static str,
    },
    /// *Malformed.* A prefix that is not bound at the place of the expression.
    #[error("prefix {prefix:?} of an XPath expression is not bound: declare it on the element of the expression")]
    Prefix {
        /// The prefix.
        prefix: WireText,
    },
    /// *Malformed.* No function has this name.
    #[error("{name:?} is not a function of XPath 1.0: use one of its core functions")]
    Function {
        /// The name.
        name: WireText,
    },
    /// *Malformed.* A function with too few or too many arguments.
    #[error("{function}() has another number of arguments in XPath 1.0: correct the call in the expression")]
    Arguments {
        /// The function.
        function: &'static str,
    },
    /// *Malformed.* A value that is not a node-set, where there must be one.
    #[error(
        "the expression has a string, a number or a boolean where XPath 1.0 takes a node-set only: correct it there"
    )]
    NotNodes,
    /// *Refused.* A variable: nothing binds variables.
    #[error(
        "an XPath expression uses the variable {name:?}, and nothing binds variables here: write the value into the expression"
    )]
    Variable {
        /// Its name.
        name: WireText,
    },
    /// *Malformed.* `here()`, and the expression is not in the document on which it is evaluated.
    #[error(
        "here() is in an expression outside the document that it is evaluated on, so that it names no node: leave it out"
    )]
    Here,
    /// *Malformed.* The element that bears the expression has more than text.
    #[error(transparent)]
    Bearer(LeafError),
    /// *Refused.* The expression costs more than is left of the budget.
    #[error(transparent)]
    Limit(#[from] Exceeded),
}
