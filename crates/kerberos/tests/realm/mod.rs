//! A real KDC on loopback: MIT's `krb5kdc`, with a user `ann` whose ticket is in the cache, and the key table of the
//! service `HTTP/localhost`. Ends, and is removed, when it is dropped.

use std::io::Write as _;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub(crate) struct Realm {
    pub(crate) folder: PathBuf,
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

    pub(crate) fn start() -> Self {
        // A test executable may start several at once.
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let name = format!("wss-kdc-{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
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

    /// Runs one test of this executable again, where the variables of the realm are set.
    pub(crate) fn run_inside(&self, test: &str, more: &[(&str, String)]) {
        let own = std::env::current_exe().expect("this test").display().to_string();
        let status = Self::command(&self.folder, &own)
            .args([test, "--exact", "--nocapture"])
            .envs(more.iter().map(|(name, value)| (name, value)))
            .env("WSS_KERBEROS_INSIDE", "1")
            .status();
        assert!(status.expect("started").success());
    }
}

/// Whether this process was started by [`Realm::run_inside`].
pub(crate) fn is_inside() -> bool {
    std::env::var_os("WSS_KERBEROS_INSIDE").is_some()
}
