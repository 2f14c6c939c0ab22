"""What botocore makes of a variety of requests, as JSON, for tests/aws/sdk.rs to compare with.

    sdk.py signatures | endpoints | posts
"""

import base64
import datetime
import json
import random
import sys

import botocore.auth
from botocore.auth import S3SigV4Auth, S3SigV4PostAuth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

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
        # The last one accepts only signatures of version 4A.
        if metadata["signatureVersion"] not in ("v4", "s3", "s3v4") or name == "cloudfront-keyvaluestore":
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


if __name__ == "__main__":
    what = {"signatures": signatures, "endpoints": endpoints, "posts": posts}[sys.argv[1]]
    json.dump(what(), sys.stdout)
