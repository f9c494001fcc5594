//! Signature values: whether each fits `ds:SignedInfo`, and the cause if it does not.

use std::cmp::Ordering;

use wss_c14n::{Budget, Canonicalization, CanonicalizationMethod, Element, base64_decode};
use wss_crypto::{HmacKey, KeyKind, PublicKey, Secret, SignatureFamily, SignatureMethod, VerifyingKey};
use wss_text::WireText;

use super::cause::Cause;
use super::clues::Clues;
use super::digest::Show;
use super::explanation::Verdict;
use super::forms::{Form, Target, cap};
use super::goal::{Aim, Goal, Meter};
use super::reading::ReadSignature;
use super::rsa::recovered;
use super::search::{Found, Search};
use super::secrets::spellings;
use super::spelled::Spelled;

/// The largest number of public keys, and of secrets, that are tried.
const MOST: usize = 32;

/// The keys that may have made a value.
pub(super) struct Keys {
    /// The key that the signature names, or the reason why the receiver does not use it.
    pub(super) named: Result<VerifyingKey, String>,
    /// Public keys that the receiver knows, and those of the message, with the owner of each.
    pub(super) public: Vec<(String, PublicKey)>,
    /// Secrets, and a description of each.
    pub(super) secrets: Vec<(String, Secret)>,
    /// Keys that a peer may derive in another way than the message says.
    pub(super) derived: Vec<(Cause, Secret)>,
}

/// A verdict on a signature value, and other findings about it.
pub(super) struct Judged {
    pub(super) value: Verdict,
    pub(super) notes: Vec<String>,
    /// The public key that made the value, if it is known.
    pub(super) maker: Option<PublicKey>,
}

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
}

