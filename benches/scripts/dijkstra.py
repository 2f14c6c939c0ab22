class Heap:
    def __init__(self):
        self.entries = []

    def add(self, distance, node):
        entries = self.entries
        entries.append([distance, node])
        i = len(entries) - 1
        while i > 0:
            parent = (i - 1) // 2
            if entries[parent][0] <= entries[i][0]:
                break
            entries[parent], entries[i] = entries[i], entries[parent]
            i = parent

    def take(self):
        entries = self.entries
        least = entries[0]
        last = entries.pop()
        count = len(entries)
        if count > 0:
            entries[0] = last
        i = 0
        while True:
            child = 2 * i + 1
            if child >= count:
                break
            if child + 1 < count and entries[child + 1][0] < entries[child][0]:
                child += 1
            if entries[i][0] <= entries[child][0]:
                break
            entries[i], entries[child] = entries[child], entries[i]
            i = child
        return least


def handler(event):
    roads = event["roads"]
    distances = {}
    heap = Heap()
    heap.add(0, event["from"])
    while heap.entries:
        entry = heap.take()
        node = entry[1]
        if node in distances:
            continue
        distances[node] = entry[0]
        for road in roads[node]:
            if road["to"] not in distances:
                heap.add(entry[0] + road["length"], road["to"])
    return distances
