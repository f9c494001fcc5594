//! Forms to values (XPath 1.0 §2 and §3).

use std::cell::Cell;

use wss_c14n::{Limit, TreeNode};

use crate::axis::nodes_on;
use crate::compare::compare;
use crate::context::Context;
use crate::error::XPathError;
use crate::library::{At, call};
use crate::list::{List, NODE};
use crate::syntax::{Axis, Expr, Operator, Start, Step};
use crate::value::Value;

/// The value of `expression` for one node alone.
pub(crate) fn evaluate(expression: &Expr, context: &Context<'_>, node: TreeNode) -> Result<Value, XPathError> {
    Evaluator { context, held: Cell::new(0) }.value(expression, At { node, position: 1, size: 1 })
}

struct Evaluator<'c> {
    context: &'c Context<'c>,
    /// The octets of all values that are held at this time.
    held: Cell<usize>,
}

impl Evaluator<'_> {
    /// A value. When it is made, nothing else is held than before, and the value.
    fn value(&self, expression: &Expr, at: At) -> Result<Value, XPathError> {
        // A number or an operator costs as much as a node that is visited.
        self.context.budget().charge(Limit::XPathNodes, 1)?;
        let before = self.held.get();
        let value = self.made(expression, at)?;
        self.held.set(before);
        self.hold(match &value {
            Value::Nodes(nodes) => nodes.len() * NODE,
            // A function that takes it has a copy of it.
            Value::Text(text) => 2 * text.len(),
            Value::Boolean(_) | Value::Number(_) => 0,
        })?;
        Ok(value)
    }

    /// Notes that so many octets more are held.
    fn hold(&self, octets: usize) -> Result<(), XPathError> {
        self.held.set(self.held.get() + octets);
        Ok(self.context.budget().check_held(Limit::XPathHeld, self.held.get() as u64)?)
    }

    /// Adds nodes to a list that is held.
    fn add(&self, list: &mut List, nodes: Vec<TreeNode>) -> Result<(), XPathError> {
        let before = self.held.get() - list.len() * NODE;
        self.hold(nodes.len() * NODE)?;
        list.add(nodes);
        self.held.set(before);
        self.hold(list.len() * NODE)
    }

    fn made(&self, expression: &Expr, at: At) -> Result<Value, XPathError> {
        Ok(match expression {
            Expr::Any(operands) => Value::Boolean(self.is_any(operands, at, true)?),
            Expr::All(operands) => Value::Boolean(!self.is_any(operands, at, false)?),
            Expr::Compare(first, rest) => {
                let before = self.held.get();
                let mut value = self.value(first, at)?;
                for (comparison, operand) in rest {
                    value = Value::Boolean(compare(*comparison, &value, &self.value(operand, at)?, self.context)?);
                    self.held.set(before);
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
                let mut nodes = List::default();
                for operand in operands {
                    let before = self.held.get();
                    let more = self.nodes(operand, at)?;
                    self.held.set(before);
                    self.add(&mut nodes, more)?;
                }
                Value::Nodes(nodes.in_order())
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
            let before = self.held.get();
            if self.value(operand, at)?.to_boolean() == wanted {
                return Ok(true);
            }
            self.held.set(before);
        }
        Ok(false)
    }

    fn number(&self, expression: &Expr, at: At) -> Result<f64, XPathError> {
        let before = self.held.get();
        let value = self.value(expression, at)?;
        self.held.set(before);
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
        let before = self.held.get();
        let mut nodes = match start {
            Start::Context => vec![at.node],
            Start::Root => vec![TreeNode::ROOT],
            Start::Filter(primary, predicates) => self.filtered(self.nodes(primary, at)?, predicates)?,
        };
        for step in steps {
            nodes = self.step(step, &nodes)?;
            self.held.set(before);
            self.hold(nodes.len() * NODE)?;
        }
        Ok(nodes)
    }

    /// One step from every node.
    fn step(&self, step: &Step, from: &[TreeNode]) -> Result<Vec<TreeNode>, XPathError> {
        let mut found = List::default();
        for node in from {
            let before = self.held.get();
            let on_axis = nodes_on(step.axis, &step.test, *node, self.context, before)?;
            self.hold(on_axis.len() * NODE)?;
            let kept = self.filtered(on_axis, &step.predicates)?;
            self.held.set(before);
            self.add(&mut found, kept)?;
        }
        let is_reverse =
            matches!(step.axis, Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling);
        Ok(if from.len() > 1 || is_reverse { found.in_order() } else { found.into_nodes() })
    }

    /// The nodes for which all predicates are true. Positions count in the order of the nodes.
    fn filtered(&self, mut nodes: Vec<TreeNode>, predicates: &[Expr]) -> Result<Vec<TreeNode>, XPathError> {
        for predicate in predicates {
            let (size, mut position, mut all) = (nodes.len(), 0, Ok(()));
            nodes.retain(|node| {
                position += 1;
                let holds = all.is_ok().then(|| self.is_true(predicate, At { node: *node, position, size }));
                holds.is_some_and(|holds| {
                    holds.unwrap_or_else(|error| {
                        all = Err(error);
                        false
                    })
                })
            });
            all?;
        }
        Ok(nodes)
    }

    /// Whether a predicate is true for a node.
    fn is_true(&self, predicate: &Expr, at: At) -> Result<bool, XPathError> {
        let before = self.held.get();
        let value = self.value(predicate, at)?;
        self.held.set(before);
        Ok(match value {
            Value::Number(number) => number == at.position as f64,
            other => other.to_boolean(),
        })
    }
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
