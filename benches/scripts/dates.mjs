export function handler(event) {
    let valid = 0;
    let days = 0;
    for (const date of event.dates) {
        const parts = date.split("-");
        if (parts.length !== 3) {
            continue;
        }
        const year = parseInt(parts[0], 10);
        const month = parseInt(parts[1], 10);
        const day = parseInt(parts[2], 10);
        if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) {
            continue;
        }
        valid += 1;
        days += day;
    }
    return { valid, days };
}

function daysIn(year, month) {
    switch (month) {
        case 2: return isLeap(year) ? 29 : 28;
        case 4: case 6: case 9: case 11: return 30;
        default: return 31;
    }
}

function isLeap(year) {
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
