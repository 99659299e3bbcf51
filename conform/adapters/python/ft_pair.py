#!/usr/bin/env python3
"""Fault-tolerant VM pairs behind ftpair's conformance wire: docs/spec/core.md, section by section."""
import json
import sys

BROKEN = "--broken" in sys.argv[1:]  # a Primary in lockstep releases what its Secondary has not acknowledged

# Section 3: Rules. For each kind, the role and the phases in which a copy may act; then a function of the situation
# `s` (the fields that Cluster.apply sets) and of what the action names. It gives the guards in their order, of which
# the first that is true refuses, and the updates that are made if none is: each a thing and its new fields.
RULES = {
    "Record": ("primary", "lockstep live", lambda s, c: (
        {"storage": s.lost}, (c, {"log": [*c.log, [c.generation, len(c.log) + 1]]}))),
    "Deliver": ("secondary", "lockstep", lambda s, c: (
        {"primary": (s.end.phase, s.end.generation) != ("lockstep", c.generation), "unreachable": s.far,
         "nothing": s.end.delivered == len(s.end.log)}, (s.end, {"delivered": s.end.delivered + 1}),
        (c, {"log": c.log + s.end.log[s.end.delivered:][:1], "released": s.end.released}))),
    "Ack": ("primary", "lockstep", lambda s, c: ({"nothing": c.acked == c.delivered}, (c, {"acked": c.delivered}))),
    "Release": ("primary", "lockstep live", lambda s, c: (
        {"storage": s.lost, "nothing": c.released == (len(c.log) if BROKEN or c.phase == "live" else c.acked)},
        (c, {"released": c.released + 1}), (s.pair, {"observed": s.seen + c.log[len(s.seen):c.released + 1]}))),
    "BeginLockstep": ("primary", "live", lambda s, c: ({"peer": s.end.phase != "syncing", "unreachable": s.far}, (
        c, {"phase": "lockstep", "delivered": len(c.log), "acked": len(c.log)}))),
    "JoinLockstep": ("any", "syncing", lambda s, c: ({"primary": s.end.phase != "lockstep", "unreachable": s.far}, (
        c, {"phase": "lockstep", "log": s.end.log[:s.end.delivered], "released": s.end.released}))),
    "SpawnSecondary": ("primary", "live", lambda s, c: ({"peer": c.peer, "power": s.off, **s.eligible(c.host)}, (
        c, {"peer": s.fresh, "delivered": 0, "acked": 0}), *s.start("secondary", "syncing", c.generation))),
    "TryLock": ("any", "contending", lambda s, c: ({"storage": s.lost}, *s.contest(c))),
    "Suspect": ("any", "lockstep", lambda s, c: ({}, (c, CONTENDING))),
    "AbandonSync": ("primary", "live", lambda s, c: (
        {"peer": not c.peer, "needed": s.end.phase == "syncing" and not s.far}, (c, {"peer": None}))),
    "SyncLost": ("any", "syncing", lambda s, c: ({"needed": s.end.host and not s.far}, (c, GONE))),
    "HaRestart": ("", "", lambda s, pair: s.boot("off", pair.lock.generation + 1)),
    "PowerOn": ("", "", lambda s, pair: s.boot("on", pair.lock.generation)),
    "PowerOff": ("", "", lambda s, pair: ({"power": s.off}, (s.primary, GONE), (pair, {"power": "off"}), (
        pair.lock, {"generation": pair.lock.generation + 1, "holder": None}))),
    "TestFailover": ("", "", lambda s, pair: ({"not-running": pair.state != "running"}, (s.primary, GONE))),
    "TestRestartSecondary": ("primary", "lockstep", lambda s, c: ({"storage": s.lost, "power": s.off}, *s.contest(c))),
    "Migrate": ("any", "lockstep live", lambda s, c: s.migrate(c)),
    "EnterMaintenance": ("", "", lambda s, h: (
        {"maintenance": h.maintenance, "runs-copy": s.here}, (h, {"maintenance": True}))),
    "ExitMaintenance": ("", "", lambda s, h: ({"maintenance": not h.maintenance}, (h, {"maintenance": False}))),
    "RecoverHost": ("", "", lambda s, h: ({"up": h.up}, (h, {"up": True}))),
    "HealLink": ("", "", lambda s, link: ({"connected": not s.cut[link]}, (s.cut, {link: False}))),
    "RestoreStorage": ("", "", lambda s, h: ({"connected": h.storage}, (h, {"storage": True}))),
    "CrashCopy": ("any", "syncing lockstep contending live", lambda s, c: ({}, (c, GONE))),
    "FailHost": ("", "", lambda s, h: ({"down": not h.up}, (h, {"up": False}), *((c, GONE) for c in s.here))),
    "CutLink": ("", "", lambda s, link: ({"cut": s.cut[link]}, (s.cut, {link: True}))),
    "LoseStorage": ("", "", lambda s, h: (
        {"down": not h.up, "storage": not h.storage}, (h, {"storage": False}),
        *((c, GONE if c.phase == "syncing" else CONTENDING) for c in s.here)))}
