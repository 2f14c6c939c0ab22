function walk(value, path, counts) {
    if (Array.isArray(value)) {
        for (const item of value) {
            counts = walk(item, path + "[]", counts);
        }
    } else if (typeof value === "object" && value !== null) {
        for (const key of Object.keys(value)) {
            counts = walk(value[key], path + "." + key, counts);
        }
    } else {
        counts[path] = (counts[path] ?? 0) + 1;
    }
    return counts;
}

export function handler(event) {
    return walk(event.document, "$", {});
}
