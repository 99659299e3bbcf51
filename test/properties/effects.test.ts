import { describe, expect, it } from "vitest"
import { kinds, type Action, type Kind } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import { pairIdOf, type CopyId } from "../../model/ids.ts"
import { next, refused, type Outcome } from "../../model/outcome.ts"
import { contending, currentPrimary, halted, without, type Pair } from "../../model/pair.ts"
import { initial, pairOf, pairsOf, running, withHost, withPair, type State } from "../../model/state.ts"
import { rules, step, type Rules } from "../../model/step.ts"
import { codeOf } from "../../impl/engine/action-code.ts"
import { engineOf } from "../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../impl/engine/layout.ts"
import { monitorOf } from "../../impl/engine/monitor.ts"
import { pack } from "../../impl/engine/pack.ts"
import { idsIn, union } from "../../impl/engine/property-set.ts"
import { effects } from "../../properties/effects.ts"
import { modelSweep } from "../../properties/explore/model-sweep.ts"
import { altered, broken, changingCopy, changingPair } from "../../properties/mutants/mutant.ts"
import { clusterOf, ruleOnP1 } from "../fixtures.ts"

// Changes to the rules, each small, and the property that notices it: in the model as it explores, and in the monitor
// when it is shown the step in which the model has noticed it.

/** What is changed, and the rules that it replaces; where nothing is said of the cluster, it is `small`. */
type Change = readonly [what: string, broken: Partial<Rules>, config?: Config]

const small = plainConfig(3, 1, { log: 1, generations: 3, faults: 1, powerOffUpTo: 1, fencesUpTo: 2 })
const twice = plainConfig(3, 1, { log: 0, generations: 3, faults: 2, powerOffUpTo: 0, fencesUpTo: 2 })

const must = ruleOnP1("must", "on", "a")

