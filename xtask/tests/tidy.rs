//! Checks of the code itself. Each rule says where it comes from and how to obey.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read should fail the test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

const LINES_MAX: usize = 620;
const COLUMNS_MAX: usize = 125;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | ".git" | "var" | "vendor") {
                found.extend(files(&path, ending));
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn the_code_is_tidy() {
    let crates = root().join("crates");
    let mut found = Vec::new();
    for path in files(&crates, ".rs") {
        let text = fs::read_to_string(&path).unwrap();
        let shown = path.strip_prefix(&crates).unwrap().display().to_string();
        let mut wrong = |line: usize, rule: &str| found.push(format!("{shown}:{line}: {rule}"));
        let is_test = shown.contains("tests");
        if !text.starts_with("//!") && !text.starts_with("#!") {
            wrong(1, "a file begins with //! and says what it is for");
        }
        if text.lines().count() > LINES_MAX {
            wrong(LINES_MAX, "a file this long is two files");
        }
        let holds_sql = ["sql.rs", "facts.rs", "jobs.rs"].iter().any(|name| shown.ends_with(name))
            || shown.contains("/sql/")
            || shown.starts_with("store")
            || shown.starts_with("testkit")
            // The bench compares the product with the bare drivers.
            || shown == "motcua/src/bench/raw.rs";
        for (at, line) in text.lines().enumerate() {
            if line.contains(".blobs.put(") && !is_test && !shown.starts_with("site") {
                wrong(at + 1, "`Site::put_file` holds a file until a row names it");
            }
            if line.chars().count() > COLUMNS_MAX
                && !is_test
                && !shown.ends_with("dossier/rules.rs")
            {
                wrong(at + 1, "line too long");
            }
            if line.contains("is null or ") {
                wrong(at + 1, "write the typed side first: `(unit = ?2 or unit is null)`");
            }
            for banned in [" ilike ", " now()", " like '"] {
                if holds_sql && !is_test && line.contains(banned) {
                    wrong(at + 1, "the two engines do not share this SQL");
                }
            }
            let runs_sql = ["tx.query(", "tx.execute(", "tx.query_one(", "tx.query_number("]
                .iter()
                .any(|it| line.contains(it));
            if runs_sql && !holds_sql && !is_test {
                wrong(at + 1, "SQL lives in sql.rs, facts.rs or jobs.rs of its slice");
            }
            let pure = shown.starts_with("domain") || shown.starts_with("prints/src");
            if pure && !is_test && (line.contains("::now()") || line.contains("std::fs")) {
                wrong(at + 1, "pure crates read no clock and no file");
            }
            let float = line.contains("f64") || line.contains("f32");
            if shown.starts_with("domain") && !shown.contains("lunar") && !is_test && float {
                wrong(at + 1, "rules use whole numbers");
            }
            if line.contains("#[allow") {
                wrong(at + 1, "write #[expect(lint, reason = …)]");
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn templates_hold_no_inline_script_or_style() {
    let mut found = Vec::new();
    for path in files(&root().join("crates"), ".html") {
        let text = fs::read_to_string(&path).unwrap();
        for (at, line) in text.lines().enumerate() {
            let script = line.contains("<script") && !line.contains(" src=");
            let handler = [" onclick=", " onchange=", " onsubmit=", " onload="]
                .iter()
                .any(|it| line.contains(it));
            if line.contains(" style=") || line.contains("<style") || script || handler {
                found.push(format!("{}:{}", path.display(), at + 1));
            }
        }
    }
    assert!(found.is_empty(), "the content policy forbids these:\n{}", found.join("\n"));
}

/// The texts in quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// What stands between the brackets of a call whose opening bracket was just passed, split at its commas.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut all) = (0_i32, vec![String::new()]);
    for it in text.chars() {
        match it {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        all.last_mut().unwrap().push(it);
    }
    all.into_iter().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}

/// The text of a constant of the same file, or the texts that stand in `argument` themselves.
fn said_by<'a>(text: &'a str, argument: &'a str) -> Vec<&'a str> {
    let constant = format!("const {argument}: &str = \"");
    match text.split_once(&constant) {
        Some((_, rest)) => rest.split('"').take(1).collect(),
        None => quoted(argument).collect(),
    }
}

/// Citizens and auditors read the journal: what is written there has words in `journal/labels.rs`.
#[test]
fn everything_in_the_journal_has_words() {
    let crates = root().join("crates");
    let read = |path: &str| fs::read_to_string(crates.join(path)).unwrap();
    let labels = read("people/src/journal/labels.rs");
    let table = |name: &str| {
        let rest = labels.split_once(&format!("const {name}: ")).unwrap().1;
        let rows = rest.split_once("\n];").unwrap().0.to_owned();
        rows.split("(\"")
            .skip(1)
            .map(|it| it.split('"').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (acts, subjects) = (table("ACTS"), table("SUBJECTS"));
    let steps = read("domain/src/dossier/command.rs");
    let is_step = |it: &str| steps.contains(&format!("= \"{it}\", "));
    let mut found = Vec::new();
    for path in files(&crates, ".rs") {
        let shown = path.strip_prefix(&crates).unwrap().display().to_string();
        if shown.contains("test") || shown.starts_with("store") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for call in text.split("Entry::new(").skip(1) {
            let given = arguments(call);
            let [subject, _, act, ..] = given.as_slice() else { continue };
            let acts_said = said_by(&text, act).into_iter().filter(|it| !it.starts_with("link_"));
            found.extend(
                acts_said
                    .filter(|it| !acts.iter().any(|known| known == it) && !is_step(it))
                    .map(|it| format!("{shown}: the act “{it}” has no words")),
            );
            found.extend(
                said_by(&text, subject)
                    .into_iter()
                    .filter(|it| !subjects.iter().any(|known| known == it))
                    .map(|it| format!("{shown}: the subject “{it}” has no words")),
            );
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// The same bytes are kept once: whoever lets a file go asks every table that names files.
#[test]
fn every_table_that_names_a_file_is_asked_before_it_is_erased() {
    let asked = fs::read_to_string(root().join("crates/site/src/sql.rs")).unwrap();
    let asked =
        asked.split_once("fn is_file_named").unwrap().1.split_once("\n}").unwrap().0.to_owned();
    // A hash that proves what a row says of a file, and keeps no file: results and certified copies. What is
    // held for a while is asked apart.
    let proofs = ["electronic_copy", "result", "paper_result", "file_held"];
    let mut found = Vec::new();
    for path in files(&root().join("schema"), ".sql") {
        let text = fs::read_to_string(&path).unwrap();
        for table in text.split("create table ").skip(1) {
            let (name, rest) = table.split_once(' ').unwrap();
            let columns = rest.split_once("STRICT").map_or(rest, |it| it.0);
            let names_a_file = columns.lines().any(|it| it.trim().starts_with("sha256 "));
            if names_a_file && !proofs.contains(&name) && !quoted(&asked).any(|it| it == name) {
                found.push(name.to_owned());
            }
        }
    }
    assert!(found.is_empty(), "`is_file_named` does not ask: {}", found.join(", "));
}

/// Whoever erases a dossier's people erases its files: a row that holds on to one would make that impossible.
#[test]
fn every_table_that_holds_on_to_a_file_is_named_by_erasure() {
    let citizen = root().join("crates/citizen/src");
    let mut erasing = fs::read_to_string(citizen.join("erasure/sql.rs")).unwrap();
    for path in files(&citizen.join("dossiers/links"), ".rs") {
        erasing.push_str(&fs::read_to_string(path).unwrap());
    }
    let mut found = Vec::new();
    for path in files(&root().join("schema"), ".sql") {
        let text = fs::read_to_string(&path).unwrap();
        for table in text.split("create table ").skip(1) {
            let (name, rest) = table.split_once(' ').unwrap();
            let columns = rest.split_once("STRICT").map_or(rest, |it| it.0);
            if columns.contains("REFERENCES dossier_file") && !erasing.contains(name) {
                found.push(name.to_owned());
            }
        }
    }
    assert!(found.is_empty(), "erasure does not let go: {}", found.join(", "));
}

#[test]
fn migrations_are_numbered_without_gaps() {
    let schema = root().join("schema");
    for (at, path) in files(&schema, ".sql").iter().enumerate() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name.starts_with(&format!("{:04}_", at + 1)), "{name}");
    }
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let words = ["/work/", "/tmp/bash", "sub-agent", "subagent"];
    let mut found = Vec::new();
    for ending in [".rs", ".md", ".html", ".toml", ".sql", ".css", ".ftl"] {
        for path in files(&root(), ending) {
            if path.ends_with("xtask/tests/tidy.rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for word in words {
                if text.contains(word) {
                    found.push(format!("{}: {word}", path.display()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for path in files(&root(), ".md") {
        let text = fs::read_to_string(&path).unwrap();
        for rest in text.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or("").split('#').next().unwrap_or("");
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !path.parent().unwrap().join(target).exists() {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
