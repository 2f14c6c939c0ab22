#!/usr/bin/env python3
"""Writes src/aws/tables/*.txt: what Rhambda knows of AWS's services, out of botocore's models.

    tools/aws-tables.py src/aws/tables

botocore (Apache-2.0, https://github.com/boto/botocore) must be importable: its version is pinned in
tests/aws/requirements.txt, and a test compares what this writes with what is committed. So, to bring
the tables up to date: raise the version there, run tests/aws/setup.sh, and run this with the Python
of target/aws/venv.
"""

import collections
import pathlib
import re
import sys

import botocore
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.utils import CLIENT_NAME_TO_HYPHENIZED_SERVICE_ID_OVERRIDES as SERVICE_IDS

LOADER = Loader()
PARTITIONS = LOADER.load_data("partitions")
SOURCE = f"# Made by tools/aws-tables.py from the models of botocore {botocore.__version__} (Apache-2.0).\n"

# In this order: JSON is the easiest to write by hand, and to read in an error.
PROTOCOLS = ["json", "rest-json", "query", "ec2", "rest-xml", "smithy-rpc-v2-cbor"]
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
        "#   target=   what X-Amz-Target begins with\n"
        "#   version=  the version of the API\n"
        "#   host=PREFIX:ACTION,…   actions that have a host of their own\n"
        "#   SCOPE:VARIANTS=HOST[@REGION]   an endpoint other than prefix.region.suffix, and the region in\n"
        "#             signatures where it is another one. SCOPE is a region, a partition or nothing; VARIANTS\n"
        "#             are p (plain), f (FIPS), d (dual stack) and b (both); in HOST ~ is the prefix, * the\n"
        "#             region, ^ the partition's main region, $ the suffix, $$ that with dual stack; ! means that\n"
        "#             there is none\n"
    )
    for name in names:
        text += service_line(name) + "\n"
    return text


def service_line(name):
    model = LOADER.load_service_model(name, "service-2")
    metadata = model["metadata"]
    protocol = protocol_of(metadata)
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
    if protocol.startswith("json"):
        fields.append(f"target={metadata['targetPrefix']}")
    if protocol in ("query", "ec2"):
        fields.append(f"version={metadata['apiVersion']}")
    if protocol.startswith("json") or protocol in ("query", "ec2"):
        fields += host_prefixes(model)
    fields += endpoint_rules(name, prefix, sign)
    return "\t".join(fields)


def protocol_of(metadata):
    offered = metadata.get("protocols") or [metadata["protocol"]]
    protocol = next(protocol for protocol in PROTOCOLS if protocol in offered)
    if protocol == "json":
        return f"json{metadata['jsonVersion']}"
    return protocol.removeprefix("smithy-rpc-v2-")


def host_prefixes(model):
    actions = collections.defaultdict(list)
    for action, operation in model["operations"].items():
        prefix = operation.get("endpoint", {}).get("hostPrefix")
        if prefix:
            assert "{" not in prefix, action
            actions[prefix].append(action)
    return [f"host={prefix}:{','.join(sorted(names))}" for prefix, names in sorted(actions.items())]


# Endpoints: each is worked out for every region and variant, then said as shortly as possible.


