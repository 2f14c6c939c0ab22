//! What binds a login to a TLS connection: `tls-server-end-point` of RFC 5929, the hash of the server's certificate.

use ring::digest::{digest, Algorithm, SHA256, SHA384, SHA512};

/// The hash of a certificate with the function of its own signature; `None` where that has none, or is unknown.
pub(crate) fn hash(certificate: &[u8]) -> Option<Vec<u8>> {
    Some(digest(function(certificate)?, certificate).as_ref().to_vec())
}

/// The function with which a certificate is hashed. MD5 and SHA-1 count as SHA-256.
fn function(certificate: &[u8]) -> Option<&'static Algorithm> {
    // Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, … }, … }
    let (certificate, _) = element(certificate, 0x30)?;
    let (_, rest) = element(certificate, 0x30)?;
    let (algorithm, _) = element(rest, 0x30)?;
    let (identifier, _) = element(algorithm, 0x06)?;
    let rsa = identifier.strip_prefix(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1]);
    let ecdsa = identifier.strip_prefix(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4]);
    match (rsa, ecdsa) {
        (Some([4 | 5 | 11]), _) | (_, Some([1] | [3, 2])) => Some(&SHA256),
        (Some([12]), _) | (_, Some([3, 3])) => Some(&SHA384),
        (Some([13]), _) | (_, Some([3, 4])) => Some(&SHA512),
        _ => None,
    }
}

/// The contents of an element in DER that has this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = bytes.split_first_chunk::<2>()?;
    if found != tag {
        return None;
    }
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate of nothing but its signature's algorithm.
    fn certificate(identifier: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
        let algorithm = wrap(0x30, &wrap(6, identifier));
        wrap(0x30, &[wrap(0x30, &[]), algorithm, wrap(3, &[0])].concat())
    }

    #[test]
    fn the_function_is_that_of_the_signature() {
        let length = |identifier: &[u8]| hash(&certificate(identifier)).map(|hash| hash.len());
        let rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
        let ecdsa = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3];
        assert_eq!(
            [5, 11, 12, 13].map(|last| length(&[&rsa[..], &[last]].concat())),
            [32, 32, 48, 64].map(Some)
        );
        assert_eq!([2, 3, 4].map(|last| length(&[&ecdsa[..], &[last]].concat())), [32, 48, 64].map(Some));
        assert_eq!((length(&[0x2b, 0x65, 0x70]), length(&[])), (None, None));
    }

    #[test]
    fn what_is_not_a_certificate_has_no_hash() {
        let whole = certificate(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]);
        assert!(hash(&whole).is_some());
        for end in 0..whole.len() {
            assert_eq!(hash(&whole[..end]), None);
        }
        for bytes in
            [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &[0x30, 0x83, 0xff, 0xff, 0xff], &[0x30, 0x80]]
        {
            assert_eq!(hash(bytes), None);
        }
    }
}
