//! Comparisons (XPath 1.0 §3.4). A node-set compares as any of its nodes does; no pair is compared twice, so that the
//! cost of two large sets is almost linear in their size.

use wss_c14n::TreeNode;

use crate::context::Context;
use crate::error::XPathError;
use crate::syntax::Comparison;
use crate::value::{Value, number_of};

/// Whether the comparison of `left` and `right` holds.
pub(crate) fn compare(
    comparison: Comparison,
    left: &Value,
    right: &Value,
    context: &Context<'_>,
) -> Result<bool, XPathError> {
    match (left, right) {
        (Value::Nodes(left), Value::Nodes(right)) => sets(comparison, left, right, context),
        (Value::Nodes(nodes), other) => set(comparison, nodes, other, context),
        (other, Value::Nodes(nodes)) => set(mirrored(comparison), nodes, other, context),
        _ => single(comparison, left, right, context),
    }
}

/// The same comparison with the sides exchanged.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        Comparison::Equal | Comparison::NotEqual => comparison,
    }
}

fn numbers(comparison: Comparison, left: f64, right: f64) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

fn is_equality(comparison: Comparison) -> bool {
    matches!(comparison, Comparison::Equal | Comparison::NotEqual)
}

/// A value that is no node-set as a number.
fn number(value: &Value, context: &Context<'_>) -> Result<f64, XPathError> {
    if let Value::Text(text) = value {
        context.charge_text(text.len())?;
    }
    Ok(value.to_number(context.tree()))
}

/// Neither side is a node-set.
fn single(comparison: Comparison, left: &Value, right: &Value, context: &Context<'_>) -> Result<bool, XPathError> {
    let wants_equal = comparison == Comparison::Equal;
    Ok(match (left, right) {
        (Value::Boolean(_), _) | (_, Value::Boolean(_)) if is_equality(comparison) => {
            (left.to_boolean() == right.to_boolean()) == wants_equal
        }
        (Value::Text(left), Value::Text(right)) if is_equality(comparison) => {
            context.charge_text(left.len().min(right.len()))?;
            (left == right) == wants_equal
        }
        _ => numbers(comparison, number(left, context)?, number(right, context)?),
    })
}

/// The left side is a node-set, and the right side is not.
fn set(comparison: Comparison, nodes: &[TreeNode], other: &Value, context: &Context<'_>) -> Result<bool, XPathError> {
    match other {
        Value::Boolean(_) => single(comparison, &Value::Boolean(!nodes.is_empty()), other, context),
        Value::Text(text) if is_equality(comparison) => {
            any(nodes, context, |value| (value == text) == (comparison == Comparison::Equal))
        }
        _ => {
            // Read once, and not for each node.
            let number = number(other, context)?;
            any(nodes, context, |value| numbers(comparison, number_of(value), number))
        }
    }
}

/// Whether it holds for the value of any of the nodes.
fn any(nodes: &[TreeNode], context: &Context<'_>, holds: impl Fn(&str) -> bool) -> Result<bool, XPathError> {
    for node in nodes {
        let value = context.tree().value(*node);
        context.charge_text(value.len())?;
        if holds(value) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Both sides are node-sets.
fn sets(
    comparison: Comparison,
    left: &[TreeNode],
    right: &[TreeNode],
    context: &Context<'_>,
) -> Result<bool, XPathError> {
    let tree = context.tree();
    for node in left.iter().chain(right) {
        context.charge_text(tree.value(*node).len())?;
    }
    let value = |node: &TreeNode| tree.value(*node);
    let (Some(first), Some(_)) = (left.first().map(value), right.first()) else { return Ok(false) };
    let is_less = matches!(comparison, Comparison::Less | Comparison::LessOrEqual);
    let extreme = |nodes: &[TreeNode], wants_least: bool| {
        let known = nodes.iter().map(|node| number_of(value(node))).filter(|number| !number.is_nan());
        known.reduce(if wants_least { f64::min } else { f64::max }).unwrap_or(f64::NAN)
    };
    Ok(match comparison {
        Comparison::Equal => {
            let mut left: Vec<&str> = left.iter().map(value).collect();
            left.sort_unstable();
            right.iter().any(|node| left.binary_search(&value(node)).is_ok())
        }
        // Unless all are the same, some pair differs.
        Comparison::NotEqual => left.iter().chain(right).any(|node| value(node) != first),
        _ => numbers(comparison, extreme(left, is_less), extreme(right, !is_less)),
    })
}
