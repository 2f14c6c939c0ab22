//! Settings of AWS's SDKs: from the options of a call, from environment variables, or from the AWS CLI's configuration file.

use crate::environment::Environment;
use crate::error::{Error, Result};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::rc::Rc;

/// What the settings of a call begin with that only S3 has.
const S3: &str = "s3_";

/// Settings by their names in the configuration file.
pub type Settings = Vec<(&'static str, String)>;

/// The profiles that were looked at.
#[derive(Default)]
pub(crate) struct Files {
    /// The profiles of the configuration file.
    profiles: RefCell<HashMap<String, Rc<Profile>>>,
    /// The profiles of the credentials file.
    keys: RefCell<HashMap<String, Rc<Profile>>>,
}

/// A file of the AWS CLI.
struct Place {
    /// The variable that names it.
    variable: &'static str,
    /// Where else it is, in the home folder.
    usual: &'static str,
    /// Whether a section has the settings of a profile.
    is_of: fn(&str, &str) -> bool,
}

const CONFIGURATION: Place = Place {
    variable: "AWS_CONFIG_FILE",
    usual: ".aws/config",
    is_of: |section, profile| match section
        .strip_prefix("profile")
        .filter(|rest| rest.starts_with([' ', '\t']))
    {
        Some(name) => name.trim().trim_matches(['"', '\'']) == profile,
        None => section == "default" && profile == "default",
    },
};

const KEYS: Place = Place {
    variable: "AWS_SHARED_CREDENTIALS_FILE",
    usual: ".aws/credentials",
    is_of: |section, profile| section == profile,
};

/// The settings of a profile, with those in the section `s3` as `s3_NAME`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Profile(HashMap<String, String>);

/// Finds the settings of one call.
pub(crate) struct Finder<'a> {
    pub(crate) environment: &'a dyn Environment,
    pub(crate) files: &'a Files,
    pub(crate) options: &'a Settings,
    pub(crate) profile: Option<&'a str>,
}

impl Finder<'_> {
    /// A setting by its name in the configuration file, such as `account_id_endpoint_mode`. Those that only S3 has begin with
    /// `s3_`, and options have their names without that.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let short = name.strip_prefix(S3).unwrap_or(name);
        let option = self.options.iter().find(|(known, _)| *known == short).map(|(_, value)| value.clone());
        let variable = || self.environment.set(&format!("AWS_{}", name.to_ascii_uppercase()));
        option.or_else(variable).or_else(|| self.of_profile(name))
    }

    /// A setting that only the configuration file has.
    pub(crate) fn of_profile(&self, name: &str) -> Option<String> {
        self.files.profile(self.environment, self.profile).0.get(name).cloned()
    }

    /// The account of the keys of a profile. Those in the credentials file come before those in the configuration file.
    pub(crate) fn account_of_keys(&self) -> Option<String> {
        let keys = self.files.keys(self.environment, self.profile);
        if keys.0.contains_key("aws_access_key_id") {
            return keys.0.get("aws_account_id").cloned();
        }
        self.of_profile("aws_account_id")
    }

    /// A setting that is `true` or `false`; `usual` if it is not set.
    pub(crate) fn boolean(&self, name: &str, usual: bool) -> Result<bool> {
        self.text(name).map_or(Ok(usual), |value| match value.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(invalid(name, &value, &["true", "false"])),
        })
    }

    /// A setting that has one of several values; the first one if it is not set.
    pub(crate) fn one_of<'v>(&self, name: &str, values: &[&'v str]) -> Result<&'v str> {
        let Some(value) = self.text(name) else { return Ok(values[0]) };
        let found = values.iter().find(|known| value.eq_ignore_ascii_case(known));
        found.copied().ok_or_else(|| invalid(name, &value, values))
    }
}

fn invalid(name: &str, value: &str, values: &[&str]) -> Error {
    let values: Vec<_> = values.iter().map(|value| format!("\"{value}\"")).collect();
    let (last, others) = values.split_last().expect("there are always some");
    let values = if others.is_empty() { last.clone() } else { format!("{} or {last}", others.join(", ")) };
    let name = name.strip_prefix(S3).unwrap_or(name);
    Error::invalid_argument(format!("the setting `{name}` is \"{value}\"; it must be {values}"))
}

impl Files {
    /// A profile of the configuration file, or the usual one.
    fn profile(&self, environment: &dyn Environment, name: Option<&str>) -> Rc<Profile> {
        read(&self.profiles, &CONFIGURATION, environment, name)
    }

    /// The same of the credentials file.
    fn keys(&self, environment: &dyn Environment, name: Option<&str>) -> Rc<Profile> {
        read(&self.keys, &KEYS, environment, name)
    }
}

