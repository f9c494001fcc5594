//! `wsu:Timestamp`: the time at which a message was made, and the time until which it is valid (SOAP Message Security
//! 1.1.1 §10).

use std::time::{Duration, SystemTime};

use wss_c14n::{Element, Writer, name};

use crate::error::TokenError;
use crate::instant::{DateTime, parse_date_time};
use crate::written_instant::Precision;

/// The shapes in which a timestamp is read. The default is that of the schema.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimestampShape {
    /// Created and Expires may be in any order. Other elements may be beside them, and are ignored.
    pub in_any_order: bool,
    /// Created and Expires may be in another namespace, or in none.
    pub in_any_namespace: bool,
}

/// A timestamp in a header.
#[derive(Debug, Clone)]
pub struct Timestamp<'d> {
    element: Element<'d>,
    created: Option<SystemTime>,
    expires: Option<SystemTime>,
    has_offset: bool,
    lacks_zone: bool,
}

impl<'d> Timestamp<'d> {
    /// Reads a `wsu:Timestamp`: Created, then Expires, at least one of them, nothing else (BSP R3203, R3221, R3222,
    /// R3224; R3203 demands Created).
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(element: Element<'d>) -> Result<Self, TokenError> {
        Self::parse_as(element, TimestampShape::default())
    }

    /// As [`Timestamp::parse`], in another shape.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse_as(element: Element<'d>, shape: TimestampShape) -> Result<Self, TokenError> {
        let (mut created, mut expires): (Option<DateTime>, Option<DateTime>) = (None, None);
        for child in element.children() {
            let child_name = child.name();
            let instant = match child_name.local {
                "Created" => &mut created,
                "Expires" => &mut expires,
                _ if shape.in_any_order => continue,
                _ => return Err(TokenError::ChildOfTimestamp { name: child.qualified_name().into() }),
            };
            if child_name.namespace != name::WSU.uri && !shape.in_any_namespace {
                return Err(TokenError::TimeInOtherNamespace { name: child.qualified_name().into() });
            }
            if instant.replace(parse_date_time(child.qualified_name(), &child.text()?)?).is_some() {
                return Err(element.unexpected(child).into());
            }
            if child_name.local == "Created" && expires.is_some() && !shape.in_any_order {
                return Err(TokenError::ChildOfTimestamp { name: child.qualified_name().into() });
            }
        }
        if created.is_none() && expires.is_none() {
            return Err(element.missing("wsu:Created").into());
        }
        if let (Some(created), Some(expires)) = (created, expires)
            && expires.instant <= created.instant
        {
            return Err(TokenError::ExpiresBeforeCreated { created: created.instant, expires: expires.instant });
        }
        let times = || [created, expires].into_iter().flatten();
        let (has_offset, lacks_zone) = (times().any(DateTime::has_offset), times().any(|time| !time.has_zone));
        let instant = |time: Option<DateTime>| time.map(|time| time.instant);
        Ok(Self { element, created: instant(created), expires: instant(expires), has_offset, lacks_zone })
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// `wsu:Created`.
    #[must_use]
    pub fn created(&self) -> Option<SystemTime> {
        self.created
    }

    /// Whether Created or Expires has an offset from UTC (against BSP R3217, R3223).
    #[must_use]
    pub fn has_offset(&self) -> bool {
        self.has_offset
    }

    /// Whether Created or Expires has no zone, and was read as UTC (against BSP R3217, R3223).
    #[must_use]
    pub fn lacks_zone(&self) -> bool {
        self.lacks_zone
    }

    /// `wsu:Expires`.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }
}

/// Writes a `wsu:Timestamp` in canonical form, as a document of its own; without a lifetime, it has no `wsu:Expires`.
#[must_use]
pub fn write_timestamp(
    id: Option<&str>,
    created: SystemTime,
    lifetime: Option<Duration>,
    precision: Precision,
) -> String {
    let mut writer = Writer::new();
    writer.start(name::WSU, "Timestamp");
    if let Some(id) = id {
        writer.attribute_in(name::WSU, "Id", id);
    }
    writer.leaf(name::WSU, "Created", &precision.format(created));
    if let Some(expires) = lifetime.and_then(|lifetime| created.checked_add(lifetime)) {
        writer.leaf(name::WSU, "Expires", &precision.format(expires));
    }
    writer.end();
    writer.finish()
}
