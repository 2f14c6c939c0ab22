//! Certificates of the tests' own.

use rcgen::{
    date_time_ymd, BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::ServerConfig;
use std::sync::Arc;

/// A certificate authority that nobody knows.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// What a server shows, with its key.
#[derive(Clone)]
pub struct Certificate(Arc<ServerConfig>);

impl Authority {
    /// A new one.
    ///
    /// # Panics
    /// When there are no random numbers.
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        // Two authorities of one name would be taken for one whose signatures are wrong.
        let name = format!("authority {:02x?}", &key.public_key_raw()[..8]);
        params.distinguished_name.push(DnType::CommonName, name);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Its own certificate, which clients that trust it have.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for these names and addresses, valid today.
    pub fn certificate(&self, names: &[&str]) -> Certificate {
        self.certificate_from_to(names, 2020, 2090)
    }

    /// A certificate for these names as PEM, and its key, for servers that others wrote.
    ///
    /// # Panics
    /// When the names are none.
    pub fn certificate_pem(&self, names: &[&str]) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let certificate = params(names).signed_by(&key, &self.issuer).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }

    /// A certificate that was valid from the beginning of one year to that of another.
    ///
    /// # Panics
    /// When the names are none.
    pub fn certificate_from_to(&self, names: &[&str], from: i32, to: i32) -> Certificate {
        let mut params = params(names);
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Certificate::new(&certificate, &key)
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Certificate {
    /// A certificate that is signed by itself, and as PEM.
    ///
    /// # Panics
    /// When the names are none.
    pub fn self_signed(names: &[&str]) -> (Self, String) {
        let key = KeyPair::generate().expect("a key");
        let certificate = params(names).self_signed(&key).expect("a certificate");
        let pem = certificate.pem();
        (Self::new(&certificate, &key), pem)
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0)
    }

    fn new(certificate: &rcgen::Certificate, key: &KeyPair) -> Self {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key);
        Self(Arc::new(config.expect("a certificate and its key")))
    }
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names that can be in a certificate");
    params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    params
}
