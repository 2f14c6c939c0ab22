//! The arguments of `rhambda deploy`, and what they mean.

use super::desired::{Desired, Role};
use super::layer_zip::LayerZip;
use super::limits::{self, REQUEST_LIMIT};
use crate::aws;
use crate::config::Config;
use crate::folder::IGNORE_FILE;
use crate::input;
use crate::package::{Package, Source};
use anyhow::{bail, Context as _, Result};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  rhambda deploy --dir hello --handler hello.handler --layer arn:aws:lambda:…:layer:rhambda:1
  rhambda deploy --dir hello --layer-zip target/layer/rhambda-x86_64.zip    publish the layer as well
  rhambda deploy --dir hello --dry-run                                      show the changes

Keep what does not change in FOLDER/rhambda.toml. Its keys are the names of these options, except for the
tables [environment] and [tags]:

  name = \"hello\"
  handler = \"hello.handler\"
  layer = [\"arn:aws:lambda:eu-central-1:123456789012:layer:rhambda:1\"]
  memory = 256
  url = \"public\"

  [environment]
  STAGE = \"live\"

Deploy changes only what differs. Settings that you do not give stay as they are.";

/// The command-line arguments.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The folder that holds the function's files
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    aws: aws::Options,
    /// Show what would change, without changing anything
    #[arg(long)]
    dry_run: bool,
    /// Take over a function that rhambda deploy did not create
    #[arg(long)]
    adopt: bool,
    /// Don't check the scripts, for handlers that only a layer has
    #[arg(long)]
    no_check: bool,
}

/// A function to deploy: everything on this side of the network.
pub(crate) struct Request {
    name: String,
    source: Source,
    config: Config,
    pub(super) aws: aws::Settings,
    pub(super) dry_run: bool,
    adopt: bool,
}

/// What is brought to AWS, and what it is to become there.
pub(super) struct Delivery {
    pub(super) desired: Desired,
    pub(super) package: Package,
    pub(super) layer: Option<LayerZip>,
}

impl Arguments {
    /// Reads and checks all of it.
    pub(crate) fn resolve(self) -> Result<Request> {
        let folder = input::folder("--dir", &self.dir)?;
        let config = self.config.or(Config::read(&folder)?);
        if config.handler.is_none() {
            bail!("the handler is missing: pass --handler FILE.FUNCTION, or set handler = \"…\" in rhambda.toml");
        }
        if config.role.is_some() && config.policy.is_some() {
            bail!(
                "--role and --policy exclude each other: deploy attaches policies only to a role that it creates"
            );
        }
        let name = config.name.clone().unwrap_or_else(|| input::function_name(&folder));
        limits::check(&name, &config)?;
        let source = Source {
            handler: config.handler.clone(),
            bootstrap: config.with_bootstrap.clone(),
            include: config.include.clone().unwrap_or_default(),
            check: !self.no_check,
            folder,
        };
        let aws = self.aws.resolve(config.region.clone());
        Ok(Request { name, source, config, aws, dry_run: self.dry_run, adopt: self.adopt })
    }
}

impl Request {
    /// Packs everything.
    ///
    /// # Errors
    /// When something cannot be packed, would fail in Lambda, or does not fit together.
    pub(super) fn load(self) -> Result<Delivery> {
        let package = Package::new(&self.source, None)?;
        let layer = self.config.layer_zip.as_deref().map(LayerZip::read).transpose()?;
        let config = self.config;
        let mut architecture = config.architecture;
        let builds = [
            ("--with-bootstrap", package.architecture),
            ("--layer-zip", layer.as_ref().and_then(|layer| layer.architecture)),
        ];
        for (option, build) in builds {
            match (architecture, build) {
                (Some(wanted), Some(build)) if wanted != build => {
                    bail!("the runtime of {option} is built for {build}, but the function runs on {wanted}")
                }
                (wanted, build) => architecture = wanted.or(build),
            }
        }
        let bucket = through_bucket(package.zip.len(), config.s3_bucket)?;
        let desired = Desired {
            name: self.name,
            handler: config.handler.context("a handler")?,
            code_sha256: package.digest.base64(),
            bucket,
            has_bootstrap: package.has_bootstrap,
            architecture,
            role: match config.role {
                Some(arn) if arn.starts_with("arn:") => Role::Arn(arn),
                Some(name) => Role::Name(name),
                None => Role::Own { policies: config.policy.unwrap_or_default() },
            },
            layers: config.layer,
            layer: layer.as_ref().map(|zip| zip.layer(config.layer_name)),
            memory: config.memory,
            timeout: config.timeout,
            description: config.description,
            environment: config.environment,
            log_format: config.log_format,
            tags: config.tags,
            alias: config.alias,
            url: config.url,
            url_mode: config.url_mode,
            adopt: self.adopt,
        };
        Ok(Delivery { desired, package, layer })
    }
}

/// The bucket, if the package is too large to go without.
fn through_bucket(size: usize, bucket: Option<String>) -> Result<Option<String>> {
    if size <= REQUEST_LIMIT {
        return Ok(None);
    }
    if bucket.is_none() {
        bail!(
            "the package has {} MB; Lambda accepts more than {} MB only through S3: name a bucket in the \
             function's region with --s3-bucket, or leave files out by {}",
            size >> 20,
            REQUEST_LIMIT >> 20,
            IGNORE_FILE
        );
    }
    Ok(bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_large_packages_go_through_a_bucket() {
        let bucket = || Some("b".to_owned());
        assert_eq!(through_bucket(50 << 20, bucket()).unwrap(), None);
        assert_eq!(through_bucket((50 << 20) + 1, bucket()).unwrap(), bucket());
        let error = through_bucket(60 << 20, None).unwrap_err().to_string();
        assert!(
            error.starts_with("the package has 60 MB; Lambda accepts more than 50 MB only through S3"),
            "{error}"
        );
    }
}
