"""YAML: what PyYAML writes and reads. It reads YAML 1.1, so what differs from 1.2 there is left out."""

import math

import yaml

from comparison import RANDOM, run, same

DOCUMENTS = [
    "a: 1\nb:\n  - x\n  - y: 2\n    z: [1, 2.5, {k: v}]\n",
    "text: |\n  two\n  lines\nfolded: >-\n  one\n  line\n\n  more\nkeep: |+\n  x\n\nend: 1\n",
    "base: &b {x: 1, y: 2}\nother:\n  <<: *b\n  y: 3\nlist: [*b, *b]\n",
    "'quoted ''single''': \"double \\\"x\\\" \\u00e9 \\n\"\n? complex key\n: value\n",
    "---\n# a comment\n- 'it''s'\n- \"tab\\t\"\n- null\n- ~\n-\n- true\n- -17\n- 1.5e+3\n- .inf\n",
    "plain multi\n  line scalar\n",
    "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: my-bucket\n",
    "jobs:\n  build:\n    steps:\n    - uses: actions/checkout@v4\n    - run: |\n        make\n        make test\n",
    "[]", "{}", "\"\"", "a: []\nb: {}\n", "- - - 1\n    - 2\n- 3\n",
    "str: !!str 12\nint: !!int 3\nfloat: !!float 3\nbin: !!binary aGVsbG8=\n",
    "é: ü\nemoji: 😀\n",
]
STRINGS = [
    "", " ", "a", "yes", "No", "null", "~", "1", "1.5", "0x1f", "-", "- a", "a: b", "a #b", "#a", "&a", "*a", "!a", "%a", "@a", "`a",
    "'", '"', "\\", "two\nlines", "two\nlines\n", "end\n\n", " lead\nx", "\nlead", "trail \nx", "tab\t", "\u00e9\u20ac", "\U0001f600",
    "\x00\x1b\x7f", "\u0085\u2028\ufeff", "a" * 300, "{x}", "[x]", "a,b", "2026-11-22", "12:30", "1_000", "=", "<<", "---", "...", "a\r\nb",
    "...\nx", "---\nx", ".5", "+1", "true", "a:", ":a", "?", "? a", "|", ">", "x: |\n y", "012",
]


def value(depth):
    kind = RANDOM.random()
    if depth == 0 or kind < 0.3:
        return RANDOM.choice([*STRINGS, 0, -5, 2**53, 1.5, -0.25, 1e300, 1e-7, True, False, None])
    if kind < 0.6:
        return [value(depth - 1) for _ in range(RANDOM.randrange(4))]
    return {RANDOM.choice(STRINGS): value(depth - 1) for _ in range(RANDOM.randrange(4))}


def make():
    values = [STRINGS, dict.fromkeys(STRINGS, 1), *[value(4) for _ in range(150)]]
    dumped = [yaml.safe_dump(v, allow_unicode=RANDOM.random() < 0.5) for v in values]
    return {"documents": [*DOCUMENTS, *dumped], "values": values}


def plain(value):
    """As JSON has it."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    if isinstance(value, float) and math.isinf(value):
        return None
    return value


def check(event, response):
    for yaml_text, ours in zip(event["documents"], response["decoded"], strict=True):
        yield from same(yaml_text, ours, plain(yaml.safe_load(yaml_text)))
    for given, ours in zip(event["values"], response["encoded"], strict=True):
        yield from same(ours, yaml.safe_load(ours), given)


run(make, check)
