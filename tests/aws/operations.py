"""Compares what Rhambda makes of requests and responses with what botocore does. tests/aws/operations.rs runs it.

    operations.py sample | all | SERVICE… | suites FOLDER

Each question is a line of JSON on standard output, each answer one on standard input. Differences go to standard
error, and are a failure. `suites` runs the protocol tests of botocore's source distribution.
"""

import base64
import binascii
import datetime
import json
import math
import pathlib
import random
import struct
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree as ElementTree
from email.utils import format_datetime

from botocore.eventstream import EventStream
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

# In the order of tools/aws_operations.py.
PROTOCOLS = ["json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor", "query", "ec2"]
# Of the operations of a service, the sample has this part, but one at least.
SAMPLE = 40
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
# The same every time, so that a failure can be looked at.
RANDOM = random.Random(20260203)
LOADER = Loader()


def ask(question):
    print(json.dumps(plain(question)), flush=True)
    return values(json.loads(sys.stdin.readline()))


def plain(value):
    """What JSON cannot say as tests/aws/operations.rs reads it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return {"$blob": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return {"$time": (utc(value) - EPOCH) // MICROSECOND}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    return value


def utc(time):
    return time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)


def values(value):
    """Blobs as bytes; times stay as they are written, to be compared."""
    if isinstance(value, dict):
        return base64.b64decode(value["$blob"]) if list(value) == ["$blob"] else {k: values(v) for k, v in value.items()}
    return [values(item) for item in value] if isinstance(value, list) else value


# Random values


def value_of(shape, around=(), location="body"):
    kind = shape.type_name
    if getattr(shape, "is_document_type", False):
        return {"a": [1, "x", None, True], "b": {"c": 1.5}}
    if kind == "structure":
        required = shape.required_members
        result = {}
        members = list(shape.members.items())
        if shape.is_tagged_union:
            # One member, and no more.
            fresh = [entry for entry in members if refers_to(entry[1]) not in around] or members
            members = [RANDOM.choice(fresh)]
            required = [members[0][0]]
        for name, member in members:
            if getattr(member, "is_eventstream", False) or member.serialization.get("eventstream"):
                continue
            needed = name in required or member.metadata.get("idempotencyToken")
            if shape.name in around and not needed:
                continue
            if needed or RANDOM.random() < 0.7:
                result[name] = value_of(member, around + (shape.name,), member.serialization.get("location") or "body")
        return result
    if kind == "list":
        count = 0 if shape.member.name in around else RANDOM.randrange(1 if location != "body" else 0, 3)
        return [value_of(shape.member, around + (shape.name,), location) for _ in range(count)]
    if kind == "map":
        count = 0 if shape.value.name in around else RANDOM.randrange(3)
        return {f"K{index}{text('body')}" if location == "body" else f"k{index}": value_of(shape.value, around + (shape.name,), location) for index in range(count)}
    if kind in ("integer", "long"):
        return RANDOM.randrange(-1000, 1_000_000)
    if kind in ("float", "double"):
        return RANDOM.choice([RANDOM.randrange(1000) + 0.25, float("inf"), float("-inf"), float("nan")])
    if kind == "boolean":
        return RANDOM.random() < 0.5
    if kind == "timestamp":
        fraction = RANDOM.choice([0, 0, 250_000]) if location == "body" else 0
        return EPOCH + datetime.timedelta(seconds=RANDOM.randrange(2**31), microseconds=fraction)
    if kind == "blob":
        return bytes(RANDOM.randrange(256) for _ in range(RANDOM.randrange(1, 8)))
    if shape.serialization.get("jsonvalue") and location == "header":
        return {"a": [1, "x"]}
    return text("host" if shape.serialization.get("hostLabel") else location)


def refers_to(shape):
    """The name of the structure that a shape is, or is a list or a map of."""
    while shape.type_name in ("list", "map"):
        shape = shape.member if shape.type_name == "list" else shape.value
    return shape.name


def text(location):
    letters = {
        "host": "abc123-",
        "header": "abcXYZ019-._~/ %+=&?#:@!$'()*;[]",
        "headers": "abcXYZ019-._~/",
        "uri": "abcXYZ019-._~/ %+=&?#:@!$'()*,;[]äß雪😀",
    }.get(location, "abcXYZ019-._~/ %+=&?#:@!$'()*,;[]<>\"\\\n\täß雪😀")
    return "x" + "".join(RANDOM.choice(letters) for _ in range(RANDOM.randrange(6))) + "y"


# Requests


def compare_request(name, protocol, operation):
    shape = operation.input_shape
    if operation.has_event_stream_input:
        # It needs HTTP/2.
        return None
    parameters = value_of(shape) if shape is not None else {}
    theirs = their_request(protocol, operation, parameters)
    ours = ask({"service": name, "operation": operation.name, "parameters": parameters})
    return difference(theirs, our_request(protocol, ours))


def their_request(protocol, operation, parameters):
    serializer = create_serializer(protocol, include_validation=False)
    request = serializer.serialize_to_request(parameters, operation)
    path, _, query = request["url_path"].partition("?")
    fields = urllib.parse.parse_qsl(query, keep_blank_values=True)
    more = request.get("query_string") or {}
    for key, value in more.items() if isinstance(more, dict) else more:
        fields += [(key, item) for item in (value if isinstance(value, list) else [value])]
    prefix = operation.endpoint["hostPrefix"] if operation.endpoint else ""
    body = request.get("body", b"")
    if isinstance(body, dict):
        body = sorted((key, str(value)) for key, value in body.items())
    return {
        "method": request["method"],
        "host": prefix.format(**parameters),
        "path": path,
        "query": sorted((key, str(value)) for key, value in fields),
        "headers": {key.lower(): value for key, value in request["headers"].items()},
        "body": readable(protocol, body),
    }


def our_request(protocol, ours):
    if "error" in ours:
        raise ValueError(ours["error"])
    headers = dict(ours["headers"])
    if protocol in ("query", "ec2"):
        fields = urllib.parse.parse_qsl(ours["body"].decode(), keep_blank_values=True)
        body = sorted(field for field in fields)
    else:
        body = ours["body"]
    return ours | {"query": sorted(map(tuple, ours["query"])), "headers": headers, "body": readable(protocol, body)}


def readable(protocol, body):
    """The body, so that it can be compared."""
    if isinstance(body, list):
        return body
    if isinstance(body, str):
        body = body.encode()
    if not body:
        return b""
    try:
        if protocol == "smithy-rpc-v2-cbor":
            return cbor_items(body)
        if protocol == "rest-xml":
            return tree(ElementTree.fromstring(body))
        return json.loads(body)
    except Exception:
        return bytes(body)


def cbor_items(body):
    import io

    parser = create_parser("smithy-rpc-v2-cbor")
    stream = io.BufferedReader(io.BytesIO(body))
    return plain(parser.parse_data_item(stream))


def tree(element):
    return [element.tag, dict(element.attrib), element.text or "", sorted(map(tree, element), key=repr)]


def difference(theirs, ours):
    theirs, ours = plain(theirs), plain(ours)
    if theirs == ours:
        return None
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in theirs.keys() | ours.keys():
            if theirs.get(key) != ours.get(key):
                inner = difference(theirs.get(key), ours.get(key))
                return f"{key}: {inner}"
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return next(f"[{index}] {difference(a, b)}" for index, (a, b) in enumerate(zip(theirs, ours)) if a != b)
    return f"{str(theirs)[:200]} is {str(ours)[:200]}"


# Responses


def compare_response(name, protocol, operation):
    shape = operation.output_shape
    if shape is None:
        return None
    if operation.has_event_stream_output:
        return compare_events(name, protocol, operation)
    value = value_of(shape)
    payload = shape.members.get(shape.serialization.get("payload"))
    if payload is not None and payload.type_name == "blob":
        # Of a blob that is no stream, botocore makes a string.
        value[payload_name := shape.serialization["payload"]] = b"blob"
    status, headers, body = rendered(protocol, operation, value)
    theirs = create_parser(protocol).parse({"status_code": status, "headers": headers, "body": body}, shape)
    theirs.pop("ResponseMetadata", None)
    if body == b"blob":
        theirs[payload_name] = body
    response = {"status": status, "headers": list(headers.items()), "body": body}
    return difference(theirs, ask({"service": name, "operation": operation.name, "response": response}))


def rendered(protocol, operation, value):
    """A response with this value: status, headers and body."""
    shape = operation.output_shape
    if protocol in ("query", "ec2"):
        inner = xml_members(shape, value)
        if protocol == "ec2":
            return 200, {}, f"<R xmlns='x'><requestId>r</requestId>{inner}</R>".encode()
        result = f"{operation.name}Result"
        return 200, {}, f"<R xmlns='x'><{result}>{inner}</{result}><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></R>".encode()
    if protocol == "smithy-rpc-v2-cbor":
        return 200, {"smithy-protocol": "rpc-v2-cbor"}, cbor(shape, value)
    if protocol == "json":
        return 200, {}, json.dumps(json_of(shape, value)).encode()
    return rendered_rest(protocol, shape, value)


def rendered_rest(protocol, shape, value):
    status, headers, rest = 200, {}, {}
    payload = shape.serialization.get("payload")
    body = b""
    for name, item in value.items():
        member = shape.members[name]
        location = member.serialization.get("location")
        wire = member.serialization.get("name", name)
        if location == "statusCode":
            status = RANDOM.choice([200, 201])
        elif location == "headers":
            headers |= {wire + key: text for key, text in item.items()}
        elif location == "header":
            headers[wire] = header_of(member, item)
        elif name != payload:
            rest[name] = item
        elif member.type_name == "blob":
            body = item
        elif member.type_name == "string":
            body = item.encode()
        else:
            body = document_of(protocol, member, item)
    if payload is None and (rest or protocol == "rest-json"):
        body = document_of(protocol, shape, rest)
    return status, headers, body


def document_of(protocol, shape, value):
    if protocol == "rest-xml":
        return f"<R xmlns='x' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'{xml_attributes(shape, value)}>{xml_members(shape, value)}</R>".encode()
    return json.dumps(json_of(shape, value)).encode()


def header_of(shape, value):
    if shape.type_name == "list":
        return ", ".join(header_of(shape.member, item) for item in value)
    if shape.type_name == "timestamp":
        return time_of(shape, value, "rfc822")
    if shape.serialization.get("jsonvalue"):
        return base64.b64encode(json.dumps(value).encode()).decode()
    return scalar_text(shape, value)


def json_of(shape, value):
    if getattr(shape, "is_document_type", False):
        return value
    if shape.type_name == "structure":
        return {shape.members[key].serialization.get("name", key): json_of(shape.members[key], item) for key, item in value.items()}
    if shape.type_name == "list":
        return [json_of(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: json_of(shape.value, item) for key, item in value.items()}
    if shape.type_name == "timestamp":
        text = time_of(shape, value, "unixtimestamp")
        return json.loads(text) if text[:1].isdigit() and "-" not in text else text
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return special(value)
    return value


def special(value):
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def time_of(shape, value, usual):
    form = shape.serialization.get("timestampFormat", usual).lower()
    if form == "rfc822":
        return format_datetime(value.replace(microsecond=0), usegmt=True)
    if form == "iso8601":
        return value.isoformat().replace("+00:00", "Z")
    return str(value.timestamp() if value.microsecond else int(value.timestamp()))


def scalar_text(shape, value):
    if shape.type_name == "timestamp":
        return time_of(shape, value, "iso8601")
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return special(value)
    return str(value)


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def xml_attributes(shape, value):
    if shape.type_name != "structure":
        return ""
    found = ((shape.members[key], key, item) for key, item in value.items())
    return "".join(f' {m.serialization.get("name", key)}="{escaped(item)}"' for m, key, item in found if m.serialization.get("xmlAttribute"))


def xml_element(name, shape, value):
    return f"<{name}{xml_attributes(shape, value)}>{xml_members(shape, value)}</{name}>"


def xml_members(shape, value):
    if shape.type_name == "structure":
        return "".join(xml_member(key, shape.members[key], item) for key, item in value.items() if not shape.members[key].serialization.get("xmlAttribute"))
    if shape.type_name == "list":
        return "".join(xml_element(shape.member.serialization.get("name", "member"), shape.member, item) for item in value)
    if shape.type_name == "map":
        return "".join(f"<entry>{xml_entry(shape, key, item)}</entry>" for key, item in value.items())
    return escaped(scalar_text(shape, value))


def xml_member(key, shape, value):
    name = shape.serialization.get("name", key)
    if not shape.serialization.get("flattened"):
        return xml_element(name, shape, value)
    if shape.type_name == "list":
        name = shape.member.serialization.get("name", name)
        return "".join(xml_element(name, shape.member, item) for item in value)
    return "".join(f"<{name}>{xml_entry(shape, key, item)}</{name}>" for key, item in value.items())


def xml_entry(shape, key, value):
    name = shape.key.serialization.get("name", "key")
    return f"<{name}>{escaped(key)}</{name}>" + xml_element(shape.value.serialization.get("name", "value"), shape.value, value)


def cbor(shape, value):
    body = bytearray()
    create_serializer("smithy-rpc-v2-cbor", False)._serialize_data_item(body, value, shape)
    return bytes(body)


# Streams of events


class Stream:
    def __init__(self, data):
        self.data = data

    def stream(self):
        yield self.data

    def close(self):
        pass


def compare_events(name, protocol, operation):
    stream = operation.get_event_stream_output()
    names = [event for event, shape in stream.members.items() if not shape.metadata.get("exception")]
    data = b"".join(message(protocol, event, stream.members[event]) for event in names)
    parser = create_parser(protocol)
    theirs = list(EventStream(Stream(data), stream, parser._event_stream_parser, operation.name))
    response = {"status": 200, "headers": [], "body": data}
    ours = ask({"service": name, "operation": operation.name, "response": response})
    members = operation.output_shape.members.items()
    member = next(key for key, shape in members if shape.serialization.get("eventstream") or shape.name == stream.name)
    return difference(theirs, ours.get(member, ours))


def message(protocol, name, shape):
    value = finite(value_of(shape))
    headers = {":message-type": "event", ":event-type": name}
    headers |= {key: value.pop(key) for key, member in shape.members.items() if member.serialization.get("eventheader") and key in value}
    key = next((key for key, member in shape.members.items() if member.serialization.get("eventpayload")), None)
    if key is None:
        payload = event_document(protocol, shape, value)
    else:
        member = shape.members[key]
        item = value.get(key, finite(value_of(member)))
        payload = item if isinstance(item, bytes) else item.encode() if isinstance(item, str) else event_document(protocol, member, item)
    return framed(headers, payload)


def finite(value):
    """In events, botocore takes NaN and infinities for strings."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return value if not isinstance(value, float) or math.isfinite(value) else 0.5


