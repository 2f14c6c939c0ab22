from functools import cmp_to_key


def handler(event):
    counts = {}
    for word in event["text"].split(" "):
        key = word.lower()
        counts[key] = counts.get(key, 0) + 1
    words = []
    for word in counts:
        words.append({"word": word, "count": counts[word]})
    words.sort(key=cmp_to_key(compare))
    return words[:20]


def compare(a, b):
    if a["count"] != b["count"]:
        return b["count"] - a["count"]
    return -1 if a["word"] < b["word"] else 1
