//! References: the digest of the target of each, and the cause if the message has another.

use wss_c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Document, Element, Limit, Paths, base64_encode, name,
};
use wss_crypto::Digest;
use wss_text::{WireText, after_cid};
use wss_xmldsig::{Dereference, DereferencedToken, FilterMethod};

use super::attachment::{self, Attachment, Attachments};
use super::cause::Cause;
use super::clues::Clues;
use super::digest_value::{note_of_length, of_no_length, written_otherwise};
use super::encrypted::holds_undecrypted;
use super::explanation::{ExplainedReference, Verdict};
use super::forms::{Form, Target, cap};
use super::goal::{Aim, Goal, Meter};
use super::hints::{IS_CIPHERTEXT, PERHAPS_IN_CIPHERTEXT, hints};
use super::places;
use super::reading::{Kind, ReadDigest, ReadReference};
use super::search::{Found, Search};
use super::spelled::of_percent;
use super::synthesized;

/// Takes the octets of a reference: first those of the message, then those that fit, if a cause was found. The flag is
/// true for the latter.
pub(super) type Show<'s> = &'s mut dyn FnMut(bool, &[u8]);

/// The message around the references of a signature, and the bounds of the search.
pub(super) struct Around<'a, 'd> {
    pub(super) document: &'d Document<'d>,
    pub(super) signature: Element<'d>,
    /// The element with an Id, if Ids are in order.
    pub(super) by_id: &'a dyn Fn(&str) -> Option<Element<'d>>,
    /// Whether Ids are in order: each is on one element.
    pub(super) has_index: bool,
    /// The tokens and attachments.
    pub(super) targets: &'a dyn Dereference<'d>,
    /// The attachment that a URL names, if it can be searched.
    pub(super) attachment: &'a dyn Fn(&str) -> Option<Attachment>,
    /// The ciphertext of the attachment that a URL names, if it was not decrypted.
    pub(super) ciphertext_of: &'a dyn Fn(&str) -> Option<Element<'d>>,
    /// The elements that may have been meant.
    pub(super) likely: &'a [Element<'d>],
    /// The prefixes in the message.
    pub(super) clues: &'a Clues,
    pub(super) budget: &'a Budget,
    /// The largest number of octets of a form that is kept in memory.
    pub(super) most: usize,
    /// The searches that are still to come, this one included.
    pub(super) searches: usize,
    /// Whether someone wants to see the octets.
    pub(super) shows: bool,
}

impl<'a, 'd> Around<'a, 'd> {
    fn attachments(&self) -> Attachments<'a, 'd> {
        Attachments { targets: self.targets, read: self.attachment, budget: self.budget }
    }
}

/// The target of a reference.
enum Named<'d> {
    Target(Target<'d>),
    /// The token that the reference at the element names.
    Token(Element<'d>, DereferencedToken<'d>, Canonicalization),
    Attachment {
        complete: bool,
    },
    Nothing,
}

/// A reference with its target, before any search.
pub(super) struct Prepared<'d> {
    named: Named<'d>,
    form: Form,
    found: Result<Option<Vec<u8>>, String>,
    notes: Vec<String>,
}

/// What the signature value tells of a reference.
#[derive(Default)]
pub(super) struct Signed {
    /// The signature value fits, so that the digest in the message is the sender's.
    pub(super) is_authentic: bool,
    /// How the reference was changed after signing.
    pub(super) change: Option<Cause>,
}

/// Digests the target of a reference.
pub(super) fn prepare<'d>(read: &ReadReference<'_>, around: &Around<'_, 'd>, show: Show<'_>) -> Prepared<'d> {
    let uri = read.uri.as_deref().unwrap_or_default();
    let mut notes = notes_of(read);
    let named = named(read, without_blanks(uri, &mut notes), around, &mut notes);
    let form = said(read);
    let found = found(&named, &form, read, uri, around, show);
    Prepared { named, form, found, notes }
}

