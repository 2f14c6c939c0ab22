"""What botocore makes of a variety of requests, as JSON, for tests/aws/sdk.rs to compare with.

    sdk.py signatures | asymmetric | buckets | endpoints | posts | accounts
"""

import base64
import datetime
import hashlib
import hmac
import io
import json
import os
import random
import sys
import tempfile
from urllib.parse import quote

import botocore.auth
import botocore.session
from botocore.auth import S3SigV4Auth, S3SigV4PostAuth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.crt.auth import (
    CrtS3SigV4AsymAuth,
    CrtS3SigV4AsymQueryAuth,
    CrtSigV4AsymAuth,
    CrtSigV4AsymQueryAuth,
)
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from botocore.utils import normalize_url_path
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TIME = datetime.datetime(2026, 2, 3, 4, 5, 6)
# The same every time, so that a failure can be looked at.
RANDOM = random.Random(20260203)
LOADER = Loader()


# Signatures


def signatures():
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: TIME
    return [signature(number) for number in range(300)]


def signature(number):
    is_s3 = number % 2 == 0
    is_url = number % 3 == 0
    token = text(20) if number % 5 == 0 else None
    credentials = Credentials("AKID" + text(4, "ABC123"), text(40), token)
    region = RANDOM.choice(["us-east-1", "eu-central-1", "cn-north-1"])
    service = "s3" if is_s3 else RANDOM.choice(["dynamodb", "lambda", "execute-api"])
    method = RANDOM.choice(["GET", "PUT", "POST", "DELETE"])
    path = "/" + "/".join(encoded(text(RANDOM.randrange(6))) for _ in range(RANDOM.randrange(5)))
    parameters = [(encoded(text(3, KEYS) + str(n)), encoded(text(5))) for n in range(RANDOM.randrange(4))]
    query = "&".join(f"{key}={value}" for key, value in parameters)
    # With a URL, botocore takes the body for a form.
    body = b"" if is_url else text(30).encode()
    headers = {"X-Amz-" + text(5, "abcDEF"): " ".join(text(3, KEYS) for _ in range(3))}
    host = f"{service}.{region}.amazonaws.com"
    request = AWSRequest(method, f"https://{host}{path}" + f"?{query}" * bool(query), dict(headers), body)
    if is_url:
        signer = (S3SigV4QueryAuth if is_s3 else SigV4QueryAuth)(credentials, service, region, expires=600)
    else:
        signer = (S3SigV4Auth if is_s3 else SigV4Auth)(credentials, service, region)
    signer.add_auth(request)
    if is_url:
        result = request.url.rpartition("X-Amz-Signature=")[2]
    else:
        result = request.headers["Authorization"]
        headers = {key: value for key, value in request.headers.items() if key not in ADDED}
    return {
        "access_key": credentials.access_key, "secret_key": credentials.secret_key, "token": token,
        "region": region, "service": service, "method": method, "path": path, "query": query, "host": host,
        "headers": list(headers.items()), "body": body.decode(), "is_url": is_url, "result": result,
    }  # fmt: skip


ADDED = ["Authorization", "X-Amz-Date", "X-Amz-Security-Token"]
KEYS = "abcXYZ0123456789-._~"


def text(length, letters="abcXYZ019-._~/ %+=&?#:@!$'()*,;[]äß雪😀"):
    return "".join(RANDOM.choice(letters) for _ in range(length))


def encoded(text):
    return "".join(c if c in KEYS else "".join(f"%{byte:02X}" for byte in c.encode()) for c in text)


# Signatures of version 4a. Each is another one: what is signed is worked out here, and the SDK's signature must be one of it.


def asymmetric():
    module = sys.modules["botocore.crt.auth"]
    module.get_current_datetime = lambda remove_tzinfo=True: TIME.replace(tzinfo=datetime.timezone.utc)
    return [asymmetric_signature(number) for number in range(100)]


