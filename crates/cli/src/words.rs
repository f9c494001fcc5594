//! Words of options.

use ws_security::bsp::Rule;
use ws_security::text::nearest;

/// The requirement of `--waive`.
pub(crate) fn rule(id: &str) -> Result<Rule, String> {
    Rule::from_id(id).ok_or_else(|| {
        let near = nearest(id, Rule::ALL.into_iter().map(Rule::id));
        format!("--waive {id:?} is no requirement of BSP 1.1{near}: `wss lint --all` lists them")
    })
}
