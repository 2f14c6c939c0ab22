//! The developer's credentials for AWS. A function on this machine gets them as one in a container does: from a service
//! that it asks when it needs them. So a function that doesn't call AWS need not wait for AWS's CLI.

use super::http_response::{response, HttpResponse};
use aws::credentials;
use hyper::header::{HeaderMap, AUTHORIZATION};
use hyper::StatusCode;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// The path of the service.
pub(crate) const PATH: &str = "/credentials";

/// The service, for one function. Clones are the same service.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// Nobody else on this machine knows it.
    token: Arc<str>,
    found: Arc<OnceCell<HttpResponse>>,
}

impl Credentials {
    pub(crate) fn new() -> Self {
        Self { token: Uuid::new_v4().to_string().into(), found: Arc::default() }
    }

    /// The variables that tell a function of the service.
    pub(crate) fn variables(&self, address: SocketAddr) -> [(String, String); 2] {
        [
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI".into(), format!("http://{address}{PATH}")),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN".into(), self.token.to_string()),
        ]
    }

    /// Answers a request for credentials. The CLI may take longer than the function waits: the next request gets what
    /// it has found.
    pub(crate) async fn response(&self, headers: &HeaderMap) -> HttpResponse {
        if headers.get(AUTHORIZATION).is_none_or(|token| token.as_bytes() != self.token.as_bytes()) {
            let why = json!({ "message": "the authorization token is wrong" });
            return response(StatusCode::FORBIDDEN, &why);
        }
        let found = Arc::clone(&self.found);
        let find = async move { found.get_or_init(find).await.clone() };
        // It goes on if the function gives up meanwhile.
        tokio::spawn(find).await.unwrap_or_else(|_| response(StatusCode::INTERNAL_SERVER_ERROR, &json!({})))
    }
}

async fn find() -> HttpResponse {
    match tokio::task::spawn_blocking(credentials::from_cli).await {
        Ok(Ok(found)) => response(StatusCode::OK, &found),
        Ok(Err(problem)) => response(StatusCode::NOT_FOUND, &json!({ "message": problem.to_string() })),
        Err(_) => response(StatusCode::INTERNAL_SERVER_ERROR, &json!({})),
    }
}