def asymmetric_signature(number):
    is_s3, is_url = number % 2 == 0, number % 3 == 0
    token = text(20, KEYS) if number % 5 == 0 else None
    credentials = Credentials("AKID" + text(4, "ABC123"), text(40, KEYS), token)
    regions = RANDOM.choice(["*", "us-east-1", "eu-west-1,us-*"])
    service = "s3" if is_s3 else RANDOM.choice(["events", "cloudfront-keyvaluestore"])
    path = "/" + "/".join(encoded(text(1 + RANDOM.randrange(5))) for _ in range(RANDOM.randrange(5)))
    query = "&".join(f"{encoded(text(3, KEYS) + str(n))}={encoded(text(5))}" for n in range(RANDOM.randrange(3)))
    body = b"" if is_url else text(30).encode()
    host = f"{service}.example.com"
    request = AWSRequest("PUT", f"https://{host}{path}" + f"?{query}" * bool(query), {"X-Amz-Meta-A": "b  c"}, body)
    # Only a body that is signed is the same for both.
    request.context["payload_signing_enabled"] = True
    signers = {
        (True, True): CrtS3SigV4AsymQueryAuth, (True, False): CrtS3SigV4AsymAuth,
        (False, True): CrtSigV4AsymQueryAuth, (False, False): CrtSigV4AsymAuth,
    }  # fmt: skip
    arguments = {"expires": 600} if is_url else {}
    signers[is_s3, is_url](credentials, service, regions, **arguments).add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()} | {"host": host}
    if is_url:
        url, _, signature = request.url.partition("&X-Amz-Signature=")
        signature, _, rest = signature.partition("&")
        parameters = f"{url}&{rest}".partition("?")[2]
        head = None
        fields = dict(parameter.partition("=")[::2] for parameter in parameters.split("&"))
        signed = fields["X-Amz-SignedHeaders"].replace("%3B", ";")
    else:
        head, _, signature = headers["authorization"].partition("Signature=")
        parameters = query
        signed = head.partition("SignedHeaders=")[2].rstrip(", ")
    payload = "UNSIGNED-PAYLOAD" if is_s3 and is_url else hashlib.sha256(body).hexdigest()
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in signed.split(";"))
    parameters = "&".join(sorted(filter(None, parameters.split("&"))))
    canonical = "\n".join(["PUT", path if is_s3 else quote(normalize_url_path(path), safe="/-._~"), parameters, lines, signed, payload])
    scope = f"20260203/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"AWS4-ECDSA-P256-SHA256\n20260203T040506Z\n{scope}\n{digest}"
    public = private_key(credentials).public_key()
    public.verify(bytes.fromhex(signature), to_sign.encode(), ec.ECDSA(hashes.SHA256()))
    encoding = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return {
        "access_key": credentials.access_key, "secret_key": credentials.secret_key, "token": token,
        "regions": regions, "service": service, "path": path, "query": query, "host": host, "is_url": is_url,
        "has_hash": "x-amz-content-sha256" in headers, "body": body.decode(), "head": head, "text": to_sign,
        "public_key": public.public_bytes(*encoding).hex(),
    }  # fmt: skip


def private_key(credentials):
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for counter in range(1, 255):
        context = credentials.access_key.encode() + bytes([counter])
        message = b"\x00\x00\x00\x01AWS4-ECDSA-P256-SHA256\x00" + context + b"\x00\x00\x01\x00"
        digest = hmac.new(b"AWS4A" + credentials.secret_key.encode(), message, hashlib.sha256).digest()
        number = int.from_bytes(digest, "big")
        if number <= order - 2:
            return ec.derive_private_key(number + 1, ec.SECP256R1())


# Forms for uploads


def posts():
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: TIME
    return [post(number) for number in range(20)]


def post(number):
    token = text(20, KEYS) if number % 2 else None
    credentials = Credentials("AKID" + text(4, "ABC123"), text(40), token)
    fields = {"acl": "private", "key": text(5)}
    conditions = [{"bucket": "b"}, {"key": fields["key"]}, {"acl": "private"}]
    # The others are added to these.
    request = AWSRequest("POST", "https://s3.eu-west-1.amazonaws.com/b")
    policy = {"expiration": "2026-02-03T05:05:06Z", "conditions": conditions}
    request.context = {"s3-presign-post-fields": fields, "s3-presign-post-policy": policy}
    S3SigV4PostAuth(credentials, "s3", "eu-west-1").add_auth(request)
    fields = request.context["s3-presign-post-fields"]
    encoded, signature = fields.pop("policy"), fields.pop("x-amz-signature")
    policy = json.loads(base64.b64decode(encoded))
    return {
        "access_key": credentials.access_key, "secret_key": credentials.secret_key, "token": token,
        "key": fields["key"], "fields": fields, "policy": policy, "encoded": encoded, "signature": signature,
    }  # fmt: skip


# URLs of objects


def buckets():
    mrap = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"
    access_point = "arn:aws:s3:eu-west-1:123456789012:accesspoint/a"
    names = ["plain-bucket", "with.dots", "Upper_Case", "ab", "192.168.1.1", mrap, access_point]
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "hush-secret")
    found = []
    for bucket in names:
        for region in ["eu-central-1", "us-east-1", "cn-north-1"]:
            for style in ["auto", "path", "virtual"]:
                for accelerates in [False, True]:
                    for endpoint in [None, "https://s3.example.com", "http://127.0.0.1:4566"]:
                        found.append(object_url(session, bucket, region, style, accelerates, endpoint))
    return found


NOTHING = AWSResponse("", 200, {}, io.BytesIO())


def object_url(session, bucket, region, style, accelerates, endpoint):
    settings = {"addressing_style": style, "use_accelerate_endpoint": accelerates}
    options = {"region": region, **settings} | ({"endpoint": endpoint} if endpoint else {})
    config = Config(s3={"us_east_1_regional_endpoint": "regional", **settings})
    client = session.create_client("s3", region, endpoint_url=endpoint, config=config)
    sent = []
    client.meta.events.register("before-send.s3", lambda request, **_: sent.append(request) or NOTHING)
    try:
        client.get_object(Bucket=bucket, Key="a b/c")
    except (BotoCoreError, ValueError):
        return [bucket, options, None, None, None]
    headers = {name.lower(): value.decode() for name, value in sent[0].headers.items() if isinstance(value, bytes)}
    scope = headers["authorization"].split("Credential=")[1].split(",")[0].split("/")[2:]
    return [bucket, options, sent[0].url, scope, headers.get("x-amz-region-set")]


