"""Measures calls: boto.py OPERATION URL COUNT.

Prints the result of the first call, waits for a line, and prints the median of the milliseconds of later ones.
"""

import json
import statistics
import sys
import time

import boto3

operation, url, count = sys.argv[1:]


def get_item(client):
    return client.get_item(TableName="orders", Key={"id": {"S": "7"}})["Item"]["id"]["S"]


def get_object(client):
    return len(client.get_object(Bucket="photos", Key="a.jpg")["Body"].read())


def describe_instances(client):
    return client.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]


service, call = {
    "GetItem": ("dynamodb", get_item),
    "GetObject": ("s3", get_object),
    "DescribeInstances": ("ec2", describe_instances),
}[operation]
client = boto3.client(service, endpoint_url=url)
print(json.dumps(call(client)), flush=True)
sys.stdin.readline()
times = []
for _ in range(int(count)):
    start = time.perf_counter()
    call(client)
    times.append((time.perf_counter() - start) * 1e3)
print(statistics.median(times))
