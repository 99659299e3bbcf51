#!/usr/bin/env python3
"""Fault-tolerant VM pairs behind ftpair's conformance wire: core.md, operations.md, placement.md, time.md of docs/spec."""
import json
import sys
from copy import copy as twin

from ft_time import CLOCKS, FRESH, TIME_BUGS, Timed

# Rules: section 3 of core.md, 4 of operations.md, 1 and 3 of placement.md, 3 of time.md. For each kind, what it is
# about: a copy, and then of which role and in which phases, or a pair, a host, a link, a rule, time. Then a function of
# the situation `s` (the fields that Cluster.look sets) and of that. It gives the guards in their order, of which the
# first that is true refuses, and the updates that are made if none is: each a thing and its new fields.
RULES = {
    "Record": ("primary", "lockstep live", lambda s, c: (
        {"storage": s.lost}, (c, {"log": [*c.log, [c.generation, len(c.log) + 1]]}))),
    "Deliver": ("secondary", "lockstep", lambda s, c: (
        {"primary": (s.end.phase, s.end.generation) != ("lockstep", c.generation), "unreachable": s.far,
         "nothing": s.end.delivered == len(s.end.log)}, (s.end, {"delivered": s.end.delivered + 1}),
        (c, {"log": c.log + s.end.log[s.end.delivered:][:1], "released": s.end.released}))),
    "Ack": ("primary", "lockstep", lambda s, c: ({"nothing": c.acked == c.delivered}, (c, {"acked": c.delivered}))),
    "Release": ("primary", "lockstep live", lambda s, c: (
        {"storage": s.lost, "nothing": c.released == (len(c.log) if c.phase == "live" else c.acked)},
        (c, {"released": c.released + 1}), (s.pair, {"observed": s.seen + c.log[len(s.seen):c.released + 1]}))),
    "BeginLockstep": ("primary", "live", lambda s, c: ({"peer": s.end.phase != "syncing", "unreachable": s.far}, (
        c, {"phase": "lockstep", "delivered": len(c.log), "acked": len(c.log)}))),
    "JoinLockstep": ("copy", "syncing", lambda s, c: ({"primary": s.end.phase != "lockstep", "unreachable": s.far}, (
        c, {"phase": "lockstep", "log": s.end.log[:s.end.delivered], "released": s.end.released}))),
    "SpawnSecondary": ("primary", "live", lambda s, c: (
        {"peer": c.peer, "power": s.off, "ft": s.pair.ft != "enabled", **s.barred(s.pair, s.host, c.host),
         "policy": s.unpicked(c.host), "restart-first": s.others_wait()},
        (c, {"peer": s.fresh, "delivered": 0, "acked": 0}), *s.start("secondary", "syncing", c.generation))),
    "TryLock": ("copy", "contending", lambda s, c: ({"storage": s.lost, "early": s.unready(c)}, *s.contest(c))),
    "Suspect": ("copy", "lockstep", lambda s, c: ({"early": s.heard(c)}, (c, CONTENDING))),
    "AbandonSync": ("primary", "live", lambda s, c: (
        {"peer": not c.peer, "needed": s.end.phase == "syncing" and not s.far, "early": s.heard(c)},
        (c, {"peer": None}))),
    "SyncLost": ("copy", "syncing", lambda s, c: (
        {"needed": s.end.host and not s.far, "early": s.heard(c)}, (c, GONE))),
    "HaRestart": ("pair", "", lambda s, pair: (*s.boot(
        "off", pair.lock.generation + 1, policy=s.unpicked(), early=s.hasty(pair)), (pair, {"haWait": 0}))),
    "PowerOn": ("pair", "", lambda s, pair: s.boot("on", pair.lock.generation, **s.elsewhere())),
    "PowerOff": ("pair", "", lambda s, pair: (
        {"power": s.off}, (s.primary, GONE), (pair, {"power": "off", "haWait": 0}),
        (pair.lock, {"generation": pair.lock.generation + 1, "holder": None}))),
    "TurnOnFT": ("pair", "", lambda s, pair: (
        {"ft": pair.ft != "notConfigured", "primary-host": s.out("primary"), "no-primary": s.headless,
         "limits": s.primary.host and s.crowded(pair, s.hosts[s.primary.host]),
         "encryption": s.primary.host and s.unable(pair, s.hosts[s.primary.host])},
        (pair, RESUMED), (pair.registered, {"secondary": pair.registered.primary}))),
    "TurnOffFT": ("pair", "", lambda s, pair: s.take_off(
        pair.ft == "notConfigured", {"starting": pair.state == "starting", "secondary-host": s.out("secondary")},
        (pair, {"ft": "notConfigured"}), (pair.registered, {"secondary": None}))),
    "SuspendFT": ("pair", "", lambda s, pair: s.take_off(pair.ft != "enabled", {}, (pair, {"ft": "disabled"}))),
    "ResumeFT": ("pair", "", lambda s, pair: (
        {"ft": pair.ft != "disabled", "primary-host": s.out("primary"), "no-primary": s.headless}, (pair, RESUMED))),
    "Register": ("pair", "", lambda s, pair: (
        {"power": not s.off, "ft": s.role == "secondary" and pair.ft == "notConfigured", "storage": s.dead(s.host),
         "maintenance": s.host.maintenance, "same": pair.registered[s.role] == s.host.id},
        (pair.registered, {s.role: s.host.id}))),
    "TestFailover": ("pair", "", lambda s, pair: ({"not-running": pair.state != "running"}, (s.primary, GONE))),
    "TestRestartSecondary": ("primary", "lockstep", lambda s, c: ({"storage": s.lost, "power": s.off}, *s.fence(c))),
    "Migrate": ("copy", "lockstep live", lambda s, c: s.migrate(c)),
    "EnterMaintenance": ("host", "", lambda s, h: (
        {"maintenance": h.maintenance, "runs-copy": s.on(h)}, (h, {"maintenance": True}))),
    "ActivateRule": ("rule", "", lambda s, rule: ({"in-force": rule.active}, (rule, {"active": True}))),
    "DeactivateRule": ("rule", "", lambda s, rule: ({"in-force": not rule.active}, (rule, {"active": False}))),
    "ExitMaintenance": ("host", "", lambda s, h: ({"maintenance": not h.maintenance}, (h, {"maintenance": False}))),
    "RecoverHost": ("host", "", lambda s, h: ({"up": h.up}, (h, {"up": True}))),
    "HealLink": ("link", "", lambda s, link: ({"connected": not s.cut[link]}, (s.cut, {link: False}))),
    "RestoreStorage": ("host", "", lambda s, h: ({"connected": h.storage}, (h, {"storage": True}))),
    "SecureLink": ("link", "", lambda s, link: ({"private": not s.exposed[link]}, (s.exposed, {link: False}))),
    "CrashCopy": ("copy", "syncing lockstep contending live", lambda s, c: ({}, (c, GONE))),
    "FailHost": ("host", "", lambda s, h: ({"down": not h.up}, (h, {"up": False}), *((c, GONE) for c in s.on(h)))),
    "CutLink": ("link", "", lambda s, link: ({"cut": s.cut[link]}, (s.cut, {link: True}))),
    "ExposeLink": ("link", "", lambda s, link: ({"exposed": s.exposed[link]}, (s.exposed, {link: True}))),
    "LoseStorage": ("host", "", lambda s, h: (
        {"down": not h.up, "storage": not h.storage}, (h, {"storage": False}),
        *((c, GONE if c.phase == "syncing" else CONTENDING) for c in s.on(h)))),
    "Tick": ("time", "", lambda s, _: (
        {"unknown": not s.time, "due": any(owner[clock] >= deadline for owner, clock, _, deadline in s.clocks())},
        *((owner, {clock: owner[clock] + 1 if lasts else 0}) for owner, clock, lasts, _ in s.clocks())))}
