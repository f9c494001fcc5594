//! The native half of the Python package `ws_security`. Its other half, in `python/`, has what programs see.

mod error;
mod message;
mod profile;
mod receiver;
mod sender;
mod show;

use pyo3::prelude::*;

/// The module.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("WsSecurityError", py.get_type::<error::WsSecurityError>())?;
    module.add("Refused", py.get_type::<error::Refused>())?;
    module.add("Misuse", py.get_type::<error::Misuse>())?;
    module.add_class::<sender::Sender>()?;
    module.add_class::<receiver::Receiver>()?;
    module.add_class::<receiver::Opened>()?;
    module.add_class::<receiver::Said>()?;
    module.add_class::<receiver::Parts>()?;
    module.add_function(wrap_pyfunction!(profile::profile_json, module)?)?;
    module.add_function(wrap_pyfunction!(show::lint, module)?)?;
    module.add_function(wrap_pyfunction!(show::inspect, module)?)?;
    module.add_function(wrap_pyfunction!(show::fault, module)?)
}
