import { describe, expect, it } from "vitest"
import { kinds, plainKinds, type Kind } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import { protocolOf } from "../../model/core.ts"
import { pairIdOf, type CopyId } from "../../model/ids.ts"
import type { GuardId } from "../../model/guard-id.ts"
import { coreLifecycle, halted } from "../../model/lifecycle.ts"
import { currentPrimary, peerOf, without as halting, type Pair } from "../../model/pair.ts"
import { mustRulesAllow, type Placement } from "../../model/placement.ts"
import type { Change } from "../../model/protocol.ts"
import { hasStorage, pairsOf, running, withHost, withPair, type State } from "../../model/state.ts"
import type { OfCopy } from "../../model/subject.ts"
import { effects } from "../../properties/effects.ts"
import { ruled, together, withdrawing } from "../../model/change.ts"
import {
  altered,
  changingCopy,
  changingPair,
  checking,
  never,
  requiring,
  without,
} from "../../properties/mutants/mutant.ts"
import { clusterOf, ruleOnP1 } from "../fixtures.ts"
import { toldByMonitor, violationOf } from "./notice.ts"

// Changes to the protocol, each small, and the property that notices it: in the model as it explores, and in the monitor
// when it is shown the step in which the model has noticed it.

/** What is changed, in words and in the protocol; where nothing is said of the cluster, it is `small`. */
type Changed = readonly [what: string, change: Change, config?: Config]

const small = plainConfig(3, 1, { log: 1, generations: 3, faults: 1, powerOffUpTo: 1, fencesUpTo: 2 })
const twice = plainConfig(3, 1, { log: 0, generations: 3, faults: 2, powerOffUpTo: 0, fencesUpTo: 2 })

