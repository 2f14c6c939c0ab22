//! What is sent and what comes back.

use std::time::Duration;

/// A request. Nothing in it is changed on the way: the path and the query are sent byte for byte as
/// the URL has them, and no header is added but `host`, `content-length`, and `authorization` for a
/// URL with user and password in it.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`, …; sent as it is.
    pub method: String,
    /// An absolute URL, `http` or `https`. What may not stand in one must be percent-encoded.
    pub url: String,
    /// Names in any case. `content-length` and `transfer-encoding` are left out of account: they
    /// follow from the body.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
    /// The longest that it all may take, redirects and the response's body included.
    pub timeout: Option<Duration>,
    /// How many redirects are followed before there is an error. With 0, a redirect is a response
    /// like any other.
    pub redirects: u32,
    /// Whether it does no harm when the server gets it twice: then it is sent again when a connection,
    /// kept from an earlier request, turns out to be closed.
    pub repeatable: bool,
    /// Whether a gzipped body is decoded, and `content-encoding` and `content-length` taken away.
    pub decode: bool,
}

impl Request {
    /// A request without headers and body, which follows no redirects. Whether it is repeatable
    /// follows from the method.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        let method = method.into();
        Self {
            repeatable: matches!(&*method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE"),
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout: None,
            redirects: 0,
            decode: false,
        }
    }

    /// The same with one header more.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// A response, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response<B = Vec<u8>> {
    /// 100 to 999
    pub status: u16,
    /// In the order in which they came, names in lower case. What is not UTF-8 in a value is
    /// replaced.
    pub headers: Vec<(String, String)>,
    /// All of it, or a [`Body`](crate::Body) that is still to be read.
    pub body: B,
    /// Where it came from, after redirects.
    pub url: String,
}

impl<B> Response<B> {
    /// The first header of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The response without its body, and the body.
    pub fn into_parts(self) -> (Response<()>, B) {
        let Self { status, headers, body, url } = self;
        (Response { status, headers, body: (), url }, body)
    }
}

impl Response<()> {
    /// The response with this body.
    pub fn with_body<B>(self, body: B) -> Response<B> {
        let Self { status, headers, url, .. } = self;
        Response { status, headers, body, url }
    }
}
