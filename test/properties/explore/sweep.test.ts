import { describe, expect, it } from "vitest"
import { coreKinds, kinds, plainKinds, type Kind } from "../../../model/action.ts"
import { plainConfig, type Bounds } from "../../../model/config.ts"
import type { HostId } from "../../../model/ids.ts"
import { watched } from "../../../properties/packed/property-set.ts"
import { layoutFor, type Scope } from "../../../properties/explore/scope.ts"
import { readsMore } from "../../../properties/distinctions.ts"
import { sweep, sweepingAs } from "../../../properties/explore/sweep.ts"
import type { Swept } from "../../../properties/explore/sweep-end.ts"
import { freshTally, shortest, together, type Tally } from "../../../properties/explore/tally.ts"
import { finished } from "../../../properties/explore/turns.ts"

// The counts of the core with three hosts and one pair are those of `test/model/counts.test.ts`: two independent
// model checkers agree with them.

const never = 0
const always = Infinity

const scopes: readonly Row[] = [
  row("no faults, no log", {}, [22, 21, 4]),
  row("no faults, log 1", { log: 1 }, [88, 117, 6]),
  row("no faults, log 2", { log: 2 }, [241, 381, 8]),
  row("no faults, no log, power-off at generation 1", { powerOffUpTo: 1 }, [53, 72, 6]),
  row("no faults, log 2, power-off always", { log: 2, powerOffUpTo: always }, [3071, 5733, 16]),
  row("1 fault, no log", { faults: 1 }, [768, 1785, 11]),
  row("1 fault, log 1", { faults: 1, log: 1 }, [5230, 14_199, 14]),
  row("2 faults, no log", { faults: 2 }, [9846, 36_204, 18]),
  row("1 fault, log 2, power-off up to 2", { faults: 1, log: 2, powerOffUpTo: 2 }, [114_354, 359_319, 21]),
  row("3 faults, no log", { faults: 3 }, [55_588, 282_969, 22]),
  row("4 hosts, 1 fault, log 1", { hosts: 4, faults: 1, log: 1 }, [17_126, 47_732, 14]),
  row("4 hosts, 2 faults, no log", { hosts: 4, faults: 2 }, [64_087, 244_230, 19]),
  row("2 pairs, 1 fault, no log", { pairs: 2, faults: 1 }, [72_854, 248_808, 21]),
  row(
    "all kinds but the operations on FT, 1 fault, log 1, power-off and tests at generation 1",
    { faults: 1, log: 1, powerOffUpTo: 1, fencesUpTo: 1, among: plainKinds },
    [30_262, 127_132, 20],
  ),
]

const small = scopeOf({ faults: 1, log: 1 })

describe("a sweep of the protocol, up to generation 5, counts every state once:", () => {
  it.each(scopes)("$name", ({ scope, counts }) => {
    const swept = sweep(scope)

    expect(countsOf(swept)).toEqual(counts)
    expect(swept).toMatchObject({ end: "complete", waiting: 0 })
    expect(swept.tally.violated).toEqual(new Map())
  })

  it.each(scopes)("up to symmetry, by what each state stands for: $name", ({ scope, counts }) => {
    const swept = sweep({ ...scope, symmetry: true })

    const { standsFor, standsForTransitions, depth } = swept.tally
    expect({ states: standsFor, transitions: standsForTransitions, depth }).toEqual(counts)
    expect(swept.tally.states).toBeLessThan(counts.states)
    expect(swept).toMatchObject({ end: "complete", waiting: 0 })
    expect(swept.tally.violated).toEqual(new Map())
  })

  it.each<readonly [string, Registered, Registered]>([
    ["on the same hosts", ["h1", "h2"], ["h1", "h2"]],
    ["on the same host as Primary", ["h1", "h2"], ["h1", "h3"]],
    ["on the same host as Secondary", ["h1", "h3"], ["h2", "h3"]],
    ["the other way round", ["h1", "h2"], ["h2", "h1"]],
    ["each on two hosts of its own", ["h1", "h2"], ["h3", "h4"]],
  ])(
    "up to symmetry, where registrations are part of it, and two pairs are registered %s",
    (_where, first, second) => {
      const plain = scopeOf({ hosts: 4, pairs: 2, generations: 2 })
      const pairs = plain.config.pairs.map((pair, n) => {
        const [primary, secondary] = n === 0 ? first : second
        return { ...pair, registered: { primary, secondary } }
      })
      const scope = { ...plain, config: { ...plain.config, pairs }, properties: ["S29"] }

      const [apart, joined] = [sweep(scope), sweep({ ...scope, symmetry: true })]

      const { standsFor, standsForTransitions, depth } = joined.tally
      expect({ states: standsFor, transitions: standsForTransitions, depth }).toEqual(countsOf(apart))
      expect(joined).toMatchObject({ end: "complete", waiting: 0 })
      expect(joined.tally.violated).toEqual(new Map())
    },
  )

  it.each(scopes)("by fingerprints: $name", ({ scope, counts }) => {
    const swept = sweep(scope, { fingerprint: true })

    expect(countsOf(swept)).toEqual(counts)
    expect(swept.tally.violated).toEqual(new Map())
  })
})

