//! The house: inside a crate, files depend on one another in one direction, no type has many fields, no file is long, and no line
//! of a comment is wide.
//!
//! For each crate, the paths that its files name (`crate::…`, `super::…`, `self::…`, child modules and what was imported)
//! are resolved to files, and the circles of files computed. No circle has more than two files, and each of two is in
//! [`EXPLAINED`] with its reason. The same holds for the top-level modules of a crate, each with all files of its folder.
//!
//! Re-exports are followed to the file that defines the item, so that a `lib.rs` or `mod.rs` counts only for what it
//! defines itself. Comments and the tests at the foot of a file do not count. Methods do not count, either: they name no path.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Circles of two files: crate, the files, and why they are one thing in two files.
const EXPLAINED: &[(&str, [&str; 2], &str)] = &[
    ("bsp", ["reference.rs", "targets.rs"], "a reference is one of the targets, and names another of them"),
    ("c14n", ["document.rs", "element.rs"], "an element is a place in a document, which gives out elements"),
    (
        "tokens",
        ["trust.rs", "trust/revocation.rs"],
        "a trust holds the lists, and revocation is judged as a part of it",
    ),
];

#[test]
fn no_circle_of_files_is_larger_than_two_and_each_of_two_is_explained() {
    let mut wrong = Vec::new();
    let mut found = BTreeSet::new();
    for (name, sources) in crates() {
        for circle in sources.circles() {
            let explained = EXPLAINED.iter().position(|(of, files, _)| *of == name && circle.iter().eq(files.iter()));
            match explained {
                Some(at) => drop(found.insert(at)),
                None => wrong.push(format!("{name}: {}", circle.join(", "))),
            }
        }
    }
    assert!(wrong.is_empty(), "circles of files:\n{}", wrong.join("\n"));
    let gone: Vec<_> = EXPLAINED.iter().enumerate().filter(|(at, _)| !found.contains(at)).collect();
    assert!(gone.is_empty(), "no longer circles, so take them off the list: {gone:?}");
}

#[test]
fn no_circle_of_modules_is_unexplained() {
    let mut wrong = Vec::new();
    for (name, sources) in crates() {
        for circle in sources.circles_of_modules() {
            let is_it = |files: &[&str; 2]| circle.iter().eq(files.map(module_of).iter());
            if !EXPLAINED.iter().any(|(of, files, _)| *of == name && is_it(files)) {
                wrong.push(format!("{name}: {}", circle.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "circles of modules:\n{}", wrong.join("\n"));
}

/// The crates of the workspace, and the facade, by name.
fn crates() -> Vec<(String, Crate)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = fs::read_dir(root.join("crates")).expect("the folder of the crates");
    let folders = folders.map(|entry| entry.expect("an entry").path()).filter(|path| path.join("src").is_dir());
    let mut crates: Vec<_> = folders
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path.join("src")))
        .chain([("ws-security".to_owned(), root.join("src"))])
        .map(|(name, sources)| (name, Crate::read(&sources)))
        .collect();
    crates.sort_by(|(one, _), (other, _)| one.cmp(other));
    crates
}

/// The top-level module that a file belongs to.
fn module_of(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

#[test]
fn circles_are_found_through_imports_re_exports_and_inline_paths() {
    let of = |files: &[(&str, &str)]| {
        Crate::of(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))).circles()
    };
    let straight = of(&[
        ("lib.rs", "mod a; mod b; pub use a::A;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "pub struct B;"),
    ]);
    assert!(straight.is_empty(), "{straight:?}");
    let back = "/// [`crate::A`]\npub struct B;\nfn f(_: crate::A) {}";
    let inline = of(&[
        ("lib.rs", "mod a; mod b; pub use a::A;"),
        ("a.rs", "use super::b;\npub struct A(b::B);"),
        ("b.rs", back),
    ]);
    assert_eq!(inline, [["a.rs", "b.rs"]]);
    let in_comment = of(&[
        ("lib.rs", "mod a; mod b; pub use a::A;"),
        ("a.rs", "use super::b::{B};\npub struct A;"),
        ("b.rs", "/// [`crate::A`]\npub struct B;\n#[cfg(test)]\nmod tests { use crate::A; }"),
    ]);
    assert!(in_comment.is_empty(), "{in_comment:?}");
    let three = of(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use super::b::{c::C, D};"),
        ("b/mod.rs", "mod c; pub use c::C; pub struct D;"),
        ("b/c.rs", "use super::D;\nuse crate::a;\npub struct C(a::X);"),
    ]);
    assert_eq!(three, [["a.rs", "b/c.rs"]]);
}

