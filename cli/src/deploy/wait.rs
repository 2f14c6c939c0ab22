//! Waits for Lambda, which answers before it is done.
//!
//! See "Lambda function states" in the AWS Lambda developer guide.

use super::read::qualifier;
use crate::aws::{function_path, Aws};
use anyhow::{bail, Result};
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};

/// The longest that a change may take.
const LIMIT: Duration = Duration::from_mins(5);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How far Lambda is.
#[derive(Debug, PartialEq, Eq)]
enum Progress {
    Done,
    AtIt,
    Failed(String),
}

/// Waits until the function, or this version of it, can be invoked and changed.
///
/// # Errors
/// When it cannot be, or not in time.
pub(super) fn until_active(aws: &Aws, name: &str, version: Option<&str>) -> Result<()> {
    let started = Instant::now();
    let path = function_path(name, "/configuration");
    let mut pause = FIRST_PAUSE;
    loop {
        let response = aws.lambda("GET", &path, &qualifier(version), None);
        match progress(&response.map_err(|error| aws.explain(&error))?) {
            Progress::Done => return Ok(()),
            Progress::Failed(why) => bail!("Lambda reports a failure: {why}"),
            Progress::AtIt if started.elapsed() > LIMIT => {
                bail!(
                    "Lambda has not finished after {} seconds; check the function in the console",
                    LIMIT.as_secs()
                )
            }
            Progress::AtIt => {}
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn progress(configuration: &Value) -> Progress {
    let text = |name: &str| configuration[name].as_str().unwrap_or_default();
    let why = |name: &str| Progress::Failed(text(name).to_owned());
    match (text("State"), text("LastUpdateStatus")) {
        ("Failed", _) => why("StateReason"),
        (_, "Failed") => why("LastUpdateStatusReason"),
        ("Pending", _) | (_, "InProgress") => Progress::AtIt,
        _ => Progress::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn states() {
        for (configuration, expected) in [
            (json!({ "State": "Active", "LastUpdateStatus": "Successful" }), Progress::Done),
            (json!({ "State": "Inactive", "LastUpdateStatus": "Successful" }), Progress::Done),
            (json!({}), Progress::Done),
            (json!({ "State": "Pending", "LastUpdateStatus": "Successful" }), Progress::AtIt),
            (json!({ "State": "Active", "LastUpdateStatus": "InProgress" }), Progress::AtIt),
            (json!({ "State": "Failed", "StateReason": "no" }), Progress::Failed("no".into())),
            (
                json!({ "State": "Active", "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "bad zip" }),
                Progress::Failed("bad zip".into()),
            ),
        ] {
            assert_eq!(progress(&configuration), expected, "{configuration}");
        }
    }
}
