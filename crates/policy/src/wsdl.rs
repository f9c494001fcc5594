//! WSDL 1.1: services, ports, operations, and the policies that are attached to them (WS-PolicyAttachment 1.5 §4).
//!
//! What is in force for a message is what is attached to the service; to the port, its binding and its port type; to the
//! operation of the binding and of the port type; and to the message, and the input or output of both.

use std::collections::HashMap;
use std::sync::Arc;

use wss_c14n::Element;
use wss_soap::SoapVersion;

use crate::assertion::Alternative;
use crate::error::PolicyError;
use crate::expression::{At, Expressions, File};
use crate::names::{self, WSDL, WSDL_SOAP11, WSDL_SOAP12};

/// A port of a service.
#[derive(Debug, Clone)]
pub(crate) struct PortPolicy {
    pub(crate) service: String,
    pub(crate) port: String,
    pub(crate) binding: String,
    pub(crate) address: Option<String>,
    pub(crate) version: SoapVersion,
    pub(crate) operations: Vec<OperationPolicy>,
}

/// What is in force for an operation.
#[derive(Debug, Clone)]
pub(crate) struct OperationPolicy {
    pub(crate) name: String,
    pub(crate) action: Option<String>,
    /// For request and reply.
    pub(crate) common: Arc<Vec<Alternative>>,
    pub(crate) request: Vec<Alternative>,
    /// `None` for an operation without a reply.
    pub(crate) reply: Option<Vec<Alternative>>,
}

/// The definitions of all files, by kind and name.
struct Definitions<'d> {
    bindings: HashMap<String, At<'d>>,
    port_types: HashMap<String, At<'d>>,
    messages: HashMap<String, At<'d>>,
}

/// Reads every port of every service; without services, every binding as a port of its own name.
pub(crate) fn ports<'d>(files: &'d [File<'d>], expressions: &Expressions<'d>) -> Result<Vec<PortPolicy>, PolicyError> {
    let top = || {
        let roots = files.iter().enumerate().map(|(file, known)| At { file, element: known.document.root() });
        roots.flat_map(|at| at.element.children().map(move |element| At { element, ..at }))
    };
    let of_kind = |local: &str| {
        let found = top().filter(|at| at.element.is(WSDL, local));
        let mut named = HashMap::new();
        for at in found {
            named.entry(attribute(at.element, "name")).or_insert(at);
        }
        named
    };
    let definitions =
        Definitions { bindings: of_kind("binding"), port_types: of_kind("portType"), messages: of_kind("message") };
    let reader = Reader { expressions, definitions };
    let mut ports = Vec::new();
    for service in top().filter(|at| at.element.is(WSDL, "service")) {
        for element in service.element.children_named(WSDL, "port") {
            ports.push(reader.port(service, At { element, ..service })?);
        }
    }
    if ports.is_empty() {
        for at in top().filter(|at| at.element.is(WSDL, "binding")) {
            let nothing = Arc::new(vec![Alternative::new()]);
            let port = attribute(at.element, "name");
            ports.push(reader.bound(Some(at), &nothing, Port { service: String::new(), port, address: None })?);
        }
    }
    Ok(ports)
}

/// The location and namespace of each file that a file imports.
pub(crate) fn imports(root: Element<'_>) -> Vec<(String, String)> {
    let imports = root.children_named(WSDL, "import");
    imports.map(|import| (attribute(import, "location"), attribute(import, "namespace"))).collect()
}

/// Policies at places that are not read: what they are, and where.
pub(crate) fn passed_over(root: Element<'_>) -> impl Iterator<Item = (&'static str, Element<'_>)> {
    let has_policy = |element: Element<'_>| {
        element.children().any(|child| names::is_policy(child.name().namespace))
            || element.attributes().any(|(name, _)| names::is_policy(name.namespace))
    };
    root.descendants_and_self().filter_map(move |element| {
        let name = element.name();
        let is_attachment = names::is_policy(name.namespace) && name.local == "PolicyAttachment";
        let is_fault = element.is(WSDL, "fault") && has_policy(element);
        match (is_attachment, is_fault) {
            (true, _) => Some(("a wsp:PolicyAttachment", element)),
            (_, true) => Some(("the policy of a wsdl:fault", element)),
            _ => None,
        }
    })
}

struct Port {
    service: String,
    port: String,
    address: Option<String>,
}

struct Reader<'e, 'd> {
    expressions: &'e Expressions<'d>,
    definitions: Definitions<'d>,
}