REASONS = {"LoseStorage": "partialHardwareFailure", "FailHost": "lostConnection", "Suspect": "lostConnection",
           "TestFailover": "userAction", "TestRestartSecondary": "userAction"}


# Section 2: State.
class Thing(dict):
    __getattr__ = dict.__getitem__  # a field is read like an attribute


# A copy has a channel as long as `peer` is not None. NOBODY stands in for a copy that is not there.
GONE, CONTENDING = {"phase": "gone"}, {"phase": "contending", "peer": None}
NOBODY = Thing(host=None, role="", generation=0, log=[], released=0, peer=None, delivered=0, acked=0, **GONE)


# A thing as the wire shows it: without the fields that are no state, or belong to a channel that is not there.
def shown(thing):
    hidden = "pair started groups vms vcpus".split() + "peer delivered acked".split() * (not thing.get("peer", "-"))
    return {name: shown(it) if isinstance(it, dict) else it for name, it in thing.items() if name not in hidden}


def current(pair):
    return next((c for c in pair.copies.values() if c.role == "primary" and c.phase in ("lockstep", "live")
                 and c.generation == pair.lock.generation), NOBODY)


# After an update: which copies are left, their peers, the lock's holder, and the FT state.
def normalise(pair, reason):
    pair["copies"] = {name: c for name, c in pair.copies.items() if c.phase != "gone"}
    for c in pair.copies.values():
        c["peer"] = c.peer if c.peer in pair.copies else c.peer and "gone"
    pair.lock["holder"] = pair.lock.holder if pair.lock.holder in pair.copies else None
    primary = current(pair)
    peer = pair.copies.get(primary.peer, NOBODY)
    pair["state"] = ("enabled" if pair.power == "off" else "starting" if peer.phase == "syncing" else
                     "running" if primary.phase == peer.phase == "lockstep" else "needSecondary")
    pair["reason"] = (pair.reason or reason) if pair.state == "needSecondary" else None


