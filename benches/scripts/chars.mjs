export function handler(event) {
    let rows = 0;
    let cells = 0;
    let longest = "";
    let cell = "";
    let quoted = false;
    for (const char of event.text) {
        if (char === '"') {
            quoted = !quoted;
        } else if (quoted) {
            cell += char;
        } else if (char === "," || char === "\n") {
            cells += 1;
            if (cell.length > longest.length) {
                longest = cell;
            }
            cell = "";
            if (char === "\n") {
                rows += 1;
            }
        } else {
            cell += char;
        }
    }
    return { rows, cells, longest };
}
