//! WSDL 1.1: services, ports, operations, and the policies that are attached to them (WS-PolicyAttachment 1.5 §4).
//!
//! What is in force for a message is what is attached to the service; to the port, its binding and its port type; to the
//! operation of the binding and of the port type; and to the message, and the input or output of both.

use std::collections::HashMap;
use std::sync::Arc;

use wss_soap::SoapVersion;

use crate::assertion::Alternative;
use crate::definitions::{Definitions, Import, Kind, attribute};
use crate::error::PolicyError;
use crate::expression::{At, Expressions, File};
use crate::names::{self, WSDL, WSDL_SOAP11, WSDL_SOAP12};

/// A port of a service.
#[derive(Debug, Clone)]
pub(crate) struct PortPolicy {
    pub(crate) service: Arc<str>,
    pub(crate) port: String,
    pub(crate) binding: Arc<str>,
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

/// Reads every port of every service; without services, every binding as a port of its own name. `left_out` are the imports
/// that were not given.
pub(crate) fn ports<'d>(
    files: &'d [File<'d>],
    expressions: &Expressions<'d>,
    left_out: &[Import],
) -> Result<Vec<PortPolicy>, PolicyError> {
    let reader = Reader { expressions, definitions: Definitions::read(files, expressions, left_out)? };
    let mut ports = Vec::new();
    for service in reader.definitions.all("service") {
        let name: Arc<str> = attribute(service.element, "name").into();
        for element in service.element.children_named(WSDL, "port") {
            ports.push(reader.port((service, &name), At { element, ..service })?);
        }
    }
    if ports.is_empty() {
        for at in reader.definitions.all("binding") {
            let port = attribute(at.element, "name");
            ports.push(reader.bound(Some(at), &nothing(), Port { service: "".into(), port, address: None })?);
        }
    }
    Ok(ports)
}

struct Port {
    service: Arc<str>,
    port: String,
    address: Option<String>,
}

/// The operations of a port type, by name.
type Operations<'d> = HashMap<String, Vec<At<'d>>>;

struct Reader<'e, 'd> {
    expressions: &'e Expressions<'d>,
    definitions: Definitions<'e, 'd>,
}

impl<'d> Reader<'_, 'd> {
    fn port(&self, (service, name): (At<'d>, &Arc<str>), at: At<'d>) -> Result<PortPolicy, PolicyError> {
        let own = self.attached([Some(service), Some(at)])?;
        let address = at.element.children().find(|child| child.name().local == "address");
        let address = address.and_then(|address| address.attribute("", "location")).map(std::borrow::Cow::into_owned);
        let port = Port { service: Arc::clone(name), port: attribute(at.element, "name"), address };
        self.bound(self.definitions.named(at, "binding", Kind::Binding)?, &own, port)
    }

    fn bound(&self, binding: Option<At<'d>>, own: &[Alternative], port: Port) -> Result<PortPolicy, PolicyError> {
        let Port { service, port, address } = port;
        let Some(binding) = binding else {
            let (binding, version, operations) = ("".into(), SoapVersion::V11, Vec::new());
            return Ok(PortPolicy { service, port, binding, address, version, operations });
        };
        let port_type = self.definitions.named(binding, "type", Kind::PortType)?;
        let of_endpoint = self.attached([Some(binding), port_type])?;
        let of_endpoint = Arc::new(self.expressions.merged(own, &of_endpoint)?);
        let is_soap12 = binding.element.children().any(|child| child.is(WSDL_SOAP12, "binding"));
        let mut of_port_type = Operations::new();
        for at in port_type.into_iter().flat_map(operations) {
            of_port_type.entry(attribute(at.element, "name")).or_default().push(at);
        }
        let mut bound = Vec::new();
        for at in operations(binding) {
            let abstract_one = match port_type {
                Some(_) => Some(self.of_port_type(at, &of_port_type)?),
                None => None,
            };
            bound.push(self.operation(at, abstract_one, &of_endpoint)?);
        }
        Ok(PortPolicy {
            service,
            port,
            binding: attribute(binding.element, "name").into(),
            address,
            version: if is_soap12 { SoapVersion::V12 } else { SoapVersion::V11 },
            operations: bound,
        })
    }

    /// The operation of the port type. Of several of one name, it is that whose input has the same name.
    fn of_port_type(&self, at: At<'d>, known: &Operations<'d>) -> Result<At<'d>, PolicyError> {
        let name = attribute(at.element, "name");
        let input = |at: &At<'d>| {
            let input = at.element.children_named(WSDL, "input").next();
            input.map(|input| attribute(input, "name")).unwrap_or_default()
        };
        match known.get(&name).map(Vec::as_slice).unwrap_or_default() {
            [] => Err(self.definitions.unresolved(at, "wsdl:operation in the port type", name, "")),
            [one] => Ok(*one),
            several => {
                let mut same = several.iter().filter(|other| input(other) == input(&at));
                same.next().filter(|_| same.next().is_none()).copied().ok_or_else(|| PolicyError::Malformed {
                    place: self.definitions.place(at),
                    why: "the port type has several operations of this name: name the input of each, in both",
                })
            }
        }
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
        let request = self.message(at, abstract_one, "input")?.unwrap_or_else(nothing);
        let reply = self.message(at, abstract_one, "output")?;
        self.expressions.operation()?;
        self.expressions.in_force(&common, &request)?;
        if let Some(reply) = &reply {
            self.expressions.in_force(&common, reply)?;
        }
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
        let message =
            abstract_one.map(|at| self.definitions.named(at, "message", Kind::Message)).transpose()?.flatten();
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

fn operations<'d>(at: At<'d>) -> impl Iterator<Item = At<'d>> {
    at.element.children_named(WSDL, "operation").map(move |element| At { element, ..at })
}

/// The alternatives of a message with no policy: one, which demands nothing.
pub(crate) fn nothing() -> Vec<Alternative> {
    vec![Alternative::new()]
}
