//! A call from its beginning to its end: draft → sign → send → retry.

use crate::clock::Clock;
use crate::credentials::{Credentials, Fetching, Role, Roles, Source};
use crate::draft::Draft;
use crate::endpoint::{self, Endpoint};
use crate::endpoints::{self, Variant};
use crate::environment::Environment;
use crate::error::{codes, Error, Failure, Result};
use crate::operations::Operations;
use crate::rest::Rest;
use crate::services;
use crate::settings::{Files, Finder, Settings};
use crate::signing::{self, PathForm, Scheme, Signer, Unsigned, UNSIGNED_PAYLOAD};
use crate::v4a::Keys;
use crate::watch::{Outcome, Watch, Watched};
use crate::{response, retry, rules};
use net::{Body, Config, ErrorKind, Request, Response, Until};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

const USER_AGENT: &str = concat!("rhambda/", env!("CARGO_PKG_VERSION"));
/// The sessions of directory buckets, which last for five minutes, are renewed so long before they expire.
const SESSION_MARGIN: Duration = Duration::from_secs(30);
/// The longest that AWS lets a URL be good for.
const LONGEST_URL: Duration = Duration::from_hours(7 * 24);

/// The regions in which STS may have its global endpoint, as AWS's SDKs had it once.
const LEGACY_STS_REGIONS: [&str; 16] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "aws-global",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Calls AWS's services. Nothing is set up before the first call.
pub struct Client {
    pub(crate) environment: Rc<dyn Environment>,
    pub(crate) http: net::Client,
    credentials: Source,
    roles: Roles,
    /// Those of directory buckets.
    pub(crate) sessions: Roles,
    keys: Keys,
    files: Files,
    clock: Clock,
    quota: retry::Quota,
    pub(crate) operations: Operations,
}

/// What a call may say beside what is called.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// In place of `AWS_REGION`.
    pub region: Option<String>,
    /// A URL in place of AWS's own endpoint.
    pub endpoint: Option<String>,
    /// The longest that one attempt may take.
    pub timeout: Option<Duration>,
    /// In place of those of the environment.
    pub credentials: Option<Credentials>,
    /// A profile of the AWS CLI, in place of the environment's credentials.
    pub profile: Option<String>,
    /// The name of the service in signatures, in place of its own.
    pub signing_name: Option<String>,
    /// A role to assume with these.
    pub role: Option<Role>,
    /// Settings in place of those of the environment and the configuration file.
    pub settings: Settings,
    /// Whether plain values stand for `DynamoDB`'s attribute values.
    pub is_plain: bool,
}

/// A response whose body may still arrive.
#[derive(Debug)]
pub enum Received {
    /// All of it: the environment responded in place of AWS.
    Whole(Response),
    /// Its body arrives.
    Arriving(Box<Response<Body>>),
}

/// A request, as often as it is sent.
pub(crate) struct Sending<'a> {
    client: &'a Client,
    draft: &'a Draft<'a>,
    options: &'a Options,
    until: Until,
    endpoint: Endpoint,
    body_hash: String,
    credentials: Option<Credentials>,
    attempts: u32,
    is_corrected: bool,
    /// What the last attempt has cost of the quota.
    cost: Option<u32>,
    watch: Option<Box<dyn Watch>>,
}

/// What follows an attempt.
pub(crate) enum Step<B> {
    Done(Result<Response<B>>),
    /// Another attempt, after this time.
    Again(Duration),
}