const changes: Readonly<Record<string, readonly Change[]>> = {
  S20: [
    ["a stale Primary's test restart halts every copy", testRestart((pair) => without(pair, () => true))],
    [
      "a test restart that wins halts its Primary too",
      testRestart((pair, id) => without(pair, (c) => c.id === id)),
    ],
  ],
  S21: [
    [
      "a test failover halts the Secondary too",
      altered("TestFailover", (after, { pair: id }) =>
        changingPair(after, id, (pair) => without(pair, () => true)),
      ),
    ],
    [
      "a test failover makes the Secondary contend",
      altered("TestFailover", (after, { pair: id }) =>
        changingPair(after, id, (pair) => pair.copies.reduce((so, copy) => contending(so, copy), pair)),
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
    ["a stale contender loses by a lock that it cannot ask", tryingWithoutStorage("loses"), twice],
    ["a contender advances a lock that it cannot ask, and waits on", tryingWithoutStorage("wins")],
  ],
  S23: [
    ...(["Deliver", "BeginLockstep", "JoinLockstep", "SpawnSecondary", "Migrate"] as const).map(
      (kind): Change => [`${kind} over a cut link`, overCutLinks(kind)],
    ),
    ["Migrate away from a host that the other end does not reach", migratingFromBehindACut()],
    ["AbandonSync halts the Secondary beyond a cut link", haltingThePeer("AbandonSync")],
    ["TestRestartSecondary halts the Secondary beyond a cut link", haltingThePeer("TestRestartSecondary")],
  ],
  S24: [
    ["a contender halts as its storage is lost", losingStorage((pair, copy) => halted(pair, copy)), twice],
    ["the log is lost with the storage", losingStorage((pair, copy) => withChange(pair, copy, { log: [] }))],
    ["the count of released is lost", losingStorage((pair, copy) => withChange(pair, copy, { released: 0 }))],
    [
      "another host's copies halt",
      altered("LoseStorage", (after) => everyPair(after, (pair) => without(pair, () => true))),
    ],
  ],
  S25: [
    ["nothing can be powered on", broken("PowerOn", () => refused("limits"))],
    [
      "a host that has failed before is not used again",
      broken("PowerOn", (config, state, action) =>
        state.faults > 0 ? refused("storage") : rules.PowerOn.apply(config, state, action),
      ),
    ],
    [
      "a rule binds that is not in force",
      underRules((rule) => ({ ...rule, active: true })),
      ruled({ ...must, active: false }),
    ],
    [
      "a `should` rule binds",
      underRules((rule) => ({ ...rule, type: "must" })),
      ruled(ruleOnP1("should", "on", "a")),
    ],
    [
      "a `must` rule on a pair binds all",
      underRules((rule) => ({ ...rule, pairs: ["p1", "p2"] })),
      ruled({ ...must, pairs: ["p2"] }, 2),
    ],
    ["a `must` rule bars every host", underRules((rule) => ({ ...rule, group: "nowhere" })), ruled(must)],
  ],
  S26: [
    ["a Primary forgets the one that has died, and starts another at once", spawnWithoutPeer("gone")],
    ["a Primary starts a second beside the first", spawnWithoutPeer("there")],
  ],
  S27: [
    [
      "who joins is told that nothing is released",
      altered("JoinLockstep", (after, { copy }) =>
        changingCopy(after, copy, (joined) => ({ ...joined, released: 0 })),
      ),
    ],
    [
      "who joins is told that all is released",
      altered("JoinLockstep", (after, { copy }) =>
        changingCopy(after, copy, (joined) => ({ ...joined, released: joined.log.length })),
      ),
    ],
    ...(["TryLock", "Suspect"] as const).map((kind): Change => [
      `${kind} forgets what was released`,
      altered(kind, (after, { copy }) => changingCopy(after, copy, (each) => ({ ...each, released: 0 }))),
    ]),
  ],
  S28: (["PowerOn", "HaRestart"] as const).flatMap((kind): readonly Change[] => [
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
    ...(["PowerOn", "HaRestart", "SpawnSecondary", "TryLock", "Migrate"] as const).map((kind): Change => [
      `${kind} registers nothing`,
      registering(kind, (_is, was) => was),
      apart(),
    ]),
    ...(["PowerOn", "HaRestart", "SpawnSecondary", "TryLock", "Migrate"] as const).map((kind): Change => [
      `${kind} registers the two the wrong way round`,
      registering(kind, ({ primary, secondary }) => ({ primary: secondary, secondary: primary })),
      apart(),
    ]),
    [
      "a failover leaves the Secondary where it was registered",
      registering("TryLock", (is, was) => ({ ...is, secondary: was.secondary })),
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
    ).map((kind): Change => [
      `${kind} does nothing but count`,
      altered(kind, (after, _action, before) => ({ ...before, faults: after.faults })),
    ]),
    ...(["EnterMaintenance", "ExitMaintenance", "Migrate"] as const).map((kind): Change => [
      `${kind} does nothing`,
      altered(kind, (_after, _action, before) => before),
    ]),
    ...(["FailHost", "CutLink", "LoseStorage", "CrashCopy"] as const).flatMap((kind): readonly Change[] => [
      [
        `${kind} is not counted`,
        altered(kind, (after, _action, before) => ({ ...after, faults: before.faults })),
      ],
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
      altered("RecoverHost", (after) => everyPair(after, (pair) => without(pair, () => true))),
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
    those.map(([what, table, config = small]) => [id, what, table, config] as const),
  )

  it.each(rows)("by %s: %s", (id, _what, table, config) => {
    const path = breachOf(id, { ...rules, ...table }, config)
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

type Move = { readonly action: Action; readonly state: State }

/** A shortest run that breaches the property. */
function breachOf(id: string, table: Rules, config: Config) {
  const { breach } = modelSweep(
    table,
    config,
    kinds,
    effects.filter((each) => each.id === id),
    20_000,
  )
  return { found: breach?.why ?? null, start: initial(config), moves: [], ...breach?.path }
}

/** What the monitor of packed states makes of a step, however it came about. */
function toldByMonitor(config: Config, before: State, { action, state }: Move): readonly string[] {
  const roomy = {
    ...config,
    bounds: { ...config.bounds, faults: config.bounds.faults + 3, log: config.bounds.log + 1 },
  }
  const engine = engineOf(layoutOf(roomy, wholly))
  const monitor = monitorOf(engine)
  const code = codeOf(engine.layout, before, action)
  if (code === null) throw new Error("the step was taken by a copy that is not there")
  pack(engine.view, before)
  monitor.begin()
  pack(engine.view, state)
  return idsIn(union(monitor.ofStep(code.kind, code.a, code.b), monitor.ofState()))
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

function testRestart(change: (pair: Pair, asked: CopyId) => Pair): Partial<Rules> {
  return altered("TestRestartSecondary", (after, { copy }) =>
    changingPair(after, pairIdOf(copy), (pair) => change(pair, copy)),
  )
}

function overCutLinks(kind: "Deliver" | "BeginLockstep" | "JoinLockstep" | "SpawnSecondary" | "Migrate") {
  return broken(kind, (config, state, action): Outcome => {
    const outcome = step(rules, config, { ...state, cut: [] }, action)
    return outcome.tag === "next" ? next({ ...outcome.state, cut: state.cut }) : outcome
  })
}

/** A move for which only the link from the new host is asked. */
function migratingFromBehindACut(): Partial<Rules> {
  return broken("Migrate", (config, state, action): Outcome => {
    const from = running(state, action.copy)?.copy.host
    const cut = state.cut.filter((link) => !link.split("-").some((end) => end === from))
    const outcome = rules.Migrate.apply(config, { ...state, cut }, action)
    return outcome.tag === "next" ? next({ ...outcome.state, cut: state.cut }) : outcome
  })
}

function haltingThePeer(kind: "AbandonSync" | "TestRestartSecondary"): Partial<Rules> {
  return altered(kind, (after, { copy }, before) => {
    const peer = running(before, copy)?.copy.channel?.peer
    return changingPair(after, pairIdOf(copy), (pair) => without(pair, ({ id }) => id === peer))
  })
}

/** A contender without storage is halted by the lock's having gone on, or advances it and contends at the new generation. */
function tryingWithoutStorage(how: "wins" | "loses"): Partial<Rules> {
  return broken("TryLock", (config, state, action): Outcome => {
    const host = running(state, action.copy)?.copy.host
    if (host === undefined || state.hosts[host]?.storage === true)
      return rules.TryLock.apply(config, state, action)
    const outcome = rules.TryLock.apply(config, withHost(state, host, { storage: true }), action)
    if (outcome.tag !== "next") return outcome
    const isWin = running(outcome.state, action.copy) !== null
    if (isWin !== (how === "wins")) return refused("storage")
    const after = withHost(outcome.state, host, { storage: false })
    return next(changingCopy(after, action.copy, (winner) => ({ ...winner, phase: "contending" })))
  })
}

function losingStorage(change: (pair: Pair, copy: Copy) => Pair): Partial<Rules> {
  return altered("LoseStorage", (after, { host }) =>
    everyPair(after, (pair) => pair.copies.filter((copy) => copy.host === host).reduce(change, pair)),
  )
}

function underRules(change: (rule: Config["rules"][number]) => Config["rules"][number]): Partial<Rules> {
  return broken("PowerOn", (config, state, action) =>
    rules.PowerOn.apply({ ...config, rules: config.rules.map(change) }, state, action),
  )
}

function ruled(rule: Config["rules"][number], pairs = 1): Config {
  return clusterOf([{ groups: ["a"] }, {}, {}], { rules: [rule], pairs, bounds: small.bounds })
}

function spawnWithoutPeer(peer: "gone" | "there"): Partial<Rules> {
  return broken("SpawnSecondary", (config, state, action) => {
    const copy = running(state, action.copy)?.copy
    const isSo = copy?.phase === "live" && (copy.channel?.peer === "gone") === (peer === "gone")
    const alone = isSo
      ? changingCopy(state, action.copy, (primary) => ({ ...primary, channel: null }))
      : state
    return rules.SpawnSecondary.apply(config, alone, action)
  })
}

function booting(kind: "PowerOn" | "HaRestart", change: (copy: Copy) => Copy): Partial<Rules> {
  return altered(kind, (after, { pair: id, host }) =>
    changingPair(after, id, (pair) => ({
      ...pair,
      copies: pair.copies.map((copy) => (copy.host === host ? change(copy) : copy)),
    })),
  )
}

/** Registered on two hosts that are told apart. */
function apart(): Config {
  const bounds = { ...small.bounds, log: 0 }
  const plain = clusterOf([{}, {}, {}, {}], { bounds })
  return {
    ...plain,
    pairs: plain.pairs.map((pair) => ({ ...pair, registered: { primary: "h3", secondary: "h4" } })),
  }
}

type Places = Pair["registered"]

function registering(kind: Kind, change: (is: Places, was: Places) => Places): Partial<Rules> {
  return altered(kind, (after, action, before) => {
    const id = "pair" in action ? action.pair : "copy" in action ? pairIdOf(action.copy) : "p1"
    const was = pairOf(before, id).registered
    return changingPair(after, id, (pair) =>
      currentPrimary(pair) === null && kind !== "PowerOff"
        ? pair
        : { ...pair, registered: change(pair.registered, was) },
    )
  })
}

function flipping(kind: "Suspect", to: Copy["role"]): Partial<Rules> {
  return altered(kind, (after, { copy }) => changingCopy(after, copy, (each) => ({ ...each, role: to })))
}
