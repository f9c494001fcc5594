//! The table of limits in the manual agrees with the code.

use ws_security::Limit;

/// Limits are in one table: made here of the enum, and kept in the manual. `WSS_WRITE_LIMITS=1` writes it.
#[test]
fn the_manual_lists_every_limit_with_its_default() {
    let mut table = String::from(
        "| limit | name on the command line | bounds the number of | default | charged to |\n|---|---|---|--:|---|\n",
    );
    for limit in Limit::ALL {
        let scope = match limit.is_per_message() {
            true => "the whole message",
            false => "each by itself",
        };
        let default = limit.default_value();
        table.push_str(&format!("| `{limit:?}` | `{}` | {limit} | {default} | {scope} |\n", limit.name()));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/limits.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let start = page.find("| limit |").expect("the table");
    let end = page[start..].find("\n\n").map_or(page.len(), |len| start + len + 1);
    if std::env::var_os("WSS_WRITE_LIMITS").is_some() {
        let page = [&page[..start], &table, &page[end..]].concat();
        return std::fs::write(path, page).expect("written");
    }
    assert_eq!(&page[start..end], table, "run this test with WSS_WRITE_LIMITS=1");
}
