import { isDeepStrictEqual } from "node:util"
import { describe, expect, it } from "vitest"
import { coreKinds, describe as written, ftKinds, kinds, type Action, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { initial, type State } from "../../model/state.ts"
import { candidates, step } from "../../model/step.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { coreMutants, mutantNamed, mutants } from "../../properties/mutants/catalogue.ts"
import { distinctionFor } from "../../properties/distinctions.ts"
import { kindsWith, mutated, type Mutant } from "../../properties/mutants/mutant.ts"
import { shortestViolation } from "../enumerate.ts"
import { bounded, clusterOf, kindsChangedBy, ruleOnP1, withoutFt } from "../fixtures.ts"

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

    const run = mutant === null ? [] : violationOf(mutant, "L3", usualScope)

    expect(run.map(written)).toHaveLength(9)
  })

  it.each(coreMutants.map((mutant) => [mutant.name, mutant] as const))(
    "%s: and on its way to the violation it answers something else than the protocol",
    (_name, mutant) => {
      const [kill] = kills.filter((each) => each.mutant === mutant)

      const config = scopeOf(mutant, kill?.id ?? "")
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

const bounds = { log: 0, generations: 5, faults: 1 }

const usualScope = bounded({ log: 2, generations: 5, faults: 2 })

const operated: Config = {
  ...bounded({ log: 0, generations: 5, faults: 1, powerOffUpTo: 0, fencesUpTo: 2 }),
  policy: "registered",
}

const unconfigured: Config = withoutFt(
  {
    ...clusterOf([{}, {}], {
      bounds: { log: 0, generations: 5, faults: 1, powerOffUpTo: 1, fencesUpTo: 2 },
    }),
    policy: "registered",
  },
  "p1",
)

const crowded = clusterOf([{ ftVmsMax: 1 }, { ftVmsMax: 1 }, { ftVmsMax: 1 }], { pairs: 2, bounds })

const twoRules = clusterOf([{ groups: ["a"] }, { groups: ["a", "b"] }, { groups: ["b"] }], {
  rules: [ruleOnP1("must", "on", "a"), ruleOnP1("must", "not-on", "b")],
  bounds,
})

const ofVcpus = ofFourVcpus(
  clusterOf([{ ftVmsMax: 0 }, { ftVmsMax: 0, ftVcpusMax: 4 }, { ftVmsMax: 0 }], { pairs: 2, bounds }),
)

const picked: Config = {
  ...crowded,
  policy: "reference",
  bounds: { ...crowded.bounds, generations: 4, faults: 2, powerOffUpTo: 0, fencesUpTo: 0 },
}

/** Clusters for those whose fault shows only where there are rules or limits, or where the log plays no part. */
const scopes: Readonly<Record<string, Config>> = {
  TestRestartHaltsSuccessor: bounded({ log: 0, generations: 5, faults: 1 }),
  DeliverOverCutLink: bounded({ log: 1, generations: 5, faults: 1, powerOffUpTo: 0 }),
  DeliverForgetsReleased: bounded({ log: 2, generations: 5, faults: 0, powerOffUpTo: 0 }),
  BootForgetsReleased: bounded({ log: 1, generations: 5, faults: 1 }),
  PowerOffBumpsOnly: bounded({ log: 0, generations: 5, faults: 2 }),
  MustOnPrimaryOnly: twoRules,
  MustUnion: twoRules,
  OnlyPrimariesCount: crowded,
  ContendersNotCounted: crowded,
  LimitsIgnoredByHa: crowded,
  VcpusIgnored: ofVcpus,
  "ZeroMeansNone O11": ofVcpus,
  ZeroMeansNone: clusterOf([{ ftVmsMax: 2 }, { ftVmsMax: 0 }, { ftVmsMax: 2 }], { pairs: 2, bounds }),
  TurnOnIgnoresLimits: withoutFt({ ...crowded, bounds: { ...crowded.bounds, faults: 0 } }, "p2"),
  GoLiveNeedsRoom: crowded,
  PolicyPicksIneligible: picked,
  "PolicyPicksIneligible P5": {
    ...clusterOf([{ groups: ["a"] }, { groups: ["a", "b"] }, { groups: ["b"] }], {
      rules: [ruleOnP1("must", "on", "b")],
      bounds,
    }),
    policy: "reference",
  },
  RespawnFirst: picked,
  ColocationRefused: unconfigured,
  PrimaryHostIgnored: unconfigured,
  RegisterWhileOn: unconfigured,
  PowerOnStartsDisabled: unconfigured,
  TestFailoverWhileStarting: unconfigured,
  ReasonNotCleared: unconfigured,
  ShouldAsMust: clusterOf([{ ftVmsMax: 2, groups: ["a"] }, { ftVmsMax: 2 }, { ftVmsMax: 2 }], {
    pairs: 2,
    rules: [ruleOnP1("should", "not-on", "a")],
    bounds,
  }),
}

const scopeOf = (mutant: Mutant, id: string): Config =>
  scopes[`${mutant.name} ${id}`] ?? scopes[mutant.name] ?? (isAboutFt(mutant) ? operated : usualScope)

/** Whether what shows the fault includes an administrator's work on FT. */
const isAboutFt = (mutant: Mutant): boolean => ftKinds.every((kind) => kindsWith(mutant).includes(kind))

function ofFourVcpus(config: Config): Config {
  return { ...config, pairs: config.pairs.map((pair) => ({ ...pair, vcpus: 4 })) }
}

/** The core's kinds, those whose rule the mutant changes, and what they need to happen at all. */
const kindsFor = (mutant: Mutant): readonly Kind[] => {
  const needed = [...(mutant.about ?? []), ...(isAboutFt(mutant) ? ftKinds : [])]
  return [...new Set([...coreKinds, ...kindsChangedBy(mutant), ...needed])]
}

/** A shortest run of the mutant that violates the property. Each is searched for once. */
const violationOf = (mutant: Mutant, id: string, config = scopeOf(mutant, id)): readonly Action[] => {
  const key = `${mutant.name} ${id} ${config.bounds.log}`
  const known = violations.get(key)
  if (known !== undefined) return known
  const properties = catalogue.filter((property) => property.id === id)
  const among = kindsFor(mutant)
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