REASONS = {"LoseStorage": "partialHardwareFailure", "FailHost": "lostConnection", "Suspect": "lostConnection",
           "TestFailover": "userAction", "TestRestartSecondary": "userAction"}

# Bugs: with --broken NAME one of these mutants, without a NAME the first. For some kinds, guards and updates that come
# after those of the rule, and so in their place.
BUGS = {
    "OutputBeforeAck": ("Release", lambda s, c: ({"nothing": c.released == len(c.log)},)),
    "SuspendLeavesSecondary": ("SuspendFT TurnOffFT", lambda s, pair: ({}, *kept(pair.lock, *pair.copies.values()))),
    "TurnOffResetsLock": ("TurnOffFT", lambda s, pair: ({}, *((it, {"generation": 1}) for it in (pair.lock, s.copy)))),
    "RegistrationStays": ("TryLock", lambda s, c: ({}, *kept(s.pair.registered))),
    "SpawnInClear": ("SpawnSecondary", lambda s, c: ({"confidential": False},)),
    "PrimaryEncryptionIgnored": ("PowerOn HaRestart", lambda s, pair: ({"encryption": False},)),
    "MetroIgnoredOnRespawn": ("SpawnSecondary", lambda s, c: ({"metro": False},)),
    "RuleSwitchIgnored": ("ActivateRule DeactivateRule", lambda s, rule: ({}, *kept(rule))),
    **TIME_BUGS}
