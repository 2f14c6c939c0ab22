//! The line that Lambda logs at the end of an invocation.

use super::outcome::Status;
use rhambda::settings::LogFormat;
use serde_json::{json, Value};
use std::time::{Duration, SystemTime};

/// The figures of an invocation.
pub(crate) struct Report {
    pub(crate) request_id: String,
    /// How long the init phase took; `None` when it failed.
    pub(crate) init: Option<Duration>,
    /// How long the invocation took, or the init phase that failed.
    pub(crate) duration: Duration,
    /// The function's.
    pub(crate) memory_mb: u32,
    /// Where it is known.
    pub(crate) peak_memory_mb: Option<u64>,
}

impl Report {
    /// The line, without its end.
    pub(crate) fn line(&self, status: &Status, format: LogFormat) -> String {
        match format {
            LogFormat::Text => self.text(status),
            LogFormat::Json => self.json(status, SystemTime::now()).to_string(),
        }
    }

    fn text(&self, status: &Status) -> String {
        let mut fields = vec![
            format!("REPORT RequestId: {}", self.request_id),
            format!("Duration: {:.2} ms", ms(self.duration)),
            format!("Billed Duration: {} ms", self.billed_ms()),
            format!("Memory Size: {} MB", self.memory_mb),
        ];
        fields.extend(self.peak_memory_mb.map(|mb| format!("Max Memory Used: {mb} MB")));
        fields.extend(self.init.map(|init| format!("Init Duration: {:.2} ms", ms(init))));
        match status {
            Status::Success | Status::FunctionError => {}
            Status::Failed(error_type) => {
                fields.extend(["Status: error".into(), format!("Error Type: {error_type}")]);
            }
            Status::Timeout => fields.push("Status: timeout".into()),
        }
        fields.join("\t")
    }

    /// See "Lambda Telemetry API Event schema reference" in the AWS Lambda developer guide.
    fn json(&self, status: &Status, now: SystemTime) -> Value {
        let mut metrics = json!({
            "durationMs": ms(self.duration),
            "billedDurationMs": self.billed_ms(),
            "memorySizeMB": self.memory_mb,
        });
        if let Some(mb) = self.peak_memory_mb {
            metrics["maxMemoryUsedMB"] = mb.into();
        }
        if let Some(init) = self.init {
            metrics["initDurationMs"] = ms(init).into();
        }
        let mut record = json!({ "requestId": self.request_id, "metrics": metrics });
        record["status"] = match status {
            Status::Success => "success".into(),
            Status::FunctionError | Status::Failed(_) => "error".into(),
            Status::Timeout => "timeout".into(),
        };
        if let Status::Failed(error_type) = status {
            record["errorType"] = error_type.as_str().into();
        }
        let time = humantime::format_rfc3339_millis(now).to_string();
        json!({ "time": time, "type": "platform.report", "record": record })
    }

    /// Lambda bills the init phase too, and every millisecond begun.
    fn billed_ms(&self) -> u128 {
        (self.init.unwrap_or_default() + self.duration).as_micros().div_ceil(1000)
    }
}

/// Milliseconds to two decimal places.
fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn report() -> Report {
        Report {
            request_id: "r-1".into(),
            init: Some(Duration::from_micros(4560)),
            duration: Duration::from_micros(1230),
            memory_mb: 128,
            peak_memory_mb: Some(5),
        }
    }

    const FIGURES: &str =
        "REPORT RequestId: r-1\tDuration: 1.23 ms\tBilled Duration: 6 ms\tMemory Size: 128 MB\t\
                           Max Memory Used: 5 MB\tInit Duration: 4.56 ms";

    #[test]
    fn text() {
        assert_eq!(report().text(&Status::Success), FIGURES);
        assert_eq!(report().text(&Status::FunctionError), FIGURES);
        assert_eq!(report().text(&Status::Timeout), format!("{FIGURES}\tStatus: timeout"));
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let failed = Status::Failed("Runtime.ExitError".into());
        let report =
            Report { init: None, peak_memory_mb: None, duration: Duration::from_secs(3), ..report() };
        assert_eq!(
            report.text(&failed),
            "REPORT RequestId: r-1\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\t\
             Status: error\tError Type: Runtime.ExitError"
        );
    }

    #[test]
    fn json_form() {
        assert_eq!(
            report().json(&Status::Success, UNIX_EPOCH),
            json!({
                "time": "1970-01-01T00:00:00.000Z",
                "type": "platform.report",
                "record": {
                    "requestId": "r-1",
                    "metrics": { "durationMs": 1.23, "billedDurationMs": 6, "memorySizeMB": 128,
                                 "maxMemoryUsedMB": 5, "initDurationMs": 4.56 },
                    "status": "success",
                },
            })
        );
        let failed = Status::Failed("Runtime.ExitError".into());
        let record = &report().json(&failed, UNIX_EPOCH)["record"];
        assert_eq!((&record["status"], &record["errorType"]), (&json!("error"), &json!("Runtime.ExitError")));
    }
}
