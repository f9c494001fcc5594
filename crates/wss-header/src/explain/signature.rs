//! Signature values: whether each fits `ds:SignedInfo`, and the cause if it does not.

use std::cmp::Ordering;

use wss_c14n::{Budget, Canonicalization, CanonicalizationMethod, Element, name};
use wss_crypto::{HmacKey, KeyKind, PublicKey, Secret, SignatureFamily, SignatureMethod, VerifyingKey};
use wss_text::WireText;

use super::cause::Cause;
use super::clues::Clues;
use super::digest::Show;
use super::edits::signed_info::Digests;
use super::explanation::Verdict;
use super::forms::{Form, Target, cap};
use super::goal::{Aim, Goal, Meter};
use super::halves;
use super::keys::Unused;
use super::reading::ReadSignature;
use super::recovered::{Recovered, Said};
use super::rsa::recovered;
use super::search::{Found, Search};
use super::secrets::spellings;
use super::signed_otherwise;
use super::spelled::Spelled;
use super::used_padding::UsedPadding;

/// The largest number of public keys, and of secrets, that are tried.
const MOST: usize = 32;

/// The keys that may have made a value.
pub(super) struct Keys {
    /// The key that the signature names, or the reason why the receiver does not use it.
    pub(super) named: Result<VerifyingKey, Unused>,
    /// Public keys that the receiver knows, and those of the message, with the owner of each.
    pub(super) public: Vec<(String, PublicKey)>,
    /// Secrets, and a description of each.
    pub(super) secrets: Vec<(String, Secret)>,
    /// Keys that a peer may derive in another way than the message says.
    pub(super) derived: Vec<(Cause, Secret)>,
}

/// A public key that may have made a value, whose it is, and the causes that it comes with.
struct Candidate {
    causes: Vec<Cause>,
    key: PublicKey,
    label: String,
}

/// A verdict on a signature value, and other findings about it.
pub(super) struct Judged {
    pub(super) value: Verdict,
    pub(super) notes: Vec<String>,
    /// The public key that made the value, if it is known.
    pub(super) maker: Option<PublicKey>,
    /// The canonical form of `ds:SignedInfo` as it was signed, where it was changed after that.
    pub(super) as_signed: Option<String>,
}

impl Judged {
    fn new(value: Verdict, notes: Vec<String>, maker: Option<PublicKey>) -> Self {
        Self { value, notes, maker, as_signed: None }
    }
}

/// The fewest letters, or octets, that are no chance when all are alike.
const LETTERS: usize = 40;
/// The fewest different letters, or octets, of a value that is no placeholder.
const KINDS: usize = 16;

/// The bounds of the search for the cause of a value.
pub(super) struct Bounds<'a> {
    pub(super) budget: &'a Budget,
    /// The largest number of octets of a form that is kept in memory.
    pub(super) most: usize,
    /// The searches that are still to come, this one included.
    pub(super) searches: usize,
    pub(super) clues: &'a Clues,
    /// The digests of the references' targets, in base64; empty for a digest that is not known.
    pub(super) found: &'a [String],
    /// Computes those of elements that no reference names, each with its URI.
    pub(super) unnamed: &'a dyn Fn() -> Vec<(String, String)>,
}

/// Explains a signature value.
pub(super) fn explain(read: &ReadSignature<'_>, keys: &Keys, bounds: &Bounds<'_>, show: Show<'_>) -> Judged {
    let unknown = |why: &str| Judged::new(Verdict::Unknown { why: why.into() }, Vec::new(), None);
    let Some(signed_info) = read.signed_info else { return unknown("there is no ds:SignedInfo") };
    if read.values.is_empty() {
        return match lost_on_the_way(read) {
            Some(cause) => {
                let value = Verdict::Differs { causes: vec![cause], tried: 0, stopped: None };
                Judged::new(value, Vec::new(), None)
            }
            None => unknown("ds:SignatureValue is empty, or no base64"),
        };
    }
    let notes = notes_of(read);
    let meter = Meter::new(bounds.budget, bounds.searches);
    let signed = Signed { read, signed_info, form: form(read), bounds, meter: &meter };
    match signed.maker_as_said(keys, show) {
        Some(maker) => Judged::new(Verdict::Fits, notes, maker),
        None => signed.search_all(keys, notes, show),
    }
}