describe("a sweep", () => {
  it("counts each step under its kind, and each state but the first under the kind that found it", () => {
    const { tally } = sweep(small)

    expect(sum(tally.generated)).toBe(tally.transitions)
    expect(sum(tally.distinct)).toBe(tally.states - 1)
    expect(tally.generated[kinds.indexOf("PowerOff")]).toBe(0)
    expect(tally.generated[kinds.indexOf("PowerOn")]).toBeGreaterThan(0)
  })

  it("without symmetry has every state stand for itself", () => {
    const { tally } = sweep(small)

    expect(tally.standsFor).toBe(tally.states)
    expect(tally.standsForTransitions).toBe(tally.transitions)
  })

  it("reports each level before it is expanded: how many states are behind, and how many wait", () => {
    const levels: (readonly [number, number])[] = []

    sweep(scopeOf({}), { onLevel: ({ states }, waiting) => levels.push([states, waiting]) })

    expect(levels).toHaveLength(5)
    expect(levels[0]).toEqual([0, 1])
    for (const [n, [states, waiting]] of levels.entries())
      expect(states + waiting).toBe(levels[n + 1]?.[0] ?? 22)
  })

  it("stops before the BFS level that would go beyond the most states, and reports what was covered", () => {
    const levels: number[] = []

    const swept = sweep(small, { statesMax: 1000, onLevel: ({ states }) => levels.push(states) })

    expect(swept.end).toBe("too many states")
    expect(swept.tally.states).toBeLessThanOrEqual(1000)
    expect(swept.tally.states + swept.waiting).toBeGreaterThan(1000)
    expect(swept.tally.depth).toBe(levels.length - 1)
    expect(swept.tally.violated).toEqual(new Map())
  })

  it.each([
    [0, false],
    [3, false],
    [0, true],
    [3, true],
  ])("that is stopped before level %i is not complete, with symmetry: %s", (last, symmetry) => {
    let depth = -1
    const waiting: number[] = []

    const swept = sweep(
      { ...small, symmetry },
      {
        onLevel: (_tally, more) => {
          depth += 1
          waiting.push(more)
        },
        isStopped: () => depth === last,
      },
    )

    expect(swept).toMatchObject({ end: "interrupted", waiting: waiting[last] })
  })

  it("takes as many states as there are, and not one less", () => {
    const enough = sweep(small, { statesMax: 5230 })
    const tooFew = sweep(small, { statesMax: 5229 })

    expect(enough.end).toBe("complete")
    expect(tooFew.end).toBe("too many states")
  })

  it("reaches the highest generation that the scope allows, and no higher", () => {
    expect(sweep(small).tally.highestGeneration).toBe(2)
    expect(sweep(scopeOf({ faults: 2 })).tally.highestGeneration).toBe(3)
  })

  it("finds no deadlock in the protocol, though scopes have terminal states", () => {
    const { tally } = sweep(small)

    expect(tally.terminalStates).toBeGreaterThan(0)
    expect(tally.deadlocks).toBe(0)
  })

  it.each([
    ["SyncNeverAbandoned", 2, 2],
    ["StaleNeverSuspects", 8, 4],
  ])(
    "of %s counts %i terminal states, and as deadlocks the %i of them that violate liveness",
    (mutant, terminalStates, deadlocks) => {
      const { tally } = sweep(scopeOf({ hosts: 2, faults: 1, mutant }))

      expect(tally).toMatchObject({ terminalStates, deadlocks })
    },
  )

  it.each([
    ["SecondarySkipsLock", 5, ["S1", "S15", "S30"]],
    ["SpawnIgnoresAntiAffinity", 2, ["S7"]],
    ["HolderBlocksRestart", 2, ["L1", "L6"]],
    ["WinWithoutBump", 6, ["S1", "S30"]],
  ])("of %s ends with the level of its shortest violation, of %i steps: %j", (mutant, length, properties) => {
    const scope = scopeOf({ faults: 2, log: 2, powerOffUpTo: always, mutant })

    const swept = sweep(scope)

    expect(swept.end).toBe("violation")
    expect(shortest(swept.tally)).toBe(length)
    expect(swept.tally.violated.get(length)).toEqual(properties)
    expect(swept.tally.depth).toBe(length)
    expect(swept.waiting).toBeGreaterThan(0)
  })

  it("does not end for a property that is not asked", () => {
    const scope = scopeOf({ faults: 1, mutant: "HolderBlocksRestart" })

    const swept = sweep({ ...scope, properties: ["S1", "S7"] })

    expect(swept.end).toBe("complete")
    expect(swept.tally.violated).toEqual(new Map())
  })
})

