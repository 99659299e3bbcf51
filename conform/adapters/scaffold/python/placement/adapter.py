#!/usr/bin/env python3
"""An adapter for ftpair, profile placement: which host takes a copy (docs/profiles.md, docs/wire.md)."""
from wire import serve

HELLO = {
    "implementation": {"name": "my-scheduler", "language": "Python", "version": "0.1"},
    "profile": "placement",
    "observes": [],
    "window": 64,
    # What can be asked. Take out what the implementation does not have.
    "actions": ["PowerOn", "SpawnSecondary", "Migrate"],
}


def reset(ask):
    # here: take in the cluster, ask["config"], as often as asked: hosts, pairs, limits, groups, rules
    return {"ok": True}


def apply(ask):
    # here: answer the question. Where may the copy of ask["action"] go in the state ask["state"]?
    # Return {"ok": True, "host": "h2"}, or {"ok": True, "refused": "why"} if no host may take it.
    return {"skipped": "not built yet"}


serve(HELLO, reset, apply)