#[test]
fn a_circle_of_folders_need_not_be_one_of_files() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "mod c; pub(crate) mod d;"),
        ("a/c.rs", "use crate::b::B;\npub struct C(B);"),
        ("a/d.rs", "pub struct D;"),
        ("b.rs", "use crate::a::d::D;\npub struct B(D);"),
    ];
    let sources = Crate::of(files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())));
    assert!(sources.circles().is_empty(), "{:?}", sources.circles());
    assert_eq!(sources.circles_of_modules(), [["a", "b"]]);
}

/// A type with more fields is several things: their names say which.
const MOST_FIELDS: usize = 14;

#[test]
fn no_type_has_more_than_fourteen_fields() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    let mut types = 0;
    for path in sources(root) {
        let text = fs::read_to_string(&path).expect("a source file");
        let found = fields_of_types(&text);
        types += found.len();
        let many = found.into_iter().filter(|(_, fields)| *fields > MOST_FIELDS);
        wrong.extend(many.map(|(name, fields)| format!("{}: {name} has {fields}", path.display())));
    }
    assert!(types > 300, "the sources are read: {types}");
    assert!(wrong.is_empty(), "group them by meaning:\n{}", wrong.join("\n"));
}

/// Features without interfaces of their own to document: the other provider, and what is for tests.
const UNDOCUMENTED: [&str; 2] = ["ring", "deterministic"];

/// The words of a list in a manifest.
fn words(list: Option<&toml::Value>) -> BTreeSet<String> {
    let list = list.and_then(|list| list.as_array()).into_iter().flatten();
    list.filter_map(|word| word.as_str()).map(str::to_owned).collect()
}

/// The README lists every feature of the facade, and says which are there by default.
#[test]
fn the_readme_has_every_feature() {
    let read = |name: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name);
    let manifest: toml::Table = read("Cargo.toml").parse().expect("TOML");
    let features = manifest.get("features").and_then(|features| features.as_table()).expect("features");
    let default = words(features.get("default"));
    let known: BTreeSet<(String, bool)> =
        features.keys().filter(|name| *name != "default").map(|name| (name.clone(), default.contains(name))).collect();
    let readme = read("README.md");
    let table =
        readme.split("| feature | default |").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a table");
    let listed: BTreeSet<(String, bool)> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(name, rest)| (name.to_owned(), rest.trim_start().starts_with("yes")))
        .collect();
    assert_eq!(listed, known);
}

