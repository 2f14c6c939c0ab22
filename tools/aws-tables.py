#!/usr/bin/env python3
"""Writes what Rhambda knows of AWS's services, out of botocore's models: partitions.txt, services.txt,
endpoints-SERVICE.txt, which aws_endpoints.py makes, and operations.bin, which aws_operations.py makes; and
responses.bin, with all fields of all responses, for the tool.

    tools/aws-tables.py crates/aws/src/tables crates/analysis/src/tables

botocore (Apache-2.0, https://github.com/boto/botocore) must be importable: its version is pinned in
tests/aws/requirements.txt, and a test compares what this writes with what is committed. So, to bring
the tables up to date: raise the version there, run tests/aws/setup.sh, and run this with the Python
of target/aws/venv.
"""

import collections
import functools
import pathlib
import re
import sys

import aws_endpoints
import aws_operations
import botocore
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError, UnknownServiceError
from botocore.loaders import Loader
from botocore.utils import CLIENT_NAME_TO_HYPHENIZED_SERVICE_ID_OVERRIDES as SERVICE_IDS

LOADER = Loader()
PARTITIONS = LOADER.load_data("partitions")
SOURCE = f"# Made by tools/aws-tables.py from the models of botocore {botocore.__version__} (Apache-2.0).\n"

SIGNATURES = ["v4", "s3", "s3v4"]
# Letters for (FIPS, dual stack).
VARIANTS = {"p": (False, False), "f": (True, False), "d": (False, True), "b": (True, True)}


# Partitions


def real_regions(partition):
    """Without those such as aws-global, which are no places."""
    return [region for region in partition["regions"] if not region.endswith("-global")]


def partitions_table():
    text = SOURCE + "# partition, main region, DNS suffix, DNS suffix with dual stack, prefixes of its regions' names\n"
    for partition in PARTITIONS["partitions"]:
        outputs = partition["outputs"]
        assert outputs["supportsFIPS"] and outputs["supportsDualStack"], partition["id"]
        # ^(us|eu)\-\w+\-\d+$ and ^us\-gov\-\w+\-\d+$ are the two forms there are.
        prefix = re.fullmatch(r"\^(.*?)\\-(?:\(de\)\\-)?\\w\+\\-\\d\+\$", partition["regionRegex"]).group(1)
        prefixes = prefix.replace("\\", "").strip("()").split("|")
        outputs = [outputs[key] for key in ("implicitGlobalRegion", "dnsSuffix", "dualStackDnsSuffix")]
        text += "\t".join([partition["id"], *outputs, " ".join(prefixes)]) + "\n"
    return text


# Services


def services_table(names):
    text = SOURCE + (
        "# service, protocol (or the kind of signature, where it takes none of version 4), and what does not follow from them:\n"
        "#   id=       the service id, under which AWS_ENDPOINT_URL_… knows it, where it is not the name\n"
        "#   prefix=   the endpoint's prefix, where it is not the name\n"
        "#   sign=     the name in signatures, where it is not the prefix\n"
        "#   auth=     the kinds of signatures, the preferred one first, where these are not just sigv4\n"
        "#   [CONTEXT/]SCOPE:VARIANTS=HOST[@REGION[@NAME]]   an endpoint other than prefix.region.suffix, and the\n"
        "#             region and the name in signatures where these are other ones. CONTEXT is that of some of the\n"
        "#             operations, see operations.bin. SCOPE is a region, a partition or nothing; VARIANTS\n"
        "#             are p (plain), f (FIPS), d (dual stack) and b (both); in HOST ~ is the prefix, * the\n"
        "#             region, ^ the partition's main region, $ the suffix, $$ that with dual stack; ! means that\n"
        "#             there is none\n"
        "#   Services without any may have rules in endpoints-SERVICE.txt.\n"
    )
    for name in names:
        text += service_line(name) + "\n"
    return text


