export function handler(event) {
    let sum = 0;
    let i = 0;
    while (i < event.n) {
        if (i % 3 === 0) {
            sum += i * 2;
        } else {
            sum -= 1;
        }
        i += 1;
    }
    for (let j = 0; j < event.n; j++) {
        sum += j % 7;
    }
    return sum;
}
