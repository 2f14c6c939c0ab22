//! What the table says of a service.

use rhai_vm::Str;
use std::collections::HashMap;

/// A service: its operations, and the shapes of their parameters and responses.
#[derive(Clone, Debug)]
pub struct Service {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Whether its error codes are those of a query protocol that it had before.
    pub is_query_compatible: bool,
    /// What `X-Amz-Target` begins with, before a dot and the operation; the service's name in paths with CBOR.
    pub target: Str,
    /// The version of JSON: `1.0` or `1.1`.
    pub json_version: Str,
    /// The version of its API: `2012-11-05`.
    pub version: Str,
    /// Its operations, by name.
    pub operations: Vec<Operation>,
    /// Its structures, lists and maps.
    pub(crate) shapes: Vec<Shape>,
    /// Its errors with members or codes of their own, by the name of their shapes.
    pub errors: HashMap<Str, ModeledError>,
    /// How operations continue, by the operations' names.
    pub paginators: HashMap<Str, Paginator>,
    /// What can be waited for.
    pub waiters: HashMap<Str, Waiter>,
}

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// JSON, the operation in a header.
    Json,
    /// Paths and methods, with JSON.
    RestJson,
    /// Paths and methods, with XML.
    RestXml,
    /// CBOR, the operation in the path.
    Cbor,
    /// Form fields in the request, XML in the response.
    Query,
    /// The same with EC2's rules.
    Ec2,
}

/// An operation.
#[allow(clippy::struct_excessive_bools)] // each is a trait of AWS's models
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name: `GetItem`.
    pub name: Str,
    /// `POST`, …
    pub method: &'static str,
    /// The path, with labels such as `{Bucket}` and `{Key+}`, and maybe a query.
    pub path: String,
    /// What goes before the host name, with labels; mostly empty.
    pub host_prefix: Str,
    /// A name under which the service may have endpoints for this operation; mostly empty.
    pub context: Str,
    /// The root element of the request, and its namespace.
    pub(crate) root: (Str, Str),
    /// Whether the body is not signed.
    pub is_payload_unsigned: bool,
    /// Whether it is called without a signature.
    pub is_unsigned: bool,
    /// Whether the body has a checksum, whose algorithm the caller may choose.
    pub has_checksum: bool,
    /// Whether the header `Content-MD5` is required.
    pub needs_md5: bool,
    /// Whether the body is one parameter with bytes.
    pub has_stream: bool,
    /// Whether a body without members is `{}`.
    pub(crate) has_empty_body: bool,
    /// The type of the parameters; [`Type::Any`] for an operation without parameters.
    pub(crate) input: Type,
    /// The response.
    pub(crate) output: Type,
}

/// The type of a member, an item or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// As it comes.
    Any,
    /// A string.
    String,
    /// An integer.
    Integer,
    /// A number; NaN and infinities are strings in JSON and XML.
    Float,
    /// A boolean.
    Boolean,
    /// Bytes, in base64 in JSON, XML and forms.
    Blob,
    /// Bytes that are a body.
    Stream,
    /// A string that is a body.
    Text,
    /// JSON, in base64 in a header.
    JsonValue,
    /// Whatever JSON can say.
    Document,
    /// A time, in the form that is usual for its place.
    Time,
    /// A time in the form of ISO 8601.
    TimeIso,
    /// A time in the form of HTTP's dates.
    TimeHttp,
    /// A time as seconds since 1970.
    TimeUnix,
    /// A shape of the service.
    Shape(u32),
}

/// A structure, a list or a map.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Structure(Vec<Member>),
    List {
        item: Type,
        /// The element around an item; empty for the usual one.
        name: Str,
        /// The namespace of that element.
        namespace: Str,
    },
    Map {
        /// The elements around a key and a value; empty for the usual ones.
        key: Str,
        value_name: Str,
        value: Type,
    },
}

/// A member of a structure.
#[allow(clippy::struct_excessive_bools)] // each is a trait of AWS's models
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: Str,
    /// Its name in requests and responses.
    pub(crate) wire: Str,
    pub(crate) location: Location,
    pub(crate) of: Type,
    pub(crate) is_required: bool,
    /// Whether it is filled with a random id where it is left out.
    pub(crate) is_token: bool,
    /// Whether the items of a list, or the entries of a map, have no element around them.
    pub(crate) is_flat: bool,
    /// Whether it is a label in the host prefix.
    pub(crate) is_host_label: bool,
    /// `URI`, or `prefix|URI`; mostly empty.
    pub(crate) namespace: Str,
}

/// Where a member is in a request, a response or an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Body,
    Header,
    /// Several headers with a prefix.
    Headers,
    Query,
    Path,
    /// The whole body.
    Payload,
    Status,
    /// An attribute of an XML element.
    Attribute,
    /// The whole payload of an event.
    EventPayload,
    EventHeader,
    /// A stream of events, which is the whole body.
    Events,
}

/// An error of a service.
#[derive(Clone, Debug)]
pub struct ModeledError {
    /// Its code, where it is not its name.
    pub(crate) code: Str,
    pub(crate) of: Type,
}

/// How the next page of an operation is asked for. Several paths are separated by commas.
#[derive(Clone, Debug)]
pub struct Paginator {
    /// The parameters that say where to continue.
    pub input_token: Str,
    /// The values of the response that they get.
    pub output_token: Str,
    /// The lists that the pages are parts of.
    pub result_key: Str,
    /// The parameter with the size of a page.
    pub limit_key: Str,
    /// The boolean of the response that says whether there are more pages; may be empty.
    pub more_results: Str,
}

/// What is waited for, and how.
#[derive(Clone, Debug)]
pub struct Waiter {
    /// The operation that is called again and again.
    pub operation: Str,
    /// Seconds between two calls.
    pub delay: u32,
    /// The most calls.
    pub max_attempts: u32,
    /// What ends the wait, the first that matches.
    pub acceptors: Vec<Acceptor>,
}

/// A condition of a waiter.
#[derive(Clone, Debug)]
pub struct Acceptor {
    /// `success`, `failure` or `retry`.
    pub state: Str,
    /// `path`, `pathAll`, `pathAny`, `status` or `error`.
    pub matcher: Str,
    /// The path in the response, a `JMESPath` expression.
    pub argument: Str,
    /// The value: a string, `true`, `false`, a status or an error's code.
    pub expected: Str,
}

impl Service {
    /// An operation by its name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        let found = self.operations.binary_search_by(|operation| operation.name.as_str().cmp(name)).ok()?;
        self.operations.get(found)
    }

    /// The shape of a type, if it is not a scalar.
    pub(crate) fn shape(&self, of: Type) -> Option<&Shape> {
        match of {
            Type::Shape(number) => self.shapes.get(number as usize),
            _ => None,
        }
    }

    /// The members of a structure; none for other types.
    pub(crate) fn members(&self, of: Type) -> &[Member] {
        match self.shape(of) {
            Some(Shape::Structure(members)) => members,
            _ => &[],
        }
    }

    /// The type of a list's items.
    pub(crate) fn item(&self, of: Type) -> Type {
        match self.shape(of) {
            Some(Shape::List { item, .. }) => *item,
            _ => Type::Any,
        }
    }
}

impl Type {
    /// Whether it is a time in any form.
    pub(crate) fn is_time(self) -> bool {
        matches!(self, Self::Time | Self::TimeIso | Self::TimeHttp | Self::TimeUnix)
    }
}
