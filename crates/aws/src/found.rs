//! An operation that was found by its name: parameters → request, response → value.

use crate::attributes;
use crate::client::Options;
use crate::customizations;
use crate::draft::Draft;
use crate::environment::Environment;
use crate::error::{codes, Error, Failure, Result};
use crate::response;
use crate::services::Service;
use crate::watch;
use aws_api::{Operation, Response};
use rhai_vm::Map;
use std::rc::Rc;

/// An operation of a service.
pub(crate) struct Found {
    pub(crate) service: Service,
    pub(crate) api: Rc<aws_api::Service>,
    pub(crate) number: usize,
    pub(crate) environment: Rc<dyn Environment>,
    /// Whether its parameters and its response have plain values in place of `DynamoDB`'s attribute values.
    pub(crate) is_plain: bool,
}

impl Found {
    pub(crate) fn operation(&self) -> &Operation {
        &self.api.operations[self.number]
    }

    /// The same, with plain values if the caller wants them.
    ///
    /// # Errors
    /// The service has no attribute values.
    pub(crate) fn with(self, options: &Options) -> Result<Self> {
        if options.is_plain && !self.service.name().starts_with("dynamodb") {
            let message =
                format!("{} has no attribute values: remove the option `plain`", self.service.name());
            return Err(Error::invalid_argument(message));
        }
        Ok(Self { is_plain: options.is_plain, ..self })
    }

    pub(crate) fn draft(&self, parameters: &Map) -> Result<Draft<'static>> {
        let changed = self.changed(parameters)?;
        let parameters = changed.as_ref().unwrap_or(parameters);
        let draft =
            Draft::of_operation(self.service, self.operation(), self.request(parameters)?, parameters)?;
        Ok(Draft { resource: watch::resource(self.service.name(), parameters), ..draft })
    }

    /// The response of the environment in place of AWS's.
    pub(crate) fn replaced(&self, parameters: &Map) -> Option<Result<Map>> {
        self.environment.call(self.service.name(), &self.operation().name, parameters)
    }

    /// What a complete response says.
    pub(crate) fn result(&self, response: net::Response) -> Result<Map> {
        let (status, id) = (response.status, response::request_id(&response));
        let result = self.api.response(self.operation(), of_net(response), self.environment.values());
        let mut result = result.map_err(|error| invalid_response(error, status, id))?;
        customizations::decode(self.service.name(), &self.operation().name, &mut result);
        if self.is_plain {
            let decoded = self.api.convert_response(self.operation(), &result, attributes::decode);
            result = decoded.map_err(|why| Error::new(codes::INVALID_RESPONSE, why))?;
        }
        Ok(result)
    }

    /// What a response says beside its body.
    pub(crate) fn head(&self, head: &net::Response<()>) -> Result<Map> {
        let result = self.api.head(
            self.operation(),
            &of_net(head.clone().with_body(Vec::new())),
            self.environment.values(),
        );
        result.map_err(|error| invalid_response(error, head.status, response::request_id(head)))
    }

    /// The parameters as they are sent; `None` if they stay as they are.
    pub(crate) fn changed(&self, parameters: &Map) -> Result<Option<Map>> {
        let operation = self.operation();
        if self.is_plain {
            let encoded = self.api.convert_parameters(operation, parameters, attributes::encode);
            return Ok(Some(encoded.map_err(Error::invalid_argument)?));
        }
        customizations::parameters(self.service.name(), &operation.name, parameters)
    }

    /// The request with such parameters.
    pub(crate) fn request(&self, parameters: &Map) -> Result<aws_api::Request> {
        let mut request = self.api.request(self.operation(), parameters, self.environment.values())?;
        let headers = customizations::headers(self.service.name()).iter();
        request.headers.extend(headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Ok(request)
    }
}

pub(crate) fn of_net(response: net::Response) -> Response {
    let net::Response { status, headers, body, .. } = response;
    Response { status, headers, body }
}

/// The error of a response that cannot be understood.
pub(crate) fn invalid_response(error: aws_api::Error, status: u16, request_id: Option<String>) -> Error {
    match Error::from(error) {
        Error::Failed(failure) => Failure { status: Some(status), request_id, ..*failure }.into(),
        Error::Deadline => Error::Deadline,
    }
}