/// What a feature adds is on docs.rs, with the feature that it needs.
#[test]
fn every_feature_is_documented_on_docs_rs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = fs::read_dir(root.join("crates")).expect("the crates").map(|entry| entry.expect("an entry").path());
    let (mut wrong, mut documented) = (Vec::new(), 0);
    for folder in crates.chain([root.to_owned()]).filter(|folder| folder.join("Cargo.toml").is_file()) {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        let manifest: toml::Table = manifest.parse().expect("TOML");
        let Some(features) = manifest.get("features").and_then(|features| features.as_table()) else { continue };
        let default = words(features.get("default"));
        let added = features.keys().filter(|name| *name != "default" && !UNDOCUMENTED.contains(&name.as_str()));
        let added: BTreeSet<String> = added.filter(|name| !default.contains(*name)).cloned().collect();
        let metadata = manifest.get("package").and_then(|package| package.get("metadata")?.get("docs")?.get("rs"));
        if added != words(metadata.and_then(|metadata| metadata.get("features"))) {
            wrong.push(format!("{}: `package.metadata.docs.rs` has not {added:?}", folder.display()));
        }
        if added.is_empty() {
            continue;
        }
        documented += 1;
        let lib = fs::read_to_string(folder.join("src/lib.rs")).expect("a library");
        let arguments = words(metadata.and_then(|metadata| metadata.get("rustdoc-args")));
        if !arguments.contains("docsrs") || !lib.contains("#![cfg_attr(docsrs, feature(doc_cfg))]") {
            wrong.push(format!("{}: its page does not say which feature an item needs", folder.display()));
        }
    }
    assert!(documented > 4, "the manifests are read: {documented}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A longer file has several topics.
const MOST_LINES: usize = 600;

#[test]
fn no_file_has_more_than_six_hundred_lines() {
    let files = sources(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(files.len() > 300, "the sources are found: {}", files.len());
    let lines = |path: &PathBuf| fs::read_to_string(path).expect("a source file").lines().count();
    let long: Vec<_> = files.iter().map(|path| (path, lines(path))).filter(|(_, lines)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "split them by topic: {long:#?}");
}

/// A wider line is wrapped.
const MOST_COLUMNS: usize = 130;

#[test]
fn no_line_of_a_comment_is_wider_than_a_hundred_and_thirty_columns() {
    let mut wide = Vec::new();
    for path in sources(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        let text = fs::read_to_string(&path).expect("a source file");
        wide.extend(wide_comments(&text).map(|line| format!("{}:{line}", path.display())));
    }
    assert!(wide.is_empty(), "wrap them:\n{}", wide.join("\n"));
    let found = |lines: [String; 3]| wide_comments(&lines.join("\n")).collect::<Vec<_>>();
    let dashes = |count| "-".repeat(count);
    let code = format!("/// ```\n/// {}\n/// ```", dashes(200));
    assert!(found([format!("// {}", dashes(127)), format!("/// [a](b::c) {}", dashes(122)), code.clone()]).is_empty());
    assert_eq!(found([format!("// {}", dashes(128)), format!("/// [a](b::c) {}", dashes(123)), code]), [1, 2]);
}

/// The numbers of the lines of comments that are too wide. The targets of links do not count, nor does code.
fn wide_comments(text: &str) -> impl Iterator<Item = usize> {
    let width = |line: &str| {
        let after = |part: &str| 1 + part.split_once(')').map_or(part, |(_, rest)| rest).chars().count();
        let mut parts = line.split("](");
        parts.next().unwrap_or_default().chars().count() + parts.map(after).sum::<usize>()
    };
    let mut is_code = false;
    (1..).zip(text.lines()).filter_map(move |(number, line)| {
        let Some(comment) = line.trim_start().strip_prefix("//") else {
            is_code = false;
            return None;
        };
        is_code ^= comment.trim_start_matches(['/', '!', ' ']).starts_with("```");
        (!is_code && width(line) > MOST_COLUMNS).then_some(number)
    })
}

#[test]
fn fields_are_counted() {
    let text = "pub struct A<'d> {\n    /// One: it.\n    pub(crate) a: u8,\n    b: Vec<(\n        u8,\n    )>,\n}\nstruct B;\n\
                fn f() {\n    struct C {\n        c: u8,\n    }\n    let x = C { c: 1 };\n}\n";
    assert_eq!(fields_of_types(text), [("A".to_owned(), 2), ("C".to_owned(), 1)]);
}

/// Each struct with named fields, and how many it has. The sources are formatted, so that indentation tells.
fn fields_of_types(text: &str) -> Vec<(String, usize)> {
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        let Some((before, after)) = code.split_once("struct ") else { continue };
        if !(before.is_empty() || before.starts_with("pub")) || !code.ends_with('{') {
            continue;
        }
        let indent = line.len() - code.len();
        let own = lines.by_ref().take_while(|line| !(line.len() == indent + 1 && line.ends_with('}')));
        let is_field = |line: &&str| {
            let inner = line.get(indent + 4..).filter(|inner| !inner.starts_with([' ', '/', '#', ')']));
            inner.is_some_and(|inner| inner.contains(": "))
        };
        let name = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        found.push((name, own.filter(is_field).count()));
    }
    found
}

/// Every source file in a folder and below it, but not what cargo builds.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                found.extend(sources(&path));
            }
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
    found
}

/// The files of a crate, by module path.
struct Crate {
    modules: BTreeMap<Vec<String>, Module>,
}

