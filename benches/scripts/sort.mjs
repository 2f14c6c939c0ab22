export function handler(event) {
    const records = [];
    let seed = 42;
    for (let i = 0; i < event.n; i++) {
        seed = (seed * 1103515 + 12345) % 2147483;
        records.push({ id: i, rank: seed % 100, score: seed });
    }
    records.sort((a, b) => (a.rank !== b.rank ? a.rank - b.rank : b.score - a.score));
    return records.slice(0, 10).map((record) => record.score);
}
