def handler(event):
    groups = {}
    for sale in event["sales"]:
        key = sale["region"] + "/" + sale["product"]
        group = groups.get(key) or {"count": 0, "amount": 0, "largest": 0}
        group["count"] += 1
        group["amount"] += sale["amount"]
        if sale["amount"] > group["largest"]:
            group["largest"] = sale["amount"]
        groups[key] = group
    keys = list(groups)
    keys.sort()
    report = []
    for key in keys:
        group = groups[key]
        mean = group["amount"] // group["count"]
        report.append({"key": key, "count": group["count"], "mean": mean, "largest": group["largest"]})
    return report
