//! What a process of `wss` takes, as the kernel tells.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What a process took, as `wait4` tells.
pub(crate) struct Usage {
    pub(crate) code: i32,
    /// In user and system mode.
    pub(crate) time: Duration,
    /// The most memory that was resident, in octets.
    pub(crate) peak: usize,
}

/// The first fields of `struct rusage`, and room for the others.
#[repr(C)]
#[derive(Default)]
struct Rusage {
    user: [std::ffi::c_long; 2],
    system: [std::ffi::c_long; 2],
    max_resident_kibibytes: std::ffi::c_long,
    others: [std::ffi::c_long; 13],
}

#[allow(unsafe_code, reason = "a function of the C library")]
unsafe extern "C" {
    fn wait4(process: i32, status: *mut i32, options: i32, usage: *mut Rusage) -> i32;
}

#[allow(unsafe_code, reason = "the standard library does not tell what a process took")]
fn ended(process: u32) -> Usage {
    let (mut status, mut usage) = (0, Rusage::default());
    let waited = unsafe { wait4(process as i32, &raw mut status, 0, &raw mut usage) };
    assert_eq!(waited, process as i32);
    let duration = |[seconds, micros]: [std::ffi::c_long; 2]| {
        Duration::from_secs(seconds as u64) + Duration::from_micros(micros as u64)
    };
    Usage {
        // Of a process that exited; a signal leaves -1.
        code: if status & 0x7F == 0 { (status >> 8) & 0xFF } else { -1 },
        time: duration(usage.user) + duration(usage.system),
        peak: usage.max_resident_kibibytes as usize * 1_024,
    }
}

/// Runs `wss`, and tells what it took.
#[expect(clippy::zombie_processes, reason = "`ended` waits for it")]
pub(crate) fn run(subcommand: &[&str], message: &Path) -> Usage {
    let child = Command::new(env!("CARGO_BIN_EXE_wss"))
        .args(subcommand)
        .arg(message)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("wss starts");
    ended(child.id())
}

/// The most memory that this process had resident: the kernel counts it for a child that it starts, too.
pub(crate) fn own_peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("the status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1_024
}
