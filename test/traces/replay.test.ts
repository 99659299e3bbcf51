import * as fc from "fast-check"
import { readdirSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, it } from "vitest"
import type { Action } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { catalogue, matching } from "../../properties/catalogue.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { mutated, without } from "../../properties/mutants/mutant.ts"
import { corpusFolder, scenariosFolder } from "../../traces/package.ts"
import { readStory, type Story } from "../../traces/read.ts"
import {
  firstDifference,
  outcomeOf,
  replay,
  replayStory,
  verdictOf,
  type ReplayOutcome,
  type Verdict,
} from "../../traces/replay.ts"
import { stateJsonOf } from "../../traces/state-json.ts"
import { arbitraryRun, statesOf } from "../properties/arbitrary/runs.ts"

describe("a published scenario gives what it promises:", () => {
  it.each(readdirSync(scenariosFolder).map((name) => [basename(name, ".json")]))("%s", (name) => {
    const story = readStory(join(scenariosFolder, `${name}.json`))

    const replayed = replay(mutated(mutantNamed(story.mutant ?? ""))(story.config), catalogue, story.actions)

    expect(story.expect).not.toBeNull()
    expect({ ...verdictOf(replayed, story), outcome: outcomeOf(story, replayed) }).toMatchObject({
      verdict: story.expect?.verdict,
      outcome: "reproduced",
    })
  })
})

describe("replay", () => {
  it("goes the way of the run, and finds the protocol to hold on it", () => {
    fc.assert(
      fc.property(arbitraryRun(), ({ config, actions, states }) => {
        expect(replay(protocolOf(config), catalogue, actions)).toEqual({
          states,
          violations: [],
          refusal: null,
        })
      }),
      { numRuns: 40 },
    )
  })

  it("stops where an action is refused, and reports the guard", () => {
    const { states, refusal } = replay(protocolOf(two), catalogue, [...protectedPair, ...protectedPair])

    expect(refusal).toEqual({ step: 5, guard: "power" })
    expect(states).toEqual(statesOf(two, null, protectedPair))
  })

  it("reports what was violated before an action that is refused", () => {
    const story: Story = { ...running, ...twoOnOneHost }
    const replayed = replay(mutated(mutantNamed("SpawnIgnoresAntiAffinity"))(two), catalogue, [
      ...story.actions,
      powerOn,
    ])

    expect(replayed.refusal).toMatchObject({ step: 3 })
    expect(verdictOf(replayed, story)).toEqual({ verdict: "breached", property: "S7", step: 2 })
  })

  it("lets only those actions be refused of which that is said", () => {
    const { refusal } = replay(protocolOf(two), catalogue, [...protectedPair, powerOn, powerOn], {
      probes: new Set([6]),
    })

    expect(refusal).toMatchObject({ step: 5 })
  })

  it("goes on after a violation, and reports the first step of each property that is violated", () => {
    const { violations, states } = replay(mutated(mutantNamed("SpawnIgnoresAntiAffinity"))(two), catalogue, [
      powerOn,
      { kind: "SpawnSecondary", copy: "p1.1", host: "h1" },
      { kind: "Record", copy: "p1.1" },
    ])

    expect(states).toHaveLength(4)
    expect(violations).toMatchObject([{ property: { id: "S7" }, step: 2 }])
  })

  it("checks liveness only in quiescent states", () => {
    const one = plainConfig(1, 1, { log: 1 })
    const withholding = mutated(mutantNamed("LiveWithholds"))(one)
    const record: Action = { kind: "Record", copy: "p1.1" }

    expect(replay(withholding, catalogue, [powerOn]).violations).toEqual([])
    expect(replay(withholding, catalogue, [powerOn, record]).violations).toMatchObject([
      { property: { id: "L4" }, step: 2 },
    ])
  })

  it("checks liveness at the end of a run with an action that may be refused, wherever that stands", () => {
    const one = plainConfig(1, 1, { log: 1 })
    const withholding = mutated(mutantNamed("LiveWithholds"))(one)
    const record: Action = { kind: "Record", copy: "p1.1" }
    const refused: Action = { kind: "BeginLockstep", copy: "p1.1" }

    for (const at of [1, 2, 3]) {
      const actions = [powerOn, record].toSpliced(at - 1, 0, refused)

      const replayed = replay(withholding, catalogue, actions, { probes: new Set([at]) })

      expect(replayed).toMatchObject({ violations: [{ property: { id: "L4" }, step: 3 }], refusal: null })
      expect(replayed.states).toHaveLength(4)
    }
  })

  it("checks L0 only on request", () => {
    const config = plainConfig(2, 1, { log: 0 })
    const neverQuiescent = mutated(mutantNamed("SuspectsForNothing"))(config)

    expect(replay(neverQuiescent, catalogue, protectedPair.slice(0, 2)).violations).toEqual([])
    expect(
      replay(neverQuiescent, matching(["L0"]), protectedPair.slice(0, 2), { checkQuiescence: true })
        .violations,
    ).toMatchObject([{ property: { id: "L0" }, step: 2 }])
  })
})

