//! The function's URL, and who may call it.

use super::Apply;
use crate::deploy::plan::INVOKE_BY_URL;
use crate::deploy::read::{qualifier, url_path};
use anyhow::Result;
use serde_json::{json, Value};

impl Apply<'_> {
    pub(super) fn on_url(&self, method: &str, body: Option<&Value>) -> Result<()> {
        let path = url_path(self.name());
        self.done(self.aws.lambda(method, &path, &self.qualifier(), body)).map(drop)
    }

    pub(super) fn allow(&self, statement: &str) -> Result<()> {
        let mut body = json!({ "StatementId": statement, "Principal": "*" });
        if statement == INVOKE_BY_URL {
            body["Action"] = "lambda:InvokeFunction".into();
            body["InvokedViaFunctionUrl"] = true.into();
        } else {
            body["Action"] = "lambda:InvokeFunctionUrl".into();
            body["FunctionUrlAuthType"] = "NONE".into();
        }
        self.done(self.aws.lambda("POST", &self.path("/policy"), &self.qualifier(), Some(&body))).map(drop)
    }

    pub(super) fn forbid(&self, statement: &str) -> Result<()> {
        let path = self.path(&format!("/policy/{statement}"));
        self.done(self.aws.lambda("DELETE", &path, &self.qualifier(), None)).map(drop)
    }

    fn qualifier(&self) -> Vec<(&str, &str)> {
        qualifier(self.delivery.desired.alias.as_deref())
    }
}
