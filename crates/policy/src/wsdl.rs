//! WSDL 1.1: services, ports, operations, and the policies that are attached to them (WS-PolicyAttachment 1.5 §4).
//!
//! The policy in force for a message is the policies attached to the service; to the port, its binding and its port
//! type; to the operation of the binding and of the port type; and to the message, and the input or output of both.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use wss_c14n::NodeId;
use wss_soap::SoapVersion;

use crate::assertion::Alternative;
use crate::definitions::{Definitions, Import, Kind, borrowed};
use crate::error::PolicyError;
use crate::expression::{At, Expressions, File, Normal};
use crate::names::{self, WSDL, WSDL_SOAP11, WSDL_SOAP12};

/// A port of a service.
#[derive(Debug, Clone)]
pub(crate) struct PortPolicy {
    pub(crate) service: Arc<str>,
    pub(crate) port: Arc<str>,
    pub(crate) binding: Arc<str>,
    pub(crate) address: Option<String>,
    pub(crate) version: SoapVersion,
    pub(crate) operations: Vec<OperationPolicy>,
}

/// The policy in force for an operation.
#[derive(Debug, Clone)]
pub(crate) struct OperationPolicy {
    pub(crate) name: Arc<str>,
    pub(crate) action: Option<Arc<str>>,
    /// The policy for request and reply.
    pub(crate) common: Normal,
    pub(crate) request: Normal,
    /// `None` for an operation without a reply.
    pub(crate) reply: Option<Normal>,
}

/// Reads every port of every service. A WSDL without services gives one port for each binding, with the binding's name.
/// `left_out`: imports that the caller did not give.
pub(crate) fn ports<'d>(
    files: &'d [File<'d>],
    expressions: &Expressions<'d>,
    left_out: &[Import],
) -> Result<Vec<PortPolicy>, PolicyError> {
    let reader = Reader {
        expressions,
        definitions: Definitions::read(files, expressions, left_out)?,
        nothing: nothing(),
        attached: RefCell::default(),
        port_types: RefCell::default(),
        bindings: RefCell::default(),
    };
    let mut ports = Vec::new();
    for service in reader.definitions.all("service") {
        let name: Arc<str> = borrowed(service.element, "name").into();
        for element in service.element.children_named(WSDL, "port") {
            ports.push(reader.port((service, &name), At { element, ..service })?);
        }
    }
    if ports.is_empty() {
        for at in reader.definitions.all("binding") {
            let port = borrowed(at.element, "name").into();
            ports.push(reader.bound(Some(at), &reader.nothing, Port { service: "".into(), port, address: None })?);
        }
    }
    Ok(ports)
}

struct Port {
    service: Arc<str>,
    port: Arc<str>,
    address: Option<String>,
}

/// The operations of a port type, with their names and those of their inputs, in the order of both.
type Operations<'d> = Vec<(Cow<'d, str>, Cow<'d, str>, At<'d>)>;

/// The largest number of children of an element whose attached policy is read again for each reference to the element.
const FEW_CHILDREN: usize = 8;

/// The results of reading elements, by file and node.
type Known<T> = RefCell<HashMap<(usize, NodeId), T>>;

/// A binding, for all its ports.
struct Binding<'d> {
    name: Arc<str>,
    version: SoapVersion,
    port_type: Option<At<'d>>,
    operations: Vec<Bound<'d>>,
}

/// An operation of a binding.
struct Bound<'d> {
    at: At<'d>,
    name: Arc<str>,
    action: Option<Arc<str>>,
    abstract_one: Option<At<'d>>,
}

/// Reads a WSDL. Definitions that many ports and operations name are read once.
struct Reader<'e, 'd> {
    expressions: &'e Expressions<'d>,
    definitions: Definitions<'e, 'd>,
    nothing: Normal,
    attached: Known<Normal>,
    port_types: Known<Rc<Operations<'d>>>,
    bindings: Known<Rc<Binding<'d>>>,
}

