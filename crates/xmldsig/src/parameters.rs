//! The parameters of algorithms: a canonicalisation may have one, other algorithms have none.

use wss_c14n::{Budget, Canonicalization, CanonicalizationMethod, Element, Limit, name};

use crate::algorithm_role::AlgorithmRole;
use crate::error::SignatureError;

/// A canonicalisation and its only parameter, `ec:InclusiveNamespaces`.
pub(crate) fn parse_canonicalization(
    element: Element<'_>,
    budget: &Budget,
) -> Result<Canonicalization, SignatureError> {
    let uri = element.required_attribute("", "Algorithm")?;
    let method = CanonicalizationMethod::from_uri(&uri).ok_or_else(|| SignatureError::UnknownAlgorithm {
        role: AlgorithmRole::Canonicalization,
        uri: uri.clone().into(),
    })?;
    canonicalization_of(method, element, budget)
}

pub(crate) fn canonicalization_of(
    method: CanonicalizationMethod,
    element: Element<'_>,
    budget: &Budget,
) -> Result<Canonicalization, SignatureError> {
    let mut canonicalization = Canonicalization::new(method);
    let mut children = element.children();
    if let Some(parameter) = children.next() {
        if !method.is_exclusive() {
            return Err(SignatureError::Parameters { uri: method.uri().into() });
        }
        let is_other = |child: &Element<'_>| !child.is(name::EC.uri, "InclusiveNamespaces");
        if let Some(other) = Some(parameter).filter(is_other).or(children.next()) {
            return Err(SignatureError::OtherParameter { found: other.name().to_string().into() });
        }
        no_parameters(parameter, method.uri())?;
        let prefixes = parameter.attribute("", "PrefixList").unwrap_or_default();
        budget.check(Limit::PrefixListOctets, prefixes.len())?;
        budget.check(Limit::Prefixes, prefixes.split_ascii_whitespace().count())?;
        canonicalization = canonicalization.inclusive_prefixes(&prefixes);
    }
    Ok(canonicalization)
}

/// The algorithm elements of a signature may have no other content: content that is not read would still be
/// canonicalised and signed.
pub(crate) fn no_parameters(element: Element<'_>, uri: &str) -> Result<(), SignatureError> {
    only_parameters(element, &[], uri)
}

pub(crate) fn only_parameters(element: Element<'_>, known: &[(&str, &str)], uri: &str) -> Result<(), SignatureError> {
    let is_known = |child: Element<'_>| known.iter().any(|(namespace, local)| child.is(namespace, local));
    match element.children().all(is_known) {
        true => Ok(()),
        false => Err(SignatureError::Parameters { uri: uri.into() }),
    }
}
