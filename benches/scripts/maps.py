def handler(event):
    users = {}
    for i in range(event["n"]):
        user = f"user{i % 100}"
        day = f"day{i % 7}"
        if user not in users:
            users[user] = {"visits": 0, "days": {}}
        users[user]["visits"] += 1
        if day not in users[user]["days"]:
            users[user]["days"][day] = 0
        users[user]["days"][day] += i
    total = 0
    for user in users:
        for day in users[user]["days"]:
            total += users[user]["days"][day] % 1000
        total += users[user]["visits"]
    return total
