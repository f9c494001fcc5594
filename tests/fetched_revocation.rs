//! Statuses that are fetched for a path: from the responder of OpenSSL, and lists from a server of ours (threat T46).

mod common;
#[path = "common/pki.rs"]
mod pki;
#[path = "common/responder.rs"]
mod responder;

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use common::*;
use pki::{List, Spec, root};
use responder::{Responder, access_description, distribution_point, free_port, http};
use ws_security::c14n::{Budget, Limits};
use ws_security::crypto::{DigestMethod, OcspRequest, SystemRandom};
use ws_security::prelude::*;
use ws_security::tokens::Purpose;
use ws_security::{
    CacheLimits, Fetch, FetchBlocking, FetchError, FetchFailure, FetchRequest, RevocationCache, RevocationStatus,
    TrustError,
};

fn leaf(extensions: &[Vec<u8>]) -> Certificate {
    extensions
        .iter()
        .fold(Spec::leaf("leaf", "root"), |spec, extension| spec.also(extension.clone()))
        .made("alice", "ca")
}

fn trusting(cache: &RevocationCache, rule: SignerRule) -> Trust {
    Trust::anchors([root()]).expect("an anchor").signer(rule).fetched(cache)
}

fn judged(trust: &Trust, certificate: &Certificate) -> Result<RevocationStatus, TrustError> {
    let budget = Budget::new(&Limits::default(), 4_096);
    let validated = trust.validate(certificate, &[], Purpose::Signing, SystemTime::now(), &budget);
    validated.map(|validated| validated.revocation().clone())
}

fn impatient() -> RevocationCache {
    RevocationCache::new(CacheLimits { pause: Duration::ZERO, ..CacheLimits::default() })
}

/// HTTP over loopback.
struct Network;

impl FetchBlocking for Network {
    fn fetch(&self, request: FetchRequest) -> Result<Vec<u8>, FetchFailure> {
        Ok(http(request.url(), request.body(), request.max_octets())?)
    }
}

impl Fetch for Network {
    async fn fetch(&self, request: FetchRequest) -> Result<Vec<u8>, FetchFailure> {
        FetchBlocking::fetch(self, request)
    }
}

/// Gives what it has by URL, and notes what was asked for.
#[derive(Default)]
struct Stub {
    has: Vec<(&'static str, Vec<u8>)>,
    asked: Mutex<Vec<String>>,
}

impl FetchBlocking for Stub {
    fn fetch(&self, request: FetchRequest) -> Result<Vec<u8>, FetchFailure> {
        self.asked.lock().expect("asked").push(request.url().to_owned());
        let found = self.has.iter().find(|(url, _)| *url == request.url());
        found.map(|(_, octets)| octets.clone()).ok_or_else(|| "status 404".into())
    }
}

/// Nothing that is awaited here waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("waits"),
    }
}

#[test]
fn a_status_is_asked_of_the_responder_that_the_certificate_names() {
    let Some(responder) = Responder::of("root", "ca", &root(), "V") else { return };
    let port = free_port();
    let certificate = leaf(&[access_description(&format!("http://127.0.0.1:{port}/ocsp"))]);
    for (index, is_good) in [("V", true), ("R", false)] {
        responder.set(index);
        let _listening = responder.listen(port, &["-ndays", "1"]);
        for is_async in [false, true] {
            let cache = RevocationCache::default();
            let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
            assert!(matches!(judged(&trust, &certificate), Err(TrustError::ListMissing { .. })), "nothing is fetched");
            assert!(cache.is_wanting());
            let errors = if is_async { now(cache.fetch(&Network)) } else { cache.fetch_blocking(&Network) };
            assert!(errors.is_empty(), "{errors:?}");
            assert!(!cache.is_wanting());
            match judged(&trust, &certificate) {
                Ok(RevocationStatus::Good) => assert!(is_good),
                Err(TrustError::Revoked { .. }) => assert!(!is_good),
                other => panic!("{other:?}"),
            }
            assert_eq!(format!("{cache:?}"), "RevocationCache(0 lists, 1 responses, 0 wanted)");
        }
    }
}

