//! The search for a cause: cheapest first, until octets fit or the budget is used up.

use wss_c14n::{Budget, Element, Paths, base64_encode};
use wss_crypto::{Digest, DigestMethod};
use wss_text::hex;

use super::cause::Cause;
use super::clues::Clues;
use super::edit::{Edit, Out};
use super::edits::{self, signed_info::Digests};
use super::forms::{Form, Target, cap};
use super::goal::{Aim, Meter};
use super::places;
use super::sketch::Sketch;

/// What programs write in place of a value that they do not have, or of an object.
const WORDS: [&str; 9] =
    ["null", "undefined", "None", "nil", "NULL", "false", "true", "[object Object]", "[object XMLDocument]"];

/// The most elements that are written one after the other.
const CHILDREN: usize = 64;

/// The copies of its source that an element takes which is written alone.
const COPIES_ALONE: u64 = 4;

/// Octets that fit, and their causes.
pub(super) struct Found {
    /// Their differences from the octets that the message names; the change that was made first comes last.
    pub(super) causes: Vec<Cause>,
    /// The octets; `None` if they were not kept.
    pub(super) octets: Option<Vec<u8>>,
}

/// A search for octets that fit one of several aims.
pub(super) struct Search<'a> {
    pub(super) aims: &'a [Aim],
    pub(super) meter: &'a Meter<'a>,
    /// The largest number of octets of a form that is kept in memory.
    pub(super) most: usize,
    /// The prefixes in the message.
    pub(super) clues: &'a Clues,
}

