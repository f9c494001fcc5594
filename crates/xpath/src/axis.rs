//! Axes and node tests (XPath 1.0 §2.2 and §2.3).

use wss_c14n::{Budget, Limit, Tree, TreeKind, TreeNode};

use crate::context::Context;
use crate::error::XPathError;
use crate::list::NODE;
use crate::syntax::{Axis, Test};

/// The number of octets of a namespace whose comparison takes as long as visiting a node. Namespaces of usual length
/// are not charged.
const OCTETS_OF_A_NODE: usize = 256;

/// The nodes on an axis that pass a test, in the order of the axis. Each node on the axis is charged. `held` are the octets that
/// are held beside them.
pub(crate) fn nodes_on(
    axis: Axis,
    test: &Test,
    node: TreeNode,
    context: &Context<'_>,
    held: usize,
) -> Result<Vec<TreeNode>, XPathError> {
    let (tree, budget) = (context.tree(), context.budget());
    let mut found = Vec::new();
    let mut visit = |nodes: &mut dyn Iterator<Item = TreeNode>| {
        for visited in nodes {
            budget.charge(Limit::XPathNodes, 1)?;
            // A walk over all nodes also passes attributes and namespaces. These axes do not have them.
            let is_passed = is_walk(axis) && visited != node && is_of_element(visited, tree);
            if !is_passed && passes(test, axis, visited, tree, budget)? {
                found.push(visited);
                // The vector grows next time.
                if found.len().is_power_of_two() {
                    budget.check_held(Limit::XPathHeld, (held + found.len() * NODE) as u64)?;
                }
            }
        }
        Ok::<(), XPathError>(())
    };
    let itself = || std::iter::once(node);
    let between = |range: std::ops::Range<usize>| range.filter_map(|index| tree.at(index));
    let inside = tree.subtree(node);
    match axis {
        Axis::Itself => visit(&mut itself())?,
        Axis::Parent => visit(&mut tree.parent(node).into_iter())?,
        Axis::Ancestor => visit(&mut ancestors(node, tree).skip(1))?,
        Axis::AncestorOrSelf => visit(&mut ancestors(node, tree))?,
        Axis::Child => visit(&mut tree.children(node))?,
        Axis::Attribute => visit(&mut tree.attributes(node))?,
        Axis::Namespace => visit(&mut tree.namespaces(node))?,
        Axis::Descendant => visit(&mut between(inside.start + 1..inside.end))?,
        Axis::DescendantOrSelf => visit(&mut between(inside))?,
        Axis::Following => visit(&mut between(inside.end..tree.len()))?,
        Axis::Preceding => {
            visit(&mut between(1..inside.start).rev())?;
            found.retain(|before| !tree.subtree(*before).contains(&node.index()));
        }
        Axis::FollowingSibling if !is_of_element(node, tree) => visit(&mut siblings(node, tree).skip(1))?,
        Axis::PrecedingSibling if !is_of_element(node, tree) => {
            let before = tree.parent(node).map(|parent| tree.children(parent).take_while(|other| *other < node));
            let mut before: Vec<TreeNode> = before.into_iter().flatten().collect();
            before.reverse();
            visit(&mut before.into_iter())?;
        }
        Axis::FollowingSibling | Axis::PrecedingSibling => {}
    }
    Ok(found)
}

/// The node, its parent, and so on to the root.
fn ancestors(node: TreeNode, tree: &Tree<'_>) -> impl Iterator<Item = TreeNode> {
    std::iter::successors(Some(node), |node| tree.parent(*node))
}

/// The node, and the siblings after it.
fn siblings(node: TreeNode, tree: &Tree<'_>) -> impl Iterator<Item = TreeNode> {
    let end = tree.parent(node).map_or(0, |parent| tree.subtree(parent).end);
    std::iter::successors(Some(node), move |node| {
        let next = tree.subtree(*node).end;
        if next < end { tree.at(next) } else { None }
    })
}

fn is_of_element(node: TreeNode, tree: &Tree<'_>) -> bool {
    matches!(tree.kind(node), TreeKind::Attribute | TreeKind::Namespace)
}

/// Whether an axis is walked over all nodes in document order.
fn is_walk(axis: Axis) -> bool {
    matches!(axis, Axis::Descendant | Axis::DescendantOrSelf | Axis::Following | Axis::Preceding)
}

/// Whether a node passes a test on an axis, which has a principal kind of nodes.
fn passes(test: &Test, axis: Axis, node: TreeNode, tree: &Tree<'_>, budget: &Budget) -> Result<bool, XPathError> {
    let kind = tree.kind(node);
    let principal = match axis {
        Axis::Attribute => TreeKind::Attribute,
        Axis::Namespace => TreeKind::Namespace,
        _ => TreeKind::Element,
    };
    let is_in = |namespace: &str| {
        let other = tree.name(node).namespace;
        if other.len() == namespace.len() {
            budget.charge(Limit::XPathNodes, (namespace.len() / OCTETS_OF_A_NODE) as u64)?;
        }
        Ok::<bool, XPathError>(other == namespace)
    };
    Ok(match test {
        Test::Node => true,
        Test::Text => kind == TreeKind::Text,
        Test::Comment => kind == TreeKind::Comment,
        Test::ProcessingInstruction(target) => {
            let is_target = |target: &String| tree.qualified_name(node) == target;
            kind == TreeKind::ProcessingInstruction && target.as_ref().is_none_or(is_target)
        }
        Test::AnyName => kind == principal,
        Test::Namespace(namespace) => kind == principal && is_in(namespace)?,
        Test::Name(namespace, local) => kind == principal && tree.name(node).local == local && is_in(namespace)?,
    })
}