impl Prepared<'_> {
    /// The digest in base64; empty if it is not known.
    pub(super) fn digest(&self) -> String {
        self.found.as_ref().ok().and_then(Option::as_deref).map(base64_encode).unwrap_or_default()
    }

    /// Whether the digest is the one of the message.
    pub(super) fn fits(&self, read: &ReadReference<'_>) -> bool {
        let found = self.found.as_ref().ok().and_then(Option::as_ref);
        found.is_some_and(|found| read.is_expected(found))
    }

    /// Whether a search will look for its cause.
    pub(super) fn needs_search(&self, read: &ReadReference<'_>) -> bool {
        !read.digests.is_empty() && !self.fits(read)
    }
}

/// Explains a reference.
pub(super) fn explain(
    read: &ReadReference<'_>,
    prepared: Prepared<'_>,
    around: &Around<'_, '_>,
    signed: Signed,
    show: Show<'_>,
) -> ExplainedReference {
    let uri = read.uri.as_deref().unwrap_or_default();
    let is_encrypted = prepared.needs_search(read) && is_encrypted(&prepared.named, uri, around);
    let is_authentic = signed.is_authentic;
    let verdict = verdict(read, &prepared, around, signed, is_encrypted, show);
    let Prepared { named, found, mut notes, .. } = prepared;
    let target = described(&named, uri);
    if let Err(why) = &found {
        notes.push(why.clone());
    }
    if matches!(&verdict, Verdict::Differs { causes, .. } if causes.is_empty()) {
        notes.extend(note_of_length(read));
        notes.extend(hints_of(&named, uri, around, is_encrypted));
    }
    ExplainedReference {
        uri: uri.into(),
        target,
        transforms: read.transforms.iter().map(super::reading::ReadTransform::described).collect(),
        method: read.method_uri.as_ref().into(),
        expected: read.digests.first().map_or_else(|| read.shown.clone(), |digest| digest.base64().into()),
        found: found.ok().flatten().map(|octets| base64_encode(&octets).into()),
        verdict,
        is_encrypted,
        notes,
        likely: match named {
            _ if is_encrypted => None,
            Named::Nothing => None,
            _ if is_authentic => Some(CONTENT),
            _ => Some(CONTENT_OR_DIGEST),
        },
    }
}

/// The most likely reasons if no cause was found: when the signature value verifies, and when it does not.
const CONTENT: &str = "most likely the content itself was changed after signing, or the signer signed other content";
const CONTENT_OR_DIGEST: &str = "most likely the content itself or the digest in the message was changed after signing, or the \
                                 signer signed other content";

fn verdict(
    read: &ReadReference<'_>,
    prepared: &Prepared<'_>,
    around: &Around<'_, '_>,
    signed: Signed,
    is_encrypted: bool,
    show: Show<'_>,
) -> Verdict {
    let uri = read.uri.as_deref().unwrap_or_default();
    let digest = prepared.found.as_ref().ok().and_then(Option::as_deref);
    let cause = signed.change.or_else(|| written_otherwise(read, digest?));
    match (cause, &prepared.found) {
        _ if prepared.fits(read) => Verdict::Fits,
        (Some(cause), _) => Verdict::Differs { causes: vec![cause], tried: 0, stopped: None },
        _ if read.digests.is_empty() => of_no_length(read),
        (_, Err(why)) if matches!(prepared.named, Named::Attachment { .. }) => Verdict::Unknown { why: why.clone() },
        _ => differs(read, uri, prepared, around, is_encrypted, show),
    }
}

/// Whether what is named has ciphertext in it that nobody decrypted, or may be inside such.
fn is_encrypted(named: &Named<'_>, uri: &str, around: &Around<'_, '_>) -> bool {
    let holds = |target: Element<'_>| holds_undecrypted(target, around.signature, around.budget);
    match named {
        Named::Target(target) => holds(target.root()),
        Named::Nothing => holds(around.document.root()),
        Named::Attachment { .. } => (around.ciphertext_of)(uri).is_some_and(holds),
        Named::Token(..) => false,
    }
}

fn hints_of(named: &Named<'_>, uri: &str, around: &Around<'_, '_>, is_encrypted: bool) -> Vec<String> {
    match named {
        Named::Target(Target { apex: Some(apex), .. }) => hints(*apex, around.budget),
        Named::Attachment { .. } if is_encrypted => vec![IS_CIPHERTEXT.to_owned()],
        Named::Attachment { .. } => attachment::hints(uri, around.document, &around.attachments()),
        Named::Nothing if is_encrypted => vec![PERHAPS_IN_CIPHERTEXT.to_owned()],
        _ => Vec::new(),
    }
}

