export function handler(event) {
    const isPrime = new Array(event.n).fill(true);
    let count = 0;
    for (let i = 2; i < event.n; i++) {
        if (isPrime[i]) {
            count += 1;
            let multiple = i * i;
            while (multiple < event.n) {
                isPrime[multiple] = false;
                multiple += i;
            }
        }
    }
    return count;
}
