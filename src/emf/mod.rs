//! Metrics as lines of the log, from which `CloudWatch` takes them: the embedded metric format.
//!
//! See "Specification: Embedded metric format" in the Amazon `CloudWatch` user guide.

mod names;

pub use names::{check_dimensions, check_namespace, value, Dimensions, Metric};

use names::check_count;
use serde_json::{json, Map, Number, Value};
use std::collections::BTreeMap;

/// Most metrics in a line, and values of one metric in it.
const MAX_METRICS: usize = 100;
const MAX_VALUES: usize = 100;
/// Longest line in bytes, roughly. A line above 256 KB may be cut into several.
const MAX_LINE: usize = 120_000;

/// Metrics that were put and not written yet.
#[derive(Debug, Default)]
pub struct Batch {
    /// By the dimensions that were given with them.
    groups: BTreeMap<Dimensions, Vec<Line>>,
}

/// The metrics of one line, and roughly its size in bytes.
#[derive(Debug, Default)]
struct Line {
    metrics: BTreeMap<String, (Metric, Vec<Number>)>,
    size: usize,
}

impl Batch {
    /// Whether nothing was put.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Adds a value. Its line has these dimensions, and those that all lines have.
    ///
    /// # Errors
    /// When they don't go together.
    pub fn put(
        &mut self,
        metric: Metric,
        value: Number,
        dimensions: Dimensions,
        common: &Dimensions,
    ) -> Result<(), String> {
        check_line([&metric.name], &dimensions, common)?;
        let lines = self.groups.entry(dimensions).or_default();
        let index = lines.iter().rposition(|line| line.takes(&metric)).unwrap_or_else(|| {
            lines.push(Line::default());
            lines.len() - 1
        });
        lines[index].add(metric, value);
        Ok(())
    }

    /// Whether all that was put can have these common dimensions.
    ///
    /// # Errors
    /// Why it can't.
    pub fn check_common(&self, common: &Dimensions) -> Result<(), String> {
        for (dimensions, lines) in &self.groups {
            check_line(lines.iter().flat_map(|line| line.metrics.keys()), dimensions, common)?;
        }
        Ok(())
    }

    /// The lines, and an empty batch.
    pub fn take_lines(
        &mut self,
        namespace: &str,
        common: &Dimensions,
        timestamp_ms: i64,
    ) -> impl Iterator<Item = Map<String, Value>> {
        let groups = std::mem::take(&mut self.groups);
        let (namespace, common) = (namespace.to_owned(), common.clone());
        groups.into_iter().flat_map(move |(dimensions, lines)| {
            let mut all = common.clone();
            all.extend(dimensions);
            let namespace = namespace.clone();
            lines.into_iter().map(move |line| line.into_json(&namespace, &all, timestamp_ms))
        })
    }
}

fn check_line<'a>(
    metrics: impl IntoIterator<Item = &'a String>,
    dimensions: &Dimensions,
    common: &Dimensions,
) -> Result<(), String> {
    let count = dimensions.len() + common.keys().filter(|name| !dimensions.contains_key(*name)).count();
    check_count(count)?;
    match metrics.into_iter().find(|name| dimensions.contains_key(*name) || common.contains_key(*name)) {
        Some(name) => Err(format!(
            "{name:?} is the name of both a metric and one of its dimensions: rename one of them"
        )),
        None => Ok(()),
    }
}

impl Line {
    /// Whether another value of this metric has room here.
    fn takes(&self, metric: &Metric) -> bool {
        if self.size > MAX_LINE {
            return false;
        }
        match self.metrics.get(&metric.name) {
            Some((known, values)) => known == metric && values.len() < MAX_VALUES,
            None => self.metrics.len() < MAX_METRICS,
        }
    }

    fn add(&mut self, metric: Metric, value: Number) {
        let (_, values) = self.metrics.entry(metric.name.clone()).or_insert_with(|| {
            self.size += 2 * metric.name.len() + 60;
            (metric, Vec::new())
        });
        values.push(value);
        self.size += 20;
    }

    fn into_json(self, namespace: &str, dimensions: &Dimensions, timestamp_ms: i64) -> Map<String, Value> {
        let mut definitions = Vec::new();
        let mut line: Map<_, _> =
            dimensions.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        for (name, (metric, mut values)) in self.metrics {
            let mut definition = json!({ "Name": name, "Unit": metric.unit });
            if metric.high_resolution {
                definition["StorageResolution"] = 1.into();
            }
            definitions.push(definition);
            let value = match values.len() {
                1 => Value::Number(values.remove(0)),
                _ => Value::Array(values.into_iter().map(Value::Number).collect()),
            };
            line.insert(name, value);
        }
        let names: Vec<_> = dimensions.keys().collect();
        let directive = json!({ "Namespace": namespace, "Dimensions": [names], "Metrics": definitions });
        line.insert("_aws".into(), json!({ "Timestamp": timestamp_ms, "CloudWatchMetrics": [directive] }));
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(batch: &mut Batch) -> Vec<Map<String, Value>> {
        batch.take_lines("n", &Dimensions::new(), 1).collect()
    }

    #[test]
    fn a_batch_is_empty_after_it_was_taken() {
        let mut batch = Batch::default();
        assert!(batch.is_empty());
        let metric = Metric::new("n", "count", 60).unwrap();
        batch.put(metric, 1.into(), Dimensions::new(), &Dimensions::new()).unwrap();
        assert!(!batch.is_empty());
        assert_eq!(lines(&mut batch).len(), 1);
        assert!(batch.is_empty() && lines(&mut batch).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        #[test]
        fn every_value_is_in_one_line_and_no_line_has_too_much(
            puts in prop::collection::vec((0..150_u8, 0..3_usize, 0..3_u8, any::<i64>()), 0..2000)
        ) {
            let mut batch = Batch::default();
            for (name, unit, dimension, value) in &puts {
                let metric = Metric::new(&format!("m{name}"), ["Count", "Bytes", "None"][*unit], 60).unwrap();
                let dimensions = [("d".to_owned(), dimension.to_string())].into_iter().collect();
                batch.put(metric, (*value).into(), dimensions, &Dimensions::new()).unwrap();
            }
            let mut found = Vec::new();
            for line in lines(&mut batch) {
                let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap().clone();
                prop_assert!(metrics.len() <= MAX_METRICS);
                for metric in metrics {
                    let name = metric["Name"].as_str().unwrap();
                    let values = match &line[name] {
                        Value::Array(values) => values.clone(),
                        value => vec![value.clone()],
                    };
                    prop_assert!(values.len() <= MAX_VALUES);
                    for value in values {
                        found.push((name.to_owned(), metric["Unit"].to_string(), line["d"].to_string(), value.as_i64()));
                    }
                }
            }
            let mut expected: Vec<_> = puts
                .iter()
                .map(|(name, unit, dimension, value)| {
                    (format!("m{name}"), format!("\"{}\"", ["Count", "Bytes", "None"][*unit]), format!("\"{dimension}\""), Some(*value))
                })
                .collect();
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
