import { describe, expect, it } from "vitest"
import { kinds } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { identity } from "../../model/identity.ts"
import { initialLock, lockStep, type LockAction, type LockState } from "../../model/lock-profile.ts"
import { candidates, rules } from "../../model/step.ts"
import { enumerate as enumerateSystem } from "../../properties/explore/enumerate.ts"
import { drawnCase } from "../../traces/conform/draw.ts"
import { lockProfile } from "../../traces/conform/lock-profile.ts"
import { lockRepertoire } from "../../traces/conform/lock-repertoire.ts"
import { pairProfile } from "../../traces/conform/pair-profile.ts"
import { pairRepertoire } from "../../traces/conform/pair-repertoire.ts"
import type { AskedAction, Profile } from "../../traces/conform/profile.ts"
import type { Case } from "../../traces/conform/repertoire.ts"
import { tourOf } from "../../traces/conform/tour.ts"
import { enumerate } from "../enumerate.ts"
import { statesOf } from "./model-peer.ts"

const pair = { profile: pairProfile(), repertoire: pairRepertoire, kinds }
const lock = { profile: lockProfile, repertoire: lockRepertoire, kinds: lockProfile.kinds }

describe("a tour", () => {
  it.each(lockRepertoire.scopes.map(({ name, config }) => [name, config] as const))(
    "asks each contender and host everything in every state, and nothing twice in vain: %s",
    (_name, config) => {
      const asked = askedIn(lock.profile, [...tourOf(lock, "here", config)], JSON.stringify, (_, action) =>
        JSON.stringify(action),
      )

      expect([...asked].toSorted()).toEqual([...everythingOfLock(config)].toSorted())
    },
  )

  it.each(pairRepertoire.scopes.map(({ name, config }) => [name, config] as const))(
    "asks a pair everything in every state, copies being told apart by where they are: %s",
    (_name, config) => {
      const cases = [...tourOf(pair, "here", config)]

      const asked = askedIn(pair.profile, cases, pairRepertoire.likeness, pairRepertoire.likened)

      const ofStrangers = [...asked].filter((each) => each.includes("@nowhere"))
      expect(new Set([...asked].filter((each) => !each.includes("@nowhere")))).toEqual(
        everythingOfPair(config),
      )
      expect(ofStrangers.length).toBeGreaterThan(0)
    },
  )

  it("asks nothing that a bound refuses", () => {
    const [, { config }] = lockRepertoire.scopes as [unknown, { readonly config: Config }]

    const guards = guardsIn(lock.profile, [...tourOf(lock, "here", config)])

    expect(guards.get("bound")).toBeUndefined()
    expect([...guards.keys()].toSorted()).toEqual(
      ["connected", "down", "paused", "phase", "running", "storage", "taken"].toSorted(),
    )
  })

  it("asks only the kinds that it is given", () => {
    const few = { ...lock, kinds: ["Contend", "TryLock"] }

    const cases = [...tourOf(few, "here", plainConfig(2, 1, { generations: 2 }))]

    expect(new Set(cases.flatMap(({ actions }) => actions.map(({ kind }) => kind)))).toEqual(
      new Set(["Contend", "TryLock"]),
    )
  })

  it("goes no deeper than it is told, and tries all on the way there", () => {
    const config = plainConfig(1, 1, { generations: 3 })

    const cases = [...tourOf(lock, "here", config, 1)]

    const taken = takenIn(lock.profile, cases)
    expect(Math.max(...taken)).toBe(1)
    expect(askedIn(lock.profile, cases, JSON.stringify, (_, action) => JSON.stringify(action)).size).toBe(
      lock.kinds.length,
    )
  })

  it("names its cases by number, breadth first: shorter ways before longer ones", () => {
    const cases = [...tourOf(lock, "there", plainConfig(1, 1, { generations: 2 }))]

    expect(cases.map(({ path }) => path)).toEqual(cases.map((_, n) => `scopes/there/${n + 1}`))
  })
})

