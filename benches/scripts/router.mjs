export function handler(event) {
    const routes = [];
    for (const text of event.routes) {
        const parts = text.split(" ");
        routes.push({ method: parts[0], pattern: parts[1].split("/") });
    }
    let matched = 0;
    let ids = 0;
    for (const request of event.requests) {
        const parts = request.path.split("/");
        for (const route of routes) {
            if (route.method !== request.method) {
                continue;
            }
            const parameters = matchRoute(route.pattern, parts);
            if (parameters !== null) {
                matched += 1;
                if ("id" in parameters) {
                    ids += parameters.id.length;
                }
                break;
            }
        }
    }
    return { matched, ids };
}

function matchRoute(pattern, parts) {
    if (pattern.length !== parts.length) {
        return null;
    }
    const parameters = {};
    for (let i = 0; i < parts.length; i++) {
        const expected = pattern[i];
        if (expected.startsWith(":")) {
            parameters[expected.substring(1)] = parts[i];
        } else if (expected !== parts[i]) {
            return null;
        }
    }
    return parameters;
}