const changes: Readonly<Record<string, readonly Changed[]>> = {
  S20: [
    ["a stale Primary's test restart halts every copy", testRestart((pair) => halting(pair, () => true))],
    [
      "a test restart that wins halts its Primary too",
      testRestart((pair, id) => halting(pair, (c) => c.id === id)),
    ],
    [
      "a stale Primary's test restart halts the Secondary of who has replaced it",
      testRestart((pair, id) => {
        const isReplaced = pair.copies.every((copy) => copy.id !== id)
        return isReplaced ? halting(pair, ({ role }) => role === "secondary") : pair
      }),
    ],
    [
      "a test restart halts the Primary, and leaves a Secondary that waits for its storage",
      altered("TestRestartSecondary", (after, { copy: id }, before) => {
        const asked = running(before, id)
        const peer = asked === null ? null : peerOf(asked.pair, asked.copy)
        const waits = peer !== null && !hasStorage(before, peer.host)
        return waits ? changingPair(before, pairIdOf(id), (pair) => halting(pair, (c) => c.id === id)) : after
      }),
    ],
  ],
  S21: [
    [
      "a test failover halts the Secondary too",
      altered("TestFailover", (after, { pair: id }) =>
        changingPair(after, id, (pair) => halting(pair, () => true)),
      ),
    ],
    [
      "a test failover takes the lock from the Secondary",
      altered("TestFailover", (after, { pair: id }) =>
        changingPair(after, id, (pair) => ({
          ...pair,
          lock: { ...pair.lock, generation: pair.lock.generation + 1 },
        })),
      ),
    ],
    [
      "a test failover leaves it to a Secondary that has lost its storage",
      altered("LoseStorage", (after, _, { pairs }) => ({ ...after, pairs })),
    ],
    [
      "a test failover makes the Secondary contend",
      altered("TestFailover", (after, { pair: id }) =>
        changingPair(after, id, (pair) =>
          pair.copies.reduce((so, copy) => coreLifecycle.contends(so, copy), pair),
        ),
      ),
    ],
  ],
  S22: [
    [
      "a host fails under its copies, and they go on",
      altered("FailHost", (after, _, { pairs }) => ({ ...after, pairs })),
    ],
    [
      "a host loses its storage, and its copies go on",
      altered("LoseStorage", (after, _, { pairs }) => ({ ...after, pairs })),
    ],
    ...(["primary", "secondary"] as const).map((role): Changed => [
      `a stale ${role} loses by a lock that it cannot ask`,
      sparing("TryLock", "storage", (of) => of.copy.role === role && !isCurrent(of)),
      twice,
    ]),
    [
      "a contender advances a lock that it cannot ask, and waits on",
      together(
        checking("TryLock", "storage", (of: OfCopy, state) => isWithStorage(of, state) || isCurrent(of)),
        altered("TryLock", (after, { copy: id }, before) =>
          changingCopy(after, id, (winner) =>
            hasStorage(before, winner.host) ? winner : { ...winner, phase: "contending" },
          ),
        ),
      ),
    ],
  ],
  S23: [
    ...(["Deliver", "BeginLockstep", "JoinLockstep", "SpawnSecondary", "Migrate"] as const).map(
      (kind): Changed => [`${kind} over a cut link`, without(kind, "unreachable")],
    ),
    [
      "Migrate away from a host that the other end does not reach",
      ruled("Migrate", (rule) => {
        const first = rule.guards.findIndex(({ id }) => id === "unreachable")
        return { ...rule, guards: rule.guards.filter((_, n) => n !== first) }
      }),
    ],
    ...(["primary", "secondary"] as const).map((role): Changed => [
      `Migrate of a ${role} over a cut link`,
      sparing("Migrate", "unreachable", ({ copy }) => copy.role === role),
    ]),
    ["AbandonSync halts the Secondary beyond a cut link", haltingThePeer("AbandonSync")],
    ["TestRestartSecondary halts the Secondary beyond a cut link", haltingThePeer("TestRestartSecondary")],
  ],
  S24: [
    [
      "a contender halts as its storage is lost",
      losingStorage((pair, copy) => halted(coreLifecycle, pair, copy)),
      twice,
    ],
    ["the log is lost with the storage", losingStorage((pair, copy) => withChange(pair, copy, { log: [] }))],
    [
      "the generation is lost",
      losingStorage((pair, copy) => withChange(pair, copy, { generation: copy.generation - 1 })),
    ],
    ["the count of released is lost", losingStorage((pair, copy) => withChange(pair, copy, { released: 0 }))],
    [
      "another host's copies halt",
      altered("LoseStorage", (after) => everyPair(after, (pair) => halting(pair, () => true))),
    ],
  ],
  S25: [
    ["nothing can be powered on", never("PowerOn", "limits")],
    [
      "a host that has failed before is not used again",
      requiring("PowerOn", "storage", (_about, state) => state.faults === 0),
    ],
    [
      "a copy that is lost with its storage holds it off",
      requiring("PowerOn", "may-run", ({ pair }: Placement) => pair.copies.length === 0),
    ],
    ["a rule binds that is not in force", underRules((rule) => ({ ...rule, active: true })), dormant()],
    ["a `should` rule binds", underRules((rule) => ({ ...rule, type: "must" })), preferring()],
    [
      "a `must` rule on a pair binds all",
      underRules((rule) => ({ ...rule, pairs: ["p1", "p2"] })),
      ofOther(),
    ],
    ["a `must` rule bars every host", underRules((rule) => ({ ...rule, group: "nowhere" })), binding()],
  ],
  S26: [
    ["a Primary forgets the one that has died, and starts another at once", spawnWithoutPeer("gone")],
    ["a Primary starts a second beside the first", spawnWithoutPeer("there")],
  ],
  S27: [
    [
      "a joining copy takes nothing to be released",
      altered("JoinLockstep", (after, { copy }) =>
        changingCopy(after, copy, (joined) => ({ ...joined, released: 0 })),
      ),
    ],
    [
      "a joining copy takes all to be released",
      altered("JoinLockstep", (after, { copy }) =>
        changingCopy(after, copy, (joined) => ({ ...joined, released: joined.log.length })),
      ),
    ],
    ...(["primary", "secondary"] as const).flatMap((role) =>
      (["TryLock", "Suspect"] as const).map((kind): Changed => [
        `by ${kind} a ${role} forgets what was released`,
        altered(kind, (after, { copy }, before) =>
          running(before, copy)?.copy.role === role
            ? changingCopy(after, copy, (each) => ({ ...each, released: 0 }))
            : after,
        ),
      ]),
    ),
  ],
  S28: (["PowerOn", "HaRestart"] as const).flatMap((kind): readonly Changed[] => [
    [`${kind} forgets what was released`, booting(kind, (copy) => ({ ...copy, released: 0 }))],
    [`${kind} forgets what was seen`, booting(kind, (copy) => ({ ...copy, log: [], released: 0 }))],
    [
      `${kind} starts with an entry that nobody has seen`,
      booting(kind, (copy) => ({
        ...copy,
        log: [...copy.log, { generation: 1, index: copy.log.length + 1 }],
      })),
    ],
  ]),
  S29: [
    ...(["PowerOn", "HaRestart", "SpawnSecondary", "TryLock", "Migrate"] as const).map((kind): Changed => [
      `${kind} registers nothing`,
      registering(kind, (_is, was) => was),
      apart(),
    ]),
    ...(["PowerOn", "HaRestart", "SpawnSecondary", "TryLock", "Migrate"] as const).map((kind): Changed => [
      `${kind} registers the two the wrong way round`,
      registering(kind, ({ primary, secondary }) => ({ primary: secondary ?? primary, secondary: primary })),
      apart(),
    ]),
    [
      "a failover leaves the Secondary where it was registered",
      registering("TryLock", (is, was) => ({ ...is, secondary: was.secondary })),
      apart(),
    ],
    [
      "a Secondary's migration registers nothing",
      registering("Migrate", (is, was) => (is.primary === was.primary ? was : is)),
      apart(),
    ],
    [
      "power-off registers both on one host",
      registering("PowerOff", (is) => ({ ...is, secondary: is.primary })),
      apart(),
    ],
  ],
  S30: [
    ["a Primary contends as a Secondary", flipping("Suspect", "secondary")],
    ["a Secondary contends as a Primary", flipping("Suspect", "primary")],
    [
      "a winner leaves the lock to nobody",
      altered("TryLock", (after, { copy }) =>
        changingPair(after, pairIdOf(copy), (pair) => ({ ...pair, lock: { ...pair.lock, holder: null } })),
      ),
    ],
    [
      "a Primary that loses its storage waits as a Secondary",
      losingStorage((pair, copy) => withChange(pair, copy, { role: "secondary" })),
    ],
  ],
  S31: [
    ...(
      [
        "FailHost",
        "RecoverHost",
        "CutLink",
        "HealLink",
        "LoseStorage",
        "RestoreStorage",
        "CrashCopy",
      ] as const
    ).map((kind): Changed => [
      `${kind} does nothing but count`,
      altered(kind, (after, _action, before) => ({ ...before, faults: after.faults })),
    ]),
    ...(["EnterMaintenance", "ExitMaintenance", "Migrate"] as const).map((kind): Changed => [
      `${kind} does nothing`,
      altered(kind, (_after, _action, before) => before),
    ]),
    ...(["FailHost", "CutLink", "LoseStorage", "CrashCopy"] as const).flatMap((kind): readonly Changed[] => [
      [`${kind} is not counted`, ruled(kind, (rule) => ({ ...rule, isFault: () => false }))],
      [`${kind} is counted twice`, altered(kind, (after) => ({ ...after, faults: after.faults + 1 })), twice],
    ]),
    [
      "a host comes back with its storage",
      altered("RecoverHost", (after, { host }) => withHost(after, host, { storage: true })),
      twice,
    ],
    [
      "the storage comes back out of maintenance",
      altered("RestoreStorage", (after, { host }) => withHost(after, host, { maintenance: true })),
    ],
    [
      "a host comes back with a copy less",
      altered("RecoverHost", (after) => everyPair(after, (pair) => halting(pair, () => true))),
    ],
    [
      "a healed link costs an entry",
      altered("HealLink", (after) => everyCopy(after, (copy) => ({ ...copy, log: copy.log.slice(1) }))),
    ],
    [
      "a step of the protocol mends a host",
      altered("SpawnSecondary", (after) => withHost(after, "h3", { up: true })),
    ],
    [
      "a crash takes the power",
      altered("CrashCopy", (after) => everyPair(after, (pair) => ({ ...pair, power: "off" }))),
    ],
    [
      "a crash takes back what the world has seen",
      altered("CrashCopy", (after) => everyPair(after, (pair) => ({ ...pair, observed: [] }))),
    ],
    [
      "a crash takes the lock from whoever holds it",
      altered("CrashCopy", (after) =>
        everyPair(after, (pair) => ({ ...pair, lock: { ...pair.lock, holder: null } })),
      ),
    ],
    [
      "a suspicion costs a fault more",
      altered("Suspect", (after) => ({ ...after, faults: after.faults + 1 })),
    ],
    [
      "a host comes back with a copy on it",
      altered("RecoverHost", (after, { host }) =>
        everyPair(after, (pair) => {
          const [copy] = pair.copies
          return copy === undefined || pair.copies.some((each) => each.host === host)
            ? pair
            : { ...pair, copies: [...pair.copies, { ...copy, id: "p1.9", host, channel: null }] }
        }),
      ),
    ],
    [
      "a migration forgets what was acknowledged",
      altered("Migrate", (after) =>
        everyCopy(after, (copy) => ({ ...copy, channel: copy.channel && { ...copy.channel, acked: 0 } })),
      ),
    ],
    ["an input costs a fault", altered("Record", (after) => ({ ...after, faults: after.faults + 1 }))],
  ],
}

