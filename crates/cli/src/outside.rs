//! The targets of references in a document: parts of the document, and files that the caller named. Nothing is fetched.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use ws_security::c14n::{Document, Element, IdIndex};
use ws_security::xmldsig::Dereference;
use ws_security::{Budget, Limit};

use crate::args::OutsideArgs;
use crate::output::{self, Outcome, could_not};

/// The files of `--map` and `--base`.
pub(crate) struct Outside<'a> {
    base: Option<&'a Path>,
    /// The octets that the caller has for a URI.
    mapped: HashMap<String, Vec<u8>>,
    /// The files below the folder that were read. Each is read once, whatever refers to it.
    found: RefCell<HashMap<String, Vec<u8>>>,
    /// Charged for each file below the folder before it is read: the document is not yet verified when it names them.
    budget: Budget,
    /// Why a file was not read.
    refused: RefCell<Option<String>>,
}

impl<'a> Outside<'a> {
    /// Reads the arguments for a document of this many octets. URIs may contain equals signs, so the file is behind the
    /// last one.
    pub(crate) fn read(arguments: &'a OutsideArgs, octets: u64) -> Outcome<Self> {
        let mut mapped = HashMap::new();
        for argument in &arguments.map {
            let (uri, path) = argument.rsplit_once('=').ok_or_else(|| could_not("--map has no file: give URI=FILE"))?;
            if mapped.insert(uri.to_owned(), output::read(Path::new(path))?).is_some() {
                return Err(could_not(format!("--map is there twice for {uri:?}: give each URI one file")));
            }
        }
        let (found, refused) = (RefCell::default(), RefCell::default());
        Ok(Self {
            base: arguments.base.as_deref(),
            mapped,
            found,
            budget: Budget::new(&output::limits(), octets),
            refused,
        })
    }

    /// The reason why the last file that a reference names was not read, though it exists.
    pub(crate) fn refused(&self) -> Option<String> {
        self.refused.borrow().clone()
    }

    fn octets(&self, uri: &str) -> Option<Vec<u8>> {
        if let Some(octets) = self.mapped.get(uri) {
            return Some(octets.clone());
        }
        if let Some(octets) = self.found.borrow().get(uri) {
            return Some(octets.clone());
        }
        let read = self.read_file(&self.path(uri)?);
        match read {
            Ok(octets) => {
                self.found.borrow_mut().insert(uri.to_owned(), octets.clone());
                Some(octets)
            }
            Err(why) => {
                *self.refused.borrow_mut() = Some(format!("{uri:?} of --base is not read: {why}"));
                None
            }
        }
    }

    /// The file below the folder that a relative URI means.
    fn path(&self, uri: &str) -> Option<PathBuf> {
        let base = self.base?;
        let relative = Path::new(uri);
        let plain = !uri.is_empty()
            && !uri.contains([':', '#', '?', '%', '\\'])
            && relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !plain {
            return None;
        }
        // Links may lead outside, so the real path of the file decides.
        let path = base.join(relative).canonicalize().ok()?;
        path.starts_with(base.canonicalize().ok()?).then_some(path)
    }

    /// Reads a regular file, within the budget. Opening a pipe could wait for ever, and a device has no end.
    fn read_file(&self, path: &Path) -> Result<Vec<u8>, String> {
        let about = std::fs::metadata(path).map_err(|error| error.to_string())?;
        if !about.is_file() {
            return Err("it is not a regular file: --map URI=FILE reads others".to_owned());
        }
        let len = about.len();
        self.budget.charge(Limit::DigestedOctets, len).map_err(|error| error.to_string())?;
        let mut octets = Vec::new();
        // A file that grows meanwhile is cut, and its digest no longer fits.
        let file = File::open(path).map_err(|error| error.to_string())?;
        file.take(len).read_to_end(&mut octets).map_err(|error| error.to_string())?;
        Ok(octets)
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