/// The value is nothing that base64 of random octets may be: something on the way lost the rest of it.
fn lost_on_the_way(read: &ReadSignature<'_>) -> Option<Cause> {
    let encoded = |how: &str| Some(Cause::ValueEncoding { how: how.into() });
    let value = read.element.children().find(|child| child.is(name::DS.uri, "SignatureValue"))?;
    let text = value.text().ok()?;
    let upper = text.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = text.bytes().filter(u8::is_ascii_lowercase).count();
    let different: std::collections::BTreeSet<u8> = text.bytes().filter(u8::is_ascii_alphabetic).collect();
    if upper.min(lower) == 0 && upper.max(lower) >= LETTERS && different.len() >= KINDS {
        return encoded("in base64 whose letters were all put into one case, which loses the value");
    }
    let octets = &read.values.iter().find(|value| value.causes.is_empty())?.octets;
    let kinds: std::collections::BTreeSet<&u8> = octets.iter().collect();
    let is_text = octets.len() >= LETTERS && kinds.len() >= KINDS && octets.is_ascii();
    if is_text { encoded("from text of ASCII, so that octets above 127 were lost") } else { None }
}

/// What is strange about a signature, whatever its value is.
fn notes_of(read: &ReadSignature<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if read.canonicalization.is_none() {
        let uri = WireText::from(read.canonicalization_uri.as_ref());
        notes.push(format!("the canonicalisation {uri:?} is not supported: exclusive is tried instead"));
    }
    if read.method.is_none() {
        let uri = WireText::from(read.method_uri.as_ref());
        notes.push(format!("the signature method {uri:?} is not supported: those of the keys are tried instead"));
    }
    if read.values.iter().any(|value| value.causes.is_empty() && value.octets.iter().all(|octet| *octet == 0)) {
        notes.push("every octet of the value is zero: nothing was signed".to_owned());
    }
    notes
}

/// The form that the signature names; methods with comments write those of `ds:SignedInfo`.
fn form(read: &ReadSignature<'_>) -> Form {
    let exclusive = || Canonicalization::new(CanonicalizationMethod::Exclusive);
    Form::said(read.canonicalization.clone().unwrap_or_else(exclusive), true)
}

/// The signed octets, and the signature value.
struct Signed<'a, 'd> {
    read: &'a ReadSignature<'d>,
    signed_info: Element<'d>,
    form: Form,
    bounds: &'a Bounds<'a>,
    meter: &'a Meter<'a>,
}

impl Signed<'_, '_> {
    fn search<'s>(&'s self, aims: &'s [Aim]) -> Search<'s> {
        Search { aims, meter: self.meter, most: self.bounds.most, clues: self.bounds.clues }
    }

    /// Tries the value with other forms alone.
    fn in_forms(&self, aims: &[Aim]) -> Option<Found> {
        self.search(aims).in_forms(&Target::element(self.signed_info), &self.form)
    }

    /// Tries the value with every change, if no form alone fits.
    fn changed(&self, aims: &[Aim]) -> Option<Found> {
        let target = Target::element(self.signed_info);
        let search = self.search(aims);
        let unnamed = (self.bounds.unnamed)();
        let digests = Digests { found: self.bounds.found, unnamed: &unnamed };
        signed_otherwise::find_inside(self.signed_info, &self.form, &search)
            .or_else(|| search.signed_info(&target, &self.form, &digests).map(without_method_of_change))
            .or_else(|| signed_otherwise::find_around(self.signed_info, &self.form, &search))
            .or_else(|| search.run(&target, &self.form, &[]))
    }

    /// The key that made the value where everything is as the message says; a secret is not returned.
    fn maker_as_said(&self, keys: &Keys, show: Show<'_>) -> Option<Option<PublicKey>> {
        let text = Target::element(self.signed_info).text(&self.form, &cap(self.bounds.most))?;
        show(false, text.as_bytes());
        let (Ok(key), Some(method)) = (&keys.named, self.read.method) else { return None };
        let mut usual = self.read.values.iter().filter(|value| value.causes.is_empty());
        usual.any(|value| key.verify(method, text.as_bytes(), &value.octets).is_ok()).then(|| match key {
            VerifyingKey::Public(key) => Some(key.clone()),
            VerifyingKey::Hmac(_) => None,
        })
    }

