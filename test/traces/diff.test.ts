import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { describe as inWords, type Action } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { identity } from "../../model/identity.ts"
import type { Log } from "../../model/log.ts"
import { withCopy } from "../../model/pair.ts"
import { initial, pairOf, pairsOf, running as runningCopy, withPair, type State } from "../../model/state.ts"
import { step, successors } from "../../model/step.ts"
import { changesOf } from "../../traces/diff.ts"

describe("changesOf says what a step changed", () => {
  it.each<readonly [string, readonly Action[], Action, readonly string[]]>([
    [
      "a pair that is powered on",
      [],
      powerOn,
      [
        "p1 on, needSecondary (initializing)",
        "p1 lock 1 by p1.1",
        "p1.1 starts on h1: primary live, generation 1, log 0",
      ],
    ],
    [
      "a pair that is powered off",
      running,
      { kind: "PowerOff", pair: "p1" },
      ["p1 off, enabled", "p1 lock 1 by p1.1 → 2 by nobody", "p1.1 halts on h1"],
    ],
    [
      "a new Secondary",
      [powerOn],
      spawn,
      [
        "p1 needSecondary (initializing) → starting",
        "p1.1 peer none → p1.2",
        "p1.2 starts on h2: secondary syncing, generation 1, log 0",
        "p1 registered secondary h1 → h2",
      ],
    ],
    [
      "a checkpoint",
      [powerOn, record, record, spawn],
      begin,
      ["p1.1 live → lockstep, delivered 0 → 2, acked 0 → 2"],
    ],
    [
      "a Secondary that joins with what was recorded before it",
      [powerOn, record, release, record, record, record, spawn, begin],
      join,
      ["p1 starting → running", "p1.2 syncing → lockstep, log 0 → 4 (+1.1 … 1.4), released 0 → 1"],
    ],
    ["an entry recorded", running, record, ["p1.1 log 0 → 1 (+1.1)"]],
    ["an entry delivered", [...running, record], deliver, ["p1.1 delivered 0 → 1", "p1.2 log 0 → 1 (+1.1)"]],
    [
      "a delivery that brings the count of released outputs along",
      [...running, record, deliver, ack, record, release],
      deliver,
      ["p1.1 delivered 1 → 2", "p1.2 log 1 → 2 (+1.2), released 0 → 1"],
    ],
    ["an entry acknowledged", [...running, record, deliver], ack, ["p1.1 acked 0 → 1"]],
    [
      "an output that leaves",
      [...running, record, deliver, ack],
      release,
      ["p1.1 released 0 → 1", "world sees output 1 of p1 (generation 1)"],
    ],
    [
      "an output that leaves again, and that the world has seen",
      [...running, record, deliver, ack, release, failHost, suspect, tryLock],
      { kind: "Release", copy: "p1.2" },
      ["p1.2 released 0 → 1"],
    ],
    [
      "a suspicion",
      [...running, cut],
      suspect,
      ["p1 running → needSecondary (lostConnection)", "p1.2 lockstep → contending"],
    ],
    [
      "a lock taken over",
      [...running, cut, suspect],
      tryLock,
      [
        "p1 lock 1 by p1.1 → 2 by p1.2",
        "p1.2 secondary contending → primary live, generation 1 → 2",
        "p1 registered primary h1 → h2, secondary h2 → h1",
      ],
    ],
    [
      "a peer that is gone",
      running,
      { kind: "CrashCopy", copy: "p1.2", reason: "divergence" },
      ["p1 running → needSecondary (divergence)", "p1.1 peer p1.2 → gone", "p1.2 halts on h2"],
    ],
    [
      "a channel that is dropped, with its counts",
      [...running, record, deliver],
      { kind: "TestRestartSecondary", copy: "p1.1" },
      [
        "p1 running → needSecondary (userAction)",
        "p1 lock 1 by p1.1 → 2 by p1.1",
        "p1.1 lockstep → live, generation 1 → 2, peer p1.2 → none",
        "p1.2 halts on h2",
      ],
    ],
    [
      "a restart from what the world has seen",
      [...running, record, deliver, ack, release, record, failHost, { kind: "FailHost", host: "h2" }],
      { kind: "HaRestart", pair: "p1", host: "h3" },
      [
        "p1 needSecondary (lostConnection) → needSecondary (initializing)",
        "p1 lock 1 by nobody → 2 by p1.3",
        "p1.3 starts on h3: primary live, generation 2, log 1, released 1",
        "p1 registered primary h1 → h3",
      ],
    ],
    [
      "a copy that moves",
      running,
      { kind: "Migrate", copy: "p1.1", host: "h3" },
      ["p1.1 moves h1 → h3", "p1 registered primary h1 → h3"],
    ],
    [
      "a host that fails, with what ran on it",
      running,
      failHost,
      [
        "h1 fails",
        "p1 running → needSecondary (lostConnection)",
        "p1 lock 1 by p1.1 → 1 by nobody",
        "p1.1 halts on h1",
      ],
    ],
    ["a host that recovers", [failHost], { kind: "RecoverHost", host: "h1" }, ["h1 recovers"]],
    [
      "a host that loses its storage",
      running,
      { kind: "LoseStorage", host: "h2" },
      [
        "h2 loses storage",
        "p1 running → needSecondary (partialHardwareFailure)",
        "p1.2 lockstep → contending",
      ],
    ],
    [
      "storage that is back",
      [{ kind: "LoseStorage", host: "h2" }],
      { kind: "RestoreStorage", host: "h2" },
      ["h2 has storage again"],
    ],
    ["a host taken out of service", [], { kind: "EnterMaintenance", host: "h3" }, ["h3 in maintenance"]],
    [
      "a host back in service",
      [{ kind: "EnterMaintenance", host: "h3" }],
      { kind: "ExitMaintenance", host: "h3" },
      ["h3 out of maintenance"],
    ],
    ["a link that is cut", [], cut, ["link h1-h2 cut"]],
    ["a link that is healed", [cut], { kind: "HealLink", hosts: ["h1", "h2"] }, ["link h1-h2 healed"]],
  ])("%s", (_what, earlier, action, changes) => {
    const before = reached(initial(plain), earlier)

    expect(changesOf(before, reached(before, [action]))).toEqual(changes)
  })

  it("goes pair by pair, in the order of the configuration", () => {
    const before = initial(plainConfig(3, 2))
    const both: readonly Action[] = [
      { kind: "PowerOn", pair: "p2", host: "h1" },
      { kind: "PowerOn", pair: "p1", host: "h1" },
    ]

    expect(changesOf(before, reached(before, both))).toEqual([
      "p1 on, needSecondary (initializing)",
      "p1 lock 1 by p1.1",
      "p1.1 starts on h1: primary live, generation 1, log 0",
      "p2 on, needSecondary (initializing)",
      "p2 lock 1 by p2.1",
      "p2.1 starts on h1: primary live, generation 1, log 0",
    ])
  })
})