class Cluster:
    def __init__(self, config):
        self.must = [r for r in config.get("rules", []) if r["type"] == "must" and r.get("active", True)]
        self.hosts = {h["id"]: Thing(up=True, storage=True, maintenance=False, groups=h.get("groups", []),
                                     vms=h.get("ftVmsMax", 4), vcpus=h.get("ftVcpusMax", 8)) for h in config["hosts"]}
        self.cut = {frozenset([a, b]): False for a in self.hosts for b in self.hosts if a != b}
        first = {"primary": config["hosts"][0]["id"], "secondary": config["hosts"][0]["id"]}
        self.pairs = {p["id"]: Thing(ft="enabled", power="off", state="enabled", reason=None, observed=[], copies={},
                                     registered=Thing(p.get("registered", first)), vcpus=p.get("vcpus", 1), started=0,
                                     lock=Thing(generation=1, holder=None)) for p in config["pairs"]}

    def state(self):
        cut = [sorted(link, key=lambda host: int(host[1:])) for link, is_cut in self.cut.items() if is_cut]
        return {"hosts": shown(self.hosts), "cut": sorted(cut), "pairs": shown(self.pairs)}

    # The updates with which a copy starts on the target.
    def start(self, role, phase, generation, **fields):
        copy = Thing(NOBODY, pair=self.id, host=self.host, role=role, phase=phase, generation=generation, **fields)
        return ((self.pair, {"started": self.pair.started + 1}), (self.pair.copies, {self.fresh: copy}),
                (self.pair.registered, {role: self.host}))

    # PowerOn and HaRestart: the guards and the updates.
    def boot(self, refusing, generation):
        may_run = any(c.host not in self.without_storage for c in self.pair.copies.values())
        return ({"power": self.pair.power == refusing, "may-run": may_run, **self.eligible(None)},
                *self.start("primary", "live", generation, log=self.seen, released=len(self.seen)),
                (self.pair.lock, {"generation": generation, "holder": self.fresh}),
                (self.pair, {"power": "on", "reason": "initializing"}))

    # The updates of the test-and-set. Whoever wins goes live, and the peer that it still has halts if it can be
    # reached; whoever loses halts.
    def contest(self, c):
        lock, registered = self.pair.lock, self.pair.registered
        won, swapped = {"generation": lock.generation + 1}, dict(zip(registered, reversed(registered.values())))
        return [(c, GONE)] if c.generation != lock.generation else [
            (c, {"role": "primary", "phase": "live", "peer": None, **won}), (lock, {"holder": self.name, **won}),
            (registered, swapped if c.role == "secondary" else {}), (self.end, GONE if c.peer and not self.far else {})]

    # What concerns the target is asked only when nothing holds the copy where it is.
    def migrate(self, c):
        leave = dict(storage=self.lost, peer=c.peer if c.phase == "live" else not self.end.host, unreachable=self.far)
        moved = ["primary"] if c is self.primary else ["secondary"] if self.name == self.primary.peer else []
        return (leave if any(leave.values()) else self.eligible(self.end.host), (c, {"host": self.host}),
                (self.pair.registered, dict.fromkeys(moved, self.host)))

    # Section 4: Placement. Whether the target is eligible, as the guards that refuse it.
    def eligible(self, end):
        host, here = self.hosts[self.host], [c.pair for c in self.here]
        vcpus = sum(self.pairs[pair].vcpus for pair in [*here, self.id])
        rules = [r for r in self.must if self.id in r["pairs"]]
        return {"storage": self.host in self.without_storage, "maintenance": host.maintenance,
                "anti-affinity": self.id in here, "unreachable": self.cut.get(frozenset([self.host, end])),
                "rule": any((r["group"] in host.groups) != (r["run"] == "on") for r in rules),
                "limits": 0 < host.vms <= len(here) or 0 < host.vcpus < vcpus}

    # Takes an action, or gives the guard that refuses it. What the rules read of the situation: the target `host` and
    # the copies `here`; the `pair`, whether its power is `off`, its current `primary`, what the world has `seen`, the
    # name of a `fresh` copy; the copy at the other `end` of the acting copy's channel, whether that is `far` (the link
    # is cut), and whether the acting copy has `lost` its storage.
    def apply(self, kind, copy="", pair="", host="", hosts=(), reason=None):
        self.id, link, c = pair or copy.partition(".")[0], frozenset(hosts), NOBODY
        if not (self.id in {"", *self.pairs} and host in {"", *self.hosts} and link in {frozenset(), *self.cut}):
            return {"refused": "unknown"}
        self.name, self.host, self.pair = copy, host, self.pairs.get(self.id)
        self.here = [c for pair in self.pairs.values() for c in pair.copies.values() if c.host == host]
        self.without_storage = {name for name, each in self.hosts.items() if not (each.up and each.storage)}
        if self.pair:
            self.off, self.seen, self.primary = self.pair.power == "off", self.pair.observed, current(self.pair)
            c, self.fresh = self.pair.copies.get(copy, NOBODY), f"{self.id}.{self.pair.started + 1}"
            self.end = next((other for name, other in self.pair.copies.items() if (
                name == c.peer if c.role == "primary" else other.peer == copy)), NOBODY)
            self.lost, self.far = c.host in self.without_storage, self.cut.get(frozenset([c.host, self.end.host]))
        role, phases, rule = RULES[kind]
        guards, *updates = rule(self, c if copy else self.pair or link or self.hosts[host])
        guards = {"copy": copy and c is NOBODY, "primary-only": role == "primary" != c.role,
                  "phase": copy and c.phase not in phases, "secondary-only": role == "secondary" != c.role, **guards}
        for guard in filter(guards.get, guards):
            return {"refused": guard}
        primary_crashes = kind == "CrashCopy" and c is self.primary
        for thing, update in updates:
            thing.update(update)
        for pair in self.pairs.values():
            normalise(pair, reason or REASONS.get(kind, "lostConnection" if primary_crashes else "other"))


for line in sys.stdin:
    ask = json.loads(line)
    answer = {"seq": ask["seq"], "ok": True}
    if ask["op"] == "hello":
        answer.update(version="1", implementation={"name": "ft_pair", "language": "Python", "version": "1.0"},
                      profile="pair", observes=["hosts", "cut", "pairs"], actions=list(RULES), window=64)
    elif ask["op"] == "reset":
        cluster = Cluster(ask["config"])
        answer.update(state=cluster.state())
    elif ask["op"] == "apply" and ask["action"]["kind"] in RULES:
        answer.update(cluster.apply(**ask["action"]) or {}, state=cluster.state())
    elif ask["op"] != "bye":
        answer.update(ok=False, error={"code": "not-supported", "text": line.strip(), "definite": True})
    print(json.dumps(answer), flush=True)
    if ask["op"] == "bye":
        break
