//! SCRAM-SHA-256, by which both sides prove that they know a password without sending it (RFC 5802, RFC 7677).
//!
//! Passwords are used as they are. The preparation of RFC 4013 changes only some that are not ASCII, and its tables of Unicode take
//! 0.2 MB.

use base64::engine::general_purpose::STANDARD;
use base64::Engine as _;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{digest, hmac, pbkdf2};
use std::num::NonZeroU32;

pub(super) const PLAIN: &str = "SCRAM-SHA-256";
/// With the certificate of the server in what is proven.
pub(super) const BOUND: &str = "SCRAM-SHA-256-PLUS";

/// Servers ask for 4,096 iterations by default. A hostile one must not keep the processor busy.
const MAX_ITERATIONS: u32 = 1_000_000;

/// What the proofs say about the TLS connection.
pub(super) enum Binding {
    /// The connection has no TLS, or no certificate that the proof could be bound to.
    Unsupported,
    /// It could be bound, and the server does not offer that.
    Unrequested,
    /// The hash of the server's certificate (RFC 5929, `tls-server-end-point`).
    EndPoint(Vec<u8>),
}

impl Binding {
    fn header(&self) -> &'static str {
        match self {
            Self::Unsupported => "n,,",
            Self::Unrequested => "y,,",
            Self::EndPoint(_) => "p=tls-server-end-point,,",
        }
    }
}

/// An exchange, and what is to be sent next.
pub(super) struct Scram {
    password: String,
    binding: Binding,
    nonce: String,
    message: String,
    /// What the server must sign, and with which key.
    server: Option<(hmac::Key, String)>,
}

impl Scram {
    /// # Errors
    /// When there are no random numbers.
    pub(super) fn new(password: String, binding: Binding) -> Result<Self, String> {
        let mut random = [0; 18];
        SystemRandom::new().fill(&mut random).map_err(|_| "there are no random numbers")?;
        Ok(Self::with_nonce(password, binding, STANDARD.encode(random)))
    }

    fn with_nonce(password: String, binding: Binding, nonce: String) -> Self {
        // PostgreSQL knows the user already, and ignores the name here.
        let message = format!("{}n=,r={nonce}", binding.header());
        Self { password, binding, nonce, message, server: None }
    }

    pub(super) fn message(&self) -> &[u8] {
        self.message.as_bytes()
    }

    /// Takes the server's challenge. The next message is the proof.
    ///
    /// # Errors
    /// What is wrong with the challenge.
    pub(super) fn update(&mut self, challenge: &[u8]) -> Result<(), String> {
        let challenge = std::str::from_utf8(challenge).map_err(|_| "the challenge is not valid UTF-8")?;
        let [nonce, salt, iterations] = fields(challenge, ["r", "s", "i"])
            .ok_or_else(|| format!("{challenge:?} is not a challenge of SCRAM"))?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err("the nonce of the challenge is another one".to_owned());
        }
        let salt = STANDARD.decode(salt).map_err(|_| "the salt of the challenge is not base64")?;
        let count: Option<NonZeroU32> = iterations.parse().ok();
        let count = count
            .filter(|count| count.get() <= MAX_ITERATIONS)
            .ok_or_else(|| format!("{iterations:?} is not a number of iterations up to {MAX_ITERATIONS}"))?;

        let mut bound = self.binding.header().as_bytes().to_vec();
        if let Binding::EndPoint(hash) = &self.binding {
            bound.extend(hash);
        }
        let proofless = format!("c={},r={nonce}", STANDARD.encode(bound));
        let first = self.message.strip_prefix(self.binding.header()).unwrap_or_default();
        let exchange = format!("{first},{challenge},{proofless}");