/// Oddities of a reference, whatever it names.
fn notes_of(read: &ReadReference<'_>) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let mut note = |text: String| notes.push(text);
    if read.method.is_none() {
        note(format!("the digest method {:?} is not supported", WireText::from(read.method_uri.as_ref())));
    }
    if read.uri.is_none() {
        note("there is no URI: the parties would have to agree on what is signed".to_owned());
    }
    if read.transforms.is_empty() {
        note("there is no ds:Transform: Canonical XML 1.0 is implied, against BSP R5416".to_owned());
    }
    for transform in read.transforms.iter().filter(|transform| transform.kind == Kind::Unsupported) {
        let uri = WireText::from(transform.uri.as_ref());
        note(match FilterMethod::from_uri(&transform.uri) {
            Some(_) => format!(
                "the transform {uri:?} selects nodes: no receiver runs it in a Security header, and it is left out here"
            ),
            None => format!("the transform {uri:?} is not supported, and is left out here"),
        });
    }
    notes
}

/// The form that the transforms name.
pub(super) fn said(read: &ReadReference<'_>) -> Form {
    let by = read.transforms.iter().rev().find_map(|transform| match &transform.kind {
        Kind::Canonicalization(by) | Kind::SecurityTokenReference(by) => Some(by.clone()),
        _ => None,
    });
    // If a transform cannot be read, exclusive canonicalisation is more likely than inclusive, which no transform would
    // mean.
    let unsupported = read.transforms.iter().any(|transform| transform.kind == Kind::Unsupported);
    let implied = if unsupported { CanonicalizationMethod::Exclusive } else { CanonicalizationMethod::Inclusive };
    Form::said(by.unwrap_or_else(|| Canonicalization::new(implied)), false)
}

/// A URI without the white space around it.
fn without_blanks<'u>(uri: &'u str, notes: &mut Vec<String>) -> &'u str {
    let bare = uri.trim_matches([' ', '\t', '\n', '\r']);
    if bare.len() < uri.len() {
        notes.push(
            "there is white space around the URI: it is read without it here, which a receiver does not do".into(),
        );
    }
    bare
}

fn named<'d>(read: &ReadReference<'_>, uri: &str, around: &Around<'_, 'd>, notes: &mut Vec<String>) -> Named<'d> {
    if after_cid(uri).is_some() {
        return Named::Attachment {
            complete: read.transforms.iter().any(|t| t.kind == Kind::Attachment { complete: true }),
        };
    }
    let enveloped = read.transforms.iter().any(|transform| transform.kind == Kind::EnvelopedSignature);
    let narrowed = |target: Target<'d>| if enveloped { target.without(around.signature) } else { target };
    if read.uri.is_none() || uri == "#xpointer(/)" || uri.is_empty() {
        return Named::Target(narrowed(Target::document(around.document)));
    }
    let Some(apex) = element_named(uri, around, notes) else { return Named::Nothing };
    let by_token = read.transforms.iter().find_map(|transform| match &transform.kind {
        Kind::SecurityTokenReference(by) => Some(by.clone()),
        _ => None,
    });
    let Some(by) = by_token else { return Named::Target(narrowed(Target::element(apex))) };
    match around.targets.token(apex) {
        Some(token) => Named::Token(apex, token, by),
        None => {
            notes.push("the token that this SecurityTokenReference means was not found".into());
            Named::Target(Target::element(apex))
        }
    }
}

