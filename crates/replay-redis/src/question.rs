//! The request to Redis, and the meaning of its answer.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use wss_text::push_hex;

use redis::{Pipeline, RedisResult, Value};
use wss_replay::ReplayError;

use crate::settings::RedisReplay;

/// One insertion: `SET key 1 NX PX milliseconds`, which is the atomic step, and `ECHO mark`, which shows that the
/// answers belong to this request.
pub(crate) struct Question {
    pub(crate) pipeline: Pipeline,
    mark: String,
    replicas: usize,
}

impl Question {
    pub(crate) fn new(settings: &RedisReplay, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Self {
        let mark = new_mark();
        let mut name = settings.prefix.clone();
        push_hex(key, &mut name);
        // Errors come as values, each in its place.
        let mut pipeline = redis::pipe();
        pipeline.ignore_errors();
        pipeline.cmd("SET").arg(name).arg("1").arg("NX").arg("PX").arg(milliseconds(until, now, settings.margin));
        if settings.replicas > 0 {
            pipeline.cmd("WAIT").arg(settings.replicas).arg(settings.timeout.as_millis() as u64);
        }
        pipeline.cmd("ECHO").arg(&mark);
        Self { pipeline, mark, replicas: settings.replicas }
    }

    /// Whether the key was new. An answer that is not understood is a failure.
    pub(crate) fn judge(&self, answer: RedisResult<Value>) -> Result<(), ReplayError> {
        let answer = answer.map_err(ReplayError::failed)?;
        let (set, waited, echo) = match answer.as_sequence().unwrap_or_default() {
            [set, echo] if self.replicas == 0 => (set, None, echo),
            [set, waited, echo] if self.replicas > 0 => (set, Some(waited), echo),
            _ => return Err(ReplayError::failed("Redis gave another number of answers than there were questions")),
        };
        if let Value::ServerError(error) = set {
            return Err(match error.code() {
                "OOM" => ReplayError::Full,
                code => ReplayError::failed(format!("{code} {}", error.details().unwrap_or_default())),
            });
        }
        if *echo != Value::BulkString(self.mark.as_bytes().to_vec()) {
            return Err(ReplayError::failed("the answer of Redis belongs to another question"));
        }
        match (set, waited) {
            (Value::Nil, _) => Err(ReplayError::Seen),
            (Value::Okay, None) => Ok(()),
            (Value::Okay, Some(Value::Int(count))) if *count >= self.replicas as i64 => Ok(()),
            (Value::Okay, Some(_)) => Err(ReplayError::failed("too few replicas of Redis have the entry")),
            _ => Err(ReplayError::failed("Redis answers SET neither with OK nor with nil")),
        }
    }
}

/// The time from `now` until after `until`, and the margin: at least a millisecond, since Redis refuses zero.
fn milliseconds(until: SystemTime, now: SystemTime, margin: Duration) -> i64 {
    let kept = until.duration_since(now).unwrap_or_default().saturating_add(margin);
    // Redis adds this to its clock, and refuses a sum that overflows.
    i64::try_from(kept.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX).clamp(1, i64::MAX / 2)
}

/// A text that no other request has: none of this process, and none of another except by an accident of 64 bits.
fn new_mark() -> String {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}{:x}", *PROCESS, COUNT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use redis::Value;
    use wss_replay::ReplayError;

    use super::{Question, milliseconds};
    use crate::RedisReplay;

    fn question(replicas: usize) -> Question {
        let settings = RedisReplay::at("redis://localhost").expect("an address").replicas(replicas);
        let now = SystemTime::now();
        Question::new(&settings, &[7; 32], now + Duration::from_secs(1), now)
    }

    fn judge(question: &Question, values: &[Value]) -> Result<(), ReplayError> {
        let echo = Value::BulkString(question.mark.as_bytes().to_vec());
        question.judge(Ok(Value::Array([values, &[echo]].concat())))
    }

    #[test]
    fn nothing_but_ok_accepts() {
        let plain = question(0);
        assert_eq!(judge(&plain, &[Value::Okay]), Ok(()));
        assert_eq!(judge(&plain, &[Value::Nil]), Err(ReplayError::Seen));
        let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        for other in [Value::Int(1), text("OK"), Value::SimpleString("QUEUED".into()), Value::Boolean(true)] {
            assert!(matches!(judge(&plain, &[other]), Err(ReplayError::Failed { .. })));
        }
        for few_or_many in [vec![], vec![Value::Okay, Value::Okay]] {
            assert!(matches!(judge(&plain, &few_or_many), Err(ReplayError::Failed { .. })));
        }
        let other = question(0);
        let mark = Value::BulkString(other.mark.into_bytes());
        assert!(matches!(plain.judge(Ok(Value::Array(vec![Value::Okay, mark]))), Err(ReplayError::Failed { .. })));
    }

    #[test]
    fn enough_replicas_must_have_the_entry() {
        let two = question(2);
        assert_eq!(judge(&two, &[Value::Okay, Value::Int(2)]), Ok(()));
        assert_eq!(judge(&two, &[Value::Nil, Value::Int(0)]), Err(ReplayError::Seen));
        assert!(matches!(judge(&two, &[Value::Okay, Value::Int(1)]), Err(ReplayError::Failed { .. })));
        assert!(matches!(judge(&two, &[Value::Okay]), Err(ReplayError::Failed { .. })));
    }

    #[test]
    fn entries_are_kept_for_the_window_and_the_margin_rounded_up() {
        let now = SystemTime::now();
        let (tick, none) = (Duration::from_nanos(1), Duration::ZERO);
        assert_eq!(milliseconds(now, now, none), 1);
        assert_eq!(milliseconds(now - Duration::from_secs(9), now, none), 1);
        assert_eq!(milliseconds(now + Duration::from_secs(1) + tick, now, none), 1_001);
        assert_eq!(milliseconds(now + Duration::from_secs(1), now, Duration::from_secs(60)), 61_000);
        assert_eq!(milliseconds(now, now, Duration::MAX), i64::MAX / 2);
    }
}
