export function handler(event) {
    const users = {};
    for (let i = 0; i < event.n; i++) {
        const user = `user${i % 100}`;
        const day = `day${i % 7}`;
        if (!(user in users)) {
            users[user] = { visits: 0, days: {} };
        }
        users[user].visits += 1;
        if (!(day in users[user].days)) {
            users[user].days[day] = 0;
        }
        users[user].days[day] += i;
    }
    let sum = 0;
    for (const user of Object.keys(users)) {
        for (const day of Object.keys(users[user].days)) {
            sum += users[user].days[day] % 1000;
        }
        sum += users[user].visits;
    }
    return sum;
}
