export function handler(event) {
    const failures = [];
    const customers = {};
    for (const record of event.Records) {
        const order = JSON.parse(record.body);
        if (problem(order) !== null) {
            failures.push({ itemIdentifier: record.messageId });
            continue;
        }
        let total = 0.0;
        for (const item of order.items) {
            total += item.price * item.quantity;
        }
        const key = order.customer.toLowerCase();
        if (key in customers) {
            customers[key].total += total;
            customers[key].orders += 1;
        } else {
            customers[key] = { orders: 1, total };
        }
    }
    return { batchItemFailures: failures, customers };
}

function problem(order) {
    if (typeof order.id !== "string" || order.id.length === 0) {
        return "no id";
    }
    if (!Array.isArray(order.items) || order.items.length === 0) {
        return "no items";
    }
    if (!order.email.includes("@")) {
        return "invalid email";
    }
    for (const item of order.items) {
        if (item.quantity <= 0) {
            return "invalid quantity";
        }
        if (item.price < 0.0) {
            return "invalid price";
        }
    }
    return null;
}
