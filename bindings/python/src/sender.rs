//! The sending half: the table `secure` of a profile.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use ws_security::attachments::Attachment;
use ws_security::{Addressing, FaultCode, Plan, SecureError};
use wss_profile::{Profile, Sending};

use crate::error::{misuse, refused};
use crate::message::correlation;

/// A message for the wire, the Content-Type of a package, and the state of the exchange.
type Sent = (Vec<u8>, Option<String>, String);

/// Secures envelopes as a profile says.
#[pyclass(frozen, module = "ws_security._native")]
pub(crate) struct Sender {
    sending: Sending,
    addressing: Option<Addressing>,
    /// Recipes that were planned: whether they answer a request, and whether they have attachments.
    plans: Mutex<[[Option<Arc<Plan>>; 2]; 2]>,
}

/// A profile that [`profile_json`](crate::profile::profile_json) read.
pub(crate) fn profile(json: &str) -> PyResult<Profile> {
    Profile::from_json(json).map_err(misuse)
}

/// Who is to blame for a message that cannot be secured: its maker.
fn not_secured(error: &SecureError) -> PyErr {
    refused(error, FaultCode::ServiceFailed)
}

#[pymethods]
impl Sender {
    #[new]
    fn new(py: Python<'_>, profile_json: &str) -> PyResult<Self> {
        py.detach(|| {
            let sending = profile(profile_json)?.sending().map_err(misuse)?.clone();
            let addressing = sending.addressing().map_err(misuse)?;
            let sender = Self { sending, addressing, plans: Mutex::default() };
            // A profile that cannot be used is refused here, and not with the first message.
            sender.plan(sender.sending.header.answers, sender.sending.parts.attachments)?;
            Ok(sender)
        })
    }

    /// Secures an envelope.
    #[pyo3(signature = (envelope, attachments=None, answering=None))]
    fn secure(
        &self,
        py: Python<'_>,
        envelope: &str,
        attachments: Option<Vec<(String, String, Vec<u8>)>>,
        answering: Option<&str>,
    ) -> PyResult<Sent> {
        py.detach(|| {
            let request = correlation(answering)?;
            let plan = self.plan(request.is_some(), attachments.is_some())?;
            let mut outgoing = plan.message(envelope);
            if let Some(addressing) = &self.addressing {
                outgoing = outgoing.addressing(addressing.clone());
            }
            if let Some(request) = &request {
                outgoing = outgoing.answering(request);
            }
            let Some(attachments) = attachments else {
                let secured = outgoing.secure().map_err(|error| not_secured(&error))?;
                return Ok((secured.message.into_bytes(), None, secured.correlation.to_text().to_string()));
            };
            let attachments = attachments.into_iter().map(|(id, kind, octets)| Attachment::new(id, kind, octets));
            let attachments = attachments.collect::<Result<Vec<_>, _>>().map_err(misuse)?;
            let secured = outgoing.attachments(attachments).secure().map_err(|error| not_secured(&error))?;
            let octets = secured.message.write(Vec::new()).map_err(misuse)?;
            Ok((octets, Some(secured.message.content_type()), secured.correlation.to_text().to_string()))
        })
    }
}

impl Sender {
    fn plan(&self, answers: bool, attachments: bool) -> PyResult<Arc<Plan>> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let place = &mut plans[usize::from(answers)][usize::from(attachments)];
        if let Some(plan) = place {
            return Ok(plan.clone());
        }
        let mut sending = self.sending.clone();
        sending.header.answers = answers;
        sending.parts.attachments = attachments;
        let plan = Arc::new(sending.recipe().map_err(misuse)?.plan().map_err(misuse)?);
        *place = Some(plan.clone());
        Ok(plan)
    }
}
