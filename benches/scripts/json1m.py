from functools import reduce


def handler(event):
    orders = [
        {
            "id": order["id"],
            "name": order["name"],
            "total": order["price"] * order["quantity"],
            "row": order["tags"][1],
            "city": order["address"]["city"],
        }
        for order in event["items"]
        if order["active"] and order["price"] > 100.0
    ]
    rows = {}
    for order in orders:
        if order["row"] in rows:
            rows[order["row"]]["count"] += 1
            rows[order["row"]]["total"] += order["total"]
        else:
            rows[order["row"]] = {"count": 1, "total": order["total"]}
    total = reduce(lambda total, order: total + order["total"], orders, 0.0)
    return {"rows": rows, "sum": total, "orders": orders}
