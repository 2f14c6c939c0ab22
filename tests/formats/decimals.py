"""Decimal numbers: those of Python, with more digits than there can be."""

import decimal
from decimal import Decimal

from comparison import RANDOM, run, same

CONTEXT = decimal.Context(prec=100, Emax=10**6, Emin=-(10**6))
LIMIT = 2**96
ROUNDINGS = ["half_up", "half_even", "half_down", "up", "down", "floor", "ceiling"]


def number(most=28):
    digits = RANDOM.choice([1, 2, 5, 10, 20, most])
    mantissa = RANDOM.randrange(10**digits)
    places = RANDOM.randrange(min(digits, 12) + 1)
    text = f"{mantissa:0{places + 1}d}"
    text = f"{text[:-places]}.{text[-places:]}" if places else text
    return RANDOM.choice(["", "-"]) + text


def make():
    special = ["0", "-0.00", "0.1", "0.2", "1", "79228162514264337593543950335", "0.0000000000000000000000000001", "12.30", "1e5", "2.5E-3"]
    numbers = [*special, *[number() for _ in range(60)]]
    pairs = [(RANDOM.choice(numbers), RANDOM.choice(numbers)) for _ in range(600)]
    operations = [[a, operator, b] for a, b in pairs for operator in ("+", "-", "*", "/", "%", "compare")]
    halves = ["0.5", "1.5", "2.5", "-0.5", "-1.5", "2.345", "-2.345", "0.05", "999.995", "-0.001", "1234567.891"]
    rounded = [[n, places, r] for n in [*halves, *[number(24) for _ in range(30)]] for places in (0, 1, 2) for r in ROUNDINGS]
    return {"operations": operations, "rounded": rounded}


def exact(value):
    """Whether it has no more digits than there can be."""
    for candidate in (value, value.normalize(CONTEXT)):
        _, digits, exponent = candidate.as_tuple()
        mantissa = int("".join(map(str, digits)) or "0") * 10 ** max(exponent, 0)
        if mantissa < LIMIT and -exponent <= 28:
            return True
    return False


def check(event, response):
    refused = 0
    for (a, operator, b), ours in zip(event["operations"], response["results"], strict=True):
        what = f"{a} {operator} {b}"
        x, y = Decimal(a), Decimal(b)
        if operator in "/%" and y == 0:
            yield from same(what, ours, "DecimalError")
        elif operator == "compare":
            yield from same(what, ours, str((x > y) - (x < y)))
        elif operator == "/":
            theirs = CONTEXT.divide(x, y)
            if ours == "DecimalError":
                yield from same(what, abs(theirs) > LIMIT / 2, True)
                continue
            _, _, exponent = Decimal(ours).as_tuple()
            error = abs(Decimal(ours) - theirs)
            # Rounded in the last digit that there is.
            yield from same(what, error <= Decimal(1).scaleb(-min(28, max(0, 27 - theirs.adjusted()))), True)
        else:
            theirs = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "%": CONTEXT.remainder}[operator](x, y)
            if ours == "DecimalError":
                refused += 1
                yield from same(what, operator != "%" and exact(theirs), False)
            else:
                yield from same(what, Decimal(ours), theirs)
    # Most have a result.
    yield from same("refused", refused < len(event["operations"]) / 3, True)
    for (number, places, rounding), ours, formatted in zip(event["rounded"], response["rounded"], response["formatted"], strict=True):
        quantum = Decimal(1).scaleb(-places)
        theirs = Decimal(number).quantize(quantum, rounding=f"ROUND_{rounding.upper()}", context=CONTEXT)
        what = f"{number} to {places} {rounding}"
        yield from same(what, Decimal(ours), theirs)
        yield from same(what, len(ours.partition(".")[2]), places)
        yield from same(what, formatted, f"{theirs + 0 if theirs else abs(theirs):,.{places}f}")


run(make, check)
