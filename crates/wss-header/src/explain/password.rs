//! Username tokens: how a password digest was computed that is not the digest of the password here.

use wss_c14n::{Budget, Element, Limit, base64_decode, base64_encode, name};
use wss_crypto::{Digest, DigestMethod, Secret};
use wss_text::hex;
use wss_tokens::PasswordSource;

use super::cause::Cause;
use super::edits::instants;
use super::spelled::{of_digits, spelled};

/// The largest number of octets of a name, a nonce, an instant or a password here.
const LONGEST: usize = 1_024;

/// Octets, and the words for their difference from the right ones. The words are empty for the right ones.
type Way = (Vec<u8>, String);

/// The finding about the password of a token: the cause of a wrong digest, or a sentence where no cause fits.
pub(super) fn explain(
    token: Element<'_>,
    passwords: &dyn PasswordSource,
    budget: &Budget,
) -> Option<Result<Cause, &'static str>> {
    let text = |namespace: &str, local: &str| {
        let child = token.children().find(|child| child.is(namespace, local))?;
        child.text().ok().map(|text| text.into_owned()).filter(|text| text.len() <= LONGEST)
    };
    let user = text(name::WSSE.uri, "Username")?;
    let element = token.children().find(|child| child.is(name::WSSE.uri, "Password"))?;
    let said_digest = element.attribute("", "Type").is_some_and(|kind| kind.ends_with("#PasswordDigest"));
    let claimed = text(name::WSSE.uri, "Password")?;
    let Some(password) = passwords.password(&user).filter(|password| password.len() <= LONGEST) else {
        return Some(Err("no user of this name is known here"));
    };
    budget.charge(Limit::CauseOctets, 4 << 20).ok()?;
    let (nonce, created) = (text(name::WSSE.uri, "Nonce"), text(name::WSU.uri, "Created"));
    let (nonce, created) = (nonce.unwrap_or_default(), created.unwrap_or_default());
    let found = digest(&claimed, &nonce, &created, &password);
    let other = |how: String| Some(Ok(Cause::PasswordOtherwise { how: how.into() }));
    match (found, said_digest) {
        (Some(how), true) if how.is_empty() => None,
        (Some(how), true) => other(format!("a digest {how}")),
        (Some(how), false) => other(match how.is_empty() {
            true => "a digest, while its Type says that it is text".to_owned(),
            false => format!("a digest {how}, while its Type says that it is text"),
        }),
        (None, true) if !nonce.is_empty() && base64_decode(&nonce, LONGEST).is_none() => Some(Err(
            "Nonce is no base64, so that there is no digest of the profile: the sender must encode its octets",
        )),
        (None, _) => of_text(&claimed, &password, said_digest),
    }
}

/// A password as text, or an encoding or digest that was sent in place of the text.
fn of_text(claimed: &str, password: &Secret, said_digest: bool) -> Option<Result<Cause, &'static str>> {
    let other = |how: &str| Some(Ok(Cause::PasswordOtherwise { how: how.into() }));
    let is = |octets: &[u8]| password.equals(octets);
    if is(claimed.as_bytes()) {
        return if said_digest { other("in clear text, while its Type says that it is a digest") } else { None };
    }
    if is(claimed.trim().as_bytes()) {
        return other("the right one with white space around it");
    }
    if base64_decode(claimed, LONGEST).is_some_and(|octets| is(&octets)) {
        return other("the right one in base64");
    }
    let stored = |octets: &[u8]| {
        let digest = Digest::of(DigestMethod::Sha1, octets).as_octets().to_vec();
        base64_encode(&digest) == claimed || hex(&digest) == claimed.to_lowercase()
    };
    if stored(password.as_octets()) {
        return other("the SHA-1 of the right one, alone");
    }
    Some(Err(match said_digest {
        true => {
            "the digest is in no usual way that of the password here: the passwords differ, or Nonce or Created was changed"
        }
        false => "the password here is another one",
    }))
}

