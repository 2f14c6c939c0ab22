"""Types at `rhambda repl`. Arguments: the program, and a folder with lib.rhai."""

import os
import sys

import pexpect

rhambda, folder = sys.argv[1:]
state = os.path.join(folder, "state")
PROMPT = "> "


def start(*options):
    environment = {**os.environ, "XDG_STATE_HOME": state, "TERM": "xterm", "NO_COLOR": "1"}
    arguments = ["repl", "--dir", folder, *options]
    child = pexpect.spawn(rhambda, arguments, env=environment, timeout=60, encoding="utf-8", dimensions=(40, 200))
    child.expect("Ctrl-D ends")
    child.expect(PROMPT)
    return child


def shows(child, text, value):
    child.sendline(text)
    child.expect_exact(value)
    child.expect("\n")


# Values, variables, functions over several lines, imports.
child = start()
shows(child, "40 + 1", "41")
shows(child, "let x = _ + 1; x", "42")
child.send("fn add(a, b) {\r")
child.send("a + b\r")
child.send("}\r")
shows(child, "add(x, 1000)", "1042")
shows(child, 'import "lib" as lib; lib::twice(2000)', "4000")
shows(child, "lib::twice(3000)", "6000")
shows(child, "x.nope", "error[")

# Ctrl-C stops what runs, also what waits, and forgets what is typed.
for endless in ["loop {}", "let i = 0; while true { i += 1; }", "sleep(1000)"]:
    child.sendline(endless)
    child.expect_exact(endless)
    child.expect("\n")
    pexpect.run("sleep 0.5")
    child.sendintr()
    child.expect("interrupted|InterruptedError")
child.send("let half = ")
child.sendintr()
shows(child, "x + 100000", "100042")

# Tab completes commands, names, methods, functions of modules, and own functions.
for typed, completed in [(":he", ":help"), ("json::enc", "json::encode"), ('"a".to_up', '"a".to_upper'), ("ad", "add")]:
    child.send(typed + "\t")
    child.expect_exact(completed)
    child.sendintr()
    child.expect("\n")

# Ctrl-D ends. The history outlives the session, but not where it is not wanted.
child.sendeof()
child.expect(pexpect.EOF)
child.close()
assert child.exitstatus == 0, child.exitstatus
history = os.path.join(state, "rhambda", "history")
with open(history, encoding="utf-8") as file:
    assert "add(x, 1000)" in file.read()

child = start()
child.send("\x1b[A\x1b[A")
child.expect_exact("x + 100000")
child.sendintr()
child.sendline(":quit")
child.expect(pexpect.EOF)

before = os.path.getsize(history)
child = start("--no-history")
shows(child, "123456 + 1", "123457")
child.sendline(":quit")
child.expect(pexpect.EOF)
with open(history, encoding="utf-8") as file:
    assert "123456" not in file.read()
assert before <= os.path.getsize(history)
