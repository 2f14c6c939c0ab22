//! Calls of AWS's services at a local server: beside the AWS SDKs, and the first call of many services.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use web_server::{Reply, Request, WebServer};

use crate::measure::median;
use crate::peers::{self, installed_program, root, version, Peer};
use crate::process::{memory, Process};
use crate::table::rounded;

/// How often things are measured.
pub(crate) struct Rounds {
    /// Starts of each program.
    starts: usize,
    /// Later calls in each process.
    calls: usize,
}

pub(crate) const FULL: Rounds = Rounds { starts: 20, calls: 500 };

pub(crate) const QUICK: Rounds = Rounds { starts: 3, calls: 50 };

/// The calls that are compared: service, operation, parameters, and a part of the response.
fn compared() -> [(&'static str, &'static str, Value, Value); 3] {
    let key = json!({ "TableName": "orders", "Key": { "id": { "S": "7" } } });
    let object = json!({ "Bucket": "photos", "Key": "a.jpg" });
    [
        ("dynamodb", "GetItem", key, json!("7")),
        ("s3", "GetObject", object, json!(OBJECT_SIZE)),
        ("ec2", "DescribeInstances", json!({}), json!("i-0abcd1234abcd1234")),
    ]
}

const OBJECT_SIZE: usize = 10_000;

/// The services whose first calls are measured, with every protocol among them. The last number is the most
/// milliseconds that the call may take.
const FIRST_CALLS: [(&str, &str, &str, f64); 21] = [
    ("dynamodb", "ListTables", "{}", 2.0),
    ("sqs", "ListQueues", "{}", 2.0),
    ("ssm", "DescribeParameters", "{}", 2.0),
    ("secretsmanager", "ListSecrets", "{}", 2.0),
    ("kms", "ListKeys", "{}", 2.0),
    ("events", "ListRules", "{}", 2.0),
    ("logs", "DescribeLogGroups", "{}", 2.0),
    ("kinesis", "ListStreams", "{}", 2.0),
    ("stepfunctions", "ListStateMachines", "{}", 2.0),
    ("sagemaker", "ListModels", "{}", 2.0),
    ("lambda", "ListFunctions", "{}", 2.0),
    ("connect", "ListInstances", "{}", 2.0),
    ("s3", "ListBuckets", "{}", 2.0),
    ("route53", "ListHostedZones", "{}", 2.0),
    ("cloudwatch", "ListMetrics", "{}", 2.0),
    ("cloudwatchomni", "ListViews", "{}", 2.0),
    ("sns", "ListTopics", "{}", 2.0),
    ("sts", "GetCallerIdentity", "{}", 2.0),
    ("iam", "ListRoles", "{}", 2.0),
    ("rds", "DescribeDBInstances", "{}", 2.0),
    ("ec2", "DescribeVpcs", "{}", 3.0),
];
/// The most MiB that a process may have needed after such a call.
const MOST_MEMORY: f64 = 6.0;

/// A program that prints the result of its first call, and then, upon a line, the milliseconds of later ones.
struct Program {
    name: String,
    path: OsString,
    arguments: Vec<OsString>,
}

/// What was measured of one program and one operation.
#[derive(Default)]
struct Samples {
    /// Milliseconds from the start of the process to the result of its first call.
    first: Vec<f64>,
    /// Milliseconds of later calls.
    later: Vec<f64>,
    /// MiB after the first call.
    peak: Vec<f64>,
}

/// Prints both tables.
pub(crate) fn print(bootstrap: &Path, rounds: &Rounds) -> Result<()> {
    let server = WebServer::start(reply);
    println!("{}\n", comparison(bootstrap, &server.url(), rounds)?);
    println!(
        "A first call: milliseconds from the start of the process to its result, and the peak memory until then. A later call: the \
         median of {} calls. Rhambda is started and called through the Runtime API, the others are programs without one. All at a \
         local server without TLS, on all CPUs.\n",
        rounds.calls
    );
    println!("{}\n", first_calls(bootstrap, &server.url(), rounds)?);
    println!("The call alone, in a process that has called nothing before. Bold: more than the bound.");
    Ok(())
}