describe("a violation that a sweep has found is its end", () => {
  const asking = (property: string, asked: Asked): Scope => ({
    ...scopeOf({ faults: 1, log: 1, among: plainKinds, ...asked }),
    properties: [property],
  })

  it("where the next level would go beyond the most states", () => {
    const scope = asking("S30", { mutant: "SecondarySkipsLock" })
    const waiting: number[] = []
    const seen = (tally: Swept["tally"]): boolean => tally.violated.size > 0
    sweep(scope, {
      onLevel: (tally, more) => {
        if (seen(tally)) waiting.push(tally.states + more)
      },
    })

    const swept = sweep(scope, { statesMax: (waiting[0] as number) - 1 })

    expect(swept.end).toBe("violation")
    expect(shortest(swept.tally)).toBe(5)
  })

  it("where it was found in the last level", () => {
    const among = ["PowerOn", "SpawnSecondary"] as const
    const swept = sweep(scopeOf({ hosts: 1, among, mutant: "SpawnIgnoresAntiAffinity" }))

    expect(swept).toMatchObject({ end: "violation", waiting: 0 })
    expect(shortest(swept.tally)).toBe(2)
  })

  it("where it is stopped amid the level", () => {
    let tally: Swept["tally"] | undefined

    const wide = asking("S4", { hosts: 4, pairs: 2, mutant: "CountSentAsAcked" })
    const swept = sweep(wide, {
      onLevel: (now) => (tally = now),
      isStopped: () => (tally?.violated.size ?? 0) > 0,
    })

    expect(swept.end).toBe("violation")
    expect(swept.tally.depth).toBe(shortest(swept.tally) - 2)
  })
})

describe("the bytes of a sweep by states", () => {
  it("are at least those of its states, and of the two levels at hand", () => {
    const limits = { statesMax: Infinity, fingerprint: false, onLevel: () => {}, isStopped: () => false }

    const { bytes, tally } = finished(sweepingAs(small, limits, null, 0))

    const ofState = 4 * layoutFor(small).words
    // A level is kept in pieces of so many states.
    expect(bytes).toBeGreaterThanOrEqual(ofState * (tally.states + 2 * 2 ** 14))
  })
})

