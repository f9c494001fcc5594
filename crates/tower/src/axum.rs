//! axum: extractors for handlers, and replies of them.

use axum_core::body::Body;
use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::message::SoapMessage;
use crate::service::{OpenedRequest, UnsignedRequest};

/// The error if a handler takes an [`OpenedRequest`] and no [`OpenLayer`](crate::OpenLayer) is around it, or one of the
/// other kind.
fn no_layer() -> (StatusCode, &'static str) {
    (StatusCode::INTERNAL_SERVER_ERROR, "")
}

impl<S: Sync> FromRequestParts<S> for OpenedRequest {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(no_layer)
    }
}

impl<S: Sync> FromRequestParts<S> for UnsignedRequest {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(no_layer)
    }
}

impl IntoResponse for SoapMessage {
    fn into_response(self) -> Response {
        let (envelope, attachments, addressing) = self.into_parts();
        let mut response = Response::new(Body::from(envelope));
        response.extensions_mut().insert(attachments);
        if let Some(addressing) = addressing {
            response.extensions_mut().insert(addressing);
        }
        response
    }
}
