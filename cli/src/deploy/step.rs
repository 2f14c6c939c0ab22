//! One thing to do in AWS.

use crate::config::{UrlAccess, UrlMode};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// One thing to do in AWS. Its text says what is made (`+`), changed (`~`) or removed (`-`); values of
/// environment variables are never shown, they may be secret.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Make a role that Lambda may take.
    CreateRole { name: String },
    /// Let the role do what a policy allows.
    AttachPolicy { role: String, policy: String },
    /// Publish our own layer.
    PublishLayer { name: String },
    /// Bring code to S3 that is too large for a request.
    UploadCode { bucket: String },
    /// Make the function, with all that was said.
    CreateFunction { name: String },
    /// Replace the function's code, and with it its architecture.
    UpdateCode { architecture: Option<Change> },
    /// Change settings, given as `UpdateFunctionConfiguration` takes them; the layers and the role
    /// that only other steps bring into being are left to [`super::apply`].
    Configure { changes: Vec<Change>, parameters: Map<String, Value> },
    /// Add tags, or change their values.
    Tag { tags: BTreeMap<String, String> },
    /// Publish a version and point the alias to it.
    PointAlias { name: String, exists: bool },
    /// Make or change the URL.
    PutUrl { access: UrlAccess, mode: UrlMode, exists: bool },
    /// Remove the URL.
    DeleteUrl,
    /// Let everyone call the URL, by a statement of this name.
    Allow { statement: &'static str },
    /// Take such a permission back.
    Forbid { statement: &'static str },
}

/// A setting that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) setting: &'static str,
    /// What changes, for people.
    pub(super) how: String,
}

impl Change {
    pub(super) fn new(setting: &'static str, from: impl fmt::Display, to: impl fmt::Display) -> Self {
        Self { setting, how: format!("{from} → {to}") }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.setting, self.how)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateRole { name } => write!(f, "+ role {name}"),
            Self::AttachPolicy { role, policy } => {
                write!(f, "+ policy {} of role {role}", policy.rsplit('/').next().unwrap_or(policy))
            }
            Self::PublishLayer { name } => write!(f, "+ version of layer {name}"),
            Self::UploadCode { bucket } => write!(f, "+ code in bucket {bucket}"),
            Self::CreateFunction { name } => write!(f, "+ function {name}"),
            Self::UpdateCode { architecture: None } => f.write_str("~ code"),
            Self::UpdateCode { architecture: Some(change) } => write!(f, "~ code, {change}"),
            Self::Configure { changes, .. } => {
                let changes: Vec<_> = changes.iter().map(Change::to_string).collect();
                write!(f, "~ {}", changes.join(", "))
            }
            Self::Tag { tags } => {
                let tags: Vec<_> = tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
                write!(f, "+ tags {}", tags.join(", "))
            }
            Self::PointAlias { name, exists } => {
                write!(f, "{} alias {name}, to a new version", if *exists { '~' } else { '+' })
            }
            Self::PutUrl { access, mode, exists } => {
                let access = match access {
                    UrlAccess::Public => "for everyone",
                    UrlAccess::Iam | UrlAccess::None => "with IAM authentication",
                };
                let stream = match mode {
                    UrlMode::Buffered => "",
                    UrlMode::Stream => ", with streams",
                };
                write!(f, "{} URL {access}{stream}", if *exists { '~' } else { '+' })
            }
            Self::DeleteUrl => f.write_str("- URL"),
            Self::Allow { statement } => write!(f, "+ permission {statement}"),
            Self::Forbid { statement } => write!(f, "- permission {statement}"),
        }
    }
}
