//! Choosing: of the alternatives of an operation, those that the keys allow, as exchanges of one side.

use std::cell::OnceCell;
use std::sync::Arc;

use wss_header::Plan;

use crate::assertion::Alternative;
use crate::exchange::{Exchange, Opens, Skipped, Unusable};
use crate::keys::{Consent, Keys};
use crate::lack::Lack;
use crate::place::Location;
use crate::receive;
use crate::send;
use crate::standing::{Judged, Role};
use crate::terms::{Direction, FromRequest, Purpose, Terms};
use crate::wsdl::{OperationPolicy, PortPolicy};

/// Makes the exchanges of one operation: of a client with the first alternative that can be used, of a service with each.
pub(crate) fn exchanges(
    port: &PortPolicy,
    (of, operation): (usize, &OperationPolicy),
    role: Role,
    keys: &Keys,
) -> Result<Vec<Exchange>, Unusable> {
    let (mut made, mut lacks): (Vec<Exchange>, Vec<Lack>) = (Vec::new(), Vec::new());
    let side = OneSide { role, keys, operation, protects: Protects::default() };
    let mut at = 0;
    'all: for common in operation.common.iter() {
        let mut replies = side.replies(common);
        for own in operation.request.iter() {
            let first = at;
            at += replies.len();
            let mut request = match side.half(common, own, Direction::Request) {
                Ok(request) => request,
                Err(lack) => {
                    lacks.extend(replies.iter().map(|_| lack.clone()));
                    continue;
                }
            };
            let Some(found) = first_reply(&request, &mut replies, role, &mut lacks) else { continue };
            let has_tls = request.has_tls || found.reply.has_tls;
            let (sends, opens) = match role {
                Role::Client => (request.sends.take(), found.reply.opens.take()),
                Role::Service => (found.reply.sends.clone(), request.opens.take()),
            };
            // Everything has the form of a request of which nothing is demanded.
            if made.is_empty() || opens.is_some() {
                made.push(Exchange {
                    of,
                    service: Arc::clone(&port.service),
                    port: Arc::clone(&port.port),
                    operation: Arc::clone(&operation.name),
                    action: operation.action.clone(),
                    alternative: first + found.at + 1,
                    skipped: Skipped { lacks: Arc::default(), count: lacks.len() },
                    sends,
                    opens,
                    has_tls,
                });
            }
            if role == Role::Client {
                break 'all;
            }
        }
    }
    if !made.is_empty() {
        let lacks: Arc<[Lack]> = lacks.into();
        made.iter_mut().for_each(|exchange| exchange.skipped.lacks = Arc::clone(&lacks));
        return Ok(made);
    }
    if lacks.is_empty() {
        lacks.push(Lack::NoAlternative);
    }
    Err(Unusable { port: Arc::clone(&port.port), operation: Arc::clone(&operation.name), lacks })
}

/// The reply that goes with a request.
struct Found<'r> {
    /// Its position among the replies.
    at: usize,
    reply: &'r mut Half,
}

/// The first reply that goes with a request. Adds to `lacks` why each one before it does not.
fn first_reply<'r>(
    request: &Half,
    replies: &'r mut [Result<Half, Lack>],
    role: Role,
    lacks: &mut Vec<Lack>,
) -> Option<Found<'r>> {
    for (at, reply) in replies.iter_mut().enumerate() {
        match reply {
            Ok(reply) => match reply.lacks(request, role) {
                None => return Some(Found { at, reply }),
                Some(lack) => lacks.push(lack),
            },
            Err(lack) => lacks.push(lack.clone()),
        }
    }
    None
}

/// Whether any alternative protects the request, and the reply; judged where one protects nothing.
#[derive(Default)]
struct Protects {
    request: OnceCell<bool>,
    reply: OnceCell<bool>,
}

/// One side of one operation.
struct OneSide<'a> {
    role: Role,
    keys: &'a Keys,
    operation: &'a OperationPolicy,
    protects: Protects,
}

/// What one side does with the requests, or with the replies: it sends them, or opens them.
#[derive(Default)]
struct Half {
    sends: Option<Plan>,
    opens: Option<Opens>,
    has_tls: bool,
    /// What a reply takes from its request, and the place of its token.
    takes: Option<(FromRequest, Location)>,
    /// What a request brings to its reply.
    brings: Vec<FromRequest>,
}

impl Half {
    /// Why a side does not answer this request with this reply.
    fn lacks(&self, request: &Self, role: Role) -> Option<Lack> {
        let (what, place) = self.takes.as_ref().filter(|(what, _)| !request.brings.contains(what))?;
        let standing = what.lacking();
        if standing.admits(role) {
            return None;
        }
        Some(Lack::Refused(Box::new(Judged { name: place.name(), place: place.clone(), standing })))
    }
}

impl OneSide<'_> {
    /// Whether any alternative protects the messages in this direction.
    fn is_protected(&self, direction: Direction) -> bool {
        let OperationPolicy { common, request, reply, .. } = self.operation;
        let (known, own) = match direction {
            Direction::Request => (&self.protects.request, request.as_slice()),
            Direction::Reply => (&self.protects.reply, reply.as_deref().map_or(&[][..], Vec::as_slice)),
        };
        let purpose = Purpose::Side { blocks: &[], custom: None };
        let protects = |common: &Alternative, own: &Alternative| {
            !Terms::of_message((common, own), direction, purpose).protects_nothing(direction)
        };
        *known.get_or_init(|| common.iter().any(|common| own.iter().any(|own| protects(common, own))))
    }

    /// The replies that an alternative allows; one that protects nothing, where the operation has no reply.
    fn replies(&self, common: &Alternative) -> Vec<Result<Half, Lack>> {
        match self.operation.reply.as_deref() {
            Some(replies) => replies.iter().map(|own| self.half(common, own, Direction::Reply)).collect(),
            None => vec![Ok(Half::default())],
        }
    }

    /// The plan that sends, or the receiver that opens, in this direction.
    fn half(&self, common: &Alternative, own: &Alternative, direction: Direction) -> Result<Half, Lack> {
        let Self { role, keys, .. } = self;
        let mut terms = Terms::of_message(
            (common, own),
            direction,
            Purpose::Side { blocks: &keys.blocks, custom: keys.custom.as_ref() },
        );
        if let Some(judged) = terms.notes.first_refused_by(*role) {
            return Err(Lack::Refused(Box::new(judged.clone())));
        }
        let may_be_bare = keys.agrees(Consent::Unprotected) || !terms.protects_nothing(direction);
        if !may_be_bare && self.is_protected(direction) {
            return Err(Lack::consent(Consent::Unprotected, "the alternative protects nothing, and others do"));
        }
        let has_tls = terms.binding.is_some() && terms.is_over_transport();
        let (takes, brings) = match direction {
            Direction::Request => (None, FromRequest::ALL.into_iter().filter(|what| terms.brings(*what)).collect()),
            Direction::Reply => (terms.takes_from_request(), Vec::new()),
        };
        if (*role == Role::Client) == (direction == Direction::Request) {
            let recipe = send::recipe(&terms, direction, keys)?;
            drop(terms);
            let sends = recipe.map(wss_header::Recipe::plan).transpose()?;
            return Ok(Half { sends, opens: None, has_tls, takes, brings });
        }
        let receiver = receive::receiver(&terms, direction, keys)?;
        terms.notes.keep_first();
        let opens = receiver.map(|(receiver, opening)| Opens {
            receiver,
            opening,
            terms: Arc::new(terms),
            direction,
            keys: Keys::clone(keys),
        });
        Ok(Half { sends: None, opens, has_tls, takes, brings })
    }
}