struct Module {
    file: String,
    /// Names that `use` brings in, or out, and what they are.
    imports: BTreeMap<String, Vec<String>>,
    /// Modules whose items are all imported.
    globs: Vec<Vec<String>>,
    /// Paths that are named, as far as they count.
    paths: Vec<Vec<String>>,
}

impl Crate {
    fn read(src: &Path) -> Self {
        Self::of(sources(src).into_iter().map(|path| {
            let name = path.strip_prefix(src).expect("inside").display().to_string();
            (name, fs::read_to_string(&path).expect("a source file"))
        }))
    }

    fn of(files: impl Iterator<Item = (String, String)>) -> Self {
        let modules = files.map(|(name, text)| (module_path(&name), Module::read(name, &text)));
        Self { modules: modules.collect() }
    }

    /// Each circle as its files, sorted.
    fn circles(&self) -> Vec<Vec<String>> {
        self.circles_among(|file| file)
    }

    /// Each circle as its top-level modules, sorted.
    fn circles_of_modules(&self) -> Vec<Vec<String>> {
        self.circles_among(module_of)
    }

    /// Each circle as its members, sorted, where `member` says which one a file belongs to.
    fn circles_among(&self, member: fn(&str) -> &str) -> Vec<Vec<String>> {
        let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (at, module) in &self.modules {
            let own = member(&module.file);
            let targets = module.paths.iter().filter_map(|path| self.resolve(at, path, 0)).map(member);
            edges.entry(own).or_default().extend(targets.filter(|target| *target != own));
        }
        // There are only a few hundred files, so a simple search is fast enough.
        let reach: BTreeMap<&str, BTreeSet<&str>> = edges.keys().map(|from| (*from, reachable(from, &edges))).collect();
        let mut circles = BTreeSet::new();
        for file in edges.keys() {
            let both = reach[file].iter().filter(|other| reach[**other].contains(file));
            let mut circle: Vec<String> = both.map(|other| (*other).to_owned()).collect();
            if !circle.is_empty() {
                circle.push((*file).to_owned());
                circle.sort();
                circle.dedup();
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }

    /// The file that defines what `path` names, seen from the module `at`; `None` for other crates.
    fn resolve(&self, at: &[String], path: &[String], depth: usize) -> Option<&str> {
        // An item that is re-exported in a circle is an error of the compiler.
        if depth > 16 {
            return None;
        }
        let mut module = at.to_vec();
        let mut rest = path;
        let mut is_anchored = false;
        while let Some((first, tail)) = rest.split_first() {
            match first.as_str() {
                "crate" => module.clear(),
                "super" => drop(module.pop()),
                "self" => {}
                _ => break,
            }
            is_anchored = true;
            rest = tail;
        }
        loop {
            let own = self.modules.get(&module)?;
            let Some((first, tail)) = rest.split_first() else { return Some(&own.file) };
            let child: Vec<String> = module.iter().chain([first]).cloned().collect();
            if self.modules.contains_key(&child) {
                (module, rest, is_anchored) = (child, tail, true);
                continue;
            }
            if let Some(target) = own.imports.get(first) {
                let target: Vec<String> = target.iter().chain(tail).cloned().collect();
                return if target == path { None } else { self.resolve(&module, &target, depth + 1) };
            }
            // What is neither a module nor imported is defined here, or in another crate.
            if !is_anchored {
                return None;
            }
            let from_glob = own.globs.iter().find(|glob| self.defines(&module, glob, first));
            return match from_glob {
                Some(glob) => {
                    let target: Vec<String> = glob.iter().chain(rest).cloned().collect();
                    self.resolve(&module, &target, depth + 1)
                }
                None => Some(&own.file),
            };
        }
    }

    /// Whether a module that is imported whole is one of this crate that exports `name`.
    fn defines(&self, at: &[String], glob: &[String], name: &str) -> bool {
        let Some(file) = self.resolve(at, glob, 8) else { return false };
        self.modules.values().any(|module| module.file == file && module.imports.contains_key(name))
    }
}

fn reachable<'e>(from: &str, edges: &BTreeMap<&'e str, BTreeSet<&'e str>>) -> BTreeSet<&'e str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = edges[from].iter().copied().collect();
    while let Some(next) = open.pop() {
        if let Some((known, targets)) = edges.get_key_value(next)
            && seen.insert(*known)
        {
            open.extend(targets);
        }
    }
    seen
}

fn module_path(file: &str) -> Vec<String> {
    let mut path: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        path.pop();
    }
    path
}

