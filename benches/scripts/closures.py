from functools import reduce


def handler(event):
    rate = event["raise"]
    adults = [person for person in event["people"] if person["age"] >= 18]
    salaries = [person["salary"] * rate for person in adults if person["active"]]
    total = reduce(lambda total, salary: total + salary, salaries, 0.0)
    highest = reduce(lambda most, salary: salary if salary > most else most, salaries, 0.0)
    return {
        "adults": len(adults),
        "total": total,
        "highest": highest,
        "names": [person["name"].upper() for person in adults if person["salary"] > 90000.0],
        "anyone_over_80": any(person["age"] > 80 for person in adults),
        "all_named": all(len(person["name"]) > 0 for person in adults),
    }