describe("replay of a run that ends in a quiescent state", () => {
  const run: readonly Action[] = [powerOn, { kind: "Record", copy: "p1.1" }]
  const withholding = (generations: number) =>
    mutated(mutantNamed("LiveWithholds"))(plainConfig(1, 1, { log: 1, generations }))

  it.each([null, 2])("checks the quiescent state where nothing is done in its loop: %s", (loop) => {
    expect(replay(withholding(2), catalogue, run, { loop }).violations).toMatchObject([
      { property: { id: "L4" }, step: 2 },
    ])
  })

  it("checks nothing at the bound of its generations", () => {
    expect(replay(withholding(1), catalogue, run).violations).toEqual([])
  })
})

describe("replay of a loop", () => {
  it("checks every liveness property of it, and not the first alone", () => {
    const config = plainConfig(2, 1, { log: 0 })
    const giveUp = without("AbandonSync", "needed")(protocolOf(config))

    const { violations } = replay(giveUp, matching(["S1", "L0", "L1"]), givingUp, { loop: 1 })

    expect(violations).toMatchObject([{ property: { id: "L1" }, step: 4 }])
  })
})

describe("replay of a story", () => {
  it.each(readdirSync(corpusFolder).filter((name) => /^(S19|L0)\./.test(name)))(
    "checks what came before, and L0: %s",
    (name) => {
      const story = readStory(join(corpusFolder, name))

      expect(outcomeOf(story, replayStory(catalogue, story))).toBe("reproduced")
    },
  )

  it("checks L0 where it denies that", () => {
    const story: Story = {
      ...running,
      config: plainConfig(2, 1, { log: 0 }),
      mutant: "SuspectsForNothing",
      actions: protectedPair.slice(0, 2),
    }

    const [silent, denied] = [null, violation("L0")].map((expected) =>
      replayStory(catalogue, { ...story, expect: expected }),
    )

    expect(silent?.violations).toEqual([])
    expect(denied?.violations).toMatchObject([{ property: { id: "L0" }, step: 2 }])
  })
})

describe("a story", () => {
  it("is replayed with the actions that may be refused", () => {
    const story: Story = { ...running, actions: [...protectedPair, powerOn], probes: new Set([5]) }

    expect(replayStory(catalogue, story)).toMatchObject({ refusal: null, states: { length: 6 } })
  })

  it("is replayed round its loop", () => {
    const config = plainConfig(2, 1, { log: 0 })
    const story: Story = { ...running, config, actions: givingUp, loop: 1 }

    const { violations } = replayStory(matching(["L1"]), story, (each) =>
      without("AbandonSync", "needed")(protocolOf(each)),
    )

    expect(violations).toMatchObject([{ property: { id: "L1" }, step: 4 }])
  })
})

describe("the rules of a story", () => {
  it.each([
    ["both", "breached"],
    ["model", "breached"],
    ["engine", "refused"],
  ] as const)("are its mutant's, but where that is only the engine's: %s", (side, verdict) => {
    const story: Story = { ...running, ...twoOnOneHost, meta: { side } as unknown as Story["meta"] }

    expect(verdictOf(replayStory(catalogue, story), story).verdict).toBe(verdict)
  })

  it.each([
    ["both", 0],
    ["model", 1],
    ["engine", 1],
  ] as const)("go along with the engine's where the mutant is on both sides: %s", (side, divergences) => {
    const story: Story = {
      ...running,
      ...skipped,
      expect: { verdict: "breached", property: "R1" },
      meta: { side } as unknown as Story["meta"],
    }

    const { violations } = replayStory([], story)

    expect(violations).toHaveLength(divergences)
  })
})