        let mut salted = [0; digest::SHA256_OUTPUT_LEN];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, count, &salt, self.password.as_bytes(), &mut salted);
        let client = sign(&salted, b"Client Key");
        let stored = digest::digest(&digest::SHA256, client.as_ref());
        let signature = sign(stored.as_ref(), exchange.as_bytes());
        let proof: Vec<u8> = client.as_ref().iter().zip(signature.as_ref()).map(|(a, b)| a ^ b).collect();
        let server = sign(&salted, b"Server Key");
        self.server = Some((hmac::Key::new(hmac::HMAC_SHA256, server.as_ref()), exchange));
        self.message = format!("{proofless},p={}", STANDARD.encode(proof));
        Ok(())
    }

    /// Checks the server's proof.
    ///
    /// # Errors
    /// That it is wrong.
    pub(super) fn finish(&self, end: &[u8]) -> Result<(), String> {
        let end = String::from_utf8_lossy(end);
        if let Some([error]) = fields(&end, ["e"]) {
            return Err(error.to_owned());
        }
        let proof = fields(&end, ["v"]).and_then(|[proof]| STANDARD.decode(proof).ok());
        let (key, exchange) = self.server.as_ref().ok_or("it came before the challenge")?;
        let is_right = proof.is_some_and(|proof| hmac::verify(key, exchange.as_bytes(), &proof).is_ok());
        if is_right {
            Ok(())
        } else {
            Err("its signature is wrong".to_owned())
        }
    }
}

fn sign(key: &[u8], message: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
}

/// The values of these attributes, which must come first and in this order.
fn fields<'a, const N: usize>(message: &'a str, names: [&str; N]) -> Option<[&'a str; N]> {
    let mut parts = message.split(',');
    let mut values = [""; N];
    for (value, name) in values.iter_mut().zip(names) {
        *value = parts.next()?.strip_prefix(name)?.strip_prefix('=')?;
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange of RFC 7677, without the name of the user.
    fn exchange() -> Scram {
        let mut scram =
            Scram::with_nonce("pencil".into(), Binding::Unsupported, "rOprNGfwEbeRWgbNEkqO".into());
        scram.message = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO".into();
        scram
    }

    const CHALLENGE: &[u8] =
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    #[test]
    fn the_exchange_of_the_rfc_succeeds() {
        let mut scram = exchange();
        scram.update(CHALLENGE).unwrap();
        let proof = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                     p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        assert_eq!(std::str::from_utf8(scram.message()).unwrap(), proof);
        scram.finish(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").unwrap();
    }

    #[test]
    fn what_a_server_may_not_send_is_refused() {
        let challenges: [(&[u8], &str); 6] = [
            (b"r=other,s=W22Z,i=4096", "the nonce of the challenge is another one"),
            (b"r=rOprNGfwEbeRWgbNEkqO,s=W22Z,i=4096", "the nonce of the challenge is another one"),
            (b"r=rOprNGfwEbeRWgbNEkqOx,s=?,i=4096", "the salt of the challenge is not base64"),
            (b"r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=0", "\"0\" is not a number of iterations up to 1000000"),
            (
                b"r=rOprNGfwEbeRWgbNEkqOx,s=W22Z",
                "\"r=rOprNGfwEbeRWgbNEkqOx,s=W22Z\" is not a challenge of SCRAM",
            ),
            (b"\xff", "the challenge is not valid UTF-8"),
        ];
        for (challenge, problem) in challenges {
            assert_eq!(exchange().update(challenge).unwrap_err(), problem);
        }
        let endless = exchange().update(b"r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=4294967295").unwrap_err();
        assert!(endless.ends_with("is not a number of iterations up to 1000000"), "{endless}");
    }

    #[test]
    fn a_server_that_does_not_know_the_password_is_refused() {
        let mut scram = exchange();
        assert_eq!(scram.finish(b"v=AAAA").unwrap_err(), "it came before the challenge");
        scram.update(CHALLENGE).unwrap();
        assert_eq!(scram.finish(b"v=AAAA").unwrap_err(), "its signature is wrong");
        assert_eq!(scram.finish(b"e=invalid-proof").unwrap_err(), "invalid-proof");
        assert_eq!(scram.finish(b"").unwrap_err(), "its signature is wrong");
    }
}
