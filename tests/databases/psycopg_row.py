"""Prints the first row of a query as psycopg reads it, as JSON.

Arguments: the URL of the database, and the query.
"""

import datetime
import decimal
import json
import sys
import uuid

import psycopg


def plain(value):
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=datetime.timezone.utc)
        spec = "milliseconds" if value.microsecond and value.microsecond % 1000 == 0 else "auto"
        return value.isoformat(timespec=spec).replace("+00:00", "Z")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


url, query = sys.argv[1:]
with psycopg.connect(url, options="-c TimeZone=UTC") as connection:
    row = connection.execute(query).fetchone()
print(json.dumps([plain(value) for value in row]))