def event_document(protocol, shape, value):
    if protocol == "rest-xml" and not value:
        return b""
    return cbor(shape, value) if protocol == "smithy-rpc-v2-cbor" else document_of(protocol, shape, value)


def framed(headers, payload):
    data = b"".join(bytes([len(key)]) + key.encode() + header_value(value) for key, value in headers.items())
    head = struct.pack(">II", 16 + len(data) + len(payload), len(data))
    head += struct.pack(">I", binascii.crc32(head))
    return head + data + payload + struct.pack(">I", binascii.crc32(head + data + payload))


def header_value(value):
    if isinstance(value, bool):
        return b"\0" if value else b"\1"
    if isinstance(value, int):
        return b"\5" + struct.pack(">q", value)
    if isinstance(value, datetime.datetime):
        return b"\x08" + struct.pack(">q", (value - EPOCH) // datetime.timedelta(milliseconds=1))
    data = value if isinstance(value, bytes) else value.encode()
    return (b"\6" if isinstance(value, bytes) else b"\7") + struct.pack(">H", len(data)) + data


# botocore's protocol tests


def compare_suites(folder):
    sys.path.insert(0, "tools")
    counts = {"requests": 0, "responses": 0, "errors": 0}
    failures = []
    for file in sorted(pathlib.Path(folder).glob("*put/*.json")):
        for model in json.loads(file.read_text()):
            for number, case in enumerate(model["cases"]):
                name = case.get("id", f"{model['description']} {number}")
                if name in EXCEPTIONS:
                    continue
                what, problem = compare_case(model, case)
                counts[what] += 1
                if problem:
                    failures.append(f"{file.parent.name}/{file.name} {name}: {problem}")
    return counts, failures


TOKENS = "Rhambda fills tokens in, botocore does so elsewhere"
BOTOCORE = "botocore does not pass the test either"
UNKNOWN = "Rhambda returns members that the model does not know"
# Where Rhambda does something else than botocore, and why.
EXCEPTIONS = {
    "Ec2ProtocolIdempotencyTokenAutoFill": TOKENS,
    "QueryProtocolIdempotencyTokenAutoFill": TOKENS,
    "RestJsonQueryIdempotencyTokenAutoFill": TOKENS,
    "QueryIdempotencyTokenAutoFill": TOKENS,
    "AwsJson11StructuresDontSerializeNullValues": BOTOCORE,
    "DocumentTypeAsPayloadInput": BOTOCORE,
    "DocumentTypeAsPayloadInputString": BOTOCORE,
    "RestJsonQueryPrecedence": BOTOCORE,
    "RestXmlQueryPrecedence": BOTOCORE,
    "Ec2XmlLists": BOTOCORE,
    "QueryXmlLists": BOTOCORE,
    "XmlLists": BOTOCORE,
    "MediaTypeHeaderOutputBase64": BOTOCORE,
    "AwsJson10HandlesUnexpectedJsonOutput": UNKNOWN,
    "handles_unexpected_json_output": UNKNOWN,
    "InvalidGreetingError": UNKNOWN,
    "RpcV2CborExtraFieldsInTheBodyShouldBeSkippedByClients": UNKNOWN,
    "RpcV2CborPayloadWithUnsetUnion": UNKNOWN,
    "RestJsonHttpPayloadWithUnsetUnion": "a union that is the body and empty is an empty map",
    "RestXmlHttpPayloadWithUnsetUnion": "a union that is the body and empty is an empty map",
    "RestXmlXmlMapWithXmlNamespace": "no service has namespaces of keys and values",
}


def compare_case(model, case):
    import aws_operations

    case = json.loads(json.dumps(case))
    action = case["given"].get("name", "OperationName")
    model = model | {"operations": {action: case["given"] | {"name": action}}}
    with tempfile.NamedTemporaryFile() as table:
        table.write(aws_operations.pack({"suite": aws_operations.Model("suite", model)}))
        table.flush()
        ask({"load": table.name})
    operation = ServiceModel(model, "suite").operation_model(action)
    protocol = aws_operations.protocol_of(model["metadata"])
    try:
        if "params" in case:
            return "requests", compare_suite_request(protocol, operation, special_floats(case["params"]))
        body = case["response"].get("body", "").encode()
        body = base64.b64decode(body) if protocol == "smithy-rpc-v2-cbor" or operation.has_event_stream_output else body
        response = {"status": case["response"].get("status_code", 200), "headers": list(case["response"].get("headers", {}).items()), "body": body}
        if "error" in case:
            ours = ask({"service": "suite", "code": case["errorCode"], "response": response})
            return "errors", difference(without_message(case["error"]), without_message(comparable(ours)))
        ours = ask({"service": "suite", "operation": action, "response": response})
        return "responses", difference(case["result"], comparable(ours))
    except Exception as error:
        return "requests" if "params" in case else "responses", repr(error)


def compare_suite_request(protocol, operation, parameters):
    theirs = their_request(protocol, operation, parameters)
    ours = ask({"service": "suite", "operation": operation.name, "parameters": parameters})
    return difference(theirs, our_request(protocol, ours))


def special_floats(parameters):
    special = ("NaN", "Infinity", "-Infinity")
    return {key: float(value) if value in special else value for key, value in parameters.items()}


def comparable(value):
    """The tests have seconds for times, strings for blobs, and strings for NaN and infinities."""
    if isinstance(value, dict):
        if list(value) == ["$time"]:
            return value["$time"] / 1_000_000
        if list(value) == ["$float"]:
            return {"NaN": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[value["$float"]]
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


def without_message(error):
    return {key: value for key, value in error.items() if key.lower() not in ("message", "code")}


# What is compared


def compare_all(names, part):
    counts = {"requests": 0, "responses": 0}
    failures = []
    for name in names:
        model = LOADER.load_service_model(name, "service-2")
        service = ServiceModel(model, name)
        offered = service.metadata.get("protocols") or [service.metadata["protocol"]]
        protocol = next(protocol for protocol in PROTOCOLS if protocol in offered)
        operations = service.operation_names
        for action in RANDOM.sample(operations, -(-len(operations) // part)):
            operation = service.operation_model(action)
            for what, compare in (("requests", compare_request), ("responses", compare_response)):
                counts[what] += 1
                try:
                    problem = compare(name, protocol, operation)
                except (BrokenPipeError, json.JSONDecodeError):
                    sys.exit(f"{name} {action}: no answer")
                except Exception as error:
                    problem = repr(error)
                if problem:
                    failures.append(f"{name} {action} ({protocol}), {what}: {problem}")
    return counts, failures


def main():
    what = sys.argv[1:]
    names = LOADER.list_available_services("service-2")
    if what[0] == "suites":
        counts, failures = compare_suites(what[1])
    elif what[0] in ("sample", "all"):
        counts, failures = compare_all(names, SAMPLE if what[0] == "sample" else 1)
    else:
        counts, failures = compare_all(what, 1)
    print(f"{counts}, {len(failures)} differ", file=sys.stderr)
    for failure in failures:
        print(failure, file=sys.stderr)
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
