export function handler(event) {
    let sum = 0;
    for (const text of event.expressions) {
        sum += new Parser(tokenize(text)).expression();
    }
    return sum;
}

function tokenize(text) {
    const tokens = [];
    let number = null;
    for (const char of text) {
        if (char >= "0" && char <= "9") {
            number = (number ?? 0) * 10 + parseInt(char, 10);
            continue;
        }
        if (number !== null) {
            tokens.push({ kind: "number", value: number });
            number = null;
        }
        if (char !== " ") {
            tokens.push({ kind: char });
        }
    }
    if (number !== null) {
        tokens.push({ kind: "number", value: number });
    }
    tokens.push({ kind: "end" });
    return tokens;
}

class Parser {
    constructor(tokens) {
        this.tokens = tokens;
        this.position = 0;
    }

    expression() {
        let value = this.term();
        for (;;) {
            switch (this.tokens[this.position].kind) {
                case "+":
                    this.position += 1;
                    value += this.term();
                    break;
                case "-":
                    this.position += 1;
                    value -= this.term();
                    break;
                default:
                    return value;
            }
        }
    }

    term() {
        let value = this.factor();
        while (this.tokens[this.position].kind === "*") {
            this.position += 1;
            value *= this.factor();
        }
        return value;
    }

    factor() {
        const token = this.tokens[this.position];
        this.position += 1;
        if (token.kind === "number") {
            return token.value;
        }
        const value = this.expression();
        this.position += 1;
        return value;
    }
}