BROKEN, BUG = BUGS[(sys.argv[2:] or [*BUGS])[0]] if sys.argv[1:2] == ["--broken"] else ("", None)


# The updates that leave things as they are.
def kept(*things):
    return [(thing, dict(thing)) for thing in things]


# State: section 2 of core.md.
class Thing(dict):
    __getattr__ = dict.__getitem__  # a field is read like an attribute


# A copy has a channel as long as `peer` is not None. NOBODY stands in for a copy that is not there.
GONE, CONTENDING = {"phase": "gone"}, {"phase": "contending", "peer": None}
RESUMED = {"ft": "enabled", "reason": "initializing"}
NOBODY = Thing(id="", host=None, role="", generation=0, log=[], released=0, peer=None, delivered=0, acked=0, watch=None,
               **FRESH, **GONE)
HIDDEN = "id pair started groups vms vcpus encrypts encryption metro".split()


# A thing as the wire shows it: without the fields that are no state, or belong to a channel or to time, where there is
# none.
def shown(thing, time):
    hidden = HIDDEN + "peer delivered acked".split() * (not thing.get("peer", "-")) + CLOCKS * (not time)
    return {name: shown(it, time) if isinstance(it, dict) else it for name, it in thing.items() if name not in hidden}


def ends(link):
    return sorted(link, key=lambda host: int(host[1:]))


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
    pair["state"] = (pair.ft if pair.ft != "enabled" or pair.power == "off" else
                     "starting" if peer.phase == "syncing" else
                     "running" if primary.phase == peer.phase == "lockstep" else "needSecondary")
    pair["reason"] = (pair.reason or reason) if pair.state == "needSecondary" else None


