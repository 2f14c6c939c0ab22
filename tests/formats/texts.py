"""HTML and CSV: Python's standard library."""

import csv
import html
import html.entities
import io

from comparison import RANDOM, run, same


def make():
    # Python also takes names without a semicolon.
    references = [f"&{name}" for name in html.entities.html5 if name.endswith(";")]
    references += ["&#65;", "&#x41;", "&#X1F600;", "&#8364;", "& &amp; &amp;amp; &;", "&#;", "a&lt;b&gt;c", ""]
    texts = ["", "<a href=\"x\">'&'</a>", "ü€😀", "&" * 1000]
    return {"references": references, "texts": texts, "tables": tables()}


def tables():
    fields = ["", "a", "b c", 'q"q', "x,y", "two\nlines", "ü", " ", "'", "1.5"]
    tables = []
    for _ in range(30):
        output = io.StringIO()
        writer = csv.writer(output, lineterminator=RANDOM.choice(["\n", "\r\n"]), quoting=RANDOM.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
        for _ in range(RANDOM.randrange(1, 8)):
            writer.writerow([RANDOM.choice(fields) for _ in range(3)])
        tables.append(output.getvalue())
    return tables


def check(event, response):
    for text, ours in zip(event["references"], response["unescaped"], strict=True):
        yield from same(text, ours, html.unescape(text))
    for text, ours in zip(event["texts"], response["escaped"], strict=True):
        yield from same(text, ours, html.escape(text).replace("&#x27;", "&#39;"))
    for table, ours in zip(event["tables"], response["rows"], strict=True):
        yield from same(table, ours, list(csv.reader(io.StringIO(table))))


run(make, check)
