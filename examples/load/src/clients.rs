//! The clients.

use std::time::{Duration, Instant};

use http::Request;
use tokio::task::JoinSet;
use tower::{Layer, Service, ServiceExt};
use ws_security::prelude::*;
use wss_tower::{HttpClient, SecureLayer, SecureService, SoapMessage};

use crate::process::{self, Taken};
use crate::{Error, envelope, identity, receiver, recipe};

/// How a service is loaded.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// How many requests are under way at a time.
    pub clients: usize,
    /// How long.
    pub time: Duration,
    /// The process of the service, which is watched.
    pub pid: Option<u32>,
}

/// What came of a load.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// How long each exchange took, in microseconds; the shortest first.
    pub latencies: Vec<u64>,
    /// Exchanges that failed.
    pub failed: usize,
    /// Why the first of them failed.
    pub first_failure: Option<String>,
    /// How long the load was on.
    pub time: Duration,
    /// What the service had taken at each tenth of the time.
    pub taken: Vec<Taken>,
}

impl Outcome {
    /// The latency, in milliseconds, that a part of the exchanges did not pass.
    #[must_use]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "figures")]
    pub fn latency(&self, part: f64) -> f64 {
        let at = (self.latencies.len().saturating_sub(1) as f64 * part) as usize;
        self.latencies.get(at).map_or(0.0, |latency| *latency as f64 / 1_000.0)
    }

    /// The service's time of the processor for each exchange.
    #[must_use]
    pub fn cpu_of_one(&self) -> Option<Duration> {
        let cpu = self.taken.last()?.cpu.checked_sub(self.taken.first()?.cpu)?;
        cpu.checked_div(u32::try_from(self.latencies.len()).ok()?)
    }
}

impl std::fmt::Display for Outcome {
    #[expect(clippy::cast_precision_loss, reason = "figures")]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let answered = self.latencies.len();
        let rate = answered as f64 / self.time.as_secs_f64();
        writeln!(
            f,
            "{answered} exchanges in {:.0} s, {rate:.0} a second; {} failed",
            self.time.as_secs_f64(),
            self.failed
        )?;
        if let Some(why) = &self.first_failure {
            writeln!(f, "the first that failed: {why}")?;
        }
        let [half, most, all] = [0.5, 0.99, 1.0].map(|part| self.latency(part));
        writeln!(f, "latency: {half:.0} ms half, {most:.0} ms 99 of 100, {all:.0} ms the longest")?;
        if let Some(cpu) = self.cpu_of_one() {
            writeln!(f, "time of the service's processor: {:.2} ms an exchange", cpu.as_secs_f64() * 1_000.0)?;
        }
        let memory = self.taken.iter().map(|taken| (taken.resident >> 20).to_string()).collect::<Vec<_>>();
        match memory.is_empty() {
            true => Ok(()),
            false => writeln!(f, "memory of the service at each tenth, in MiB: {}", memory.join(" ")),
        }
    }
}

/// Loads the service at `url`. Each client signs a request, sends it, and opens the reply, again and again.
///
/// # Errors
/// If a key file cannot be read, or the service cannot be reached at all.
pub async fn load(url: &str, load: Load) -> Result<Outcome, Error> {
    let mut bank = bank()?;
    // The first exchange tells whether there is such a service.
    exchange(&mut bank, url).await?;
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..load.clients {
        let (mut bank, url) = (bank.clone(), url.to_owned());
        clients.spawn(async move {
            let mut own = Outcome::default();
            while started.elapsed() < load.time {
                let asked = Instant::now();
                match exchange(&mut bank, &url).await {
                    Ok(()) => own.latencies.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX)),
                    Err(error) => {
                        own.failed += 1;
                        own.first_failure.get_or_insert_with(|| error.to_string());
                    }
                }
            }
            own
        });
    }
    let mut outcome = Outcome::default();
    for _ in 0..=10 {
        outcome.taken.extend(load.pid.and_then(process::taken));
        tokio::time::sleep(load.time / 10).await;
    }
    while let Some(own) = clients.join_next().await {
        let own = own?;
        outcome.latencies.extend(own.latencies);
        outcome.failed += own.failed;
        outcome.first_failure = outcome.first_failure.or(own.first_failure);
    }
    outcome.time = started.elapsed();
    outcome.latencies.sort_unstable();
    Ok(outcome)
}

fn bank() -> Result<SecureService<HttpClient>, Error> {
    let (own, bank) = (identity("alice")?, identity("bob")?);
    let plan = recipe(Signing::with(&own), Encrypting::to(bank.certificate())).plan()?;
    let http = HttpClient(reqwest::Client::builder().no_proxy().build()?);
    Ok(SecureLayer::new(plan, receiver(own, &bank)?).layer(http))
}

/// One request of about 1 KB, and its reply, which must have what was asked.
async fn exchange(bank: &mut SecureService<HttpClient>, url: &str) -> Result<(), Error> {
    let lines = (0..12)
        .map(|line| format!("<line number=\"{line}\"><to>Ann, Example Street 9</to><amount>47.11</amount></line>"));
    let lines = lines.collect::<String>();
    let order = envelope(&format!("<pay xmlns=\"urn:bank\">{lines}</pay>"));
    let request = Request::post(url).body(SoapMessage::from(order))?;
    let reply = bank.ready().await?.call(request).await?.into_body();
    let body = reply.body().xml();
    match body.contains("accepted") && body.contains("<amount>47.11</amount></line></") {
        true => Ok(()),
        false => Err(format!("another reply: {body}").into()),
    }
}
