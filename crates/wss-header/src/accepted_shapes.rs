//! What a [`Receiver`] accepts of shapes in which some peers write tokens, timestamps and references.

use crate::receiver::Receiver;
use crate::waiver::Waiver;

impl Receiver {
    /// Accepts a `wsse:Nonce` or `wsu:Created` of a username token, and a `wsu:Created` or `wsu:Expires` of a timestamp, in
    /// another namespace or in none, as in `wsse:Created`: where there is none in the right one, the only one of that name.
    #[must_use]
    pub fn accept_fields_in_other_namespaces(mut self) -> Self {
        self.waived.insert(Waiver::FieldsInOtherNamespaces);
        self
    }

    /// Accepts a `wsu:Timestamp` whose `wsu:Expires` is in front of `wsu:Created`, or that has other elements, against BSP
    /// R3221 and R3222. The other elements are ignored.
    #[must_use]
    pub fn accept_timestamps_of_other_shapes(mut self) -> Self {
        self.waived.insert(Waiver::TimestampsOfOtherShapes);
        self
    }
}
