//! `aws`: calls of AWS's services. `call(service, operation, parameters[, options])`; `request(service, method,
//! path[, options])`; `presign` with the parameters of either; S3's `s3_…`; `lambda_invoke`.

mod all;
mod batches;
mod caller;
pub(crate) mod check;
mod client;
mod converse;
mod download;
mod events;
mod lambda;
mod objects;
mod operation;
mod options;
mod pages;
mod s3;
mod ses;
mod traced;
mod wait;

use super::host::host;
use super::http::{self, response::Response};
pub(super) use caller::Caller;
pub(super) use options::Options;
use rhai_vm::{module, Value};

module! {
    /// Calls to AWS's services: signed, retried, and sent over connections that are reused.
    ///
    /// **Which function.** `aws::call` calls any operation of any service by its name, as the AWS SDK for Python does. The
    /// functions that begin with `s3_` and `lambda_invoke` are short for the most frequent operations. `aws::request` sends a
    /// request with a method and a path of your own to a service that has these. An API of yours is the service
    /// `apigatewaymanagementapi`, with its URL as the option `endpoint`.
    /// Services have the names of the AWS CLI (`dynamodb`, `events`, `stepfunctions`); other known names (`EventBridge`, `sfn`)
    /// are accepted too.
    ///
    /// **Region.** That of `AWS_REGION`, or else `AWS_DEFAULT_REGION`. Lambda sets it.
    ///
    /// **Credentials.** Lambda's own variables (`AWS_ACCESS_KEY_ID` and so on), or those of a web identity
    /// (`AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`), or those of the container (`AWS_CONTAINER_CREDENTIALS_FULL_URI`), or those of the AWS CLI: on a developer's machine, `aws configure` or `aws sso
    /// login` is enough.
    ///
    /// **Endpoints.** AWS's own in all partitions, with `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT` if set.
    /// `AWS_ENDPOINT_URL` or, for one service, `AWS_ENDPOINT_URL_DYNAMODB` names another one, unless
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true`. `AWS_CA_BUNDLE` is a file of certificate authorities to trust instead of
    /// those that are built in. Where an endpoint depends on the bucket, the ARN or the account, the rules are those of the AWS
    /// SDKs: a bucket is a part of the host name if its name allows that, and of the path otherwise, or if another endpoint is
    /// configured; DynamoDB and Kinesis have an endpoint for each account whose ID comes with the credentials
    /// (`AWS_ACCOUNT_ID`). [Calling AWS](aws.md#endpoints) lists the settings.
    ///
    /// **Options.** The last argument of every function may be a map with `region`, `endpoint` (a URL), `timeout` (seconds for
    /// one attempt, or a duration) and `credentials` (a map with `access_key_id`, `secret_access_key` and maybe `session_token` and `account_id`,
    /// or the `Credentials` that `AssumeRole` returns), and with the options of the function. `role` is the ARN of a role to assume
    /// with STS, with `role_session_name` and `external_id` if the role needs them; its credentials are reused until shortly before
    /// they expire. `profile` is a profile of the AWS CLI on a developer's machine, of whatever kind: keys, `aws sso login`,
    /// `source_profile` with a role, `credential_process`. `signing_name` is the name of the service in signatures, for an `endpoint`
    /// whose service is signed under another name.
    ///
    /// **Retries.** A request is sent up to three times when it fails for a temporary reason: no response, the statuses 500,
    /// 502, 503, 504 and 429, throttling. The delays are random, up to 50 and 100 ms; for throttling up to 1 and 2 s. A clock
    /// that is wrong is corrected by the service's. At the function's deadline the script is stopped, as everywhere.
    ///
    /// **Errors.** All functions throw `AwsError`, a map with `service`, `action`, `code`, `message`, `status` and `request_id`;
    /// the last two are `()` if there was no response. What the service says beside that, such as `CancellationReasons`, is
    /// added. `code` is AWS's, such as `ResourceNotFoundException`, or one of these: `InvalidArgument`, `UnknownService`,
    /// `UnknownOperation`, `UnknownWaiter`, `NoPages`, `WaiterFailed`, `WaiterTimeout`, `Closed`, `WrongProtocol`, `MissingRegion`, `NoEndpoint`, `MissingCredentials`, `NoAnswer`, `Timeout`,
    /// `NotTrusted`, `AnswerTooLarge`, `InvalidAnswer`, `FunctionError`.
    ///
    /// ```rhai
    /// let code = "";
    /// try { aws::call("ssm", "GetParameter", #{ Name: "/none" }); } catch (e) { code = e.code; }
    /// code // → "ParameterNotFound"
    /// ```
    "`aws`"

    functions {
        /// Closes the connection of a stream of events, so that the service stops sending. What is left of it cannot be read.
        ///
        /// ```rhai
        /// let response = aws::call("bedrock-runtime", "ConverseStream", #{ modelId: "amazon.nova-lite-v1:0" });
        /// response.stream.close() // → null
        /// ```
        new "close" (self: Host(events::TYPE_NAME)) -> Unit = |call| {
            call.host::<events::Events>(0)?.close();
            Ok(Value::Unit)
        };
    }

    namespace "aws" {
        /// Calls an operation. Parameters and response have the names and the types of the AWS SDK for Python, for every service:
        ///
        /// | AWS | in a script |
        /// |---|---|
        /// | structure, map | a map |
        /// | list | an array |
        /// | string, integer, boolean | as such; a float may be an integer in a parameter |
        /// | blob, and a body such as that of `PutObject` | a blob; in a parameter also a string, whose bytes are sent |
        /// | timestamp | a [time](#time); in a parameter also seconds since 1970, or a string such as `2026-11-22T09:30:00Z` |
        /// | document | any value |
        /// | stream of events | for `for`: maps with one key, the event's name, each as soon as it arrives |
        ///
        /// A parameter that is `()` is left out. Nothing is sent if a parameter is missing, unknown or of the wrong type: the
        /// error has the code `InvalidArgument` and says which one (`Key.id.S must be a string, not an int`). Tokens that make a
        /// request idempotent, such as `ClientToken`, are filled in, and so are checksums. Response members that AWS has added
        /// since this version of Rhambda are returned as they are.
        ///
        /// **Streams of events**, such as that of `ConverseStream`, are read while they arrive. Each event is returned once. An
        /// exception of the service is an `AwsError` that the loop throws, with the exception's name as its `code`
        /// (`throttlingException`) and the status 400; a stream that breaks off or is damaged is one with `NoAnswer` or
        /// `InvalidAnswer`. `timeout` is for the head of the response, and then for each wait. The connection is closed when
        /// nothing refers to the stream any more, when the script calls `close()` on it, and at the end of the invocation.
        ///
        /// ```rhai
        /// let messages = [#{ role: "user", content: [#{ text: "Greet Ada." }] }];
        /// let response = aws::call("bedrock-runtime", "ConverseStream", #{ modelId: "amazon.nova-lite-v1:0", messages: messages });
        /// let words = "";
        /// for event in response.stream { words += event.contentBlockDelta?.delta?.text ?? ""; }
        /// words // → "Hello, Ada"
        /// ```
        ///
        /// Options beside those of all functions: `plain`, with which the parameters and the result of an operation of
        /// DynamoDB have plain values in place of attribute values, see [`dynamodb`](#dynamodb); `each`, a function that is called for each event of a stream, and then the
        /// result does not have the stream; and `stream`: with `true`, a body such as that of `GetObject` is a
        /// [response](#responses) whose `.chunks()` or `.lines()` the script reads while they arrive. `to` is the path of a file
        /// below `/tmp` to which the body is written while it arrives, so that it may be larger than the memory; the member is then the path. A file
        /// that is not complete is removed.
        ///
        /// Operations that send a stream of events, such as `InvokeModelWithBidirectionalStream`, need HTTP/2 and cannot be
        /// called; neither can services without signatures of version 4 (`sdb`, `importexport`, `codecatalyst`). A bucket of S3 is
        /// its name, or the alias or the ARN of an access point, also of a Multi-Region Access Point, and of one of S3 Object
        /// Lambda and of S3 on Outposts. Requests to directory buckets (S3 Express One Zone) are signed with sessions, which are
        /// created and reused.
        ///
        /// ```rhai
        /// aws::call("ssm", "PutParameter", #{ Name: "/shop/mode", Value: "fast", Type: "String" });
        /// let parameter = aws::call("ssm", "GetParameter", #{ Name: "/shop/mode" }).Parameter;
        /// parameter.Value // → "fast"
        /// parameter.LastModifiedDate > time::parse("2024-01-01") // → true
        /// let region = #{ LocationConstraint: env::get("AWS_REGION") };
        /// aws::call("s3", "CreateBucket", #{ Bucket: "album", CreateBucketConfiguration: region });
        /// aws::call("s3", "PutObject", #{ Bucket: "album", Key: "a.txt", Body: "hello", Metadata: #{ shop: "1" } });
        /// let object = aws::call("s3", "GetObject", #{ Bucket: "album", Key: "a.txt" });
        /// [object.Body.as_string(), object.ContentLength, object.Metadata.shop] // → ["hello", 5, "1"]
        /// aws::call("s3", "GetObject", #{ Bucket: "album", Key: "a.txt" }, #{ to: "/tmp/a.txt" }).Body // → "/tmp/a.txt"
        /// fs::read("/tmp/a.txt") // → "hello"
        /// let filters = [#{ Name: "tag:shop", Values: ["1", "2"] }];
        /// aws::call("ec2", "DescribeInstances", #{ Filters: filters }).Reservations // → []
        /// aws::call("sts", "GetCallerIdentity", #{}, #{ region: "us-west-2", timeout: 10 }).Account // → "000000000000"
        /// let key = [#{ AttributeName: "id", KeyType: "HASH" }];
        /// let id = [#{ AttributeName: "id", AttributeType: "S" }];
        /// aws::call("dynamodb", "CreateTable", #{ TableName: "teas", KeySchema: key, AttributeDefinitions: id, BillingMode: "PAY_PER_REQUEST" });
        /// aws::call("dynamodb", "PutItem", #{ TableName: "teas", Item: #{ id: "sencha", grams: 50 } }, #{ plain: true });
        /// aws::call("dynamodb", "GetItem", #{ TableName: "teas", Key: #{ id: "sencha" } }, #{ plain: true }).Item.grams // → 50
        /// aws::call("ssm", "GetParameter", #{ Name: "/none" }) // ✗ AwsError
        /// aws::call("ssm", "GetParameter", #{ Nmae: "/shop/mode" }) // ✗ AwsError
        /// aws::call("ssm", "GetParamter", #{ Name: "/shop/mode" }) // ✗ AwsError
        /// ```
        new "call" (service: String, operation: String, parameters: Map; options: Map) -> Any "map" throws AwsError, FsError = operation::call;

        /// Returns the pages of an operation that returns its results page by page, for `for`: maps as `aws::call` returns them.
        /// Each page is requested when the loop asks for it, and retried as every call is. Options: `page_size`, the most results
        /// in a page. The code of the error is `NoPages` if the operation has no pages, and `InvalidAnswer` if the service
        /// returns the same token twice.
        ///
        /// ```rhai
        /// for name in ["p/1", "p/2", "p/3"] { aws::s3_put("album", name, ""); }
        /// let sizes = [];
        /// for page in aws::pages("s3", "ListObjectsV2", #{ Bucket: "album", Prefix: "p/" }, #{ page_size: 2 }) {
        ///     sizes.push(page.Contents.len());
        /// }
        /// sizes // → [2, 1]
        /// aws::pages("s3", "GetObject", #{ Bucket: "album", Key: "p/1" }) // ✗ AwsError
        /// ```
        new "pages" (service: String, operation: String, parameters: Map; options: Map) -> Host(pages::TYPE_NAME) throws AwsError = pages::pages;

        /// Returns the results in all pages of an operation, for `for`: objects of S3, items of DynamoDB, instances of EC2 in
        /// their reservations, and so on. If a page has several lists, such as `Contents` and `CommonPrefixes`, their items
        /// follow one another. Options as for `pages`.
        ///
        /// ```rhai
        /// for name in ["i/1", "i/2", "i/3"] { aws::s3_put("album", name, ""); }
        /// let keys = [];
        /// for object in aws::items("s3", "ListObjectsV2", #{ Bucket: "album", Prefix: "i/" }, #{ page_size: 2 }) {
        ///     keys.push(object.Key);
        /// }
        /// keys // → ["i/1", "i/2", "i/3"]
        /// ```
        new "items" (service: String, operation: String, parameters: Map; options: Map) -> Host(pages::TYPE_NAME) throws AwsError = pages::items;

        /// Calls an operation until its response is what a waiter of the AWS SDKs waits for, and returns that response, or an
        /// empty map if it is an error that was waited for. Waiters have names such as `InstanceRunning` (or
        /// `instance_running`). Options: `delay` (seconds between two calls, or a duration) and `max_attempts`; the defaults are
        /// those of AWS's models, often 15 s and 40 calls. Throws `AwsError` with the code `WaiterFailed` if the state cannot be
        /// reached any more, and with `WaiterTimeout` after the last call, or when the function's deadline comes before the next
        /// one. Both say the last state.
        ///
        /// ```rhai
        /// aws::wait("s3", "BucketExists", #{ Bucket: "album" });
        /// aws::s3_put("album", "ready.txt", "hello");
        /// aws::wait("s3", "ObjectExists", #{ Bucket: "album", Key: "ready.txt" }, #{ delay: 0.1 }).ContentLength // → 5
        /// aws::wait("s3", "ObjectExists", #{ Bucket: "album", Key: "none" }, #{ delay: 0.1, max_attempts: 2 }) // ✗ AwsError
        /// aws::wait("s3", "ObjectIsBlue", #{ Bucket: "album" }) // ✗ AwsError
        /// ```
        new "wait" (service: String, waiter: String, parameters: Map; options: Map) -> Map throws AwsError = wait::wait;

        /// Calls operations at the same time, up to 16, and returns their outcomes in the same order. A call is an array of the
        /// arguments of `aws::call`. An outcome is a map with `result` and `error`, one of which is `()`: a call that fails does
        /// not affect the others. Calls that fail for a temporary reason are retried when all others have been sent. Nothing is
        /// sent if a parameter is wrong. Responses may together be as large as half of the function's memory.
        ///
        /// ```rhai
        /// aws::call("ssm", "PutParameter", #{ Name: "/all/a", Value: "1", Type: "String" });
        /// let outcomes = aws::all([
        ///     ["ssm", "GetParameter", #{ Name: "/all/a" }],
        ///     ["ssm", "GetParameter", #{ Name: "/all/none" }],
        ///     ["sts", "GetCallerIdentity", #{}, #{ timeout: 10 }],
        /// ]);
        /// outcomes[0].result.Parameter.Value // → "1"
        /// outcomes[1].error.code // → "ParameterNotFound"
        /// outcomes[2].result.Account // → "000000000000"
        /// aws::all([["ssm", "GetParameter"]]) // ✗ AwsError
        /// ```
        new "all" (calls: Array) -> Array throws AwsError = all::all;

        /// Sends a request to a service with methods and paths, and returns a response as `http` does. A status outside of 200
        /// to 299 is an error. Characters that a path cannot have are encoded, and `%XX` stays as it is: use `urlencode` for
        /// values in the path. Options: `query` and `headers` (maps; an array stands for several values), and for the body one
        /// of `body` (a string, a blob, or a map or an array as JSON), `json` (any value) and `xml` (a map, see [`xml`](#xml)).
        /// `stream` and `to` are for the body of the response, as for `s3_get`.
        ///
        /// ```rhai
        /// aws::request("lambda", "GET", "/2015-03-31/functions/double/configuration").json().Handler // → "index.handler"
        /// let region = #{ CreateBucketConfiguration: #{ LocationConstraint: env::get("AWS_REGION") } };
        /// aws::request("s3", "PUT", "/photos", #{ xml: region }).status // → 200
        /// xml::decode(aws::request("s3", "GET", "/photos", #{ query: #{ location: "" } }).text()).LocationConstraint["#text"] // → "eu-central-1"
        /// aws::request("lambda", "GET", "/2015-03-31/functions/none") // ✗ AwsError
        /// ```
        new "request" (service: String, method: String, path: String; options: Map) -> Host(Response::TYPE_NAME) throws AwsError = |call| {
            let options = call.take_map(3)?;
            let rest = aws::Rest::new(call.str(1), call.str(2));
            Caller::of(call).request(host(call), call.str(0), rest, options).map(Value::from)
        };

        /// Returns a URL with which anyone can send this one request without credentials. Options: `expires` (seconds or a
        /// duration; 900 s by default, 604800 s at most; the credentials of a role may expire earlier), `query`, and `headers`
        /// that the request must have.
        ///
        /// ```rhai
        /// aws::s3_put("photos", "hello.txt", "hello");
        /// http::get(aws::presign("s3", "GET", "/photos/hello.txt", #{ expires: 60 })).text() // → "hello"
        /// http::put(aws::presign("s3", "PUT", "/photos/new.txt"), "new").status // → 200
        /// let api = #{ endpoint: "https://x1.execute-api.eu-central-1.amazonaws.com" };
        /// aws::presign("apigatewaymanagementapi", "GET", "/prod/orders", api).contains("%2Fexecute-api%2F") // → true
        /// aws::presign("s3", "GET", "/photos/hello.txt", #{ expires: 0 }) // ✗ AwsError
        /// ```
        new "presign" (service: String, method: String, path: String; options: Map) -> String throws AwsError = |call| {
            let options = call.take_map(3)?;
            Caller::of(call).presign(call.str(0), call.str(1), call.str(2), options).map(Value::from)
        };

        /// Returns a URL with which anyone can call this operation without credentials. The headers that its parameters stand
        /// for, such as `ContentType`, must be sent with it. Throws `AwsError` for operations whose parameters are in the body.
        ///
        /// ```rhai
        /// aws::s3_put("photos", "hello.txt", "hello");
        /// let url = aws::presign("s3", "GetObject", #{ Bucket: "photos", Key: "hello.txt" }, #{ expires: 60 });
        /// http::get(url).text() // → "hello"
        /// aws::presign("dynamodb", "ListTables", #{}) // ✗ AwsError
        /// ```
        new "presign" (service: String, operation: String, parameters: Map; options: Map) -> String throws AwsError = |call| {
            let (parameters, options) = (call.take_map(2)?, call.take_map(3)?);
            Caller::of(call).presign_call(call.str(0), call.str(1), &parameters, options).map(Value::from)
        };

        /// Returns an object of S3, as a response of `http`: `.text()`, `.json()`, `.blob()`, `.headers`. The code of the error
        /// is `NoSuchKey` if the object does not exist. Options: `version_id`, `headers` (such as `range`), and `stream`: with
        /// `true`, the script reads the object [while it arrives](#responses), by `.chunks()` or `.lines()`, so that it may be
        /// larger than the function's memory. `to` is the path of a file below `/tmp` to which the object is written while it
        /// arrives; `.text()` is then the path. A file that is not complete is removed.
        ///
        /// ```rhai
        /// aws::s3_put("photos", "notes/a b.txt", "tea");
        /// aws::s3_get("photos", "notes/a b.txt").text() // → "tea"
        /// aws::s3_get("photos", "notes/a b.txt", #{ headers: #{ range: "bytes=0-0" } }).text() // → "t"
        /// aws::s3_get("photos", "notes/a b.txt", #{ to: "/tmp/tea.txt" }).text() // → "/tmp/tea.txt"
        /// fs::read("/tmp/tea.txt") // → "tea"
        /// aws::s3_get("photos", "none") // ✗ AwsError
        /// ```
        new "s3_get" (bucket: String, key: String; options: Map) -> Host(Response::TYPE_NAME) throws AwsError = s3::get;

        /// Returns the lines of an object of S3 for `for`, each as soon as it arrives, as `s3_get` with the option `stream` and
        /// `.lines()` do. The loop throws `HttpError` if the connection breaks. Options as for `s3_get`.
        ///
        /// ```rhai
        /// aws::s3_put("photos", "names.txt", "Ada\nGrace\n");
        /// let names = [];
        /// for name in aws::s3_lines("photos", "names.txt") { names.push(name); }
        /// names // → ["Ada", "Grace"]
        /// aws::s3_lines("photos", "none") // ✗ AwsError
        /// ```
        new "s3_lines" (bucket: String, key: String; options: Map) -> Host(http::LINES) throws AwsError, HttpError = s3::lines;

        /// Stores an object; a map or an array is stored as JSON. Returns a map with `etag` and `version_id`. Options:
        /// `content_type`, `metadata` (a map), `headers`.
        ///
        /// ```rhai
        /// aws::s3_put("photos", "hello.txt", "hello").etag // → "5d41402abc4b2a76b9719d911017c592"
        /// aws::s3_put("photos", "order.json", #{ item: "tea" }, #{ metadata: #{ shop: "1" } });
        /// aws::s3_get("photos", "order.json").json().item // → "tea"
        /// aws::s3_put("photos", "", "hello") // ✗ AwsError
        /// ```
        new "s3_put" (bucket: String, key: String, body: Any "string | blob | map | array"; options: Map) -> Map throws AwsError = s3::put;

        /// Returns what S3 knows of an object: `size`, `content_type`, `etag`, `version_id`, `last_modified` (in RFC 3339) and
        /// `metadata`. The code of the error is `NotFound` if the object does not exist. Options as for `s3_get`.
        ///
        /// ```rhai
        /// aws::s3_put("photos", "hello.txt", "hello", #{ content_type: "text/x", metadata: #{ shop: "1" } });
        /// let object = aws::s3_head("photos", "hello.txt");
        /// [object.size, object.content_type, object.metadata] // → [5, "text/x", {"shop": "1"}]
        /// aws::s3_head("photos", "none") // ✗ AwsError
        /// ```
        new "s3_head" (bucket: String, key: String; options: Map) -> Map throws AwsError = s3::head;

        /// Lists the objects whose keys begin with the prefix, in the order of their keys: maps with `key`, `size`, `etag`,
        /// `last_modified` and `storage_class`. The option `limit` is the most objects to return; without it, all of them are.
        ///
        /// ```rhai
        /// for key in ["list/a", "list/b", "list/c"] { aws::s3_put("photos", key, ""); }
        /// aws::s3_list("photos", "list/").map(|object| object.key) // → ["list/a", "list/b", "list/c"]
        /// aws::s3_list("photos", "list/", #{ limit: 2 }).len() // → 2
        /// aws::s3_list("no-such-bucket") // ✗ AwsError
        /// ```
        new "s3_list" (bucket: String; prefix: String, options: Map) -> Array throws AwsError = s3::list;

        /// Returns a form with which a browser can upload an object without credentials: a map with `url` and `fields`. Send the
        /// fields as `multipart/form-data`, and the file after them as `file`. With `${filename}` at the end of the key, the name
        /// of the file is a part of the key. Options: `expires` as for `presign`, `max_size` (bytes), and `fields` (a map of
        /// further fields that the form must have, such as `acl`). As in the AWS SDK for Python, forms cannot be signed for Multi-Region
        /// Access Points: use `presign` with `PutObject`, or one of the buckets.
        ///
        /// ```rhai
        /// let form = aws::s3_presign_post("photos", "uploads/${filename}", #{ max_size: 1_000_000 });
        /// form.url.ends_with("/photos") // → true
        /// form.fields.key // → "uploads/${filename}"
        /// form.fields.keys().len() // → 6
        /// aws::s3_presign_post("photos", "a", #{ max_size: 0 }) // ✗ AwsError
        /// ```
        new "s3_presign_post" (bucket: String, key: String; options: Map) -> Map throws AwsError = s3::presign_post;

        /// Returns an object that is JSON, decoded. Throws `JsonError` if it is not valid JSON. Options as for `s3_get`, without
        /// `stream` and `to`.
        ///
        /// ```rhai
        /// aws::s3_put("photos", "settings.json", #{ colors: ["red"] });
        /// aws::s3_get_json("photos", "settings.json").colors // → ["red"]
        /// aws::s3_put("photos", "settings.txt", "red");
        /// aws::s3_get_json("photos", "settings.txt") // ✗ JsonError
        /// ```
        new "s3_get_json" (bucket: String, key: String; options: Map) -> Any throws AwsError, JsonError = objects::get_json;

        /// Copies an object of up to 5 GB within S3, and returns a map with `etag` and `version_id`. Metadata and content type are
        /// copied, unless `metadata` or `content_type` is given: then S3 replaces both. `version_id` is that of the source.
        ///
        /// ```rhai
        /// aws::s3_put("photos", "draft.txt", "hello", #{ metadata: #{ shop: "1" } });
        /// aws::s3_copy("photos", "draft.txt", "photos", "final ü.txt");
        /// aws::s3_get("photos", "final ü.txt").text() // → "hello"
        /// aws::s3_head("photos", "final ü.txt").metadata // → {"shop": "1"}
        /// aws::s3_copy("photos", "draft.txt", "photos", "page.html", #{ content_type: "text/html" });
        /// aws::s3_head("photos", "page.html").content_type // → "text/html"
        /// aws::s3_copy("photos", "none", "photos", "new") // ✗ AwsError
        /// ```
        new "s3_copy" (source_bucket: String, source_key: String, bucket: String, key: String; options: Map) -> Map throws AwsError = objects::copy;

        /// Deletes objects, 1000 with one request, and returns a map with `deleted` (their number) and `failed`: maps with `key`,
        /// `index`, `code` and `message`. An object is its key, or a map with `key` and maybe `version_id`, so that the result of
        /// `s3_list` can be passed on. Objects that do not exist count as deleted. What S3 refuses for a temporary reason is
        /// retried. `AwsError` is thrown if the first request fails, for instance because the bucket does not exist; if a later
        /// one does, its objects are in `failed`.
        ///
        /// ```rhai
        /// for key in ["old/a", "old/b"] { aws::s3_put("photos", key, ""); }
        /// aws::s3_delete_all("photos", aws::s3_list("photos", "old/")) // → {"deleted": 2, "failed": []}
        /// aws::s3_delete_all("photos", ["old/c"]) // → {"deleted": 1, "failed": []}
        /// aws::s3_delete_all("no-such-bucket", ["a"]) // ✗ AwsError
        /// ```
        new "s3_delete_all" (bucket: String, objects: Array; options: Map) -> Map throws AwsError = batches::delete_objects;

        /// Deletes an object. It is not an error if the object does not exist. Options as for `s3_get`.
        ///
        /// ```rhai
        /// aws::s3_put("photos", "old.txt", "");
        /// aws::s3_delete("photos", "old.txt") // → null
        /// aws::s3_list("photos", "old") // → []
        /// ```
        new "s3_delete" (bucket: String, key: String; options: Map) -> Unit throws AwsError = s3::delete;

        /// Sends messages to a queue of SQS, ten with one request, and returns a map with `sent` (their number) and `failed`: maps
        /// with `index`, `code` and `message`. A message is a string, or a map with the names of `SendMessageBatch`:
        /// `MessageBody` (a value that is not a string is sent as JSON), `DelaySeconds`, `MessageAttributes`, and for FIFO queues
        /// `MessageGroupId` and `MessageDeduplicationId`. The option `group_id` is the message group of all messages that name none. Messages that
        /// SQS refuses for a temporary reason are retried up to two times, with the delays of all requests, before later ones are sent; of a FIFO queue, those of the
        /// same request can then be in another order. Nothing is sent if a message has a wrong or unknown member. `AwsError` is thrown then, and if the first request fails, for
        /// instance because the queue does not exist; if a later one does, its messages are in `failed`.
        ///
        /// ```rhai
        /// let queue = aws::call("sqs", "CreateQueue", #{ QueueName: "teas" }).QueueUrl;
        /// let messages = [];
        /// for number in 1..=12 { messages.push(#{ MessageBody: #{ number: number } }); }
        /// aws::sqs_send_all(queue, messages) // → {"sent": 12, "failed": []}
        /// aws::sqs_send_all(queue, ["sencha", 7]) // ✗ AwsError
        /// ```
        new "sqs_send_all" (queue_url: String, messages: Array; options: Map) -> Map throws AwsError = batches::send_messages;

        /// Sends events to EventBridge, ten with one request, and returns a map with `sent` (their number) and `failed`: maps with
        /// `index`, `code` and `message`. An event is a map with the names of `PutEvents`: `Source`, `DetailType`, `Detail` (a
        /// value that is not a string is sent as JSON), `Resources` and so on. The option `bus` is the event bus of all events that
        /// name none. Retries and errors are as for `sqs_send_all`.
        ///
        /// ```rhai
        /// let event = #{ Source: "shop", DetailType: "order", Detail: #{ id: 7 } };
        /// aws::events_put_all([event, event]) // → {"sent": 2, "failed": []}
        /// aws::events_put_all([#{ Detail: #{ id: 7 }, Sorce: "shop" }]) // ✗ AwsError
        /// ```
        new "events_put_all" (events: Array; options: Map) -> Map throws AwsError = batches::put_events;

        /// Sends an e-mail with SES, and returns its message ID. The message is a map as for [`mail::encode`](#mail): `from`, `to`, `cc`,
        /// `subject`, `text`, `html`, `attachments` and so on, and also `bcc`, whom nobody else sees. The option
        /// `configuration_set` is the name of a configuration set. Throws `MailError` if the message is invalid.
        ///
        /// ```rhai
        /// aws::call("sesv2", "CreateEmailIdentity", #{ EmailIdentity: "shop@a.example" });
        /// let message = #{ from: "shop@a.example", to: "ada@b.example", bcc: "files@a.example", subject: "Your order", text: "It is on its way." };
        /// type_of(aws::ses_send(message)) // → "string"
        /// aws::ses_send(#{ from: "shop@a.example", to: "nobody", text: "Hello" }) // ✗ MailError
        /// ```
        new "ses_send" (message: Map; options: Map) -> String throws AwsError, MailError = ses::send;

        /// Asks a model of Bedrock with `Converse`, and returns the text of its response. The prompt is a string, or the messages of
        /// a conversation: maps with `role` (`"user"` or `"assistant"`) and `content` (a string, or content blocks as in the API
        /// reference). Options: `system` (a string), `max_tokens`, `temperature`, `top_p`, and `stop` (an array of strings).
        ///
        /// ```rhai
        /// let answer = aws::converse("amazon.nova-lite-v1:0", "Greet Ada.", #{ system: "Be brief.", max_tokens: 100 });
        /// type_of(answer) // → "string"
        /// let turns = [#{ role: "user", content: "Hi" }, #{ role: "assistant", content: "Hello" }, #{ role: "user", content: "Bye" }];
        /// aws::converse("amazon.nova-lite-v1:0", turns).len() > 0 // → true
        /// aws::converse("amazon.nova-lite-v1:0", 7) // ✗ AwsError
        /// ```
        new "converse" (model: String, prompt: Any "string | array"; options: Map) -> String throws AwsError = converse::converse;

        /// Invokes a Lambda function by its name or ARN, and returns its response. If the function fails, the code of the error
        /// is `FunctionError`, and the message contains the type and the message of its error. Options: `qualifier` (a version
        /// or an alias), and `wait`: with `false`, Lambda queues the event, and the result is `()`.
        ///
        /// ```rhai
        /// aws::lambda_invoke("double", #{ n: 21 }) // → 42
        /// aws::lambda_invoke("double", #{ n: 21 }, #{ wait: false }) // → null
        /// aws::lambda_invoke("double", #{}) // ✗ AwsError
        /// ```
        new "lambda_invoke" (function: String, payload: Any; options: Map) -> Any throws AwsError = lambda::invoke;
    }

    options check::OPTIONS;
}

/// An error about an argument.
fn invalid(message: impl Into<String>) -> aws::Error {
    aws::Error::invalid_argument(message)
}
