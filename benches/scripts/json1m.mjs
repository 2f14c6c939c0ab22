export function handler(event) {
    const orders = event.items
        .filter((order) => order.active && order.price > 100.0)
        .map((order) => ({
            id: order.id,
            name: order.name,
            total: order.price * order.quantity,
            row: order.tags[1],
            city: order.address.city,
        }));
    const rows = {};
    for (const order of orders) {
        if (order.row in rows) {
            rows[order.row].count += 1;
            rows[order.row].total += order.total;
        } else {
            rows[order.row] = { count: 1, total: order.total };
        }
    }
    const sum = orders.reduce((sum, order) => sum + order.total, 0.0);
    return { rows, sum, orders };
}
