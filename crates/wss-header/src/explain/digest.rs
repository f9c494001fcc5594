//! References: the digest of what each names, and the cause where it is another.

use wss_c14n::{Budget, Canonicalization, CanonicalizationMethod, Document, Element, Limit, base64_encode, name};
use wss_crypto::{Digest, DigestMethod};
use wss_text::WireText;
use wss_xmldsig::{Dereference, DereferencedToken};

use super::cause::Cause;
use super::explanation::{ExplainedReference, Verdict};
use super::forms::{Form, Target, cap};
use super::goal::{Aim, Goal, Meter};
use super::places;
use super::reading::{Kind, ReadDigest, ReadReference};
use super::search::{Found, Search};

/// Takes the octets of a reference: those of the message, and those that fit.
pub(super) type Show<'s> = &'s mut dyn FnMut(bool, &[u8]);

/// What is around the references of a signature.
pub(super) struct Around<'a, 'd> {
    pub(super) document: &'d Document<'d>,
    pub(super) signature: Element<'d>,
    /// The element with an Id, if Ids are in order.
    pub(super) by_id: &'a dyn Fn(&str) -> Option<Element<'d>>,
    /// Tokens and attachments.
    pub(super) targets: &'a dyn Dereference<'d>,
    /// The elements that may have been meant.
    pub(super) likely: &'a [Element<'d>],
    pub(super) budget: &'a Budget,
    /// The most octets of a form that is kept in memory.
    pub(super) most: usize,
    /// The searches that are still to come, this one included.
    pub(super) searches: usize,
    /// Whether someone wants to see the octets.
    pub(super) shows: bool,
}

/// What a reference names.
enum Named<'d> {
    Target(Target<'d>),
    /// The token that the reference at the element means.
    Token(Element<'d>, DereferencedToken<'d>, Canonicalization),
    Attachment {
        complete: bool,
    },
    Nothing,
}

/// Explains a reference.
pub(super) fn explain(read: &ReadReference<'_>, around: &Around<'_, '_>, show: Show<'_>) -> ExplainedReference {
    let uri = read.uri.as_deref().unwrap_or_default();
    let mut notes = notes_of(read);
    let named = named(read, uri, around, &mut notes);
    let form = said(read);
    let found = found(&named, &form, read.method, uri, around, show);
    let target = described(&named, uri);
    let verdict = match (&found, &read.digest) {
        (_, None) => Verdict::Unknown { why: "ds:DigestValue is no digest in base64".into() },
        (Ok(Some(found)), Some(expected)) if *found == expected.octets && expected.causes.is_empty() => Verdict::Fits,
        (Err(why), Some(_)) if matches!(named, Named::Attachment { .. }) => Verdict::Unknown { why: why.clone() },
        (_, Some(expected)) => differs(read, expected, uri, &named, &form, around, show),
    };
    if let Err(why) = &found {
        notes.push(why.clone());
    }
    if let (Verdict::Differs { causes, .. }, Named::Target(Target { apex: Some(apex), .. })) = (&verdict, &named)
        && causes.is_empty()
    {
        notes.extend(hints(*apex, around.budget));
    }
    ExplainedReference {
        uri: uri.into(),
        target,
        transforms: read.transforms.iter().map(super::reading::ReadTransform::described).collect(),
        method: read.method_uri.as_ref().into(),
        expected: read.digest.as_ref().map_or_else(|| read.shown.clone(), |digest| digest.base64().into()),
        found: found.ok().flatten().map(|octets| base64_encode(&octets).into()),
        verdict,
        notes,
    }
}

/// What is strange about a reference, whatever it names.
fn notes_of(read: &ReadReference<'_>) -> Vec<WireText> {
    let mut notes: Vec<WireText> = Vec::new();
    let mut note = |text: String| notes.push(text.into());
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
        note(format!(
            "the transform {:?} is not supported, and is left out here",
            WireText::from(transform.uri.as_ref())
        ));
    }
    notes
}

/// The form that the transforms say.
pub(super) fn said(read: &ReadReference<'_>) -> Form {
    let by = read.transforms.iter().rev().find_map(|transform| match &transform.kind {
        Kind::Canonicalization(by) | Kind::SecurityTokenReference(by) => Some(by.clone()),
        _ => None,
    });
    // Where nothing can be read, the usual method is more likely than the implied one.
    let unsupported = read.transforms.iter().any(|transform| transform.kind == Kind::Unsupported);
    let implied = if unsupported { CanonicalizationMethod::Exclusive } else { CanonicalizationMethod::Inclusive };
    Form::said(by.unwrap_or_else(|| Canonicalization::new(implied)), false)
}

