//! Links from page to page, and the guide's table of contents.

use std::fs;
use std::path::{Path, PathBuf};

/// What is wrong with the links of the repository's pages.
pub(crate) fn problems() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = pages(root);
    for folder in ["docs", "scripts-examples"] {
        pages.extend(self::pages(&root.join(folder)));
    }
    let mut problems = Vec::new();
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        let broken = links(&text).into_iter().filter(|link| !exists(page, link));
        problems.extend(broken.map(|link| format!("{}: there is no {link}", page.display())));
    }
    let summary = fs::read_to_string(root.join("docs/SUMMARY.md")).unwrap();
    let listed = links(&summary);
    let guide = self::pages(&root.join("docs"));
    let names = guide.iter().map(|page| page.file_name().unwrap().to_str().unwrap());
    problems.extend(
        names
            .filter(|name| *name != "SUMMARY.md" && !listed.iter().any(|link| link == name))
            .map(|name| format!("docs/{name} is not in docs/SUMMARY.md")),
    );
    problems
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|end| end == "md")).collect()
}

/// The targets of a page's links that are in the repository.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).filter(|target| !target.contains("://")).collect()
}

/// Whether there is such a file, and such a heading in it.
fn exists(page: &Path, link: &str) -> bool {
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { page.to_owned() } else { page.with_file_name("").join(file) };
    if heading.is_empty() || !target.is_file() {
        return target.exists();
    }
    let text = fs::read_to_string(&target).unwrap();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(anchor).any(|anchor| anchor == heading)
}

/// The name that GitHub and mdBook give a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