describe("a change to the rules is noticed", () => {
  const rows = Object.entries(changes).flatMap(([id, those]) =>
    those.map(([what, change, config = small]) => [id, what, change, config] as const),
  )

  it.each(rows)("by %s: %s", (id, _what, change, config) => {
    const path = violationOf(id, withoutOperations(change)(protocolOf(config)))
    const last = path.moves.at(-1)
    const before = path.moves.at(-2)?.state ?? path.start

    expect(path.found).toBe(id)
    if (last !== undefined && id !== "S25") expect(toldByMonitor(config, before, last)).toContain(id)
  })

  it("of every kind that the properties are about", () => {
    expect(Object.keys(changes)).toEqual(effects.map(({ id }) => id))
  })
})

// Helpers

/** The change, without the operations on FT, rules and links that it leaves as they are. */
function withoutOperations(change: Change): Change {
  return (protocol) => {
    const changed = change(protocol)
    const left = kinds.filter(
      (kind) => !plainKinds.includes(kind) && changed.rules[kind] === protocol.rules[kind],
    )
    return withdrawing(...left)(changed)
  }
}

function everyPair(state: State, change: (pair: Pair) => Pair): State {
  return pairsOf(state).map(change).reduce(withPair, state)
}

function everyCopy(state: State, change: (copy: Copy) => Copy): State {
  return everyPair(state, (pair) => ({ ...pair, copies: pair.copies.map(change) }))
}