fn element_named<'d>(uri: &str, around: &Around<'_, 'd>, notes: &mut Vec<String>) -> Option<Element<'d>> {
    let pointer = uri.strip_prefix("#xpointer(id(").and_then(|rest| rest.strip_suffix("))"));
    let id = pointer.map_or(uri.strip_prefix('#').unwrap_or(uri), |quoted| quoted.trim_matches(['\'', '"']));
    let found = with_id(id, around, notes).or_else(|| {
        let decoded = of_percent(id).filter(|decoded| decoded != id)?;
        let element = with_id(&decoded, around, &mut Vec::new())?;
        notes.push("the Id is escaped in the URI (% and hexadecimal digits), and is read here as it was before".into());
        Some(element)
    });
    match (&found, uri.starts_with('#')) {
        (None, true) => notes.push("no element of the message has this Id".into()),
        (Some(_), false) => {
            notes.push("the URI lacks `#`, so that it names something outside the message; the element is meant".into())
        }
        _ => {}
    }
    found
}

/// The element with an Id, or the first of several.
fn with_id<'d>(id: &str, around: &Around<'_, 'd>, notes: &mut Vec<String>) -> Option<Element<'d>> {
    if let Some(element) = (around.by_id)(id) {
        return Some(element);
    }
    let source = around.document.source().len() as u64;
    if let Err(exceeded) = around.budget.charge(Limit::CauseOctets, source) {
        notes.push(exceeded.to_string());
        return None;
    }
    let found = places::with_this_id(around.document, id);
    match found.as_slice() {
        [only] if around.has_index => {
            notes.push(format!("{} has this Id, but in an attribute that is no Id there", only.path()));
        }
        // Faults of the Ids are reported for the message as a whole.
        [] | [_] => {}
        [first, second, ..] => {
            let mut paths = Paths::default();
            let (first, second) = (paths.of(*first), paths.of(*second));
            notes.push(format!("two elements have this Id, {first} and {second}: the first is taken here"));
        }
    }
    found.first().copied()
}

/// The target of a reference, in words.
fn described(named: &Named<'_>, uri: &str) -> WireText {
    match named {
        Named::Target(target) => target.apex.map_or_else(|| "the whole document".into(), |apex| apex.path().into()),
        Named::Token(_, DereferencedToken::Element(token), _) => {
            format!("the token at {}, by its reference", token.path()).into()
        }
        Named::Token(..) => "a token outside the message, by its reference".into(),
        Named::Attachment { complete: true } => "an attachment with its header".into(),
        Named::Attachment { complete: false } => "the content of an attachment".into(),
        Named::Nothing if uri.contains("://") => "something outside the message, which is never fetched".into(),
        Named::Nothing => "nothing".into(),
    }
}

/// The digest of the target; `None` if there is no target, or the method is unknown.
fn found(
    named: &Named<'_>,
    form: &Form,
    read: &ReadReference<'_>,
    uri: &str,
    around: &Around<'_, '_>,
    show: Show<'_>,
) -> Result<Option<Vec<u8>>, String> {
    let Some(method) = read.method else { return Ok(None) };
    let budget = around.budget;
    match named {
        Named::Target(target) => {
            budget.charge(Limit::DigestedOctets, target.source_len() as u64).map_err(|error| error.to_string())?;
            let mut digest = Digest::new(method);
            let most = Budget::new(budget.limits(), around.most as u64);
            let is_whole = target.write(form, &mut |piece| digest.update(piece), &most);
            if let Some(text) = around.shows.then(|| target.text(form, &cap(around.most))).flatten() {
                show(false, text.as_bytes());
            }
            let too_large = || String::from("its canonical form is undefined, or has too many octets");
            if is_whole { Ok(Some(digest.finish().as_octets().to_vec())) } else { Err(too_large()) }
        }
        Named::Token(reference, token, by) => {
            let readings = token.readings(*reference, by, budget).map_err(|error| error.to_string())?;
            let first = readings.first().ok_or("the token has no canonical form")?;
            let mut found = None;
            // The specification can be read in more than one way. A receiver accepts each reading.
            for octets in &readings {
                budget.charge(Limit::DigestedOctets, octets.len() as u64).map_err(|error| error.to_string())?;
                let digest = Digest::of(method, octets).as_octets().to_vec();
                if read.is_expected(&digest) {
                    show(false, octets);
                    return Ok(Some(digest));
                }
                found = found.or(Some(digest));
            }
            show(false, first);
            Ok(found)
        }
        Named::Attachment { complete } => {
            let digests = around.targets.attachment(uri, *complete, method, budget);
            let digests = digests.map_err(|error| error.to_string())?;
            let digest = digests.first().map(|digest| digest.as_octets().to_vec());
            digest.map(Some).ok_or_else(|| "no attachment of the message has this Content-ID".into())
        }
        Named::Nothing => Ok(None),
    }
}

