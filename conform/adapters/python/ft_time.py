"""The clocks of ft_pair.py, where a configuration says how long things take: docs/spec/time.md."""

# The clocks of a copy as they begin, and all that time adds to a state.
FRESH = {"heartbeatSilence": 0, "logSilence": 0, "obligation": 0}
CLOCKS = ["haWait", "watch", *FRESH]
NEVER = float("inf")

# Bugs, in the form of those of ft_pair.py.
TIME_BUGS = {
    "NoUrgency": ("Tick", lambda s, _: ({"due": False},)),
    "HaImpatient": ("HaRestart", lambda s, pair: ({"early": False},)),
    "NoGoLiveWait": ("TryLock", lambda s, c: ({"early": False},)),
    "WaitTooShort": ("TryLock", lambda s, c: (
        {"early": s.time and c.role == "secondary" and c.obligation < s.most(s.time["silenceTimeout"]["primary"])},)),
    "MigrateResetsClocks": ("Migrate", lambda s, c: ({}, (c, FRESH))),
    "AgesAddUp": ("Tick", lambda s, _: ({}, *(
        (owner, {clock: owner[clock]}) for owner, clock, lasts, _ in s.clocks() if "Silence" in clock and not lasts))),
    "HeartbeatCountsAsLog": ("Tick", lambda s, _: ({}, *(
        (c, {"logSilence": 0}) for h in s.hosts.values() for c in s.on(h) if not s.unheard(c)))),
    "IdleGuestSilent": ("Tick", lambda s, _: ({}, *(
        (c, {"logSilence": c.logSilence + 1}) for h in s.hosts.values() for c in s.on(h)
        if c.role == "primary" and c.phase == "lockstep" and c.acked == len(c.log))))}


# A cluster on its clocks.
class Timed:
    # Section 1 of time.md. The least and the most that a timer of so many ticks takes; for each detector of a copy its
    # clock, and the least and the most silence with which it acts.
    def least(self, ticks):
        return ticks - (self.time["driftEvery"] and -(-ticks // self.time["driftEvery"]))

    def most(self, ticks):
        return 2 * ticks - self.least(ticks)

    def detectors(self, c):
        for clock, timeout, period in (("heartbeatSilence", "heartbeatTimeout", "heartbeatPeriod"),
                                       ("logSilence", "silenceTimeout", "logPeriod")):
            ticks, late = self.time[timeout][c.role], self.time["delayMax"]
            yield clock, self.least(ticks) - late - self.time[period] + 1, self.most(ticks) + late

    # The guards `early`: whether a copy has heard enough, a contender has not waited for long enough, or HA has not.
    def heard(self, c):
        return self.time and c.host and all(c[clock] < least for clock, least, _ in self.detectors(c))

    def unready(self, c):
        return self.time and c.role == "secondary" and c.obligation < self.least(self.time["goLiveDelay"])

    def hasty(self, pair):
        return self.time and pair.haWait < self.least(self.time["haDelay"])

    # Section 3. Each clock: whose and which, whether what it measures lasts, and at what count something is due.
    def clocks(self):
        for pair in self.pairs.values() if self.time else ():
            restart = any(self.may("HaRestart", pair=pair.id, host=host) for host in self.hosts)
            yield pair, "haWait", restart, self.most(self.time["haDelay"]) if restart else NEVER
            for c in pair.copies.values():
                kind = {"lockstep": "Suspect", "syncing": "SyncLost", "live": "AbandonSync"}.get(c.phase)
                gives_up, (obliged, within) = kind and self.may(kind, copy=c.id), self.duty(pair, c)
                silent = {"heartbeatSilence": self.unheard(c), "logSilence": (
                    self.facing(kind, copy=c.id).parted() if kind == "Suspect" else gives_up)}
                yield c, "obligation", obliged, within if obliged else NEVER
                for clock, _, most in self.detectors(c):
                    yield c, clock, silent[clock], most if gives_up else NEVER

    # Whether a copy can do what its phase obliges it to, and within how many ticks it has to.
    def duty(self, pair, c):
        if c.phase == "contending":
            delay = self.most(self.time["goLiveDelay"]) if c.role == "secondary" else 0
            return self.may("TryLock", copy=c.id), delay + self.time["lockMax"]
        if c.phase == "syncing":
            begins = any(p.peer == c.id and self.may("BeginLockstep", copy=p.id) for p in pair.copies.values())
            return begins or self.may("JoinLockstep", copy=c.id), self.time["syncMax"]
        return any(self.may("SpawnSecondary", copy=c.id, host=host) for host in self.hosts), self.time["respawnMax"]

    # Whether no heartbeats come from the host that a copy watches; whether the copy in sight would suspect with reason.
    def unheard(self, c):
        return c.watch is not None and (not self.hosts[c.watch].up or self.cut[frozenset([c.host, c.watch])])

    def parted(self):
        near = self.end.phase == "lockstep" or self.end.phase == "syncing" and self.copy.role == "primary"
        return self.far or not near or self.end.role == self.copy.role

    # Section 2. After an update: copies whose phase, role or peer was another begin anew, and each that listens watches
    # the host of whom it listens to, or where that one is gone, the host that it has watched.
    def rewind(self, before):
        for c in (c for pair in self.pairs.values() for c in pair.copies.values()):
            *stands, peer = before.get(c.id, [""])
            if stands != [c.phase, c.role] or c.peer != peer and (c.peer != "gone" or peer is None):
                c.update(FRESH)
            listens = c.phase in ("lockstep", "syncing") or c.phase == "live" and c.peer
            c["watch"] = (self.facing("", copy=c.id).end.host or c.watch) if listens else None
