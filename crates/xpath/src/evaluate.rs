//! Forms to values (XPath 1.0 §2 and §3).

use wss_c14n::{Limit, TreeNode};

use crate::axis::nodes_on;
use crate::compare::compare;
use crate::context::Context;
use crate::error::XPathError;
use crate::library::{At, call};
use crate::syntax::{Axis, Expr, Operator, Start, Step};
use crate::value::Value;

/// The value of `expression` for one node alone.
pub(crate) fn evaluate(expression: &Expr, context: &Context<'_>, node: TreeNode) -> Result<Value, XPathError> {
    Evaluator { context }.value(expression, At { node, position: 1, size: 1 })
}

struct Evaluator<'c> {
    context: &'c Context<'c>,
}

impl Evaluator<'_> {
    fn value(&self, expression: &Expr, at: At) -> Result<Value, XPathError> {
        // A number or an operator costs as much as a node that is visited.
        self.context.budget().charge(Limit::XPathNodes, 1)?;
        Ok(match expression {
            Expr::Any(operands) => Value::Boolean(self.is_any(operands, at, true)?),
            Expr::All(operands) => Value::Boolean(!self.is_any(operands, at, false)?),
            Expr::Compare(first, rest) => {
                let mut value = self.value(first, at)?;
                for (comparison, operand) in rest {
                    value = Value::Boolean(compare(*comparison, &value, &self.value(operand, at)?, self.context)?);
                }
                value
            }
            Expr::Arithmetic(first, rest) => {
                let mut number = self.number(first, at)?;
                for (operator, operand) in rest {
                    number = arithmetic(*operator, number, self.number(operand, at)?);
                }
                Value::Number(number)
            }
            Expr::Negative(operand) => Value::Number(-self.number(operand, at)?),
            Expr::Union(operands) => {
                let mut nodes = Vec::new();
                for operand in operands {
                    nodes.extend(self.nodes(operand, at)?);
                }
                Value::Nodes(in_order(nodes))
            }
            Expr::Path(start, steps) => Value::Nodes(self.path(start, steps, at)?),
            Expr::Literal(literal) => {
                self.context.charge_text(literal.len())?;
                Value::Text(literal.clone())
            }
            Expr::Number(number) => Value::Number(*number),
            Expr::Call(function, arguments) => {
                let arguments = arguments.iter().map(|argument| self.value(argument, at));
                call(*function, &arguments.collect::<Result<Vec<_>, _>>()?, at, self.context)?
            }
        })
    }

    /// Whether an operand has this boolean value. The operands after it are not evaluated.
    fn is_any(&self, operands: &[Expr], at: At, wanted: bool) -> Result<bool, XPathError> {
        for operand in operands {
            if self.value(operand, at)?.to_boolean() == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn number(&self, expression: &Expr, at: At) -> Result<f64, XPathError> {
        let value = self.value(expression, at)?;
        if let Value::Nodes(nodes) = &value {
            let text = nodes.first().map_or("", |node| self.context.tree().value(*node));
            self.context.charge_text(text.len())?;
        }
        Ok(value.to_number(self.context.tree()))
    }

    fn nodes(&self, expression: &Expr, at: At) -> Result<Vec<TreeNode>, XPathError> {
        match self.value(expression, at)? {
            Value::Nodes(nodes) => Ok(nodes),
            Value::Boolean(_) | Value::Number(_) | Value::Text(_) => Err(XPathError::NotNodes),
        }
    }

    fn path(&self, start: &Start, steps: &[Step], at: At) -> Result<Vec<TreeNode>, XPathError> {
        let mut nodes = match start {
            Start::Context => vec![at.node],
            Start::Root => vec![TreeNode::ROOT],
            Start::Filter(primary, predicates) => self.filtered(self.nodes(primary, at)?, predicates)?,
        };
        for step in steps {
            nodes = self.step(step, &nodes)?;
        }
        Ok(nodes)
    }

    /// One step from every node.
    fn step(&self, step: &Step, from: &[TreeNode]) -> Result<Vec<TreeNode>, XPathError> {
        let mut found = Vec::new();
        for node in from {
            let on_axis = nodes_on(step.axis, &step.test, *node, self.context.tree(), self.context.budget())?;
            found.extend(self.filtered(on_axis, &step.predicates)?);
        }
        let is_reverse =
            matches!(step.axis, Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling);
        Ok(if from.len() > 1 || is_reverse { in_order(found) } else { found })
    }

    /// The nodes for which all predicates are true. Positions count in the order of the nodes.
    fn filtered(&self, mut nodes: Vec<TreeNode>, predicates: &[Expr]) -> Result<Vec<TreeNode>, XPathError> {
        for predicate in predicates {
            let size = nodes.len();
            let mut kept = Vec::new();
            for (before, node) in nodes.into_iter().enumerate() {
                let at = At { node, position: before + 1, size };
                let holds = match self.value(predicate, at)? {
                    Value::Number(number) => number == at.position as f64,
                    other => other.to_boolean(),
                };
                if holds {
                    kept.push(node);
                }
            }
            nodes = kept;
        }
        Ok(nodes)
    }
}

fn in_order(mut nodes: Vec<TreeNode>) -> Vec<TreeNode> {
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

/// IEEE 754 arithmetic (XPath 1.0 §3.5). The remainder has the sign of the dividend.
fn arithmetic(operator: Operator, left: f64, right: f64) -> f64 {
    match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::Remainder => left % right,
    }
}
