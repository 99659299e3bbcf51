import { describe, expect, it } from "vitest"
import { kinds, plainKinds, type Kind } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { initialLock, lockStep, type LockAction, type LockState } from "../../conform/lock-model.ts"
import { running, type State } from "../../model/state.ts"
import { candidates } from "../../model/step.ts"
import { enumerate as enumerateSystem } from "../../properties/explore/enumerate.ts"
import { drawnNameIn, drawnPath } from "../../conform/drawn-name.ts"
import { drawnCase } from "../../conform/draw.ts"
import { lockProfile } from "../../conform/lock-profile.ts"
import { lockCases } from "../../conform/lock-cases.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import type { AskedAction, Profile } from "../../conform/profile.ts"
import type { Case, Scope } from "../../conform/case-source.ts"
import { atlasOf, stranger } from "../../conform/atlas.ts"
import { searchOf } from "../../conform/search.ts"
import { concerned, sortOf } from "../../conform/sort.ts"
import { tourOf } from "../../conform/tour.ts"
import { enumerate } from "../enumerate.ts"
import { statesOf } from "./model-peer.ts"

const pair = { profile: pairProfile(), caseSource: pairCases, kinds }
const lock = { profile: lockProfile, caseSource: lockCases, kinds: lockProfile.kinds }

describe("a transition tour", () => {
  it.each(
    lockCases.scopes
      .filter(({ refusals }) => refusals === "all")
      .map((scope) => [scope.name, scope] as const),
  )("asks each contender and host everything in every state: %s", (_name, scope) => {
    const asked = askedIn(lock.profile, [...tourOf(lock, scope)], JSON.stringify, (_, action) =>
      JSON.stringify(action),
    )

    expect([...asked].toSorted()).toEqual([...everythingOfLock(scope.config)].toSorted())
  })

  it.each([
    ["2 hosts", scopeOf(2, { faults: 1, log: 1 }, "all", plainKinds)],
    ["3 hosts", scopeOf(3, { faults: 0, log: 0 }, "all")],
  ])("asks a pair everything in every state, whatever hosts and copies are called: %s", (_name, scope) => {
    const cases = [...tourOf(pair, scope)]

    const asked = askedIn(
      pair.profile,
      cases,
      (state) => canonicalBySorting(scope.config, state),
      (state, action) => actionBySorting(scope.config, state, action),
    )

    const ofStrangers = [...asked].filter((each) => each.includes("nowhere"))
    expect(new Set([...asked].filter((each) => !each.includes("nowhere")))).toEqual(everythingOfPair(scope))
    expect(ofStrangers.length).toBeGreaterThan(0)
  })

  it("takes every transition of a larger scope, and asks each sort of refusal there", () => {
    const scope = scopeOf(2, { faults: 1, log: 0 }, "by sort")
    const cases = [...tourOf(pair, scope)]

    const { taken, sorts } = takenAndSorts(scope.config, cases)

    const all = allTakenAndSorts(scope)
    expect(taken).toEqual(all.taken)
    expect(sorts).toEqual(all.sorts)
  })

  it("asks each sort of refusal there for each host that it meets, once", () => {
    const scope = scopeOf(2, { faults: 1, log: 0 }, "by sort")
    const asked = [...tourOf(pair, scope)].flatMap(({ actions }) => {
      const states = statesOf(pair.profile, scope.config, actions)
      return actions.flatMap((action, n) => {
        const outcome = pair.profile.step(scope.config, states[n] as State, action)
        if (outcome.tag === "next") return []
        const sort = sortOf(states[n] as State, action, outcome.guard)
        return [{ sort, hosts: concerned(states[n] as State, action) }]
      })
    })

    const names = asked.map(({ sort, hosts }) => `${sort} ${hosts}`)
    expect(new Set(names).size).toBe(names.length)
    const hostsOf = (sort: string) => asked.filter((each) => each.sort === sort).map(({ hosts }) => hosts)
    expect(hostsOf("SpawnSecondary anti-affinity primary live alone has a copy")).toEqual(
      expect.arrayContaining(["h1", "h2"].map((host) => JSON.stringify([host, undefined, host, undefined]))),
    )
  })

  it("begins on each of the hosts that look alike", () => {
    const cases = [...tourOf(pair, scopeOf(3, { faults: 0, log: 0 }, "all"))]

    const hosts = cases.map(
      ({ config, actions }) =>
        actions.find(
          (action) =>
            action.kind === "PowerOn" &&
            pair.profile.step(config, pair.profile.initial(config), action).tag === "next",
        )?.["host"],
    )

    expect(new Set(hosts)).toEqual(new Set(["h1", "h2", "h3"]))
  })

  it("goes on for long, and begins anew seldom", () => {
    for (const scope of pairCases.scopes.filter(({ name }) => name === "two-faults")) {
      const cases = [...tourOf(pair, scope)]
      const asks = cases.reduce((sum, { actions }) => sum + actions.length, 0)
      const { transitions, refusals } = atlasOf(pair, scope)

      expect(cases.length).toBeLessThan(transitions / 2)
      expect(asks - refusals).toBeLessThan(4 * transitions)
    }
  })

  it("asks nothing that a bound refuses", () => {
    const [, scope] = lockCases.scopes as [unknown, Scope]

    const guards = guardsIn(lock.profile, [...tourOf(lock, scope)])

    expect(guards.get("bound")).toBeUndefined()
    expect([...guards.keys()].toSorted()).toEqual(
      ["connected", "down", "paused", "phase", "running", "storage", "taken"].toSorted(),
    )
  })

  it("asks only the kinds that it is given", () => {
    const few = { ...lock, kinds: ["Contend", "TryLock"] }

    const cases = [...tourOf(few, lockCases.scopes[1] as Scope)]

    expect(new Set(cases.flatMap(({ actions }) => actions.map(({ kind }) => kind)))).toEqual(
      new Set(["Contend", "TryLock"]),
    )
  })

  it("is the same each time, and names its cases by number", () => {
    const scope = lockCases.scopes[0] as Scope

    const cases = [...tourOf(lock, scope)]

    expect(cases.map(({ path }) => path)).toEqual(cases.map((_, n) => `scopes/one-contender/${n + 1}`))
    expect([...tourOf({ ...lock, kinds: [...lock.kinds] }, { ...scope })]).toEqual(cases)
  })
})

