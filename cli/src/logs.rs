//! `rhambda logs`: what a function in AWS logged, and logs.

use crate::aws::{self, code, function_path, Aws};
use crate::visible;
use ::aws::Error;
use anyhow::{bail, Result};
use serde_json::{json, Value};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Between two looks for more.
const PAUSE: Duration = Duration::from_secs(1);
/// `CloudWatch` takes some time to show an event, and not in the order of their times: so much is looked
/// at again.
const OVERLAP: Duration = Duration::from_secs(30);

const EXAMPLES: &str = "\
Examples:
  rhambda logs hello                       the last ten minutes
  rhambda logs hello --since 2h            the last two hours
  rhambda logs hello --follow              and new ones, until Ctrl-C
  rhambda logs hello --filter ERROR        with a CloudWatch filter pattern";

/// The command-line arguments.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The function's name
    name: String,
    /// Keep showing new events, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// How far to look back, such as 30s, 10m or 2h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = humantime::parse_duration)]
    since: Duration,
    /// Show only events that match this filter pattern
    #[arg(long, value_name = "PATTERN")]
    filter: Option<String>,
    #[command(flatten)]
    aws: aws::Options,
}

/// A log to show.
pub(crate) struct Request {
    name: String,
    follow: bool,
    since: SystemTime,
    filter: Option<String>,
    aws: aws::Settings,
}

impl Arguments {
    /// Nothing of it can be wrong.
    pub(crate) fn resolve(self) -> Request {
        Request {
            name: self.name,
            follow: self.follow,
            since: SystemTime::now().checked_sub(self.since).unwrap_or(UNIX_EPOCH),
            filter: self.filter,
            aws: self.aws.resolve(None),
        }
    }
}

/// Shows the log on stdout.
///
/// # Errors
/// When there is no such function, or AWS refuses.
pub(crate) fn logs(request: &Request) -> Result<ExitCode> {
    let aws = Aws::new(request.aws.clone())?;
    let group = log_group(&aws, &request.name)?;
    let mut window = Window { from: request.since, shown: Shown::default() };
    loop {
        let events = match events(&aws, &group, window.from, request.filter.as_deref()) {
            Err(error) if code(&error) != "ResourceNotFoundException" => return Err(aws.explain(&error)),
            Err(_) if !request.follow => bail!(
                "the log group {group} does not exist yet: the function was not invoked, or its role does not allow it to write \
                 one (AWSLambdaBasicExecutionRole does)"
            ),
            events => events.unwrap_or_default(),
        };
        for event in window.new_ones(&events) {
            if !print(event)? {
                return Ok(ExitCode::SUCCESS);
            }
        }
        if !request.follow {
            return Ok(ExitCode::SUCCESS);
        }
        thread::sleep(PAUSE);
    }
}

/// Where the function logs.
fn log_group(aws: &Aws, name: &str) -> Result<String> {
    let response = aws.lambda("GET", &function_path(name, "/configuration"), &[], None);
    let configuration = response.map_err(|error| aws.explain(&error))?;
    let group = configuration["LoggingConfig"]["LogGroup"].as_str().filter(|group| !group.is_empty());
    Ok(group.map_or_else(|| format!("/aws/lambda/{name}"), str::to_owned))
}

fn events(aws: &Aws, group: &str, from: SystemTime, filter: Option<&str>) -> Result<Vec<Value>, Error> {
    let mut events = Vec::new();
    let mut parameters = json!({ "logGroupName": group, "startTime": ms(from) });
    if let Some(filter) = filter {
        parameters["filterPattern"] = filter.into();
    }
    loop {
        let mut response = aws.call("logs", "FilterLogEvents", &parameters)?;
        if let Value::Array(page) = response["events"].take() {
            events.extend(page);
        }
        match response["nextToken"].take() {
            Value::Null => return Ok(events),
            token => parameters["nextToken"] = token,
        }
    }
}

/// From when on to look, and what was seen since then.
struct Window {
    from: SystemTime,
    shown: Shown,
}

/// What tells events apart, and when they were.
type Shown = BTreeMap<String, u64>;

impl Window {
    /// The events that were not shown yet. The window moves on with them.
    fn new_ones<'a>(&mut self, events: &'a [Value]) -> Vec<&'a Value> {
        let mut same = HashMap::new();
        let mut new = Vec::new();
        for event in events {
            // Emulators give no ids: there the same line of the same time is told apart by counting.
            let text = |name: &str| event[name].as_str().unwrap_or_default();
            let id = match text("eventId") {
                "" => format!("{} {} {}", text("logStreamName"), event["timestamp"], text("message")),
                id => id.to_owned(),
            };
            let count = same.entry(id.clone()).or_insert(0_u32);
            *count += 1;
            let timestamp = event["timestamp"].as_u64().unwrap_or_default();
            if self.shown.insert(format!("{id} {count}"), timestamp).is_none() {
                new.push(event);
            }
        }
        let latest = self.shown.values().max().copied().unwrap_or_default();
        let from = UNIX_EPOCH + Duration::from_millis(latest);
        self.from = self.from.max(from.checked_sub(OVERLAP).unwrap_or(UNIX_EPOCH));
        let from = ms(self.from);
        self.shown.retain(|_, timestamp| *timestamp >= from);
        new
    }
}

/// Whether there is still somebody who reads.
fn print(event: &Value) -> io::Result<bool> {
    // For CloudWatch the lines of one entry end in \r.
    let message = event["message"].as_str().unwrap_or_default().trim_end().replace('\r', "\n");
    let mut stdout = io::stdout().lock();
    let line = format!("{message}\n");
    match visible::write(&mut stdout, line.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}

fn ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages<'a>(events: &[&'a Value]) -> Vec<&'a str> {
        events.iter().map(|event| event["message"].as_str().unwrap()).collect()
    }

    #[test]
    fn nothing_is_shown_twice_and_nothing_left_out() {
        let event = |id: &str, timestamp: u64, message: &str| json!({ "eventId": id, "timestamp": timestamp, "message": message });
        let mut window = Window { from: UNIX_EPOCH, shown: Shown::default() };
        let (a, b) = (event("1", 100_000, "a"), event("2", 100_000, "b"));
        assert_eq!(messages(&window.new_ones(&[a.clone(), b.clone()])), ["a", "b"]);
        assert_eq!(ms(window.from), 70_000);
        // One that is earlier, but came later.
        let late = event("3", 80_000, "late");
        assert_eq!(messages(&window.new_ones(&[late.clone(), a.clone(), b])), ["late"]);
        let far = event("4", 200_000, "far");
        assert_eq!(messages(&window.new_ones(&[late, a, far.clone()])), ["far"]);
        assert_eq!(window.shown.len(), 1, "what is before the window is forgotten");
        assert!(window.new_ones(&[far]).is_empty());
    }

    #[test]
    fn lines_without_ids_are_counted() {
        let event = json!({ "logStreamName": "s", "timestamp": 5, "message": "same" });
        let mut window = Window { from: UNIX_EPOCH, shown: Shown::default() };
        assert_eq!(window.new_ones(&[event.clone(), event.clone()]).len(), 2);
        assert_eq!(window.new_ones(&[event.clone(), event.clone(), event]).len(), 1);
    }
}
