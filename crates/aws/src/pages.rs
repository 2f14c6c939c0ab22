//! Operations that return their results page by page.

use crate::client::{Client, Options};
use crate::error::{codes, Error, Result};
use crate::found::Found;
use aws_api::jmespath;
use aws_api::Paginator;
use net::Until;
use rhai_vm::{Map, Value};
use std::fmt;

/// The pages of an operation, each of which is requested when somebody asks for it.
pub struct Pages {
    found: Found,
    /// The service as the caller names it.
    service: String,
    options: Options,
    /// The parameters of the next page; `None` after the last one, or why there is none.
    next: Result<Option<Map>>,
    /// The tokens of the page before.
    tokens: Vec<Value>,
}

impl Client {
    /// The pages of an operation. With a size, so many results are requested for each page.
    ///
    /// # Errors
    /// There is no such operation, or it has no pages, or none of a size of one's own.
    pub fn pages(
        &self,
        service: &str,
        operation: &str,
        parameters: &Map,
        page_size: Option<usize>,
        options: &Options,
    ) -> Result<Pages> {
        let open = || {
            let found = self.find(service, operation)?.with(options)?;
            let mut parameters = parameters.clone();
            let paginator = paginator(&found.api, operation)?;
            if let Some(size) = page_size {
                if paginator.limit_key.is_empty() {
                    let message =
                        format!("{operation} has no pages of another size: remove the option `page_size`");
                    return Err(Error::invalid_argument(message));
                }
                // Some services have numbers as strings there.
                let size: Value = if found.api.takes_string(found.operation(), &paginator.limit_key) {
                    size.to_string().into()
                } else {
                    i64::try_from(size).ok().into()
                };
                parameters.insert(paginator.limit_key.clone(), size);
            }
            let (service, options) = (service.to_owned(), options.clone());
            Ok(Pages { found, service, options, next: Ok(Some(parameters)), tokens: Vec::new() })
        };
        open().map_err(|error| error.of(service, operation))
    }
}

/// How an operation of a service continues.
///
/// # Errors
/// It has no pages.
pub fn paginator<'a>(api: &'a aws_api::Service, operation: &str) -> Result<&'a Paginator> {
    let message = || format!("{operation} has no pages: use aws::call");
    api.paginators.get(operation).ok_or_else(|| Error::new(codes::NO_PAGES, message()))
}

impl Pages {
    /// Requests the next page; `None` after the last one.
    ///
    /// # Errors
    /// As for [`Client::call`]; that the service returns the same token twice. The pages end with an error.
    pub fn receive(&mut self, client: &Client, until: Until) -> Result<Option<Map>> {
        let Some(parameters) = std::mem::replace(&mut self.next, Ok(None))? else { return Ok(None) };
        let receive = || {
            let (_, page) = client.send_call(&self.found, &parameters, &self.options, until)?;
            Ok(page)
        };
        let page = receive().map_err(|error| self.said(error))?;
        self.next = self.after(&page, parameters).map_err(|error| self.said(error));
        Ok(Some(page))
    }

    /// The results in a page: the items of its lists.
    pub fn items(&self, page: Map) -> Vec<Value> {
        let page = Value::from(page);
        let keys = self.paginator().map_or("", |paginator| &paginator.result_key).split(',');
        let results = keys.filter_map(|key| jmespath::search(key, &page));
        let lists = results.filter_map(|result| match result {
            Value::Array(items) => Some(items.iter().cloned().collect::<Vec<_>>()),
            Value::Map(_) => Some(vec![result]),
            _ => None,
        });
        lists.flatten().collect()
    }

    /// The parameters of the page after this one, which these parameters had.
    fn after(&mut self, page: &Map, parameters: Map) -> Result<Option<Map>> {
        let tokens = self.tokens(page);
        if tokens.iter().all(Value::is_unit) {
            return Ok(None);
        }
        if self.is_repeated(&tokens) {
            let message =
                "the service returns the same token for the next page twice: the pages would never end";
            return Err(Error::new(codes::INVALID_RESPONSE, message));
        }
        let next = self.continued(parameters, &tokens);
        self.tokens = tokens;
        Ok(Some(next))
    }

    /// Where the next page begins; `()` for what does not say it.
    fn tokens(&self, page: &Map) -> Vec<Value> {
        let Some(paginator) = self.paginator() else { return Vec::new() };
        let page = Value::from(page.clone());
        let find = |path: &str| jmespath::search(path, &page).unwrap_or_default();
        if !paginator.more_results.is_empty() && !is_true(&find(&paginator.more_results)) {
            return Vec::new();
        }
        let tokens = paginator.output_token.split(',').map(|path| Some(find(path)).filter(is_true).into());
        tokens.collect()
    }

    fn paginator(&self) -> Option<&Paginator> {
        self.found.api.paginators.get(&self.found.operation().name)
    }

    fn said(&self, error: Error) -> Error {
        error.of(&self.service, &self.found.operation().name)
    }

    fn is_repeated(&self, tokens: &[Value]) -> bool {
        let json = |tokens: &[Value]| rhai_vm::json::encode(&tokens.iter().cloned().collect::<Value>()).ok();
        !self.tokens.is_empty() && json(&self.tokens) == json(tokens)
    }

    fn continued(&self, mut parameters: Map, tokens: &[Value]) -> Map {
        let names = self.paginator().map_or("", |paginator| &paginator.input_token).split(',');
        for (name, token) in names.zip(tokens) {
            if token.is_unit() {
                parameters.remove(name);
            } else {
                parameters.insert(name.into(), token.clone());
            }
        }
        parameters
    }
}

/// What Python takes for true.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Unit | Value::Bool(false) | Value::Int(0) => false,
        Value::Str(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        _ => true,
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pages of {}", self.found.operation().name)
    }
}
