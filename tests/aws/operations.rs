//! Requests and responses of all operations are those of AWS's SDK for Python.

use crate::aws::python;
use aws_api::{jmespath, Host as _, Operation, Response, Service, Table};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use rhai_vm::{json, Map, Value};
use rhambda::AwsValues;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::rc::Rc;
use std::{env, fs};

#[test]
fn operations_are_the_same() {
    let what = env::var("VERIFY_AWS").unwrap_or_else(|_| "sample".to_owned());
    verify(&["tests/aws/operations.py", &what]);
}

/// The paths of pages and waiters in AWS's models.
#[test]
fn expressions_find_the_same() {
    verify(&["tests/aws/expressions.py"]);
}

/// botocore's own protocol tests, which `setup.sh suites` downloads.
#[test]
fn protocol_tests_pass() {
    let folder = "target/aws/protocols";
    if fs::exists(folder).unwrap() {
        verify(&["tests/aws/operations.py", "suites", folder]);
    } else {
        eprintln!("SKIPPED: {folder} is not there; run tests/aws/setup.sh suites");
    }
}

/// Answers the questions of a Python script, which compares, until it ends.
fn verify(script: &[&str]) {
    let mut command = python();
    let command = command.args(script).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = command.spawn().unwrap();
    let mut answers = python.stdin.take().unwrap();
    let mut questions = BufReader::new(python.stdout.take().unwrap());
    let mut driver = Driver::new("crates/aws/src/tables/operations.bin");
    let mut question = String::new();
    while questions.read_line(&mut question).unwrap() > 0 {
        let answer = driver.answer(&plain_to_value(json::decode(question.as_bytes()).unwrap()));
        answers.write_all(&json::encode(&value_to_plain(&answer)).unwrap()).unwrap();
        answers.write_all(b"\n").unwrap();
        question.clear();
    }
    assert!(python.wait().unwrap().success(), "see above");
}

struct Driver {
    table: Table,
    service: Option<(String, Rc<Service>)>,
}

impl Driver {
    fn new(file: &str) -> Self {
        let table = fs::read(file).unwrap().leak();
        Self { table: Table::open(table).unwrap(), service: None }
    }

    fn answer(&mut self, question: &Value) -> Value {
        let question = question.as_map().unwrap();
        if let Some(file) = question.get("load") {
            *self = Self::new(file.as_str().unwrap());
            return Value::Unit;
        }
        if let Some(expression) = question.get("expression") {
            let (expression, value) = (expression.as_str().unwrap(), question.get("value").unwrap());
            return jmespath::search(expression, value).unwrap_or_else(|| panic!("{expression}"));
        }
        let service = self.service(question.get("service").unwrap().as_str().unwrap());
        if let Some(code) = question.get("code") {
            let code = code.as_str().unwrap();
            return service
                .error(code, &response(question.get("response").unwrap()), &AwsValues::default())
                .into();
        }
        let name = question.get("operation").unwrap().as_str().unwrap();
        let operation = service.operation(name).unwrap_or_else(|| panic!("{name}"));
        let answer = match question.get("parameters") {
            Some(parameters) => request(&service, operation, parameters.as_map().unwrap()),
            None => service
                .response(operation, response(question.get("response").unwrap()), &AwsValues::default())
                .map(Value::from),
        };
        answer.unwrap_or_else(|error| map([("error", error.to_string().into())]))
    }

    fn service(&mut self, name: &str) -> Rc<Service> {
        match &self.service {
            Some((known, service)) if known == name => Rc::clone(service),
            _ => {
                let service = Rc::new(self.table.service(name).unwrap_or_else(|| panic!("{name}")));
                self.service = Some((name.to_owned(), Rc::clone(&service)));
                service
            }
        }
    }
}

fn request(service: &Service, operation: &Operation, parameters: &Map) -> aws_api::Result<Value> {
    let request = service.request(operation, parameters, &AwsValues::default())?;
    let pairs = |pairs: Vec<(String, String)>| {
        pairs
            .into_iter()
            .map(|(name, value)| Value::array(vec![name.into(), value.into()]))
            .collect::<Value>()
    };
    Ok(map([
        ("method", request.method.into()),
        ("host", request.host_prefix.into()),
        ("path", request.path.into()),
        ("query", pairs(request.query)),
        ("headers", pairs(request.headers)),
        ("body", Value::blob(request.body)),
    ]))
}

fn response(value: &Value) -> Response {
    let value = value.as_map().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let pair = |pair: &Value| (text(&pair.as_array().unwrap()[0]), text(&pair.as_array().unwrap()[1]));
    Response {
        status: value.get("status").unwrap().as_int().unwrap().try_into().unwrap(),
        headers: value.get("headers").unwrap().as_array().unwrap().iter().map(pair).collect(),
        body: value.get("body").unwrap().as_blob().unwrap().clone(),
    }
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    entries.into_iter().map(|(name, value)| (name.into(), value)).collect::<Map>().into()
}

/// JSON in which `{"$blob": base64}`, `{"$time": microseconds}` and `{"$float": string}` stand for what JSON has not.
fn plain_to_value(value: Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| plain_to_value(item.clone())).collect(),
        Value::Map(map) => {
            if let (1, Some((key, value))) = (map.len(), map.iter().next()) {
                match (key.as_str(), value) {
                    ("$blob", Value::Str(text)) => {
                        return Value::blob(BASE64_STANDARD.decode(text.as_str()).unwrap())
                    }
                    ("$time", Value::Int(time)) => return AwsValues::default().time(*time).unwrap(),
                    ("$float", Value::Str(text)) => return Value::Float(text.parse().unwrap()),
                    _ => {}
                }
            }
            let entries = map.iter().map(|(key, value)| (key.clone(), plain_to_value(value.clone())));
            entries.collect::<Map>().into()
        }
        value => value,
    }
}

fn value_to_plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(value_to_plain).collect(),
        Value::Map(map) => {
            map.iter().map(|(key, value)| (key.clone(), value_to_plain(value))).collect::<Map>().into()
        }
        Value::Blob(bytes) => map([("$blob", BASE64_STANDARD.encode(&**bytes).into())]),
        Value::Float(number) if !number.is_finite() => map([("$float", number.to_string().into())]),
        Value::Host(_) => map([("$time", AwsValues::default().microseconds(value).unwrap().into())]),
        value => value.clone(),
    }
}
