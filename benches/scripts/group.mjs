export function handler(event) {
    const groups = {};
    for (const sale of event.sales) {
        const key = sale.region + "/" + sale.product;
        const group = groups[key] ?? { count: 0, amount: 0, largest: 0 };
        group.count += 1;
        group.amount += sale.amount;
        if (sale.amount > group.largest) {
            group.largest = sale.amount;
        }
        groups[key] = group;
    }
    const keys = Object.keys(groups);
    keys.sort();
    const report = [];
    for (const key of keys) {
        const group = groups[key];
        const mean = Math.trunc(group.amount / group.count);
        report.push({ key, count: group.count, mean, largest: group.largest });
    }
    return report;
}
