//! The core function library (XPath 1.0 §4), and `here()` of XML Signature 1.1 §6.6.3.

use std::collections::HashMap;

use wss_c14n::name::{self, ExpandedName};
use wss_c14n::{Limit, TreeKind, TreeNode};

use crate::context::Context;
use crate::error::XPathError;
use crate::function::Function;
use crate::list::List;
use crate::value::{Value, number_of};

/// A context node, its position, and the size of the context.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    pub(crate) node: TreeNode,
    pub(crate) position: usize,
    pub(crate) size: usize,
}

/// The value of a function. Its number of arguments was checked.
pub(crate) fn call(
    function: Function,
    arguments: &[Value],
    at: At,
    context: &Context<'_>,
) -> Result<Value, XPathError> {
    let call = Call { arguments, at, context };
    Ok(match function {
        Function::Last => Value::Number(at.size as f64),
        Function::Position => Value::Number(at.position as f64),
        Function::Count => Value::Number(call.nodes()?.len() as f64),
        Function::Id => Value::Nodes(call.id()?),
        Function::Here => Value::Nodes(vec![context.bearer()?]),
        Function::LocalName => call.name(|name, _| name.local.to_owned())?,
        Function::NamespaceUri => call.name(|name, _| name.namespace.to_owned())?,
        Function::Name => call.name(|_, written| written.to_owned())?,
        Function::Text => Value::Text(call.text_or_context()?),
        Function::Concat => Value::Text(call.concat()?),
        Function::StartsWith => Value::Boolean(call.text(0)?.starts_with(&call.text(1)?)),
        Function::Contains => Value::Boolean(call.text(0)?.contains(&call.text(1)?)),
        Function::SubstringBefore => {
            let (text, found) = (call.text(0)?, call.text(1)?);
            Value::Text(text.split_once(&found).map_or("", |(before, _)| before).to_owned())
        }
        Function::SubstringAfter => {
            let (text, found) = (call.text(0)?, call.text(1)?);
            Value::Text(text.split_once(&found).map_or("", |(_, after)| after).to_owned())
        }
        Function::Substring => Value::Text(call.substring()?),
        Function::StringLength => Value::Number(call.text_or_context()?.chars().count() as f64),
        Function::NormalizeSpace => {
            let text = call.text_or_context()?;
            let mut normal = call.room(text.len())?;
            for word in text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()) {
                normal.push_str(if normal.is_empty() { "" } else { " " });
                normal.push_str(word);
            }
            Value::Text(normal)
        }
        Function::Translate => Value::Text(call.translate()?),
        Function::Boolean => Value::Boolean(call.boolean()),
        Function::Not => Value::Boolean(!call.boolean()),
        Function::True => Value::Boolean(true),
        Function::False => Value::Boolean(false),
        Function::Lang => Value::Boolean(call.lang()?),
        Function::Number => Value::Number(match arguments.is_empty() {
            true => number_of(&call.text_or_context()?),
            false => call.number(0)?,
        }),
        Function::Sum => Value::Number(call.sum()?),
        Function::Floor => Value::Number(call.number(0)?.floor()),
        Function::Ceiling => Value::Number(call.number(0)?.ceil()),
        Function::Round => Value::Number(round(call.number(0)?)),
    })
}

struct Call<'c> {
    arguments: &'c [Value],
    at: At,
    context: &'c Context<'c>,
}

impl<'c> Call<'c> {
    /// An argument as a string.
    fn text(&self, index: usize) -> Result<String, XPathError> {
        match self.arguments.get(index) {
            Some(Value::Nodes(nodes)) => nodes.first().map_or(Ok(String::new()), |node| self.value_of(*node)),
            Some(Value::Text(text)) => {
                self.context.charge_text(text.len())?;
                Ok(text.clone())
            }
            Some(other) => Ok(other.to_text(self.context.tree())),
            None => Ok(String::new()),
        }
    }

    /// The only argument as a string; without an argument, the string of the context node.
    fn text_or_context(&self) -> Result<String, XPathError> {
        if self.arguments.is_empty() { self.value_of(self.at.node) } else { self.text(0) }
    }

    fn value_of(&self, node: TreeNode) -> Result<String, XPathError> {
        let value = self.context.tree().value(node);
        self.context.charge_text(value.len())?;
        Ok(value.to_owned())
    }

    /// An empty string that takes so many octets without growing.
    fn room(&self, octets: usize) -> Result<String, XPathError> {
        self.context.budget().check_held(Limit::XPathHeld, octets as u64)?;
        Ok(String::with_capacity(octets))
    }

    fn concat(&self) -> Result<String, XPathError> {
        let most = |argument: &Value| match argument {
            Value::Nodes(nodes) => nodes.first().map_or(0, |node| self.context.tree().value(*node).len()),
            Value::Text(text) => text.len(),
            Value::Boolean(_) | Value::Number(_) => 0,
        };
        let mut all = self.room(self.arguments.iter().map(most).sum())?;
        for index in 0..self.arguments.len() {
            all.push_str(&self.text(index)?);
        }
        Ok(all)
    }

