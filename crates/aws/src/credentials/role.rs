//! Roles that are assumed with STS, for single calls or, with a web identity, for all.

use super::{missing, Cached, Credentials, MARGIN};
use crate::environment::Environment;
use crate::error::Result;
use rhai_vm::{Map, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

/// So many roles are remembered.
const MOST: usize = 100;
/// The name of a session if nothing else is said.
const SESSION: &str = "rhambda";

/// A role, and who assumes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// The name of the session, which AWS's logs have.
    pub session_name: Option<String>,
    /// What the role's owner demands.
    pub external_id: Option<String>,
    /// The access key with which it is assumed, where that is not the environment's.
    pub source: Option<String>,
}

impl Role {
    /// The parameters of `AssumeRole`.
    pub(crate) fn parameters(&self) -> Map {
        let session = self.session_name.as_deref().unwrap_or(SESSION);
        let mut map = Map::new();
        map.insert("RoleArn".into(), self.arn.as_str().into());
        map.insert("RoleSessionName".into(), session.into());
        if let Some(id) = &self.external_id {
            map.insert("ExternalId".into(), id.as_str().into());
        }
        map
    }
}

/// The credentials of roles, or of sessions, until shortly before they expire.
pub(crate) struct Roles {
    cached: RefCell<HashMap<Role, Cached>>,
    /// How long before.
    margin: Duration,
}

impl Default for Roles {
    fn default() -> Self {
        Self::renewed_before(MARGIN)
    }
}

impl Roles {
    /// None yet. They are renewed so long before they expire.
    pub(crate) fn renewed_before(margin: Duration) -> Self {
        Self { cached: RefCell::default(), margin }
    }

    /// The credentials of a role; `assume` returns the response of STS.
    pub(crate) fn credentials(
        &self,
        role: &Role,
        environment: &dyn Environment,
        assume: impl FnOnce() -> Result<Map>,
    ) -> Result<Credentials> {
        let is_fresh = |cached: &&Cached| is_fresh(cached, environment.now(), self.margin);
        let cached = self.cached.borrow().get(role).filter(is_fresh).cloned();
        if let Some(cached) = cached {
            return Ok(cached.credentials);
        }
        let cached =
            read(&assume()?, environment).ok_or_else(|| missing("the response of STS has no credentials"))?;
        let mut roles = self.cached.borrow_mut();
        if roles.len() >= MOST {
            roles.clear();
        }
        let credentials = cached.credentials.clone();
        roles.insert(role.clone(), cached);
        Ok(credentials)
    }

    /// Forgets credentials that turned out to be no longer valid; whether there were any.
    pub(crate) fn forget(&self) -> bool {
        !self.cached.take().is_empty()
    }
}

fn is_fresh(cached: &Cached, now: SystemTime, margin: Duration) -> bool {
    cached.expires.is_none_or(|expires| expires.duration_since(now).is_ok_and(|left| left > margin))
}

fn read(response: &Map, environment: &dyn Environment) -> Option<Cached> {
    let map = response.get("Credentials").and_then(Value::as_map)?;
    let text = |name: &str| map.get(name).and_then(Value::as_str).map(ToString::to_string);
    let expires = map.get("Expiration").and_then(|time| environment.values().microseconds(time));
    let expires = expires.and_then(|time| u64::try_from(time).ok());
    Some(Cached {
        credentials: Credentials {
            access_key_id: text("AccessKeyId")?,
            secret_access_key: text("SecretAccessKey")?,
            session_token: text("SessionToken"),
            account_id: account(response),
        },
        expires: expires.map(|time| SystemTime::UNIX_EPOCH + Duration::from_micros(time)),
    })
}

/// The account in the ARN of the role that was assumed.
fn account(response: &Map) -> Option<String> {
    let arn = response.get("AssumedRoleUser").and_then(Value::as_map)?.get("Arn").and_then(Value::as_str)?;
    arn.split(':').nth(4).filter(|account| !account.is_empty()).map(str::to_owned)
}
