//! The function as Lambda would describe it to its runtime.

use crate::input;
use rhambda::settings::LogFormat;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// A function's configuration.
pub(crate) struct Function {
    /// Absolute.
    pub(crate) task_root: PathBuf,
    /// The handler setting, as it is.
    pub(crate) handler: String,
    pub(crate) timeout: Duration,
    pub(crate) memory_mb: u32,
    pub(crate) log_format: LogFormat,
    pub(crate) region: String,
    /// Whether it gets all of the developer's variables.
    pub(crate) inherits_env: bool,
    /// The user's own variables; they come before all others.
    pub(crate) variables: Vec<(String, String)>,
}

impl Function {
    /// The name that the function would have.
    pub(crate) fn name(&self) -> String {
        input::function_name(&self.task_root)
    }

    /// The name of no real function, but one of their form.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:lambda:{}:123456789012:function:{}", self.region, self.name())
    }

    /// What the runtime finds in its environment, beside what is there anyway.
    ///
    /// See "Defined runtime environment variables" in the AWS Lambda developer guide.
    pub(crate) fn environment(&self, runtime_api: SocketAddr) -> Vec<(String, String)> {
        let log_format = match self.log_format {
            LogFormat::Text => "Text",
            LogFormat::Json => "JSON",
        };
        let lambdas = [
            ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()),
            ("_HANDLER", self.handler.clone()),
            ("LAMBDA_TASK_ROOT", self.task_root.to_string_lossy().into_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", self.name()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.memory_mb.to_string()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".into()),
            ("AWS_LAMBDA_LOG_FORMAT", log_format.into()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", self.name())),
            ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream(SystemTime::now())),
            ("AWS_REGION", self.region.clone()),
            ("AWS_DEFAULT_REGION", self.region.clone()),
            ("TZ", ":UTC".into()),
        ];
        let lambdas = lambdas.map(|(name, value)| (name.to_owned(), value));
        lambdas.into_iter().chain(self.variables.iter().cloned()).collect()
    }
}

/// `2026/11/22/[$LATEST]` and the environment's id.
fn log_stream(today: SystemTime) -> String {
    let time = humantime::format_rfc3339_seconds(today).to_string();
    let day = time[.."2026-11-22".len()].replace('-', "/");
    format!("{day}/[$LATEST]{}", Uuid::new_v4().simple())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn function(task_root: &str) -> Function {
        Function {
            task_root: task_root.into(),
            handler: "a.b".into(),
            timeout: Duration::from_secs(3),
            memory_mb: 128,
            log_format: LogFormat::Text,
            region: "eu-central-1".into(),
            inherits_env: false,
            variables: vec![("TZ".into(), "CET".into())],
        }
    }

    #[test]
    fn arns_have_the_functions_name() {
        assert_eq!(function("/x/my app").arn(), "arn:aws:lambda:eu-central-1:123456789012:function:my-app");
    }

    #[test]
    fn log_streams_have_lambdas_form() {
        let stream = log_stream(UNIX_EPOCH);
        let id = stream.strip_prefix("1970/01/01/[$LATEST]").unwrap();
        assert!(id.len() == 32 && id.chars().all(|c| c.is_ascii_hexdigit()), "{stream}");
    }

    #[test]
    fn the_users_variables_come_last() {
        let environment = function("/a").environment(([127, 0, 0, 1], 9001).into());
        assert_eq!(environment[0], ("AWS_LAMBDA_RUNTIME_API".into(), "127.0.0.1:9001".into()));
        assert_eq!(environment.last().unwrap(), &("TZ".into(), "CET".into()));
    }
}