fn comparison(bootstrap: &Path, url: &str, rounds: &Rounds) -> Result<String> {
    let mut lines = vec!["| ".to_owned(), "|---|".to_owned()];
    let mut rows: Vec<(String, String)> = vec![("**Rhambda**".to_owned(), String::new())];
    for program in programs(compared()[0].1) {
        if !program.is_installed() {
            println!("Skipped: {}: it is not installed, see benches/setup.sh\n", program.name);
        }
        rows.push((program.name, String::new()));
    }
    for (service, operation, parameters, expected) in compared() {
        let _ = write!(lines[0], " | {operation}, first ms | later ms | peak MiB");
        lines[1] += "---|---|---|";
        let programs = programs(operation);
        let mut all: Vec<Result<Samples>> = (0..rows.len()).map(|_| Ok(Samples::default())).collect();
        for _ in 0..rounds.starts {
            for (place, samples) in all.iter_mut().enumerate() {
                let Ok(known) = samples else { continue };
                if place > 0 && !programs[place - 1].is_installed() {
                    continue;
                }
                let measured = match place {
                    0 => rhambda(bootstrap, url, (service, operation, &parameters), rounds, known),
                    _ => programs[place - 1].measure(url, rounds, known),
                };
                let checked = measured.and_then(|result| {
                    ensure!(result == expected, "the result is {result}, not {expected}");
                    Ok(())
                });
                if let Err(error) = checked {
                    ensure!(place > 0, "{error:#}");
                    println!("Skipped: {}, {operation}: {error:#}\n", rows[place].0);
                    *samples = Err(error);
                }
            }
        }
        for ((_, row), samples) in rows.iter_mut().zip(all) {
            let cell = |values: Vec<f64>| median(values).map_or("–".to_owned(), rounded);
            let samples = samples.unwrap_or_default();
            let cells = [samples.first, samples.later, samples.peak].map(cell);
            let _ = write!(row, " | {}", cells.join(" | "));
        }
    }
    lines[0] += " |";
    lines.extend(rows.into_iter().map(|(name, row)| format!("| {name}{row} |")));
    Ok(lines.join("\n"))
}

fn first_calls(bootstrap: &Path, url: &str, rounds: &Rounds) -> Result<String> {
    let mut lines = vec![
        format!("| first call of | ms | bound | peak MiB, at most {MOST_MEMORY} |"),
        "|---|---|---|---|".to_owned(),
    ];
    for (service, operation, parameters, most) in FIRST_CALLS {
        let parameters: Value = serde_json::from_str(parameters)?;
        let (mut times, mut peaks) = (Vec::new(), Vec::new());
        for _ in 0..rounds.starts {
            let (process, response, _) = start(bootstrap, url, (service, operation, &parameters))?;
            times.push(response["milliseconds"].as_f64().context("no time")?);
            peaks.push(process.memory("VmHWM")?);
        }
        let cell = |values, most: f64| {
            let value = median(values).context("no calls")?;
            let text = rounded(value);
            anyhow::Ok(if value < most { text } else { format!("**{text}**") })
        };
        let (time, peak) = (cell(times, most)?, cell(peaks, MOST_MEMORY)?);
        lines.push(format!("| {service} {operation} | {time} | {most} | {peak} |"));
    }
    Ok(lines.join("\n"))
}

type Call<'a> = (&'a str, &'a str, &'a Value);

/// A process of Rhambda that has made its first call, the response of the handler, and the milliseconds until then.
fn start(
    bootstrap: &Path,
    url: &str,
    (service, operation, parameters): Call<'_>,
) -> Result<(Process, Value, f64)> {
    let environment =
        environment().into_iter().chain([("AWS_ENDPOINT_URL", url.to_owned())]).collect::<Vec<_>>();
    let peer = Peer { environment, ..peers::rhambda_with(bootstrap, "aws.handler") };
    let event = json!({ "service": service, "operation": operation, "parameters": parameters, "count": 1 });
    let (process, times) = Process::start(&peer, &event.to_string())?;
    let response = serde_json::from_slice(&times.last_answer)?;
    let milliseconds = process.since_start(times.first_answer)?;
    Ok((process, response, milliseconds))
}

fn rhambda(
    bootstrap: &Path,
    url: &str,
    call: Call<'_>,
    rounds: &Rounds,
    samples: &mut Samples,
) -> Result<Value> {
    let (mut process, response, milliseconds) = start(bootstrap, url, call)?;
    samples.first.push(milliseconds);
    samples.peak.push(process.memory("VmHWM")?);
    let (service, operation, parameters) = call;
    let event = json!({
        "service": service, "operation": operation, "parameters": parameters, "count": rounds.calls
    });
    let times = process.invoke(&event.to_string(), 1)?;
    let later: Value = serde_json::from_slice(&times.last_answer)?;
    samples.later.push(later["milliseconds"].as_f64().context("no time")?);
    Ok(response["result"].clone())
}

