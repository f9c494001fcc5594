//! XPath 1.0 over the trees of `wss-c14n`, within a budget.
//!
//! All of the recommendation is here: axes, predicates, the core function library, and `here()` of XML Signature.
//! Variables are not, since nothing binds any. An expression comes from a message, so its length and its depth are
//! limited, and every node that it visits and every octet of a string that it makes is charged to the budget of the
//! message before the work. What lists and strings take at one time is bounded by the size of the message.
//!
//! ```
//! use wss_c14n::{Budget, Document, Limits, Tree, TreeNode};
//! use wss_xpath::{Context, Expression};
//!
//! let xml = "<o:order xmlns:o='urn:o'><o:item price='3'/><o:item price='4'/></o:order>";
//! let budget = Budget::new(&Limits::default(), xml.len() as u64);
//! let document = Document::parse(xml, &Limits::default())?;
//! let tree = Tree::new(&document, &budget)?;
//! let total = Expression::parse("sum(/*/o:item/@price)", &[("o", "urn:o")], &budget)?;
//! let value = total.evaluate(&Context::new(&tree, &budget), TreeNode::ROOT)?;
//! assert_eq!(value.to_text(&tree), "7");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In reading order: [`Expression`] is text that was parsed (`token`, `parse`) to the forms of `syntax`; `evaluate` and
//! `axis` find nodes, `function` and `library` are the functions, `compare` the operators between values; [`Value`] comes out.

#![forbid(unsafe_code)]

mod axis;
mod compare;
mod context;
mod error;
mod evaluate;
mod expression;
mod function;
mod library;
mod list;
mod parse;
mod syntax;
mod token;
mod value;

pub use context::Context;
pub use error::XPathError;
pub use expression::Expression;
pub use value::Value;