    /// An argument as a number.
    fn number(&self, index: usize) -> Result<f64, XPathError> {
        match self.arguments.get(index) {
            Some(Value::Nodes(_) | Value::Text(_)) => Ok(number_of(&self.text(index)?)),
            Some(other) => Ok(other.to_number(self.context.tree())),
            None => Ok(f64::NAN),
        }
    }

    fn boolean(&self) -> bool {
        self.arguments.first().is_some_and(Value::to_boolean)
    }

    fn nodes(&self) -> Result<&'c [TreeNode], XPathError> {
        match self.arguments.first() {
            Some(Value::Nodes(nodes)) => Ok(nodes),
            _ => Err(XPathError::NotNodes),
        }
    }

    /// A part of the name of the only argument, or of the context node.
    fn name(&self, part: impl Fn(ExpandedName<'c>, &'c str) -> String) -> Result<Value, XPathError> {
        let tree = self.context.tree();
        let node = if self.arguments.is_empty() { Some(self.at.node) } else { self.nodes()?.first().copied() };
        let Some(node) = node else { return Ok(Value::Text(String::new())) };
        let text = part(tree.name(node), tree.qualified_name(node));
        self.context.charge_text(text.len())?;
        Ok(Value::Text(text))
    }

    /// The elements whose Ids the argument lists.
    fn id(&self) -> Result<Vec<TreeNode>, XPathError> {
        let mut lists = Vec::new();
        match self.arguments.first() {
            Some(Value::Nodes(nodes)) => {
                for node in nodes {
                    lists.push(self.value_of(*node)?);
                }
            }
            _ => lists.push(self.text(0)?),
        }
        let ids = lists.iter().flat_map(|list| list.split([' ', '\t', '\n', '\r']));
        let mut found = List::default();
        ids.filter_map(|id| self.context.element(id)).for_each(|element| found.push(element));
        Ok(found.in_order())
    }

    /// The substring from a position, counted from 1, with a number of characters. Both numbers are rounded.
    fn substring(&self) -> Result<String, XPathError> {
        let text = self.text(0)?;
        let first = round(self.number(1)?);
        let end = if self.arguments.len() > 2 { first + round(self.number(2)?) } else { f64::INFINITY };
        let is_inside = |position: f64| position >= first && position < end;
        let mut inside = self.room(text.len())?;
        inside.extend(text.chars().zip(1u64..).filter(|(_, position)| is_inside(*position as f64)).map(|(c, _)| c));
        Ok(inside)
    }

    fn translate(&self) -> Result<String, XPathError> {
        let (text, from, to) = (self.text(0)?, self.text(1)?, self.text(2)?);
        let mut to = to.chars();
        let mut replacements: HashMap<char, Option<char>> = HashMap::new();
        for c in from.chars() {
            // Each character of `from` is replaced by the character at the same position of `to`. If it occurs several
            // times, the first counts.
            let partner = to.next();
            replacements.entry(c).or_insert(partner);
        }
        let replaced = || text.chars().filter_map(|c| replacements.get(&c).copied().unwrap_or(Some(c)));
        let mut all = self.room(replaced().map(char::len_utf8).sum())?;
        all.extend(replaced());
        Ok(all)
    }

    /// Whether the nearest `xml:lang` is the language, or a sublanguage of it.
    fn lang(&self) -> Result<bool, XPathError> {
        let tree = self.context.tree();
        let wanted = self.text(0)?.to_ascii_lowercase();
        let is_lang = |node: &TreeNode| tree.name(*node) == ExpandedName { namespace: name::XML, local: "lang" };
        let elements = std::iter::successors(Some(self.at.node), |node| tree.parent(*node))
            .filter(|node| tree.kind(*node) == TreeKind::Element);
        for element in elements {
            let attributes = tree.attributes(element).count() as u64;
            self.context.budget().charge(Limit::XPathNodes, 1 + attributes)?;
            if let Some(lang) = tree.attributes(element).find(is_lang) {
                let lang = self.value_of(lang)?.to_ascii_lowercase();
                return Ok(lang.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')));
            }
        }
        Ok(false)
    }

    fn sum(&self) -> Result<f64, XPathError> {
        let mut sum = 0.0;
        for node in self.nodes()? {
            sum += number_of(&self.value_of(*node)?);
        }
        Ok(sum)
    }
}

/// The nearest integer; if two are equally near, the larger one.
fn round(number: f64) -> f64 {
    let below = number.floor();
    if number.is_nan() || number.is_infinite() {
        number
    } else if number - below < 0.5 {
        below
    } else {
        number.ceil()
    }
}
