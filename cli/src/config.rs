//! What a function is to be: said on the command line, or in the folder's `rhambda.toml`, whose keys
//! are the names of the options. What the command line says comes before it.

use crate::architecture::Architecture;
use crate::folder::CONFIG_FILE;
use crate::input;
use anyhow::{anyhow, Context as _, Result};
use rhambda_analysis::{Code, Severity};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The settings of a function. Those that are not given stay as they are in AWS, or are Lambda's defaults.
#[derive(Debug, Default, PartialEq, Eq, Deserialize, clap::Args)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// The function's name [default: the folder's]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The function's handler setting
    #[arg(long, value_name = "SETTING")]
    pub(crate) handler: Option<String>,
    /// Include this build of the runtime in the package, for where layers do not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) with_bootstrap: Option<PathBuf>,
    /// The ARN of a layer version; repeatable, in order
    #[arg(long, value_name = "ARN")]
    pub(crate) layer: Option<Vec<String>>,
    /// Publish this zip as a layer unless its contents are published already, and use it as the first layer
    #[arg(long, value_name = "FILE")]
    pub(crate) layer_zip: Option<PathBuf>,
    /// The name of that layer [default: the file's, without .zip]
    #[arg(long, value_name = "NAME", requires = "layer_zip")]
    pub(crate) layer_name: Option<String>,
    /// The ARN or name of the execution role [default: the function's own, or a new one, NAME-role]
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<String>,
    /// Attach a policy to the new role in addition to the one for logs; repeatable
    #[arg(long, value_name = "ARN", conflicts_with = "role")]
    pub(crate) policy: Option<Vec<String>>,
    /// The function's memory in MB
    #[arg(long, value_name = "MB")]
    pub(crate) memory: Option<u32>,
    /// The function's timeout in seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u32>,
    /// The processor architecture [default: that of --with-bootstrap or --layer-zip]
    #[arg(long)]
    pub(crate) architecture: Option<Architecture>,
    /// The function's description
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Set an environment variable; repeatable. If you set any, all others are removed
    #[arg(long, value_name = "NAME=VALUE", value_parser = input::variable)]
    #[serde(skip)]
    pub(crate) env: Vec<(String, String)>,
    /// `[environment]`
    #[arg(skip)]
    pub(crate) environment: Option<BTreeMap<String, String>>,
    /// Set a tag; repeatable. Other tags stay as they are
    #[arg(long, value_name = "NAME=VALUE", value_parser = input::variable)]
    #[serde(skip)]
    pub(crate) tag: Vec<(String, String)>,
    /// `[tags]`
    #[arg(skip)]
    pub(crate) tags: BTreeMap<String, String>,
    /// The log format
    #[arg(long)]
    pub(crate) log_format: Option<LogFormat>,
    /// Who may call the function through a URL
    #[arg(long)]
    pub(crate) url: Option<UrlAccess>,
    /// How the URL responds
    #[arg(long)]
    pub(crate) url_mode: Option<UrlMode>,
    /// Publish a version and point this alias to it; the URL then belongs to the alias
    #[arg(long, value_name = "NAME")]
    pub(crate) alias: Option<String>,
    /// The bucket to upload packages above 50 MB to
    #[arg(long, value_name = "BUCKET")]
    pub(crate) s3_bucket: Option<String>,
    /// Patterns of files to package although others like them are left out.
    #[arg(skip)]
    pub(crate) include: Option<Vec<String>>,
    /// `[check]`: severities by the codes of `rhambda check`.
    #[arg(skip)]
    pub(crate) check: BTreeMap<String, String>,
    /// A folder with the scripts that layers bring, for `rhambda check`.
    #[arg(skip)]
    pub(crate) layer_dir: Option<PathBuf>,
    /// The region; on the command line it is an option of every command that asks AWS.
    #[arg(skip)]
    pub(crate) region: Option<String>,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// A line of text for each entry.
    Text,
    /// A JSON object for each entry.
    Json,
}

/// Who may call the function's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum UrlAccess {
    /// The function has no URL.
    None,
    /// Callers that IAM allows.
    Iam,
    /// Everyone.
    Public,
}

/// How the URL responds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum UrlMode {
    /// With complete responses.
    Buffered,
    /// With streams.
    Stream,
}