describe("a search", () => {
  it("goes no deeper than it is reported, and tries all on the way there", () => {
    const config = plainConfig(1, 1, { generations: 3 })

    const cases = [...searchOf(lock, config, 1)]

    const taken = takenIn(lock.profile, cases)
    expect(Math.max(...taken)).toBe(1)
    expect(askedIn(lock.profile, cases, JSON.stringify, (_, action) => JSON.stringify(action)).size).toBe(
      lock.kinds.length + 1, // with the next generation, to contend for
    )
  })

  it("asks only what is meant, by the shortest ways", () => {
    const isMeant = (_: unknown, { kind }: AskedAction, guard: string | null): boolean =>
      kind === "Ack" && guard === null

    const [first] = [...searchOf(pair, plainConfig(2, 1), 7, isMeant)]

    expect(first?.actions.map(({ kind }) => kind)).toEqual([
      "PowerOn",
      "SpawnSecondary",
      "BeginLockstep",
      "Record",
      "JoinLockstep",
      "Deliver",
      "Ack",
    ])
  })
})

describe("a drawn case", () => {
  it.each([
    ["pair", pair],
    ["lock", lock],
  ])("is always the same for a seed and a number, and another for others: %s", (_name, ground) => {
    const drawn = (seed: string, n: number): Case => drawnCase(ground as typeof pair, { seed, n, redraw: 0 })

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
    const cases = numbers(150).map((n) => drawnCase(ground, { seed: "1", n, redraw: 0 }))

    const guards = guardsIn(ground.profile, cases)

    const taken = guards.get("taken") ?? 0
    const refused = [...guards.values()].reduce((sum, count) => sum + count, 0) - taken
    expect(guards.get("bound")).toBeUndefined()
    expect(guards.get("unknown")).toBeUndefined()
    expect(taken).toBeGreaterThan(refused / 4)
    expect(refused).toBeGreaterThan(taken / 20)
  })

  it("prefers what comes up seldom", () => {
    const blind = { ...pair, caseSource: { ...pairCases, sortOf: () => "any" } }
    const drawn = (ground: typeof pair, seed: string) =>
      numbers(100).flatMap((n) => sortsIn(drawnCase(ground, { seed, n: 2 * n - 1, redraw: 0 })))
    const usual = new Map<string, number>()
    for (const sort of drawn(blind, "1")) usual.set(sort, (usual.get(sort) ?? 0) + 1)
    const shareOfRare = (sorts: readonly string[]): number =>
      sorts.filter((sort) => (usual.get(sort) ?? 0) < 5).length / sorts.length

    expect(shareOfRare(drawn(pair, "2"))).toBeGreaterThan(1.5 * shareOfRare(drawn(blind, "2")))
  })

  it("goes far every second time: entries are recorded, delivered and acknowledged", () => {
    const kindsIn = (n: number): ReadonlySet<string> => {
      const { config, actions } = drawnCase(pair, { seed: "1", n: 2 * n, redraw: 0 })
      const states = statesOf(pair.profile, config, actions)
      const taken = actions.filter(
        (action, i) => pair.profile.step(config, states[i] as State, action).tag === "next",
      )
      return new Set(taken.map(({ kind }) => kind))
    }

    const cases = numbers(100).map(kindsIn)

    for (const kind of ["Deliver", "Ack", "TryLock"])
      expect(cases.filter((taken) => taken.has(kind)).length).toBeGreaterThan(15)
  })

  it("has a path that names it, and what was drawn in its place another", () => {
    const name = { seed: "0xab", n: 12, redraw: 3 }

    expect(drawnNameIn(drawnPath(name))).toEqual(name)
    expect(drawnNameIn("random/7/12")).toEqual({ seed: "7", n: 12, redraw: 0 })
    expect(["random/7/*", "random/x/1", "random/7/0", "scopes/a/1"].map(drawnNameIn)).toEqual([
      null,
      null,
      null,
      null,
    ])
    expect(drawnCase(pair, name)).not.toEqual(drawnCase(pair, { ...name, redraw: 0 }))
  })

  it("asks, between them, every kind", () => {
    for (const ground of [pair, lock] as unknown as readonly (typeof pair)[]) {
      const cases = numbers(150).map((n) => drawnCase(ground, { seed: "1", n, redraw: 0 }))

      const asked = new Set(cases.flatMap(({ actions }) => actions.map(({ kind }) => kind)))

      expect([...asked].toSorted()).toEqual(ground.kinds.toSorted())
    }
  })

  it("is in the cluster that it is given, and asks only the kinds that it is given", () => {
    const config = plainConfig(2, 1, { log: 1, generations: 4 })
    const few = { ...pair, kinds: ["PowerOn", "SpawnSecondary", "FailHost"] }

    const cases = numbers(40).map((n) => drawnCase(few, { seed: "1", n, redraw: 0 }, config))

    expect(cases.every((each) => each.config === config)).toBe(true)
    expect(cases.flatMap(({ actions }) => actions).every(({ kind }) => few.kinds.includes(kind))).toBe(true)
  })
})