impl Search<'_> {
    /// Searches for octets that fit: of `target`, which the message says to write in the form `said`, or of one of
    /// other elements.
    pub(super) fn run(&self, target: &Target<'_>, said: &Form, elements: &[Element<'_>]) -> Option<Found> {
        let others = said.others(target.root());
        self.octets(&[Cause::NothingDigested], 0, &|_| {})
            .or_else(|| self.form(target, said, &[]))
            .or_else(|| self.wrapped(target, said))
            .or_else(|| self.forms(target, &others, &[]))
            .or_else(|| self.elsewhere(target.apex, elements, said))
            .or_else(|| self.edited(target, said))
            .or_else(|| self.source(target))
            .or_else(|| self.source_alone(target))
            .or_else(|| self.children(target, said))
            .or_else(|| self.around(elements, said))
            .or_else(|| self.meter.with_part(2, || self.last(target, said, edits::numbered)))
            .or_else(|| self.last(target, said, edits::few_last))
            .or_else(|| self.last(target, said, edits::few_restored))
            .or_else(|| self.in_order_of_source(target, said))
            .or_else(|| others.iter().find_map(|form| self.usually_edited(target, form)))
            .or_else(|| self.words())
            .or_else(|| self.meter.with_part(3, || self.in_pairs(target, said)))
            .or_else(|| self.edited_beside(target, said, edits::first_of_serializers, edits::rewritten_beside))
            .or_else(|| self.last(target, said, edits::many_last))
            .or_else(|| self.meter.with_part(2, || self.beside_prefixes(target, said)))
            .or_else(|| self.meter.with_part(4, || self.in_threes(target, said)))
            .or_else(|| {
                self.meter.with_part(2, || {
                    self.edited_beside(target, said, edits::first_of_bindings, edits::few_rewritten_beside)
                        .or_else(|| self.last(target, said, edits::rest_of_several))
                })
            })
            .or_else(|| self.meter.with_part(2, || self.beside_spaces(target, said)))
            .or_else(|| self.meter.with_part(2, || self.last(target, said, edits::many_restored)))
            .or_else(|| {
                // Hints need some of the rest.
                self.meter
                    .with_part(2, || self.serialized(target, said).or_else(|| self.last(target, said, edits::unseen)))
            })
    }

    /// Tries `target` in any form, and without changes.
    pub(super) fn in_forms(&self, target: &Target<'_>, said: &Form) -> Option<Found> {
        self.form(target, said, &[])
            .or_else(|| self.wrapped(target, said))
            .or_else(|| self.forms(target, &said.others(target.root()), &[]))
    }

    /// The form that inclusive canonicalisation wrote before the element came into the document around it, whose
    /// namespaces it writes now. The exclusive method may write the same form. Then it was not used: the message names
    /// the inclusive one.
    fn wrapped(&self, target: &Target<'_>, said: &Form) -> Option<Found> {
        if said.by.method().is_exclusive() || !target.is_wrapped() {
            return None;
        }
        let base = self.text(target, said)?;
        let around = edits::without_scope(target.scope_around());
        self.edits(&base, edits::of_scope(&Sketch::of(&base)).into_iter().chain([around]), &said.causes)
    }

    /// Tries other elements: `target` is not what was digested.
    pub(super) fn elsewhere(
        &self,
        target: Option<Element<'_>>,
        elements: &[Element<'_>],
        said: &Form,
    ) -> Option<Found> {
        let rest = elements.iter().filter(|element| Some(**element) != target);
        let forms = said.for_other_elements();
        let mut paths = Paths::default();
        rest.clone().find_map(|element| {
            let cause = Cause::OtherElement { path: paths.of(*element).into() };
            forms.iter().find_map(|form| self.form(&Target::element(*element), form, std::slice::from_ref(&cause)))
        })
    }

    /// Tries elements whose Id was changed or removed.
    pub(super) fn with_id(&self, id: &str, elements: &[Element<'_>], said: &Form) -> Option<Found> {
        elements.iter().find_map(|element| {
            let base = self.text(&Target::element(*element), said)?;
            self.edits(&base, places::with_id(id), &said.causes)
        })
    }

    fn forms(&self, target: &Target<'_>, forms: &[Form], causes: &[Cause]) -> Option<Found> {
        forms.iter().find_map(|form| self.form(target, form, causes))
    }

    /// A form of a target.
    pub(super) fn form(&self, target: &Target<'_>, form: &Form, causes: &[Cause]) -> Option<Found> {
        let causes = [causes, &form.causes].concat();
        self.octets(&causes, target.source_len(), &|out| {
            // A form that is cut off does not fit.
            target.write(form, out, &self.cap());
        })
    }

    /// A limit on the octets of one form.
    fn cap(&self) -> Budget {
        cap(self.most)
    }

    /// The text of a form, if it is not too long.
    pub(super) fn text(&self, target: &Target<'_>, form: &Form) -> Option<String> {
        let pays = self.meter.pays(target.source_len(), &[]);
        if pays { target.text(form, &self.cap()) } else { None }
    }

    /// Tries one change of the form that the message names.
    fn edited(&self, target: &Target<'_>, said: &Form) -> Option<Found> {
        let base = self.text(target, said)?;
        let found = self.edits(&base, edits::all(&Sketch::of(&base), self.clues), &said.causes);
        found.or_else(|| self.digests(&base))
    }

    /// Tries one usual change of another form.
    fn usually_edited(&self, target: &Target<'_>, form: &Form) -> Option<Found> {
        let base = self.text(target, form)?;
        self.edits(&base, edits::usual(&Sketch::of(&base), self.clues), &form.causes)
    }

    /// Tries a change of the form that suggests a change of its content, or a change of several names.
    fn last(
        &self,
        target: &Target<'_>,
        said: &Form,
        all: for<'s> fn(&'s Sketch, &'s Clues) -> edits::Edits<'s>,
    ) -> Option<Found> {
        let base = self.text(target, said)?;
        let sketch = Sketch::of(&base);
        self.edits(&base, all(&sketch, self.clues), &said.causes)
    }

    /// Tries a change of `ds:SignedInfo`. The octets are in the form that it names after the change.
    pub(super) fn signed_info(&self, target: &Target<'_>, said: &Form, digests: &Digests<'_>) -> Option<Found> {
        let base = self.text(target, said)?;
        self.edits(&base, edits::signed_info::all(&base, digests, self.clues), &said.causes)
    }

    /// Tries the whole envelope before it had its signature or its Security header, in place of the target.
    fn around(&self, elements: &[Element<'_>], said: &Form) -> Option<Found> {
        let root = elements.first()?.document().root();
        let other = Cause::OtherElement { path: root.path().into() };
        said.for_other_elements().iter().find_map(|form| {
            let base = self.text(&Target::element(root), form)?;
            let causes = [std::slice::from_ref(&other), form.causes.as_slice()].concat();
            self.edits(&base, edits::without_security(&Sketch::of(&base)), &causes)
        })
    }

    /// Two changes that one program makes: each of the first ones that changes something, beside each of the second ones.
    fn edited_beside(
        &self,
        target: &Target<'_>,
        said: &Form,
        first: fn(&Sketch) -> Vec<Edit>,
        second: for<'s> fn(&'s Sketch, &'s Clues) -> edits::Edits<'s>,
    ) -> Option<Found> {
        let base = self.text(target, said)?;
        first(&Sketch::of(&base)).into_iter().take_while(|_| self.meter.exceeded().is_none()).find_map(|first| {
            let once = self.meter.affords(base.len() as u64).then(|| first.text(&base))??;
            let sketch = Sketch::of(Some(&once).filter(|once| **once != base)?);
            let causes = [std::slice::from_ref(&first.cause), said.causes.as_slice()].concat();
            self.edits(&once, second(&sketch, self.clues), &causes)
        })
    }

    /// Tries octets in text form with each of several changes.
    pub(super) fn edits(&self, base: &str, edits: impl IntoIterator<Item = Edit>, causes: &[Cause]) -> Option<Found> {
        edits.into_iter().take_while(|_| self.meter.exceeded().is_none()).find_map(|edit| {
            let causes = [std::slice::from_ref(&edit.cause), causes].concat();
            self.octets(&causes, base.len(), &|out| edit.apply(base, out))
        })
    }

    /// Tries the source itself, without any canonicalisation.
    fn source(&self, target: &Target<'_>) -> Option<Found> {
        let source = target.source();
        let not = |how: &str| [Cause::NotCanonicalized { how: how.into() }];
        let as_it_came =
            self.octets(&not("they are the source as it came"), source.len(), &|out| out(source.as_bytes()));
        as_it_came.or_else(|| {
            let how = not("they are the source with CR LF as line feeds");
            self.octets(&how, source.len(), &|out| {
                source.split("\r\n").enumerate().for_each(|(nth, line)| {
                    if nth > 0 {
                        out(b"\n");
                    }
                    out(line.as_bytes());
                })
            })
        })
    }

    /// Tries the form with the attributes of each element in the order in which the message has them, and with what serialisers
    /// do to tags.
    fn in_order_of_source(&self, target: &Target<'_>, said: &Form) -> Option<Found> {
        let base = self.text(target, said)?;
        let written = target.in_order_of_source(&base).filter(|written| *written != base)?;
        if !self.meter.affords(written.len() as u64) {
            return None;
        }
        let how = "the attributes are in the order of the message";
        let causes = [&[Cause::NotCanonicalized { how: how.into() }], said.causes.as_slice()].concat();
        let found = self.octets(&causes, written.len(), &|out| out(written.as_bytes()));
        found.or_else(|| self.edits(&written, edits::serialized(&Sketch::of(&written)), &causes))
    }

    /// Tries the source as a library writes one element alone: with the namespaces that are in scope around it.
    fn source_alone(&self, target: &Target<'_>) -> Option<Found> {
        const DECLARATIONS: [&str; 4] = [
            "",
            "<?xml version='1.0' encoding='utf-8'?>\n",
            "<?xml version='1.0' encoding='UTF-8'?>\n",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        ];
        // Every order of the declarations is a copy of the source.
        if !self.meter.affords(COPIES_ALONE.saturating_mul(target.source_len() as u64)) {
            return None;
        }
        let how = "they are the source of the element, with the namespaces that are in scope around it";
        let cause = [Cause::NotCanonicalized { how: how.into() }];
        target.sources_alone().iter().find_map(|source| {
            DECLARATIONS.iter().find_map(|declaration| {
                self.octets(&cause, declaration.len() + source.len(), &|out| {
                    out(declaration.as_bytes());
                    out(source.as_bytes());
                })
            })
        })
    }

    /// Tries the elements in the target, each canonicalised alone and one after the other.
    fn children(&self, target: &Target<'_>, said: &Form) -> Option<Found> {
        let children: Vec<Target<'_>> = target.apex?.children().take(CHILDREN + 1).map(Target::element).collect();
        if children.len() > CHILDREN {
            return None;
        }
        let causes = [std::slice::from_ref(&Cause::ContentOnly), said.causes.as_slice()].concat();
        self.octets(&causes, target.source_len(), &|out| {
            for child in &children {
                child.write(said, out, &self.cap());
            }
        })
    }

    /// Tries the words that programs write in place of a value that they do not have.
    fn words(&self) -> Option<Found> {
        WORDS.iter().find_map(|word| {
            let cause = Cause::WordDigested { word: (*word).into() };
            self.octets(&[cause], word.len(), &|out| out(word.as_bytes()))
        })
    }

    /// Tries the digest of the octets, digested again.
    fn digests(&self, base: &str) -> Option<Found> {
        for method in DigestMethod::ALL.iter().filter(|method| !method.is_retired()) {
            let digest = Digest::of(method, base.as_bytes()).as_octets().to_vec();
            for again in [digest.clone(), hex(&digest).into_bytes(), base64_encode(&digest).into_bytes()] {
                let found = self.octets(&[Cause::DigestOfDigest], base.len(), &|out| out(&again));
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    /// Whether the octets that `write` writes fit. `about` is their approximate number.
    pub(super) fn octets(&self, causes: &[Cause], about: usize, write: &dyn Fn(Out<'_>)) -> Option<Found> {
        let found = self.streamed(causes, about, write)?;
        let mut octets = Vec::new();
        write(&mut |piece| octets.extend_from_slice(piece));
        Some(Found { octets: Some(octets), ..found })
    }

    /// As [`Search::octets`], for octets that are not kept: they may be many more than the message has.
    pub(super) fn streamed(&self, causes: &[Cause], about: usize, write: &dyn Fn(Out<'_>)) -> Option<Found> {
        if !self.meter.pays(about, self.aims) {
            return None;
        }
        let aim = self.aims.iter().find(|aim| aim.goal.fits(write))?;
        Some(Found { causes: [aim.causes.as_slice(), causes].concat(), octets: None })
    }
}