class Cluster(Timed):
    def __init__(self, config):
        links, first = config.get("links", {}), config["hosts"][0]["id"]
        self.policy, self.time = config.get("policy", "any"), config.get("time")
        self.rules = {n: Thing({"active": True, **rule}) for n, rule in enumerate(config.get("rules", []), 1)}
        self.hosts = {h["id"]: Thing(id=h["id"], up=True, storage=True, maintenance=False, groups=h.get("groups", []),
                                     vms=h.get("ftVmsMax", 4), vcpus=h.get("ftVcpusMax", 8),
                                     encrypts=h.get("ftEncryption", False)) for h in config["hosts"]}
        self.cut = {frozenset([a, b]): False for a in self.hosts for b in self.hosts if a != b}
        self.exposed = {link: not links.get("-".join(ends(link)), links.get("default", {})).get("private", True)
                        for link in self.cut}
        self.pairs = {p["id"]: Thing(id=p["id"], ft=p.get("ft", "enabled"), power="off", reason=None, observed=[],
                                     registered=Thing(p.get("registered", {"primary": first, "secondary": first})),
                                     copies={}, lock=Thing(generation=1, holder=None), started=0, metro=p.get("metro"),
                                     vcpus=p.get("vcpus", 1), encryption=p.get("encryption", "opportunistic"), haWait=0)
                      for p in config["pairs"]}
        for pair in self.pairs.values():
            pair.registered["secondary"] = None if pair.ft == "notConfigured" else pair.registered.secondary
            normalise(pair, None)

    def state(self):
        cut, exposed = (sorted(ends(link) for link in links if links[link]) for links in (self.cut, self.exposed))
        rules = [n for n, rule in self.rules.items() if rule.active]
        return {"hosts": shown(self.hosts, self.time), "cut": cut, **({"exposed": exposed} if exposed else {}),
                **({"rules": rules} if rules else {}), "pairs": shown(self.pairs, self.time)}

    # The updates with which a copy starts on the target.
    def start(self, role, phase, generation, **fields):
        copy = Thing(NOBODY, id=self.fresh, pair=self.pair.id, host=self.host.id, role=role, phase=phase,
                     generation=generation, **fields)
        return ((self.pair, {"started": self.pair.started + 1}), (self.pair.copies, {self.fresh: copy}),
                (self.pair.registered, {role: self.host.id}))

    # PowerOn and HaRestart: the guards and the updates.
    def boot(self, refusing, generation, **guards):
        return ({"power": self.pair.power == refusing, "may-run": self.may_run(self.pair),
                 **self.barred(self.pair, self.host), **guards},
                *self.start("primary", "live", generation, log=self.seen, released=len(self.seen)),
                (self.pair.lock, {"generation": generation, "holder": self.fresh}),
                (self.pair, {"power": "on", "reason": "initializing"}))

    # The updates of the test-and-set. Whoever wins goes live; whoever loses halts.
    def contest(self, c):
        lock, registered = self.pair.lock, self.pair.registered
        won, swapped = {"generation": lock.generation + 1}, dict(zip(registered, reversed(registered.values())))
        return [(c, GONE)] if self.stale else [
            (c, {"role": "primary", "phase": "live", "peer": None, **won}), (lock, {"holder": c.id, **won}),
            (registered, swapped if c.role == "secondary" else {})]

    # The updates with which a Primary gets rid of its Secondary. A live one needs no lock for it. Whoever is not stale
    # halts the peer that it still has, if that can be reached.
    def fence(self, c):
        alone = [(c, {"peer": None})] if c.phase == "live" else self.contest(c)
        return [(c, GONE)] if self.stale else [*alone, (self.end, {} if self.far else GONE)]

    # SuspendFT and TurnOffFT. While power is on, the copy that is named is asked, or else the current Primary.
    def take_off(self, is_so, guards, *updates):
        c = self.copy
        return ({"ft": is_so, "primary-host": not self.named and self.out("primary"),
                 "primary-only": not self.off and c.role == "secondary",
                 "no-primary": not self.off and c.phase not in "lockstep live",
                 "power": self.off and self.named, **guards},
                *([] if self.off else self.fence(c)), *(updates if self.off or not self.stale else []))

    # What concerns the target is asked only when nothing holds the copy where it is.
    def migrate(self, c):
        leave = dict(storage=self.lost, peer=c.peer if c.phase == "live" else not self.end.host, unreachable=self.far)
        moved = ["primary"] if c is self.primary else ["secondary"] if c.id == self.primary.peer else []
        return (leave if any(leave.values()) else self.barred(self.pair, self.host, self.end.host),
                (c, {"host": self.host.id}), (self.pair.registered, dict.fromkeys(moved, self.host.id)))

    # Placement: section 4 of core.md. Whether a host is ineligible, as the guards that refuse it. `end` is where the
    # other end of the channel is, if there is one.
    def barred(self, pair, host, end=None):
        link, other, is_ft = frozenset([host.id, end]), self.hosts.get(end), pair.ft != "notConfigured"
        return {"storage": self.dead(host), "maintenance": host.maintenance,
                "anti-affinity": any(c.host == host.id for c in pair.copies.values()),
                "unreachable": self.cut.get(link), "confidential": self.overheard(pair, link),
                "metro": other and pair.metro and (pair.metro in host.groups) == (pair.metro in other.groups),
                "rule": self.unmet("must", pair, host), "encryption": is_ft and self.unable(pair, host),
                "limits": is_ft and self.crowded(pair, host)}

    # Whether a host is without storage; whether the one where a copy is registered is out of service.
    def dead(self, host):
        return not (host.up and host.storage)

    def out(self, role):
        host = self.hosts.get(self.pair.registered[role])
        return host and (host.maintenance or not host.up)

    def on(self, host):
        return [c for pair in self.pairs.values() for c in pair.copies.values() if c.host == host.id]

    # What a host carries, as the vCPUs of each copy there; and whether it has no room, where only FT VMs count.
    def load(self, host, but=""):
        return [self.pairs[c.pair].vcpus for c in self.on(host) if self.pairs[c.pair].ft != but]

    def crowded(self, pair, host):
        load = self.load(host, but="notConfigured")
        return 0 < host.vms <= len(load) or 0 < host.vcpus < sum(load) + pair.vcpus

    # How many rules in force, `must` or `should`, a host does not meet.
    def unmet(self, strength, pair, host):
        return sum(rule.active and rule.type == strength and pair.id in rule.pairs and
                   (rule.group in host.groups) != (rule.run == "on") for rule in self.rules.values())

    # Policies: the guards of a power-on elsewhere than where the Primary is registered, and those of `reference`.
    def elsewhere(self):
        home = self.hosts[self.pair.registered.primary]
        return {} if self.host is home else {
            "registered": self.policy != "any" and not any(self.barred(self.pair, home).values()),
            "policy": self.unpicked()}

    def unpicked(self, end=None):
        return self.policy == "reference" and self.host is not self.picked(self.pair, end)

    def picked(self, pair, end=None):
        eligible = [host for host in self.hosts.values() if not any(self.barred(pair, host, end).values())]
        return min(eligible, key=lambda host: (self.unmet("should", pair, host), sum(self.load(host))), default=None)

    def may_run(self, pair):
        return any(not self.dead(self.hosts[c.host]) for c in pair.copies.values())

    def others_wait(self):
        return self.policy == "reference" and any(pair.power == "on" and not self.may_run(pair) and self.picked(pair)
                                                  for pair in self.pairs.values() if pair is not self.pair)

    # Encryption: section 3 of placement.md. Whether a host cannot encrypt as the pair requires; whether others could
    # read what the pair logs over a link, if it is one.
    def unable(self, pair, host):
        return pair.encryption == "required" and not host.encrypts

    def overheard(self, pair, link):
        if link not in self.exposed or pair.encryption != "disabled" and all(self.hosts[h].encrypts for h in link):
            return False
        return pair.encryption == "required" or self.exposed[link]

    # The cluster with an eye on another action; whether that is enabled but for time.
    def facing(self, kind, **named):
        other = twin(self)
        other.known, other.kind = other.look(**named), kind
        return other

    def may(self, kind, **named):
        return not any(refuses for guard, refuses in self.facing(kind, **named).judged()[0].items() if guard != "early")

    # What the rules read of the situation of an action, and whether all that it names is there: the target `host`, the
    # `role` to register; the `pair`, whether its power is `off`, its current `primary`, whether it is on and
    # `headless`, what the world has `seen`, the name of a `fresh` copy; the acting `copy`, the current Primary where
    # none is `named`, whether it is `stale`, whether it has `lost` its storage; the copy at the other `end` of its
    # channel, whether that is `far`: the link is cut, or others could read what the pair logs over it.
    def look(self, copy="", pair="", role="", host="", hosts=(), rule=None):
        pair, self.link, self.copy = pair or copy.partition(".")[0], frozenset(hosts), NOBODY
        if not (pair in {"", *self.pairs} and host in {"", *self.hosts} and self.link in {frozenset(), *self.cut}
                and rule in {None, *self.rules}):
            return False
        self.named, self.role, self.host, self.pair = copy, role, self.hosts.get(host), self.pairs.get(pair)
        self.rule = self.rules.get(rule)
        if self.pair:
            self.off, self.seen, self.primary = self.pair.power == "off", self.pair.observed, current(self.pair)
            self.headless = not self.off and self.primary is NOBODY
            self.copy = c = self.pair.copies.get(copy, NOBODY) if copy else self.primary
            self.fresh, self.stale = f"{pair}.{self.pair.started + 1}", c.generation != self.pair.lock.generation
            self.end = next((other for other in self.pair.copies.values() if (
                other.id == c.peer if c.role == "primary" else other.peer == copy)), NOBODY)
            self.lost, between = c.host and self.dead(self.hosts[c.host]), frozenset([c.host, self.end.host])
            self.far = self.cut.get(between) or self.overheard(self.pair, between)
        return True

    # The guards of the action in sight, and its updates.
    def judged(self):
        about, phases, of = RULES[self.kind]
        c, pair = self.copy, self.pair
        thing = {"pair": pair, "host": self.host, "link": self.link, "rule": self.rule}.get(about, c)
        guards, *updates = of(self, thing)
        guards = {"copy": self.named and c is NOBODY, "primary-only": about == "primary" != c.role,
                  "phase": phases and c.phase not in phases, "secondary-only": about == "secondary" != c.role, **guards}
        if self.kind in BROKEN.split():
            wrong, *more = BUG(self, thing)
            guards, updates = {**guards, **wrong}, updates + more
        return guards, updates

    # Takes an action, or gives the guard that refuses it.
    def apply(self, kind, reason=None, **named):
        s = self.facing(kind, **named)
        if not s.known:
            return {"refused": "unknown"}
        guards, updates = s.judged()
        for guard in filter(guards.get, guards):
            return {"refused": guard}
        primary_crashes = kind == "CrashCopy" and s.copy is s.primary
        before = {c.id: [c.phase, c.role, c.peer] for pair in self.pairs.values() for c in pair.copies.values()}
        for thing, update in updates:
            thing.update(update)
        for pair in self.pairs.values():
            normalise(pair, reason or REASONS.get(kind, "lostConnection" if primary_crashes else "other"))
        if self.time:
            self.rewind(before)


for line in sys.stdin:
    ask = json.loads(line)
    answer = {"seq": ask["seq"], "ok": True}
    if ask["op"] == "hello":
        answer.update(version="1", implementation={"name": "ft_pair", "language": "Python", "version": "1.0"},
                      profile="pair", observes=["hosts", "cut", "exposed", "rules", "pairs"], actions=list(RULES),
                      window=64)
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
