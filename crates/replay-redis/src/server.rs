//! Whether a server keeps its entries.

use redis::{Cmd, RedisResult};

use crate::error::RedisStoreError;

/// The request for information about memory and replication.
pub(crate) fn info() -> Cmd {
    redis::cmd("INFO")
}

pub(crate) fn judge(answer: RedisResult<String>) -> Result<(), RedisStoreError> {
    let info = answer.map_err(|error| RedisStoreError::Unreachable { cause: error.to_string().into() })?;
    let field = |name: &str| {
        let mut lines = info.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    };
    match (field("role"), field("maxmemory"), field("maxmemory_policy")) {
        (Some("slave" | "replica"), ..) => Err(RedisStoreError::Replica),
        (Some(_), Some("0"), Some(_)) | (Some(_), Some(_), Some("noeviction")) => Ok(()),
        (Some(_), Some(_), Some(policy)) => Err(RedisStoreError::Evicts { policy: policy.into() }),
        _ => Err(RedisStoreError::Unreachable { cause: "INFO has neither role nor maxmemory".into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::error::RedisStoreError;

    #[test]
    fn servers_that_evict_or_cannot_be_written_are_refused() {
        let info = |memory: &str, policy: &str, role: &str| {
            let text = format!(
                "# Memory\r\nmaxmemory:{memory}\r\nmaxmemory_policy:{policy}\r\n# Replication\r\nrole:{role}\r\n"
            );
            judge(Ok(text))
        };
        assert_eq!(info("0", "allkeys-lru", "master"), Ok(()));
        assert_eq!(info("1048576", "noeviction", "master"), Ok(()));
        let evicts = RedisStoreError::Evicts { policy: "volatile-ttl".into() };
        assert_eq!(info("1048576", "volatile-ttl", "master"), Err(evicts));
        assert_eq!(info("0", "noeviction", "slave"), Err(RedisStoreError::Replica));
        assert!(judge(Ok("maxmemory:0".to_owned())).is_err());
    }
}
