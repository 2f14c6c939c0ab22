"""Writes the table of all operations of AWS's services, and that of their responses, out of botocore's models.

The format is described where it is read, in crates/aws-api/src/table/. Two steps lead there: a `Model` is a
service with only what differs from a protocol's rule, its equal shapes merged; a `Block` is that in bytes. `pack`
puts the blocks of all services into one file, and compresses most of them.
"""

import collections
import re
import struct
import sys

import zopfli.zlib
from botocore.model import ServiceModel

# In botocore's order of preference; a protocol's number is its place.
PROTOCOLS = ["json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor", "query", "ec2"]
METHODS = ["POST", "GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]

# Types that are no shapes of their own; a shape's number is its index + SHAPE.
ANY, STRING, INTEGER, FLOAT, BOOLEAN, BLOB, STREAM, TEXT, JSON_VALUE, DOCUMENT = range(10)
TIME, TIME_ISO, TIME_HTTP, TIME_UNIX = range(10, 14)
SHAPE = 16
SCALARS = {"integer": INTEGER, "long": INTEGER, "float": FLOAT, "double": FLOAT, "boolean": BOOLEAN, "blob": BLOB, "timestamp": TIME}
TIMES = {"iso8601": TIME_ISO, "rfc822": TIME_HTTP, "unixtimestamp": TIME_UNIX}

# Where a member is.
BODY, HEADER, HEADERS, QUERY, PATH, PAYLOAD, STATUS, ATTRIBUTE, EVENT_PAYLOAD, EVENT_HEADER, EVENTS = range(11)
LOCATIONS = {None: BODY, "header": HEADER, "headers": HEADERS, "querystring": QUERY, "uri": PATH, "statusCode": STATUS}

# What a member is, and what follows it.
REQUIRED, HAS_WIRE, FLAT, TOKEN, HOST_LABEL, HAS_NAMESPACE = (1 << bit for bit in range(6))

# What an operation is.
UNSIGNED_PAYLOAD, NO_AUTH, CHECKSUM, CONTENT_MD5, EMPTY_BODY = (1 << bit for bit in range(5))

PAGINATOR_KEYS = ["input_token", "output_token", "result_key", "limit_key", "more_results"]


def protocol_of(metadata):
    offered = metadata.get("protocols") or [metadata["protocol"]]
    return next(protocol for protocol in PROTOCOLS if protocol in offered)


class Model:
    """A service: operations, errors and the shapes that they refer to.

    A shape is ("structure", [Member]), ("list", item, name, namespace) or ("map", key name, value name, value);
    a member is [name, wire name if it is another one, location, flags, type, namespace].
    """

    def __init__(self, name, model, paginators=None, waiters=None, contexts=()):
        self.model = model
        self.metadata = model["metadata"]
        self.protocol = protocol_of(self.metadata)
        self.is_rest = self.protocol.startswith("rest")
        self.paginators, self.waiters = paginators or {}, waiters or {}
        self.shapes, self.sides, self.locations, self.numbers = [], [], [], {}
        service = ServiceModel(model, name)
        self.operations = {
            name: self.operation(service.operation_model(name), model["operations"][name], contexts)
            for name in sorted(service.operation_names)
        }
        self.errors = self.errors_of(service)
        self.leave_out_what_follows()
        self.merge()

    def errors_of(self, service):
        errors = {}
        for shape in sorted(service.error_shapes, key=lambda shape: shape.name):
            code = (shape.metadata.get("error") or {}).get("code", "")
            errors[shape.name] = ["" if code == shape.name else code, self.type_of(shape, "out")]
        return errors

    def operation(self, operation, raw, contexts):
        # Kept in a variable of its own: the shapes are numbered in this order.
        given, returned = operation.input_shape, operation.output_shape
        is_xml = self.protocol == "rest-xml"
        checksum = raw.get("httpChecksum", {})
        loose = given is not None and any("location" not in m.serialization for m in given.members.values())
        flags = {
            UNSIGNED_PAYLOAD: raw.get("unsignedPayload") or raw.get("authtype") == "v4-unsigned-body",
            NO_AUTH: raw.get("authtype") == "none",
            CHECKSUM: "requestAlgorithmMember" in checksum,
            CONTENT_MD5: raw.get("httpChecksumRequired"),
            EMPTY_BODY: self.protocol == "rest-json" and loose,
        }
        context = context_of(raw)
        return {
            "input": self.type_of(given, "in") if given is not None else ANY,
            "output": self.type_of(returned, "out") if returned is not None else ANY,
            "method": raw["http"]["method"] if self.is_rest else "POST",
            "path": raw["http"]["requestUri"] if self.is_rest else "/",
            "flags": sum(flag for flag, is_set in flags.items() if is_set),
            "host": raw.get("endpoint", {}).get("hostPrefix", ""),
            "context": context if context in contexts else "",
            "root": given.serialization.get("name", "") if is_xml and given is not None else "",
            "namespace": namespace(given) if is_xml and given is not None else "",
        }

    def type_of(self, shape, side, location=BODY):
        kind = shape.type_name
        if kind not in ("structure", "list", "map"):
            return self.scalar(shape, side, location)
        if getattr(shape, "is_document_type", False):
            return DOCUMENT
        traits = ()
        if kind == "structure":
            location = BODY
            traits = tuple(sorted((k, str(v)) for k, v in shape.serialization.items() if k in ("flattened", "payload")))
        key = (shape.name, side, location, traits, kind)
        if key in self.numbers:
            return SHAPE + self.numbers[key]
        number = self.numbers[key] = len(self.shapes)
        self.shapes.append(None)
        self.sides.append(side)
        self.locations.append(location)
        if kind == "structure":
            self.shapes[number] = ["structure", self.members(shape, side)]
        elif kind == "list":
            item = self.type_of(shape.member, side, location)
            space = namespace(shape.member) if side == "in" else ""
            self.shapes[number] = ["list", item, shape.member.serialization.get("name", ""), space]
        else:
            names = [part.serialization.get("name", "") for part in (shape.key, shape.value)]
            self.shapes[number] = ["map", *names, self.type_of(shape.value, side, location)]
        return SHAPE + number

    def scalar(self, shape, side, location):
        kind = shape.type_name
        if kind == "blob":
            return STREAM if shape.serialization.get("streaming") else BLOB
        if kind == "timestamp":
            form = shape.serialization.get("timestampFormat", "").lower() or self.usual_time(location)
            is_usual = self.protocol == "smithy-rpc-v2-cbor" or form == self.usual_time(location)
            return TIME if is_usual else TIMES[form]
        is_xml = self.protocol in ("rest-xml", "query", "ec2")
        # Where everything arrives as a string, numbers must be known; parameters are checked in any case.
        is_string = side == "out" and (is_xml or location in (HEADER, HEADERS, STATUS))
        is_known = is_string or side == "in"
        if kind in ("integer", "long"):
            return INTEGER if is_known else ANY
        if kind in ("float", "double"):
            # NaN and infinities are strings in JSON; with protocol `json`, botocore leaves them so.
            return FLOAT if is_known or self.protocol == "rest-json" else ANY
        if kind == "boolean":
            return BOOLEAN if is_known else ANY
        if shape.serialization.get("jsonvalue") and location == HEADER:
            return JSON_VALUE
        if location == PAYLOAD:
            return TEXT
        return STRING if side == "in" else ANY

    def usual_time(self, location):
        if location in (HEADER, HEADERS):
            return "rfc822"
        if location in (QUERY, PATH):
            return "iso8601"
        return "unixtimestamp" if self.protocol in ("json", "rest-json", "smithy-rpc-v2-cbor") else "iso8601"

    def members(self, shape, side):
        payload = shape.serialization.get("payload")
        required = shape.required_members if side == "in" else ()
        members = []
        for name, member in shape.members.items():
            traits = member.serialization
            location = self.location(name, member, payload)
            wire = self.wire(name, member, side)
            flags = {
                REQUIRED: name in required,
                TOKEN: side == "in" and member.metadata.get("idempotencyToken"),
                FLAT: traits.get("flattened") and (self.protocol in ("rest-xml", "query") or (self.protocol, side) == ("ec2", "out")),
                HOST_LABEL: side == "in" and traits.get("hostLabel"),
            }
            space = namespace(member) if side == "in" and self.protocol == "rest-xml" else ""
            flags = sum(flag for flag, is_set in flags.items() if is_set)
            members.append([name, None if wire == name else wire, location, flags, self.type_of(member, side, location), space])
        return members

    def location(self, name, member, payload):
        traits = member.serialization
        if getattr(member, "is_eventstream", False) or traits.get("eventstream"):
            return EVENTS
        for trait, location in [("eventheader", EVENT_HEADER), ("eventpayload", EVENT_PAYLOAD), ("xmlAttribute", ATTRIBUTE)]:
            if traits.get(trait):
                return location
        if not self.is_rest:
            return BODY
        return PAYLOAD if name == payload else LOCATIONS[traits.get("location")]

    def wire(self, name, member, side):
        traits = member.serialization
        if self.protocol == "ec2" and side == "in":
            usual = traits.get("name", name)
            return traits.get("queryName") or (usual[0].upper() + usual[1:] if "name" in traits else name)
        if self.protocol in ("rest-xml", "query", "ec2") and side == "out" and member.type_name == "list" and traits.get("flattened"):
            return member.member.serialization.get("name", traits.get("name", name))
        return traits.get("name", name)

    # What the protocol does without being told

    def leave_out_what_follows(self):
        """Shapes of responses of which nothing needs to be known become ANY; so do the members that refer to them."""
        follows = [self.sides[number] == "out" and self.protocol not in ("rest-xml", "query", "ec2") for number in range(len(self.shapes))]
        is_any = lambda of: of == ANY or (of >= SHAPE and follows[of - SHAPE])
        is_plain = lambda member: member[1:4] == [None, BODY, 0] and is_any(member[4])
        has_changed = True
        while has_changed:
            has_changed = False
            for number, shape in enumerate(self.shapes):
                if follows[number] and not self.does_follow(number, shape, is_any, is_plain):
                    follows[number] = False
                    has_changed = True
        fixed = lambda of: ANY if is_any(of) else of
        for number, shape in enumerate(self.shapes):
            if shape[0] == "list":
                shape[1] = fixed(shape[1])
            elif shape[0] == "map":
                shape[3] = fixed(shape[3])
            elif self.sides[number] == "out":
                is_xml = self.protocol in ("rest-xml", "query", "ec2")
                shape[1] = [[*m[:4], fixed(m[4]), m[5]] for m in shape[1] if is_xml or not is_plain(m)]
        for operation in self.operations.values():
            operation["output"] = fixed(operation["output"])
        self.errors = {name: [code, fixed(of)] for name, (code, of) in self.errors.items()}
        self.errors = {name: error for name, error in self.errors.items() if error != ["", ANY]}

    def does_follow(self, number, shape, is_any, is_plain):
        if shape[0] == "structure":
            return all(map(is_plain, shape[1]))
        if shape[0] == "list":
            return self.locations[number] != HEADER and is_any(shape[1])
        return is_any(shape[3])

    # Equal shapes become one, as equal states of an automaton do

    def merge(self):
        classes = [0] * len(self.shapes)
        while True:
            numbers = {}
            refined = [numbers.setdefault(self.signature(shape, classes), len(numbers)) for shape in self.shapes]
            if refined == classes:
                break
            classes = refined
        merged, order = [], {}

        def visit(of):
            if of < SHAPE:
                return of
            number = classes[of - SHAPE]
            if number not in order:
                # In the order in which the operations reach them.
                order[number] = len(merged)
                merged.append(None)
                shape = self.shapes[of - SHAPE]
                merged[order[number]] = self.with_types(shape, visit)
            return SHAPE + order[number]

        for operation in self.operations.values():
            operation["input"], operation["output"] = visit(operation["input"]), visit(operation["output"])
        self.errors = {name: [code, visit(of)] for name, (code, of) in self.errors.items()}
        self.shapes = merged

    def signature(self, shape, classes):
        return repr(self.with_types(shape, lambda of: of if of < SHAPE else SHAPE + classes[of - SHAPE]))

    @staticmethod
    def with_types(shape, change):
        if shape[0] == "structure":
            return ["structure", [[*member[:4], change(member[4]), member[5]] for member in shape[1]]]
        if shape[0] == "list":
            return ["list", change(shape[1]), *shape[2:]]
        return [*shape[:3], change(shape[3])]


class Responses(Model):
    """Only what operations return, but all of it, with the types that scripts see: for tools."""

    def __init__(self, name, model):
        super().__init__(name, model, None, None, ())

    def operation(self, operation, raw, contexts):
        returned = operation.output_shape
        output = self.type_of(returned, "out") if returned is not None else ANY
        nothing = dict.fromkeys(["host", "context", "root", "namespace"], "")
        return {"input": ANY, "output": output, "method": "POST", "path": "/", "flags": 0, **nothing}

    def errors_of(self, service):
        return {}

    def type_of(self, shape, side, location=BODY):
        # Events arrive one after the other, and not as a structure.
        return ANY if getattr(shape, "is_eventstream", False) else super().type_of(shape, side)

    def members(self, shape, side):
        is_stream = lambda member: member.serialization.get("eventstream")
        types = {name: ANY if is_stream(member) else self.type_of(member, side) for name, member in shape.members.items()}
        return [[name, None, BODY, 0, of, ""] for name, of in types.items()]

    def scalar(self, shape, side, location):
        if shape.type_name == "blob" and shape.serialization.get("streaming"):
            return STREAM
        return SCALARS.get(shape.type_name, STRING)

    def leave_out_what_follows(self):
        pass


def context_of(operation):
    """The fixed endpoint parameters of an operation, as a name."""
    return ",".join(f"{key}.{entry['value']}" for key, entry in operation.get("staticContextParams", {}).items())


def namespace(shape):
    space = shape.serialization.get("xmlNamespace")
    if not space or isinstance(space, str):
        return space or ""
    return f"{space['prefix']}|{space['uri']}" if space.get("prefix") else space["uri"]


# Bytes

COLUMNS = ["operation", "path", "kind", "count", "member", "member kind", "type", "wire", "extra"]


class Block:
    """A model in bytes: columns of numbers, and the names to which these refer in the order of their first use."""

    def __init__(self, model):
        self.model = model
        self.names, self.numbers = [], {}
        self.columns = {column: bytearray() for column in COLUMNS}
        self.reached = 0
        sys.setrecursionlimit(10_000)
        self.service()
        for name, operation in model.operations.items():
            self.operation(name, operation)
        self.number("extra", len(model.errors))
        for name, (code, of) in model.errors.items():
            self.text("extra", name)
            self.text("extra", code)
            self.type(of)
        self.paginators()
        self.waiters()

    def service(self):
        metadata = self.model.metadata
        is_query_compatible = "awsQueryCompatible" in metadata
        self.number("operation", PROTOCOLS.index(self.model.protocol) | is_query_compatible << 3)
        for key in ("targetPrefix", "jsonVersion", "apiVersion"):
            self.text("extra", metadata.get(key, ""))
        self.number("operation", len(self.model.operations))

    def operation(self, name, operation):
        self.text("path", name)
        is_special = any(operation[key] for key in ("host", "context", "root"))
        self.number("operation", METHODS.index(operation["method"]) | is_special << 3 | operation["flags"] << 4)
        if self.model.is_rest:
            parts = operation["path"].split("/")
            self.number("count", len(parts))
            for part in parts:
                self.text("path", part)
        if is_special:
            for key in ("host", "context", "root", "namespace"):
                self.text("extra", operation[key])
        self.type(operation["input"])
        self.type(operation["output"])

    def type(self, of):
        if of < SHAPE:
            self.number("type", of)
        elif of - SHAPE == self.reached:
            self.reached += 1
            self.number("type", SHAPE)
            self.shape(self.model.shapes[of - SHAPE])
        else:
            assert of - SHAPE < self.reached
            self.number("type", of + 1)

    def shape(self, shape):
        self.number("kind", ["structure", "list", "map"].index(shape[0]))
        if shape[0] == "structure":
            self.number("count", len(shape[1]))
            for member in shape[1]:
                self.member(*member)
        elif shape[0] == "list":
            self.text("wire", shape[2])
            self.text("wire", shape[3])
            self.type(shape[1])
        else:
            self.text("wire", shape[1])
            self.text("wire", shape[2])
            self.type(shape[3])

    def member(self, name, wire, location, flags, of, space):
        self.text("member", name)
        self.number("member kind", flags | (wire is not None) * HAS_WIRE | bool(space) * HAS_NAMESPACE | location << 6)
        if wire is not None:
            self.text("wire", wire)
        if space:
            self.text("extra", space)
        self.type(of)

    def paginators(self):
        self.number("extra", len(self.model.paginators))
        for name, paginator in sorted(self.model.paginators.items()):
            self.text("extra", name)
            for key in PAGINATOR_KEYS:
                value = paginator.get(key, [])
                self.text("extra", ",".join(value if isinstance(value, list) else [value]))

    def waiters(self):
        self.number("extra", len(self.model.waiters))
        for name, waiter in sorted(self.model.waiters.items()):
            self.text("extra", name)
            self.text("extra", waiter["operation"])
            for number in (waiter["delay"], waiter["maxAttempts"], len(waiter["acceptors"])):
                self.number("extra", number)
            for acceptor in waiter["acceptors"]:
                expected = acceptor["expected"]
                expected = str(expected).lower() if isinstance(expected, (bool, int)) else expected
                # A name has no line breaks; they mean nothing in JMESPath.
                argument = " ".join(acceptor.get("argument", "").split())
                for text in (acceptor["state"], acceptor["matcher"], argument, expected):
                    self.text("extra", text)

    def text(self, column, text):
        """A name that is new is 0."""
        if text in self.numbers:
            self.number(column, self.numbers[text] + 1)
        else:
            self.numbers[text] = len(self.names)
            self.names.append(text)
            self.number(column, 0)

    def number(self, column, number):
        self.columns[column] += varint(number)


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


# The file

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^A-Za-z0-9]|[A-Z]")
# Words below this number take a byte, the others two.
SHORT_WORDS = 190
# Compressed chunks are at most as large, inflated, unless one block is larger.
CHUNK = 32 << 10
# Services that functions call most: their first call need not inflate anything. All services would make the program 0.7 MB
# larger. The layer, which is compressed, is as large with and without them.
STORED = set(" ".join([
    "apigateway apigatewaymanagementapi appconfigdata athena autoscaling batch bedrock-agent-runtime bedrock-runtime",
    "cloudformation cloudfront cloudwatch cognito-idp comprehend connect dynamodb dynamodbstreams ec2 ecr ecs elbv2 events",
    "firehose glue iam iot-data kinesis kms lambda logs organizations pipes polly rds rds-data rekognition route53 s3",
    "s3control sagemaker sagemaker-runtime scheduler secretsmanager ses sesv2 sns sqs ssm stepfunctions sts textract transcribe",
    "translate xray",
]).split())