function withChange(pair: Pair, copy: Copy, change: Partial<Copy>): Pair {
  return { ...pair, copies: pair.copies.map((each) => (each.id === copy.id ? { ...each, ...change } : each)) }
}

function testRestart(change: (pair: Pair, asked: CopyId) => Pair): Change {
  return altered("TestRestartSecondary", (after, { copy }) =>
    changingPair(after, pairIdOf(copy), (pair) => change(pair, copy)),
  )
}

/** The rule whose guards of an id do not ask whom they spare. */
function sparing(kind: Kind, id: GuardId, isSpared: (of: OfCopy) => boolean): Change {
  return ruled(kind, (rule) => ({
    ...rule,
    guards: rule.guards.map((guard) =>
      guard.id === id && "holds" in guard
        ? { ...guard, holds: (of, ...rest) => isSpared(of) || guard.holds(of, ...rest) }
        : guard,
    ),
  }))
}

function isWithStorage({ copy }: OfCopy, state: State): boolean {
  return hasStorage(state, copy.host)
}

function isCurrent({ pair, copy }: OfCopy): boolean {
  return copy.generation === pair.lock.generation
}

function haltingThePeer(kind: "AbandonSync" | "TestRestartSecondary"): Change {
  return altered(kind, (after, { copy }, before) => {
    const peer = running(before, copy)?.copy.channel?.peer
    return changingPair(after, pairIdOf(copy), (pair) => halting(pair, ({ id }) => id === peer))
  })
}