/// Explains a signature value.
pub(super) fn explain(read: &ReadSignature<'_>, keys: &Keys, bounds: &Bounds<'_>, show: Show<'_>) -> Judged {
    let unknown = |why: &str| Judged { value: Verdict::Unknown { why: why.into() }, notes: Vec::new(), maker: None };
    let Some(signed_info) = read.signed_info else { return unknown("there is no ds:SignedInfo") };
    if read.values.is_empty() {
        return unknown("ds:SignatureValue is empty, or no base64");
    }
    let mut notes = Vec::new();
    if read.canonicalization.is_none() {
        let uri = WireText::from(read.canonicalization_uri.as_ref());
        notes.push(format!("the canonicalisation {uri:?} is not supported: exclusive is tried instead"));
    }
    if read.method.is_none() {
        let uri = WireText::from(read.method_uri.as_ref());
        notes.push(format!("the signature method {uri:?} is not supported: those of the keys are tried instead"));
    }
    let meter = Meter::new(bounds.budget, bounds.searches);
    let signed = Signed { read, signed_info, form: form(read), bounds, meter: &meter };
    if let Some(text) = Target::element(signed_info).text(&signed.form, &cap(bounds.most)) {
        show(false, text.as_bytes());
        let fits = |key: &VerifyingKey, method| {
            let usual = read.values.iter().filter(|value| value.causes.is_empty());
            usual.into_iter().any(|value| key.verify(method, text.as_bytes(), &value.octets).is_ok())
        };
        if let (Ok(key), Some(method)) = (&keys.named, read.method)
            && fits(key, method)
        {
            let maker = match key {
                VerifyingKey::Public(key) => Some(key.clone()),
                VerifyingKey::Hmac(_) => None,
            };
            return Judged { value: Verdict::Fits, notes, maker };
        }
    }
    let mut maker = None;
    let found = match read.method.map(SignatureMethod::family) {
        Some(SignatureFamily::Hmac) => signed.by_secret(keys, &mut notes),
        Some(_) => signed.by_public_key(keys, &mut notes, &mut maker),
        None => signed.by_public_key(keys, &mut notes, &mut maker).or_else(|| signed.by_secret(keys, &mut notes)),
    };
    if let Some(found) = found.as_ref().filter(|found| !found.causes.is_empty())
        && let Some(octets) = &found.octets
    {
        show(true, octets);
    }
    let (tried, stopped) = (meter.tried(), meter.exceeded());
    let value = match found {
        Some(found) if found.causes.is_empty() => Verdict::Fits,
        Some(found) => Verdict::Differs { causes: found.causes, tried, stopped },
        None => match &keys.named {
            // Without a key that could have made the value, nothing is known of the value.
            Err(_) if keys.public.is_empty() && keys.secrets.is_empty() => {
                Verdict::Unknown { why: "no key is at hand that could have made the value".into() }
            }
            _ => Verdict::Differs { causes: signed.wrong_length(keys).into_iter().collect(), tried, stopped },
        },
    };
    Judged { value, notes, maker }
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
        let found = search.signed_info(&target, &self.form, self.bounds.found);
        let found = found.or_else(|| self.over_something_else(&search));
        found.or_else(|| search.run(&target, &self.form, &[]))
    }

    /// Tries the value over a digest in `ds:SignedInfo`, or over the target of a reference, in place of
    /// `ds:SignedInfo`.
    fn over_something_else(&self, search: &Search<'_>) -> Option<Found> {
        let values = self.signed_info.descendants_and_self().filter(|inner| inner.name().local == "DigestValue");
        let written: Vec<String> =
            values.take(MOST).filter_map(|value| Some(value.text().ok()?.split_whitespace().collect())).collect();
        let over = |how: String| [Cause::SignedOtherwise { how: how.into() }];
        for (nth, text) in (1..).zip(&written) {
            let signed = |how: String, octets: &[u8]| search.octets(&over(how), octets.len(), &|out| out(octets));
            let found = signed(format!("the text of the digest in reference {nth}"), text.as_bytes());
            if found.is_some() {
                return found;
            }
            // Text that is not base64 is no digest.
            let Some(octets) = base64_decode(text, 64) else { continue };
            let found = signed(format!("the digest in reference {nth}"), &octets);
            if found.is_some() {
                return found;
            }
            // The digest of the element is that inside the value.
            let aim =
                search.aims.iter().find(|aim| matches!(&aim.goal, Goal::Digest { value, .. } if *value == octets));
            if let Some(aim) = aim {
                let how = over(format!("what reference {nth} names"));
                return Some(Found { causes: [aim.causes.as_slice(), &how].concat(), octets: Some(octets) });
            }
        }
        None
    }

    /// The value has a length that its key and method never make.
    fn wrong_length(&self, keys: &Keys) -> Option<Cause> {
        let octets =
            self.read.values.iter().find(|value| value.causes.is_empty()).or(self.read.values.first())?.octets.len();
        let expected = match (&keys.named, self.read.method?) {
            (Ok(VerifyingKey::Public(key)), _) => match key.kind() {
                KeyKind::Rsa { .. } => key.rsa_components()?.0.len(),
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
    fn public_keys(&self, keys: &Keys) -> Vec<(Vec<Cause>, PublicKey, String)> {
        let mut all: Vec<(Vec<Cause>, PublicKey, String)> = Vec::new();
        let named = match &keys.named {
            Ok(VerifyingKey::Public(key)) => Some(key),
            _ => None,
        };
        let owner =
            |key: &PublicKey| keys.public.iter().find(|(_, known)| known == key).map(|(owner, _)| owner.clone());
        let named_owner = |key: &PublicKey| owner(key).unwrap_or_else(|| "what the signature names".to_owned());
        all.extend(named.map(|key| (Vec::new(), key.clone(), named_owner(key))));
        for (owner, key) in &keys.public {
            if all.len() < MOST && !all.iter().any(|(_, known, _)| known == key) {
                let cause = named.map(|_| Cause::OtherKey { key: owner.into() });
                all.push((cause.into_iter().collect(), key.clone(), owner.clone()));
            }
        }
        all
    }

    fn by_public_key(&self, keys: &Keys, notes: &mut Vec<String>, maker: &mut Option<PublicKey>) -> Option<Found> {
        let all = self.public_keys(keys);
        let kinds = |wanted: fn(KeyKind) -> bool| all.iter().filter(move |(_, key, _)| wanted(key.kind()));
        let mut rsa = 0;
        for (causes, key, label) in kinds(|kind| matches!(kind, KeyKind::Rsa { .. })) {
            rsa += 1;
            let recovered = self.read.values.iter().find_map(|value| {
                Some((recovered(key, &value.octets, self.read.method, self.meter)?, value.causes.as_slice()))
            });
            if self.meter.exceeded().is_some() {
                return None;
            }
            let Some((mut recovered, spelling)) = recovered else { continue };
            let before = [spelling, causes].concat();
            recovered.aims.iter_mut().for_each(|aim| aim.causes.splice(0..0, before.iter().cloned()).for_each(drop));
            let made = format!("the value was made with the key of {label}, by {}", recovered.words);
            let found = self.in_forms(&recovered.aims).or_else(|| self.changed(&recovered.aims));
            if found.is_some() || recovered.is_certain {
                notes.push(made);
                *maker = Some(key.clone());
            } else {
                continue;
            }
            if found.is_none() && !recovered.aims.is_empty() {
                notes.push("its signer signed another ds:SignedInfo than the one of the message".into());
            }
            return found;
        }
        let others: Vec<_> = kinds(|kind| !matches!(kind, KeyKind::Rsa { .. })).collect();
        let found = others.iter().find_map(|(causes, key, label)| {
            let found = self.in_forms(&self.aims_of(key, causes))?;
            notes.push(format!("the value was made with the key of {label}"));
            *maker = Some(key.clone());
            Some(found)
        });
        let found = found.or_else(|| {
            let (causes, key, _) = others.first()?;
            self.changed(self.aims_of(key, causes).get(..1)?)
        });
        if found.is_none() && rsa > 0 && others.is_empty() {
            let keys = if rsa == 1 { "the only RSA key".to_owned() } else { format!("any of the {rsa} RSA keys") };
            notes.push(format!(
                "the value is no padded digest under {keys} at hand: another key made it, or it was changed"
            ));
        }
        if all.is_empty() {
            notes.push("no certificate or key is at hand that could have made the value: give the signer's".into());
        }
        found
    }

    /// Every way in which an ECDSA or EdDSA key may have made the value; the way that the message names first.
    fn aims_of(&self, key: &PublicKey, causes: &[Cause]) -> Vec<Aim> {
        let field = match key.kind() {
            KeyKind::Ec(curve) => curve.field_len(),
            _ => 0,
        };
        let mut aims = Vec::new();
        let said = self.read.method.into_iter();
        let others =
            SignatureMethod::ALL.iter().filter(|method| !method.is_retired() && Some(*method) != self.read.method);
        for method in said.chain(others).filter(|method| key.kind().can_run(*method)) {
            for read in &self.read.values {
                for (value, cause) in values(&read.octets, field) {
                    let fits = method.uri().into();
                    let other = Cause::OtherDigest { fits, declared: self.read.method_uri.as_ref().into() };
                    let other = (Some(method) != self.read.method).then_some(other);
                    let spelling = read.causes.iter().cloned();
                    let causes = spelling.chain(causes.iter().cloned()).chain(cause).chain(other).collect();
                    aims.push(Aim { goal: Goal::Public { key: key.clone(), method, value }, causes });
                }
            }
        }
        aims
    }

    fn by_secret(&self, keys: &Keys, notes: &mut Vec<String>) -> Option<Found> {
        let methods: Vec<SignatureMethod> = self.read.method.into_iter().chain(hmacs(self.read.method)).collect();
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
            notes.push("no secret is at hand that could have made the value".into());
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
        let fits = || Cause::OtherDigest { fits: method.uri().into(), declared: self.read.method_uri.as_ref().into() };
        let other = (Some(method) != self.read.method).then(fits);
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

/// An ECDSA value in its right form, for every wrong form that it may be in.
fn values(value: &[u8], field: usize) -> Vec<(Vec<u8>, Option<Cause>)> {
    let mut all = vec![(value.to_vec(), None)];
    if field == 0 {
        return all;
    }
    all.extend(of_der(value, field).map(|value| (value, Some(Cause::DerValue))));
    if value.len() == 2 * field {
        let (r, s) = value.split_at(field);
        let back = |half: &[u8]| half.iter().rev().copied().collect::<Vec<u8>>();
        all.push(([s, r].concat(), Some(Cause::HalvesSwapped)));
        all.push(([back(r), back(s)].concat(), Some(Cause::Reversed)));
        all.push((back(value), Some(Cause::Reversed)));
    }
    if value.len() < 2 * field && value.len() > field {
        for at in (value.len() - field).max(1)..=field.min(value.len()) {
            let Some((r, s)) = value.split_at_checked(at) else { continue };
            all.extend(
                padded(r, field).zip(padded(s, field)).map(|(r, s)| ([r, s].concat(), Some(Cause::HalvesShortened))),
            );
        }
    }
    all
}

fn padded(number: &[u8], field: usize) -> Option<Vec<u8>> {
    let zeros = field.checked_sub(number.len())?;
    Some([&vec![0; zeros], number].concat())
}

/// `r` and `s` of an `ECDSA-Sig-Value` (RFC 3279 §2.2.3).
fn of_der(value: &[u8], field: usize) -> Option<Vec<u8>> {
    let (content, rest) = element(value, 0x30)?;
    let (r, after) = element(content, 2)?;
    let (s, end) = element(after, 2)?;
    let number = |octets: &[u8]| {
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        padded(octets.get(zeros..)?, field)
    };
    (rest.is_empty() && end.is_empty()).then_some(())?;
    Some([number(r)?, number(s)?].concat())
}

fn element(octets: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    match octets {
        [first, length, rest @ ..] if *first == tag && *length < 0x80 => rest.split_at_checked(usize::from(*length)),
        [first, 0x81, length, rest @ ..] if *first == tag => rest.split_at_checked(usize::from(*length)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_is_two_numbers_of_the_length_of_the_field() {
        let der = [&[0x30, 7, 2, 2, 0, 0x80, 2, 1, 7][..]].concat();
        assert_eq!(of_der(&der, 4), Some(vec![0, 0, 0, 0x80, 0, 0, 0, 7]));
        assert_eq!(of_der(&der[..8], 4), None);
        assert_eq!(of_der(&[0x30, 0], 4), None);
        assert_eq!(of_der(&[0x30, 8, 2, 3, 1, 2, 3, 2, 1, 7], 2), None, "a number that is longer than the field");
    }
}
