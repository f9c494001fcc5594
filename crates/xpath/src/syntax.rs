//! The forms of an expression (XPath 1.0 §2 and §3). Operators of one precedence that follow one another are one form, so
//! that the depth of a form is the depth of its brackets.

use crate::function::Function;

/// An `Expr`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    /// `or`.
    Any(Vec<Expr>),
    /// `and`.
    All(Vec<Expr>),
    /// `=`, `!=`, `<`, `<=`, `>` and `>=`, from the left.
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    /// `+`, `-`, `*`, `div` and `mod`, from the left.
    Arithmetic(Box<Expr>, Vec<(Operator, Expr)>),
    /// `-`.
    Negative(Box<Expr>),
    /// `|`.
    Union(Vec<Expr>),
    /// A location path, or a filter expression with or without steps after it.
    Path(Start, Vec<Step>),
    /// A literal.
    Literal(String),
    /// A number.
    Number(f64),
    /// A function call.
    Call(Function, Vec<Expr>),
}

/// The start of a path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Start {
    /// The context node.
    Context,
    /// `/`: the root.
    Root,
    /// A filter expression: the nodes of an expression for which its predicates are true.
    Filter(Box<Expr>, Vec<Expr>),
}

/// A `Step`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) axis: Axis,
    pub(crate) test: Test,
    pub(crate) predicates: Vec<Expr>,
}

/// An `AxisName`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Namespace,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

impl Axis {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ancestor" => Self::Ancestor,
            "ancestor-or-self" => Self::AncestorOrSelf,
            "attribute" => Self::Attribute,
            "child" => Self::Child,
            "descendant" => Self::Descendant,
            "descendant-or-self" => Self::DescendantOrSelf,
            "following" => Self::Following,
            "following-sibling" => Self::FollowingSibling,
            "namespace" => Self::Namespace,
            "parent" => Self::Parent,
            "preceding" => Self::Preceding,
            "preceding-sibling" => Self::PrecedingSibling,
            "self" => Self::Itself,
            _ => return None,
        })
    }
}

/// A `NodeTest`. Names are expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    /// `*`.
    AnyName,
    /// `prefix:*`.
    Namespace(String),
    /// A name: its namespace, and its local part.
    Name(String, String),
    /// `node()`.
    Node,
    /// `text()`.
    Text,
    /// `comment()`.
    Comment,
    /// `processing-instruction()`, with or without a target.
    ProcessingInstruction(Option<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}