fn named<'d>(read: &ReadReference<'_>, uri: &str, around: &Around<'_, 'd>, notes: &mut Vec<WireText>) -> Named<'d> {
    if uri.starts_with("cid:") {
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

fn element_named<'d>(uri: &str, around: &Around<'_, 'd>, notes: &mut Vec<WireText>) -> Option<Element<'d>> {
    let pointer = uri.strip_prefix("#xpointer(id(").and_then(|rest| rest.strip_suffix("))"));
    let id = match (pointer, uri.strip_prefix('#')) {
        (Some(quoted), _) => quoted.trim_matches(['\'', '"']),
        (None, Some(id)) => id,
        (None, None) => {
            notes
                .push("the URI lacks `#`, so that it names something outside the message; the element is meant".into());
            uri
        }
    };
    if let Some(element) = (around.by_id)(id) {
        return Some(element);
    }
    let source = around.document.source().len() as u64;
    if let Err(exceeded) = around.budget.charge(Limit::CauseOctets, source) {
        notes.push(WireText::of(exceeded));
        return None;
    }
    let found = places::with_this_id(around.document, id);
    match found.as_slice() {
        [] => notes.push("no element of the message has this Id".into()),
        [only] => notes.push(format!("{} has the Id in an attribute that is no Id there", only.path()).into()),
        [first, second, ..] => {
            let (first, second) = (first.path(), second.path());
            notes.push(format!("two elements have this Id, {first} and {second}: the first is taken here").into());
        }
    }
    found.first().copied()
}

/// What is named, in words.
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

/// The digest of what is named; `None` where nothing is named, or the method is unknown.
fn found(
    named: &Named<'_>,
    form: &Form,
    method: Option<DigestMethod>,
    uri: &str,
    around: &Around<'_, '_>,
    show: Show<'_>,
) -> Result<Option<Vec<u8>>, WireText> {
    let Some(method) = method else { return Ok(None) };
    let budget = around.budget;
    match named {
        Named::Target(target) => {
            budget.charge(Limit::DigestedOctets, target.source_len() as u64).map_err(WireText::of)?;
            let mut digest = Digest::new(method);
            let most = Budget::new(budget.limits(), around.most as u64);
            let is_whole = target.write(form, &mut |piece| digest.update(piece), &most);
            if let Some(text) = around.shows.then(|| target.text(form, &cap(around.most))).flatten() {
                show(false, text.as_bytes());
            }
            let too_large = || WireText::from("its canonical form is undefined, or has too many octets");
            if is_whole { Ok(Some(digest.finish().as_octets().to_vec())) } else { Err(too_large()) }
        }
        Named::Token(reference, token, by) => {
            let readings = token.readings(*reference, by, budget).map_err(WireText::of)?;
            let octets = readings.first().ok_or("the token has no canonical form")?;
            budget.charge(Limit::DigestedOctets, octets.len() as u64).map_err(WireText::of)?;
            show(false, octets);
            Ok(Some(Digest::of(method, octets).as_octets().to_vec()))
        }
        Named::Attachment { complete } => {
            let digests = around.targets.attachment(uri, *complete, method, budget).map_err(WireText::of)?;
            let digest = digests.first().map(|digest| digest.as_octets().to_vec());
            digest.map(Some).ok_or_else(|| "no attachment of the message has this Content-ID".into())
        }
        Named::Nothing => Ok(None),
    }
}

/// Looks for the cause.
fn differs(
    read: &ReadReference<'_>,
    expected: &ReadDigest,
    uri: &str,
    named: &Named<'_>,
    form: &Form,
    around: &Around<'_, '_>,
    show: Show<'_>,
) -> Verdict {
    let aims = [aim(read, expected)];
    let meter = Meter::new(around.budget, around.searches);
    let search = Search { aims: &aims, meter: &meter, most: around.most };
    let found = cause(uri, named, form, around, &search);
    if let Some(found) = &found {
        show(true, &found.octets);
    }
    let causes = found.map(|found| found.causes).unwrap_or_default();
    Verdict::Differs { causes, tried: meter.tried(), stopped: meter.exceeded() }
}

/// The digest to look for, by the method of its length.
pub(super) fn aim(read: &ReadReference<'_>, expected: &ReadDigest) -> Aim {
    let mut causes = expected.causes.clone();
    if read.method != Some(expected.method) {
        let declared = read.method_uri.as_ref().into();
        causes.push(Cause::OtherDigest { fits: expected.method.uri().into(), declared });
    }
    Aim { goal: Goal::Digest { method: expected.method, value: expected.octets.clone() }, causes }
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
        Named::Attachment { complete } => of_attachment(uri, *complete, around, search),
        Named::Nothing => {
            let id = uri.trim_start_matches('#');
            search.elsewhere(None, around.likely, form).or_else(|| search.with_id(id, around.likely, form))
        }
    }
}

