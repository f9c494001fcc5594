//! Randomness for RustCrypto.

/// The generator of the operating system, in the form that RustCrypto uses.
pub(super) fn rng() -> getrandom::rand_core::UnwrapErr<getrandom::SysRng> {
    getrandom::rand_core::UnwrapErr(getrandom::SysRng)
}
