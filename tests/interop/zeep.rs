//! zeep.
