//! `router`, with events as AWS's documentation shows them.

use crate::function::Function;
use serde_json::{json, Value};

const API: &str = r#"
const API = router::create()
    .get("/", || "home")
    .get("/orders/{id:int}", Fn("show"))
    .get("/orders/new", || "form")
    .post("/orders", |request| http_response(201, request.json(), #{ "set-cookie": [router::cookie("a", "1"), router::cookie("b", "2")] }))
    .get("/echo/{name}", |request| #{ name: request.params.name, query: request.query, cookies: request.cookies, agent: request.headers["user-agent"], stage: request.path })
    .get("/fails", || throw "no tea")
    .get("/gone", || throw #{ status: 410, message: "gone" })
    .get("/upstream", || throw #{ type: "HttpError", status: 404, message: "secret" })
    .get("/large", || "0123456789".repeat(200))
    .get("/blob", || blob(3, 255))
    .get("/private", |request| request.user)
    .before(|request| { if request.path == "/private" { if request.headers.authorization != "Bearer t" { return http_response(401, ""); } request.set("user", "ada"); } })
    .after(|response, request| { response.headers["x-frame-options"] = "DENY"; response })
    .files("/assets", "public")
    .cors(#{ origins: ["https://a.example"], credentials: true, max_age: 60 })
    .compress()
    .openapi("/openapi.json", #{ title: "A & B", version: "2.1.0", docs: "/docs" });
fn show(request) { #{ id: request.params.id, route: request.route } }
fn handler(event, context) { global::API.handle(event, context) }
"#;

fn function() -> Function {
    Function::main(API)
        .file("public/index.html", "<p>index")
        .file("public/a.css", "b{}")
        .file("public/.hidden", "secret")
        .file("secret.txt", "secret")
}

fn responses(events: &[Value]) -> Vec<Value> {
    responses_of(&function(), events)
}

fn responses_of(function: &Function, events: &[Value]) -> Vec<Value> {
    let answers = function.invoke_all(events.iter().map(ToString::to_string));
    answers.iter().map(|answer| serde_json::from_str(answer.text()).unwrap()).collect()
}

fn http_api(method: &str, path: &str) -> Value {
    json!({ "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": { "host": "x.execute-api.eu-central-1.amazonaws.com", "user-agent": "curl/8" },
        "requestContext": { "apiId": "x", "domainName": "x.execute-api.eu-central-1.amazonaws.com", "stage": "$default",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.17" } },
        "isBase64Encoded": false })
}

fn get(path: &str) -> Value {
    responses(&[http_api("GET", path)]).remove(0)
}

/// The JSON in the body of a response.
fn body_of(response: &Value) -> Value {
    serde_json::from_str(response["body"].as_str().unwrap()).unwrap()
}

fn with(mut event: Value, name: &str, value: Value) -> Value {
    event[name] = value;
    event
}

fn header(mut event: Value, name: &str, value: &str) -> Value {
    event["headers"][name] = value.into();
    event
}

#[test]
fn each_sender_gets_its_format() {
    let rest = json!({ "resource": "/{proxy+}", "path": "/orders", "httpMethod": "POST", "headers": { "Host": "x" },
        "multiValueHeaders": { "Host": ["x"] }, "queryStringParameters": null, "multiValueQueryStringParameters": null,
        "requestContext": { "apiId": "a", "stage": "prod", "httpMethod": "POST", "path": "/prod/orders" },
        "body": "{\"n\":1}", "isBase64Encoded": false });
    let balancer = json!({ "requestContext": { "elb": { "targetGroupArn": "arn:x" } }, "httpMethod": "POST", "path": "/orders",
        "queryStringParameters": {}, "headers": { "host": "x" }, "body": "eyJuIjoxfQ==", "isBase64Encoded": true });
    let multi = json!({ "requestContext": { "elb": { "targetGroupArn": "arn:x" } }, "httpMethod": "POST", "path": "/orders",
        "multiValueQueryStringParameters": {}, "multiValueHeaders": { "host": ["x"] }, "body": "{\"n\":1}", "isBase64Encoded": false });
    let events = [with(http_api("POST", "/orders"), "body", "{\"n\":1}".into()), rest, multi.clone()];
    let got = responses(&events);
    for response in &got {
        assert_eq!(
            (&response["statusCode"], &response["body"]),
            (&json!(201), &json!("{\"n\":1}")),
            "{response}"
        );
    }
    let cookies =
        json!(["a=1; Path=/; HttpOnly; Secure; SameSite=Lax", "b=2; Path=/; HttpOnly; Secure; SameSite=Lax"]);
    assert_eq!(got[0]["cookies"], cookies);
    assert_eq!(got[1]["multiValueHeaders"]["set-cookie"], cookies);
    assert_eq!(got[2]["multiValueHeaders"]["set-cookie"], cookies);
    assert_eq!(got[2]["statusDescription"], "201 Created");
    assert_eq!(got[0]["headers"]["x-frame-options"], "DENY");
    // Two cookies are one too many for a load balancer with single-value headers.
    let (kind, _, _) = function().invoke(balancer.to_string()).error();
    assert_eq!(kind, "HttpResponseError");
}

#[test]
fn paths_are_decoded_once_and_only_where_the_sender_has_not() {
    let body = |response: &Value| serde_json::from_str::<Value>(response["body"].as_str().unwrap()).unwrap();
    let mut url = http_api("GET", "/echo/a%2Fb%20%C3%BC");
    url["requestContext"]["domainName"] = "x.lambda-url.eu-central-1.on.aws".into();
    url["rawQueryString"] = "a=1&a=2&b=x+y%26".into();
    url["cookies"] = json!(["s=1", "t=\"2\""]);
    let mut stage = http_api("GET", "/prod/echo/100%");
    stage["requestContext"]["stage"] = "prod".into();
    let mut broken = url.clone();
    broken["rawPath"] = "/echo/%FF".into();
    let balancer = json!({ "requestContext": { "elb": { "targetGroupArn": "arn:x" } }, "httpMethod": "GET", "path": "/echo/%41%2",
        "queryStringParameters": { "q%20x": "a+b%26" }, "headers": { "cookie": "s=1; u=3" }, "body": "", "isBase64Encoded": false });
    let got = responses(&[url, stage, broken, balancer]);
    assert_eq!(
        body(&got[0]),
        json!({ "name": "a/b ü", "query": { "a": ["1", "2"], "b": "x y&" }, "cookies": { "s": "1", "t": "2" }, "agent": "curl/8", "stage": "/echo/a%2Fb%20%C3%BC" })
    );
    assert_eq!((&body(&got[1])["name"], &body(&got[1])["stage"]), (&json!("100%"), &json!("/echo/100%")));
    assert_eq!(got[2]["statusCode"], 400);
    assert_eq!((&body(&got[3])["name"], &body(&got[3])["query"]), (&json!("A%2"), &json!({ "q x": "a b&" })));
    assert_eq!(body(&got[3])["cookies"], json!({ "s": "1", "u": "3" }));
}

#[test]
fn what_has_no_route_is_404_or_405() {
    assert_eq!(get("/orders/7")["body"], "{\"id\":7,\"route\":\"/orders/{id:int}\"}");
    assert_eq!(get("/orders/new")["body"], "form");
    assert_eq!(get("/orders/x")["statusCode"], 404);
    let got = responses(&[
        http_api("PUT", "/orders/7"),
        http_api("HEAD", "/orders/new/"),
        http_api("OPTIONS", "/orders"),
    ]);
    assert_eq!(
        (&got[0]["statusCode"], &got[0]["headers"]["allow"]),
        (&json!(405), &json!("GET, HEAD, OPTIONS"))
    );
    assert_eq!((&got[1]["statusCode"], &got[1]["body"]), (&json!(200), &json!("")));
    assert_eq!((&got[2]["statusCode"], &got[2]["headers"]["allow"]), (&json!(204), &json!("POST, OPTIONS")));
}

#[test]
fn errors_with_a_status_are_responses_and_others_end_the_invocation() {
    let gone = get("/gone");
    assert_eq!((&gone["statusCode"], &gone["body"]), (&json!(410), &json!("{\"error\":\"gone\"}")));
    for path in ["/fails", "/upstream"] {
        let (kind, message, _) = function().invoke(http_api("GET", path).to_string()).error();
        assert!(
            matches!((&*kind, &*message), ("Error", "no tea") | ("HttpError", "secret")),
            "{kind}: {message}"
        );
    }
    let bad = [
        with(http_api("POST", "/orders"), "body", "{".into()),
        http_api("POST", "/orders"),
        with(with(http_api("POST", "/orders"), "body", "%%%".into()), "isBase64Encoded", true.into()),
        with(with(http_api("POST", "/orders"), "body", "//8=".into()), "isBase64Encoded", true.into()),
    ];
    for response in responses(&bad) {
        assert_eq!(response["statusCode"], 400, "{response}");
    }
}

#[test]
fn events_of_another_shape_are_refused() {
    for event in [
        "{}",
        "7",
        "[]",
        r#"{"Records":[]}"#,
        r#"{"requestContext":{}}"#,
        r#"{"requestContext":7,"path":"/","httpMethod":"GET"}"#,
    ] {
        let (kind, message, _) = function().invoke(event).error();
        assert_eq!(kind, "RouterError", "{event}: {message}");
    }
}

#[test]
fn vpc_lattice_requests_of_both_versions_are_served() {
    let templates = [
        include_str!("../../../cli/events/vpc-lattice-request.json"),
        include_str!("../../../cli/events/vpc-lattice-request-v1.json"),
    ];
    let [v2, v1] = templates.map(|event| serde_json::from_str::<Value>(event).unwrap());
    let echo = Function::main(
        r#"const API = router::create()
            .get("/health", |request| #{ query: request.query, multi: request.headers.multi })
            .post("/api/product", |request| http_response(201, #{ body: request.json(), query: request.query }, #{ "set-cookie": "a=1" }))
            .post("/cookies", || http_response(200, "", #{ "set-cookie": ["a=1", "b=2"] }));
        fn handler(event, context) {
            #{ source: event::source(event), body: event::body(event), response: global::API.handle(event, context) }
        }"#,
    );
    let encoded = with(with(v1.clone(), "body", "eyJpZCI6IDd9".into()), "is_base64_encoded", true.into());
    let with_query = with(v1.clone(), "raw_path", "/api/product?category=electronics".into());
    let json_body = header(v1.clone(), "Content-Type", "application/json");
    let got = responses_of(&echo, &[v2.clone(), v1.clone(), encoded, with_query, json_body]);
    assert_eq!(
        got[0],
        json!({ "source": "vpc_lattice", "body": null, "response": { "statusCode": 200, "statusDescription": "200 OK",
            "headers": { "content-type": "application/json" }, "isBase64Encoded": false,
            "body": r#"{"multi":"x, y","query":{"multi":["a","DEF","g"],"state":"prod"}}"# } })
    );
    let query = json!({ "category": "electronics", "limit": "10", "sort": "price", "tags": "tv" });
    for (response, id) in got[1..].iter().zip([5, 7, 5, 5]) {
        assert_eq!(response["source"], "vpc_lattice");
        let response = &response["response"];
        assert_eq!(
            (&response["statusCode"], &response["headers"]["set-cookie"]),
            (&json!(201), &json!("a=1"))
        );
        assert_eq!((&body_of(response)["body"]["id"], &body_of(response)["query"]), (&json!(id), &query));
    }
    assert_eq!(got[4]["body"], json!({ "id": 5, "description": "TV" }));
    let (kind, message, _) = echo.invoke(with(v1, "raw_path", "/cookies".into()).to_string()).error();
    assert_eq!(kind, "HttpResponseError", "{message}");
    assert!(message.contains("VPC Lattice"), "{message}");
}

#[test]
fn functions_of_before_can_answer_and_pass_values_on() {
    let got = responses(&[
        http_api("GET", "/private"),
        header(http_api("GET", "/private"), "authorization", "Bearer t"),
    ]);
    assert_eq!(got[0]["statusCode"], 401);
    assert_eq!(got[1]["body"], "ada");
}

#[test]
fn cors_allows_the_origins_that_are_named() {
    let preflight = header(
        header(http_api("OPTIONS", "/orders"), "origin", "https://a.example"),
        "access-control-request-method",
        "POST",
    );
    let foreign = header(http_api("GET", "/"), "origin", "https://b.example");
    let got = responses(&[preflight, foreign]);
    let headers = &got[0]["headers"];
    assert_eq!(got[0]["statusCode"], 204);
    assert_eq!(headers["access-control-allow-origin"], "https://a.example");
    assert_eq!(headers["access-control-allow-methods"], "POST, OPTIONS");
    assert_eq!(
        (&headers["access-control-max-age"], &headers["access-control-allow-credentials"]),
        (&json!("60"), &json!("true"))
    );
    assert!(got[1]["headers"].get("access-control-allow-origin").is_none());
    assert_eq!(got[1]["headers"]["vary"], "origin");
}

#[test]
fn preflight_requests_reach_no_handler() {
    let script = r#"
        const API = router::create()
            .before(|request| http_response(401, ""))
            .get("/orders", || "never")
            .any("/{path*}", || "never")
            .cors();
        fn handler(event) { global::API.handle(event) }
    "#;
    let preflight = |path: &str| {
        let event = header(http_api("OPTIONS", path), "origin", "https://a.example");
        header(event, "access-control-request-method", "PUT")
    };
    for response in responses_of(&Function::main(script), &[preflight("/orders"), preflight("/any")]) {
        let headers = json!({ "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS", "access-control-allow-origin": "*" });
        assert_eq!((&response["statusCode"], &response["headers"]), (&json!(204), &headers));
    }
}

#[test]
fn names_in_vary_are_compared_whole() {
    let script = r#"
        fn handler(event) {
            let api = router::create().get("/", || http_response(200, "", #{ vary: event.vary })).cors(#{ origins: "https://a.example" });
            api.handle(event)
        }
    "#;
    let varies = [json!("x-origin"), json!(["Accept", "Origin"]), json!("*"), json!(null)];
    let events = varies.map(|vary| with(http_api("GET", "/"), "vary", vary));
    let got = responses_of(&Function::main(script), &events);
    let varies: Vec<_> = got.iter().map(|response| response["headers"]["vary"].as_str().unwrap()).collect();
    assert_eq!(varies, ["x-origin, origin", "Accept, Origin", "*", "origin"]);
}

#[test]
fn large_texts_are_compressed_for_clients_that_accept_it() {
    let event = header(http_api("GET", "/large"), "accept-encoding", "gzip, br");
    let got = responses(&[event, http_api("GET", "/large"), http_api("GET", "/blob")]);
    assert_eq!(
        (&got[0]["headers"]["content-encoding"], &got[0]["isBase64Encoded"]),
        (&json!("gzip"), &json!(true))
    );
    assert!(got[0]["body"].as_str().unwrap().starts_with("H4sI"));
    assert_eq!(got[1]["body"].as_str().unwrap().len(), 2000);
    assert_eq!((&got[2]["body"], &got[2]["isBase64Encoded"]), (&json!("////"), &json!(true)));
}

#[test]
fn static_files_have_tags_and_nothing_outside_is_served() {
    let got = responses(&[http_api("GET", "/assets/a.css"), http_api("GET", "/assets")]);
    assert_eq!(
        (&got[0]["body"], &got[0]["headers"]["content-type"]),
        (&json!("b{}"), &json!("text/css; charset=utf-8"))
    );
    assert_eq!(got[1]["body"], "<p>index");
    let tag = got[0]["headers"]["etag"].as_str().unwrap();
    let known = responses(&[header(http_api("GET", "/assets/a.css"), "if-none-match", tag)]);
    assert_eq!((&known[0]["statusCode"], &known[0]["body"]), (&json!(304), &json!("")));
    for path in [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        ".hidden",
        "a.css/..",
        "//etc/passwd",
        "/etc/passwd",
        "..\\secret.txt",
        "a.css%00",
    ] {
        let mut event = http_api("GET", &format!("/assets/{path}"));
        event["requestContext"]["domainName"] = "x.lambda-url.eu-central-1.on.aws".into();
        let response = responses(&[event]).remove(0);
        assert_eq!(response["statusCode"], 404, "{path}: {response}");
    }
}

#[test]
fn the_openapi_document_has_the_routes() {
    let response = get("/openapi.json");
    let document = body_of(&response);
    assert_eq!((&document["openapi"], &document["info"]["title"]), (&json!("3.1.0"), &json!("A & B")));
    let parameter = &document["paths"]["/orders/{id}"]["get"]["parameters"][0];
    assert_eq!(
        *parameter,
        json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "format": "int64" } })
    );
    assert!(document["paths"].get("/openapi.json").is_none());
    let script = r##"
        fn handler(event) {
            let tree = #{ "$ref": "#/$defs/node", "$defs": #{ node: #{ properties: #{ next: #{ "$ref": "#/$defs/node" }, all: #{ "$ref": "#" } } } } };
            let responses = #{ "200": "The tree", "4XX": #{ content: #{} }, "default": #{ description: "Other" } };
            let api = router::create(#{ base_path: "/v1" }).post("/trees/{id}", || (), #{ body: tree, tags: ["trees"], responses: responses });
            api.openapi("/openapi.json").handle(event)
        }
    "##;
    let response = responses_of(&Function::main(script), &[http_api("GET", "/openapi.json")]).remove(0);
    let document = body_of(&response);
    assert_eq!(document["servers"], json!([{ "url": "/v1" }]));
    let operation = &document["paths"]["/trees/{id}"]["post"];
    let place = "#/paths/~1trees~1%7Bid%7D/post/requestBody/content/application~1json/schema";
    let node = json!({ "$ref": format!("{place}/$defs/node") });
    assert_eq!(
        operation["requestBody"]["content"]["application/json"]["schema"],
        json!({ "$ref": node["$ref"], "$defs": { "node": { "properties": { "next": node, "all": { "$ref": place } } } } })
    );
    assert_eq!(
        operation["responses"],
        json!({ "200": { "description": "The tree" }, "4XX": { "content": {}, "description": "The response" }, "default": { "description": "Other" } })
    );
    let page = get("/docs");
    assert!(page["body"].as_str().unwrap().contains("A &amp; B"));
    assert!(page["body"].as_str().unwrap().contains("GET /orders/{id:int}"));
}

#[test]
fn query_parameters_are_converted_and_checked() {
    let script = r#"
        fn handler(event) {
            let api = router::create().get("/teas", |request| request.query, #{ query: #{
                type: "object",
                properties: #{
                    page: #{ type: "integer", minimum: 1 },
                    price: #{ type: "number" },
                    green: #{ type: "boolean" },
                    id: #{ type: "array", items: #{ type: "integer" } },
                    name: #{ type: "string", maxLength: 5 },
                },
                required: ["page"],
            } });
            api.openapi("/openapi.json", #{ title: "T" });
            api.handle(event)
        }
    "#;
    let events = [
        "page=2&price=1.5&green=true&id=7&id=8&name=12&other=x",
        "page=2&id=9&price=3",
        "page=two",
        "page=0",
        "price=1",
        "page=1&green=yes",
        "page=1&price=NaN",
        "page=99999999999999999999",
    ]
    .map(|query| with(http_api("GET", "/teas"), "rawQueryString", query.into()));
    let function = Function::main(script);
    let got = responses_of(&function, &events);
    let body = |number: usize| body_of(&got[number]);
    let first = json!({ "page": 2, "price": 1.5, "green": true, "id": [7, 8], "name": "12", "other": "x" });
    assert_eq!(body(0), first);
    assert_eq!(body(1), json!({ "page": 2, "id": [9], "price": 3 }));
    for (number, message) in [
        (2, "/page must be an integer, not a string"),
        (3, "/page must be at least 1, not 0"),
        (4, r#"the query must have the property "page""#),
        (5, "/green must be a boolean, not a string"),
        (6, "/price must be a number, not a string"),
        (7, "/page must be an integer, not a string"),
    ] {
        assert_eq!((&got[number]["statusCode"], &body(number)["error"]), (&json!(422), &json!(message)));
    }
    let document = body_of(&responses_of(&function, &[http_api("GET", "/openapi.json")]).remove(0));
    let parameters = document["paths"]["/teas"]["get"]["parameters"].as_array().unwrap();
    let page = parameters.iter().find(|parameter| parameter["name"] == "page").unwrap();
    let schema = json!({ "type": "integer", "minimum": 1 });
    assert_eq!(*page, json!({ "name": "page", "in": "query", "required": true, "schema": schema }));
    assert_eq!(parameters.len(), 5);
}

#[test]
fn query_parameters_may_be_defined_once_for_all() {
    let script = r##"
        fn handler(event) {
            let natural = #{ type: "integer", minimum: 1 };
            let query = #{
                properties: #{ first: #{ "$ref": "#/$defs/place" }, last: #{ type: "array", items: #{ "$ref": "#/$defs/natural" } } },
                "$defs": #{ natural: natural, place: #{ "$ref": "#/$defs/natural" } },
            };
            let api = router::create().get("/rows/{id}", |request| request.query, #{ query: query });
            api.openapi("/openapi.json").handle(event)
        }
    "##;
    let events = ["first=2&last=7&last=8", "first=0"]
        .map(|query| with(http_api("GET", "/rows/1"), "rawQueryString", query.into()));
    let function = Function::main(script);
    let got = responses_of(&function, &events);
    let body = |number: usize| body_of(&got[number]);
    assert_eq!(body(0), json!({ "first": 2, "last": [7, 8] }));
    assert_eq!(body(1)["error"], json!("/first must be at least 1, not 0"));
    let document = body_of(&responses_of(&function, &[http_api("GET", "/openapi.json")]).remove(0));
    let parameters = &document["paths"]["/rows/{id}"]["get"]["parameters"];
    let schema = |number: usize, mut schema: Value| {
        let place = format!("#/paths/~1rows~1%7Bid%7D/get/parameters/{number}/schema/$defs/natural");
        schema["$defs"] =
            json!({ "natural": { "type": "integer", "minimum": 1 }, "place": { "$ref": place } });
        schema
    };
    let place = |number: usize, name: &str| json!({ "$ref": format!("#/paths/~1rows~1%7Bid%7D/get/parameters/{number}/schema/$defs/{name}") });
    assert_eq!(
        parameters[1],
        json!({ "name": "first", "in": "query", "required": false, "schema": schema(1, place(1, "place")) })
    );
    let list = json!({ "type": "array", "items": place(2, "natural") });
    assert_eq!(
        parameters[2],
        json!({ "name": "last", "in": "query", "required": false, "schema": schema(2, list) })
    );
}

#[test]
fn bedrock_agents_get_their_envelope() {
    // "Lambda input event from Amazon Bedrock", Amazon Bedrock user guide.
    let event = json!({ "messageVersion": "1.0", "agent": { "name": "a", "id": "A", "alias": "B", "version": "1" }, "inputText": "x",
        "sessionId": "s", "actionGroup": "orders", "apiPath": "/echo/{name}", "httpMethod": "GET",
        "parameters": [{ "name": "name", "type": "string", "value": "a/b" }, { "name": "limit", "type": "integer", "value": "3" }],
        "sessionAttributes": { "k": "v" }, "promptSessionAttributes": {} });
    let response = responses(&[event]).remove(0);
    assert_eq!(
        (&response["messageVersion"], &response["sessionAttributes"]),
        (&json!("1.0"), &json!({ "k": "v" }))
    );
    let inner = &response["response"];
    assert_eq!(
        (&inner["actionGroup"], &inner["apiPath"], &inner["httpMethod"], &inner["httpStatusCode"]),
        (&json!("orders"), &json!("/echo/{name}"), &json!("GET"), &json!(200))
    );
    let body: Value =
        serde_json::from_str(inner["responseBody"]["application/json"]["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["name"], &body["query"]), (&json!("a/b"), &json!({ "limit": "3" })));
}

#[test]
fn functions_of_bedrock_agents_are_routes() {
    let script = r#"
        const API = router::create()
            .post("/add", |request| { let n = request.json(); #{ sum: n.a + n.b } })
            .post("/greet me", || "Hello!")
            .post("/check", |request| request.body, #{ body: #{ required: ["id"] } })
            .post("/fail", || throw #{ status: 500, message: "no" });
        fn handler(event) { [event::source(event), event::body(event), global::API.handle(event)] }
    "#;
    let event = |function: &str, parameters: Value| {
        json!({ "messageVersion": "1.0", "agent": { "name": "a", "id": "A", "alias": "B", "version": "1" }, "inputText": "x",
            "sessionId": "s", "actionGroup": "math", "function": function, "parameters": parameters,
            "sessionAttributes": { "k": "v" }, "promptSessionAttributes": {} })
    };
    let parameters = json!([{ "name": "a", "type": "integer", "value": "1" }, { "name": "b", "type": "number", "value": "2.5" }]);
    let functions = ["greet me", "check", "fail", "none"].map(|function| event(function, json!([])));
    let got = responses_of(&Function::main(script), &[&[event("add", parameters)][..], &functions].concat());
    let response = |function: &str, response: Value| {
        json!({ "messageVersion": "1.0", "sessionAttributes": { "k": "v" }, "promptSessionAttributes": {},
            "response": { "actionGroup": "math", "function": function, "functionResponse": response } })
    };
    let text = |body: &str| json!({ "responseBody": { "TEXT": { "body": body } } });
    let state = |state: &str, body: &str| with(text(body), "responseState", state.into());
    let missing = r#"{"error":"the body must have the property \"id\"","errors":[{"keyword":"required","message":"must have the property \"id\"","path":"","schema":"/required"}]}"#;
    let expected = [
        json!(["bedrock_agent", { "a": 1, "b": 2.5 }, response("add", text("{\"sum\":3.5}"))]),
        json!(["bedrock_agent", {}, response("greet me", text("Hello!"))]),
        json!(["bedrock_agent", {}, response("check", state("REPROMPT", missing))]),
        json!(["bedrock_agent", {}, response("fail", state("FAILURE", "{\"error\":\"no\"}"))]),
        json!(["bedrock_agent", {}, response("none", state("REPROMPT", "{\"error\":\"not found\"}"))]),
    ];
    for (got, expected) in got.iter().zip(&expected) {
        assert_eq!(got, expected);
    }
}

#[test]
fn declarations_that_make_no_sense_say_why() {
    for (declaration, message) in [
        (
            r#"get("/a/{x}", || 1).get("/a/{y}", || 2)"#,
            r#"the routes GET "/a/{x}" and "/a/{y}" are for the same requests; remove one"#,
        ),
        (r#"get("a", || 1)"#, r#"the route "a" is invalid: begin it with a slash"#),
        (r#"get("/{x:float}", || 1)"#, r#"the type "float" does not exist; use int or uuid"#),
        (r#"get("/", |a, b| 1)"#, "must have one parameter, the request, or none"),
        ("on_error(|e| 1)", "the function of on_error must have two parameters, the error and the request"),
        (r#"get("/", || 1, #{ sumary: "x" })"#, "unknown option `sumary`"),
        (r#"get("/", || 1, #{ tags: "x" })"#, r#"GET "/": `tags` must be an array of strings"#),
        (
            r#"get("/", || 1, #{ responses: #{ ok: "x" } })"#,
            r#"`responses` has the status "ok"; use one such as "200", "4XX" or "default""#,
        ),
        (
            r#"get("/", || 1, #{ responses: #{ "200": 7 } })"#,
            r#"the response "200" must be a description or a map, not i64"#,
        ),
        (
            r#"get("/a", || 1, #{ operation_id: "x" }).get("/b", || 1, #{ operation_id: "x" })"#,
            r#"the routes "/a" and "/b" have the same `operation_id`; rename one"#,
        ),
        (r#"files("/a", "../x")"#, r#"the folder "../x" is not one in the task root"#),
        ("cors(#{ credentials: true })", "browsers refuse `credentials` for all origins"),
        (r#"websocket("$connect", || 1).websocket("$connect", || 1)"#, "has a function already"),
    ] {
        let error = super::error(&format!("router::create().{declaration}"));
        assert!(error.starts_with("RouterError: ") && error.contains(message), "{declaration}: {error}");
    }
    assert!(super::error(r#"router::create().get("/", 7)"#).starts_with("FunctionNotFound"));
}

#[test]
fn line_breaks_do_not_get_into_headers() {
    for code in [
        r#"router::redirect("/a\r\nset-cookie: x=1")"#,
        r#"router::cookie("a", "1\r\nx: y")"#,
        r#"router::cookie("a\n", "1")"#,
        r#"router::cookie("a", "1", #{ path: "/; Domain=evil" })"#,
    ] {
        assert!(super::error(code).starts_with("RouterError: "), "{code}");
    }
    let function = Function::main(
        r#"fn handler(event) { router::create().get("/", || http_response(200, "", #{ "x-a": event.bad })).handle(event) }"#,
    );
    let event = with(http_api("GET", "/"), "bad", "a\r\nb".into());
    assert_eq!(function.invoke(event.to_string()).error().0, "HttpResponseError");
}

#[test]
fn web_sockets_are_served_by_route_key() {
    let script = r#"fn handler(event) { router::create()
        .websocket("$connect", |request| if request.query.token != "t" { http_response(401, "") })
        .websocket("send", |request| #{ got: request.json().text, from: request.event.requestContext.connectionId })
        .handle(event) }"#;
    let invoke = |event: Value| Function::main(script).invoke(event.to_string());
    let event = |key: &str| {
        json!({ "requestContext": { "routeKey": key, "connectionId": "c1", "eventType": "MESSAGE",
        "domainName": "x", "stage": "prod" }, "body": "{\"text\":\"hi\"}", "isBase64Encoded": false })
    };
    assert_eq!(invoke(event("send")).answer.json()["body"], "{\"from\":\"c1\",\"got\":\"hi\"}");
    assert_eq!(invoke(event("$connect")).answer.json()["statusCode"], 401);
    let allowed = with(event("$connect"), "queryStringParameters", json!({ "token": "t" }));
    assert_eq!(invoke(allowed).answer.json()["statusCode"], 200);
    assert_eq!(invoke(event("other")).error().0, "RouterError");
}
