//! `wss c14n`.

use ws_security::c14n::{Budget, Canonicalization, CanonicalizationMethod, Document, IdIndex, Subset};

use crate::args::{C14nArgs, Method};
use crate::output::{self, Outcome, could_not, refused};

pub(crate) fn run(arguments: &C14nArgs) -> Outcome {
    let octets = output::read(&arguments.file.file)?;
    let document = Document::parse_transcoding(&octets, &output::limits()).map_err(refused)?;
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
            // `Id`, `ID` and `id` of any vocabulary count as well, since nothing is verified here.
            let index = IdIndex::build_with(&document, &["Id", "ID", "id", "AssertionID"]).map_err(refused)?;
            let element = index.get(id).ok_or_else(|| could_not(format!("no element has the Id {id:?}")))?;
            Subset::subtree(element)
        }
    };
    let canonicalization = Canonicalization::new(method).inclusive_prefixes(&arguments.prefix_list);
    let budget = Budget::new(&output::limits(), octets.len() as u64);
    let canonical = canonicalization.to_octets(&subset, &budget).map_err(refused)?;
    output::write(arguments.file.output.as_ref(), &canonical)
}