impl Sending<'_> {
    /// The request, signed now.
    pub(crate) fn request(&mut self) -> Result<Request> {
        let request = self.signed();
        if let Err(error) = &request {
            self.end(|retries| Outcome::failed(error, retries, SystemTime::now()));
        }
        request
    }

    fn signed(&mut self) -> Result<Request> {
        if !self.draft.is_unsigned {
            let (draft, endpoint) = (self.draft, &self.endpoint);
            self.credentials =
                Some(self.client.credentials_for(draft, endpoint, self.options, self.until)?);
        }
        let credentials = self.credentials.as_ref();
        let trace = self.watch.as_ref().and_then(|watch| watch.header());
        let mut request = self.client.signed(self.draft, &self.endpoint, credentials, &self.body_hash, trace);
        request.timeout = self.options.timeout;
        Ok(request)
    }

    /// What follows from what came of sending it, at this time.
    pub(crate) fn take<B>(&mut self, sent: Sent<B>, at: SystemTime) -> Step<B> {
        let step = self.step(sent);
        match &step {
            Step::Done(Ok(response)) => self.end(|retries| Outcome::received(response, retries, at)),
            Step::Done(Err(error)) => self.end(|retries| Outcome::failed(error, retries, at)),
            Step::Again(_) => {}
        }
        step
    }

    fn end<'o>(&mut self, outcome: impl FnOnce(u32) -> Outcome<'o>) {
        let retries = self.attempts - 1;
        if let Some(watch) = self.watch.take() {
            watch.end(outcome(retries));
        }
    }

    fn step<B>(&mut self, sent: Sent<B>) -> Step<B> {
        let failed = match sent {
            Err(error) if error.kind == ErrorKind::Deadline => return Step::Done(Err(Error::Deadline)),
            Err(error) => Failed::no_response(&error),
            Ok(Attempt::Failed(failed)) => failed,
            Ok(Attempt::Received(response)) => {
                self.client.quota.give_back(self.cost);
                return Step::Done(Ok(response));
            }
        };
        if !self.is_corrected && self.client.corrected(&failed) {
            self.is_corrected = true;
            return Step::Again(Duration::ZERO);
        }
        let failure = without_secrets(failed.failure, self.credentials.as_ref());
        let kind = retry::kind(&failure);
        let pause = retry::pause(kind, self.attempts, random(), failed.asked_pause);
        let is_too_late = self.until.left().is_some_and(|left| left <= pause);
        let is_last = kind == retry::Kind::Final || self.attempts == retry::ATTEMPTS || is_too_late;
        self.cost = if is_last { None } else { self.client.quota.take(kind) };
        if self.cost.is_none() {
            return Step::Done(Err(failure.into()));
        }
        let (url, pause_ms) = (&self.endpoint.url, pause.as_millis());
        log::debug!("{url} fails with {}; again in {pause_ms} ms", failure.code);
        self.attempts += 1;
        Step::Again(pause)
    }
}

/// What came of sending a request once; an error if there is no response.
pub(crate) type Sent<B> = std::result::Result<Attempt<B>, net::Error>;

/// A response, or the failure that it reports.
pub(crate) enum Attempt<B> {
    Received(Response<B>),
    Failed(Failed),
}

/// A failure, and what follows for the next attempt.
pub(crate) struct Failed {
    failure: Failure,
    /// The service's time.
    date: Option<String>,
    /// How long the service wants to be left alone.
    asked_pause: Option<Duration>,
}

impl Attempt<Vec<u8>> {
    pub(crate) fn of(response: Response, host: &dyn aws_api::Host) -> Self {
        match response::failure(&response, host) {
            None => Self::Received(response),
            Some(failure) => Self::Failed(Failed::of(failure, &response)),
        }
    }
}

impl Failed {
    fn of(failure: Failure, response: &Response) -> Self {
        let date = response.header("date").map(str::to_owned);
        Self { failure, date, asked_pause: retry::asked_pause(response) }
    }

    fn no_response(error: &net::Error) -> Self {
        Self { failure: no_response(error), date: None, asked_pause: None }
    }
}

/// The same configuration for connections to AWS: `AWS_CA_BUNDLE` says whom to trust.
pub fn config(mut config: Config, variable: impl Fn(&str) -> Option<String>) -> Config {
    let bundle = variable("AWS_CA_BUNDLE").filter(|file| !file.is_empty());
    if let Some(bundle) = bundle {
        config.roots.only = vec![("AWS_CA_BUNDLE", bundle.into())];
    }
    config
}

