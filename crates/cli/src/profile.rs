//! `wss profile`: the content of a profile, and the schema of profiles.

use std::sync::Arc;

use ws_security::DangerousNoReplayCache;
use wss_profile::{Profile, schema};

use crate::args::ProfileArgs;
use crate::output::{self, Outcome, could_not};

pub(crate) fn run(arguments: &ProfileArgs) -> Outcome {
    let Some(path) = &arguments.file else {
        return output::write_json(None, &schema());
    };
    let profile = Profile::read(path)?;
    let mut lines = Vec::new();
    if let Some(sending) = &profile.secure {
        sending.recipe()?.plan().map_err(could_not)?;
        sending.addressing()?;
        lines.push("secure: a recipe that can be carried out\n");
    }
    if let Some(receiving) = &profile.verify {
        receiving.receiver(Arc::new(DangerousNoReplayCache))?;
        lines.push("verify: a receiver\n");
    }
    output::write(None, lines.concat().as_bytes())
}
