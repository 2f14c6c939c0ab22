"""Signs tokens with PyJWT, or verifies them.

usage: tokens.py sign | tokens.py verify < tokens.json
"""

import base64
import hashlib
import json
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

CLAIMS = {"sub": "ada", "iss": "python", "aud": ["rhambda"], "exp": 4102444800, "name": "Größe"}
SECRET = "a secret of at least 64 random bytes, which is as long as the hash of HS512 is"


def pem(key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def sign() -> None:
    keys = {
        "RS": pem(rsa.generate_private_key(65537, 2048)),
        "ES256": pem(ec.generate_private_key(ec.SECP256R1())),
        "ES384": pem(ec.generate_private_key(ec.SECP384R1())),
        "ES512": pem(ec.generate_private_key(ec.SECP521R1())),
        "EdDSA": pem(ed25519.Ed25519PrivateKey.generate()),
    }
    keys["PS"] = keys["RS"]
    tokens = []
    for algorithm in ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", *list(keys)[1:5]]:
        key = keys.get(algorithm) or keys.get(algorithm[:2])
        token = jwt.encode(CLAIMS, key or SECRET, algorithm=algorithm, headers={"kid": "1"})
        tokens.append({"algorithm": algorithm, "key": key, "secret": None if key else SECRET, "token": token})
    salt = b"0123456789abcdef"
    hashed = hashlib.scrypt(b"correct horse", salt=salt, n=1 << 12, r=8, p=2, dklen=32)
    encoded = [base64.b64encode(data).rstrip(b"=").decode() for data in (salt, hashed)]
    json.dump({"tokens": tokens, "hash": f"$scrypt$ln=12,r=8,p=2${encoded[0]}${encoded[1]}"}, sys.stdout)


def verify() -> None:
    for entry in json.load(sys.stdin):
        key = entry["secret"]
        if key is None:
            key = serialization.load_pem_private_key(entry["key"].encode(), None).public_key()
        claims = jwt.decode(
            entry["token"], key, algorithms=[entry["algorithm"]], audience="python", issuer="rhambda"
        )
        assert claims["sub"] == "ada", claims


{"sign": sign, "verify": verify}[sys.argv[1]]()