impl Client {
    /// A client that finds region, credentials and endpoints in this environment, at each call.
    pub fn new(http: net::Client, environment: impl Environment + 'static) -> Self {
        Self {
            environment: Rc::new(environment),
            http,
            credentials: Source::default(),
            roles: Roles::default(),
            sessions: Roles::renewed_before(SESSION_MARGIN),
            keys: Keys::default(),
            files: Files::default(),
            clock: Clock::default(),
            quota: retry::Quota::default(),
            operations: Operations::default(),
        }
    }

    /// Sends a request to a service with methods and paths.
    ///
    /// # Errors
    /// Whatever comes in between, see [`Error`]; any status but those from 200 to 299.
    pub fn request(
        &self,
        service: &str,
        request: &Rest,
        options: &Options,
        until: Until,
    ) -> Result<Response> {
        let send = || {
            let draft = Draft::of_rest(services::find(service)?, request)?;
            let response = self.environment.request(draft.service.name(), request);
            response.unwrap_or_else(|| self.send(&draft, options, until))
        };
        send().map_err(|error| error.of(service, &request.action()))
    }

    /// The same, without waiting for the body of the response.
    ///
    /// # Errors
    /// As there.
    pub fn open_request(
        &self,
        service: &str,
        request: &Rest,
        options: &Options,
        until: Until,
    ) -> Result<Received> {
        let open = || -> Result<Received> {
            let draft = Draft::of_rest(services::find(service)?, request)?;
            match self.environment.request(draft.service.name(), request) {
                Some(response) => Ok(Received::Whole(response?)),
                None => Ok(Received::Arriving(self.open(&draft, options, until)?.into())),
            }
        };
        open().map_err(|error| error.of(service, &request.action()))
    }

    /// A URL which whoever has it can use for that long.
    ///
    /// # Errors
    /// When there is nothing to sign with, or a part of it cannot be used.
    pub fn presign(
        &self,
        service: &str,
        request: &Rest,
        expires: Duration,
        options: &Options,
        until: Until,
    ) -> Result<String> {
        let presign =
            || self.presigned(&Draft::of_any(services::find(service)?, request)?, expires, options, until);
        presign().map_err(|error| error.of(service, &request.action()))
    }

    /// The URL of a draft.
    pub(crate) fn presigned(
        &self,
        draft: &Draft<'_>,
        expires: Duration,
        options: &Options,
        until: Until,
    ) -> Result<String> {
        check_expiry(expires)?;
        let endpoint = self.endpoint(draft, options, until)?;
        let body_hash = signing::hash(&draft.body);
        let payload = if draft.service.is_s3() { UNSIGNED_PAYLOAD } else { &body_hash };
        let credentials = self.credentials_for(draft, &endpoint, options, until)?;
        let mut headers = endpoint.with_headers(&draft.headers);
        headers.push(("host".to_owned(), endpoint.host().to_owned()));
        let path = endpoint.path(&draft.path);
        let unsigned =
            Unsigned { method: draft.method, path: &path, query: &draft.query, headers: &headers, payload };
        let query = self.signer(draft, &credentials, &endpoint).query(&unsigned, expires);
        Ok(format!("{}?{query}", endpoint.url(&path)))
    }

    /// Sends a request until there is a response, or no sense in another attempt.
    pub(crate) fn send(&self, draft: &Draft<'_>, options: &Options, until: Until) -> Result<Response> {
        self.send_with(draft, options, until, |request| {
            Ok(Attempt::of(self.http.send(request, until)?, self.environment.values()))
        })
    }