describe("tallies together", () => {
  it("are sums, but for what is a greatest, a first or a shortest", () => {
    const whole = sweep(small).tally
    const mutant = sweep(scopeOf({ faults: 1, mutant: "SpawnIgnoresAntiAffinity" })).tally

    const both = together([mutant, whole])

    expect(both.states).toBe(whole.states + mutant.states)
    expect(both.transitions).toBe(whole.transitions + mutant.transitions)
    expect(both.standsFor).toBe(whole.standsFor + mutant.standsFor)
    expect(both.depth).toBe(whole.depth)
    expect(both.highestGeneration).toBe(whole.highestGeneration)
    expect(both.violated).toEqual(mutant.violated)
    for (const [n, at] of both.witnessedAt.entries())
      expect([whole.witnessedAt[n], mutant.witnessedAt[n]]).toContain(at)
    expect([...both.witnessedAt].filter((at) => at >= 0)).toHaveLength(
      [...whole.witnessedAt].filter((at, n) => at >= 0 || (mutant.witnessedAt[n] as number) >= 0).length,
    )
  })

  it("sum up what is counted, and take the greatest of what is not", () => {
    const tallyOf = (n: number): Tally => ({
      ...freshTally(),
      ...{ states: n, standsFor: 2 * n, transitions: 3 * n, standsForTransitions: 4 * n },
      ...{ depth: 5 * n, mostSuccessors: 6 * n, terminalStates: 7 * n, deadlocks: 8 * n },
      highestGeneration: 9 * n,
      generated: new Float64Array(kinds.length).fill(10 * n),
      distinct: new Float64Array(kinds.length).fill(11 * n),
      violated: new Map([[n, ["S7"]]]),
    })
    const [both, sum] = [together([tallyOf(1), tallyOf(2)]), tallyOf(3)]
    const { depth, mostSuccessors, highestGeneration } = tallyOf(2)

    const violated = new Map([1, 2].map((length) => [length, ["S7"]]))
    expect(both).toEqual({ ...sum, depth, mostSuccessors, highestGeneration, violated })
  })

  it("unite what is violated by runs of one length", () => {
    const [one, other] = (["S7", "S1"] as const).map((id) => ({
      ...freshTally(),
      violated: new Map([[2, [id]]]),
    }))

    const { violated } = together([one as Tally, other as Tally])

    expect(violated.get(2)).toEqual(["S1", "S7"])
  })

  it("count the deadlocks of all, and each witness where it was seen first", () => {
    const { tally } = sweep(scopeOf({}))
    const seenAt = (depth: number) => tally.witnessedAt.map((_, n) => (n === 0 ? depth : -1))
    const early = { ...tally, deadlocks: 1, witnessedAt: seenAt(3) }
    const late = { ...tally, deadlocks: 2, witnessedAt: seenAt(4) }

    for (const both of [together([early, late]), together([late, early])]) {
      expect(both.deadlocks).toBe(3)
      expect([both.witnessedAt[0], both.witnessedAt[1]]).toEqual([3, -1])
    }
  })
})

// Helpers

type Counts = { readonly states: number; readonly transitions: number; readonly depth: number }

type Registered = readonly [primary: HostId, secondary: HostId]

type Row = { readonly name: string; readonly scope: Scope; readonly counts: Counts }

type Asked = Partial<Bounds> & {
  readonly hosts?: number
  readonly pairs?: number
  readonly among?: readonly Kind[]
  readonly mutant?: string
}

/** The scope of so many hosts and pairs, three and one if left out; nothing happens but what is said. */
function scopeOf({ hosts = 3, pairs = 1, among = coreKinds, mutant, ...bounds }: Asked): Scope {
  const least = { log: 0, generations: 5, faults: 0, powerOffUpTo: never, fencesUpTo: never }
  return {
    config: plainConfig(hosts, pairs, { ...least, ...bounds }),
    among,
    mutant: mutant ?? null,
    // Those that ask about a run's past tell states apart that are otherwise the same.
    properties: watched.filter((id) => id !== "S19" && !readsMore([id])),
    symmetry: false,
    reduction: false,
  }
}

function row(
  name: string,
  asked: Asked,
  [states, transitions, depth]: readonly [number, number, number],
): Row {
  return { name, scope: scopeOf(asked), counts: { states, transitions, depth } }
}

const countsOf = ({ tally: { states, transitions, depth } }: Swept): Counts => ({
  states,
  transitions,
  depth,
})

const sum = (numbers: Float64Array): number => numbers.reduce((total, n) => total + n, 0)