/// The token, where its reference is named without the STR-Transform.
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
    let readings = token.readings(reference, by, around.budget).unwrap_or_default();
    readings.iter().find_map(|octets| search.octets(std::slice::from_ref(&cause), octets.len(), &|out| out(octets)))
}

/// Another element with the same Id.
fn same_id(uri: &str, target: &Target<'_>, form: &Form, around: &Around<'_, '_>, search: &Search<'_>) -> Option<Found> {
    let id = uri.trim_start_matches('#');
    // Where Ids are in order, there is no other.
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
    // The other readings of the specification come first; they are no cause of a refusal.
    let octets = token.readings(reference, by, around.budget).unwrap_or_default();
    let as_read = octets.iter().find_map(|octets| search.octets(&[], octets.len(), &|out| out(octets)));
    let itself = || {
        let target = Target::element(reference);
        let cause = [Cause::ReferenceInsteadOfToken];
        let forms = [vec![form.clone()], form.others(reference)].concat();
        forms.iter().find_map(|form| search.form(&target, form, &cause))
    };
    let changed = || match token {
        DereferencedToken::Element(token) => search.run(&Target::element(*token), &form, around.likely),
        DereferencedToken::Octets { .. } => search.elsewhere(None, around.likely, &form),
    };
    as_read.or_else(itself).or_else(changed)
}

/// The other reading of the two transforms of attachments; the octets themselves are not at hand.
fn of_attachment(uri: &str, complete: bool, around: &Around<'_, '_>, search: &Search<'_>) -> Option<Found> {
    let [Aim { goal: Goal::Digest { method, value }, .. }] = search.aims else { return None };
    let other = around.targets.attachment(uri, !complete, *method, around.budget).ok()?;
    let declared = around.targets.attachment(uri, complete, *method, around.budget).ok()?;
    let fits = |digests: &[wss_crypto::DigestValue]| digests.iter().any(|digest| digest.as_octets() == value);
    let how = match (fits(&declared), fits(&other), complete) {
        (true, ..) => "what the transform says, in another reading or by another method",
        (false, true, true) => "the content alone, while the transform says that the header is signed, too",
        (false, true, false) => "the content and its header, while the transform says that the content is signed",
        (false, false, _) => return None,
    };
    let causes = [search.aims.first()?.causes.as_slice(), &[Cause::AttachmentOtherwise { how: how.into() }]].concat();
    Some(Found { causes, octets: Vec::new() })
}

/// Looks for the digest of a reference in another revision of the message: `causes` say which.
pub(super) fn in_revision(
    aim: &[Aim; 1],
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
    let search = Search { aims: aim, meter, most };
    let causes = [cause];
    let forms = |element: Element<'_>| [vec![form.clone()], form.others(element)].concat();
    places::with_this_id(document, id).into_iter().find_map(|element| {
        forms(element).iter().find_map(|form| search.form(&Target::element(element), form, &causes))
    })
}

/// Hints that fit no cause: what in the octets is known to change on the way.
fn hints(target: Element<'_>, budget: &Budget) -> Vec<WireText> {
    let source = target.document().source().get(target.span()).unwrap_or_default();
    if budget.charge(Limit::CauseOctets, source.len() as u64).is_err() {
        return Vec::new();
    }
    let mut hints: Vec<WireText> = Vec::new();
    if source.contains('\u{FFFD}') {
        hints.push("it contains U+FFFD: characters were lost when someone read another encoding as UTF-8".into());
    }
    if target.descendants_and_self().any(|inner| inner.is(name::XENC.uri, "EncryptedData")) {
        hints.push("it still contains ciphertext: if the signature is over plaintext, decrypt first".into());
    }
    if target.descendants_and_self().any(|inner| inner.name().local == "Include") {
        hints.push(
            "it contains xop:Include: if the signature is over what is included, give the whole MIME message".into(),
        );
    }
    hints
}