    /// The same, without waiting for the body of the response.
    pub(crate) fn open(&self, draft: &Draft<'_>, options: &Options, until: Until) -> Result<Response<Body>> {
        self.send_with(draft, options, until, |request| {
            let response = self.http.open(request, until)?;
            if (200..300).contains(&response.status) {
                return Ok(Attempt::Received(response));
            }
            let response = self.http.read_all(response)?;
            Ok(Attempt::Failed(Failed::of(
                response::failure_of_status(&response, self.environment.values()),
                &response,
            )))
        })
    }

    fn send_with<B>(
        &self,
        draft: &Draft<'_>,
        options: &Options,
        until: Until,
        send: impl Fn(&Request) -> Sent<B>,
    ) -> Result<Response<B>> {
        let mut sending = self.sending(draft, options, until)?;
        loop {
            let request = sending.request()?;
            let outcome = send(&request);
            match sending.take(outcome, SystemTime::now()) {
                Step::Done(result) => return result,
                Step::Again(pause) if until.wait(pause) => {}
                Step::Again(_) => return Err(Error::Deadline),
            }
        }
    }

    /// A request that is about to be sent.
    pub(crate) fn sending<'a>(
        &'a self,
        draft: &'a Draft<'a>,
        options: &'a Options,
        until: Until,
    ) -> Result<Sending<'a>> {
        let endpoint = self.endpoint(draft, options, until)?;
        // Without TLS, nothing else would protect the body.
        let is_payload_unsigned = draft.is_payload_unsigned && endpoint.url.starts_with("https:");
        let body_hash =
            if is_payload_unsigned { UNSIGNED_PAYLOAD.to_owned() } else { signing::hash(&draft.body) };
        let watch = self.environment.watch(&Watched {
            service: draft.service.name(),
            operation: if draft.operation.is_empty() { draft.method } else { &draft.operation },
            region: &endpoint.region,
            resource: draft.resource.as_ref().map(|(name, value)| (*name, value.as_str())),
        });
        Ok(Sending {
            client: self,
            draft,
            options,
            until,
            endpoint,
            body_hash,
            credentials: None,
            attempts: 1,
            is_corrected: false,
            cost: None,
            watch,
        })
    }

    /// Whether something that made the request fail was put right: the clock, or old credentials.
    fn corrected(&self, failed: &Failed) -> bool {
        let corrects_clock = |date: &String| self.clock.correct(date, self.environment.now());
        if retry::may_be_skew(&failed.failure) && failed.date.as_ref().is_some_and(corrects_clock) {
            return true;
        }
        retry::is_expired(&failed.failure)
            && (self.credentials.forget() | self.roles.forget() | self.sessions.forget())
    }

    fn signed(
        &self,
        draft: &Draft<'_>,
        endpoint: &Endpoint,
        credentials: Option<&Credentials>,
        body_hash: &str,
        trace: Option<String>,
    ) -> Request {
        let mut headers = endpoint.with_headers(&draft.headers);
        let path = endpoint.path(&draft.path);
        if let Some(credentials) = credentials {
            headers.push(("x-amz-content-sha256".to_owned(), body_hash.to_owned()));
            headers.push(("host".to_owned(), endpoint.host().to_owned()));
            let unsigned = Unsigned {
                method: draft.method,
                path: &path,
                query: &draft.query,
                headers: &headers,
                payload: body_hash,
            };
            let signature = self.signer(draft, credentials, endpoint).headers(&unsigned);
            // It follows from the URL.
            headers.retain(|(name, _)| name != "host");
            headers.extend(signature);
        }
        // What is on the way may change these, so they are not signed.
        headers.push(("user-agent".to_owned(), USER_AGENT.to_owned()));
        // Lambda finds functions that call each other in circles by it.
        let trace = trace.or_else(|| self.environment.set("_X_AMZN_TRACE_ID"));
        headers.extend(trace.map(|id| ("x-amzn-trace-id".to_owned(), id)));
        let question = if draft.query.is_empty() { "" } else { "?" };
        let url = format!("{}{question}{}", endpoint.url(&path), draft.query);
        let request = Request::new(draft.method, url);
        // AWS's SDKs send everything again, too.
        Request { headers, body: draft.body.clone(), repeatable: true, ..request }
    }

    pub(crate) fn signer<'a>(
        &'a self,
        draft: &Draft<'_>,
        credentials: &'a Credentials,
        endpoint: &'a Endpoint,
    ) -> Signer<'a> {
        Signer {
            credentials,
            region: &endpoint.region,
            service: &endpoint.signing_name,
            time: self.clock.now(self.environment.now()),
            path: if draft.service.is_s3() { PathForm::AsSent } else { PathForm::Normalized },
            scheme: endpoint.scheme,
            keys: &self.keys,
        }
    }

    /// The credentials for a request: those of a session, if its bucket has them.
    fn credentials_for(
        &self,
        draft: &Draft<'_>,
        endpoint: &Endpoint,
        options: &Options,
        until: Until,
    ) -> Result<Credentials> {
        let credentials = self.credentials(options, until)?;
        match (endpoint.scheme, draft.bucket()) {
            (Scheme::S3Express, Some(bucket)) => self.session(bucket, &credentials, options, until),
            _ => Ok(credentials),
        }
    }

    pub(crate) fn credentials(&self, options: &Options, until: Until) -> Result<Credentials> {
        let own = &options.credentials;
        if let Some(role) = &options.role {
            let source = own.as_ref().map(|credentials| credentials.access_key_id.clone());
            let source = source.or_else(|| options.profile.clone());
            let options = Options {
                region: options.region.clone(),
                credentials: own.clone(),
                profile: options.profile.clone(),
                ..Options::default()
            };
            return self.roles.credentials(&Role { source, ..role.clone() }, &*self.environment, || {
                self.call("sts", "AssumeRole", &role.parameters(), &options, until)
            });
        }
        if let (None, Some(profile)) = (own, &options.profile) {
            return self.credentials.of_profile(profile, self.environment.now(), until);
        }
        match (own, self.web_identity()) {
            (Some(credentials), _) => Ok(credentials.clone()),
            (None, Some((role, file))) => self.roles.credentials(&role, &*self.environment, || {
                let token = std::fs::read_to_string(&file).map_err(|problem| {
                    let message =
                        format!("AWS_WEB_IDENTITY_TOKEN_FILE is \"{file}\", which cannot be read: {problem}");
                    Error::new(codes::MISSING_CREDENTIALS, message)
                })?;
                let mut parameters = role.parameters();
                parameters.insert("WebIdentityToken".into(), token.trim().into());
                self.call("sts", "AssumeRoleWithWebIdentity", &parameters, &Options::default(), until)
            }),
            (None, None) => {
                let at = Fetching { environment: &*self.environment, http: &self.http, until };
                self.credentials.credentials(&at)
            }
        }
    }

    /// The role of a web identity, as on EKS, and the file with its token. Keys in the environment come first.
    fn web_identity(&self) -> Option<(Role, String)> {
        let environment = &self.environment;
        if environment.set("AWS_ACCESS_KEY_ID").is_some() {
            return None;
        }
        let file = environment.set("AWS_WEB_IDENTITY_TOKEN_FILE")?;
        let session_name = environment.set("AWS_ROLE_SESSION_NAME");
        Some((Role { arn: environment.set("AWS_ROLE_ARN")?, session_name, ..Role::default() }, file))
    }

    /// Where a request goes.
    pub(crate) fn endpoint(&self, draft: &Draft<'_>, options: &Options, until: Until) -> Result<Endpoint> {
        let settings = self.settings(options);
        let region = options.region.clone();
        let region = region.or_else(|| self.environment.set("AWS_REGION"));
        let region = region.or_else(|| self.environment.set("AWS_DEFAULT_REGION")).ok_or_else(|| {
            let message = "no region is configured: set AWS_REGION, or pass the option `region`";
            Error::new(codes::MISSING_REGION, message)
        })?;
        endpoints::check_region(&region)?;
        let configured = || endpoints::configured(draft.service, |name| self.environment.set(name));
        let configured = options.endpoint.clone().or_else(configured);
        let configured = configured.map(|url| endpoint::checked(&url)).transpose()?;
        let variant = match configured {
            None => endpoints::variant(|name| self.environment.set(name)),
            // It is of no kind.
            Some(_) => Variant::default(),
        };
        let mut endpoint = if let Some(rules) = rules::of(draft.service) {
            let place = Place { region: &region, variant, configured: configured.as_deref() };
            let parameters = self.rule_parameters(draft, rules, &place, options, until)?;
            let preferred = settings.text("auth_scheme_preference").unwrap_or_default();
            rules.resolve(parameters, &preferred)?
        } else {
            let own = endpoints::resolve(draft.service, &draft.context, &region, variant)?;
            let url = configured.clone().unwrap_or(own.url);
            let schemes = draft.service.schemes();
            // Hardly any service has several.
            let preferred = (schemes.len() > 1).then(|| settings.text("auth_scheme_preference"));
            let scheme = Scheme::preferred(&schemes, &preferred.flatten().unwrap_or_default());
            Endpoint { url, scheme, ..own }
        };
        // Rules have the account in the host name already.
        if configured.is_none() && draft.service.name() != "s3control" {
            endpoint.url.insert_str("https://".len(), &draft.host_prefix);
        }
        if endpoint.scheme == Scheme::V4a {
            let regions = settings.text("sigv4a_signing_region_set");
            endpoint.region = regions.unwrap_or(endpoint.region);
        }
        let signing_name = options.signing_name.clone().unwrap_or(endpoint.signing_name);
        Ok(Endpoint { signing_name, ..endpoint })
    }

    fn settings<'a>(&'a self, options: &'a Options) -> Finder<'a> {
        let (environment, profile) = (&*self.environment, options.profile.as_deref());
        Finder { environment, files: &self.files, options: &options.settings, profile }
    }

    /// What endpoint rules look at: the call, the settings, and the account.
    fn rule_parameters(
        &self,
        draft: &Draft<'_>,
        rules: rules::Rules,
        place: &Place<'_>,
        options: &Options,
        until: Until,
    ) -> Result<rules::Named> {
        let settings = self.settings(options);
        let mut parameters = draft.parameters.clone();
        parameters.push(("Region", place.region.into()));
        parameters.extend(place.variant.parameters());
        parameters.extend(place.configured.map(|url| ("Endpoint", url.into())));
        let mut set = |name: &'static str, value: bool| parameters.push((name, value.into()));
        match draft.service.name() {
            "s3" => {
                let accelerates = settings.boolean("s3_use_accelerate_endpoint", false)?;
                let style = settings.one_of("s3_addressing_style", &["auto", "path", "virtual"])?;
                let is_arn = draft.bucket().is_some_and(|bucket| bucket.starts_with("arn:"));
                // An endpoint of one's own mostly is an emulator, whose host name has no names below it.
                let usual = if place.configured.is_some() { style != "virtual" } else { style == "path" };
                // Whoever asks where a bucket is may sign for another region.
                let is_path = draft.operation == "GetBucketLocation" || usual && !accelerates;
                set("ForcePathStyle", is_path && !is_arn);
                set("Accelerate", accelerates);
                set("UseArnRegion", settings.boolean("s3_use_arn_region", true)?);
                let is_disabled = settings.boolean("s3_disable_multiregion_access_points", false)?;
                set("DisableMultiRegionAccessPoints", is_disabled);
                if settings.boolean("s3_disable_express_session_auth", false)? {
                    set("DisableS3ExpressSessionAuth", true);
                }
                let regional = settings.one_of("s3_us_east_1_regional_endpoint", &["regional", "legacy"])?;
                set("UseGlobalEndpoint", regional == "legacy" && place.region == "us-east-1");
            }
            "s3control" => {
                set("UseArnRegion", settings.boolean("s3_use_arn_region", false)?);
                if place.configured.is_some_and(endpoint::is_ip_address) {
                    // The account would be a part of the host name.
                    parameters.retain(|(name, _)| !["AccountId", "RequiresAccountId"].contains(name));
                }
            }
            "sts" => {
                let regional = settings.one_of("sts_regional_endpoints", &["regional", "legacy"])?;
                let is_old = LEGACY_STS_REGIONS.contains(&place.region);
                set("UseGlobalEndpoint", regional == "legacy" && is_old);
            }
            _ => {}
        }
        if rules.depend_on("AccountIdEndpointMode") {
            let modes = ["preferred", "disabled", "required"];
            let mode = settings.one_of("account_id_endpoint_mode", &modes)?;
            parameters.push(("AccountIdEndpointMode", mode.into()));
            if mode != "disabled" && place.configured.is_none() {
                let account = self.credentials(options, until)?.account_id;
                let account = account.or_else(|| self.account_of_profile(options, &settings));
                parameters.extend(account.map(|account| ("AccountId", (&*account).into())));
            }
        }
        Ok(parameters)
    }

    /// The account that a profile of the AWS CLI names, if the credentials come from it.
    fn account_of_profile(&self, options: &Options, settings: &Finder<'_>) -> Option<String> {
        let is_own = options.credentials.is_some() || options.role.is_some();
        let is_elsewhere = !Source::are_of_cli(&*self.environment) || self.web_identity().is_some();
        if is_own || options.profile.is_none() && is_elsewhere {
            return None;
        }
        let of_role = settings.of_profile("role_arn").and_then(|arn| Some(arn.split(':').nth(4)?.to_owned()));
        let of_sso = || settings.of_profile("sso_account_id");
        of_role.or_else(of_sso).or_else(|| settings.account_of_keys())
    }
}