/// What Rhambda is compared with, for an operation.
fn programs(operation: &str) -> [Program; 3] {
    let installed = root().join("target/bench");
    let python = installed.join("python/bin/python");
    let node = installed_program("node");
    let (python_version, node_version) = (version(&python), version(&node));
    let script = |name: &str| installed.join("aws").join(format!("{name}-{operation}.mjs")).into();
    [
        Program {
            name: format!("{python_version}, boto3"),
            path: python.into(),
            arguments: vec![root().join("benches/aws/boto.py").into(), operation.into()],
        },
        Program {
            name: format!("Node {node_version}, AWS SDK v3, bundled"),
            path: node.clone().into(),
            arguments: vec![script("bundle")],
        },
        Program {
            name: format!("Node {node_version}, aws-lite"),
            path: node.into(),
            arguments: vec![script("lite")],
        },
    ]
}

/// What all programs need to call the server.
fn environment() -> [(&'static str, String); 4] {
    [
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
    ]
}

impl Program {
    fn is_installed(&self) -> bool {
        Path::new(&self.path).exists() && Path::new(&self.arguments[0]).exists()
    }

    /// Makes its calls in a process of its own; the result of the first one.
    fn measure(&self, url: &str, rounds: &Rounds, samples: &mut Samples) -> Result<Value> {
        let start = Instant::now();
        let mut child = Command::new(&self.path)
            .args(&self.arguments)
            .args([url.to_owned(), rounds.calls.to_string()])
            .env_clear()
            .envs(environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", self.path.display()))?;
        let measured = Self::follow(&mut child, start, samples);
        // It has ended, or it is not needed any more.
        let _ = child.kill();
        let output = child.wait_with_output()?;
        measured.with_context(|| String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }

    fn follow(child: &mut Child, start: Instant, samples: &mut Samples) -> Result<Value> {
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let mut line = || lines.next().context("it printed nothing more").and_then(|line| Ok(line?));
        let result = serde_json::from_str(&line()?)?;
        let first = start.elapsed();
        let peak = memory(child.id(), "VmHWM")?;
        child.stdin.take().context("no input")?.write_all(b"\n")?;
        samples.later.push(line()?.parse()?);
        samples.first.push(first.as_secs_f64() * 1e3);
        samples.peak.push(peak);
        Ok(result)
    }
}

/// What AWS would respond.
fn reply(request: &Request) -> Reply {
    let header = |name: &str| request.header(name).unwrap_or_default();
    if header("x-amz-target").ends_with(".GetItem") {
        return Reply::json(r#"{"Item":{"id":{"S":"7"},"price":{"N":"12.5"}}}"#);
    }
    if !header("x-amz-target").is_empty() {
        return Reply::json("{}");
    }
    if !header("smithy-protocol").is_empty() {
        return Reply::status(200).header("smithy-protocol", "rpc-v2-cbor").body([0xbf, 0xff]);
    }
    if request.path == "/photos/a.jpg" {
        let etag = "\"5d41402abc4b2a76b9719d911017c592\"";
        return Reply::status(200).header("etag", etag).body(vec![b'x'; OBJECT_SIZE]);
    }
    let text = request.text();
    match text.split('&').find_map(|field| field.strip_prefix("Action=")) {
        Some("DescribeInstances") => xml(
            "<DescribeInstancesResponse><requestId>1</requestId><reservationSet><item><reservationId>r-1</reservationId>\
             <instancesSet><item><instanceId>i-0abcd1234abcd1234</instanceId><instanceState><code>16</code><name>running</name>\
             </instanceState></item></instancesSet></item></reservationSet></DescribeInstancesResponse>",
        ),
        Some(action) => xml(&format!("<{action}Response><{action}Result></{action}Result></{action}Response>")),
        None if header("accept").contains("xml") || ["/", "/2013-04-01/hostedzone"].contains(&&*request.path) => {
            xml("<Result></Result>")
        }
        None => Reply::json("{}"),
    }
}

fn xml(text: &str) -> Reply {
    Reply::status(200).header("content-type", "text/xml").body(text)
}
