"""Writes the endpoint rules of services whose endpoints depend on more than a region. tools/aws-tables.py calls it.

A file has a line that says where it comes from, then where the parameters of the rules come from, then the rules:

    $NAME VALUE                       a parameter that has a value if nothing else is said
    [OPERATION.]MEMBER=PARAMETER      the member of an operation's parameters that is a parameter of the rules
    OPERATION PARAMETER PATH          the same, found with an expression of JMESPath
    ?FUNCTION ARGUMENT… [>NAME]       calls a function; its value gets a name. Arguments: $NAME, =STRING, #LINE (the value
                                      of another call), t, f, or an integer
    +CONDITIONS RULES                 the first of the rules that leads anywhere, if all the conditions are true
    *CONDITIONS URL SCHEMES HEADERS   an endpoint; SCHEMES are NAME,SERVICE,REGION
    !CONDITIONS MESSAGE               there is none

Fields are separated by tabs. CONDITIONS and RULES are numbers of lines that begin with one of ? + * !, from 0 and separated by
commas. The last line is the rule to begin with.
"""

# Services whose rules look at parameters of operations, at the account, or at settings beyond FIPS and dual stack, but for
# those whose parameters are fixed for each operation: these are in services.txt.
SERVICES = ["cloudfront-keyvaluestore", "dynamodb", "eventbridgev2", "events", "kinesis", "s3", "s3control", "sesv2", "sts"]


def tables(source, loader):
    """The files by their names."""
    return {f"endpoints-{name}.txt": source + section(name, loader) for name in SERVICES}


def section(name, loader):
    model = loader.load_service_model(name, "service-2")
    rules = loader.load_service_model(name, "endpoint-rule-set-1")
    lines = Lines()
    lines.rule({"conditions": [], "rules": rules["rules"], "type": "tree"})
    # Some parameters have no effect.
    used = {word for line in lines.lines for word in line.split("\t") if word.startswith("$")}
    usual = {key: entry["default"] for key, entry in rules["parameters"].items() if "default" in entry}
    defaults = [f"${key}\t{lines.argument(value)}" for key, value in usual.items()]
    return "\n".join([*defaults, *parameters(model, used), *lines.lines, ""])


def parameters(model, used):
    """Where the parameters of the rules come from. What all operations with a member agree on is said once."""
    found = {}
    for name, operation in model["operations"].items():
        shape = model["shapes"].get(operation.get("input", {}).get("shape"), {"members": {}})
        for member, entry in shape["members"].items():
            parameter = entry.get("contextParam", {}).get("name", "")
            found.setdefault(member, {})[name] = parameter if f"${parameter}" in used else ""
    for member, of in sorted(found.items()):
        if set(of.values()) == {""}:
            continue
        # An operation may have the member without a meaning for the endpoint.
        usual = max(set(of.values()), key=lambda value: (list(of.values()).count(value), value))
        if usual:
            yield f"{member}={usual}"
        yield from (f"{name}.{member}={value}" for name, value in of.items() if value != usual)
    for name, operation in model["operations"].items():
        for parameter, entry in operation.get("operationContextParams", {}).items():
            yield f"{name}\t{parameter}\t{entry['path']}"


class Lines:
    """Rules as lines, each of them once."""

    def __init__(self):
        self.lines, self.numbers = [], {}

    def line(self, *fields):
        text = "\t".join(fields)
        assert "\n" not in text
        if text not in self.numbers:
            self.numbers[text] = len(self.lines)
            self.lines.append(text)
        return str(self.numbers[text])

    def rule(self, rule):
        conditions = ",".join(self.function(condition) for condition in rule["conditions"])
        if rule["type"] == "tree":
            return self.line("+" + conditions, ",".join(map(self.rule, rule["rules"])))
        if rule["type"] == "error":
            return self.line("!" + conditions, rule["error"])
        endpoint = rule["endpoint"]
        properties = endpoint.get("properties", {})
        assert properties.keys() <= {"authSchemes", "backend", "metricValues"}, properties
        schemes = " ".join(map(self.scheme, properties.get("authSchemes", [])))
        headers = " ".join(f"{name}={values[0]}" for name, values in endpoint.get("headers", {}).items())
        url = endpoint["url"]
        return self.line("*" + conditions, url if isinstance(url, str) else self.argument(url), schemes, headers)

    @staticmethod
    def scheme(scheme):
        region = scheme.get("signingRegion") or " ".join(scheme.get("signingRegionSet", [""]))
        fields = [scheme["name"], scheme.get("signingName", ""), region]
        assert not any(" " in field or "," in field for field in fields), scheme
        return ",".join(fields)

    def function(self, function):
        assert function.keys() <= {"fn", "argv", "assign"}, function
        name = [f">{function['assign']}"] if "assign" in function else []
        return self.line("?" + function["fn"], *map(self.argument, function["argv"]), *name)

    def argument(self, value):
        if isinstance(value, bool):
            return "t" if value else "f"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, str):
            return f"={value}"
        return f"${value['ref']}" if "ref" in value else f"#{self.function(value)}"
