def handler(event):
    total = 0
    for text in event["expressions"]:
        total += Parser(tokenize(text)).expression()
    return total


def tokenize(text):
    tokens = []
    number = None
    for char in text:
        if "0" <= char <= "9":
            number = (number or 0) * 10 + int(char)
            continue
        if number is not None:
            tokens.append({"kind": "number", "value": number})
            number = None
        if char != " ":
            tokens.append({"kind": char})
    if number is not None:
        tokens.append({"kind": "number", "value": number})
    tokens.append({"kind": "end"})
    return tokens


class Parser:
    def __init__(self, tokens):
        self.tokens = tokens
        self.position = 0

    def expression(self):
        value = self.term()
        while True:
            match self.tokens[self.position]["kind"]:
                case "+":
                    self.position += 1
                    value += self.term()
                case "-":
                    self.position += 1
                    value -= self.term()
                case _:
                    return value

    def term(self):
        value = self.factor()
        while self.tokens[self.position]["kind"] == "*":
            self.position += 1
            value *= self.factor()
        return value

    def factor(self):
        token = self.tokens[self.position]
        self.position += 1
        if token["kind"] == "number":
            return token["value"]
        value = self.expression()
        self.position += 1
        return value
