//! The instances of EdDSA on edwards25519 that take a context (RFC 8032 §5.1).

use aws_lc_sys as sys;

/// Whether `value` is a signature of Ed25519ctx. The context has at most 255 octets.
#[must_use]
pub fn verify_ed25519ctx(point: &[u8; 32], context: &[u8], message: &[u8], value: &[u8]) -> bool {
    verify(sys::ED25519ctx_verify, point, context, message, value)
}

/// Whether `value` is a signature of Ed25519ph. The context has at most 255 octets.
#[must_use]
pub fn verify_ed25519ph(point: &[u8; 32], context: &[u8], message: &[u8], value: &[u8]) -> bool {
    verify(sys::ED25519ph_verify, point, context, message, value)
}

fn verify(
    operation: unsafe extern "C" fn(*const u8, usize, *const u8, *const u8, *const u8, usize) -> i32,
    point: &[u8; 32],
    context: &[u8],
    message: &[u8],
    value: &[u8],
) -> bool {
    let Ok(value) = <&[u8; 64]>::try_from(value) else { return false };
    // SAFETY: message and context have the lengths passed, signature and key those that the functions take; all are only
    // read.
    unsafe {
        let (message, len) = (message.as_ptr(), message.len());
        let verified = operation(message, len, value.as_ptr(), point.as_ptr(), context.as_ptr(), context.len());
        sys::ERR_clear_error();
        verified == 1
    }
}
