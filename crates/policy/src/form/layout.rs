//! The order of the children of the Security header: `sp:Layout`.

use wss_c14n::{Element, name};
use wss_text::shown;

use super::Form;
use crate::terms::{Binding, Layout};

impl Form<'_> {
    pub(super) fn layout(&mut self, binding: &Binding) {
        let is_timestamp = |child: &Element<'_>| child.is(name::WSU.uri, "Timestamp");
        match binding.layout {
            Layout::Lax => {}
            Layout::TimestampFirst if self.read.children.first().is_some_and(is_timestamp) => {}
            Layout::TimestampLast if self.read.children.last().is_some_and(is_timestamp) => {}
            Layout::TimestampFirst => {
                self.breach(&["LaxTsFirst"], "the timestamp is not the first child of the header")
            }
            Layout::TimestampLast => self.breach(&["LaxTsLast"], "the timestamp is not the last child of the header"),
            Layout::Strict => self.strict(),
        }
    }

    /// Checks that a token is before its use.
    fn strict(&mut self) {
        let mut late = None;
        for (at, child) in self.read.children.iter().enumerate() {
            let references = child.descendants_and_self().filter(|inner| inner.is(name::WSSE.uri, "Reference"));
            for uri in references.filter_map(|reference| reference.attribute("", "URI")) {
                let id = uri.strip_prefix('#').unwrap_or(&uri);
                let target = self.read.ids.get(id);
                let later = self.read.children.get(at + 1..).unwrap_or_default();
                let is_in_later = |target: Element<'_>| {
                    let after = later.partition_point(|child| child.id() <= target.id());
                    after.checked_sub(1).and_then(|last| later.get(last)).is_some_and(|last| last.contains(target))
                };
                if target.is_some_and(is_in_later) {
                    late = Some(id.to_owned());
                }
            }
        }
        if let Some(id) = late {
            self.breach(&["Strict"], format!("the token {} is after its use", shown(&id)));
        }
        let timestamp = self.read.children.iter().position(|child| child.is(name::WSU.uri, "Timestamp"));
        let signature = self.read.children.iter().position(|child| child.is(name::DS.uri, "Signature"));
        if timestamp.zip(signature).is_some_and(|(timestamp, signature)| signature < timestamp) {
            self.breach(&["Strict"], "the timestamp is after the signature that signs it");
        }
    }
}
