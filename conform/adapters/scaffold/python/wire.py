"""ftpair's conformance wire (docs/wire.md), whatever the profile: one JSON object a line, asks on stdin, answers on
stdout. Nothing needs to be changed here. Logs go to stderr: stdout belongs to the wire."""
import json
import sys


def serve(hello, reset, apply):
    """Answers until `bye`. `reset` and `apply` take an ask, and return the answer without its number."""
    for line in sys.stdin:
        try:
            ask = json.loads(line)
            seq = ask["seq"]
        except (ValueError, TypeError, KeyError):
            print(f"not an ask: {line!r}", file=sys.stderr)
            continue
        op = ask.get("op")
        if op == "hello":
            answer = {"ok": True, "version": "1", **hello}
        elif op == "reset":
            answer = reset(ask)
        elif op == "apply":
            answer = apply(ask)
        elif op == "bye":
            answer = {"ok": True}
        else:
            error = {"code": "malformed", "text": f"unknown op: {op}", "definite": True}
            answer = {"ok": False, "error": error}
        print(json.dumps({"seq": seq, **answer}), flush=True)
        if op == "bye":
            break