    /// The value under every key and every change.
    fn search_all(&self, keys: &Keys, mut notes: Vec<String>, show: Show<'_>) -> Judged {
        let mut maker = None;
        let found = match self.read.declared.map(SignatureMethod::family) {
            Some(SignatureFamily::Hmac) => self.by_secret(keys, &mut notes),
            // A secret may be named, whatever the method says.
            Some(_) if !keys.secrets.is_empty() => {
                self.by_secret(keys, &mut notes).or_else(|| self.by_public_key(keys, &mut notes, &mut maker))
            }
            Some(_) => self.by_public_key(keys, &mut notes, &mut maker),
            None => self.by_public_key(keys, &mut notes, &mut maker).or_else(|| self.by_secret(keys, &mut notes)),
        };
        let changed = found.as_ref().filter(|found| !found.causes.is_empty());
        if let Some(octets) = changed.and_then(|found| found.octets.as_ref()) {
            show(true, octets);
        }
        let is_of_signed_info = |cause: &Cause| matches!(cause, Cause::SignedInfoChanged { .. });
        let as_signed = changed.filter(|found| found.causes.iter().any(is_of_signed_info));
        let as_signed = as_signed.and_then(|found| String::from_utf8(found.octets.clone()?).ok());
        Judged { as_signed, ..Judged::new(self.verdict(found, keys, maker.is_some()), notes, maker) }
    }

    /// Whether no key at hand is of the kind that the method takes.
    fn has_no_candidate(&self, keys: &Keys) -> bool {
        let has_no_secret = keys.secrets.is_empty() && keys.derived.is_empty();
        match self.read.declared.map(SignatureMethod::family) {
            Some(SignatureFamily::Hmac) => has_no_secret,
            Some(_) => keys.public.is_empty(),
            None => has_no_secret && keys.public.is_empty(),
        }
    }

    /// The verdict; `is_of_known_key` if the value shows which key made it.
    fn verdict(&self, found: Option<Found>, keys: &Keys, is_of_known_key: bool) -> Verdict {
        let (tried, stopped) = (self.meter.tried(), self.meter.stopped());
        let lost = if found.is_none() { lost_on_the_way(self.read) } else { None };
        let unused = keys.named.as_ref().err().filter(|_| lost.is_none());
        match found {
            Some(found) if found.causes.is_empty() => Verdict::Fits,
            Some(found) => Verdict::Differs { causes: found.causes, tried, stopped },
            // Without the key that it names, nothing is known of a value that no other key made.
            None if unused.is_some() && self.has_no_candidate(keys) => {
                Verdict::Unknown { why: "no key is at hand that could have made the value".into() }
            }
            None if !is_of_known_key && unused.is_some_and(|unused| unused.is_missing) => Verdict::Unknown {
                why: "the key that it names is not at hand, and no key at hand made the value".into(),
            },
            None if !is_of_known_key && self.read.method.is_none() => Verdict::Unknown {
                why: "its signature method is not run here, and no key at hand made the value by one that is".into(),
            },
            None if self.read.canonicalization.is_none() => Verdict::Unknown {
                why: "the canonicalisation of ds:SignedInfo is not supported, and no usual cause explains the value without it"
                    .into(),
            },
            None => {
                let cause = lost.or_else(|| self.wrong_length(keys));
                Verdict::Differs { causes: cause.into_iter().collect(), tried, stopped }
            }
        }
    }

    /// The value has a length that its key and method never make.
    fn wrong_length(&self, keys: &Keys) -> Option<Cause> {
        let octets =
            self.read.values.iter().find(|value| value.causes.is_empty()).or(self.read.values.first())?.octets.len();
        let expected = match (&keys.named, self.read.method?) {
            (Ok(VerifyingKey::Public(key)), _) => match key.kind() {
                KeyKind::Rsa { .. } => key.rsa_components()?.modulus.len(),
                KeyKind::Ec(curve) => 2 * curve.field_len(),
                _ => return None,
            },
            (Ok(VerifyingKey::Hmac(_)), method) => method.digest()?.output_len(),
            _ => return None,
        };
        let how = match octets.cmp(&expected) {
            Ordering::Less => "it was cut off, or a key of another size made it",
            Ordering::Greater => "something was added to it, or a key of another size made it",
            Ordering::Equal => return None,
        };
        let (octets, expected) = (octets.to_string().into(), expected.to_string().into());
        Some(Cause::ValueLength { octets, expected, how: how.into() })
    }

    /// The key that the signature names, then the others. For a key that is not named, that is a cause.
    fn public_keys(&self, keys: &Keys) -> Vec<Candidate> {
        let mut all: Vec<Candidate> = Vec::new();
        let named = match &keys.named {
            Ok(VerifyingKey::Public(key)) => Some(key),
            _ => None,
        };
        let owner =
            |key: &PublicKey| keys.public.iter().find(|(_, known)| known == key).map(|(owner, _)| owner.clone());
        let named_owner = |key: &PublicKey| owner(key).unwrap_or_else(|| "what the signature names".to_owned());
        all.extend(named.map(|key| Candidate { causes: Vec::new(), key: key.clone(), label: named_owner(key) }));
        for (owner, key) in &keys.public {
            if all.len() < MOST && !all.iter().any(|known| known.key == *key) {
                let causes = named.map(|_| Cause::OtherKey { key: owner.into() }).into_iter().collect();
                all.push(Candidate { causes, key: key.clone(), label: owner.clone() });
            }
        }
        all
    }

