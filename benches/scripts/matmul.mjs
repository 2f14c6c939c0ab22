export function handler(event) {
    const n = event.n;
    const a = matrix(n, 1);
    const b = matrix(n, 2);
    let trace = 0.0;
    for (let i = 0; i < n; i++) {
        const row = [];
        for (let j = 0; j < n; j++) {
            let sum = 0.0;
            for (let k = 0; k < n; k++) {
                sum += a[i][k] * b[k][j];
            }
            row.push(sum);
        }
        trace += row[i];
    }
    return trace;
}

function matrix(n, seed) {
    const rows = [];
    for (let i = 0; i < n; i++) {
        const row = [];
        for (let j = 0; j < n; j++) {
            row.push(((i * 7 + j * 3 + seed) % 11) * 0.5);
        }
        rows.push(row);
    }
    return rows;
}
