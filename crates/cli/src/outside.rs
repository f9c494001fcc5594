//! What the references of a document lead to: parts of itself, and files that the caller named. Nothing is fetched.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use ws_security::c14n::{Document, Element, IdIndex};
use ws_security::xmldsig::Dereference;

use crate::args::OutsideArgs;
use crate::output::{self, Outcome, could_not};

/// The files of `--map` and `--base`.
pub(crate) struct Outside<'a> {
    base: Option<&'a Path>,
    /// The octets that the caller has for a URI.
    mapped: HashMap<String, Vec<u8>>,
}

impl<'a> Outside<'a> {
    /// URIs may contain equals signs, so the file is behind the last one.
    pub(crate) fn read(arguments: &'a OutsideArgs) -> Outcome<Self> {
        let pair = |argument: &String| {
            let (uri, path) = argument.rsplit_once('=').ok_or_else(|| could_not("--map has no file: give URI=FILE"))?;
            Ok((uri.to_owned(), output::read(Path::new(path))?))
        };
        let mapped = arguments.map.iter().map(pair).collect::<Outcome<_>>()?;
        Ok(Self { base: arguments.base.as_deref(), mapped })
    }

    fn octets(&self, uri: &str) -> Option<Vec<u8>> {
        if let Some(octets) = self.mapped.get(uri) {
            return Some(octets.clone());
        }
        let base = self.base?;
        let relative = Path::new(uri);
        let plain = !uri.is_empty()
            && !uri.contains([':', '#', '?', '%', '\\'])
            && relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !plain {
            return None;
        }
        // Links may lead outside, so the real path of the file decides.
        let path: PathBuf = base.join(relative).canonicalize().ok()?;
        path.starts_with(base.canonicalize().ok()?).then(|| std::fs::read(path).ok()).flatten()
    }
}

/// Resolves references within a document, and to files that the caller named.
pub(crate) struct Whole<'a, 'd> {
    pub(crate) document: &'d Document<'d>,
    pub(crate) ids: &'a IdIndex<'d>,
    pub(crate) outside: &'a Outside<'a>,
    /// Whether a reference without a URI means the whole document, as xmlsec1 takes it.
    pub(crate) takes_unnamed: bool,
    pub(crate) reads_doctypes: bool,
    pub(crate) accepts_other_ecdsa_values: bool,
}

impl<'d> Dereference<'d> for Whole<'_, 'd> {
    fn document(&self) -> Option<&'d Document<'d>> {
        Some(self.document)
    }

    fn element(&self, id: &str) -> Option<Element<'d>> {
        self.ids.get(id)
    }

    fn ids(&self) -> Option<&IdIndex<'d>> {
        Some(self.ids)
    }

    fn runs_filters(&self) -> bool {
        true
    }

    fn reads_doctypes(&self) -> bool {
        self.reads_doctypes
    }

    fn accepts_other_ecdsa_values(&self) -> bool {
        self.accepts_other_ecdsa_values
    }

    fn unnamed(&self) -> Option<&'d Document<'d>> {
        (self.takes_unnamed && !self.outside.mapped.contains_key("")).then_some(self.document)
    }

    fn external(&self, uri: &str) -> Option<Vec<u8>> {
        self.outside.octets(uri)
    }
}
