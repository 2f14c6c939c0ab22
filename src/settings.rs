//! What Lambda's environment says, read once into one value.
//!
//! The variables are those of "Defined runtime environment variables" in the AWS Lambda
//! developer guide; `RHAMBDA_…` are our own.

use crate::emf;
use anyhow::{anyhow, bail, Context as _, Result};
use log::LevelFilter;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// Everything the runtime takes from its environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the Runtime API is served.
    pub runtime_api: ApiAddress,
    /// `_HANDLER`, as it is.
    pub handler: String,
    /// Where scripts are found.
    pub roots: Roots,
    /// The function's description, for `context`.
    pub function: FunctionInfo,
    /// How and what to log.
    pub logging: LogSettings,
    /// `AWS_LAMBDA_MAX_CONCURRENCY`: how many invocations may run at once on Managed Instances.
    pub concurrency: Option<NonZeroUsize>,
    /// Whether a snapshot is taken of the initialised environment (`AWS_LAMBDA_INITIALIZATION_TYPE`).
    pub snap_start: bool,
    /// How long before Lambda's deadline a script is stopped.
    pub deadline_margin: Duration,
    /// What in the environment is wrong and was left out of account, to be logged.
    pub warnings: Vec<String>,
}

/// The most invocations that Lambda runs at once in one environment.
const MAX_CONCURRENCY: usize = 1600;
/// How long before Lambda's deadline a script is stopped, if nothing else is said.
const DEADLINE_MARGIN: Duration = Duration::from_millis(20);

/// Address and base path of the Runtime API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiAddress {
    /// As written in `AWS_LAMBDA_RUNTIME_API`, without scheme and path: the `Host` header.
    pub host: String,
    /// The same, for `connect`.
    pub socket: SocketAddr,
    /// A path before `/2018-06-01`, as emulators have; without a slash at its end.
    pub prefix: String,
}

/// The folders scripts are looked for in, in this order.
#[derive(Clone, Debug)]
pub struct Roots {
    /// `LAMBDA_TASK_ROOT`: the function's own files.
    pub task: PathBuf,
    /// `/opt/rhai`: files that layers bring.
    pub layer: PathBuf,
}

/// Lambda's least memory.
const DEFAULT_MEMORY_MB: i64 = 128;

/// The function as its environment describes it; what that doesn't say is `None`.
#[derive(Clone, Debug, Default)]
pub struct FunctionInfo {
    /// `AWS_LAMBDA_FUNCTION_NAME`
    pub name: Option<String>,
    /// `AWS_LAMBDA_FUNCTION_VERSION`
    pub version: Option<String>,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, in MB
    pub memory_mb: Option<i64>,
    /// `AWS_LAMBDA_LOG_GROUP_NAME`
    pub log_group: Option<String>,
    /// `AWS_LAMBDA_LOG_STREAM_NAME`
    pub log_stream: Option<String>,
    /// `AWS_EMF_NAMESPACE` or `POWERTOOLS_METRICS_NAMESPACE`: where its metrics go in `CloudWatch`
    pub metrics_namespace: Option<String>,
}

/// The variables with the namespace of metrics; the first one that is set counts.
const NAMESPACES: [&str; 2] = ["AWS_EMF_NAMESPACE", "POWERTOOLS_METRICS_NAMESPACE"];

impl FunctionInfo {
    /// Its memory in bytes; Lambda's least, where it is not known.
    pub fn memory(&self) -> usize {
        let memory_mb = self.memory_mb.filter(|mb| *mb > 0).unwrap_or(DEFAULT_MEMORY_MB);
        usize::try_from(memory_mb).unwrap_or(usize::MAX).saturating_mul(1 << 20)
    }
}

/// The form of the log's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// `timestamp \t request id \t level \t message`
    Text,
    /// One JSON object a line.
    Json,
}

/// How and what to log.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// `AWS_LAMBDA_LOG_FORMAT`
    pub format: LogFormat,
    /// `AWS_LAMBDA_LOG_LEVEL` or `POWERTOOLS_LOG_LEVEL`, whichever logs less; or else `RUST_LOG`, or else `INFO`.
    pub filter: LogFilter,
    /// `POWERTOOLS_LOGGER_SAMPLE_RATE`: the share of invocations that log at level DEBUG, from 0 to 1.
    pub sample_rate: f64,
}

