def handler(event):
    html = "<table>\n"
    odd = False
    for row in event["rows"]:
        css_class = "odd" if odd else "even"
        odd = not odd
        html += f'<tr class="{css_class}"><td>{row["id"]}</td><td>{escape(row["name"])}</td><td>{row["price"]}</td>'
        if row["tags"]:
            html += "<td>"
            for tag in row["tags"]:
                html += "<b>" + tag.upper() + "</b> "
            html += "</td>"
        html += "</tr>\n"
    return html + "</table>\n"


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
