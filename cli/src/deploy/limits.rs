//! What Lambda would refuse, said before anything is made: it looks at a function after its role is there
//! ("`CreateFunction`" in the AWS Lambda API reference).

use super::desired::TAG;
use crate::config::Config;
use crate::input;
use anyhow::{bail, Result};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Lambda accepts no larger zip in a request, in bytes ("Lambda quotas" in the AWS Lambda developer guide).
pub(super) const REQUEST_LIMIT: usize = 50 << 20;

const LONGEST_NAME: usize = 64;
const LONGEST_ALIAS: usize = 128;
const MEMORY: RangeInclusive<u32> = 128..=10_240;
const TIMEOUT: RangeInclusive<u32> = 1..=900;
const MOST_LAYERS: usize = 5;
const LONGEST_DESCRIPTION: usize = 256;
/// All variables of the environment together, in bytes: Lambda measures them as JSON.
const LARGEST_ENVIRONMENT: usize = 4 << 10;
const LONGEST_TAG: usize = 128;
const LONGEST_TAG_VALUE: usize = 256;
const MOST_TAGS: usize = 50;

/// Variables that are Lambda's own ("Working with Lambda environment variables" in the AWS Lambda developer
/// guide), but for those whose names begin with `_`, as no name of a variable may.
const RESERVED: [&str; 16] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// Looks at what is said of a function of this name.
///
/// # Errors
/// What Lambda would refuse, and what it takes.
pub(super) fn check(name: &str, config: &Config) -> Result<()> {
    if !is_name(name, LONGEST_NAME) {
        bail!(
            "\"{name}\" is not a valid function name: use 1 to {LONGEST_NAME} ASCII letters, digits, - and _"
        );
    }
    if let Some(alias) = config.alias.as_ref().filter(|alias| !is_alias(alias)) {
        bail!(
            "\"{alias}\" is not a valid alias: use 1 to {LONGEST_ALIAS} ASCII letters, digits, - and _, \
             not of digits alone"
        );
    }
    config.handler.as_deref().map_or(Ok(()), input::check_handler)?;
    let description = config.description.as_deref().unwrap_or_default().chars().count();
    if description > LONGEST_DESCRIPTION {
        bail!("the description has {description} characters; Lambda accepts at most {LONGEST_DESCRIPTION}");
    }
    config.environment.as_ref().map_or(Ok(()), check_environment)?;
    check_tags(&config.tags)?;
    if let Some(memory) = config.memory.filter(|memory| !MEMORY.contains(memory)) {
        bail!("{memory} MB of memory is invalid: use {} to {} MB", MEMORY.start(), MEMORY.end());
    }
    if let Some(timeout) = config.timeout.filter(|timeout| !TIMEOUT.contains(timeout)) {
        bail!(
            "a timeout of {timeout} seconds is invalid: use {} to {} seconds",
            TIMEOUT.start(),
            TIMEOUT.end()
        );
    }
    let layers = config.layer.as_deref().unwrap_or_default();
    if let Some(layer) = layers.iter().find(|layer| !is_layer(layer)) {
        bail!(
            "\"{layer}\" is not the ARN of a layer version, such as arn:aws:lambda:eu-central-1:123456789012:layer:NAME:1"
        );
    }
    let count = layers.len() + usize::from(config.layer_zip.is_some());
    if count > MOST_LAYERS {
        bail!("{count} layers are too many: a function has at most {MOST_LAYERS}");
    }
    Ok(())
}

fn check_environment(variables: &BTreeMap<String, String>) -> Result<()> {
    if let Some(name) = variables.keys().find(|name| !is_variable(name)) {
        bail!(
            "\"{name}\" is not a valid name for an environment variable: use at least 2 ASCII letters, \
             digits and _, beginning with a letter"
        );
    }
    if let Some(name) = variables.keys().find(|name| RESERVED.contains(&name.as_str())) {
        bail!("the environment variable {name} is reserved by Lambda: remove it or choose another name");
    }
    let size = serde_json::to_vec(variables)?.len();
    if size > LARGEST_ENVIRONMENT {
        bail!(
            "the environment variables have {size} bytes as JSON; Lambda accepts at most {LARGEST_ENVIRONMENT}: put \
             long values into a file of the function"
        );
    }
    Ok(())
}

fn check_tags(tags: &BTreeMap<String, String>) -> Result<()> {
    for (name, value) in tags {
        if name.to_ascii_lowercase().starts_with("aws:") {
            bail!("\"{name}\" is not a valid tag: names that begin with aws: are reserved by AWS");
        }
        if !(1..=LONGEST_TAG).contains(&name.chars().count()) {
            bail!("\"{name}\" is not a valid tag: use 1 to {LONGEST_TAG} characters");
        }
        if value.chars().count() > LONGEST_TAG_VALUE {
            bail!("the value of the tag {name} is too long: use at most {LONGEST_TAG_VALUE} characters");
        }
    }
    if tags.contains_key(TAG) {
        bail!("the tag {TAG} is reserved: deploy recognizes its functions by it. Remove it");
    }
    if tags.len() >= MOST_TAGS {
        let count = tags.len() + 1;
        bail!("{count} tags are too many: a function has at most {MOST_TAGS}, and deploy adds `{TAG}`");
    }
    Ok(())
}

