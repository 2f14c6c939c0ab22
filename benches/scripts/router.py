def handler(event):
    routes = []
    for text in event["routes"]:
        parts = text.split(" ")
        routes.append({"method": parts[0], "pattern": parts[1].split("/")})
    matched = 0
    ids = 0
    for request in event["requests"]:
        parts = request["path"].split("/")
        for route in routes:
            if route["method"] != request["method"]:
                continue
            parameters = match_route(route["pattern"], parts)
            if parameters is not None:
                matched += 1
                if "id" in parameters:
                    ids += len(parameters["id"])
                break
    return {"matched": matched, "ids": ids}


def match_route(pattern, parts):
    if len(pattern) != len(parts):
        return None
    parameters = {}
    for i in range(len(parts)):
        expected = pattern[i]
        if expected.startswith(":"):
            parameters[expected[1:]] = parts[i]
        elif expected != parts[i]:
            return None
    return parameters
