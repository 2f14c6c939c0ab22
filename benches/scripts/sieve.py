def handler(event):
    is_prime = [True] * event["n"]
    count = 0
    for i in range(2, event["n"]):
        if is_prime[i]:
            count += 1
            multiple = i * i
            while multiple < event["n"]:
                is_prime[multiple] = False
                multiple += i
    return count