impl<'d> Reader<'_, 'd> {
    fn port(&self, (service, name): (At<'d>, &Arc<str>), at: At<'d>) -> Result<PortPolicy, PolicyError> {
        let own = self.attached([Some(service), Some(at)])?;
        let address = at.element.children().find(|child| child.name().local == "address");
        let address = address.and_then(|address| address.attribute("", "location")).map(std::borrow::Cow::into_owned);
        let port = Port { service: Arc::clone(name), port: borrowed(at.element, "name").into(), address };
        self.bound(self.definitions.named(at, "binding", Kind::Binding)?, &own, port)
    }

    fn bound(&self, binding: Option<At<'d>>, own: &Normal, port: Port) -> Result<PortPolicy, PolicyError> {
        let Port { service, port, address } = port;
        let Some(binding) = binding else {
            let (binding, version, operations) = ("".into(), SoapVersion::V11, Vec::new());
            return Ok(PortPolicy { service, port, binding, address, version, operations });
        };
        let at = binding;
        let binding = self.binding(at)?;
        let of_endpoint = self.both(own, &self.attached([Some(at), binding.port_type])?)?;
        let operations = binding.operations.iter().map(|bound| self.operation(bound, &of_endpoint));
        Ok(PortPolicy {
            service,
            port,
            binding: Arc::clone(&binding.name),
            address,
            version: binding.version,
            operations: operations.collect::<Result<_, _>>()?,
        })
    }

    fn binding(&self, at: At<'d>) -> Result<Rc<Binding<'d>>, PolicyError> {
        let key = (at.file, at.element.id());
        if let Some(known) = self.bindings.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let port_type = self.definitions.named(at, "type", Kind::PortType)?;
        let of_port_type = port_type.map(|port_type| self.operations_of(port_type));
        let bound = |at: At<'d>| {
            let soap =
                [WSDL_SOAP11, WSDL_SOAP12].iter().find_map(|soap| at.element.children_named(soap, "operation").next());
            Ok(Bound {
                at,
                name: borrowed(at.element, "name").into(),
                action: soap.and_then(|soap| soap.attribute("", "soapAction")).map(Arc::from),
                abstract_one: of_port_type.as_ref().map(|known| self.of_port_type(at, known)).transpose()?,
            })
        };
        let is_soap12 = at.element.children().any(|child| child.is(WSDL_SOAP12, "binding"));
        let binding = Rc::new(Binding {
            name: borrowed(at.element, "name").into(),
            version: if is_soap12 { SoapVersion::V12 } else { SoapVersion::V11 },
            port_type,
            operations: operations(at).map(bound).collect::<Result<_, PolicyError>>()?,
        });
        self.bindings.borrow_mut().insert(key, Rc::clone(&binding));
        Ok(binding)
    }

    fn operations_of(&self, port_type: At<'d>) -> Rc<Operations<'d>> {
        let key = (port_type.file, port_type.element.id());
        let mut known = self.port_types.borrow_mut();
        let made = known.entry(key).or_insert_with(|| {
            let named = operations(port_type).map(|at| (borrowed(at.element, "name"), input(at), at));
            let mut all: Operations<'d> = named.collect();
            all.sort_by(|(one, input, _), (other, of_other, _)| (one, input).cmp(&(other, of_other)));
            Rc::new(all)
        });
        Rc::clone(made)
    }

    /// The operation of the port type. If several have the name, it is the one whose input has the same name.
    fn of_port_type(&self, at: At<'d>, known: &Operations<'d>) -> Result<At<'d>, PolicyError> {
        let (name, input) = (borrowed(at.element, "name"), input(at));
        let of_name = |from: usize| known.get(from).filter(|(known, ..)| *known == name);
        let first = known.partition_point(|(known, ..)| *known < name);
        let Some((.., one)) = of_name(first) else {
            return Err(self.definitions.unresolved(at, "wsdl:operation in the port type", name.into_owned(), ""));
        };
        if of_name(first + 1).is_none() {
            return Ok(*one);
        }
        let same = known.partition_point(|(known, of_known, _)| (known, of_known) < (&name, &input));
        let of_both = |from: usize| of_name(from).filter(|(_, known, _)| *known == input);
        match (of_both(same), of_both(same + 1)) {
            (Some((.., one)), None) => Ok(*one),
            _ => Err(PolicyError::Malformed {
                place: self.definitions.place(at),
                why: "the port type has several operations of this name: name the input of each, in both",
            }),
        }
    }

    fn operation(&self, bound: &Bound<'d>, of_endpoint: &Normal) -> Result<OperationPolicy, PolicyError> {
        let Bound { at, name, action, abstract_one } = bound;
        let common = self.both(of_endpoint, &self.attached([Some(*at), *abstract_one])?)?;
        let request = self.message(*at, *abstract_one, "input")?.unwrap_or_else(|| Arc::clone(&self.nothing));
        let reply = self.message(*at, *abstract_one, "output")?;
        self.expressions.operation()?;
        self.expressions.in_force(&common, &request)?;
        if let Some(reply) = &reply {
            self.expressions.in_force(&common, reply)?;
        }
        Ok(OperationPolicy { name: Arc::clone(name), action: action.clone(), common, request, reply })
    }

    /// The policy attached to the input or output, and to its message; `None` if there is no input or output.
    fn message(
        &self,
        at: At<'d>,
        abstract_one: Option<At<'d>>,
        direction: &'static str,
    ) -> Result<Option<Normal>, PolicyError> {
        let of = |at: At<'d>| at.element.children_named(WSDL, direction).next().map(|element| At { element, ..at });
        let (bound, abstract_one) = (of(at), abstract_one.and_then(of));
        if bound.or(abstract_one).is_none() {
            return Ok(None);
        }
        let message =
            abstract_one.map(|at| self.definitions.named(at, "message", Kind::Message)).transpose()?.flatten();
        self.attached([bound, abstract_one, message]).map(Some)
    }

    /// The policies attached to the elements, merged.
    fn attached<const N: usize>(&self, elements: [Option<At<'d>>; N]) -> Result<Normal, PolicyError> {
        let mut merged = Arc::clone(&self.nothing);
        for at in elements.into_iter().flatten() {
            merged = self.both(&merged, &self.attached_to(at)?)?;
        }
        Ok(merged)
    }

    fn attached_to(&self, at: At<'d>) -> Result<Normal, PolicyError> {
        let key = (at.file, at.element.id());
        if let Some(known) = self.attached.borrow().get(&key) {
            return Ok(Arc::clone(known));
        }
        let mut merged = Arc::clone(&self.nothing);
        let mut is_large = at.element.children().nth(FEW_CHILDREN).is_some();
        for (name, value) in at.element.attributes() {
            if names::is_policy(name.namespace) && name.local == "PolicyURIs" {
                is_large = true;
                for uri in value.split_ascii_whitespace() {
                    merged = self.both(&merged, &self.expressions.of_uri(uri, at)?)?;
                }
            }
        }
        for element in at.element.children().filter(|child| names::is_policy(child.name().namespace)) {
            if ["Policy", "PolicyReference"].contains(&element.name().local) {
                merged = self.both(&merged, &self.expressions.alternatives(At { element, ..at })?)?;
            }
        }
        if is_large {
            self.attached.borrow_mut().insert(key, Arc::clone(&merged));
        }
        Ok(merged)
    }

    /// The combination of two policies. One that demands nothing leaves the other unchanged.
    fn both(&self, left: &Normal, right: &Normal) -> Result<Normal, PolicyError> {
        let is_nothing = |policy: &Normal| matches!(policy.as_slice(), [one] if one.is_empty());
        match (is_nothing(left), is_nothing(right)) {
            (_, true) => Ok(Arc::clone(left)),
            (true, false) => Ok(Arc::clone(right)),
            (false, false) => Ok(Arc::new(self.expressions.merged(left, right)?)),
        }
    }
}

/// The name of the input of an operation; empty without it.
fn input(at: At<'_>) -> Cow<'_, str> {
    let input = at.element.children_named(WSDL, "input").next();
    input.map(|input| borrowed(input, "name")).unwrap_or_default()
}

fn operations<'d>(at: At<'d>) -> impl Iterator<Item = At<'d>> {
    at.element.children_named(WSDL, "operation").map(move |element| At { element, ..at })
}

/// The alternatives of a message with no policy: one, which demands nothing.
pub(crate) fn nothing() -> Normal {
    Arc::new(vec![Alternative::new()])
}
