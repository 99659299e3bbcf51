#!/usr/bin/env python3
"""An adapter for ftpair's conformance wire: asks come on stdin, answers go to stdout, one JSON object a line.

Logs go to stderr: stdout belongs to the wire, which is documented in docs/wire.md of ftpair.
"""
import json
import sys

HELLO = {
    "ok": True,
    "version": "1",
    "implementation": {"name": "my-ft", "language": "Python", "version": "0.1"},
    "profile": "pair",
    # Next, declare what show() shows, like "hosts.*.up" or "pairs.*.lock": until then nothing is compared.
    "observes": [],
    "window": 64,
    # What can be asked. Take out what the implementation does not have.
    "actions": [
        "Record", "Deliver", "Ack", "Release", "BeginLockstep", "JoinLockstep", "SpawnSecondary", "TryLock",
        "Suspect", "AbandonSync", "SyncLost", "HaRestart", "PowerOn", "PowerOff", "TestFailover",
        "TestRestartSecondary", "Migrate", "EnterMaintenance", "ExitMaintenance", "RecoverHost", "HealLink",
        "RestoreStorage", "CrashCopy", "FailHost", "CutLink", "LoseStorage",
    ],
}


def show():
    # here: show the state, exactly the fields that "observes" names
    return {}


def answer(ask):
    op = ask.get("op")
    if op == "hello":
        return HELLO
    if op == "reset":
        # Begin anew in the cluster ask["config"], as often as asked: every host up, every pair off.
        return {"ok": True, "state": show()}
    if op == "apply":
        # here: take the action, ask["action"], and answer {"ok": True, "state": show()};
        # with "refused": "why" in it if the protocol does not allow the action now.
        return {"skipped": "not built yet"}
    if op == "bye":
        return {"ok": True}
    return {"ok": False, "error": {"code": "malformed", "text": f"unknown op: {op}", "definite": True}}


for line in sys.stdin:
    try:
        ask = json.loads(line)
        seq = ask["seq"]
    except (ValueError, TypeError, KeyError):
        print(f"not an ask: {line!r}", file=sys.stderr)
        continue
    print(json.dumps({"seq": seq, **answer(ask)}), flush=True)
    if ask.get("op") == "bye":
        break