/// A profile of a file, which is read once.
fn read(
    known: &RefCell<HashMap<String, Rc<Profile>>>,
    place: &Place,
    environment: &dyn Environment,
    name: Option<&str>,
) -> Rc<Profile> {
    let usual = || environment.set("AWS_PROFILE").or_else(|| environment.set("AWS_DEFAULT_PROFILE"));
    let name = name.map(str::to_owned).or_else(usual).unwrap_or_else(|| "default".to_owned());
    if let Some(profile) = known.borrow().get(&name) {
        return Rc::clone(profile);
    }
    let usual = || Some(Path::new(&environment.set("HOME")?).join(place.usual));
    let file = environment.set(place.variable).map(Into::into).or_else(usual);
    // It need not exist.
    let text = file.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    let profile = Rc::new(Profile::parse(&text, |section| (place.is_of)(section, &name)));
    known.borrow_mut().insert(name, Rc::clone(&profile));
    profile
}

impl Profile {
    /// The settings of a profile in the text of a file, in the sections that are the profile's.
    fn parse(text: &str, is_of: impl Fn(&str) -> bool) -> Self {
        let (mut settings, mut is_ours, mut section) = (HashMap::new(), false, None);
        for line in text.lines() {
            let line = line.split(" #").next().unwrap_or_default().trim_end();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                is_ours = is_of(name.trim());
                continue;
            }
            let Some((name, value)) = line.split_once('=').filter(|_| is_ours) else { continue };
            let is_nested = name.starts_with([' ', '\t']);
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
            match (&section, is_nested) {
                (Some(section), true) if section == "s3" => {
                    let short = name.strip_prefix(S3).unwrap_or(&name);
                    settings.insert(format!("{S3}{short}"), value);
                }
                (_, true) => {}
                (_, false) => {
                    section = value.is_empty().then(|| name.clone());
                    settings.insert(name, value);
                }
            }
        }
        settings.retain(|_, value| !value.is_empty());
        Self(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::tests::Nothing;
    use proptest::prelude::*;

    const FILE: &str = "
[default]
region = eu-central-1
s3 =
    addressing_style = path # as before
    s3_use_arn_region = false
sigv4a_signing_region_set = *

[profile other]
# none
account_id_endpoint_mode = required
s3 =
\tuse_accelerate_endpoint=TRUE
dynamodb =
  addressing_style = virtual
[services x]
account_id_endpoint_mode = disabled
";

    fn finder<'a>(files: &'a Files, options: &'a Settings, profile: &'a str) -> Finder<'a> {
        for name in ["default", "other"] {
            let profile = Rc::new(Profile::parse(FILE, |section| (CONFIGURATION.is_of)(section, name)));
            files.profiles.borrow_mut().insert(name.to_owned(), profile);
        }
        Finder { environment: &Nothing, files, options, profile: Some(profile) }
    }

    #[test]
    fn settings_come_from_the_profile() {
        let (files, options) = (Files::default(), vec![("addressing_style", "virtual".to_owned())]);
        let none = Settings::new();
        let usual = finder(&files, &none, "default");
        assert_eq!(usual.text("s3_addressing_style").as_deref(), Some("path"));
        assert_eq!(usual.boolean("s3_use_arn_region", true), Ok(false));
        assert_eq!(usual.boolean("s3_use_accelerate_endpoint", false), Ok(false));
        assert_eq!(usual.text("sigv4a_signing_region_set").as_deref(), Some("*"));
        assert_eq!(usual.text("account_id_endpoint_mode"), None);
        let other = finder(&files, &options, "other");
        assert_eq!(other.one_of("s3_addressing_style", &["auto", "path", "virtual"]), Ok("virtual"));
        assert_eq!(other.boolean("s3_use_accelerate_endpoint", false), Ok(true));
        assert_eq!(other.one_of("account_id_endpoint_mode", &["preferred", "required"]), Ok("required"));
        assert_eq!(other.text("s3"), None);
    }

    #[test]
    fn invalid_values_are_errors() {
        let (files, options) = (Files::default(), vec![("addressing_style", "sideways".to_owned())]);
        let error = finder(&files, &options, "default").one_of("s3_addressing_style", &["auto", "path"]);
        let message = "the setting `addressing_style` is \"sideways\"; it must be \"auto\" or \"path\"";
        assert_eq!(error.unwrap_err().failure().unwrap().message, message);
    }

    proptest! {
        #[test]
        fn any_file_is_read(text in "[a-z0-9\\[\\]= \t\n#;\"ü]{0,100}") {
            Profile::parse(&text, |section| (CONFIGURATION.is_of)(section, "default"));
        }
    }
}
