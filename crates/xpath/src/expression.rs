//! Expressions: parsed once, evaluated for any node.

use wss_c14n::{Budget, Element, NodeSet, Tree, TreeNode};

use crate::context::Context;
use crate::error::XPathError;
use crate::evaluate::evaluate;
use crate::parse::parse;
use crate::syntax::Expr;
use crate::value::Value;

/// An expression of XPath 1.0.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression(Expr);

impl Expression {
    /// Parses an expression. `namespaces` are the prefixes in scope and the namespaces they are bound to. As in XPath, a name
    /// without a prefix is in no namespace.
    ///
    /// # Errors
    /// [`XPathError`]; its `Limit` for [`XPathOctets`](wss_c14n::Limit::XPathOctets) and
    /// [`XPathDepth`](wss_c14n::Limit::XPathDepth).
    ///
    /// # Specification
    /// XML Path Language 1.0.
    pub fn parse(text: &str, namespaces: &[(&str, &str)], budget: &Budget) -> Result<Self, XPathError> {
        parse(text, namespaces, budget).map(Self)
    }

    /// Parses the expression that an element bears as its text. The namespaces in scope there are bound, without the default
    /// namespace. Comments in the text are left out.
    ///
    /// # Errors
    /// As [`Expression::parse`]; [`XPathError::Bearer`] if the element has an element inside.
    ///
    /// # Specification
    /// XML Signature 1.1 §6.6.3; XML Signature XPath Filter 2.0 §3.
    ///
    /// ```
    /// use wss_c14n::{Budget, Document, Limits};
    /// use wss_xpath::Expression;
    ///
    /// let xml = "<XPath xmlns:a='urn:a'>self::a:b <!-- that one -->or @id</XPath>";
    /// let document = Document::parse(xml, &Limits::default())?;
    /// let budget = Budget::new(&Limits::default(), xml.len() as u64);
    /// let expected = Expression::parse("self::x:b or @id", &[("x", "urn:a")], &budget)?;
    /// assert_eq!(Expression::of(document.root(), &budget)?, expected);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(bearer: Element<'_>, budget: &Budget) -> Result<Self, XPathError> {
        let text = bearer.text_around_comments().map_err(XPathError::Bearer)?;
        Self::parse(&text, &bearer.namespaces_in_scope(), budget)
    }

    /// The value of the expression for one node, which is the only one of its context.
    ///
    /// # Errors
    /// [`XPathError`]; its `Limit` for [`XPathNodes`](wss_c14n::Limit::XPathNodes),
    /// [`XPathStrings`](wss_c14n::Limit::XPathStrings) and [`XPathHeld`](wss_c14n::Limit::XPathHeld).
    pub fn evaluate(&self, context: &Context<'_>, node: TreeNode) -> Result<Value, XPathError> {
        evaluate(&self.0, context, node)
    }

    /// The nodes that the expression selects from one node.
    ///
    /// # Errors
    /// As [`Expression::evaluate`]; [`XPathError::NotNodes`] if the value is not a node-set.
    pub fn select(&self, context: &Context<'_>, node: TreeNode) -> Result<Vec<TreeNode>, XPathError> {
        match self.evaluate(context, node)? {
            Value::Nodes(nodes) => Ok(nodes),
            Value::Boolean(_) | Value::Number(_) | Value::Text(_) => Err(XPathError::NotNodes),
        }
    }

    /// The nodes of `input` for which the expression is true, each judged by itself.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    ///
    /// # Specification
    /// XML Signature 1.1 §6.6.3.
    ///
    /// ```
    /// use wss_c14n::{Budget, Document, Limits, NodeSet, Subset, Tree};
    /// use wss_xpath::{Context, Expression};
    ///
    /// let document = Document::parse("<a><b/><c/></a>", &Limits::default())?;
    /// let budget = Budget::new(&Limits::default(), 16);
    /// let tree = Tree::new(&document, &budget)?;
    /// let all = NodeSet::of(&tree, &Subset::document(&document));
    /// let without = Expression::parse("not(ancestor-or-self::b)", &[], &budget)?;
    /// // The element, and its own node for the namespace `xml`.
    /// assert_eq!(without.filter(&Context::new(&tree, &budget), &all)?.len(), all.len() - 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn filter(&self, context: &Context<'_>, input: &NodeSet) -> Result<NodeSet, XPathError> {
        let tree: &Tree<'_> = context.tree();
        let mut kept = NodeSet::empty(tree);
        for node in input.nodes(tree) {
            if self.evaluate(context, node)?.to_boolean() {
                kept.insert(node);
            }
        }
        Ok(kept)
    }
}