def service_line(name):
    model = LOADER.load_service_model(name, "service-2")
    metadata = model["metadata"]
    protocol = aws_operations.protocol_of(metadata).removeprefix("smithy-rpc-v2-")
    if not metadata["signatureVersion"] in SIGNATURES:
        return f"{name}\tsignature-{metadata['signatureVersion']}"
    prefix = metadata["endpointPrefix"]
    sign = metadata.get("signingName", prefix)
    fields = [name, protocol]

    service_id = SERVICE_IDS.get(name, name)
    if service_id != name:
        fields.append(f"id={service_id}")
    if prefix != name:
        fields.append(f"prefix={prefix}")
    if sign != prefix:
        fields.append(f"sign={sign}")
    if "aws.auth#sigv4a" in metadata.get("auth", []):
        fields.append("auth=" + ",".join(scheme.removeprefix("aws.auth#") for scheme in metadata["auth"]))
    if name in aws_endpoints.SERVICES:
        return "\t".join(fields)
    usual, by_context = contexts(name)
    fields += usual
    for context, rules in by_context.items():
        fields += [f"{context}/{rule}" for rule in rules]
    return "\t".join(fields)


@functools.cache
def contexts(name):
    """The usual endpoint rules, and those of contexts: fixed endpoint parameters that some operations have."""
    model = LOADER.load_service_model(name, "service-2")
    metadata = model["metadata"]
    prefix = metadata["endpointPrefix"]
    sign = metadata.get("signingName", prefix)
    usual = endpoint_rules(name, prefix, sign, {})
    found = {}
    for operation in model["operations"].values():
        fixed = {key: entry["value"] for key, entry in operation.get("staticContextParams", {}).items()}
        context = aws_operations.context_of(operation)
        if context and context not in found:
            found[context] = endpoint_rules(name, prefix, sign, fixed)
    if usual == NOWHERE:
        # Some context is needed: the rules of the first one serve for requests without an operation.
        usual = next(iter(found.values()), usual)
    return usual, {context: rules for context, rules in found.items() if rules not in (usual, NOWHERE)}


NOWHERE = [":pfdb=!"]


# Endpoints: each is worked out for every region and variant, then said as shortly as possible.


def endpoint_rules(name, prefix, sign, fixed):
    rules = collections.defaultdict(lambda: collections.defaultdict(str))
    for letter, variant in VARIANTS.items():
        wanted = {
            partition["id"]: [
                Wanted(partition, region, prefix, *endpoint(name, sign, partition, region, variant, fixed))
                for region in real_regions(partition)
            ]
            for partition in PARTITIONS["partitions"]
        }
        usual = USUAL[letter]
        if all(entry.fits(usual) for of_partition in wanted.values() for entry in of_partition):
            continue
        everywhere = best_rule(list(wanted.values()), usual)
        if everywhere != usual:
            rules[""][everywhere] += letter
        for partition, of_partition in wanted.items():
            there = best_rule([[entry] for entry in of_partition], everywhere)
            if there != everywhere:
                rules[partition][there] += letter
            for entry in of_partition:
                if not entry.fits(there):
                    rules[entry.region][entry.rule()] += letter
    return [
        f"{scope}:{letters}={rule}" for scope, of_scope in rules.items() for rule, letters in of_scope.items()
    ]


USUAL = {"p": "~.*.$", "f": "~-fips.*.$", "d": "~.*.$$", "b": "~-fips.*.$$"}


def best_rule(groups, preferred):
    """The rule that fits the most groups of endpoints wholly, and of these the most endpoints."""
    entries = [entry for group in groups for entry in group]
    candidates = {preferred: None} | {rule: None for entry in entries for rule in entry.rules()}

    def fitting(rule):
        fits = [[entry.fits(rule) for entry in group] for group in groups]
        return sum(map(all, fits)), sum(map(sum, fits))

    return max(candidates, key=fitting)


