//! `wsu:Timestamp`: when a message was made and until when it is valid (SOAP Message Security 1.1.1 §10).

use std::time::{Duration, SystemTime};

use wss_c14n::{Element, Writer, name};

use crate::error::TokenError;
use crate::instant::{format_instant, parse_date_time};

/// A timestamp in a header.
#[derive(Debug, Clone)]
pub struct Timestamp<'d> {
    element: Element<'d>,
    created: SystemTime,
    expires: Option<SystemTime>,
    has_offset: bool,
}

impl<'d> Timestamp<'d> {
    /// Reads a `wsu:Timestamp`: one Created, then at most one Expires, nothing else (BSP R3203, R3221, R3222,
    /// R3224).
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(element: Element<'d>) -> Result<Self, TokenError> {
        let mut children = element.children();
        let created = match children.next() {
            Some(child) if child.is(name::WSU.uri, "Created") => parse_date_time(&child.text()?)?,
            Some(child) => return Err(element.unexpected(child).into()),
            None => return Err(element.missing("wsu:Created").into()),
        };
        let expires = match children.next() {
            None => None,
            Some(child) if child.is(name::WSU.uri, "Expires") => Some(parse_date_time(&child.text()?)?),
            Some(child) => return Err(element.unexpected(child).into()),
        };
        if let Some(child) = children.next() {
            return Err(element.unexpected(child).into());
        }
        if expires.is_some_and(|expires| expires.instant <= created.instant) {
            return Err(TokenError::ExpiresBeforeCreated);
        }
        let has_offset = !created.is_utc || expires.is_some_and(|expires| !expires.is_utc);
        Ok(Self { element, created: created.instant, expires: expires.map(|expires| expires.instant), has_offset })
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// `wsu:Created`.
    #[must_use]
    pub fn created(&self) -> SystemTime {
        self.created
    }

    /// Whether Created or Expires has an offset from UTC (against BSP R3217, R3223).
    #[must_use]
    pub fn has_offset(&self) -> bool {
        self.has_offset
    }

    /// `wsu:Expires`.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }
}

/// Writes a `wsu:Timestamp` in canonical form, as a document of its own.
#[must_use]
pub fn write_timestamp(id: &str, created: SystemTime, lifetime: Duration) -> String {
    let mut writer = Writer::new();
    writer.start(name::WSU, "Timestamp");
    writer.attribute_in(name::WSU, "Id", id);
    writer.leaf(name::WSU, "Created", &format_instant(created));
    if let Some(expires) = created.checked_add(lifetime) {
        writer.leaf(name::WSU, "Expires", &format_instant(expires));
    }
    writer.end();
    writer.finish()
}
