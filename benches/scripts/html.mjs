export function handler(event) {
    let html = "<table>\n";
    let odd = false;
    for (const row of event.rows) {
        const cssClass = odd ? "odd" : "even";
        odd = !odd;
        html += `<tr class="${cssClass}"><td>${row.id}</td><td>${escape(row.name)}</td><td>${row.price}</td>`;
        if (row.tags.length > 0) {
            html += "<td>";
            for (const tag of row.tags) {
                html += "<b>" + tag.toUpperCase() + "</b> ";
            }
            html += "</td>";
        }
        html += "</tr>\n";
    }
    return html + "</table>\n";
}

function escape(text) {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
