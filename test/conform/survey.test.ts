import { describe, expect, it } from "vitest"
import { protocolOf } from "../../model/core.ts"
import type { PairId } from "../../model/ids.ts"
import { step } from "../../model/step.ts"
import { coverageOf } from "../../conform/coverage.ts"
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

    expect([...new Set(seen)].toSorted()).toEqual(placementCases.promised.toSorted())
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

    expect(coverage.told()).toMatchObject([
      { name: "limits", transitions: { covered: 1, all: 252 }, refusals: { covered: 0, all: 192 } },
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
