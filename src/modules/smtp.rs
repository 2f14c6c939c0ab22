//! `smtp::send(url, message[, options])`: e-mail over a mail server.

use super::accepted::read;
use super::databases::{self, thrown};
use super::host::host;
use super::mail::{self, FIELDS_TO_SEND};
use super::options::Options;
use ::clients::smtp::{send, Message, Settings};
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Result, Value};
use std::time::Duration;

const ERROR: &str = "SmtpError";
const TIMEOUT: Duration = Duration::from_secs(30);

module! {
    /// E-mail over a mail server. To send with SES, [`aws::ses_send`](#aws) needs no password.
    "`smtp`"

    namespace "smtp" {
        /// Sends a message over a server, and returns what the server says of it. The URL is `smtp://user:password@host` (with `STARTTLS`, port 587), or
        /// `smtps://…` for TLS from the beginning (port 465). Percent-encode special characters of the password. The message is a map as for [`mail::encode`](#mail), and also has `bcc`, whom
        /// nobody else sees.
        ///
        /// Options: `timeout`, the seconds or the duration that all of it may take, 30 by default; and `tls: false` for a server without TLS in a network that you trust. A server on this machine needs no TLS.
        ///
        /// If the server refuses one of the recipients, nothing is sent. Throws `SmtpError`, a map with `type`, `message` and `code`: the server's, such as `550`, or as of [`redis`](#redis). After `Timeout` and
        /// `ConnectionClosed`, the message may have been sent. Throws `MailError` if the message is invalid.
        ///
        /// ```rhai
        /// let message = #{ from: "shop@a.example", to: "ada@b.example", subject: "Your order", text: "It is on its way." };
        /// smtp::send("smtp://127.0.0.1:1", message) // ✗ SmtpError
        /// smtp::send("smtp://127.0.0.1:1", #{ from: "shop@a.example", to: "nobody", text: "Hello" }) // ✗ MailError
        /// ```
        new "send" (url: String, message: Map; options: Map) -> String throws SmtpError, MailError = smtp_send;
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("smtp::send", "message", |message| mail::check(&message, FIELDS_TO_SEND)),
    OptionsParam::new("smtp::send", "options", |options| read(options, timeout_and_tls)),
];

fn timeout_and_tls(options: &mut Options<Error>) -> Result<(Duration, bool)> {
    let timeout = options.seconds("timeout")?.unwrap_or(TIMEOUT);
    let tls = options.boolean("tls")?.unwrap_or(true);
    options.end()?;
    Ok((timeout, tls))
}

fn smtp_send(call: &mut Call<'_>) -> Result<Value> {
    let message = call.take_map(1)?;
    let (timeout, tls) = timeout_and_tls(&mut Options::of(call, 2, "smtp::send"))?;
    let host = host(call);
    let content = mail::encode(host, &message, FIELDS_TO_SEND)?;
    let mut to = Vec::new();
    for field in ["to", "cc", "bcc"] {
        to.extend(mail::bare_addresses(&message, field)?);
    }
    let from = mail::bare_addresses(&message, "from")?;
    let message = Message { from: from.first().copied().unwrap_or_default(), to: &to, content: &content };
    let settings = Settings::parse(call.str(0), tls, timeout);
    let settings = settings.map_err(|error| thrown(host, ERROR, error))?;
    host.world.connect(&settings.to_string())?;
    let sent = send(&databases::network(host), &settings, &message, host.deadline.until());
    sent.map(Value::from).map_err(|error| thrown(host, ERROR, error))
}