impl Module {
    fn read(file: String, text: &str) -> Self {
        let code = code_of(text);
        let gathers = ["lib.rs", "mod.rs"].iter().any(|name| file == *name || file.ends_with(&format!("/{name}")));
        let (mut imports, mut globs, mut used) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut exported = Vec::new();
        let mut rest = String::new();
        for statement in code.split_inclusive(';') {
            let Some((is_public, tree)) = use_tree(statement) else {
                rest.push_str(statement);
                continue;
            };
            for (mut path, alias) in expand(tree) {
                if path.last().is_some_and(|last| last == "*") {
                    path.pop();
                    globs.push(path.clone());
                } else {
                    imports.insert(alias, path.clone());
                }
                // An item that a folder only re-exports is not its own dependency. One that its code names is.
                if gathers && is_public { &mut exported } else { &mut used }.push(path);
            }
        }
        let words: BTreeSet<&str> = rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
        let is_item = |name: &String| name.starts_with(char::is_uppercase) && words.contains(name.as_str());
        used.extend(exported.into_iter().filter(|path| path.last().is_some_and(is_item)));
        // An imported module counts where something of it is named.
        let inline = inline_paths(&rest);
        used.retain(|path| {
            let last = path.last().map(String::as_str).unwrap_or_default();
            last.starts_with(char::is_uppercase) || !inline.iter().any(|named| named[0] == last)
        });
        Self { file, imports, globs, paths: used.into_iter().chain(inline).collect() }
    }
}

/// The code of a file without comments, and without the tests at its foot.
fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = code.lines().map(|line| match line.find("//") {
        Some(at) if !line[..at].contains('"') => &line[..at],
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The tree of the `use` that a statement ends with, and whether it is public.
fn use_tree(statement: &str) -> Option<(bool, &str)> {
    let at = statement.rfind("use ")?;
    let (before, tree) = statement.split_at(at);
    let before = before.lines().last().unwrap_or_default().trim();
    let is_use = before.is_empty() || before.ends_with('}') || (before.starts_with("pub") && !before.contains("fn"));
    is_use.then(|| (before.starts_with("pub"), tree["use ".len()..].trim_end_matches(';').trim()))
}

/// Every path of a tree, with the name it gets.
fn expand(tree: &str) -> Vec<(Vec<String>, String)> {
    let segments = |text: &str| -> Vec<String> {
        text.split("::").map(|segment| segment.trim().to_owned()).filter(|segment| !segment.is_empty()).collect()
    };
    let Some(open) = tree.find('{') else {
        let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias)));
        let path = segments(path);
        let alias = alias.map(|alias| alias.trim().to_owned()).or_else(|| path.last().cloned()).unwrap_or_default();
        return vec![(path, alias)];
    };
    let prefix = segments(&tree[..open]);
    let inner = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&inner[start..]);
    let items = items.into_iter().map(str::trim).filter(|item| !item.is_empty());
    items
        .flat_map(expand)
        .map(|(path, alias)| match path.as_slice() {
            [only] if only == "self" => (prefix.clone(), prefix.last().cloned().unwrap_or_default()),
            _ => (prefix.iter().chain(&path).cloned().collect(), alias),
        })
        .collect()
}

/// Paths of two segments or more.
fn inline_paths(code: &str) -> Vec<Vec<String>> {
    let mut found = BTreeSet::new();
    let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for word in code.split(|c| !is_of_path(c)) {
        let path: Vec<String> = word
            .split("::")
            .filter(|segment| !segment.is_empty() && !segment.contains(':'))
            .map(str::to_owned)
            .collect();
        if word.contains("::") && path.len() > 1 && !word.starts_with(':') {
            found.insert(path);
        }
    }
    found.into_iter().collect()
}