class Wanted:
    """What an endpoint is to be."""

    def __init__(self, partition, region, prefix, host, signing_region, signing_name):
        outputs = partition["outputs"]
        self.region = region
        self.host = host
        self.signing_region = signing_region
        # Where it is not the service's.
        self.signing_name = signing_name
        self.signs = {
            "$$": outputs["dualStackDnsSuffix"],
            "$": outputs["dnsSuffix"],
            "~": prefix,
            "*": region,
            "^": outputs["implicitGlobalRegion"],
        }

    def fits(self, rule):
        if "!" in (rule, self.host):
            return rule == self.host
        host, signing_region, signing_name = (rule.split("@") + ["", ""])[:3]
        filled = self.filled(host), self.filled(signing_region or "*"), signing_name
        return filled == (self.host, self.signing_region, self.signing_name)

    def filled(self, text):
        for sign, value in self.signs.items():
            text = text.replace(sign, value)
        return text

    def rule(self, without=""):
        """This endpoint as a rule, with the signs there are, but for one."""
        if self.host == "!":
            return "!"
        host = self.host
        for sign, value in self.signs.items():
            if sign not in without:
                host = re.sub(rf"(?<![\w-]){re.escape(value)}(?!\w)(?!-\w+-\d)", sign, host, count=1)
        signing_region = self.signing_region
        name = f"@{self.signing_name}" if self.signing_name else ""
        if signing_region == self.region and "*" not in without:
            return host + ("@*" + name if name else "")
        return f"{host}@{'^' if signing_region == self.signs['^'] else signing_region}{name}"

    def rules(self):
        # A region may be there because it is the one asked for, or the partition's, or in any case.
        return {self.rule(): None, self.rule("*"): None, self.rule("*^"): None}


def endpoint(name, sign, partition, region, variant, fixed):
    """Host, region in signatures, and the name there where it is not `sign`; ! where there is none."""
    fips, dual_stack = variant
    provider, parameters = endpoint_provider(name)
    values = {"AWS::Region": region, "AWS::UseFIPS": fips, "AWS::UseDualStack": dual_stack}
    arguments = {
        key: values.get(parameter.get("builtIn"), parameter.get("default"))
        for key, parameter in parameters.items()
        if parameter.get("builtIn") in values or "default" in parameter
    }
    arguments |= fixed
    try:
        endpoint = provider.resolve_endpoint(**arguments)
    except BotoCoreError:
        return "!", None, ""
    host = endpoint.url.removeprefix("https://")
    assert "/" not in host, endpoint.url
    schemes = endpoint.properties.get("authSchemes") or [{}]
    scheme = next((scheme for scheme in schemes if scheme.get("name", "sigv4") == "sigv4"), {})
    signing_name = scheme.get("signingName", sign)
    return host, scheme.get("signingRegion", region), signing_name if signing_name != sign else ""


PROVIDERS = {}


def endpoint_provider(name):
    if name not in PROVIDERS:
        rules = LOADER.load_service_model(name, "endpoint-rule-set-1")
        PROVIDERS[name] = (EndpointProvider(rules, PARTITIONS), rules["parameters"])
    return PROVIDERS[name]


# Operations


def operations_table(names):
    return aws_operations.pack({name: operations_of(name) for name in names})


def operations_of(name):
    model = LOADER.load_service_model(name, "service-2")

    def more(kind, key):
        try:
            return LOADER.load_service_model(name, kind)[key]
        except UnknownServiceError:
            return {}

    waiters = more("waiters-2", "waiters")
    is_known = model["metadata"]["signatureVersion"] in SIGNATURES
    if name in aws_endpoints.SERVICES:
        known = {aws_operations.context_of(operation) for operation in model["operations"].values()}
    else:
        known = set(contexts(name)[1]) if is_known else set()
    return aws_operations.Model(name, model, more("paginators-1", "pagination"), waiters, known)


def responses_table(names):
    models = {name: LOADER.load_service_model(name, "service-2") for name in names}
    return aws_operations.pack({name: aws_operations.Responses(name, model) for name, model in models.items()})


if __name__ == "__main__":
    folder, of_tools = map(pathlib.Path, sys.argv[1:])
    names = LOADER.list_available_services("service-2")
    (folder / "partitions.txt").write_text(partitions_table())
    (folder / "services.txt").write_text(services_table(names))
    for name, text in aws_endpoints.tables(SOURCE, LOADER).items():
        (folder / name).write_text(text)
    (folder / "operations.bin").write_bytes(operations_table(names))
    (of_tools / "responses.bin").write_bytes(responses_table(names))
