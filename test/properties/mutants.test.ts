import { isDeepStrictEqual } from "node:util"
import { describe, expect, it } from "vitest"
import { describe as written, kinds, type Action } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { initial, type State } from "../../model/state.ts"
import { candidates, step } from "../../model/step.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { coreMutants, mutantNamed, mutants } from "../../properties/mutants/catalogue.ts"
import { distinctionFor } from "../../properties/distinctions.ts"
import { coreScope, mutated, scopeFor, type Mutant } from "../../properties/mutants/mutant.ts"
import { shortestViolation } from "../enumerate.ts"
import { kindsAbout } from "../fixtures.ts"

/**
 * What a mutant must break, in how many steps at least. Where no search has found that, it is not checked here; and
 * S19, which depends on a past that this search does not keep, is checked by the explorer (explore/path.test.ts). Those of
 * time are tested with it (test/parts/time).
 */
const kills = coreMutants.flatMap((mutant) =>
  Object.entries(mutant.killedBy).flatMap(([id, steps]) =>
    steps === null || id === "S19" ? [] : [{ mutant, id, steps }],
  ),
)

describe("a mutant is caught", () => {
  it.each(kills.map(({ mutant, id, steps }) => [mutant.name, id, steps, mutant] as const))(
    "%s: by %s, after %i steps and no fewer",
    (_name, id, steps, mutant) => {
      const run = violationOf(mutant, id)

      expect(run.map(written)).toHaveLength(steps)
    },
  )

  // The same violation as above with logs of two instead of none. It is judged in quiescent states, and where logs are
  // bounded there is none before they are full: two records and their releases come first.
  it("PowerOffBumpsOnly, with logs of two: by L3, after 9 steps and no fewer", () => {
    const mutant = mutantNamed("PowerOffBumpsOnly")

    const run = mutant === null ? [] : violationOf(mutant, "L3", coreScope)

    expect(run.map(written)).toHaveLength(9)
  })

  it.each(coreMutants.map((mutant) => [mutant.name, mutant] as const))(
    "%s: and on its way to the violation it answers something else than the protocol",
    (_name, mutant) => {
      const [kill] = kills.filter((each) => each.mutant === mutant)

      const config = scopeFor(mutant, kill?.id ?? "")
      const states = kill === undefined ? [] : statesOn(mutant, config, violationOf(mutant, kill.id))

      expect(states.some((state) => answersDiffer(mutant, config, state))).toBe(true)
    },
  )
})

describe("a mutant", () => {
  it("is caught by properties of the catalogue, one at least", () => {
    const ids = new Set(catalogue.map(({ id }) => id))

    const astray = mutants.filter(({ killedBy }) => {
      const killers = Object.keys(killedBy)
      return killers.length === 0 || !killers.every((id) => ids.has(id))
    })

    expect(astray.map(({ name }) => name)).toEqual([])
  })

  it("has a name that no other has", () => {
    expect(mutants.map(({ name }) => mutantNamed(name))).toEqual(mutants)
    expect(mutantNamed("NoSuchMutant")).toBeNull()
  })
})

describe("no mutant at all", () => {
  it("is the protocol", () => {
    expect(mutated(null)).toBe(protocolOf)
  })
})

// Helpers

/** A shortest run of the mutant that violates the property. Each is searched for once. */
const violationOf = (mutant: Mutant, id: string, config = scopeFor(mutant, id)): readonly Action[] => {
  const key = `${mutant.name} ${id} ${config.bounds.log}`
  const known = violations.get(key)
  if (known !== undefined) return known
  const properties = catalogue.filter((property) => property.id === id)
  const among = kindsAbout(mutant)
  const options = { key: distinctionFor(config, among, [id]) }
  const found = shortestViolation(mutated(mutant)(config), among, properties, options)
  if (found === null || found === "unknown") throw new Error(`${mutant.name} never violates ${id}`)
  violations.set(key, found)
  return found
}

const violations = new Map<string, readonly Action[]>()

const statesOn = (mutant: Mutant, config: Config, run: readonly Action[]): readonly State[] => {
  const protocol = mutated(mutant)(config)
  const states = [initial(protocol.config)]
  for (const action of run) {
    const outcome = step(protocol, states.at(-1) as State, action)
    if (outcome.tag === "refused") throw new Error(`${written(action)} is refused: ${outcome.guard}`)
    states.push(outcome.state)
  }
  return states
}

const answersDiffer = (mutant: Mutant, config: Config, state: State): boolean => {
  return kinds
    .flatMap((kind) => candidates(state, kind))
    .some((action) => {
      const [its, ours] = [mutated(mutant), protocolOf].map((protocolIn) =>
        step(protocolIn(config), state, action),
      )
      return !isDeepStrictEqual(its, ours)
    })
}