#[test]
fn an_older_response_that_is_replayed_replaces_nothing() {
    let Some(responder) = Responder::of("root", "ca", &root(), "V") else { return };
    const URL: &str = "http://responder.example/";
    let certificate = leaf(&[access_description(URL)]);
    let request = request_about(&certificate);
    let without_nonce = without_nonce(&request);
    let older = responder.answer(&without_nonce, &["-ndays", "7"]);
    std::thread::sleep(Duration::from_millis(1_100));
    responder.set("R");
    let newer = responder.answer(&without_nonce, &["-ndays", "7"]);
    let of = |response: &[u8]| Stub { has: vec![(URL, response.to_vec())], ..Stub::default() };

    let cache = impatient();
    let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors).max_response_age(Duration::ZERO);
    judged(&trust, &certificate).expect_err("nothing is known");
    assert!(cache.fetch_blocking(&of(&newer)).is_empty());
    assert!(matches!(judged(&trust, &certificate), Err(TrustError::Revoked { .. })));
    // Who knows nothing of it takes the older one, as long as it is current.
    let fresh = impatient();
    let other = trusting(&fresh, SignerRule::AnyBelowTheAnchors);
    judged(&other, &certificate).expect_err("nothing is known");
    assert!(fresh.fetch_blocking(&of(&older)).is_empty());
    assert_eq!(judged(&other, &certificate), Ok(RevocationStatus::Good));
    // It learns better, and keeps that.
    let strict = other.clone().max_response_age(Duration::ZERO);
    judged(&strict, &certificate).expect_err("too old");
    assert!(fresh.fetch_blocking(&of(&newer)).is_empty());
    assert!(matches!(judged(&other, &certificate), Err(TrustError::Revoked { .. })));
    // A nonce is demanded: a response for all is refused.
    let demanding = RevocationCache::new(CacheLimits { demand_nonce: true, ..CacheLimits::default() });
    judged(&trusting(&demanding, SignerRule::AnyBelowTheAnchors), &certificate).expect_err("nothing is known");
    let errors = demanding.fetch_blocking(&of(&newer));
    assert!(
        matches!(&errors[..], [FetchError::Unusable { .. }]) && errors[0].to_string().contains("nonce"),
        "{errors:?}"
    );
    // A response of the last request, to another request.
    let stale = responder.answer(request.der(), &["-ndays", "7"]);
    let cache = RevocationCache::default();
    let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
    judged(&trust, &certificate).expect_err("nothing is known");
    let errors = cache.fetch_blocking(&of(&stale));
    assert!(errors[0].to_string().contains("nonce is not that of the request"), "{errors:?}");
    // It is not asked again at once.
    judged(&trust, &certificate).expect_err("nothing is known");
    assert!(!cache.is_wanting());
}

/// Whoever answers in the place of the responder.
#[test]
fn a_response_that_is_forged_older_or_too_long_replaces_nothing() {
    const URL: &str = "http://responder.example/";
    let Some(responder) = Responder::of("root", "ca", &root(), "V") else { return };
    let stranger = Spec::authority("root", "root").made("bob", "bob");
    let Some(forger) = Responder::of("root", "bob", &stranger, "V") else { return };
    let certificate = leaf(&[access_description(URL), distribution_point("http://lists.example/")]);
    let asked = without_nonce(&request_about(&certificate));
    let older = responder.answer(&asked, &["-ndays", "7"]);
    std::thread::sleep(Duration::from_millis(1_100));
    let (newer, forged) = (responder.answer(&asked, &["-ndays", "7"]), forger.answer(&asked, &["-ndays", "7"]));
    let limits = CacheLimits { pause: Duration::ZERO, response_octets: newer.len(), ..CacheLimits::default() };
    let cache = RevocationCache::new(limits);
    let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
    // Whatever is known is too old, and asked for again.
    let strict = trust.clone().max_response_age(Duration::ZERO);
    let fetched = |response: &[u8]| {
        judged(&strict, &certificate).expect_err("nothing current is known");
        let stub = Stub { has: vec![(URL, response.to_vec())], ..Stub::default() };
        let errors = cache.fetch_blocking(&stub);
        (errors, stub.asked.into_inner().expect("asked").len())
    };
    let (errors, asked) = fetched(&newer);
    assert!(errors.is_empty() && asked == 1, "its answer is enough: {errors:?} of {asked}");
    assert_eq!(judged(&trust, &certificate), Ok(RevocationStatus::Good));
    let longer = [&newer[..], &[0]].concat();
    for (response, expected) in [(&older, "older than"), (&forged, "not from the authority"), (&longer, "more than")] {
        let (errors, asked) = fetched(response);
        assert!(errors[0].to_string().contains(expected), "{errors:?}");
        assert_eq!(asked, 2, "its list is asked for, too");
        assert_eq!(judged(&trust, &certificate), Ok(RevocationStatus::Good), "{expected}");
    }
}

