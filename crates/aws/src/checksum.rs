//! Checksums of bodies, where an operation has one.

use crate::error::{Error, Result};
use aws_api::Operation;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use crc::{Crc, CRC_32_ISCSI, CRC_64_NVME};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

/// The parameter `ChecksumAlgorithm`, as S3 gets it.
const ALGORITHM: &str = "x-amz-sdk-checksum-algorithm";
/// What the headers of checksums begin with.
const CHECKSUM: &str = "x-amz-checksum-";

static CRC32C: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);
static CRC64NVME: Crc<u64> = Crc::<u64>::new(&CRC_64_NVME);

/// Adds the checksum that the operation has, unless the parameters have one already.
///
/// # Errors
/// The algorithm that is asked for is not supported.
pub(crate) fn add(operation: &Operation, headers: &mut Vec<(String, String)>, body: &[u8]) -> Result<()> {
    if operation.needs_md5 && !headers.iter().any(|(name, _)| name == "content-md5") {
        headers.push(("content-md5".to_owned(), BASE64_STANDARD.encode(Md5::digest(body))));
    }
    let is_given = |(name, _): &(String, String)| name.starts_with(CHECKSUM) && name != "x-amz-checksum-type";
    if !operation.has_checksum || headers.iter().any(is_given) {
        return Ok(());
    }
    let asked = headers.iter().find(|(name, _)| name == ALGORITHM).map(|(_, value)| value.clone());
    let algorithm = asked.as_deref().unwrap_or("CRC32");
    let checksum = checksum(algorithm, body)?;
    headers.push((format!("{CHECKSUM}{}", algorithm.to_ascii_lowercase()), checksum));
    if asked.is_none() {
        headers.push((ALGORITHM.to_owned(), "CRC32".to_owned()));
    }
    Ok(())
}

fn checksum(algorithm: &str, body: &[u8]) -> Result<String> {
    Ok(match algorithm {
        "CRC32" => BASE64_STANDARD.encode(crc32fast::hash(body).to_be_bytes()),
        "CRC32C" => BASE64_STANDARD.encode(CRC32C.checksum(body).to_be_bytes()),
        "CRC64NVME" => BASE64_STANDARD.encode(CRC64NVME.checksum(body).to_be_bytes()),
        "SHA1" => BASE64_STANDARD.encode(Sha1::digest(body)),
        "SHA256" => BASE64_STANDARD.encode(Sha256::digest(body)),
        other => {
            return Err(Error::invalid_argument(format!(
                "ChecksumAlgorithm is \"{other}\"; use CRC32, CRC32C, CRC64NVME, SHA1 or SHA256, or pass the checksum itself"
            )));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_in_base64() {
        for (algorithm, expected) in [
            ("CRC32", "NhCmhg=="),
            ("SHA1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
            ("SHA256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
        ] {
            assert_eq!(checksum(algorithm, b"hello").unwrap(), expected);
        }
        // The check values of the catalogue of CRCs.
        assert_eq!(
            checksum("CRC32C", b"123456789").unwrap(),
            BASE64_STANDARD.encode([0xe3, 0x06, 0x92, 0x83])
        );
        let nvme = 0xae8b_1486_0a79_9888_u64.to_be_bytes();
        assert_eq!(checksum("CRC64NVME", b"123456789").unwrap(), BASE64_STANDARD.encode(nvme));
        let error = checksum("XXHASH3", b"").unwrap_err().to_string();
        assert!(error.contains("ChecksumAlgorithm is \"XXHASH3\"; use CRC32"), "{error}");
    }
}