def endpoint_rules(name, prefix, sign):
    rules = collections.defaultdict(lambda: collections.defaultdict(str))
    for letter, variant in VARIANTS.items():
        wanted = {
            partition["id"]: [
                Wanted(partition, region, prefix, *endpoint(name, sign, partition, region, variant))
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

    def __init__(self, partition, region, prefix, host, signing_region):
        outputs = partition["outputs"]
        self.region = region
        self.host = host
        self.signing_region = signing_region
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
        host, _, signing_region = rule.partition("@")
        return (self.filled(host), self.filled(signing_region or "*")) == (self.host, self.signing_region)

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
        if signing_region == self.region and "*" not in without:
            return host
        return f"{host}@{'^' if signing_region == self.signs['^'] else signing_region}"

    def rules(self):
        # A region may be there because it is the one asked for, or the partition's, or in any case.
        return {self.rule(): None, self.rule("*"): None, self.rule("*^"): None}


def endpoint(name, sign, partition, region, variant):
    """Host and region in signatures; ! where there is none."""
    fips, dual_stack = variant
    provider, parameters = endpoint_provider(name)
    values = {"AWS::Region": region, "AWS::UseFIPS": fips, "AWS::UseDualStack": dual_stack}
    arguments = {
        key: values.get(parameter.get("builtIn"), parameter.get("default"))
        for key, parameter in parameters.items()
        if parameter.get("builtIn") in values or "default" in parameter
    }
    try:
        endpoint = provider.resolve_endpoint(**arguments)
    except BotoCoreError:
        return "!", None
    host = endpoint.url.removeprefix("https://")
    assert "/" not in host, endpoint.url
    schemes = endpoint.properties.get("authSchemes") or [{}]
    scheme = next((scheme for scheme in schemes if scheme.get("name", "sigv4") == "sigv4"), {})
    assert scheme.get("signingName", sign) == sign, (name, scheme)
    return host, scheme.get("signingRegion", region)


PROVIDERS = {}


def endpoint_provider(name):
    if name not in PROVIDERS:
        rules = LOADER.load_service_model(name, "endpoint-rule-set-1")
        PROVIDERS[name] = (EndpointProvider(rules, PARTITIONS), rules["parameters"])
    return PROVIDERS[name]


# Parameters and answers of the query protocols


def query_table(names):
    text = SOURCE + (
        "# service, and how its parameters and answers differ from the protocol's rule:\n"
        "#   >NAME=WIRE            a parameter's name in the request\n"
        "#   >NAME[]=WIRE.ITEM     a list's, and that of its items; without ITEM they are numbered as WIRE.1\n"
        "#   >NAME{}=WIRE:KEY:VALUE   a map's whose entries are WIRE.entry.1.KEY\n"
        "#   <NAME[] <NAME[]=ITEM  an element of an answer that is a list; * stands for elements without one around\n"
        "#   <NAME{} <NAME{}=KEY:VALUE   … that is a map\n"
        "# Where a name means different things, the rarer ones have the action and the path before them.\n"
    )
    for name in names:
        metadata = LOADER.load_service_model(name, "service-2")["metadata"]
        protocol = protocol_of(metadata)
        if protocol in ("query", "ec2") and metadata["signatureVersion"] in SIGNATURES:
            service = ServiceModel(LOADER.load_service_model(name, "service-2"), name)
            fields = [">" + rule for rule in rules_of_parameters(service, protocol)]
            fields += ["<" + rule for rule in rules_of_answers(service, protocol)]
            text += "\t".join([name, *fields]) + "\n"
    return text


def rules_of_parameters(service, protocol):
    def form(name, shape):
        of_member = shape.serialization
        if protocol == "ec2":
            wire = of_member.get("name", name)
            wire = of_member.get("queryName") or wire[:1].upper() + wire[1:]
        else:
            wire = of_member.get("name", name)
        if shape.type_name == "list":
            if protocol == "ec2":
                return name + "[]", wire
            item = shape.member.serialization.get("name")
            if of_member.get("flattened"):
                return name + "[]", item or wire
            return name + "[]", f"{wire}.{item or 'member'}"
        if shape.type_name == "map":
            assert protocol == "query" and not of_member.get("flattened"), name
            return name + "{}", ":".join([wire, *key_and_value(shape)])
        return name + ("{}" if shape.type_name == "structure" else ""), wire

    def usual(key):
        name = key.rstrip("[]{}")
        return f"{name}.member" if key.endswith("[]") and protocol == "query" else name

    return shortest_rules(occurrences(service, "input_shape", form), usual)


def rules_of_answers(service, protocol):
    usual_item = "item" if protocol == "ec2" else "member"

    def form(name, shape):
        wire = shape.serialization.get("name", name)
        if shape.type_name == "list":
            if shape.serialization.get("flattened"):
                return shape.member.serialization.get("name", wire), "[]=*"
            item = shape.member.serialization.get("name", "member")
            return wire, "[]" if item == usual_item else f"[]={item}"
        if shape.type_name == "map":
            assert not shape.serialization.get("flattened"), name
            names = ":".join(key_and_value(shape))
            return wire, "{}" if names == "key:value" else "{}=" + names
        return wire, "-"

    def usual(key):
        return "[]" if protocol == "ec2" and key.endswith("Set") else "-"

    rules = shortest_rules(occurrences(service, "output_shape", form), usual)
    return [rule.replace("=", "", 1) for rule in rules]


def key_and_value(shape):
    return shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")


def occurrences(service, side, form):
    """(action, path, key, form) of every member."""
    for action in service.operation_names:
        shape = getattr(service.operation_model(action), side)
        if shape:
            yield from members(shape, action, form, ())


def members(shape, path, form, around):
    if shape.name in around:
        return
    around += (shape.name,)
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            key, value = form(name, member)
            yield path, key, value
            yield from members(member, f"{path}.{key.rstrip('[]{}')}", form, around)
    elif shape.type_name == "list":
        yield from members(shape.member, path, form, around)
    elif shape.type_name == "map":
        yield from members(shape.value, path, form, around)


def shortest_rules(found, usual):
    by_key = collections.defaultdict(lambda: collections.defaultdict(dict))
    for path, key, value in found:
        by_key[key][value][path] = None
    rules, exceptions = [], []
    for key, by_value in sorted(by_key.items()):
        most = max(by_value, key=lambda value: (len(by_value[value]), value == usual(key), value))
        if most != usual(key):
            rules.append(f"{key}={most}")
        for value, paths in sorted(by_value.items()):
            if value != most:
                exceptions += [f"{path}.{key}={value}" for path in paths]
    return rules + exceptions


if __name__ == "__main__":
    [folder] = map(pathlib.Path, sys.argv[1:])
    names = LOADER.list_available_services("service-2")
    (folder / "partitions.txt").write_text(partitions_table())
    (folder / "services.txt").write_text(services_table(names))
    (folder / "query.txt").write_text(query_table(names))
