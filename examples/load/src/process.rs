//! What a process has taken, as Linux tells it.

use std::time::Duration;

/// What a process has taken.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// Its time of the processor, in the kernel too.
    pub cpu: Duration,
    /// Its memory that is in use now, in octets.
    pub resident: u64,
}

/// What the process `pid` has taken. `None` if there is no such process, or no `/proc`.
#[must_use]
pub fn taken(pid: u32) -> Option<Taken> {
    // The kernel counts in hundredths of a second for everybody who reads this file.
    const TICK: u32 = 10;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program is in parentheses, and may have spaces. The times are the fields 14 and 15 of the file.
    let mut times = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let ticks = times.next()?.parse::<u32>().ok()? + times.next()?.parse::<u32>().ok()?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = resident.trim().trim_end_matches(" kB").parse().ok()?;
    Some(Taken { cpu: Duration::from_millis(u64::from(ticks) * u64::from(TICK)), resident: kibibytes << 10 })
}
