import json


def handler(event):
    failures = []
    customers = {}
    for record in event["Records"]:
        order = json.loads(record["body"])
        if problem(order) is not None:
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        total = 0.0
        for item in order["items"]:
            total += item["price"] * item["quantity"]
        key = order["customer"].lower()
        if key in customers:
            customers[key]["total"] += total
            customers[key]["orders"] += 1
        else:
            customers[key] = {"orders": 1, "total": total}
    return {"batchItemFailures": failures, "customers": customers}


def problem(order):
    if not isinstance(order.get("id"), str) or len(order["id"]) == 0:
        return "no id"
    if not isinstance(order.get("items"), list) or len(order["items"]) == 0:
        return "no items"
    if "@" not in order["email"]:
        return "invalid email"
    for item in order["items"]:
        if item["quantity"] <= 0:
            return "invalid quantity"
        if item["price"] < 0.0:
            return "invalid price"
    return None
