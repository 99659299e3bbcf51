import { describe, expect, it } from "vitest"
import { kinds } from "../../model/action.ts"
import { plainConfig } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import type { PairId } from "../../model/ids.ts"
import { step } from "../../model/step.ts"
import { atlasOf } from "../../conform/atlas.ts"
import { coverageOf } from "../../conform/coverage.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { placementProfile, questionKinds } from "../../conform/placement-profile.ts"
import { placementCases } from "../../conform/placement-cases.ts"
import { placementScopes, statesOf } from "../../conform/placement-scopes.ts"
import type { AskedAction } from "../../conform/profile.ts"
import type { Case, Scope } from "../../conform/case-source.ts"
import { tourOf } from "../../conform/tour.ts"
import { stateJsonOf } from "../../traces/state-json.ts"

describe("the questions of a placement", () => {
  const placement = { profile: placementProfile, caseSource: placementCases, kinds: questionKinds }

  it.each(placementScopes.map((scope) => [scope.name, scope] as const))(
    "are each asked once, in every state of %s, and no other",
    (_name, scope) => {
      const asked = [...tourOf(placement, scope)]
        .flatMap(({ actions }) => actions)
        .map((each) => JSON.stringify(each))

      expect(asked.toSorted()).toEqual([...new Set(questionsOfPlacement(scope))].toSorted())
    },
  )

  it("show every outcome that they promise", () => {
    const { config } = placementScopes[0] as Scope
    const seen = placementScopes.flatMap((scope) =>
      [...tourOf(placement, scope)].flatMap(({ actions }) => [
        ...placementCases.witnessesIn(
          scope.config,
          actions.map((action) => ({ isTaken: false, before: placementProfile.initial(config), action })),
        ),
      ]),
    )

    expect([...new Set(seen)].toSorted()).toEqual(placementCases.promised([]).toSorted())
  })

  it("are counted as covered only where they were asked", () => {
    const scope = placementScopes.find(({ name }) => name === "limits") as Scope
    const [first] = tourOf(placement, scope)
    const coverage = coverageOf(placement, [scope])
    const [action] = first?.actions ?? []
    const before = placementProfile.initial(scope.config)
    const { path } = first as Case

    coverage.note({ path, config: scope.config, actions: [] }, [
      { isTaken: false, before, action: action as AskedAction },
    ])

    expect(coverage.counts()).toMatchObject([
      { name: "limits", transitions: { covered: 1, all: 252 }, refusals: { covered: 0, all: 192 } },
    ])
  })
})

describe("a scope of which each question depends on the one before", () => {
  it("is covered as far as its steps were followed", () => {
    const pair = { profile: pairProfile(), caseSource: pairCases, kinds }
    const config = plainConfig(1, 1, { faults: 0, log: 0, generations: 3, powerOffUpTo: 1, fencesUpTo: 1 })
    const scope: Scope = { name: "here", says: "", config, kinds: null, refusals: "all" }
    const coverage = coverageOf(pair, [scope])
    const before = pair.profile.initial(config)
    const powerOn = { kind: "PowerOn", pair: "p1", host: "h1" }
    const outcome = pair.profile.step(config, before, powerOn)
    if (outcome.tag !== "next") throw new Error("expected a start")

    coverage.note({ path: "scopes/here/1", config, actions: [] }, [
      { isTaken: false, before, action: { kind: "PowerOff", pair: "p1" } },
      { isTaken: true, before, action: powerOn, after: outcome.state },
    ])

    const { transitions, refusals } = atlasOf(pair, scope)
    expect(Math.min(transitions, refusals)).toBeGreaterThan(1)
    expect(coverage.counts()).toMatchObject([
      { transitions: { covered: 1, all: transitions }, refusals: { covered: 1, all: refusals } },
    ])
  })
})

/** Every question of a scope that a host's state, a rule or a limit decides, found by the model's rules alone. */
function questionsOfPlacement(scope: Scope): readonly string[] {
  const protocol = protocolOf(scope.config)
  const hosts = scope.config.hosts.map(({ id }) => id)
  return statesOf(scope).flatMap((state) => {
    const json = stateJsonOf(state)
    const copies = Object.values(state.pairs).flatMap(({ copies }) => copies.map(({ id }) => id))
    const questions = [
      ...copies.flatMap((copy) => [
        { kind: "SpawnSecondary" as const, copy },
        { kind: "Migrate" as const, copy },
      ]),
      ...Object.keys(state.pairs).map((pair) => ({ kind: "PowerOn" as const, pair: pair as PairId })),
    ]
    return questions.flatMap((question) => {
      const outcomes = hosts.map((host) => step(protocol, state, { ...question, host }))
      const guards = outcomes.map((outcome) => (outcome.tag === "next" ? null : outcome.guard))
      // A copy that lacks its storage or its other end moves to no host at all.
      const isOfCopy = new Set(guards).size === 1 && ["storage", "unreachable"].includes(guards[0] ?? "")
      const isOfHosts = !isOfCopy && guards.some((guard) => guard === null || hostGuards.includes(guard))
      return isOfHosts ? [JSON.stringify({ ...question, state: json })] : []
    })
  })
}

const hostGuards: readonly string[] = [
  "storage",
  "maintenance",
  "anti-affinity",
  "unreachable",
  "rule",
  "limits",
]