// Helpers

function scopeOf(
  hosts: number,
  bounds: Partial<Config["bounds"]>,
  refusals: Scope["refusals"],
  among: readonly Kind[] = kinds,
): Scope {
  const config = plainConfig(hosts, 1, { generations: 3, powerOffUpTo: 1, fencesUpTo: 1, ...bounds })
  return { name: "here", says: "", config, kinds: among, refusals }
}

const numbers = (most: number): readonly number[] => Array.from({ length: most }, (_, n) => n + 1)

/** Every state in which something is asked, with what is asked there. */
const askedIn = <S>(
  profile: Profile<S>,
  cases: readonly Case[],
  canonicalForm: (state: S) => string,
  canonicalAction: (state: S, action: AskedAction) => string,
): ReadonlySet<string> => {
  const asked = new Set<string>()
  for (const { config, actions } of cases) {
    const states = statesOf(profile, config, actions)
    for (const [n, action] of actions.entries()) {
      const state = states[n] as S
      asked.add(`${canonicalForm(state)} ${canonicalAction(state, action)}`)
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

/** Every action there is, a contender believing in one of the three newest generations, or in the next. */
function lockActions({ hosts, copies, lock: { generation } }: LockState): readonly LockAction[] {
  const onHosts = ["FailHost", "LoseStorage", "RestoreStorage", "Pause", "Resume"] as const
  const newest = [generation, generation - 1, generation - 2, generation + 1].filter((each) => each >= 1)
  return [
    ...(Object.keys(copies) as (keyof typeof copies)[]).flatMap((copy): readonly LockAction[] => [
      ...newest.map((each) => ({ kind: "Contend" as const, copy, generation: each })),
      { kind: "TryLock", copy },
    ]),
    ...(Object.keys(hosts) as (keyof typeof hosts)[]).flatMap((host) =>
      onHosts.map((kind) => ({ kind, host })),
    ),
    { kind: "Advance", ms: 3_600_000 },
  ]
}

/** The same of a pair, for the copies that run; which of the others are asked something depends on the way there. */
const everythingOfPair = (scope: Scope): ReadonlySet<string> => {
  const { config } = scope
  const asked = new Set<string>()
  enumerate(protocolOf(config), among(scope), undefined, (state) => {
    for (const action of askable(scope, state))
      asked.add(`${canonicalBySorting(config, state)} ${actionBySorting(config, state, action)}`)
  })
  return asked
}

/** Everything that can be asked of a state within bounds. */
const askable = (scope: Scope, state: State): readonly AskedAction[] =>
  among(scope).flatMap((kind) =>
    (candidates(state, kind) as unknown as readonly AskedAction[]).filter((action) => {
      const outcome = pair.profile.step(scope.config, state, action)
      return outcome.tag === "next" || outcome.guard !== "bound"
    }),
  )

const among = (scope: Scope): readonly Kind[] => (scope.kinds ?? kinds) as readonly Kind[]

/** Found without the tour: a state by all the ways in which its hosts may be called, the first in the alphabet. */
const canonicalBySorting = (config: Config, state: State): string => toldOf(config, state).least

const reported = new Map<
  string,
  { readonly least: string; readonly by: readonly ((text: string) => string)[] }
>()

const toldOf = (config: Config, state: State) => {
  const words = wordsOf(state)
  const name = `${config.hosts.length} ${words}`
  const before = reported.get(name)
  if (before !== undefined) return before
  const renamed = renamings(config).map((rename) => ({ rename, text: rename(words) }))
  const least = renamed.map(({ text }) => text).toSorted()[0] as string
  const found = { least, by: renamed.filter(({ text }) => text === least).map(({ rename }) => rename) }
  reported.set(name, found)
  return found
}

/** An action by the ways to call the hosts by which its state is reported, the first in the alphabet. */
const actionBySorting = (config: Config, state: State, action: AskedAction): string => {
  const { copy, ...rest } = action as { readonly copy?: `p${bigint}.${bigint}` }
  const text = JSON.stringify([
    rest,
    copy === undefined ? null : (running(state, copy)?.copy.host ?? "nowhere"),
  ])
  return toldOf(config, state)
    .by.map((rename) => rename(text))
    .toSorted()[0] as string
}

/** What a state is, copies being called by their hosts: a list of facts. */
const wordsOf = (state: State): string =>
  JSON.stringify([
    state.faults,
    Object.entries(state.hosts),
    state.cut.map((link) => link.split("-")),
    Object.values(state.pairs).map(({ power, lock, copies, observed }) => {
      const at = (id: string | null | undefined) => copies.find((copy) => copy.id === id)?.host ?? id
      return [
        power,
        lock.generation,
        at(lock.holder),
        observed,
        copies.map(({ id: _, channel, ...copy }) => [
          copy,
          at(channel?.peer),
          channel?.delivered,
          channel?.acked,
        ]),
      ]
    }),
  ])

/** Each way to call the hosts by other names, in a text of facts: what has no order is sorted anew. */
const renamings = ({ hosts }: Config): readonly ((text: string) => string)[] =>
  orders(hosts.map(({ id }) => id)).map((names) => (text) => {
    const renamed = JSON.parse(
      text.replace(/h(\d)/g, (_, n: string) => names[Number(n) - 1] as string),
    ) as unknown
    return JSON.stringify(renamed, (_key, value: unknown) =>
      Array.isArray(value) && (value.every(Array.isArray) || value.every(isHost))
        ? value.toSorted(byText)
        : value,
    )
  })

const isHost = (value: unknown): boolean => typeof value === "string" && /^h\d$/.test(value)

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

const orders = (names: readonly string[]): readonly (readonly string[])[] =>
  names.length === 0
    ? [[]]
    : names.flatMap((name) => orders(names.filter((other) => other !== name)).map((rest) => [name, ...rest]))

const sortIn = (config: Config, state: State, action: AskedAction): string => {
  const outcome = pair.profile.step(config, state, action)
  return sortOf(state, action, outcome.tag === "next" ? null : outcome.guard)
}

const sortsIn = ({ config, actions }: Case): readonly string[] => {
  const states = statesOf(pair.profile, config, actions)
  return actions.map((action, n) => sortIn(config, states[n] as State, action))
}

/** The transitions that cases take, and the sorts of refusals that they ask. */
const takenAndSorts = (config: Config, cases: readonly Case[]) => {
  const taken = new Set<string>()
  const sorts = new Set<string>()
  for (const { actions } of cases) {
    const states = statesOf(pair.profile, config, actions)
    for (const [n, action] of actions.entries()) noteIn(config, states[n] as State, action, taken, sorts)
  }
  return { taken, sorts }
}

const allTakenAndSorts = (scope: Scope) => {
  const { config } = scope
  const taken = new Set<string>()
  const sorts = new Set<string>()
  enumerate(protocolOf(config), among(scope), undefined, (state) => {
    for (const action of askable(scope, state)) noteIn(config, state, action, taken, sorts)
  })
  return { taken, sorts }
}

/** Copies that do not run are left out. */
const noteIn = (
  config: Config,
  state: State,
  action: AskedAction,
  taken: Set<string>,
  sorts: Set<string>,
): void => {
  const sort = sortIn(config, state, action)
  if (sort.endsWith(stranger)) return
  if (sort.startsWith(`${action.kind} taken`))
    taken.add(`${canonicalBySorting(config, state)} ${actionBySorting(config, state, action)}`)
  else sorts.add(sort)
}
