//! Writing `eb:Messaging`, canonical, in the order of the schema.

use wss_c14n::name::{self, Namespace};
use wss_c14n::{Limit, Limits, Writer};
use wss_soap::SoapVersion;
use wss_text::WireText;
use wss_tokens::format_instant;

use crate::error::EbmsError;
use crate::info::MessageInfo;
use crate::message::{Messaging, PartInfo, Party, Property, Typed, UserMessage};
use crate::signal::{Report, Signal, SignalKind};

const EB: Namespace = Namespace { prefix: "eb", uri: crate::NAMESPACE };

impl Messaging {
    /// The header block, which its receiver must understand. What a receiver with the same limits would refuse is not
    /// written.
    ///
    /// # Errors
    /// [`EbmsError::Limit`] if it has more parties, properties, parts and errors than [`Limit::MessagingEntries`] allows.
    ///
    /// # Specification
    /// ebMS 3.0 Core §5.2.
    pub fn write(&self, version: SoapVersion, limits: &Limits) -> Result<String, EbmsError> {
        limits.check(Limit::MessagingEntries, self.entries())?;
        let mut writer = Writer::new();
        self.write_into(&mut writer, version);
        Ok(writer.finish())
    }

    /// An envelope with the header block and an empty Body.
    ///
    /// # Errors
    /// As [`Messaging::write`].
    pub fn envelope(&self, version: SoapVersion, limits: &Limits) -> Result<String, EbmsError> {
        limits.check(Limit::MessagingEntries, self.entries())?;
        let soap = namespace(version);
        let mut writer = Writer::new();
        writer.start(soap, "Envelope");
        writer.start(soap, "Header");
        self.write_into(&mut writer, version);
        writer.end();
        writer.start(soap, "Body");
        writer.end();
        writer.end();
        Ok(writer.finish())
    }

    /// As many as [`Messaging::read`] counts.
    fn entries(&self) -> usize {
        let of_user = |user: &UserMessage| {
            let parts = user.parts.iter().map(|part| 1 + part.properties.len()).sum::<usize>();
            user.from.ids.len() + user.to.ids.len() + user.properties.len() + parts
        };
        let errors = self.signal.as_ref().map_or(0, |signal| match &signal.kind {
            SignalKind::Errors(errors) => errors.len(),
            SignalKind::Receipt(_) | SignalKind::PullRequest(_) => 0,
        });
        self.user.as_ref().map_or(0, of_user) + errors
    }

    fn write_into(&self, writer: &mut Writer, version: SoapVersion) {
        writer.start(EB, "Messaging");
        writer.attribute_in(namespace(version), "mustUnderstand", version.true_value());
        if let Some(signal) = &self.signal {
            write_signal(writer, signal);
        }
        if let Some(user) = &self.user {
            write_user(writer, user);
        }
        writer.end();
    }
}

const fn namespace(version: SoapVersion) -> Namespace {
    Namespace { prefix: name::SOAP11.prefix, uri: version.namespace() }
}

fn write_user(writer: &mut Writer, user: &UserMessage) {
    writer.start(EB, "UserMessage");
    optional(writer, "mpc", user.channel.as_deref());
    write_info(writer, &user.info);
    writer.start(EB, "PartyInfo");
    for (local, party) in [("From", &user.from), ("To", &user.to)] {
        write_party(writer, local, party);
    }
    writer.end();
    writer.start(EB, "CollaborationInfo");
    if let Some(agreement) = &user.agreement {
        writer.start(EB, "AgreementRef");
        optional(writer, "pmode", agreement.pmode.as_ref().map(WireText::as_str));
        optional(writer, "type", agreement.name.kind.as_deref());
        writer.text(&agreement.name.value);
        writer.end();
    }
    typed(writer, "Service", &user.service);
    writer.leaf(EB, "Action", &user.action);
    writer.leaf(EB, "ConversationId", &user.conversation);
    writer.end();
    properties(writer, "MessageProperties", &user.properties);
    if !user.parts.is_empty() {
        writer.start(EB, "PayloadInfo");
        user.parts.iter().for_each(|part| write_part(writer, part));
        writer.end();
    }
    writer.end();
}

fn write_info(writer: &mut Writer, info: &MessageInfo) {
    writer.start(EB, "MessageInfo");
    writer.leaf(EB, "Timestamp", &format_instant(info.timestamp));
    writer.leaf(EB, "MessageId", &info.id);
    if let Some(answers) = &info.answers {
        writer.leaf(EB, "RefToMessageId", answers);
    }
    writer.end();
}

fn write_party(writer: &mut Writer, local: &'static str, party: &Party) {
    writer.start(EB, local);
    party.ids.iter().for_each(|id| typed(writer, "PartyId", id));
    writer.leaf(EB, "Role", &party.role);
    writer.end();
}

fn write_part(writer: &mut Writer, part: &PartInfo) {
    writer.start(EB, "PartInfo");
    optional(writer, "href", part.href.as_deref());
    properties(writer, "PartProperties", &part.properties);
    writer.end();
}

fn properties(writer: &mut Writer, local: &'static str, properties: &[Property]) {
    if properties.is_empty() {
        return;
    }
    writer.start(EB, local);
    for property in properties {
        writer.start(EB, "Property");
        writer.attribute("name", property.name.as_str());
        optional(writer, "type", property.value.kind.as_deref());
        writer.text(&property.value.value);
        writer.end();
    }
    writer.end();
}

fn typed(writer: &mut Writer, local: &'static str, text: &Typed) {
    writer.start(EB, local);
    optional(writer, "type", text.kind.as_deref());
    writer.text(&text.value);
    writer.end();
}

fn optional(writer: &mut Writer, local: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        writer.attribute(local, value);
    }
}

fn write_signal(writer: &mut Writer, signal: &Signal) {
    writer.start(EB, "SignalMessage");
    write_info(writer, &signal.info);
    match &signal.kind {
        SignalKind::Receipt(content) => {
            writer.start(EB, "Receipt");
            writer.raw(content);
            writer.end();
        }
        SignalKind::PullRequest(channel) => {
            writer.start(EB, "PullRequest");
            optional(writer, "mpc", channel.as_deref());
            writer.end();
        }
        SignalKind::Errors(errors) => errors.iter().for_each(|error| write_error(writer, error)),
    }
    writer.end();
}

fn write_error(writer: &mut Writer, error: &Report) {
    writer.start(EB, "Error");
    writer.attribute("errorCode", error.code.as_str());
    writer.attribute("severity", error.severity.word());
    for (local, value) in [
        ("category", &error.category),
        ("origin", &error.origin),
        ("refToMessageInError", &error.about),
        ("shortDescription", &error.short_description),
    ] {
        optional(writer, local, value.as_ref().map(WireText::as_str));
    }
    if let Some(detail) = &error.detail {
        writer.leaf(EB, "ErrorDetail", detail.as_str());
    }
    writer.end();
}
