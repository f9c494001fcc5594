//! xmlsec1.
