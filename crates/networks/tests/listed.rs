//! Every preset that has a file is in the list of all.

use wss_networks::ALL;

#[test]
fn every_file_of_a_preset_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/presets");
    let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let of_a_preset =
        files.filter(|path| std::fs::read_to_string(path).expect("text").contains("const NETWORK: Network"));
    let mut names: Vec<String> =
        of_a_preset.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    names.sort();
    let listed: Vec<&str> = ALL.iter().map(|network| network.name).collect();
    assert_eq!(names, listed);
}
