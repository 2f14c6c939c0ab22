def walk(value, path, counts):
    if isinstance(value, dict):
        for key in value:
            counts = walk(value[key], path + "." + key, counts)
    elif isinstance(value, list):
        for item in value:
            counts = walk(item, path + "[]", counts)
    else:
        counts[path] = counts.get(path, 0) + 1
    return counts


def handler(event):
    return walk(event["document"], "$", {})
