class Heap {
    entries = [];

    add(distance, node) {
        const entries = this.entries;
        entries.push([distance, node]);
        let i = entries.length - 1;
        while (i > 0) {
            const parent = (i - 1) >> 1;
            if (entries[parent][0] <= entries[i][0]) {
                break;
            }
            const entry = entries[parent];
            entries[parent] = entries[i];
            entries[i] = entry;
            i = parent;
        }
    }

    take() {
        const entries = this.entries;
        const least = entries[0];
        const last = entries.pop();
        const count = entries.length;
        if (count > 0) {
            entries[0] = last;
        }
        let i = 0;
        for (;;) {
            let child = 2 * i + 1;
            if (child >= count) {
                break;
            }
            if (child + 1 < count && entries[child + 1][0] < entries[child][0]) {
                child += 1;
            }
            if (entries[i][0] <= entries[child][0]) {
                break;
            }
            const entry = entries[i];
            entries[i] = entries[child];
            entries[child] = entry;
            i = child;
        }
        return least;
    }
}

export function handler(event) {
    const roads = event.roads;
    const distances = {};
    const heap = new Heap();
    heap.add(0, event.from);
    while (heap.entries.length > 0) {
        const entry = heap.take();
        const node = entry[1];
        if (node in distances) {
            continue;
        }
        distances[node] = entry[0];
        for (const road of roads[node]) {
            if (!(road.to in distances)) {
                heap.add(entry[0] + road.length, road.to);
            }
        }
    }
    return distances;
}