    fn by_public_key(&self, keys: &Keys, notes: &mut Vec<String>, maker: &mut Option<PublicKey>) -> Option<Found> {
        let all = self.public_keys(keys);
        if all.is_empty() {
            notes.push("no certificate or key is at hand that could have made the value: give the signer's".into());
        }
        let is_rsa = |candidate: &&Candidate| matches!(candidate.key.kind(), KeyKind::Rsa { .. });
        let (rsa, others): (Vec<&Candidate>, Vec<&Candidate>) = all.iter().partition(is_rsa);
        if let Some(found) = rsa.iter().find_map(|candidate| self.by_rsa(candidate, notes, maker)) {
            return found;
        }
        if self.meter.exceeded().is_some() {
            return None;
        }
        let found = self.by_other_keys(&others, notes, maker);
        // What no key at hand made by a known method may be right by the method of the message.
        if self.read.method.is_none() {
            return found;
        }
        if found.is_none() && !rsa.is_empty() && others.is_empty() {
            let count = rsa.len();
            let keys = if count == 1 { "the only RSA key".to_owned() } else { format!("any of the {count} RSA keys") };
            notes.push(format!(
                "the value is no padded digest under {keys} at hand: another key made it, or it was changed"
            ));
        }
        if found.is_none() && !others.is_empty() {
            notes.push(
                "no key at hand fits: another key made the value, the value or ds:SignedInfo was changed after signing, or \
                 something else was signed"
                    .into(),
            );
        }
        found
    }

    /// What an RSA key recovers; `None` if the key did not make the value, and nothing inside if nothing fits.
    fn by_rsa(
        &self,
        candidate: &Candidate,
        notes: &mut Vec<String>,
        maker: &mut Option<PublicKey>,
    ) -> Option<Option<Found>> {
        let Candidate { causes, key, label } = candidate;
        let said = Said { method: self.read.declared, uri: &self.read.method_uri };
        let (recovered, spelling) = self
            .read
            .values
            .iter()
            .find_map(|value| Some((recovered(key, &value.octets, said, self.meter)?, value.causes.as_slice())))?;
        let before = [spelling, causes].concat();
        let Recovered { mut aims, words, is_certain, names_digest } = recovered;
        aims.iter_mut().for_each(|aim| aim.causes.splice(0..0, before.iter().cloned()).for_each(drop));
        let found = self.in_forms(&aims).or_else(|| self.changed(&aims));
        if found.is_none() && !is_certain {
            return None;
        }
        notes.push(format!("the value was made with the key of {label}, by {words}"));
        *maker = Some(key.clone());
        if found.is_none() && names_digest && self.read.canonicalization.is_some() {
            notes.push(
                "the digest inside the value is of other octets than this ds:SignedInfo: it was changed after signing, or the \
                 sender signed something else"
                    .into(),
            );
        }
        Some(found)
    }

    /// The value under keys that do not show what they signed: each in every form, the first under every change.
    fn by_other_keys(
        &self,
        others: &[&Candidate],
        notes: &mut Vec<String>,
        maker: &mut Option<PublicKey>,
    ) -> Option<Found> {
        let changed = || {
            let first = *others.first()?;
            Some((self.changed(self.aims_of(first).get(..1)?)?, first))
        };
        let (found, candidate) = others
            .iter()
            .find_map(|candidate| Some((self.in_forms(&self.aims_of(candidate))?, *candidate)))
            .or_else(changed)?;
        notes.push(format!("the value was made with the key of {}", candidate.label));
        *maker = Some(candidate.key.clone());
        Some(found)
    }

    /// Every way in which an ECDSA or EdDSA key may have made the value; the way that the message names first.
    fn aims_of(&self, candidate: &Candidate) -> Vec<Aim> {
        let Candidate { causes, key, .. } = candidate;
        let field = match key.kind() {
            KeyKind::Ec(curve) => curve.field_len(),
            KeyKind::Ed25519 => 32,
            KeyKind::Ed448 => 57,
            _ => 0,
        };
        let mut aims = Vec::new();
        let said = self.read.method.into_iter();
        let others =
            SignatureMethod::ALL.iter().filter(|method| !method.is_retired() && Some(*method) != self.read.method);
        for method in said.chain(others).filter(|method| key.kind().can_run(*method)) {
            for read in &self.read.values {
                for (value, cause) in halves::readings(&read.octets, field) {
                    // Another form beside another method is rare, and each costs an operation for each form of the octets.
                    let is_usual = matches!(cause, None | Some(Cause::DerValue));
                    if !is_usual && self.read.method.is_some_and(|said| said != method) {
                        continue;
                    }
                    let other = self.other_method(method);
                    let spelling = read.causes.iter().cloned();
                    let causes = spelling.chain(causes.iter().cloned()).chain(cause).chain(other).collect();
                    aims.push(Aim { goal: Goal::Public { key: key.clone(), method, value }, causes });
                }
            }
        }
        aims
    }

