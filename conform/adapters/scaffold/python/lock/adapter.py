#!/usr/bin/env python3
"""An adapter for ftpair, profile lock: the arbitration alone (docs/profiles.md, docs/wire.md)."""
from wire import serve

HELLO = {
    "implementation": {"name": "my-lock", "language": "Python", "version": "0.1"},
    "profile": "lock",
    # Next, declare what show() shows, like "lock" or "copies.*.belief": until then nothing is compared.
    "observes": [],
    "window": 64,
    # What can be asked. Take out what the implementation does not have.
    "actions": [
        "Contend", "TryLock", "FailHost", "LoseStorage", "RestoreStorage", "Pause", "Resume", "Advance",
    ],
}


def show():
    # here: show the state, exactly the fields that "observes" names
    return {}


def reset(ask):
    # here: begin anew, as often as asked: the n-th of ask["config"]["hosts"] runs the contender p1.n
    return {"ok": True, "state": show()}


def apply(ask):
    # here: take the action, ask["action"], and return {"ok": True, "state": show()};
    # with "refused": "why" in it if it is not allowed now. Contend names a "copy" and a "generation", TryLock a "copy",
    # Advance "ms", and every other kind a "host".
    return {"skipped": "not built yet"}


serve(HELLO, reset, apply)
