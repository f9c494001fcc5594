//! `wss c14n`.

use ws_security::c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Document, IdIndex, NodeSet, Subset, Tree, TreeNode,
};
use ws_security::xpath::{Context, Expression};

use crate::args::{C14nArgs, Method};
use crate::output::{self, Outcome, could_not, refused};

/// The attributes that count as Ids on every element, since nothing is verified here.
const IDS: [&str; 4] = ["Id", "ID", "id", "AssertionID"];

pub(crate) fn run(arguments: &C14nArgs) -> Outcome {
    let is_exclusive = matches!(arguments.method, Method::Exclusive | Method::ExclusiveComments);
    if !arguments.prefix_list.is_empty() && !is_exclusive {
        return Err(could_not(
            "--prefix-list works with the exclusive methods only: the inclusive ones write every prefix in scope",
        ));
    }
    let octets = output::read_document(&arguments.file.file)?;
    let document = output::document(&octets, arguments.reading)?;
    let method = match arguments.method {
        Method::Exclusive => CanonicalizationMethod::Exclusive,
        Method::ExclusiveComments => CanonicalizationMethod::ExclusiveWithComments,
        Method::Inclusive => CanonicalizationMethod::Inclusive,
        Method::InclusiveComments => CanonicalizationMethod::InclusiveWithComments,
        Method::Inclusive11 => CanonicalizationMethod::Inclusive11,
        Method::Inclusive11Comments => CanonicalizationMethod::Inclusive11WithComments,
    };
    let subset = match &arguments.id {
        None => Subset::document(&document),
        Some(id) => {
            let index = IdIndex::build_with(&document, &IDS).map_err(refused)?;
            let element = index.get(id).ok_or_else(|| could_not(format!("no element has the Id {id:?}")))?;
            Subset::subtree(element)
        }
    };
    let canonicalization = Canonicalization::new(method).inclusive_prefixes(&arguments.prefix_list);
    let budget = Budget::new(&output::limits(), octets.len() as u64);
    let canonical = match &arguments.xpath {
        None => canonicalization.to_octets(&subset, &budget).map_err(refused)?,
        Some(expression) => {
            let expression = parsed(expression, &arguments.xpath_ns, &budget)?;
            selected(&expression, &document, &canonicalization, &budget)?
        }
    };
    output::write(arguments.file.output.as_ref(), &canonical)
}

/// Reads an expression: as text, or as an element that has it as its text and binds its prefixes.
fn parsed(text: &str, namespaces: &[String], budget: &Budget) -> Outcome<Expression> {
    if text.trim_start().starts_with('<') {
        let bearer = Document::parse(text.trim(), &output::limits())
            .map_err(|error| could_not(format!("--xpath is no element that bears an expression: {error}")))?;
        return Expression::of(bearer.root(), budget).map_err(could_not);
    }
    let wrong = |bound: &String| could_not(format!("--xpath-ns {bound:?} is not PREFIX=URI"));
    let bound: Vec<(&str, &str)> =
        namespaces.iter().map(|bound| bound.split_once('=').ok_or_else(|| wrong(bound))).collect::<Outcome<_>>()?;
    Expression::parse(text, &bound, budget).map_err(could_not)
}

/// The canonical octets of the nodes that an expression selects.
fn selected(
    expression: &Expression,
    document: &Document<'_>,
    canonicalization: &Canonicalization,
    budget: &Budget,
) -> Outcome<Vec<u8>> {
    let tree = Tree::new(document, budget).map_err(refused)?;
    let ids = IdIndex::build(document).map_err(refused)?;
    let context = Context::new(&tree, budget).ids(&ids);
    let mut set = NodeSet::empty(&tree);
    for node in expression.select(&context, TreeNode::ROOT).map_err(could_not)? {
        set.insert(node);
    }
    canonicalization.nodes_to_octets(&tree, &set, budget).map_err(refused)
}