describe("changesOf says it too where the protocol would never go", () => {
  it("names the entries that a log has lost, and those in their place", () => {
    const before = reached(initial(plain), [...running, record, record])
    const forked = withLog(before, [
      { generation: 1, index: 1 },
      { generation: 2, index: 2 },
    ])
    const shortened = withLog(before, [])

    expect(changesOf(before, forked)).toEqual(["p1.1 log 2 (-1.2 +2.2)"])
    expect(changesOf(before, shortened)).toEqual(["p1.1 log 2 → 0 (-1.1 1.2)"])
  })

  it("names an output that is not that of its own entry, and outputs unseen again", () => {
    const before = initial(plain)
    const seen = withPair(before, { ...pairOf(before, "p1"), observed: [{ generation: 1, index: 2 }] })

    expect(changesOf(before, seen)).toEqual(["world sees output 1 of p1 (generation 1, entry 2)"])
    expect(changesOf(seen, before)).toEqual(["world forgets outputs of p1 after 0"])
  })
})

describe("changesOf says all, and nothing else", () => {
  it("is empty for a state and its like", () => {
    fc.assert(
      fc.property(arbitraryStates, (states) => {
        for (const state of states) expect(changesOf(state, structuredClone(state))).toEqual([])
      }),
    )
  })

  it("is not empty for a step that leads to another state", () => {
    fc.assert(
      fc.property(arbitraryStates, (states) => {
        for (const [before, after] of stepsOf(states))
          if (identity(before) !== identity(after)) expect(changesOf(before, after)).not.toEqual([])
      }),
    )
  })

  it("is empty only where nothing but counts has changed, there and back", () => {
    fc.assert(
      fc.property(arbitraryStates, (states) => {
        for (const [before, after] of stepsOf(states)) {
          const isSame = JSON.stringify(withoutCounts(before)) === JSON.stringify(withoutCounts(after))
          expect(changesOf(before, after).length === 0).toBe(isSame)
          expect(changesOf(after, before).length === 0).toBe(isSame)
        }
      }),
    )
  })

  it("has one phrase for each thing, and none that ends where it began", () => {
    fc.assert(
      fc.property(arbitraryStates, (states) => {
        for (const [before, after] of stepsOf(states)) {
          const phrases = changesOf(before, after)
          expect(new Set(phrases).size).toBe(phrases.length)
          for (const phrase of phrases) expect(phrase).not.toMatch(/(?:^| )(\S+) → \1(?:,| |$)/)
        }
      }),
    )
  })
})

