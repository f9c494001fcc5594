//! A real KDC, started on loopback, whose tickets sign and encrypt messages both ways. Runs where `WSS_INTEROP=1` is
//! set; needs MIT's `krb5kdc`, `kadmin.local` and `kinit`.

use std::io::Write as _;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use ws_security::prelude::*;
use ws_security::{
    DangerousNoReplayCache, KerberosForm, KerberosInitiator as _, OpenError, ProtectionToken, SecureConversation,
    Signer,
};
use wss_kerberos::{Acceptor, Error, Initiator};

const SERVICE: &str = "HTTP@localhost";
const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><a xmlns=\"urn:a\">4711</a>\
    </s:Body></s:Envelope>";

struct Realm {
    folder: PathBuf,
    kdc: Child,
}

impl Drop for Realm {
    fn drop(&mut self) {
        let _ended = self.kdc.kill();
        let _waited = self.kdc.wait();
        let _removed = std::fs::remove_dir_all(&self.folder);
    }
}

impl Realm {
    fn command(folder: &Path, program: &str) -> Command {
        let mut command = Command::new(program);
        let file = |name: &str| folder.join(name);
        command
            .env("KRB5_CONFIG", file("krb5.conf"))
            .env("KRB5_KDC_PROFILE", file("kdc.conf"))
            .env("KRB5CCNAME", file("ccache"))
            .env("KRB5_KTNAME", file("keytab"))
            .env("KRB5RCACHEDIR", folder)
            .env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default()));
        command
    }

    fn run(folder: &Path, program: &str, arguments: &[&str], input: &str) {
        let output = Self::feed(folder, program, arguments, input);
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        assert!(output.status.success(), "{program} {arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    }

    fn feed(folder: &Path, program: &str, arguments: &[&str], input: &str) -> Output {
        let mut command = Self::command(folder, program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
        // Closed when it was written, so that a program that asks for more ends.
        let mut stdin = child.stdin.take().expect("piped");
        let _may_have_ended = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("ended")
    }

    fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("wss-kdc-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        // A port that is free now.
        let port = UdpSocket::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
        let path = folder.display();
        let write = |name: &str, text: String| std::fs::write(folder.join(name), text).expect("written");
        write(
            "krb5.conf",
            format!(
                "[libdefaults]\n default_realm = EXAMPLE.TEST\n dns_lookup_kdc = false\n dns_canonicalize_hostname = false\n \
                 rdns = false\n[realms]\n EXAMPLE.TEST = {{\n  kdc = 127.0.0.1:{port}\n }}\n[domain_realm]\n localhost = \
                 EXAMPLE.TEST\n"
            ),
        );
        write(
            "kdc.conf",
            format!(
                "[kdcdefaults]\n kdc_listen = 127.0.0.1:{port}\n kdc_tcp_listen = 127.0.0.1:{port}\n[realms]\n \
                 EXAMPLE.TEST = {{\n  database_name = {path}/principal\n  key_stash_file = {path}/stash\n  acl_file = \
                 {path}/acl\n }}\n[logging]\n kdc = FILE:{path}/kdc.log\n"
            ),
        );
        Self::run(&folder, "kdb5_util", &["create", "-s", "-r", "EXAMPLE.TEST", "-P", "master"], "");
        for query in [
            "addprinc -pw s3cret ann",
            "addprinc -randkey HTTP/localhost",
            &format!("ktadd -k {path}/keytab HTTP/localhost"),
        ] {
            Self::run(&folder, "kadmin.local", &["-q", query], "");
        }
        let kdc = Self::command(&folder, "krb5kdc").arg("-n").stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let realm = Self { kdc: kdc.expect("krb5kdc"), folder };
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            if Self::feed(&realm.folder, "kinit", &["ann"], "s3cret\n").status.success() {
                return realm;
            }
            assert!(Instant::now() < until, "the KDC gives no ticket");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Starts the realm, and this very test again where its variables are set.
#[test]
fn tickets_of_a_real_kdc_sign_and_encrypt() {
    if std::env::var_os("WSS_KERBEROS_INSIDE").is_some() {
        return inside();
    }
    if std::env::var_os("WSS_INTEROP").is_none_or(|value| value != "1") {
        eprintln!("SKIPPED: WSS_INTEROP=1 is not set, no KDC was started");
        return;
    }
    let realm = Realm::start();
    let status = Realm::command(&realm.folder, &std::env::current_exe().expect("this test").display().to_string())
        .args(["tickets_of_a_real_kdc_sign_and_encrypt", "--exact", "--nocapture"])
        .env("WSS_KERBEROS_INSIDE", "1")
        .status()
        .expect("started");
    assert!(status.success());
}

fn receiver() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).kerberos_token();
    Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache)
        .kerberos(Acceptor::new().expect("MIT"))
}

fn inside() {
    let initiator = || Initiator::new(SERVICE).expect("MIT");
    assert_eq!(Initiator::new("no service").err(), Some(Error::Name { name: "no service".to_owned() }));
    assert!(Initiator::new("HTTP@elsewhere.test").expect("MIT").ticket().is_none(), "the KDC does not know it");
    for form in [KerberosForm::Gss, KerberosForm::ApReq, KerberosForm::Gss4120, KerberosForm::ApReq1510] {
        for derived in [None, Some(SecureConversation::V1_3)] {
            let token = ProtectionToken::kerberos(initiator()).kerberos_form(form);
            let token = derived.map_or(token.clone(), |version| token.derived_keys(version));
            let signing = Signing::with_token(&token).parts([Part::Body, Part::Timestamp, Part::Token]);
            let mut recipe = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing);
            if derived.is_some() {
                recipe = recipe.encrypt(Encrypting::with_token(&token).parts([Part::Body]));
            }
            let (message, sent) = recipe.plan().expect("a plan").secure_request(ENVELOPE).expect("secured");
            let opened = receiver().open(&message).unwrap_or_else(|error| panic!("{form:?}: {error:?}\n{message}"));
            assert!(matches!(opened.signer(), Signer::Kerberos { principal } if principal == "ann@EXAMPLE.TEST"));
            assert!(opened.body().xml().contains("4711"));
            // MIT's own cache knows the authenticator.
            assert!(matches!(receiver().open(&message), Err(OpenError::NoKey)));

            // The reply names the ticket by its SHA-1 and sends it no more.
            let token = ProtectionToken::of_request();
            let token = derived.map_or(token.clone(), |version| token.derived_keys(version));
            let reply = Recipe::new()
                .timestamp(Duration::from_secs(300))
                .signature_confirmation()
                .sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]));
            let reply = reply.plan().expect("a plan").secure_reply(ENVELOPE, opened.exchange()).expect("secured");
            assert!(reply.contains("#Kerberosv5APREQSHA1") && !reply.contains("BinarySecurityToken"));
            let client = Receiver::new(
                Trust::no_certificates(),
                Requirements::signed([Part::Body, Part::Timestamp]).signature_confirmation(),
                DangerousNoReplayCache,
            );
            let received = client.open_reply(&reply, &sent).expect("opens");
            assert_eq!(received.signer(), &Signer::Exchange);
            assert!(client.open(&reply).is_err());
        }
    }
    // A fresh message whose MAC, or whose ticket, was changed.
    let token = ProtectionToken::kerberos(initiator());
    let plan = Recipe::new()
        .timestamp(Duration::from_secs(300))
        .sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]))
        .plan()
        .expect("a plan");
    let message = plan.secure(ENVELOPE).expect("secured");
    assert!(receiver().open(message.replace("4711", "4712")).is_err());
    let message = plan.secure(ENVELOPE).expect("secured");
    let start = message.find("<wsse:BinarySecurityToken").expect("a token");
    let at = start + message[start..].find('>').expect("its tag") + 400;
    let changed = if message.as_bytes()[at] == b'A' { "B" } else { "A" };
    assert!(receiver().open(format!("{}{changed}{}", &message[..at], &message[at + 1..])).is_err());
}