fn is_variable(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.len() >= 2 && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(good)
}

fn is_name(text: &str, longest: usize) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=longest).contains(&text.len()) && text.chars().all(good)
}

fn is_alias(text: &str) -> bool {
    is_name(text, LONGEST_ALIAS) && !text.chars().all(|c| c.is_ascii_digit())
}

/// `arn:PARTITION:lambda:REGION:ACCOUNT:layer:NAME:VERSION`.
fn is_layer(arn: &str) -> bool {
    let parts: Vec<_> = arn.split(':').collect();
    match parts[..] {
        ["arn", _, "lambda", _, _, "layer", _, version] => version.parse::<u64>().is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refusal(name: &str, config: &str) -> String {
        check(name, &toml::from_str(config).unwrap()).unwrap_err().to_string()
    }

    fn tags(count: usize) -> String {
        (0..count).fold(String::from("[tags]\n"), |all, index| format!("{all}t{index} = \"\"\n"))
    }

    #[test]
    fn what_lambda_takes() {
        let arn = "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:layer:rhambda-x86_64:12";
        for config in [
            "",
            "memory = 128\ntimeout = 900\nalias = \"v1\"",
            "handler = \"|event|event\"\n[environment]\nA1 = \"\"\nAWS_ENDPOINT_URL = \"x\"\n[tags]\nawsome = \"\"",
            &format!("description = \"{}\"", "ä".repeat(256)),
            // {"AB":"…"}
            &format!("environment.AB = \"{}\"", "x".repeat(4096 - 9)),
            &tags(49),
            &format!("layer = [\"{arn}\", \"{arn}\", \"{arn}\", \"{arn}\", \"{arn}\"]"),
        ] {
            check("a-B_9", &toml::from_str(config).unwrap()).unwrap();
        }
        check(&"a".repeat(64), &Config::default()).unwrap();
    }

    #[test]
    fn what_it_refuses() {
        for name in ["", "a b", "größe", "../x", "a.b", &"a".repeat(65)] {
            assert!(refusal(name, "").contains("is not a valid function name"), "{name}");
        }
        for alias in ["", "x y", "12"] {
            assert!(
                refusal("a", &format!("alias = \"{alias}\"")).contains("is not a valid alias"),
                "{alias}"
            );
        }
        assert_eq!(refusal("a", "memory = 127"), "127 MB of memory is invalid: use 128 to 10240 MB");
        assert_eq!(
            refusal("a", "timeout = 901"),
            "a timeout of 901 seconds is invalid: use 1 to 900 seconds"
        );
        for layer in [
            "rhambda",
            "arn:aws:lambda:eu-central-1:123456789012:layer:rhambda",
            "arn:a:lambda:b:c:layer:d:$",
        ] {
            assert!(
                refusal("a", &format!("layer = [\"{layer}\"]")).contains("is not the ARN of a layer version"),
                "{layer}"
            );
        }
        for handler in ["", "|event| event", "a b.c", &"x".repeat(129)] {
            assert!(refusal("a", &format!("handler = \"{handler}\"")).contains("is invalid"), "{handler}");
        }
        let description = format!("description = \"{}\"", "ä".repeat(257));
        assert_eq!(
            refusal("a", &description),
            "the description has 257 characters; Lambda accepts at most 256"
        );
        let arns = ["\"arn:aws:lambda:a:1:layer:b:1\""; 5].join(",");
        let config = format!("layer = [{arns}]\nlayer-zip = \"x.zip\"");
        assert_eq!(refusal("a", &config), "6 layers are too many: a function has at most 5");
    }

    #[test]
    fn variables_that_it_refuses() {
        let variable =
            |name: &str, value: &str| refusal("a", &format!("environment.\"{name}\" = \"{value}\""));
        for name in ["A", "", "A-B", "A B", "1A", "_A", "_HANDLER", "_X_AMZN_TRACE_ID", "größe"] {
            assert!(
                variable(name, "1").contains("is not a valid name for an environment variable"),
                "{name}"
            );
        }
        for name in RESERVED {
            let expected = "is reserved by Lambda: remove it or choose another name";
            assert_eq!(variable(name, "1"), format!("the environment variable {name} {expected}"));
        }
        let said = variable("AB", &"x".repeat(4096 - 8));
        assert!(said
            .starts_with("the environment variables have 4097 bytes as JSON; Lambda accepts at most 4096"));
    }

    #[test]
    fn tags_that_it_refuses() {
        let tag = |name: &str, value: &str| refusal("a", &format!("tags.\"{name}\" = \"{value}\""));
        assert_eq!(
            tag("aws:x", "1"),
            "\"aws:x\" is not a valid tag: names that begin with aws: are reserved by AWS"
        );
        assert!(tag("AWS:x", "1").contains("are reserved by AWS"));
        for name in ["", &"ä".repeat(129)] {
            assert!(tag(name, "1").ends_with("is not a valid tag: use 1 to 128 characters"), "{name}");
        }
        assert_eq!(
            tag("x", &"ä".repeat(257)),
            "the value of the tag x is too long: use at most 256 characters"
        );
        assert!(tag(TAG, "mine").starts_with("the tag rhambda is reserved"));
        let said = refusal("a", &tags(50));
        assert!(said.starts_with("51 tags are too many: a function has at most 50"), "{said}");
    }
}