// Helpers

const plain = plainConfig(3, 1)

const powerOn: Action = { kind: "PowerOn", pair: "p1", host: "h1" }
const spawn: Action = { kind: "SpawnSecondary", copy: "p1.1", host: "h2" }
const begin: Action = { kind: "BeginLockstep", copy: "p1.1" }
const join: Action = { kind: "JoinLockstep", copy: "p1.2" }
const record: Action = { kind: "Record", copy: "p1.1" }
const deliver: Action = { kind: "Deliver", copy: "p1.2" }
const ack: Action = { kind: "Ack", copy: "p1.1" }
const release: Action = { kind: "Release", copy: "p1.1" }
const failHost: Action = { kind: "FailHost", host: "h1" }
const cut: Action = { kind: "CutLink", hosts: ["h1", "h2"] }
const suspect: Action = { kind: "Suspect", copy: "p1.2" }
const tryLock: Action = { kind: "TryLock", copy: "p1.2" }

/** To p1 in lockstep: p1.1 is its Primary on h1, p1.2 its Secondary on h2. */
const running: readonly Action[] = [powerOn, spawn, begin, join]

const reached = (start: State, actions: readonly Action[]): State =>
  actions.reduce((state, action) => {
    const outcome = step(protocolOf(plain), state, action)
    if (outcome.tag === "refused")
      throw new Error(`defect: ${inWords(action)} is refused by ${outcome.guard}`)
    return outcome.state
  }, start)

const withLog = (state: State, log: Log): State => {
  const found = runningCopy(state, "p1.1")
  if (found === null) throw new Error("defect: p1.1 does not run")
  return withPair(state, withCopy(found.pair, { ...found.copy, log }))
}

/** The states of a run of the protocol, in order: the n-th number picks among what the n-th state allows. */
const arbitraryStates: fc.Arbitrary<readonly State[]> = fc
  .tuple(
    fc.integer({ min: 2, max: 4 }),
    fc.integer({ min: 1, max: 2 }),
    fc.array(fc.nat(), { maxLength: 40, size: "max" }),
  )
  .map(([hosts, pairs, choices]) => walk(plainConfig(hosts, pairs, { log: 4 }), choices))

const walk = (config: Config, choices: readonly number[]): readonly State[] => {
  const protocol = protocolOf(config)
  const states = [initial(config)]
  for (const choice of choices) {
    const allowed = successors(protocol, states.at(-1) as State)
    const chosen = allowed[choice % allowed.length]
    if (chosen === undefined) break
    states.push(chosen.state)
  }
  return states
}

const stepsOf = (states: readonly State[]): readonly (readonly [State, State])[] =>
  states.slice(1).map((after, n) => [states[n] as State, after])

const withoutCounts = (state: State): unknown => ({
  hosts: state.hosts,
  cut: state.cut,
  exposed: state.exposed,
  rules: state.rules,
  pairs: pairsOf(state).map(({ started: _started, interventions: _interventions, ...pair }) => pair),
})
