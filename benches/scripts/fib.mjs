export function handler(event) {
    return fib(event.n);
}

function fib(n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}
