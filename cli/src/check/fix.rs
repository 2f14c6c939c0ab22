//! `--fix`: changes that are safe to make.

use super::project::Folder;
use anyhow::{Context as _, Result};
use rhambda_analysis::{apply, Edit};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// An error can hide another one: so often the scripts are checked again.
const MAX_ROUNDS: usize = 50;

/// Makes all changes. How many problems they remedy.
pub(super) fn fix(folders: &[Folder], layer_dir: Option<&Path>) -> Result<usize> {
    let mut count = 0;
    for folder in folders {
        for _ in 0..MAX_ROUNDS {
            let fixed = round(folder, layer_dir)?;
            if fixed == 0 {
                break;
            }
            count += fixed;
        }
    }
    Ok(count)
}

fn round(folder: &Folder, layer_dir: Option<&Path>) -> Result<usize> {
    let mut edits: BTreeMap<String, (String, Vec<Edit>)> = BTreeMap::new();
    let mut count = 0;
    for found in folder.check(layer_dir)?.into_iter().filter(|found| !found.finding.edits.is_empty()) {
        count += 1;
        let (_, all) = edits.entry(found.finding.file).or_insert((found.text, Vec::new()));
        all.extend(found.finding.edits);
    }
    for (file, (text, edits)) in edits {
        let path = folder.path.join(&file);
        let changed = apply(&text, &edits);
        // The text is without the byte order mark that the file may begin with.
        let mark = fs::read_to_string(&path).is_ok_and(|old| old.starts_with('\u{feff}'));
        let mark = if mark { "\u{feff}" } else { "" };
        fs::write(&path, format!("{mark}{changed}")).with_context(|| format!("{file} cannot be written"))?;
    }
    Ok(count)
}
