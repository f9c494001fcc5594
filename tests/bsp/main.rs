//! BSP 1.1: a verdict on every requirement.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/signed_again.rs"]
mod signed_again;

mod broken;
mod cases;
mod context;
mod costs;
mod edit;
mod emission;
mod goldens;
mod mutants;
mod opens;
mod package;
mod reception;
