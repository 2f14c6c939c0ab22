"""What the AWS SDK for Python makes of pages and waiters: `pages.py URL SERVICE pages|wait NAME PARAMETERS` prints JSON."""

import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import PaginationError, WaiterError

url, service, what, name, parameters = sys.argv[1:]
session = botocore.session.get_session()
session.set_credentials("AKIDEXAMPLE", "hush-secret")
config = Config(s3={"addressing_style": "path"}, retries={"mode": "standard"})
client = session.create_client(service, "eu-central-1", endpoint_url=url, config=config)
parameters = json.loads(parameters)


def pages():
    method = next(method for method, operation in client.meta.method_to_api_mapping.items() if operation == name)
    paginator = client.get_paginator(method)
    found = []
    try:
        for page in paginator.paginate(**parameters):
            del page["ResponseMetadata"]
            found.append(page)
    except PaginationError:
        found.append("repeated")
    return found


def wait():
    waiter = next(waiter for waiter in client.waiter_names if waiter.replace("_", "") == name.lower())
    try:
        client.get_waiter(waiter).wait(**parameters, WaiterConfig={"Delay": 0.01, "MaxAttempts": 4})
        return "reached"
    except WaiterError as error:
        return "late" if "Max attempts" in str(error) else "failed"


print(json.dumps(pages() if what == "pages" else wait()))
