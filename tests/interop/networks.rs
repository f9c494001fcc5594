//! Presets of networks beside WSS4J, configured as a client of that network configures it: each side opens what the other made.

use ws_security::c14n::name;
use ws_security::networks::{self, Network, Opening, PartyKeys};
use ws_security::{
    ContentEncryption, DangerousNoReplayCache, DigestMethod, Secret, SignatureMethod, SoapVersion, TransportFacts,
    TransportMethod, Trust,
};

use crate::driver::Driver;
use crate::peer::{self, Matrix};

const WSA: &str = "http://www.w3.org/2005/08/addressing";

/// The headers of WS-Addressing that each request of Digikoppeling has.
const ADDRESSED: [&str; 3] = ["To", "Action", "MessageID"];

/// They are signed.
fn addressed() -> String {
    format!("also={}", ADDRESSED.map(|local| format!("{WSA} {local}")).join("|"))
}

/// A network, and the words of WSS4J's driver for its requests.
fn configured() -> Vec<(Network, String)> {
    let signed = |signature: SignatureMethod, digest: DigestMethod| {
        format!("steps=sign,reference=direct,signer=alice,signature={},digest={}", signature.uri(), digest.uri())
    };
    let (rsa, sha256) = (SignatureMethod::RsaSha256, DigestMethod::Sha256);
    let vbms = |signature, digest| {
        let signed = signed(signature, digest).replace("steps=sign,reference=direct", "steps=sign;encrypt");
        let (cipher, transport) = (ContentEncryption::Aes128Cbc.uri(), TransportMethod::Rsa15.uri());
        format!("{signed},reference=issuer-serial,cipher={cipher},transport={transport}")
    };
    let encrypted = signed(rsa, sha256).replace("steps=sign", "steps=sign;encrypt");
    vec![
        (networks::digikoppeling_wus_s::NETWORK, format!("{},{}", signed(rsa, sha256), addressed())),
        (
            networks::digikoppeling_wus_se::NETWORK,
            format!(
                "{encrypted},{},cipher={},transport={}",
                addressed(),
                ContentEncryption::Aes256Gcm.uri(),
                TransportMethod::RsaOaepMgf1p.uri()
            ),
        ),
        (networks::face_es::NETWORK, signed(SignatureMethod::RsaSha512, DigestMethod::Sha512)),
        (networks::dian_co::NETWORK, format!("{},only={WSA} To", signed(rsa, sha256))),
        (
            networks::sat_mx::NETWORK,
            format!("{},only={} Timestamp", signed(SignatureMethod::RsaSha1, DigestMethod::Sha1), name::WSU.uri),
        ),
        (networks::vbms_us::NETWORK, vbms(SignatureMethod::RsaSha1, DigestMethod::Sha1)),
        (networks::vbms_us::NETWORK.choose(networks::vbms_us::SHA256), vbms(rsa, sha256)),
        (networks::onvif::NETWORK, "username=alice,password=digest".to_owned()),
        (networks::sunat_pe::NETWORK, "username=alice,password=text".to_owned()),
    ]
}

fn ours(network: &Network, envelope: &str) -> String {
    let keys =
        PartyKeys::new().identity(peer::identity("alice")).partner(peer::certificate("bob")).user("alice", "s3cret");
    let plan = network.request_recipe(&keys).expect("the keys").plan().expect("a plan");
    plan.message(envelope).secure().expect("secured").message
}

fn opens(network: &Network, message: &str) -> Result<(), String> {
    let keys = PartyKeys::new()
        .identity(peer::identity("bob"))
        .trust(Trust::pins([peer::certificate("alice")]))
        .passwords(|user: &str| (user == "alice").then(|| Secret::new(b"s3cret".to_vec())));
    let receiver = network.request_receiver(&keys, DangerousNoReplayCache).expect("the keys");
    let opened = match network.request.opening() {
        Opening::Parts => receiver.open_parts(message).map(drop),
        Opening::Unsigned => receiver.open_unsigned(message, TransportFacts::server_authenticated_tls()).map(drop),
        _ => receiver.open(message).map(drop),
    };
    opened.map_err(|error| error.to_string())
}

#[test]
fn presets_and_wss4j_open_each_others_requests() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&["ours > WSS4J", "WSS4J > ours", "a twin of WSS4J's is refused"]);
    for (network, words) in configured() {
        let signature = words.split("signature=").nth(1).and_then(|rest| rest.split([',', '#']).nth(1));
        let row = format!("{} {}", network.name, signature.unwrap_or_default());
        let soap = if network.http.soap == SoapVersion::V11 { name::SOAP11.uri } else { name::SOAP12.uri };
        let to = format!("<w:To xmlns:w=\"{WSA}\">urn:to</w:To><a:Id ");
        let envelope = match network.name {
            "dian_co" => peer::envelope(soap).replace("<a:Id ", &to),
            name if name.starts_with("digikoppeling") => {
                let blocks = ADDRESSED.map(|local| format!("<w:{local} xmlns:w=\"{WSA}\">urn:1</w:{local}>"));
                peer::envelope(soap).replace("<a:Id ", &format!("{}<a:Id ", blocks.concat()))
            }
            _ => peer::envelope(soap),
        };
        let mode = if words.contains(TransportMethod::Rsa15.uri()) { "rsa15" } else { "on" };
        let verified = driver.ask(&format!("verify\tdom\t{mode}"), &ours(&network, &envelope)).map(drop);
        matrix.cell(&row, "ours > WSS4J", verified, None);
        let theirs = driver.ask(&format!("secure\t{words}"), &envelope);
        let opened = theirs.clone().and_then(|message| opens(&network, &message));
        matrix.cell(&row, "WSS4J > ours", opened, None);
        // Of a client with another reference, or of another user.
        let other = words.replace("reference=direct", "reference=thumbprint");
        let other = other.replace("reference=issuer-serial", "reference=ski");
        let twin = match words.contains("username") {
            true => theirs.map(|message| message.replace(">alice<", ">mallory<")),
            false => driver.ask(&format!("secure\t{other}"), &envelope),
        };
        let refused = twin.and_then(|message| match opens(&network, &message) {
            Ok(()) => Err("opened".to_owned()),
            Err(_) => Ok(()),
        });
        matrix.cell(&row, "a twin of WSS4J's is refused", refused, None);
    }
    matrix.finish("WSS4J 4.x, as clients of networks configure it");
}
