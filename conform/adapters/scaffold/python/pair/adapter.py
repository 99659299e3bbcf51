#!/usr/bin/env python3
"""An adapter for ftpair, profile pair: the whole protocol (docs/spec/core.md, docs/wire.md)."""
from wire import serve

HELLO = {
    "implementation": {"name": "my-ft", "language": "Python", "version": "0.1"},
    "profile": "pair",
    # Next, declare what show() shows, like "hosts.*.up" or "pairs.*.lock": until then nothing is compared.
    "observes": [],
    "window": 64,
    # What can be asked. Take out what the implementation does not have.
    "actions": [
        "Record", "Deliver", "Ack", "Release", "BeginLockstep", "JoinLockstep", "SpawnSecondary", "TryLock",
        "Suspect", "AbandonSync", "SyncLost", "HaRestart", "PowerOn", "PowerOff", "TurnOnFT",
        "TurnOffFT", "SuspendFT", "ResumeFT", "Register", "TestFailover",
        "TestRestartSecondary", "Migrate", "EnterMaintenance", "ExitMaintenance", "RecoverHost", "HealLink",
        "RestoreStorage", "CrashCopy", "FailHost", "CutLink", "LoseStorage",
        "ActivateRule", "DeactivateRule", "ExposeLink", "SecureLink", "Tick",
    ],
}


def show():
    # here: show the state, exactly the fields that "observes" names
    return {}


def reset(ask):
    # here: begin anew in the cluster ask["config"], as often as asked: every host up, every pair off
    return {"ok": True, "state": show()}


def apply(ask):
    # here: take the action, ask["action"], and return {"ok": True, "state": show()};
    # with "refused": "why" in it if the protocol does not allow the action now.
    return {"skipped": "not built yet"}


serve(HELLO, reset, apply)