describe("a drawn case", () => {
  it.each([
    ["pair", pair],
    ["lock", lock],
  ])("is always the same for a seed and a number, and another for others: %s", (_name, ground) => {
    const drawn = (seed: string, n: number): Case => drawnCase(ground as typeof pair, seed, n)

    expect(drawn("7", 3)).toEqual(drawn("7", 3))
    expect(drawn("7", 3).path).toBe("random/7/3")
    const all = ["7", "8"].flatMap((seed) => numbers(20).map((n) => JSON.stringify(drawn(seed, n).actions)))
    expect(new Set(all).size).toBeGreaterThan(30)
  })

  it.each([
    ["pair", pair],
    ["lock", lock],
  ])("asks what is taken and what is refused, and nothing that a bound refuses: %s", (_name, each) => {
    const ground = each as typeof pair
    const cases = numbers(150).map((n) => drawnCase(ground, "1", n))

    const guards = guardsIn(ground.profile, cases)

    const taken = guards.get("taken") ?? 0
    const refused = [...guards.values()].reduce((sum, count) => sum + count, 0) - taken
    expect(guards.get("bound")).toBeUndefined()
    expect(guards.get("unknown")).toBeUndefined()
    expect(taken).toBeGreaterThan(refused / 4)
    expect(refused).toBeGreaterThan(taken / 20)
  })

  it("asks, between them, every kind", () => {
    for (const ground of [pair, lock] as unknown as readonly (typeof pair)[]) {
      const cases = numbers(150).map((n) => drawnCase(ground, "1", n))

      const asked = new Set(cases.flatMap(({ actions }) => actions.map(({ kind }) => kind)))

      expect([...asked].toSorted()).toEqual([...ground.kinds].toSorted())
    }
  })

  it("is in the cluster that it is given, and asks only the kinds that it is given", () => {
    const config = plainConfig(2, 1, { log: 1, generations: 4 })
    const few = { ...pair, kinds: ["PowerOn", "SpawnSecondary", "FailHost"] }

    const cases = numbers(40).map((n) => drawnCase(few, "1", n, config))

    expect(cases.every((each) => each.config === config)).toBe(true)
    expect(cases.flatMap(({ actions }) => actions).every(({ kind }) => few.kinds.includes(kind))).toBe(true)
  })
})

// Helpers

const numbers = (most: number): readonly number[] => Array.from({ length: most }, (_, n) => n + 1)

/** Every state in which something is asked, with what is asked there. */
const askedIn = <S>(
  profile: Profile<S>,
  cases: readonly Case[],
  likeness: (state: S) => string,
  likened: (state: S, action: AskedAction) => string,
): ReadonlySet<string> => {
  const asked = new Set<string>()
  for (const { config, actions } of cases) {
    const states = statesOf(profile, config, actions)
    for (const [n, action] of actions.entries()) {
      const state = states[n] as S
      asked.add(`${likeness(state)} ${likened(state, action)}`)
    }
  }
  return asked
}

/** How often each guard refuses what is asked, by the bounds of the case; and how often it is taken. */
const guardsIn = <S>(profile: Profile<S>, cases: readonly Case[]): ReadonlyMap<string, number> => {
  const guards = new Map<string, number>()
  for (const { config, actions } of cases) {
    const states = statesOf(profile, config, actions)
    for (const [n, action] of actions.entries()) {
      const outcome = profile.step(config, states[n] as S, action)
      const guard = outcome.tag === "next" ? "taken" : outcome.guard
      guards.set(guard, (guards.get(guard) ?? 0) + 1)
    }
  }
  return guards
}

const takenIn = <S>(profile: Profile<S>, cases: readonly Case[]): readonly number[] =>
  cases.map((each) => guardsIn(profile, [each]).get("taken") ?? 0)

/** What can be asked in each state of the arbitration that is within bounds, found without the tour. */
const everythingOfLock = (config: Config): ReadonlySet<string> => {
  const asked = new Set<string>()
  const isWithin = (state: LockState): boolean => state.lock.generation <= config.bounds.generations
  const successors = (state: LockState) =>
    lockActions(state).flatMap((action) => {
      const outcome = lockStep(state, action)
      if (outcome.tag === "next" && !isWithin(outcome.state)) return []
      asked.add(`${JSON.stringify(state)} ${JSON.stringify(action)}`)
      return outcome.tag === "next" ? [{ action, state: outcome.state }] : []
    })
  enumerateSystem({ starts: [initialLock(config)], successors, key: JSON.stringify })
  return asked
}

/** Every action there is, a contender believing in one of the three newest generations. */
function lockActions({ hosts, copies, lock: { generation } }: LockState): readonly LockAction[] {
  const onHosts = ["FailHost", "LoseStorage", "RestoreStorage", "Pause", "Resume"] as const
  const newest = [generation, generation - 1, generation - 2].filter((each) => each >= 1)
  return [
    ...(Object.keys(copies) as (keyof typeof copies)[]).flatMap((copy): readonly LockAction[] => [
      ...newest.map((each) => ({ kind: "Contend" as const, copy, generation: each })),
      { kind: "TryLock", copy },
    ]),
    ...(Object.keys(hosts) as (keyof typeof hosts)[]).flatMap((host) =>
      onHosts.map((kind) => ({ kind, host })),
    ),
    { kind: "Advance", ms: 1000 },
  ]
}

/** The same of a pair, for the copies that run; which of the others are asked something depends on the way there. */
const everythingOfPair = (config: Config): ReadonlySet<string> => {
  const asked = new Set<string>()
  enumerate(rules, config, kinds, undefined, (state) => {
    for (const kind of kinds)
      for (const action of candidates(state, kind) as unknown as readonly AskedAction[]) {
        const outcome = pair.profile.step(config, state, action)
        if (outcome.tag === "refused" && outcome.guard === "bound") continue
        asked.add(`${identity(state)} ${pairRepertoire.likened(state, action)}`)
      }
  })
  return asked
}