impl Config {
    /// Reads the file in this folder; without one, there are no settings.
    ///
    /// # Errors
    /// When it is not in its form.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(CONFIG_FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            text => text.with_context(|| format!("{} cannot be read", path.display()))?,
        };
        let mut config = Self::parse(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
        // In the file, files are looked for where it is.
        let paths = [&mut config.with_bootstrap, &mut config.layer_zip, &mut config.layer_dir];
        for path in paths.into_iter().flatten() {
            *path = folder.join(&*path);
        }
        Ok(config)
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// What `[check]` says.
    ///
    /// # Errors
    /// When it names a code or a severity that does not exist.
    pub(crate) fn severities(&self) -> Result<BTreeMap<Code, Severity>> {
        let entry = |(code, severity): (&String, &String)| {
            let codes = || Code::ALL.iter().map(|code| code.name()).collect::<Vec<_>>().join(", ");
            let code = Code::named(code).ok_or_else(|| {
                anyhow!("[check] in {CONFIG_FILE}: there is no code {code:?}; the codes are {}", codes())
            })?;
            let severity = Severity::named(severity).ok_or_else(|| {
                anyhow!("[check] in {CONFIG_FILE}: the severity {severity:?} is invalid: write \"off\", \"warning\" or \"error\"")
            })?;
            Ok((code, severity))
        };
        self.check.iter().map(entry).collect()
    }

    /// This, and what it doesn't say from the other.
    pub(crate) fn or(self, other: Self) -> Self {
        let mut environment = other.environment;
        if !self.env.is_empty() {
            environment.get_or_insert_default().extend(self.env);
        }
        let mut tags = other.tags;
        tags.extend(self.tag);
        // A role and the policies of a new one exclude each other.
        let (role, policy) = match (self.role, self.policy) {
            (None, None) => (other.role, other.policy),
            said => said,
        };
        Self {
            name: self.name.or(other.name),
            handler: self.handler.or(other.handler),
            with_bootstrap: self.with_bootstrap.or(other.with_bootstrap),
            layer: self.layer.or(other.layer),
            layer_zip: self.layer_zip.or(other.layer_zip),
            layer_name: self.layer_name.or(other.layer_name),
            role,
            policy,
            memory: self.memory.or(other.memory),
            timeout: self.timeout.or(other.timeout),
            architecture: self.architecture.or(other.architecture),
            description: self.description.or(other.description),
            env: Vec::new(),
            environment,
            tag: Vec::new(),
            tags,
            log_format: self.log_format.or(other.log_format),
            url: self.url.or(other.url),
            url_mode: self.url_mode.or(other.url_mode),
            alias: self.alias.or(other.alias),
            s3_bucket: self.s3_bucket.or(other.s3_bucket),
            include: self.include.or(other.include),
            check: other.check,
            layer_dir: self.layer_dir.or(other.layer_dir),
            region: self.region.or(other.region),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = r#"
        name = "hello"
        handler = "hello.handler"
        layer = ["arn:a"]
        role = "worker"
        memory = 256
        architecture = "arm64"
        log-format = "json"
        url = "public"
        url-mode = "stream"
        [environment]
        STAGE = "live"
        LEVEL = "1"
        [tags]
        team = "a"
    "#;

    #[test]
    fn the_command_line_comes_first() {
        let file = Config::parse(FILE).unwrap();
        let line = Config {
            memory: Some(512),
            env: vec![("STAGE".into(), "test".into())],
            tag: vec![("cost".into(), "1".into())],
            policy: Some(vec!["arn:p".into()]),
            ..Config::default()
        };
        let both = line.or(file);
        assert_eq!((both.memory, both.name.as_deref()), (Some(512), Some("hello")));
        assert_eq!((both.role, both.policy), (None, Some(vec!["arn:p".into()])));
        let texts = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        assert_eq!(both.environment, Some(texts(&[("LEVEL", "1"), ("STAGE", "test")])));
        assert_eq!(both.tags, texts(&[("cost", "1"), ("team", "a")]));
        assert_eq!((both.architecture, both.url_mode), (Some(Architecture::Arm64), Some(UrlMode::Stream)));
        assert_eq!((both.log_format, both.url), (Some(LogFormat::Json), Some(UrlAccess::Public)));
    }

    #[test]
    fn what_is_not_said_stays_unsaid() {
        assert_eq!(Config::default().or(Config::default()), Config::default());
        let file = Config::parse("[environment]").unwrap();
        assert_eq!(file.environment, Some(BTreeMap::new()), "no variables is something to say");
    }

    #[test]
    fn misspelt_keys_are_refused() {
        let error = Config::parse("memroy = 1").unwrap_err().to_string();
        assert!(error.contains("unknown field `memroy`"), "{error}");
    }

    /// A line of a file, right or wrong.
    fn line() -> impl Strategy<Value = String> {
        let key = prop::sample::select(vec![
            "name",
            "memory",
            "timeout",
            "layer",
            "url",
            "url-mode",
            "log-format",
            "include",
            "check",
            "env",
            "environment.A",
            "tags",
            "'",
            "a.b.c",
            "",
        ]);
        let value = prop::sample::select(vec![
            "1",
            "-1",
            "99999999999999999999",
            "1e999",
            "\"a\"",
            "'''",
            "[",
            "[[]]",
            "{a = 1}",
            "true",
            "\"json\"",
            "nan",
            "1979-05-27T07:32:00Z",
            "\"\\uD800\"",
            "",
        ]);
        prop_oneof![
            (key, value).prop_map(|(key, value)| format!("{key} = {value}")),
            Just("[environment]".to_owned()),
            Just("[check]".to_owned()),
            Just("[[tags]]".to_owned()),
            ".{0,20}".prop_map(|text| text),
        ]
    }

    proptest! {
        #[test]
        fn any_file_is_read_or_refused_with_its_line(lines in prop::collection::vec(line(), 0..8)) {
            match Config::parse(&lines.join("\n")) {
                Ok(config) => drop(config.severities()),
                Err(error) => prop_assert!(error.to_string().starts_with("TOML parse error at line "), "{error}"),
            }
        }

        #[test]
        fn valid_files_with_a_change_are_read_or_refused(at in 0..FILE.len(), with in "\\PC{0,3}") {
            let mut text = FILE.to_owned();
            text.replace_range(at..=at, &with);
            let _ = Config::parse(&text);
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let deep = format!("layer = {}", "[".repeat(100_000));
        assert!(Config::parse(&deep).is_err());
    }
}
