def handler(event):
    total = 0
    i = 0
    while i < event["n"]:
        if i % 3 == 0:
            total += i * 2
        else:
            total -= 1
        i += 1
    for j in range(event["n"]):
        total += j % 7
    return total