/// Which lines are logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogFilter {
    /// Those of at least this level.
    Level(LevelFilter),
    /// Only errors that nobody has caught (`FATAL`).
    Fatal,
    /// What directives in the form of `env_logger`'s `RUST_LOG` say.
    Directives(String),
}

impl LogFilter {
    /// How much is logged: less for a smaller number.
    fn verbosity(&self) -> Option<LevelFilter> {
        match self {
            Self::Level(level) => Some(*level),
            Self::Fatal | Self::Directives(_) => None,
        }
    }
}

impl Settings {
    /// Reads the settings from a look-up of environment variables.
    ///
    /// # Errors
    /// When the variables without which there is no function are missing or unusable.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let runtime_api = set("AWS_LAMBDA_RUNTIME_API").ok_or_else(|| {
            anyhow!(
                "AWS_LAMBDA_RUNTIME_API is not set: bootstrap {} is started by AWS Lambda or \
                 an AWS emulator; to run a script on this machine, use `rhambda invoke`",
                env!("CARGO_PKG_VERSION")
            )
        })?;
        let task = match set("LAMBDA_TASK_ROOT") {
            Some(root) => PathBuf::from(root),
            None => std::env::current_dir()
                .context("LAMBDA_TASK_ROOT is not set and the working directory cannot be read")?,
        };
        let mut warnings = Vec::new();
        let deadline_margin = match set("RHAMBDA_DEADLINE_MARGIN_MS").map(|text| (text.parse(), text)) {
            None => DEADLINE_MARGIN,
            Some((Ok(ms), _)) => Duration::from_millis(ms),
            Some((Err(_), text)) => {
                warnings.push(format!(
                    "RHAMBDA_DEADLINE_MARGIN_MS is \"{text}\", not a number of milliseconds; using {}",
                    DEADLINE_MARGIN.as_millis()
                ));
                DEADLINE_MARGIN
            }
        };
        let concurrency = set("AWS_LAMBDA_MAX_CONCURRENCY").and_then(|text| {
            let count = text.parse().ok().filter(|count: &NonZeroUsize| count.get() <= MAX_CONCURRENCY);
            if count.is_none() {
                warnings.push(format!(
                    "AWS_LAMBDA_MAX_CONCURRENCY is \"{text}\", not a number from 1 to {MAX_CONCURRENCY}; \
                     serving one invocation at a time"
                ));
            }
            count
        });
        let sample_rate = set("POWERTOOLS_LOGGER_SAMPLE_RATE").map_or(0.0, |text| {
            let rate = text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
            rate.unwrap_or_else(|| {
                warnings.push(format!(
                    "POWERTOOLS_LOGGER_SAMPLE_RATE is \"{text}\", not a number from 0 to 1; using 0"
                ));
                0.0
            })
        });
        let metrics_namespace = NAMESPACES.iter().find_map(|name| {
            let namespace = set(name)?;
            match emf::check_namespace(&namespace) {
                Ok(()) => Some(namespace),
                Err(problem) => {
                    warnings.push(format!("{name} is ignored: {problem}"));
                    None
                }
            }
        });
        Ok(Self {
            runtime_api: ApiAddress::parse(&runtime_api)?,
            handler: variable("_HANDLER").unwrap_or_default(),
            roots: Roots {
                task,
                layer: set("RHAMBDA_LAYER_ROOT").map_or_else(|| "/opt/rhai".into(), PathBuf::from),
            },
            function: FunctionInfo {
                name: set("AWS_LAMBDA_FUNCTION_NAME"),
                version: set("AWS_LAMBDA_FUNCTION_VERSION"),
                memory_mb: set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").and_then(|mb| mb.parse().ok()),
                log_group: set("AWS_LAMBDA_LOG_GROUP_NAME"),
                log_stream: set("AWS_LAMBDA_LOG_STREAM_NAME"),
                metrics_namespace,
            },
            logging: LogSettings {
                format: match set("AWS_LAMBDA_LOG_FORMAT") {
                    Some(format) if format.eq_ignore_ascii_case("json") => LogFormat::Json,
                    // Lines of invocations that run at once can be told apart in JSON alone.
                    _ if concurrency.is_some() => LogFormat::Json,
                    _ => LogFormat::Text,
                },
                filter: ["AWS_LAMBDA_LOG_LEVEL", "POWERTOOLS_LOG_LEVEL"]
                    .into_iter()
                    .filter_map(|name| log_filter(&set(name)?))
                    .min_by_key(LogFilter::verbosity)
                    .or_else(|| set("RUST_LOG").map(LogFilter::Directives))
                    .unwrap_or(LogFilter::Level(LevelFilter::Info)),
                sample_rate,
            },
            concurrency,
            snap_start: set("AWS_LAMBDA_INITIALIZATION_TYPE").as_deref() == Some("snap-start"),
            deadline_margin,
            warnings,
        })
    }
}

