//! Connections secured with TLS: whom to trust, and why a server is not trusted.

use crate::socket::Socket;
use crate::trust::Lenient;
pub use crate::trust::Trust;
use crate::{Error, ErrorKind, Roots};
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, UNIX_EPOCH};

/// A secured connection.
pub(crate) type Secured = StreamOwned<ClientConnection, Socket>;

/// Secures connections; set up at the first one.
#[derive(Debug)]
pub(crate) struct Tls {
    roots: Roots,
    /// One for each kind of [`Trust`].
    configs: [OnceLock<Result<Arc<ClientConfig>, Error>>; 3],
}

impl Tls {
    pub(crate) fn new(roots: Roots) -> Self {
        Self { roots, configs: Default::default() }
    }

    /// Secures a connection to this host.
    ///
    /// # Errors
    /// `Tls`, `Timeout`.
    pub(crate) fn secure(&self, host: &str, mut socket: Socket, trust: Trust) -> Result<Secured, Error> {
        let config = self.configs[trust as usize].get_or_init(|| config(&self.roots, trust)).clone()?;
        let bare = host.trim_matches(['[', ']']).trim_end_matches('.');
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| {
            Error::new(
                ErrorKind::BadRequest,
                format!("{host:?} is not a host name that a certificate can have"),
            )
        })?;
        let mut connection =
            ClientConnection::new(config, name).map_err(|error| refused(host, &error, self.roots.advice))?;
        match connection.complete_io(&mut socket) {
            Ok(_) => Ok(StreamOwned::new(connection, socket)),
            Err(error) => Err(failed(host, &error, self.roots.advice)),
        }
    }
}

fn config(roots: &Roots, trust: Trust) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let problem = |what: String| Error::new(ErrorKind::Tls, what);
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| problem(error.to_string()))?;
    let authority = match trust {
        Trust::Full => {
            return Ok(Arc::new(builder.with_root_certificates(trusted(roots)?).with_no_client_auth()))
        }
        Trust::Authority => {
            let roots = Arc::new(trusted(roots)?);
            let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
            Some(verifier.map_err(|error| problem(error.to_string()))?)
        }
        Trust::Nothing => None,
    };
    let verifier = Arc::new(Lenient { authority, provider });
    Ok(Arc::new(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()))
}

fn trusted(roots: &Roots) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    if roots.only.is_empty() {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    for (setting, path) in roots.only.iter().chain(&roots.extra) {
        let problem = |what: String| {
            Error::new(
                ErrorKind::Tls,
                format!("the certificates in {} {what}; {setting} names it", path.display()),
            )
        };
        let certificates =
            certificates(path).map_err(|error| problem(format!("cannot be read ({error})")))?;
        let (added, _) = store.add_parsable_certificates(certificates);
        if added == 0 {
            return Err(problem(
                "cannot be used: the file contains no PEM certificate (BEGIN CERTIFICATE)".into(),
            ));
        }
    }
    Ok(store)
}

/// The certificates in a PEM file, or in all files of folders whose names have a `:` between. What
/// else is in them is skipped.
fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let mut files = Vec::new();
    if path.is_file() {
        files.push(path.to_owned());
    } else {
        for folder in std::env::split_paths(path) {
            let entries: io::Result<Vec<PathBuf>> =
                std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
            files.extend(entries?.into_iter().filter(|path| path.is_file()));
        }
    }
    let mut certificates = Vec::new();
    for file in files {
        let pem = std::fs::read(file)?;
        certificates.extend(CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok));
    }
    Ok(certificates)
}

/// Why the connection to a host was not secured; `advice` is for certificates that are not trusted.
fn failed(host: &str, error: &io::Error, advice: &str) -> Error {
    if let Some(error) = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()) {
        return refused(host, error, advice);
    }
    match error.kind() {
        io::ErrorKind::TimedOut => {
            let message = format!("{host} did not complete the TLS handshake in time");
            Error::new(ErrorKind::Timeout, message)
        }
        _ => Error::new(
            ErrorKind::Tls,
            format!("{host} closed the connection during the TLS handshake ({error})"),
        ),
    }
}

fn refused(host: &str, error: &rustls::Error, advice: &str) -> Error {
    let what = match error {
        rustls::Error::InvalidCertificate(problem) => match problem {
            CertificateError::UnknownIssuer => format!(
                "the certificate of {host} is not trusted: it is self-signed or issued by a private \
                 authority. {advice}"
            ),
            CertificateError::NotValidForNameContext { presented, .. } => {
                format!("the certificate of {host} is not for {host} but for {}", names(presented))
            }
            CertificateError::ExpiredContext { not_after, .. } => {
                format!("the certificate of {host} expired on {}", date(*not_after))
            }
            CertificateError::NotValidYetContext { not_before, .. } => {
                format!("the certificate of {host} is not valid before {}", date(*not_before))
            }
            problem => format!("the certificate of {host} was rejected: {problem}"),
        },
        rustls::Error::InvalidMessage(_) => {
            format!("the response of {host} is not TLS; does the server require TLS on this port?")
        }
        rustls::Error::AlertReceived(alert) => {
            format!("{host} refuses the TLS connection: {alert:?}")
        }
        error => format!("the connection to {host} cannot be secured: {error}"),
    };
    Error::new(ErrorKind::Tls, what)
}

/// Names as in a certificate, without the words around them.
fn names(presented: &[String]) -> String {
    let bare = |name: &String| match name.split_once('(') {
        Some((_, name)) => name.trim_end_matches(')').trim_matches('"').to_owned(),
        None => name.clone(),
    };
    match presented {
        [] => "no name at all".into(),
        names => names.iter().map(bare).collect::<Vec<_>>().join(", "),
    }
}

fn date(time: UnixTime) -> String {
    let time = UNIX_EPOCH + Duration::from_secs(time.as_secs());
    humantime::format_rfc3339_seconds(time).to_string()
}
