export function handler(event) {
    const counts = {};
    for (const word of event.text.split(" ")) {
        const key = word.toLowerCase();
        counts[key] = (counts[key] ?? 0) + 1;
    }
    const words = [];
    for (const word of Object.keys(counts)) {
        words.push({ word, count: counts[word] });
    }
    words.sort((a, b) => (a.count !== b.count ? b.count - a.count : a.word < b.word ? -1 : 1));
    return words.slice(0, 20);
}