describe("outcomeOf", () => {
  it.each<readonly [ReplayOutcome, string, Partial<Story>, Verdict["verdict"]]>([
    ["reproduced", "all holds and nothing was promised", {}, "holds"],
    ["reproduced", "all holds as promised", { expect: { verdict: "holds" } }, "holds"],
    ["reproduced", "it ends as promised", endsIn("running"), "holds"],
    ["diverged", "it ends in another state", endsIn("needSecondary"), "holds"],
    [
      "reproduced",
      "it ends as promised, with the reason",
      { ...alone, ...endsIn("needSecondary:initializing") },
      "holds",
    ],
    [
      "reproduced",
      "it ends as promised, where no reason is",
      { ...alone, ...endsIn("needSecondary") },
      "holds",
    ],
    ["diverged", "it ends for another reason", { ...alone, ...endsIn("needSecondary:other") }, "holds"],
    ["fixed", "it holds what it should violate", { expect: violation("S1") }, "holds"],
    ["fixed", "it holds what it should refuse", { expect: { verdict: "refused" } }, "holds"],
    ["diverged", "it violates and nothing was promised", twoOnOneHost, "breached"],
    [
      "diverged",
      "it violates what should hold",
      { ...twoOnOneHost, expect: { verdict: "holds" } },
      "breached",
    ],
    ["reproduced", "it violates as promised", { ...twoOnOneHost, expect: violation("S7") }, "breached"],
    ["reproduced", "it violates when promised", { ...twoOnOneHost, expect: violation("S7", 2) }, "breached"],
    ["diverged", "it violates at another step", { ...twoOnOneHost, expect: violation("S7", 1) }, "breached"],
    ["diverged", "it violates something else", { ...twoOnOneHost, expect: violation("S1") }, "breached"],
    ["refused-now", "it is refused and nothing was promised", refusedAtOnce, "refused"],
    [
      "refused-now",
      "it is refused what should violate",
      { ...refusedAtOnce, expect: violation("S7") },
      "refused",
    ],
    [
      "reproduced",
      "it is refused as promised",
      { ...refusedAtOnce, expect: { verdict: "refused" } },
      "refused",
    ],
    [
      "reproduced",
      "it is refused when and by what was promised",
      { ...refusedAtOnce, expect: { verdict: "refused", step: 1, guard: "copy" } },
      "refused",
    ],
    [
      "refused-now",
      "it is refused by another guard",
      { ...refusedAtOnce, expect: { verdict: "refused", guard: "phase" } },
      "refused",
    ],
    ["diverged", "a state is not the one that is stored", { states: storedWith({ ft: "off" }) }, "holds"],
    ["reproduced", "every state is the one that is stored", { states: storedWith({}) }, "holds"],
  ])("is %s where %s", (outcome, _situation, reported, verdict) => {
    const story: Story = { ...running, ...reported }

    const replayed = replay(mutated(mutantNamed(story.mutant ?? ""))(story.config), catalogue, story.actions)

    expect(outcomeOf(story, replayed)).toBe(outcome)
    expect(verdictOf(replayed, story).verdict).toBe(verdict)
  })
})

describe("verdictOf", () => {
  it("reports the violation that is promised, though another came first", () => {
    const story: Story = { ...running, ...skipped, expect: violation("S15") }

    const replayed = replay(
      mutated(mutantNamed("SecondarySkipsLock"))(story.config),
      catalogue,
      story.actions,
    )

    expect(replayed.violations.map(({ property }) => property.id)).toEqual(["S1", "S15", "S30"])
    expect(verdictOf(replayed, story)).toEqual({ verdict: "breached", property: "S15", step: 5 })
    expect(verdictOf(replayed, { ...story, expect: null })).toMatchObject({ property: "S1" })
  })
})

describe("firstDifference", () => {
  it("does not mind in which order a state is written", () => {
    const states = statesOf(two, null, protectedPair).map(stateJsonOf)
    const turned = states.map((state) =>
      Object.fromEntries(Object.entries(state).toReversed()),
    ) as typeof states

    const replayed = replay(protocolOf(two), [], protectedPair)

    expect(firstDifference({ ...running, states: turned }, replayed)).toBeNull()
  })

  it("is the number of the first state that differs", () => {
    const replayed = replay(protocolOf(two), [], protectedPair)

    const stored = storedWith({ power: "off" })
    const turned = stored?.toReversed() ?? null

    expect(firstDifference({ ...running, states: stored }, replayed)).toBe(4)
    expect(firstDifference({ ...running, states: turned }, replayed)).toBe(0)
  })
})

// Helpers

const two: Config = plainConfig(2, 1)

const powerOn: Action = { kind: "PowerOn", pair: "p1", host: "h1" }

const protectedPair: readonly Action[] = [
  powerOn,
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
]

/** A Primary that is alone again after a sync that it gives up. */
const givingUp: readonly Action[] = [
  powerOn,
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "AbandonSync", copy: "p1.1" },
  { kind: "SyncLost", copy: "p1.2" },
]

/** A schedule that ends in a pair that is protected, and promises nothing. */
const running: Story = {
  file: "running.json",
  title: null,
  source: null,
  config: two,
  mutant: null,
  actions: protectedPair,
  probes: new Set(),
  expect: null,
  states: null,
  loop: null,
  meta: null,
}

const alone: Partial<Story> = { actions: [powerOn] }

const twoOnOneHost: Partial<Story> = {
  mutant: "SpawnIgnoresAntiAffinity",
  actions: [powerOn, { kind: "SpawnSecondary", copy: "p1.1", host: "h1" }],
}

const refusedAtOnce: Partial<Story> = { actions: [{ kind: "Record", copy: "p1.1" }] }

const skipped: Partial<Story> = {
  mutant: "SecondarySkipsLock",
  actions: [...protectedPair, { kind: "Suspect", copy: "p1.2" }],
}

const violation = (property: string, step?: number): NonNullable<Story["expect"]> => ({
  verdict: "breached",
  property,
  ...(step === undefined ? {} : { step }),
})

const endsIn = (state: string): Partial<Story> => ({ expect: { verdict: "holds", final: { p1: state } } })

/** The states of the protected pair as they would be stored, with something else in the last. */
const storedWith = (change: object): Story["states"] => {
  const states = statesOf(two, null, protectedPair).map(stateJsonOf)
  const last = states.at(-1) as (typeof states)[number]
  const p1 = { ...last.pairs["p1"], ...change } as (typeof last.pairs)["p1"]
  return [...states.slice(0, -1), { ...last, pairs: { p1 } }]
}
