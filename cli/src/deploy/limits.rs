//! What Lambda would refuse, said before anything is made: it looks at a function after its role is there
//! ("`CreateFunction`" in the AWS Lambda API reference).

use crate::config::Config;
use anyhow::{bail, Result};
use std::ops::RangeInclusive;

const LONGEST_NAME: usize = 64;
const LONGEST_ALIAS: usize = 128;
const MEMORY: RangeInclusive<u32> = 128..=10_240;
const TIMEOUT: RangeInclusive<u32> = 1..=900;
const MOST_LAYERS: usize = 5;

/// Looks at what is said of a function of this name.
///
/// # Errors
/// What Lambda would refuse, and what it takes.
pub(super) fn check(name: &str, config: &Config) -> Result<()> {
    if !is_name(name, LONGEST_NAME) {
        bail!(
            "\"{name}\" cannot be a function's name: it is made of 1 to {LONGEST_NAME} letters of ASCII, digits, - and _"
        );
    }
    if let Some(alias) = config.alias.as_ref().filter(|alias| !is_alias(alias)) {
        bail!(
            "\"{alias}\" cannot be an alias: it is made of 1 to {LONGEST_ALIAS} letters of ASCII, digits, - and _, \
             not of digits alone"
        );
    }
    if let Some(memory) = config.memory.filter(|memory| !MEMORY.contains(memory)) {
        bail!("a function has {} to {} MB of memory, not {memory}", MEMORY.start(), MEMORY.end());
    }
    if let Some(timeout) = config.timeout.filter(|timeout| !TIMEOUT.contains(timeout)) {
        bail!("a timeout is {} to {} seconds, not {timeout}", TIMEOUT.start(), TIMEOUT.end());
    }
    let layers = config.layer.as_deref().unwrap_or_default();
    if let Some(layer) = layers.iter().find(|layer| !is_layer(layer)) {
        bail!(
            "\"{layer}\" is no layer's version: its ARN looks like arn:aws:lambda:eu-central-1:123456789012:layer:NAME:1"
        );
    }
    let count = layers.len() + usize::from(config.layer_zip.is_some());
    if count > MOST_LAYERS {
        bail!("a function has at most {MOST_LAYERS} layers, not {count}");
    }
    Ok(())
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

    #[test]
    fn what_lambda_takes() {
        let arn = "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:layer:rhambda-x86_64:12";
        for config in [
            "",
            "memory = 128\ntimeout = 900\nalias = \"v1\"",
            &format!("layer = [\"{arn}\", \"{arn}\", \"{arn}\", \"{arn}\", \"{arn}\"]"),
        ] {
            check("a-B_9", &toml::from_str(config).unwrap()).unwrap();
        }
        check(&"a".repeat(64), &Config::default()).unwrap();
    }

    #[test]
    fn what_it_refuses() {
        for name in ["", "a b", "größe", "../x", "a.b", &"a".repeat(65)] {
            assert!(refusal(name, "").contains("cannot be a function's name"), "{name}");
        }
        for alias in ["", "x y", "12"] {
            assert!(refusal("a", &format!("alias = \"{alias}\"")).contains("cannot be an alias"), "{alias}");
        }
        assert_eq!(refusal("a", "memory = 127"), "a function has 128 to 10240 MB of memory, not 127");
        assert_eq!(refusal("a", "timeout = 901"), "a timeout is 1 to 900 seconds, not 901");
        for layer in [
            "rhambda",
            "arn:aws:lambda:eu-central-1:123456789012:layer:rhambda",
            "arn:a:lambda:b:c:layer:d:$",
        ] {
            assert!(
                refusal("a", &format!("layer = [\"{layer}\"]")).contains("no layer's version"),
                "{layer}"
            );
        }
        let arns = ["\"arn:aws:lambda:a:1:layer:b:1\""; 5].join(",");
        let config = format!("layer = [{arns}]\nlayer-zip = \"x.zip\"");
        assert_eq!(refusal("a", &config), "a function has at most 5 layers, not 6");
    }
}