/// Where a service is looked for.
struct Place<'a> {
    region: &'a str,
    variant: Variant,
    /// A URL in place of AWS's own endpoint.
    configured: Option<&'a str>,
}

/// That what is signed may be good for so long.
pub(crate) fn check_expiry(expires: Duration) -> Result<()> {
    if expires.as_secs() == 0 || expires > LONGEST_URL {
        return Err(Error::invalid_argument("a URL can be good for 1 to 604800 seconds (7 days)"));
    }
    Ok(())
}

/// What came of a request, or of the rest of its response, that the other side does not complete.
impl From<&net::Error> for Error {
    fn from(error: &net::Error) -> Self {
        match error.kind {
            ErrorKind::Deadline => Self::Deadline,
            _ => no_response(error).into(),
        }
    }
}

/// The failure of a request without a response.
pub(crate) fn no_response(error: &net::Error) -> Failure {
    let code = match error.kind {
        ErrorKind::Timeout => codes::TIMEOUT,
        ErrorKind::BadRequest => codes::INVALID_ARGUMENT,
        ErrorKind::Tls => codes::NOT_TRUSTED,
        ErrorKind::TooLarge => codes::TOO_LARGE,
        _ => codes::NO_RESPONSE,
    };
    Failure { code: code.to_owned(), message: error.message.clone(), ..Failure::default() }
}

/// A service that finds a signature wrong may say how it should have been made, token included.
fn without_secrets(mut failure: Failure, credentials: Option<&Credentials>) -> Failure {
    let Some(credentials) = credentials else { return failure };
    let secrets = [Some(&credentials.secret_access_key), credentials.session_token.as_ref()];
    for secret in secrets.into_iter().flatten() {
        failure.message = failure.message.replace(secret.as_str(), "…");
    }
    if retry::may_be_skew(&failure) {
        // Its other members say it once more.
        failure.response = None;
    }
    failure
}

/// From 0 to 1.
pub(crate) fn random() -> f64 {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(random) / f64::from(u32::MAX)
}
