"""Evaluates random feature flags with Powertools for AWS Lambda.

usage: flags.py < {"seed": 1, "count": 100}

Prints the cases: a document as JSON, a context, the time in milliseconds since 1970, and for each feature its value; or
`null` for documents that are not valid.
"""

import json
import logging
import random
import sys
import warnings
from datetime import datetime, timezone

from aws_lambda_powertools.utilities.feature_flags import FeatureFlags, comparators
from aws_lambda_powertools.utilities.feature_flags.exceptions import SchemaValidationError
from aws_lambda_powertools.utilities.feature_flags.schema import RuleAction

warnings.simplefilter("ignore")
settings = json.load(sys.stdin)
chance = random.Random(settings["seed"])

KEYS = ["tier", "age", "tags", "name", "extra"]
ZONES = ["UTC", "Europe/Zurich", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", ""]
DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
now = None


class Frozen(datetime):
    @classmethod
    def now(cls, tz=None):
        return now.astimezone(tz)


comparators.datetime = Frozen


def scalar():
    return chance.choice(
        ["gold", "go", "ld", "", "é", 0, 1, 2, -7, 10, 1.0, 2.5, -0.5, True, False, None, "1", 10**15, 1e300]
    )


def value(depth=0):
    kind = chance.random()
    if kind < 0.6 or depth > 1:
        return scalar()
    if kind < 0.85:
        return [value(depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(["gold", "a", "1"]): value(depth + 1) for _ in range(chance.randrange(3))}


def clock():
    return f"{chance.randrange(24):02}:{chance.randrange(60):02}"


def moment():
    text = f"{chance.choice([2025, 2026, 2027])}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return text + chance.choice(["", f"T{clock()}:00", f"T{clock()}:30.25", f" {clock()}"])


def near(given):
    """A value with which the context's is likely to match."""
    part = given[:2] if isinstance(given, (str, list)) else given
    return chance.choice([given, given, [given, 1], part, str(given)])


def condition(context):
    action = chance.choice(list(RuleAction)).value
    key = chance.choice(KEYS)
    zone = {"TIMEZONE": chance.choice(ZONES)} if chance.random() < 0.7 else {}
    if action == "SCHEDULE_BETWEEN_TIME_RANGE":
        key, wanted = "CURRENT_TIME", {"START": clock(), "END": clock(), **zone}
    elif action == "SCHEDULE_BETWEEN_DATETIME_RANGE":
        key, wanted = "CURRENT_DATETIME", {"START": moment(), "END": moment(), **zone}
    elif action == "SCHEDULE_BETWEEN_DAYS_OF_WEEK":
        key, wanted = "CURRENT_DAY_OF_WEEK", {"DAYS": chance.sample(DAYS, chance.randrange(6)), **zone}
    elif action == "MODULO_RANGE":
        base = chance.randrange(1, 6)
        start = chance.randrange(base)
        wanted = {"BASE": base, "START": start, "END": chance.randrange(start, base)}
    elif action in ("ALL_IN_VALUE", "ANY_IN_VALUE", "NONE_IN_VALUE"):
        wanted = [value(1) for _ in range(chance.randrange(4))]
        if isinstance(context.get(key), list) and chance.random() < 0.7:
            wanted += context[key]
    else:
        wanted = near(context[key]) if key in context and chance.random() < 0.8 else value()
        wanted = scalar() if wanted is None else wanted
    condition = {"action": action, "key": key, "value": wanted}
    if chance.random() < 0.01:
        condition.pop(chance.choice(list(condition)))
    return condition


def feature(context):
    is_boolean = chance.random() < 0.5
    answer = (lambda: chance.random() < 0.5) if is_boolean else value
    feature = {"default": answer()}
    if not is_boolean:
        feature["boolean_type"] = False
    if chance.random() < 0.9:
        names = chance.sample(["z", "a", "m", "B", "é", "rules"], chance.randrange(5))
        feature["rules"] = {
            name: {"when_match": answer(), "conditions": [condition(context) for _ in range(chance.randrange(1, 3))]}
            for name in names
        }
    if chance.random() < 0.01:
        feature[chance.choice(["default", "boolean_type"])] = value()
    return feature


class Store:
    def __init__(self, features):
        self.features = features

    def get_configuration(self):
        return self.features


cases = []
for _ in range(settings["count"]):
    context = {key: value() for key in chance.sample(KEYS, chance.randrange(2, len(KEYS) + 1))}
    features = {name: feature(context) for name in chance.sample(["f", "g", "rules", "h"], chance.randrange(1, 4))}
    milliseconds = chance.randrange(1_735_000_000_000, 1_830_000_000_000)
    now = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    flags = FeatureFlags(Store(features), logger=logging.getLogger("quiet"))
    try:
        values = {name: flags.evaluate(name=name, context=context, default="none") for name in [*features, "unknown"]}
        enabled = sorted(flags.get_enabled_features(context=context))
        expected = {"values": values, "enabled": enabled}
    except SchemaValidationError:
        expected = None
    document = json.dumps(features)
    cases.append({"document": document, "context": context, "now": milliseconds, "expected": expected})
print(json.dumps(cases))
