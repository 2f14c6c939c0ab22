//! Connecting and logging in.

use super::messages::{receive, thrown, unsendable};
use super::scram::{self, Binding, Scram};
use super::Settings;
use crate::error::codes;
use crate::wire::{Budget, Network, Time, Wire};
use crate::{Error, Result};
use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::message::backend::{AuthenticationSaslBody, Message};
use postgres_protocol::message::frontend;
use std::io::Read as _;

/// Connects and logs in; the server waits for a statement then.
pub(super) fn open(
    network: &Network,
    settings: &Settings,
    password: impl FnOnce() -> Result<Option<String>>,
    time: &Time,
) -> Result<Wire> {
    let mut wire = network.connect(&settings.host, settings.port, time)?;
    if let Some(trust) = settings.sslmode.trust() {
        ask_for_tls(&mut wire, time)?;
        network.secure(&mut wire, trust, time)?;
    }
    // What results look like must not depend on the server's settings. Proxies know these parameters.
    let parameters = [
        ("user", &*settings.user),
        ("database", &*settings.database),
        ("application_name", &*settings.application_name),
        ("client_encoding", "UTF8"),
        ("DateStyle", "ISO"),
        ("TimeZone", "UTC"),
    ];
    let mut out = BytesMut::new();
    frontend::startup_message(parameters, &mut out).map_err(|error| unsendable(&error))?;
    wire.send(&out, time)?;
    authenticate(&mut wire, network, settings, password, time)?;
    Ok(wire)
}

fn ask_for_tls(wire: &mut Wire, time: &Time) -> Result<()> {
    let mut out = BytesMut::new();
    frontend::ssl_request(&mut out);
    wire.send(&out, time)?;
    let mut reply = [0];
    wire.receive(time, &mut Budget::none(), |reader, _| reader.read_exact(&mut reply))?;
    match reply[0] {
        b'S' => Ok(()),
        b'N' => Err(Error::new(
            codes::CONNECT,
            format!("{} does not support TLS; if you trust the network, use sslmode=disable", wire.name),
        )),
        other => Err(wire.protocol(&format!(
            "it is {:?} in place of S or N; is the server PostgreSQL?",
            char::from(other)
        ))),
    }
}

fn authenticate(
    wire: &mut Wire,
    network: &Network,
    settings: &Settings,
    password: impl FnOnce() -> Result<Option<String>>,
    time: &Time,
) -> Result<()> {
    let mut budget = Budget::new(network.memory);
    let mut password = Some(password);
    let mut needed = || {
        let password = password.take().map_or(Ok(None), |password| password())?;
        password.ok_or_else(|| {
            Error::new(
                codes::CONNECT,
                "the server requires a password, but none is configured. Put it into the URL or the settings",
            )
        })
    };
    let mut scram: Option<Scram> = None;
    loop {
        let mut out = BytesMut::new();
        match receive(wire, time, &mut budget)? {
            Message::AuthenticationCleartextPassword => {
                let is_safe = wire.reader.get_ref().is_secured()
                    || super::SslMode::of(&settings.host) == super::SslMode::Disable;
                if !is_safe {
                    return Err(Error::new(
                        codes::CONNECT,
                        "the server asks for the password without encryption; it was not sent. Use sslmode=verify-full",
                    ));
                }
                frontend::password_message(needed()?.as_bytes(), &mut out)
                    .map_err(|error| unsendable(&error))?;
            }
            Message::AuthenticationMd5Password(body) => {
                let hash = md5_hash(settings.user.as_bytes(), needed()?.as_bytes(), body.salt());
                frontend::password_message(hash.as_bytes(), &mut out).map_err(|error| unsendable(&error))?;
            }
            Message::AuthenticationSasl(body) => {
                let started = start_scram(wire, &body, needed()?)?;
                let (mechanism, exchange) = started;
                frontend::sasl_initial_response(mechanism, exchange.message(), &mut out)
                    .map_err(|error| unsendable(&error))?;
                scram = Some(exchange);
            }
            Message::AuthenticationSaslContinue(body) => {
                let Some(exchange) = &mut scram else {
                    return Err(wire.protocol("SASL goes on before it began"));
                };
                exchange.update(body.data()).map_err(|problem| wire.protocol(&problem))?;
                frontend::sasl_response(exchange.message(), &mut out).map_err(|error| unsendable(&error))?;
            }
            Message::AuthenticationSaslFinal(body) => {
                let Some(exchange) = &mut scram else {
                    return Err(wire.protocol("SASL ends before it began"));
                };
                // Only who knows the password can prove to be the server.
                exchange.finish(body.data()).map_err(|error| {
                    Error::new(
                        codes::CONNECT,
                        format!("{} did not prove that it knows the password ({error})", wire.name),
                    )
                })?;
                scram = None;
            }
            Message::AuthenticationOk if scram.is_some() => {
                return Err(Error::new(
                    codes::CONNECT,
                    format!("{} did not prove that it knows the password", wire.name),
                ));
            }
            Message::ErrorResponse(body) => return Err(thrown(body.fields()).0),
            Message::ReadyForQuery(_) => return Ok(()),
            Message::AuthenticationOk
            | Message::BackendKeyData(_)
            | Message::ParameterStatus(_)
            | Message::NoticeResponse(_) => {}
            _ => {
                return Err(Error::new(
                    codes::CONNECT,
                    format!(
                        "{} asks for an authentication other than a password, MD5 or SCRAM-SHA-256",
                        wire.name
                    ),
                ))
            }
        }
        if !out.is_empty() {
            wire.send(&out, time)?;
        }
    }
}

/// Begins SCRAM, bound to the TLS connection where both sides can: nobody between can pass it on.
fn start_scram(
    wire: &Wire,
    body: &AuthenticationSaslBody,
    password: String,
) -> Result<(&'static str, Scram)> {
    let mut mechanisms = body.mechanisms();
    let (mut has_plain, mut has_bound) = (false, false);
    while let Some(mechanism) = mechanisms.next().map_err(|error| wire.protocol(&error.to_string()))? {
        has_plain |= mechanism == scram::PLAIN;
        has_bound |= mechanism == scram::BOUND;
    }
    let (mechanism, binding) = match wire.reader.get_ref().end_point() {
        Some(hash) if has_bound => (scram::BOUND, Binding::EndPoint(hash)),
        // Says that this side could, so that the server notices who took its own mechanism away.
        Some(_) => (scram::PLAIN, Binding::Unrequested),
        None => (scram::PLAIN, Binding::Unsupported),
    };
    if !has_plain && mechanism == scram::PLAIN {
        return Err(Error::new(codes::CONNECT, format!("{} does not offer SCRAM-SHA-256", wire.name)));
    }
    let exchange = Scram::new(password, binding).map_err(|problem| Error::new(codes::CONNECT, problem))?;
    Ok((mechanism, exchange))
}
