from functools import cmp_to_key


def handler(event):
    records = []
    seed = 42
    for i in range(event["n"]):
        seed = (seed * 1103515 + 12345) % 2147483
        records.append({"id": i, "rank": seed % 100, "score": seed})
    records.sort(key=cmp_to_key(compare))
    return [record["score"] for record in records[:10]]


def compare(a, b):
    return a["rank"] - b["rank"] if a["rank"] != b["rank"] else b["score"] - a["score"]