/// How the digest was computed, with the fewest differences: empty if it is right, `None` if no known way gives it.
fn digest(claimed: &str, nonce: &str, created: &str, password: &Secret) -> Option<String> {
    let values: Vec<(Vec<u8>, String)> = spelled(claimed, 64)
        .into_iter()
        .map(|spelled| {
            let how = spelled.causes.first().map(|cause| format!("that is no base64 of its octets ({})", cause.word()));
            (spelled.octets, how.unwrap_or_default())
        })
        .collect();
    if values.is_empty() {
        return None;
    }
    let nonces = nonces(nonce);
    let times = times(created);
    let secrets = secrets(password.as_octets());
    let mut best: Option<(usize, String)> = None;
    for (nonce, how_nonce) in &nonces {
        for (created, how_created) in &times {
            for (secret, how_secret) in &secrets {
                for (order, how_order) in ORDERS {
                    let pieces = [nonce.as_slice(), created.as_slice(), secret.as_slice()];
                    let octets = order.map(|at| pieces.get(at).copied().unwrap_or_default()).concat();
                    for (method, twice, how_method) in METHODS {
                        let once = Digest::of(method, &octets).as_octets().to_vec();
                        let digest = if twice { Digest::of(method, &once).as_octets().to_vec() } else { once };
                        let Some((_, how_value)) = values.iter().find(|(value, _)| *value == digest) else { continue };
                        let hows = [how_value, how_nonce, how_created, how_secret, how_order, how_method];
                        let hows: Vec<&str> = hows.into_iter().filter(|how| !how.is_empty()).collect();
                        if best.as_ref().is_none_or(|(count, _)| hows.len() < *count) {
                            best = Some((hows.len(), hows.join(", ")));
                        }
                    }
                }
            }
        }
    }
    best.map(|(_, how)| how)
}

const ORDERS: [([usize; 3], &str); 6] = [
    ([0, 1, 2], ""),
    ([1, 0, 2], "with Created before the nonce"),
    ([2, 0, 1], "with the password first"),
    ([0, 2, 1], "with the password before Created"),
    ([1, 2, 0], "with the nonce last"),
    ([2, 1, 0], "of all three in the reverse order"),
];

const METHODS: [(DigestMethod, bool, &str); 4] = [
    (DigestMethod::Sha1, false, ""),
    (DigestMethod::Sha1, true, "that is digested twice"),
    (DigestMethod::Sha256, false, "by SHA-256 in place of SHA-1"),
    (DigestMethod::Sha512, false, "by SHA-512 in place of SHA-1"),
];

/// The nonce decoded as it should be, and as some peers take it.
fn nonces(text: &str) -> Vec<Way> {
    let decoded = base64_decode(text, LONGEST);
    let mut all = vec![(decoded.clone().unwrap_or_default(), String::new())];
    if text.is_empty() {
        return all;
    }
    all.push((text.as_bytes().to_vec(), "of the nonce as its base64 text, not decoded".to_owned()));
    all.extend(
        of_digits(text).map(|octets| (octets, "of a nonce that is in hexadecimal digits in the message".to_owned())),
    );
    if let Some(decoded) = decoded {
        all.push((base64_encode(text.as_bytes()).into_bytes(), "of the nonce encoded twice".to_owned()));
        all.push((hex(&decoded).into_bytes(), "of the nonce in hexadecimal digits".to_owned()));
        let digits = std::str::from_utf8(&decoded).ok().and_then(of_digits);
        all.extend(
            digits.map(|octets| (octets, "of a nonce that is base64 of hexadecimal digits in the message".to_owned())),
        );
        let inner = std::str::from_utf8(&decoded).ok().and_then(|text| base64_decode(text, LONGEST));
        all.extend(inner.map(|octets| (octets, "of a nonce that is encoded twice in the message".to_owned())));
        all.push((Vec::new(), "without the nonce".to_owned()));
    }
    all
}

