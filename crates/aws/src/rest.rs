//! A request with a method and a path of the caller's own.

/// A request to a REST service.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    /// `GET`, …
    pub method: String,
    /// What may not stand in a path is encoded; `%XX` stays as it is. May have a query.
    pub path: String,
    /// More of the query, not encoded.
    pub query: Vec<(String, String)>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
}

impl Rest {
    /// A request without anything else.
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self { method: method.into(), path: path.into(), ..Self::default() }
    }

    /// Sets a header unless it is set.
    pub fn default_header(&mut self, name: &str, value: &str) {
        if !self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name)) {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// What is called, for people.
    pub fn action(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }
}
