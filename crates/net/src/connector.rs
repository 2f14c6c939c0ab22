//! From a URL to a connection: proxy, name, address, TLS.

use crate::connection::{Channel, Connection};
use crate::names::Names;
use crate::proxy::Proxies;
use crate::socket::Socket;
use crate::tls::{Tls, Trust};
use crate::{time, Config, Error, Until};
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout};

/// Makes connections.
#[derive(Debug)]
pub(crate) struct Connections {
    proxies: Proxies,
    names: Names,
    tls: Tls,
}

impl Connections {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            proxies: config.proxies.clone(),
            names: Names::new(config.names.clone()),
            tls: Tls::new(config.roots.clone()),
        }
    }

    fn open(&self, uri: &Uri, until: Until) -> Result<Connection, Error> {
        let is_https = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let proxy = self.proxies.proxy(is_https, host, port)?;
        let mut socket = match proxy {
            None => self.connect(host, port, until)?,
            Some(proxy) => self
                .connect(&proxy.host, proxy.port, until)
                .map_err(|error| Error::new(error.kind, format!("{proxy} is unusable: {}", error.message)))?,
        };
        if !is_https {
            let authority = uri.authority().map_or("", |authority| authority.as_str());
            let forwarded = proxy.map(|proxy| (proxy.clone(), format!("http://{authority}")));
            return Ok(Connection::new(Channel::Plain(socket), forwarded));
        }
        if let Some(proxy) = proxy {
            proxy.tunnel(&mut socket, host, port)?;
        }
        let secured = self.tls.secure(host, socket, Trust::Full)?;
        Ok(Connection::new(Channel::Secured(Box::new(secured)), None))
    }

    fn connect(&self, host: &str, port: u16, until: Until) -> Result<Socket, Error> {
        let addresses = self.names.addresses(host, until)?;
        Socket::connect(host, &addresses, port, until)
    }
}

impl Connector for Connections {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Connection>, ureq::Error> {
        let connection = self.open(details.uri, time::end());
        connection.map(Some).map_err(|error| ureq::Error::Other(Box::new(error)))
    }
}

/// Leaves names alone: ureq would look them up for connections that there are already, too.
#[derive(Debug)]
pub(crate) struct NoNames;

impl Resolver for NoNames {
    fn resolve(
        &self,
        _: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