# Endpoints


def endpoints():
    partitions = LOADER.load_data("partitions")
    # One that there is not yet, too.
    regions = ["eu-central-1", "us-east-1", "us-west-2", "us-gov-west-1", "eu-south-9"]
    for partition in partitions["partitions"][1:]:
        regions.append(next(region for region in partition["regions"] if not region.endswith("-global")))
    found = []
    for name in LOADER.list_available_services("service-2"):
        metadata = LOADER.load_service_model(name, "service-2")["metadata"]
        if metadata["signatureVersion"] not in ("v4", "s3", "s3v4"):
            continue
        sign = metadata.get("signingName", metadata["endpointPrefix"])
        rules = LOADER.load_service_model(name, "endpoint-rule-set-1")
        provider = EndpointProvider(rules, partitions)
        for context, fixed in contexts(name).items():
            for region in regions:
                for fips in (False, True):
                    for dual_stack in (False, True):
                        endpoint = resolve(provider, rules["parameters"], sign, region, fips, dual_stack, fixed)
                        found.append([name, region, fips, dual_stack, context, *endpoint])
    return found


# The fixed endpoint parameters with which services are called, by the context of their operations.
CONTEXTS = {
    "acm": {"": {"ServiceType": "ACM"}, "ServiceType.ACM-ACME": {"ServiceType": "ACM-ACME"}},
    "neptune-graph": {"": {"ApiType": "ControlPlane"}, "ApiType.DataPlane": {"ApiType": "DataPlane"}},
    "arc-region-switch": {"": {}, "UseControlPlaneEndpoint.True": {"UseControlPlaneEndpoint": True}},
    "dynamodb": {"": {}, "IsSearchOperation.True": {"IsSearchOperation": True}},
    "s3": {"": {}, "UseObjectLambdaEndpoint.True": {"UseObjectLambdaEndpoint": True}},
    "signin": {
        "": {},
        "IsControlPlane.True": {"IsControlPlane": True},
        "IsOAuthEndpoint.True": {"IsOAuthEndpoint": True},
    },
    "wellarchitected": {"": {}, "SubServiceType.AGENT": {"SubServiceType": "AGENT"}},
}


def contexts(name):
    return CONTEXTS.get(name, {"": {}})


def resolve(provider, parameters, sign, region, fips, dual_stack, fixed):
    values = {"AWS::Region": region, "AWS::UseFIPS": fips, "AWS::UseDualStack": dual_stack}
    arguments = {}
    for key, parameter in parameters.items():
        value = values.get(parameter.get("builtIn"), parameter.get("default"))
        if value is not None:
            arguments[key] = value
    arguments |= fixed
    try:
        endpoint = provider.resolve_endpoint(**arguments)
    except BotoCoreError:
        return None, None, None
    for scheme in endpoint.properties.get("authSchemes", []):
        if scheme["name"] == "sigv4":
            return endpoint.url, scheme.get("signingRegion", region), scheme.get("signingName", sign)
    return endpoint.url, region, sign


# What stands in the configuration file and in the credentials file, and the profile that is used.
PAIR = "aws_access_key_id = A\naws_secret_access_key = hush\n"
ONE, OTHER = "aws_account_id = 111122223333\n", "aws_account_id = 444455556666\n"
FILES = [
    ("[default]\n" + PAIR + ONE, "", None),
    ("", "[default]\n" + PAIR + ONE, None),
    ("", "[default]\n" + PAIR, None),
    ("[default]\n" + PAIR + OTHER, "[default]\n" + PAIR + ONE, None),
    ("[default]\n" + PAIR + OTHER, "[default]\n" + PAIR, None),
    ("[default]\n" + PAIR + ONE, "[default]\n" + OTHER, None),
    ("[default]\n" + PAIR + ONE, "[shop]\n" + PAIR + OTHER, None),
    ("[profile shop]\n" + PAIR + ONE, "[default]\n" + PAIR + OTHER, "shop"),
    ("[profile shop]\nregion = eu-central-1\n", "[default]\n" + PAIR + OTHER + "[shop]\n" + PAIR + ONE, "shop"),
    ("", "[profile shop]\n" + PAIR + OTHER + "[shop]\n" + PAIR, "shop"),
]


def accounts():
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        names = {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"}
        for number, (config, keys, profile) in enumerate(FILES):
            for (variable, name), text in zip(names.items(), (config, keys)):
                os.environ[variable] = os.path.join(folder, f"{name}-{number}")
                with open(os.environ[variable], "w") as file:
                    file.write(text)
            credentials = botocore.session.Session(profile=profile).get_credentials()
            cases.append({"config": config, "keys": keys, "profile": profile, "account": credentials.account_id})
    return cases


if __name__ == "__main__":
    what = {"signatures": signatures, "asymmetric": asymmetric, "buckets": buckets, "endpoints": endpoints, "posts": posts, "accounts": accounts}[sys.argv[1]]
    json.dump(what(), sys.stdout)