    fn other_method(&self, method: SignatureMethod) -> Option<Cause> {
        let declared = self.read.method_uri.as_ref().into();
        (Some(method) != self.read.method).then(|| Cause::OtherMethod { fits: method.uri().into(), declared })
    }

    fn by_secret(&self, keys: &Keys, notes: &mut Vec<String>) -> Option<Found> {
        let is_hmac = |method: &SignatureMethod| method.family() == SignatureFamily::Hmac;
        let methods: Vec<SignatureMethod> =
            self.read.method.filter(is_hmac).into_iter().chain(hmacs(self.read.method)).collect();
        let named = match &keys.named {
            Ok(VerifyingKey::Hmac(key)) => Some((Vec::new(), key.clone())),
            _ => None,
        };
        let mut candidates: Vec<(Vec<Cause>, HmacKey)> = named.into_iter().collect();
        for (label, secret) in keys.secrets.iter().take(MOST) {
            let spelled = spellings(label, secret.as_octets()).into_iter();
            candidates.extend(spelled.map(|(causes, octets)| (causes, mac_key(octets))));
        }
        let derived = keys.derived.iter().take(4 * MOST);
        candidates.extend(derived.map(|(cause, key)| (vec![cause.clone()], mac_key(key.as_octets().to_vec()))));
        if candidates.is_empty() {
            if self.read.method.is_some() {
                notes.push("no secret is at hand that could have made the value".into());
            }
            return None;
        }
        let aims: Vec<Aim> = candidates
            .iter()
            .flat_map(|(causes, key)| methods.iter().map(move |method| (causes, key, *method)))
            .flat_map(|(causes, key, method)| {
                self.read.values.iter().filter_map(move |value| self.mac_aim(value, causes, key, method))
            })
            .collect();
        self.in_forms(&aims).or_else(|| self.changed(aims.get(..1)?))
    }

    fn mac_aim(&self, value: &Spelled, causes: &[Cause], key: &HmacKey, method: SignatureMethod) -> Option<Aim> {
        let full = method.digest()?.output_len();
        let octets = value.octets.len();
        // Shorter values may fit by chance.
        if octets > full || octets < 8 {
            return None;
        }
        let truncated = (octets < full).then(|| Cause::TruncatedValue { octets: octets.to_string().into() });
        let other = self.other_method(method);
        let causes = value.causes.iter().chain(causes).cloned().chain(truncated).chain(other).collect();
        Some(Aim { goal: Goal::Mac { key: key.clone(), method, value: value.octets.clone() }, causes })
    }
}

fn mac_key(octets: Vec<u8>) -> HmacKey {
    HmacKey::of_any_length_for_legacy_use_only(octets)
}

fn hmacs(but: Option<SignatureMethod>) -> impl Iterator<Item = SignatureMethod> {
    let is_hmac = |method: &SignatureMethod| method.family() == SignatureFamily::Hmac;
    SignatureMethod::ALL.iter().filter(is_hmac).filter(move |method| !method.is_retired() && Some(*method) != but)
}

/// Without the method as a cause, where `ds:SignedInfo` names it as it was signed: the sender did nothing wrong.
fn without_method_of_change(mut found: Found) -> Found {
    let octets = found.octets.as_deref().unwrap_or_default();
    let method = std::str::from_utf8(octets).ok().and_then(|text| {
        let (_, after) = text.split_once("SignatureMethod ")?;
        let (_, value) = after.split_once("Algorithm=\"")?;
        SignatureMethod::from_uri(value.split('"').next()?)
    });
    let Some(method) = method else { return found };
    found.causes.retain(|cause| match cause {
        Cause::OtherMethod { fits, .. } => fits.as_str() != method.uri(),
        Cause::OtherPadding { used } => match method.family() {
            SignatureFamily::RsaPss => *used != UsedPadding::Pss,
            SignatureFamily::RsaPkcs1 => *used != UsedPadding::Pkcs1,
            _ => true,
        },
        _ => true,
    });
    found
}