/// Looks for the cause.
fn differs(
    read: &ReadReference<'_>,
    uri: &str,
    Prepared { named, form, .. }: &Prepared<'_>,
    around: &Around<'_, '_>,
    is_encrypted: bool,
    show: Show<'_>,
) -> Verdict {
    let (said, others) = aims(read);
    let meter = Meter::new(around.budget, around.searches);
    let search = |aims| Search { aims, meter: &meter, most: around.most, clues: around.clues };
    let found = match said.is_empty() {
        // Changes of content tell nothing of what is ciphertext.
        _ if is_encrypted => of_ciphertext(named, uri, form, around, [&search(&said), &search(&others)]),
        true => cause(uri, named, form, around, &search(&others)),
        false => {
            // Another digest method rarely comes with another form: the likely method is tried first, and pairs of
            // another method and another form last.
            let by_other = |run: &dyn Fn(&Search<'_>, &Target<'_>) -> Option<Found>| match named {
                Named::Target(target) => run(&search(&others), target),
                _ => None,
            };
            by_other(&|search, target| search.form(target, form, &[]))
                .or_else(|| cause(uri, named, form, around, &search(&said)))
                .or_else(|| by_other(&|search, target| search.in_forms(target, form)))
        }
    };
    if let Some(octets) = found.as_ref().and_then(|found| found.octets.as_ref()) {
        show(true, octets);
    }
    match found {
        Some(found) => Verdict::Differs { causes: found.causes, tried: meter.tried(), stopped: meter.stopped() },
        // The digest may be right under the method of the message.
        None if read.transforms.iter().any(|transform| transform.kind == Kind::Unsupported) => Verdict::Unknown {
            why: "a transform is not run here, and no usual cause explains the value without it".into(),
        },
        None if read.method.is_none() => Verdict::Unknown {
            why: "the digest method is not supported, and no supported method of this length explains the value".into(),
        },
        None => Verdict::Differs { causes: Vec::new(), tried: meter.tried(), stopped: meter.stopped() },
    }
}

/// The digests to look for: first the value as it is written, by the message's own method if the length fits; then every other
/// reading of it, and other methods.
pub(super) fn aims(read: &ReadReference<'_>) -> (Vec<Aim>, Vec<Aim>) {
    let aim = |expected: &ReadDigest| {
        let mut causes = expected.causes.clone();
        if read.method != Some(expected.method) {
            let declared = read.method_uri.as_ref().into();
            causes.push(Cause::OtherDigest { fits: expected.method.uri().into(), declared });
        }
        Aim { goal: Goal::Digest { method: expected.method, value: expected.octets.clone() }, causes }
    };
    let (said, others): (Vec<_>, Vec<_>) =
        read.digests.iter().partition(|digest| Some(digest.method) == read.method && digest.causes.is_empty());
    (said.into_iter().map(aim).collect(), others.into_iter().map(aim).collect())
}