impl ApiAddress {
    /// Reads `host:port` with an optional scheme and path: `127.0.0.1:9001`,
    /// `http://127.0.0.1:9300/.rt`. The host is an IP address or `localhost`: nothing is ever
    /// looked up, a static binary cannot use the host's name service safely.
    ///
    /// # Errors
    /// When it is not such an address.
    pub fn parse(text: &str) -> Result<Self> {
        let rest = text.strip_prefix("http://").unwrap_or(text);
        let (host, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let with_port =
            |ip: IpAddr, port: &str| -> Option<SocketAddr> { Some(SocketAddr::new(ip, port.parse().ok()?)) };
        let socket =
            host.parse::<SocketAddr>().ok().or_else(|| with_port(host.parse().ok()?, "80")).or_else(|| {
                match host.split_once(':') {
                    Some(("localhost", port)) => with_port(Ipv4Addr::LOCALHOST.into(), port),
                    None if host == "localhost" => with_port(Ipv4Addr::LOCALHOST.into(), "80"),
                    _ => None,
                }
            });
        let Some(socket) = socket else {
            bail!("AWS_LAMBDA_RUNTIME_API is \"{text}\": expected an IP address and a port, such as 127.0.0.1:9001");
        };
        let prefix = prefix.trim_end_matches('/');
        Ok(Self {
            host: host.to_owned(),
            socket,
            prefix: if prefix.is_empty() { String::new() } else { format!("/{prefix}") },
        })
    }
}

/// What Lambda's name of a level means.
fn log_filter(name: &str) -> Option<LogFilter> {
    Some(LogFilter::Level(match name.to_ascii_uppercase().as_str() {
        "TRACE" => LevelFilter::Trace,
        "DEBUG" => LevelFilter::Debug,
        "INFO" => LevelFilter::Info,
        "WARN" | "WARNING" => LevelFilter::Warn,
        "ERROR" => LevelFilter::Error,
        // Python's name for it, as Powertools has it.
        "FATAL" | "CRITICAL" => return Some(LogFilter::Fatal),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings> {
        Settings::read(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn address(text: &str) -> (String, String, String) {
        let address = ApiAddress::parse(text).unwrap();
        (address.host, address.socket.to_string(), address.prefix)
    }

    fn strings(host: &str, socket: &str, prefix: &str) -> (String, String, String) {
        (host.into(), socket.into(), prefix.into())
    }

    #[test]
    fn addresses() {
        let plain = strings("127.0.0.1:9001", "127.0.0.1:9001", "");
        assert_eq!(address("127.0.0.1:9001"), plain);
        assert_eq!(address("http://127.0.0.1:9001/"), plain);
        let prefix = strings("127.0.0.1:9300", "127.0.0.1:9300", "/.rt");
        assert_eq!(address("http://127.0.0.1:9300/.rt"), prefix);
        assert_eq!(address("127.0.0.1:9300/.rt/"), prefix);
        assert_eq!(address("localhost:1"), strings("localhost:1", "127.0.0.1:1", ""));
        assert_eq!(address("127.0.0.1"), strings("127.0.0.1", "127.0.0.1:80", ""));
        assert_eq!(address("[::1]:9"), strings("[::1]:9", "[::1]:9", ""));
        for wrong in ["", "x", "example.com:80", "127.0.0.1:x", "127.0.0.1:99999", "https://127.0.0.1"] {
            let error = ApiAddress::parse(wrong).unwrap_err().to_string();
            assert!(error.contains("an IP address and a port"), "{wrong}: {error}");
        }
    }

    #[test]
    fn defaults() {
        let settings = read(&[("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")]).unwrap();
        assert_eq!(settings.handler, "");
        assert_eq!(settings.roots.task, std::env::current_dir().unwrap());
        assert_eq!(settings.roots.layer, PathBuf::from("/opt/rhai"));
        assert_eq!(settings.logging.format, LogFormat::Text);
        assert_eq!(settings.logging.filter, LogFilter::Level(LevelFilter::Info));
        assert_eq!(settings.deadline_margin, Duration::from_millis(20));
        assert!(settings.function.name.is_none());
    }

    #[test]
    fn log_settings() {
        let api = ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1");
        let filter = |variables: &[(&str, &str)]| read(&[&[api], variables].concat()).unwrap().logging.filter;
        let level = ("AWS_LAMBDA_LOG_LEVEL", "warn");
        let rust = ("RUST_LOG", "script=debug");
        assert_eq!(filter(&[level, rust]), LogFilter::Level(LevelFilter::Warn));
        assert_eq!(filter(&[rust]), LogFilter::Directives("script=debug".into()));
        assert_eq!(filter(&[("AWS_LAMBDA_LOG_LEVEL", "FATAL")]), LogFilter::Fatal);
        let script = ("POWERTOOLS_LOG_LEVEL", "INFO");
        let info = LogFilter::Level(LevelFilter::Info);
        assert_eq!(filter(&[("AWS_LAMBDA_LOG_LEVEL", "DEBUG"), script]), info);
        assert_eq!(filter(&[level, script]), LogFilter::Level(LevelFilter::Warn));
        assert_eq!(filter(&[script, rust]), info);
        for (text, rate) in [("0.25", 0.25), ("1", 1.0), ("", 0.0)] {
            let settings = read(&[api, ("POWERTOOLS_LOGGER_SAMPLE_RATE", text)]).unwrap();
            assert!(
                (settings.logging.sample_rate - rate).abs() < f64::EPSILON && settings.warnings.is_empty()
            );
        }
        for wrong in ["1.5", "-1", "x", "NaN"] {
            let settings = read(&[api, ("POWERTOOLS_LOGGER_SAMPLE_RATE", wrong)]).unwrap();
            assert!(settings.logging.sample_rate < f64::EPSILON);
            assert!(settings.warnings[0].contains("not a number from 0 to 1; using 0"));
        }
        let json = read(&[api, ("AWS_LAMBDA_LOG_FORMAT", "jSoN")]).unwrap();
        assert_eq!(json.logging.format, LogFormat::Json);
    }

    #[test]
    fn concurrency() {
        let with = |count: &str| {
            let count = ("AWS_LAMBDA_MAX_CONCURRENCY", count);
            read(&[("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"), count]).unwrap()
        };
        assert_eq!(with("8").concurrency.map(NonZeroUsize::get), Some(8));
        assert_eq!(with("8").logging.format, LogFormat::Json);
        assert_eq!(with("1600").warnings, [""; 0]);
        for wrong in ["0", "-1", "x", "1601"] {
            let settings = with(wrong);
            assert_eq!(settings.concurrency, None);
            assert!(settings.warnings[0].contains("not a number from 1 to 1600"), "{:?}", settings.warnings);
        }
    }

    #[test]
    fn what_is_missing_or_wrong_is_said() {
        let error = read(&[]).unwrap_err().to_string();
        assert!(error.contains("AWS_LAMBDA_RUNTIME_API is not set"), "{error}");
        let settings =
            read(&[("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"), ("RHAMBDA_DEADLINE_MARGIN_MS", "soon")])
                .unwrap();
        assert_eq!(settings.deadline_margin, DEADLINE_MARGIN);
        assert_eq!(
            settings.warnings,
            ["RHAMBDA_DEADLINE_MARGIN_MS is \"soon\", not a number of milliseconds; using 20"]
        );
    }
}