function losingStorage(change: (pair: Pair, copy: Copy) => Pair): Change {
  return altered("LoseStorage", (after, { host }) =>
    everyPair(after, (pair) => pair.copies.filter((copy) => copy.host === host).reduce(change, pair)),
  )
}

function underRules(change: (rule: Config["rules"][number]) => Config["rules"][number]): Change {
  return checking("PowerOn", "rule", ({ pair, host }: Placement, _state, { config }) =>
    mustRulesAllow(config, config.rules.map(change), pair.id, host),
  )
}

function clusterUnder(rule: Config["rules"][number], pairs = 1): Config {
  return clusterOf([{ groups: ["a"] }, {}, {}], { rules: [rule], pairs, bounds: small.bounds })
}

function dormant(): Config {
  return clusterUnder({ ...ruleOnP1("must", "on", "a"), active: false })
}

function preferring(): Config {
  return clusterUnder(ruleOnP1("should", "on", "a"))
}

function binding(): Config {
  return clusterUnder(ruleOnP1("must", "on", "a"))
}

function ofOther(): Config {
  return clusterUnder({ ...ruleOnP1("must", "on", "a"), pairs: ["p2"] }, 2)
}

function spawnWithoutPeer(peer: "gone" | "there"): Change {
  return checking("SpawnSecondary", "peer", ({ copy: { channel } }: OfCopy) => {
    return channel === null || (channel.peer === "gone") === (peer === "gone")
  })
}

function booting(kind: "PowerOn" | "HaRestart", change: (copy: Copy) => Copy): Change {
  return altered(kind, (after, { pair: id, host }) =>
    changingPair(after, id, (pair) => ({
      ...pair,
      copies: pair.copies.map((copy) => (copy.host === host ? change(copy) : copy)),
    })),
  )
}

/** Registered on two hosts that are distinguished. */
function apart(): Config {
  const bounds = { ...small.bounds, log: 0 }
  const plain = clusterOf([{}, {}, {}, {}], { bounds })
  return {
    ...plain,
    pairs: plain.pairs.map((pair) => ({ ...pair, registered: { primary: "h3", secondary: "h4" } })),
  }
}

type Places = Pair["registered"]

function registering(kind: Kind, change: (is: Places, was: Places) => Places): Change {
  return (protocol) => ({
    ...protocol,
    bookkeeping: {
      ...protocol.bookkeeping,
      registered: (before, action, after) => {
        const is = protocol.bookkeeping.registered(before, action, after)
        const isConcerned = action.kind === kind && (currentPrimary(after) !== null || kind === "PowerOff")
        return isConcerned ? change(is, before.registered) : is
      },
    },
  })
}

function flipping(kind: "Suspect", to: Copy["role"]): Change {
  return altered(kind, (after, { copy }) => changingCopy(after, copy, (each) => ({ ...each, role: to })))
}
