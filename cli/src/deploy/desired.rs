//! What the function is to be. `None` is what was not said: it stays as it is.

use crate::architecture::Architecture;
use crate::config::{LogFormat, UrlAccess, UrlMode};
use std::collections::BTreeMap;

/// The runtime that Lambda starts `bootstrap` with.
pub(super) const RUNTIME: &str = "provided.al2023";
/// The tag by which a function is known as one of `rhambda deploy`'s.
pub(super) const TAG: &str = "rhambda";
/// Longest name of a role ("`CreateRole`" in the IAM API reference).
const MAX_ROLE_NAME: usize = 64;

/// What the function is to be.
#[derive(Clone, Debug)]
pub(crate) struct Desired {
    pub(crate) name: String,
    pub(crate) handler: String,
    /// What Lambda calls `CodeSha256`.
    pub(crate) code_sha256: String,
    /// The bucket through which the code goes, as it is too large for a request.
    pub(crate) bucket: Option<String>,
    /// Whether the runtime is in the code.
    pub(crate) has_bootstrap: bool,
    pub(crate) architecture: Option<Architecture>,
    pub(crate) role: Role,
    /// ARNs of versions, in their order.
    pub(crate) layers: Option<Vec<String>>,
    /// A layer of our own, before the others.
    pub(crate) layer: Option<Layer>,
    /// In MB.
    pub(crate) memory: Option<u32>,
    /// In seconds.
    pub(crate) timeout: Option<u32>,
    pub(crate) description: Option<String>,
    pub(crate) environment: Option<BTreeMap<String, String>>,
    pub(crate) log_format: Option<LogFormat>,
    /// Those to have; others stay.
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) alias: Option<String>,
    pub(crate) url: Option<UrlAccess>,
    pub(crate) url_mode: Option<UrlMode>,
    /// Whether a function that was made otherwise may be changed.
    pub(crate) adopt: bool,
}

/// The execution role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// This one.
    Arn(String),
    /// The one of this name.
    Name(String),
    /// The function's; for a new function, one of its own with these policies beside the basic one.
    Own {
        /// ARNs.
        policies: Vec<String>,
    },
}

/// A layer to publish, if its contents are not published yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    pub(crate) name: String,
    /// SHA-256 of the zip, in hex.
    pub(crate) hash: String,
}

impl Desired {
    /// The name of the role that a new function gets, if none is said.
    pub(super) fn own_role(&self) -> String {
        const END: &str = "-role";
        let length = self.name.len().min(MAX_ROLE_NAME - END.len());
        format!("{}{END}", &self.name[..length])
    }

    /// The tags, our own included.
    pub(super) fn all_tags(&self) -> BTreeMap<String, String> {
        let own = (TAG.to_owned(), "deploy".to_owned());
        self.tags.clone().into_iter().chain([own]).collect()
    }
}

impl Layer {
    /// What a version's description says about its contents.
    pub(super) fn mark(&self) -> String {
        format!("sha256:{}", self.hash)
    }
}

impl LogFormat {
    /// Lambda's name for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Json => "JSON",
        }
    }
}

impl UrlAccess {
    /// Lambda's name for it; `None` where there is no URL.
    pub(super) fn auth_type(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Iam => Some("AWS_IAM"),
            Self::Public => Some("NONE"),
        }
    }
}

impl UrlMode {
    /// Lambda's name for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Buffered => "BUFFERED",
            Self::Stream => "RESPONSE_STREAM",
        }
    }
}
