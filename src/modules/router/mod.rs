//! `router`: the routes of an HTTP API, and what serves them.

pub(super) mod agent;
mod cors;
mod declare;
mod dispatch;
mod error;
mod files;
mod openapi;
mod operation;
mod pattern;
mod query;
mod reply;
pub(super) mod request;
mod routes;
mod source;
mod tree;

use declare::{change, create, function, openapi, redirect, route};
use operation::Operation;
use rhai_vm::module;
use routes::{Router, Target};
use std::rc::Rc;

module! {
    /// Routes of HTTP APIs. One declaration serves events of HTTP APIs (format 2.0 and 1.0), REST APIs, function URLs,
    /// Application Load Balancers, VPC Lattice and agents of Amazon Bedrock; responses have the format that each of them expects.
    ///
    /// Declare the router as a constant, once per environment, and call `handle` for each event:
    ///
    /// ```rust
    /// const API = router::create()
    ///     .get("/orders/{id:int}", |request| load_order(request.params.id))
    ///     .post("/orders", |request| http_response(201, save_order(request.json())))
    ///     .cors(#{ origins: "https://shop.example.com" });
    ///
    /// fn handler(event, context) {
    ///     global::API.handle(event, context)
    /// }
    /// ```
    ///
    /// - **Patterns.** `{id}` is any segment of the path, `{id:int}` an integer, `{id:uuid}` a UUID, and `{path*}` at the end all that
    ///   is left, which may be nothing. Literals win over parameters, and typed parameters over others, in whatever order you declare
    ///   them. A slash at the end makes no difference. A route for `GET` also serves `HEAD`.
    /// - **Handlers** are closures, or functions of the script: `Fn("show_order")`. They have the [request](#requests-of-a-router) as
    ///   their parameter, or none. They return a response of `http_response`,
    ///   or the body of a response with the status 200: a string, a blob, or anything else as JSON. `()` is the status 204.
    /// - **Errors.** If a handler throws a map with a `status` from 100 to 599, the response has this status and the message:
    ///   `throw #{ status: 404, message: "no such order" }`. Any other error ends the invocation, unless `on_error` has a
    ///   response for it. The statuses in errors of `aws` and `http` are those of other servers, and end the invocation, too.
    /// - **Validation.** A route with the option `body` checks the body of each request against this schema, and one with the option
    ///   `query` its query parameters. These are strings; a parameter with the type `integer`, `number`, `boolean` or `array` in the
    ///   schema's `properties` is converted first, also in `request.query`. A request that does not match gets the status 422.
    /// - **No route.** The response is 404, or 405 with `allow` if the path has routes for other methods. `OPTIONS` is answered with `allow`.
    /// - **Paths.** The stage of an HTTP API is not part of the path. For the base path of a custom domain, pass the option `base_path`.
    /// - **Agents.** Action groups of Bedrock agents have an API schema, whose paths are routes, or function details: the function
    ///   `add` is the route `POST /add`, and its parameters are the body. After a response with a status from 400 to 499, the agent
    ///   asks the user again (`REPROMPT`); from 500 on, the function has failed (`FAILURE`).
    "`router`"

    functions {
        /// Adds a route for `GET` and `HEAD`, and returns the router. The options describe the route in the OpenAPI document: `summary`,
        /// `description`, `operation_id`, `tags`, `body` and `query` (schemas as for [`validate`](#validate)), and `responses` (a map of
        /// statuses and descriptions, or response objects). Throws `RouterError` if the pattern is invalid, or if the router has a route for the
        /// same requests, and `SchemaError` if the schema is invalid.
        ///
        /// ```rhai
        /// let api = router::create().get("/orders/{id:int}", |request| #{ id: request.params.id });
        /// api.handle(#{ version: "2.0", rawPath: "/orders/7", requestContext: #{ http: #{ method: "GET" } } }).body // → "{\"id\":7}"
        /// api.handle(#{ version: "2.0", rawPath: "/orders/x", requestContext: #{ http: #{ method: "GET" } } }).statusCode // → 404
        /// api.get("/orders/{number:int}", || 1) // ✗ RouterError
        /// let pages = router::create().get("/", |request| request.query.page + 1, #{ query: #{ properties: #{ page: #{ type: "integer" } } } });
        /// pages.handle(#{ version: "2.0", rawPath: "/", rawQueryString: "page=2", requestContext: #{ http: #{ method: "GET" } } }).body // → "3"
        /// ```
        new "get" (self: Host(Router::TYPE_NAME), pattern: String, handler: Fn; options: Map) -> Host(Router::TYPE_NAME) throws RouterError, SchemaError = |call| route(call, "GET");

        /// Adds a route for `POST`, as `get` does. With the option `body`, the handler is called only if the body matches this schema,
        /// including its formats. Otherwise the response is 422, with an array `errors` as [`validate::errors`](#validate) returns it; it
        /// is 400 if the body is not JSON.
        ///
        /// ```rhai
        /// let api = router::create().post("/orders", || http_response(201, "saved"));
        /// api.handle(#{ version: "2.0", rawPath: "/orders", requestContext: #{ http: #{ method: "POST" } } }).statusCode // → 201
        /// let names = router::create().post("/names", |request| request.json(), #{ body: #{ type: "string", minLength: 2 } });
        /// let event = #{ version: "2.0", rawPath: "/names", requestContext: #{ http: #{ method: "POST" } }, body: `"A"` };
        /// names.handle(event).statusCode // → 422
        /// json::decode(names.handle(event).body).error // → "the body must have at least 2 characters, not 1"
        /// ```
        new "post" (self: Host(Router::TYPE_NAME), pattern: String, handler: Fn; options: Map) -> Host(Router::TYPE_NAME) throws RouterError, SchemaError = |call| route(call, "POST");

        /// Adds a route for `PUT`, as `get` does.
        ///
        /// ```rhai
        /// let api = router::create().put("/orders/{id}", || ());
        /// api.handle(#{ version: "2.0", rawPath: "/orders/7", requestContext: #{ http: #{ method: "PUT" } } }).statusCode // → 204
        /// ```
        new "put" (self: Host(Router::TYPE_NAME), pattern: String, handler: Fn; options: Map) -> Host(Router::TYPE_NAME) throws RouterError, SchemaError = |call| route(call, "PUT");

        /// Adds a route for `PATCH`, as `get` does.
        ///
        /// ```rhai
        /// let api = router::create().patch("/orders/{id}", || "changed");
        /// api.handle(#{ version: "2.0", rawPath: "/orders/7", requestContext: #{ http: #{ method: "PATCH" } } }).body // → "changed"
        /// ```
        new "patch" (self: Host(Router::TYPE_NAME), pattern: String, handler: Fn; options: Map) -> Host(Router::TYPE_NAME) throws RouterError, SchemaError = |call| route(call, "PATCH");

        /// Adds a route for `DELETE`, as `get` does.
        ///
        /// ```rhai
        /// let api = router::create().delete("/orders/{id}", || ());
        /// api.handle(#{ version: "2.0", rawPath: "/orders/7", requestContext: #{ http: #{ method: "POST" } } }).headers.allow // → "DELETE, OPTIONS"
        /// ```
        new "delete" (self: Host(Router::TYPE_NAME), pattern: String, handler: Fn; options: Map) -> Host(Router::TYPE_NAME) throws RouterError, SchemaError = |call| route(call, "DELETE");

        /// Adds a route for all methods that have no route of their own, as `get` does.
        ///
        /// ```rhai
        /// let api = router::create().any("/{path*}", |request| `${request.method} ${request.params.path}`);
        /// api.handle(#{ version: "2.0", rawPath: "/a/b", requestContext: #{ http: #{ method: "PUT" } } }).body // → "PUT a/b"
        /// ```
        new "any" (self: Host(Router::TYPE_NAME), pattern: String, handler: Fn; options: Map) -> Host(Router::TYPE_NAME) throws RouterError, SchemaError = |call| route(call, "*");

        /// Adds a function that is called before the handlers of all routes, in the order of their declaration. If it returns anything
        /// but `()`, that is the response, and the handler is not called.
        ///
        /// ```rhai
        /// let api = router::create().before(|request| if request.headers.authorization == () { http_response(401, "") }).get("/", || "welcome");
        /// api.handle(#{ version: "2.0", rawPath: "/", requestContext: #{ http: #{ method: "GET" } } }).statusCode // → 401
        /// ```
        new "before" (self: Host(Router::TYPE_NAME), function: Fn) -> Host(Router::TYPE_NAME) throws RouterError = |call| {
            let function = function(call, 1, "before", &[0, 1])?;
            change(call, |settings| settings.before.push(function))
        };

        /// Adds a function that is called after the handlers, and where no route was found, with the response and the request. The
        /// response is a map with `statusCode`, `headers` (names in lower case, cookies under `set-cookie`) and `body`, whatever the
        /// event's format. The function returns the changed response, or `()` to leave it as it is.
        ///
        /// ```rhai
        /// let api = router::create().get("/", || "hi").after(|response, request| { response.headers["x-frame-options"] = "DENY"; response });
        /// api.handle(#{ version: "2.0", rawPath: "/", requestContext: #{ http: #{ method: "GET" } } }).headers["x-frame-options"] // → "DENY"
        /// ```
        new "after" (self: Host(Router::TYPE_NAME), function: Fn) -> Host(Router::TYPE_NAME) throws RouterError = |call| {
            let function = function(call, 1, "after", &[2])?;
            change(call, |settings| settings.after.push(function))
        };

        /// Sets the function that is called with the error and the request if a handler throws an error. It returns the response, or
        /// `()` to leave the error as it is.
        ///
        /// ```rhai
        /// let api = router::create().get("/", || throw "no tea").on_error(|error, request| http_response(500, error));
        /// api.handle(#{ version: "2.0", rawPath: "/", requestContext: #{ http: #{ method: "GET" } } }).body // → "no tea"
        /// ```
        new "on_error" (self: Host(Router::TYPE_NAME), function: Fn) -> Host(Router::TYPE_NAME) throws RouterError = |call| {
            let function = function(call, 1, "on_error", &[2])?;
            change(call, |settings| settings.on_error = Some(function))
        };

        /// Sets the function that is called if there is no route for a path, or no static file. It has the request as its parameter, or none.
        ///
        /// ```rhai
        /// let api = router::create().not_found(|request| `nothing at ${request.path}`);
        /// api.handle(#{ version: "2.0", rawPath: "/a", requestContext: #{ http: #{ method: "GET" } } }).body // → "nothing at /a"
        /// ```
        new "not_found" (self: Host(Router::TYPE_NAME), function: Fn) -> Host(Router::TYPE_NAME) throws RouterError = |call| {
            let function = function(call, 1, "not_found", &[0, 1])?;
            change(call, |settings| settings.not_found = Some(function))
        };

        /// Allows pages of other origins to use the API (CORS), and responds to their preflight requests. The options are `origins` (all
        /// by default), `headers` that requests may have (those that a preflight request asks for by default), `expose_headers`, all
        /// three a string or an array of strings, `credentials`, and `max_age` in seconds. Throws `RouterError` for other options, and
        /// for `credentials` without `origins`.
        ///
        /// ```rhai
        /// let api = router::create().get("/", || "hi").cors(#{ origins: ["https://a.example"] });
        /// let event = #{ version: "2.0", rawPath: "/", headers: #{ origin: "https://a.example" }, requestContext: #{ http: #{ method: "GET" } } };
        /// api.handle(event).headers["access-control-allow-origin"] // → "https://a.example"
        /// api.cors(#{ credentials: true }) // ✗ RouterError
        /// ```
        new "cors" (self: Host(Router::TYPE_NAME); options: Map) -> Host(Router::TYPE_NAME) throws RouterError = |call| {
            let cors = Rc::new(cors::Cors::read(call.take_map(1)?)?);
            change(call, |settings| settings.cors = Some(cors))
        };

        /// Compresses responses of 1024 bytes and more with gzip if the client accepts it and their content type is text, JSON, XML or
        /// the like. A REST API needs `*/*` among its binary media types for that.
        ///
        /// ```rhai
        /// let api = router::create().get("/", || "hi ".repeat(1000)).compress();
        /// let event = #{ version: "2.0", rawPath: "/", headers: #{ "accept-encoding": "gzip" }, requestContext: #{ http: #{ method: "GET" } } };
        /// api.handle(event).headers["content-encoding"] // → "gzip"
        /// ```
        new "compress" (self: Host(Router::TYPE_NAME)) -> Host(Router::TYPE_NAME) = |call| change(call, |settings| settings.compress = true);

        /// Serves the files of a folder in the task root under a path, with their content type and an `etag`. A folder stands for its
        /// `index.html`. Hidden files and files outside of the folder are not found.
        ///
        /// ```rhai
        /// fs::make_dir("public");
        /// fs::write("public/a.css", "b{}");
        /// let api = router::create().files("/assets", "public");
        /// api.handle(#{ version: "2.0", rawPath: "/assets/a.css", requestContext: #{ http: #{ method: "GET" } } }).body // → "b{}"
        /// api.handle(#{ version: "2.0", rawPath: "/assets/../page.rhai", requestContext: #{ http: #{ method: "GET" } } }).statusCode // → 404
        /// ```
        new "files" (self: Host(Router::TYPE_NAME), path: String, folder: String) -> Host(Router::TYPE_NAME) throws RouterError = |call| {
            files::check_folder(call.str(2))?;
            let (pattern, folder) = (format!("{}/{{path*}}", call.str(1).trim_end_matches('/')), call.str(2).to_owned());
            call.host::<Router>(0)?.add("GET", &pattern, Target::Files(folder), Operation::default(), routes::Schemas::default())?;
            Ok(call.take(0))
        };

        /// Serves an OpenAPI 3.1 document of the routes at a path. The options are `title`, `version` and `description` of the API, and
        /// `docs`, the path of a page that shows the routes.
        ///
        /// ```rhai
        /// let api = router::create().get("/orders/{id:int}", || (), #{ summary: "Shows an order" }).openapi("/openapi.json", #{ title: "Orders" });
        /// let document = json::decode(api.handle(#{ version: "2.0", rawPath: "/openapi.json", requestContext: #{ http: #{ method: "GET" } } }).body);
        /// document.paths["/orders/{id}"].get.summary // → "Shows an order"
        /// ```
        new "openapi" (self: Host(Router::TYPE_NAME), path: String; options: Map) -> Host(Router::TYPE_NAME) throws RouterError = openapi;

        /// Adds a function for a route key of a WebSocket API: `$connect`, `$disconnect`, `$default` for messages without a route, or
        /// your own. What it returns is the reply to the message, if the route has a route response. A response with a status from
        /// 400 to 599 for `$connect` refuses the connection. Functions of `before` and `after` are for HTTP requests only.
        ///
        /// ```rhai
        /// let api = router::create().websocket("$default", |request| request.json().text.to_upper());
        /// let event = #{ requestContext: #{ routeKey: "$default", connectionId: "c", eventType: "MESSAGE" }, body: `{"text":"hi"}` };
        /// api.handle(event).body // → "HI"
        /// ```
        new "websocket" (self: Host(Router::TYPE_NAME), route_key: String, function: Fn) -> Host(Router::TYPE_NAME) throws RouterError = |call| {
            let function = function(call, 2, "websocket", &[0, 1])?;
            call.host::<Router>(0)?.add_web_socket(call.str(1), function)?;
            Ok(call.take(0))
        };

        /// Serves an event and returns the response. `context` is a property of the request. Throws `RouterError` if the event is not
        /// an HTTP request.
        ///
        /// ```rhai
        /// let api = router::create().get("/", |request| request.query.name ?? "nobody");
        /// api.handle(#{ version: "2.0", rawPath: "/", rawQueryString: "name=Ada", requestContext: #{ http: #{ method: "GET" } } }) // → {"statusCode": 200, "headers": {"content-type": "text/plain; charset=utf-8"}, "body": "Ada", "isBase64Encoded": false}
        /// api.handle(#{ Records: [] }) // ✗ RouterError
        /// ```
        new "handle" (self: Host(Router::TYPE_NAME), event: Any; context: Any) -> Any throws RouterError = dispatch::handle;
    }

    namespace "router" {
        /// Returns a router without routes. The option `base_path` is what paths begin with and routes do not.
        ///
        /// ```rhai
        /// let api = router::create(#{ base_path: "/v1" }).get("/hello/{name}", |request| `Hello, ${request.params.name}`);
        /// api.handle(#{ version: "2.0", rawPath: "/v1/hello/Ada", requestContext: #{ http: #{ method: "GET" } } }).body // → "Hello, Ada"
        /// ```
        new "create" (; options: Map) -> Host(Router::TYPE_NAME) throws RouterError = |call| create(call.take_map(0)?);

        /// Returns a response that redirects to a URL, with the status 302 unless another is given. Throws `RouterError` for other
        /// statuses than 301, 302, 303, 307 and 308, and for URLs with line breaks, spaces or characters beyond ASCII.
        ///
        /// ```rhai
        /// router::redirect("/login").headers.location // → "/login"
        /// router::redirect("/login\nset-cookie: a=b") // ✗ RouterError
        /// ```
        new "redirect" (url: String; status: Int) -> Map throws RouterError = |call| {
            redirect(call.str(0), call.value(1).as_int().unwrap_or(302))
        };

        /// Returns the value of a `set-cookie` header. The options are `path` (`"/"` by default), `domain`, `max_age` in seconds,
        /// `http_only` and `secure` (both `true` by default), and `same_site` (`"Lax"`). Throws `RouterError` for names, values and
        /// options that a cookie cannot have.
        ///
        /// ```rhai
        /// router::cookie("session", "abc", #{ max_age: 60 }) // → "session=abc; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"
        /// router::cookie("session", "a;b") // ✗ RouterError
        /// ```
        new "cookie" (name: String, value: String; options: Map) -> String throws RouterError = |call| {
            let options = call.take_map(2)?;
            cors::cookie(call.str(0), call.str(1), options)
        };
    }

    options declare::OPTIONS;
}