/// Created as it is, and as it may have been before it was rewritten.
fn times(text: &str) -> Vec<Way> {
    let mut all = vec![(text.as_bytes().to_vec(), String::new())];
    if text.is_empty() {
        return all;
    }
    if text.trim() != text {
        all.push((text.trim().as_bytes().to_vec(), "of Created without the white space around it".to_owned()));
    }
    all.extend(instants(text.trim()).into_iter().map(|(how, other)| (other.into_bytes(), format!("of Created {how}"))));
    all.push((Vec::new(), "without Created".to_owned()));
    all
}

/// The password, and the values that peers store or send in place of it.
fn secrets(password: &[u8]) -> Vec<Way> {
    let sha1 = Digest::of(DigestMethod::Sha1, password).as_octets().to_vec();
    let mut all = vec![
        (password.to_vec(), String::new()),
        (sha1.clone(), "of the SHA-1 of the password".to_owned()),
        (base64_encode(&sha1).into_bytes(), "of the SHA-1 of the password in base64".to_owned()),
        (hex(&sha1).into_bytes(), "of the SHA-1 of the password in hexadecimal digits".to_owned()),
        ([password, b"\n"].concat(), "of the password with a line end behind it".to_owned()),
        (base64_encode(password).into_bytes(), "of the password in base64".to_owned()),
        (Vec::new(), "without the password".to_owned()),
    ];
    let md5 = |octets: &[u8]| Digest::of(DigestMethod::Md5, octets).as_octets().to_vec();
    all.push((base64_encode(&md5(password)).into_bytes(), "of the MD5 of the password in base64".to_owned()));
    all.push((hex(&md5(password)).into_bytes(), "of the MD5 of the password in hexadecimal digits".to_owned()));
    let small = password.to_ascii_lowercase();
    if small != password {
        let how = "of the MD5 of the password in small letters, in base64";
        all.push((base64_encode(&md5(&small)).into_bytes(), how.to_owned()));
    }
    if let Ok(text) = std::str::from_utf8(password) {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        all.push((units, "of the password in UTF-16".to_owned()));
        if text.trim() != text {
            all.push((text.trim().as_bytes().to_vec(), "of the password without the white space around it".to_owned()));
        }
        let latin: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
        if let Some(latin) = latin.filter(|latin| latin != password) {
            all.push((latin, "of the password in ISO-8859-1".to_owned()));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(octets: &[u8], encode: fn(&[u8]) -> String) -> Option<String> {
        let digest = Digest::of(DigestMethod::Sha1, octets);
        digest_of(&encode(digest.as_octets()))
    }

    fn digest_of(claimed: &str) -> Option<String> {
        let password = Secret::new(b"s3cret".to_vec());
        digest(claimed, &base64_encode(b"nonce"), "2026-01-31T12:00:00Z", &password)
    }

    #[test]
    fn the_way_with_the_fewest_differences_is_named() {
        // The value of the documentation of `password_digest`.
        assert_eq!(digest_of("g5w8hkhoesD6SaiYWMyAkJaUq5g=").as_deref(), Some(""));
        let text = base64_encode(b"nonce");
        let as_text = found(format!("{text}2026-01-31T12:00:00Zs3cret").as_bytes(), base64_encode);
        assert_eq!(as_text.as_deref(), Some("of the nonce as its base64 text, not decoded"));
        let digits = found(b"nonce2026-01-31T12:00:00Zs3cret", hex);
        assert!(digits.is_some_and(|how| how.contains("no base64")));
        let other = found(b"nonce2026-01-31T12:00:00.000Zs3cret", base64_encode);
        assert_eq!(other.as_deref(), Some("of Created in milliseconds"));
        let order = found(b"s3cretnonce2026-01-31T12:00:00Z", base64_encode);
        assert_eq!(order.as_deref(), Some("with the password first"));
        assert_eq!(found(b"nonce2026-01-31T12:00:00Zother", base64_encode), None);
        assert_eq!(digest_of(""), None);
    }
}