/// What was digested in another form, or another element: without any change of content.
fn of_ciphertext(
    named: &Named<'_>,
    uri: &str,
    form: &Form,
    around: &Around<'_, '_>,
    searches: [&Search<'_>; 2],
) -> Option<Found> {
    searches.into_iter().filter(|search| !search.aims.is_empty()).find_map(|search| match named {
        Named::Target(target) => {
            let found = search.in_forms(target, form);
            found.or_else(|| search.elsewhere(target.apex, around.likely, form))
        }
        Named::Attachment { complete } => attachment::other_reading(uri, *complete, &around.attachments(), search),
        Named::Token(..) | Named::Nothing => search.elsewhere(None, around.likely, form),
    })
}

fn cause(uri: &str, named: &Named<'_>, form: &Form, around: &Around<'_, '_>, search: &Search<'_>) -> Option<Found> {
    match named {
        Named::Target(target) => {
            let with_token = || token_itself(target, form, around, search);
            let with_the_same_id = || same_id(uri, target, form, around, search);
            let run = || search.run(target, form, around.likely);
            with_token().or_else(with_the_same_id).or_else(run)
        }
        Named::Token(reference, token, by) => of_token(*reference, token, by, around, search),
        Named::Attachment { complete } => attachment::explain(uri, *complete, &around.attachments(), search),
        Named::Nothing => {
            let id = uri.trim_start_matches('#');
            let elsewhere = search.elsewhere(None, around.likely, form);
            elsewhere.or_else(|| search.with_id(id, around.likely, form))
        }
    }
}

/// The token, if the sender named its reference without the STR-Transform.
fn token_itself(target: &Target<'_>, form: &Form, around: &Around<'_, '_>, search: &Search<'_>) -> Option<Found> {
    let reference = target.apex.filter(|apex| apex.is(name::WSSE.uri, "SecurityTokenReference"))?;
    // The same element, with the lifetime of the document.
    let reference = around.document.element(reference.id())?;
    let token = around.targets.token(reference)?;
    readings(reference, &token, &form.by, Cause::TokenInsteadOfReference, around, search)
}

fn readings(
    reference: Element<'_>,
    token: &DereferencedToken<'_>,
    by: &Canonicalization,
    cause: Cause,
    around: &Around<'_, '_>,
    search: &Search<'_>,
) -> Option<Found> {
    // Within what is left of the budget.
    let readings = token.readings(reference, by, around.budget).ok()?;
    readings.iter().find_map(|octets| search.octets(std::slice::from_ref(&cause), octets.len(), &|out| out(octets)))
}

/// Another element with the same Id.
fn same_id(uri: &str, target: &Target<'_>, form: &Form, around: &Around<'_, '_>, search: &Search<'_>) -> Option<Found> {
    let id = uri.trim_start_matches('#');
    // If each Id is on one element, no other element has it.
    if id.is_empty() || (around.by_id)(id).is_some() || !search.meter.pays(around.document.source().len(), &[]) {
        return None;
    }
    let others = places::with_this_id(around.document, id);
    others
        .iter()
        .filter(|other| Some(**other) != target.apex)
        .find_map(|other| search.form(&Target::element(*other), form, &[Cause::SameId { path: other.path().into() }]))
}

fn of_token(
    reference: Element<'_>,
    token: &DereferencedToken<'_>,
    by: &Canonicalization,
    around: &Around<'_, '_>,
    search: &Search<'_>,
) -> Option<Found> {
    let form = Form::said(by.clone(), false);
    // Within what is left of the budget.
    let octets = token.readings(reference, by, around.budget).ok()?;
    // The digest of another method is tried, too.
    let as_read = octets.iter().find_map(|octets| search.octets(&[], octets.len(), &|out| out(octets)));
    let itself = || {
        let target = Target::element(reference);
        let cause = [Cause::ReferenceInsteadOfToken];
        let forms = [vec![form.clone()], form.others(reference)].concat();
        forms.iter().find_map(|form| search.form(&target, form, &cause))
    };
    let changed = || match token {
        DereferencedToken::Element(token) => search.run(&Target::element(*token), &form, around.likely),
        DereferencedToken::Octets { .. } => {
            synthesized::explain(&octets, reference, search).or_else(|| search.elsewhere(None, around.likely, &form))
        }
    };
    as_read.or_else(itself).or_else(changed)
}

/// Searches for the digest of a reference in another revision of the message: `causes` say which.
pub(super) fn in_revision(
    aims: &[Aim],
    id: &str,
    form: &Form,
    document: &Document<'_>,
    cause: Cause,
    meter: &Meter<'_>,
    most: usize,
) -> Option<Found> {
    if !meter.pays(document.source().len(), &[]) {
        return None;
    }
    let search = Search { aims, meter, most, clues: &Clues::default() };
    let causes = [cause];
    let forms = |element: Element<'_>| [vec![form.clone()], form.others(element)].concat();
    places::with_this_id(document, id).into_iter().find_map(|element| {
        forms(element).iter().find_map(|form| search.form(&Target::element(element), form, &causes))
    })
}
