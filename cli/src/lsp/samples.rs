//! Sample events in the folder `events` of a function, for the fields of `event`.

use super::workspace::Scripts;
use rhambda_analysis::infer::Step;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;

/// So many files are read, of up to so many bytes.
const MAX_FILES: usize = 50;
const MAX_SIZE: u64 = 1 << 20;

/// The fields of a part of the samples, each with an example of its value.
pub(super) fn fields(scripts: &Scripts, path: &[Step]) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    for sample in samples(scripts) {
        for part in parts(&sample, path) {
            for (name, value) in part.as_object().into_iter().flatten() {
                let shown: String = value.to_string().chars().take(60).collect();
                fields.entry(name.clone()).or_insert(shown);
            }
        }
    }
    fields
}

fn samples(scripts: &Scripts) -> Vec<Json> {
    let mut paths: Vec<_> = fs::read_dir(scripts.folder.join("events"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.push(scripts.folder.join("event.json"));
    paths.sort();
    let files =
        paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let small =
        files.filter(|path| fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() <= MAX_SIZE));
    small.take(MAX_FILES).filter_map(|path| serde_json::from_slice(&fs::read(path).ok()?).ok()).collect()
}

/// What a path leads to.
fn parts<'a>(sample: &'a Json, path: &[Step]) -> Vec<&'a Json> {
    path.iter().fold(vec![sample], |parts, step| {
        let inner = parts.into_iter().flat_map(|part| match step {
            Step::Field(name) => part.get(name).into_iter().collect::<Vec<_>>(),
            Step::Item => part.as_array().into_iter().flatten().collect(),
        });
        inner.collect()
    })
}