/// A request about a certificate of the root.
fn request_about(certificate: &Certificate) -> OcspRequest {
    OcspRequest::new(certificate, &root(), DigestMethod::Sha1, &SystemRandom).expect("a request")
}

/// The same request without a nonce, whose answer is for all.
fn without_nonce(request: &OcspRequest) -> Vec<u8> {
    pki::sequence(&[&pki::sequence(&[cert_ids(request.der())])])
}

/// The requestList of a request.
fn cert_ids(request: &[u8]) -> &[u8] {
    // OCSPRequest and TBSRequest, each of at most 255 octets.
    let content = |octets: &[u8]| if octets[1] < 0x80 { 2 } else { 3 };
    let outer = content(request);
    let list = outer + content(&request[outer..]);
    let list = &request[list..];
    &list[..content(list) + usize::from(if list[1] < 0x80 { list[1] } else { list[2] })]
}

#[test]
fn lists_are_fetched_from_the_points_that_the_certificate_names() {
    const URL: &str = "http://root.example/root.crl";
    let certificate = leaf(&[distribution_point(URL)]);
    let list = |serials: &[&[u8]]| List::of("root", serials).made("ca");
    let too_long = vec![0; 2_000];
    for (octets, expected) in [
        (Some(list(&[])), "good"),
        (Some(list(&[&[7]])), "revoked"),
        (Some(List::of("root", &[]).expired().made("ca")), "expired"),
        (Some(List::of("root", &[]).made("bob")), "not from the authority"),
        (Some(List::of("other", &[]).made("ca")), "not from the authority"),
        (Some(b"<html>".to_vec()), "this is XML"),
        (Some(too_long), "more than 1500 octets"),
        (None, "status 404"),
    ] {
        let cache = RevocationCache::new(CacheLimits { list_octets: 1_500, ..CacheLimits::default() });
        let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
        judged(&trust, &certificate).expect_err("nothing is known");
        let stub = Stub { has: octets.map(|octets| (URL, octets)).into_iter().collect(), ..Stub::default() };
        let errors = cache.fetch_blocking(&stub);
        assert_eq!(*stub.asked.lock().expect("asked"), [URL]);
        match judged(&trust, &certificate) {
            Ok(RevocationStatus::Good) => assert_eq!(expected, "good"),
            Err(TrustError::Revoked { .. }) => assert_eq!(expected, "revoked"),
            Err(TrustError::ListMissing { .. }) => {
                assert!(errors.len() == 1 && errors[0].to_string().contains(expected), "{expected}: {errors:?}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn only_urls_of_expected_signers_are_fetched_and_only_http() {
    let certificate = |url: &str| leaf(&[distribution_point(url), access_description(url)]);
    let everyone = SignerRule::AnyBelowTheAnchors;
    // Nobody that is not expected, and nobody without a path, has anything fetched.
    let stranger = Spec::leaf("leaf", "root").also(distribution_point("http://a.example/")).made("alice", "bob");
    for (rule, certificate) in [
        (SignerRule::subject("CN=other").expect("a name"), certificate("http://a.example/")),
        (everyone.clone(), stranger),
    ] {
        let cache = RevocationCache::default();
        judged(&trusting(&cache, rule), &certificate).expect_err("refused");
        assert!(!cache.is_wanting());
    }
    for url in [
        "ldap://a.example/",
        "file:///etc/passwd",
        "ftp://a.example/",
        "http://",
        "http:///a",
        "http://user@a.example/",
        "http://a.example/ b",
        "http://a.example\\b/",
        "http://a.example/\r\nHost: b",
        "",
    ] {
        let cache = RevocationCache::default();
        judged(&trusting(&cache, everyone.clone()), &certificate(url)).expect_err("nothing is known");
        let stub = Stub::default();
        let errors = cache.fetch_blocking(&stub);
        assert!(matches!(&errors[..], [FetchError::NoUrl { .. }]), "{url}: {errors:?}");
        assert!(stub.asked.lock().expect("asked").is_empty());
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let limits = CacheLimits { lists: 3, wanted: 5, pause: Duration::ZERO, ..CacheLimits::default() };
    let cache = RevocationCache::new(limits);
    let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
    let urls = [
        "http://a/1",
        "http://a/2",
        "http://a/3",
        "http://a/4",
        "http://a/5",
        "http://a/6",
        "http://a/7",
        "http://a/8",
    ];
    let list = List::of("root", &[]).made("ca");
    let stub = Stub { has: urls.iter().map(|url| (*url, list.clone())).collect(), ..Stub::default() };
    for (at, url) in urls.iter().enumerate() {
        let spec = Spec::leaf("leaf", "root").serial(&[at as u8 + 30]).also(distribution_point(url));
        judged(&trust, &spec.made("alice", "ca")).expect_err("nothing is known");
    }
    assert_eq!(format!("{cache:?}"), "RevocationCache(0 lists, 0 responses, 5 wanted)");
    assert!(cache.fetch_blocking(&stub).is_empty());
    assert_eq!(format!("{cache:?}"), "RevocationCache(3 lists, 0 responses, 0 wanted)");
}

/// What a URL gives that has several lists: a PEM file.
fn pem(lists: &[Vec<u8>]) -> Vec<u8> {
    let section = |list: &Vec<u8>| {
        let text = ws_security::c14n::base64_encode(list);
        let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
        format!("-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n", lines.join("\n"))
    };
    lists.iter().map(section).collect::<String>().into_bytes()
}

/// An authority below the root, and its leaf, which names the URL as those of the root do.
fn below(url: &str) -> (Certificate, Certificate) {
    let middle = Spec::authority("middle", "root").serial(&[8]).also(distribution_point(url)).made("sub-ca", "ca");
    let low = Spec::leaf("low", "middle").serial(&[9]).also(distribution_point(url)).made("bob", "sub-ca");
    (middle, low)
}

#[test]
fn two_authorities_that_name_one_url_take_nothing_of_each_other() {
    const URL: &str = "http://lists.example/all.crl";
    let (high, (middle, low)) = (leaf(&[distribution_point(URL)]), below(URL));
    let roots = |serials: &[&[u8]], issued| List::of("root", serials).issued(issued).made("ca");
    let middles = |issued| List::of("middle", &[]).issued(issued).made("sub-ca");
    let gives = |octets| Stub { has: vec![(URL, octets)], ..Stub::default() };

    // One file has the lists of both.
    let cache = impatient();
    let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors).intermediates([middle.clone()]);
    let file = pem(&[roots(&[], "20250101000000Z"), middles("20250101000000Z")]);
    judged(&trust, &high).expect_err("nothing is known");
    judged(&trust, &low).expect_err("nothing is known");
    let errors = cache.fetch_blocking(&gives(file));
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(judged(&trust, &high), Ok(RevocationStatus::Good));
    assert_eq!(judged(&trust, &low), Ok(RevocationStatus::Good));

    // Who controls the way, or the other authority, gives its newer list where the root's was: what is revoked stays so.
    let cache = impatient();
    let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors).intermediates([middle]);
    let trust = trust.revocation(ws_security::Revocation::UnknownIsGood);
    judged(&trust, &high).expect("it is unknown");
    assert!(cache.fetch_blocking(&gives(roots(&[&[7]], "20250102000000Z"))).is_empty());
    assert!(matches!(judged(&trust, &high), Err(TrustError::Revoked { .. })));
    judged(&trust, &low).expect("it is unknown");
    cache.fetch_blocking(&gives(middles("20250201000000Z")));
    assert!(matches!(judged(&trust, &high), Err(TrustError::Revoked { .. })));
    assert_eq!(format!("{cache:?}"), "RevocationCache(2 lists, 0 responses, 0 wanted)");
}

#[test]
fn a_file_with_a_list_for_each_kind_of_certificate_tells_of_both_kinds() {
    const URL: &str = "http://root.example/all.crl";
    let (high, (middle, low)) = (leaf(&[distribution_point(URL)]), below(URL));
    let only = |tag| pki::der(tag, &[0xFF]);
    let list = |tag, serials: &[&[u8]]| List::of("root", serials).about(&only(tag)).made("ca");
    for (revoked, expected) in [(&[][..], "good"), (&[&[8_u8][..]], "revoked")] {
        let lists = [list(0x81, &[]), list(0x82, revoked), List::of("middle", &[]).made("sub-ca")];
        let stub = Stub { has: vec![(URL, pem(&lists))], ..Stub::default() };
        let cache = impatient();
        let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors).intermediates([middle.clone()]);
        for _ in 0..2 {
            let _unknown = (judged(&trust, &high), judged(&trust, &low));
            cache.fetch_blocking(&stub);
        }
        assert_eq!(judged(&trust, &high), Ok(RevocationStatus::Good));
        match judged(&trust, &low) {
            Ok(RevocationStatus::Good) => assert_eq!(expected, "good"),
            Err(TrustError::Revoked { .. }) => assert_eq!(expected, "revoked"),
            other => panic!("{other:?}"),
        }
    }
}

/// It would never be replaced by a genuine one of today, since it is newer.
#[test]
fn a_list_of_the_future_is_not_kept() {
    const URL: &str = "http://root.example/root.crl";
    let certificate = leaf(&[distribution_point(URL)]);
    let cache = impatient();
    let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
    for (issued, is_kept) in [("20450101000000Z", false), ("20250101000000Z", true)] {
        judged(&trust, &certificate).expect_err("nothing is known");
        let list = List::of("root", &[]).issued(issued).made("ca");
        let errors = cache.fetch_blocking(&Stub { has: vec![(URL, list)], ..Stub::default() });
        assert_eq!(errors.is_empty(), is_kept, "{errors:?}");
    }
    assert_eq!(judged(&trust, &certificate), Ok(RevocationStatus::Good));
}

#[test]
fn a_list_that_revokes_is_kept_however_old_it_is() {
    const URL: &str = "http://root.example/crl";
    let certificate = leaf(&[distribution_point(URL)]);
    let (revoking, other): (&[&[u8]], &[&[u8]]) = (&[&[7]], &[]);
    for (serials, is_kept) in [(revoking, true), (other, false)] {
        let cache = impatient();
        let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
        judged(&trust, &certificate).expect_err("nothing is known");
        let list = List::of("root", serials).expired().made("ca");
        let errors = cache.fetch_blocking(&Stub { has: vec![(URL, list)], ..Stub::default() });
        assert_eq!(errors.is_empty(), is_kept, "{errors:?}");
        let is_revoked = matches!(judged(&trust, &certificate), Err(TrustError::Revoked { .. }));
        assert_eq!(is_revoked, is_kept);
    }
}

/// Each judgement pays for each list.
#[test]
fn a_list_that_a_file_repeats_is_kept_once() {
    const URL: &str = "http://lists.example/all.crl";
    let certificate = leaf(&[distribution_point(URL)]);
    let cache = impatient();
    let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
    judged(&trust, &certificate).expect_err("nothing is known");
    let one = List::of("root", &[]).issued("20250101000000Z").made("ca");
    let errors = cache.fetch_blocking(&Stub { has: vec![(URL, pem(&vec![one; 70]))], ..Stub::default() });
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(judged(&trust, &certificate), Ok(RevocationStatus::Good));
}

#[test]
fn a_file_has_four_lists_of_an_authority_at_most() {
    const URL: &str = "http://lists.example/all.crl";
    let certificate = leaf(&[distribution_point(URL)]);
    let lists = ["20250101000000Z", "20250102000000Z", "20250103000000Z", "20250104000000Z", "20250105000000Z"]
        .map(|issued| List::of("root", &[]).issued(issued).made("ca"));
    for (most, is_kept) in [(4, true), (5, false)] {
        let cache = impatient();
        let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
        judged(&trust, &certificate).expect_err("nothing is known");
        let file = pem(&lists[..most]);
        let errors = cache.fetch_blocking(&Stub { has: vec![(URL, file)], ..Stub::default() });
        match is_kept {
            true => assert_eq!(judged(&trust, &certificate), Ok(RevocationStatus::Good)),
            false => {
                assert!(matches!(&errors[..], [FetchError::Unusable { .. }]), "{errors:?}");
                assert!(errors[0].to_string().contains("more than 4 lists"), "{errors:?}");
                judged(&trust, &certificate).expect_err("nothing is known");
            }
        }
    }
}

/// Each is an operation with a public key before it is known whose it is.
#[test]
fn a_file_of_others_lists_is_refused_after_sixteen_of_them() {
    const URL: &str = "http://lists.example/all.crl";
    let certificate = leaf(&[distribution_point(URL)]);
    let date = |hour: usize| -> &'static str { format!("20250101{:02}{hour}00Z", hour % 24).leak() };
    let mut lists: Vec<_> = (10..27).map(|hour| List::of("root", &[]).issued(date(hour)).made("alice")).collect();
    lists.push(List::of("root", &[]).issued("20250101000000Z").made("ca"));
    for (skipped, is_kept) in [(0, false), (2, true)] {
        let cache = impatient();
        let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
        judged(&trust, &certificate).expect_err("nothing is known");
        let errors = cache.fetch_blocking(&Stub { has: vec![(URL, pem(&lists[skipped..]))], ..Stub::default() });
        assert_eq!(errors.is_empty(), is_kept, "{errors:?}");
        assert!(is_kept || errors[0].to_string().contains("more than 16 lists"), "{errors:?}");
    }
}

/// Who controls the way can give the genuine lists of an authority in any choice.
#[test]
fn a_newer_list_replaces_none_of_another_scope() {
    const URL: &str = "http://root.example/all.crl";
    let (high, (middle, low)) = (leaf(&[distribution_point(URL)]), below(URL));
    let list =
        |tag, serials: &[&[u8]], at| List::of("root", serials).about(&pki::der(tag, &[0xFF])).issued(at).made("ca");
    let users = || list(0x81, &[], "20250102000000Z");
    let old_authorities = || list(0x82, &[], "20240101000000Z");
    let gives = |lists: &[Vec<u8>]| Stub { has: vec![(URL, pem(lists))], ..Stub::default() };
    for second in [vec![users()], vec![users(), old_authorities()], vec![old_authorities(), users()]] {
        let cache = impatient();
        let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors)
            .intermediates([middle.clone()])
            .revocation(ws_security::Revocation::UnknownIsGood);
        judged(&trust, &low).expect("it is unknown");
        cache.fetch_blocking(&gives(&[list(0x82, &[&[8]], "20250102000000Z")]));
        assert!(matches!(judged(&trust, &low), Err(TrustError::Revoked { .. })));
        judged(&trust, &high).expect("it is unknown");
        cache.fetch_blocking(&gives(&second));
        assert_eq!(judged(&trust, &high), Ok(RevocationStatus::Good));
        assert!(matches!(judged(&trust, &low), Err(TrustError::Revoked { .. })), "it is revoked still");
    }
}

#[test]
fn an_older_list_replaces_none_of_its_scope() {
    const URL: &str = "http://root.example/root.crl";
    let certificate = leaf(&[distribution_point(URL)]);
    let cache = impatient();
    let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
    let list = |serials: &[&[u8]], at| List::of("root", serials).issued(at).made("ca");
    let gives = |list| Stub { has: vec![(URL, list)], ..Stub::default() };
    judged(&trust, &certificate).expect_err("nothing is known");
    // Both wanted it, and the one who was slower got the older one.
    struct Twice<'s>(&'s RevocationCache, Stub, Stub);
    impl FetchBlocking for Twice<'_> {
        fn fetch(&self, request: FetchRequest) -> Result<Vec<u8>, FetchFailure> {
            assert!(self.0.fetch_blocking(&self.1).is_empty());
            self.2.fetch(request)
        }
    }
    let newer = gives(list(&[&[7]], "20250102000000Z"));
    let errors = cache.fetch_blocking(&Twice(&cache, newer, gives(list(&[], "20250101000000Z"))));
    assert!(matches!(&errors[..], [FetchError::Older { .. }]), "{errors:?}");
    assert!(matches!(judged(&trust, &certificate), Err(TrustError::Revoked { .. })));
}

/// The file has one of today beside it, which is kept alone: a later one is not `Older`.
#[test]
fn a_list_of_the_future_does_not_keep_out_one_of_today() {
    const URL: &str = "http://root.example/root.crl";
    let certificate = leaf(&[distribution_point(URL)]);
    let list = |serials: &[&[u8]], at| List::of("root", serials).issued(at).made("ca");
    let future = list(&[], "20450101000000Z");
    for lists in [
        [list(&[], "20250101000000Z"), future.clone()],
        [future, List::of("root", &[]).about(&pki::der(0x81, &[0xFF])).issued("20250101000000Z").made("ca")],
    ] {
        let cache = impatient();
        let trust = trusting(&cache, SignerRule::AnyBelowTheAnchors);
        judged(&trust, &certificate).expect_err("nothing is known");
        let errors = cache.fetch_blocking(&Stub { has: vec![(URL, pem(&lists))], ..Stub::default() });
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(judged(&trust, &certificate), Ok(RevocationStatus::Good));
    }
}
