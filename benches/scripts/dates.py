def handler(event):
    valid = 0
    days = 0
    for date in event["dates"]:
        parts = date.split("-")
        if len(parts) != 3:
            continue
        year = int(parts[0])
        month = int(parts[1])
        day = int(parts[2])
        if month < 1 or month > 12 or day < 1 or day > days_in(year, month):
            continue
        valid += 1
        days += day
    return {"valid": valid, "days": days}


def days_in(year, month):
    match month:
        case 2 if is_leap(year):
            return 29
        case 2:
            return 28
        case 4 | 6 | 9 | 11:
            return 30
        case _:
            return 31


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