def pack(models):
    """The file of these models, by the services' names."""
    blocks = {name: Block(model) for name, model in models.items()}
    words = collections.Counter(word for block in blocks.values() for name in block.names for word in WORD.findall(name))
    words = [word for word, count in sorted(words.items(), key=lambda entry: (-entry[1], entry[0])) if count > 1]
    numbers = {word: number for number, word in enumerate(words)}
    # The first chunk is stored.
    chunks, services = [b""], []
    # Services of one protocol resemble one another.
    for name in sorted(blocks, key=lambda name: (name not in STORED, PROTOCOLS.index(models[name].protocol), name)):
        data = block_bytes(blocks[name], numbers)
        if name not in STORED and (len(chunks) == 1 or len(chunks[-1]) + len(data) > CHUNK):
            chunks.append(b"")
        services.append(f"{name}\t{len(chunks) - 1}\t{len(chunks[-1])}\t{len(data)}")
        chunks[-1] += data
    packed = chunks[:1] + [deflate(chunk) for chunk in chunks[1:]]
    places = [f"{len(chunk)}\t{len(original)}" for chunk, original in zip(packed, chunks)]
    lines = ["".join(f"{line}\n" for line in lines).encode() for lines in (sorted(services), places)]
    head = [bytes(map(len, words)), "".join(words).encode(), *lines]
    return b"AWS2" + struct.pack("<4I", *map(len, head)) + b"".join(head) + b"".join(packed)


def block_bytes(block, numbers):
    names, own = bytearray(), []
    for name in block.names:
        for word in WORD.findall(name):
            number = numbers.get(word)
            if number is None:
                names.append(1)
                own.append(word)
            elif number < SHORT_WORDS:
                names.append(number + 2)
            else:
                number -= SHORT_WORDS
                names += bytes([192 + (number >> 8), number & 0xFF])
        names.append(0)
    own = "\n".join(own).encode()
    parts = [bytes(names), own, *(bytes(block.columns[column]) for column in COLUMNS)]
    return b"".join(varint(len(part)) for part in parts) + b"".join(parts)


def deflate(data):
    # Without the header and the checksum of zlib's format.
    return zopfli.zlib.compress(data, numiterations=5)[2:-4]
