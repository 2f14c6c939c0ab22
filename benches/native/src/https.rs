//! One request over HTTPS with `ureq`, as a program in native Rust makes its first one.
//!
//! usage: native-https URL CA.pem, which prints the milliseconds it took

use std::error::Error;
use std::time::Instant;
use std::{env, fs};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::Agent;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let (Some(url), Some(authority)) = (args.next(), args.next()) else {
        return Err("usage: native-https URL CA.pem".into());
    };
    let start = Instant::now();
    let authority = Certificate::from_pem(&fs::read(authority)?)?;
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[authority])).build();
    let agent: Agent = Agent::config_builder().tls_config(tls).build().into();
    agent.get(url).call()?.body_mut().read_to_string()?;
    println!("{}", start.elapsed().as_secs_f64() * 1e3);
    Ok(())
}