impl<'d> Reader<'_, 'd> {
    fn port(&self, service: At<'d>, at: At<'d>) -> Result<PortPolicy, PolicyError> {
        let own = self.attached([Some(service), Some(at)])?;
        let address = at.element.children().find(|child| child.name().local == "address");
        let address = address.and_then(|address| address.attribute("", "location")).map(std::borrow::Cow::into_owned);
        let port = Port { service: attribute(service.element, "name"), port: attribute(at.element, "name"), address };
        let binding = self.definitions.bindings.get(local(&attribute(at.element, "binding"))).copied();
        self.bound(binding, &own, port)
    }

    fn bound(&self, binding: Option<At<'d>>, own: &[Alternative], port: Port) -> Result<PortPolicy, PolicyError> {
        let Port { service, port, address } = port;
        let Some(binding) = binding else {
            let (binding, version, operations) = (String::new(), SoapVersion::V11, Vec::new());
            return Ok(PortPolicy { service, port, binding, address, version, operations });
        };
        let port_type = self.definitions.port_types.get(local(&attribute(binding.element, "type"))).copied();
        let of_endpoint = self.attached([Some(binding), port_type])?;
        let of_endpoint = Arc::new(self.expressions.merged(own, &of_endpoint)?);
        let is_soap12 = binding.element.children().any(|child| child.is(WSDL_SOAP12, "binding"));
        let mut operations = Vec::new();
        for element in binding.element.children_named(WSDL, "operation") {
            let name = attribute(element, "name");
            let abstract_one = port_type.and_then(|port_type| {
                let mut all = port_type.element.children_named(WSDL, "operation");
                let element = all.find(|operation| attribute(*operation, "name") == name)?;
                Some(At { element, ..port_type })
            });
            operations.push(self.operation(At { element, ..binding }, abstract_one, &of_endpoint)?);
        }
        Ok(PortPolicy {
            service,
            port,
            binding: attribute(binding.element, "name"),
            address,
            version: if is_soap12 { SoapVersion::V12 } else { SoapVersion::V11 },
            operations,
        })
    }

    fn operation(
        &self,
        at: At<'d>,
        abstract_one: Option<At<'d>>,
        of_endpoint: &Arc<Vec<Alternative>>,
    ) -> Result<OperationPolicy, PolicyError> {
        let own = self.attached([Some(at), abstract_one])?;
        let common = match own.as_slice() {
            [nothing] if nothing.is_empty() => Arc::clone(of_endpoint),
            _ => Arc::new(self.expressions.merged(of_endpoint, &own)?),
        };
        let soap =
            [WSDL_SOAP11, WSDL_SOAP12].iter().find_map(|soap| at.element.children_named(soap, "operation").next());
        let action = soap.and_then(|soap| soap.attribute("", "soapAction")).map(std::borrow::Cow::into_owned);
        let request = self.message(at, abstract_one, "input")?.unwrap_or_else(|| vec![Alternative::new()]);
        let reply = self.message(at, abstract_one, "output")?;
        Ok(OperationPolicy { name: attribute(at.element, "name"), action, common, request, reply })
    }

    /// What is attached to the input or output; `None` if there is none.
    fn message(
        &self,
        at: At<'d>,
        abstract_one: Option<At<'d>>,
        direction: &'static str,
    ) -> Result<Option<Vec<Alternative>>, PolicyError> {
        let of = |at: At<'d>| at.element.children_named(WSDL, direction).next().map(|element| At { element, ..at });
        let (bound, abstract_one) = (of(at), abstract_one.and_then(of));
        if bound.or(abstract_one).is_none() {
            return Ok(None);
        }
        let message = abstract_one.map(|at| attribute(at.element, "message"));
        let message = message.and_then(|name| self.definitions.messages.get(local(&name))).copied();
        self.attached([bound, abstract_one, message]).map(Some)
    }

    /// What is attached to the elements, all together.
    fn attached<const N: usize>(&self, elements: [Option<At<'d>>; N]) -> Result<Vec<Alternative>, PolicyError> {
        let mut merged = vec![Alternative::new()];
        for at in elements.into_iter().flatten() {
            for (name, value) in at.element.attributes() {
                if names::is_policy(name.namespace) && name.local == "PolicyURIs" {
                    for uri in value.split_ascii_whitespace() {
                        merged = self.expressions.merged(&merged, &self.expressions.of_uri(uri, at)?)?;
                    }
                }
            }
            for element in at.element.children().filter(|child| names::is_policy(child.name().namespace)) {
                if ["Policy", "PolicyReference"].contains(&element.name().local) {
                    let alternatives = self.expressions.alternatives(At { element, ..at })?;
                    merged = self.expressions.merged(&merged, &alternatives)?;
                }
            }
        }
        Ok(merged)
    }
}

fn attribute(element: Element<'_>, local: &str) -> String {
    element.attribute("", local).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// The local part of a qualified name: the files of one description have one namespace.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}
