//! Randomness for RustCrypto and for ring.

use ring::rand::SecureRandom;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use ring::rand::SystemRandom;

/// The generator of the operating system, in the form that RustCrypto uses.
pub(super) fn rng() -> getrandom::rand_core::UnwrapErr<getrandom::SysRng> {
    getrandom::rand_core::UnwrapErr(getrandom::SysRng)
}

/// The generator of the operating system, in the form that ring uses.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(super) fn rng_of_ring() -> Option<&'static dyn SecureRandom> {
    static SYSTEM: std::sync::LazyLock<SystemRandom> = std::sync::LazyLock::new(SystemRandom::new);
    Some(&*SYSTEM)
}

/// In a browser, ring has no generator unless it is built with `wasm-bindgen`: there RustCrypto signs.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub(super) fn rng_of_ring() -> Option<&'static dyn SecureRandom> {
    None
}
