def handler(event):
    totals = []
    for customer in event["customers"]:
        total = 0.0
        weight = 0.0
        for item in event["items"]:
            price = item["price"] * item["quantity"]
            if item["quantity"] >= 10:
                price *= 0.95
            match customer["level"]:
                case "gold":
                    price *= 0.85
                case "silver":
                    price *= 0.92
                case _:
                    price *= 1.0
            total += price
            weight += item["weight"] * item["quantity"]
        match customer["country"]:
            case "CH":
                shipping = 9.0 + weight * 0.1
            case "DE" | "FR":
                shipping = 12.0 + weight * 0.15
            case _:
                shipping = 35.0 + weight * 0.4
        if total > 500.0:
            shipping = 0.0
        match customer["country"]:
            case "CH":
                rate = 0.081
            case "DE":
                rate = 0.19
            case "FR":
                rate = 0.2
            case _:
                rate = 0.0
        totals.append({"id": customer["id"], "total": (total + shipping) * (1.0 + rate)})
    return totals
