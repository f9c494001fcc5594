//! Writes the kept inputs of `fuzz/corpus`: files of `vectors/`, and short random decisions for each target.

use std::path::Path;

use wss_fuzz_harness::choices::{Choices, seeded};
use wss_fuzz_harness::parties::file;
use wss_fuzz_harness::{random_xml, targets};

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let keep = |target: &str, name: &str, octets: &[u8]| {
        let folder = root.join("corpus").join(target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(name), octets)
    };
    for seed in 0..8 {
        let octets = seeded(seed, 64);
        keep("open", &format!("decisions-{seed}"), &octets)?;
        for target in ["parse", "package", "certificate", "report"] {
            keep(target, &format!("decisions-{seed}"), &[&[0], &octets[..]].concat())?;
        }
        keep("c14n", &format!("decisions-{seed}"), &[&[1], &octets[..]].concat())?;
        keep("graft", &format!("decisions-{seed}"), &seeded(seed, 256))?;
        let document = random_xml::document(&mut Choices::new(&octets));
        for target in ["parse", "c14n"] {
            keep(target, &format!("document-{seed}.xml"), document.as_bytes())?;
        }
    }
    for name in ["soap11-sign-RsaSha256-valid.xml", "soap12-encrypt-sign-EcdsaSha256-valid.xml"] {
        let message = std::fs::read(root.join("../vectors/messages").join(name))?;
        for target in ["parse", "c14n", "open", "report"] {
            keep(target, name, &message)?;
        }
    }
    for (n, package) in targets::packages().iter().enumerate() {
        keep("package", &format!("package-{n}.mime"), package)?;
    }
    let names = [
        "alice.pem",
        "ec256.pem",
        "ca.crl",
        "alice.p12",
        "alice.key",
        "alice.enc.key",
        "alice.pkcs1.key",
        "ec256.sec1.key",
        "dave.p7b",
        "v1.pem",
    ];
    for name in names {
        keep("certificate", name, &file(name))?;
    }
    keep("certificate", "name", b"CN=Alice, O=\"Example, Inc\", C=DE")
}
