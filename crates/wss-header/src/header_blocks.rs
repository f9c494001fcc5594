//! New blocks of the SOAP Header, as splices over the source of an envelope.

use wss_c14n::{Splices, Writer};
use wss_soap::Envelope;

/// Inserts blocks at the front of the SOAP Header. It makes the Header if the envelope lacks it.
pub(crate) fn insert_blocks(envelope: Envelope<'_>, blocks: &str, splices: &mut Splices) {
    let Some(header) = envelope.header else {
        let qualified = match envelope.root.prefix() {
            "" => "Header".to_owned(),
            prefix => format!("{prefix}:Header"),
        };
        let mut writer = Writer::new();
        writer.start_as(&qualified);
        writer.raw(blocks);
        writer.end();
        return splices.insert(envelope.body.span().start, writer.finish());
    };
    splices.insert_content(header, blocks);
}
