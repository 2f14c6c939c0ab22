"""What botocore makes of a variety of requests, as JSON, for tests/aws/sdk.rs to compare with.

    sdk.py signatures | endpoints | forms
"""

import datetime
import json
import random
import sys

import botocore.auth
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.serialize import create_serializer

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
        for region in regions:
            for fips in (False, True):
                for dual_stack in (False, True):
                    endpoint = resolve(provider, rules["parameters"], sign, region, fips, dual_stack)
                    found.append([name, region, fips, dual_stack, *endpoint])
    return found


def resolve(provider, parameters, sign, region, fips, dual_stack):
    values = {"AWS::Region": region, "AWS::UseFIPS": fips, "AWS::UseDualStack": dual_stack}
    arguments = {}
    for key, parameter in parameters.items():
        value = values.get(parameter.get("builtIn"), parameter.get("default"))
        if value is not None:
            arguments[key] = value
    try:
        endpoint = provider.resolve_endpoint(**arguments)
    except BotoCoreError:
        return None, None, None
    for scheme in endpoint.properties.get("authSchemes", []):
        if scheme["name"] == "sigv4":
            return endpoint.url, scheme.get("signingRegion", region), scheme.get("signingName", sign)
    return endpoint.url, region, sign


# Forms of the query protocols


def forms():
    found = []
    for name in LOADER.list_available_services("service-2"):
        model = LOADER.load_service_model(name, "service-2")
        protocols = model["metadata"].get("protocols") or [model["metadata"]["protocol"]]
        if "json" in protocols or not {"query", "ec2"} & set(protocols) or name in ("sdb", "importexport"):
            continue
        service = ServiceModel(model, name)
        serializer = create_serializer("ec2" if "ec2" in protocols else "query", include_validation=False)
        for action in service.operation_names:
            operation = service.operation_model(action)
            if operation.input_shape is None:
                continue
            parameters = value_of(operation.input_shape, ())
            body = serializer.serialize_to_request(parameters, operation)["body"]
            found.append([name, action, parameters, sorted(map(list, body.items()))])
    return found


def value_of(shape, around):
    """A value with something in each of the shape's members."""
    if shape.type_name == "structure":
        inner = around + (shape.name,)
        return {name: value_of(member, inner) for name, member in shape.members.items() if name_of(member) not in inner}
    if shape.type_name == "list":
        return [] if shape.member.name in around else [value_of(shape.member, around) for _ in range(2)]
    if shape.type_name == "map":
        return {} if shape.value.name in around else {letter + text(4, KEYS): value_of(shape.value, around) for letter in "AB"}
    if shape.type_name in ("integer", "long"):
        return RANDOM.randrange(1000)
    if shape.type_name in ("float", "double"):
        return RANDOM.randrange(1000) + 0.5
    if shape.type_name == "boolean":
        return RANDOM.random() < 0.5
    if shape.type_name == "timestamp":
        return "2026-02-03T04:05:06Z"
    if shape.type_name == "blob":
        # In base64, see below.
        return "aGk="
    return text(6)


def name_of(member):
    return member.member.name if member.type_name == "list" else member.name


# Blobs are given in base64 already, as they are to Rhambda.
botocore.serialize.QuerySerializer._serialize_type_blob = (
    lambda self, serialized, value, shape, prefix="": serialized.__setitem__(prefix, value)
)


if __name__ == "__main__":
    what = {"signatures": signatures, "endpoints": endpoints, "forms": forms}[sys.argv[1]]
    json.dump(what(), sys.stdout)
