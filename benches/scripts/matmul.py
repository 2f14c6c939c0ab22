def handler(event):
    n = event["n"]
    a = matrix(n, 1)
    b = matrix(n, 2)
    trace = 0.0
    for i in range(n):
        row = []
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += a[i][k] * b[k][j]
            row.append(total)
        trace += row[i]
    return trace


def matrix(n, seed):
    rows = []
    for i in range(n):
        row = []
        for j in range(n):
            row.append((i * 7 + j * 3 + seed) % 11 * 0.5)
        rows.append(row)
    return rows
