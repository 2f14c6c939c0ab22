def handler(event):
    rows = 0
    cells = 0
    longest = ""
    cell = ""
    quoted = False
    for char in event["text"]:
        if char == '"':
            quoted = not quoted
        elif quoted:
            cell += char
        elif char == "," or char == "\n":
            cells += 1
            if len(cell) > len(longest):
                longest = cell
            cell = ""
            if char == "\n":
                rows += 1
        else:
            cell += char
    return {"rows": rows, "cells": cells, "longest": longest}
