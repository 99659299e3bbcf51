import { mkdirSync, rmSync } from "node:fs"
import { afterEach, describe, expect, it, vi } from "vitest"
import { coreKinds, kinds } from "../../model/action.ts"
import type { Bookkeeping } from "../../model/bookkeeping.ts"
import { protocolOf } from "../../model/core.ts"
import type { ToHost } from "../../model/subject.ts"
import { refusal } from "../../impl/engine/guards.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { sidesNamed, type Sides } from "../../properties/explore/sides.ts"
import { mutants } from "../../properties/mutants/catalogue.ts"
import { ruled } from "../../model/change.ts"
import { never, without } from "../../properties/mutants/mutant.ts"
import { readStory } from "../../traces/read.ts"
import { outcomeOf, replayStory } from "../../traces/replay.ts"
import { exploreScope } from "../../cli/explore/explore.ts"
import type { ExploreFlags } from "../../cli/explore/flags.ts"
import { freshFolder } from "./ftpair.ts"

afterEach(() => {
  vi.restoreAllMocks()
})

describe("with the reduction forced on, the command", () => {
  const killed = mutants.filter(({ killedBy }) => Object.keys(killedBy).some(isReducible))

  it.each(killed.map(({ name, killedBy }) => [name, Object.keys(killedBy).filter(isReducible)] as const))(
    "finds %s, by %j",
    async (mutant, property) => {
      const { code, document } = await explored({ mutant, property, reduction: true })

      expect([code, document.verdict]).toEqual([12, "breached"])
    },
  )

  it.each([
    "PrimarySkipsLock",
    "NonAtomicLock",
    "LockIgnoresGeneration",
    "WinWithoutBump",
    "SyncingContends",
  ])("finds what is wrong with the rules of %s, made the protocol's own on both sides", async (mutant) => {
    const flags = { reduction: true, log: 1, actions: mutant === "SyncingContends" ? kinds : coreKinds }
    const { code, document } = await explored(flags, sidesNamed(mutant))

    expect(document.breaches.length).toBeGreaterThan(0)
    expect(code).toBe(12)
  })

  it("says what a verdict that holds relies on", async () => {
    const { code, document } = await explored({ ...small, reduction: true })

    expect(code).toBe(0)
    expect(document.assurance).toContain("the reduction relies on an argument about the protocol as written")
  })
})

describe("a verdict", () => {
  it("is divergence, and never held, where the model confirms nothing of what the engine finds", async () => {
    const { code, document } = await explored(
      { log: 0, property: ["S1"] },
      { ...sidesNamed("SecondarySkipsLock"), model: protocolOf },
    )

    expect([code, document.verdict]).toEqual([14, "divergence"])
  })

  it.each([
    ["as usual", {}],
    ["without symmetry", { symmetry: false }],
    ["with the reduction", { reduction: true }],
  ])("is divergence, and never held, where the model alone was changed: %s", async (_how, flags) => {
    const { code, document } = await explored(
      { log: 0, ...flags },
      { ...sidesNamed(null), model: sidesNamed("SpawnIgnoresAntiAffinity").model },
    )

    expect([code, document.verdict]).toEqual([14, "divergence"])
    expect(document.divergences.join()).toMatch(/^after \d+ steps? of the model, SpawnSecondary/)
  })

  it.each([
    ["a pinned scope in which nobody can power on", small],
    ["any other", { ...small, generations: 4 }],
    ["one whose kinds are named", { ...small, actions: ["PowerOn", "HaRestart"] as const, faults: 0 }],
  ])("is vacuous in %s", async (_name, flags) => {
    const noPowerOn: Sides = {
      model: (config) => never("PowerOn", "rule")(protocolOf(config)),
      mutation: () => ({ PowerOn: () => refusal.rule }),
      indexed: false,
    }

    const { code, document } = await explored({ ...flags, property: ["S1"] }, noPowerOn)

    expect([code, document.verdict]).toEqual([15, "vacuous"])
    expect(document.vacuous.length).toBeGreaterThan(0)
  })

  it("is vacuous without a kind or a witness that is required", async () => {
    const { code, document } = await explored({ ...small, require: ["PowerOn", "PowerOff", "fork"] })

    expect(code).toBe(15)
    expect(document.vacuous).toEqual(["PowerOff", "fork"])
  })
})

describe("a deadlock: a terminal state that violates liveness,", () => {
  it.each([
    ["packed", true],
    ["packed", false],
    ["model", false],
  ] as const)("ends the command with 11, by the engine %s, with symmetry: %s", async (engine, symmetry) => {
    const stuck = { ...small, hosts: 2, actions: coreKinds, mutant: "SyncNeverAbandoned", engine }

    const { code, document } = await explored({ ...stuck, symmetry })

    expect([code, document.verdict]).toEqual([11, "deadlock"])
    expect(document.breaches.map(({ property }) => property)).toEqual(["L1"])
  })
})

describe("a rule that applies where the protocol's own never does", () => {
  it("is met there", async ({ onTestFinished }) => {
    const out = freshFolder(onTestFinished)

    const { code, document } = await explored(
      { hosts: 2, log: 0, faults: 0, generations: 4, out },
      overzealous,
    )

    expect([code, document.verdict]).toEqual([12, "breached"])
    expect(document.breaches.map(({ property, steps }) => [property, steps])).toContainEqual(["S11", 1])
  })
})

describe("a livelock", () => {
  it("is a violation of liveness, kept as a lasso that replays as one", async ({ onTestFinished }) => {
    const out = freshFolder(onTestFinished)

    const { code, document } = await explored(
      { ...small, liveness: true, property: ["L1"], out },
      neverQuiescent,
    )

    const [violation] = document.breaches
    const story = readStory(violation?.file ?? "")
    expect(code).toBe(13)
    expect(violation).toMatchObject({ property: "L1", minimality: "found" })
    expect(violation?.loop).toBeLessThan(violation?.steps ?? 0)
    expect(violation?.fairness?.length).toBeGreaterThan(0)
    expect(story.loop).toBe(violation?.loop)
    expect(outcomeOf(story, replayStory(catalogue, story, neverQuiescent.model))).toBe("reproduced")
    expect(outcomeOf(story, replayStory(catalogue, story))).toBe("refused-now")
  })
})

describe("rules that do not treat hosts alike", () => {
  it("are noticed, and explored without symmetry", async () => {
    const { code, document } = await explored(small, lame)

    expect(document.scope).toMatchObject({ symmetry: false, asymmetric: true })
    expect(document.states).toBe(document.standsFor)
    expect([0, 14, 13]).toContain(code)
  })
})

describe("registrations", () => {
  it("are not checked where nobody names S29, and never reported as held", async () => {
    const { document } = await explored(small)

    expect(document.notAsked).toContain("S29")
    expect(document.properties).not.toContain("S29")
  })

  it.each([
    ["as usual", {}],
    ["without symmetry", { symmetry: false }],
    ["with the reduction", { reduction: true }],
    ["by the model alone", { engine: "model" }],
  ] as const)("that a failover does not exchange are found, %s", async (_how, flags) => {
    const { code, document } = await explored({ ...small, ...flags, property: ["S29"] }, forgetful)

    expect(code).toBe(12)
    expect(document.breaches).toMatchObject([{ property: "S29", steps: 6 }])
  })

  it.each<[object, readonly string[]]>([
    [{ property: ["S29"] }, ["S29"]],
    [{ property: ["O5"] }, ["O5"]],
    [{}, ["S29", "O5"]],
  ])("that a spawn leaves behind are found by the run of two steps: %j", async (flags, ids) => {
    const { code, document } = await explored({ mutant: "SpawnNotRegistered", ...flags })

    expect(code).toBe(12)
    expect(document.breaches).toMatchObject(ids.map((property) => ({ property, steps: 2 })))
  })

  it("are checked without being named where a guard reads them", async () => {
    const { document } = await explored({ ...small, actions: [...coreKinds, "Register"] })

    expect(document.properties).toEqual(expect.arrayContaining(["S29", "O5", "O6", "O11"]))
    expect(document.notAsked).toContain("O10")
  })
})

describe("reasons", () => {
  it("are not checked where nobody names O10, and never reported as held", async () => {
    const { document } = await explored(small)

    expect(document.notAsked).toContain("O10")
    expect(document.properties).not.toContain("O10")
  })

  it.each([
    ["as usual", {}],
    ["without symmetry", { symmetry: false }],
    ["with the reduction", { reduction: true }],
    ["by the model alone", { engine: "model" }],
  ] as const)("that stay are found, %s", async (_how, flags) => {
    const { code, document } = await explored({ mutant: "ReasonNotCleared", property: ["O10"], ...flags })

    expect(code).toBe(12)
    expect(document.breaches).toMatchObject([{ property: "O10", steps: 3 }])
  })

  it("are kept by the protocol, on both sides in as many states", async () => {
    const [one, other] = [
      await explored({ ...small, property: ["O10"], symmetry: false }),
      await explored({ ...small, property: ["O10"], engine: "model" }),
    ]

    expect(one.document).toMatchObject({ verdict: "held", properties: ["O10"] })
    expect(other.document.states).toBe(one.document.states)
  })
})

describe("registrations", () => {
  it.each([
    ["one pair", small],
    ["one pair that is switched off and on", { log: 0, faults: 0, powerOffUpTo: 2 }],
    ["two pairs", { ...small, faults: 0, pairs: 2 }],
    ["one pair that operators move", { ...small, faults: 0, actions: kinds, fencesUpTo: 1, generations: 3 }],
  ])("are counted alike with symmetry, without, and by the model: %s", async (_name, flags) => {
    const [joined, apart, model] = [
      await explored({ ...flags, property: ["S29"] }),
      await explored({ ...flags, property: ["S29"], symmetry: false }),
      await explored({ ...flags, property: ["S29"], engine: "model" }),
    ].map(({ document }) => document)

    expect(joined?.states).toBeLessThan(joined?.standsFor ?? 0)
    expect(joined?.scope).toMatchObject({ asymmetric: false })
    expect([joined?.standsFor, apart?.states]).toEqual([model?.states, model?.states])
    expect(joined?.verdict).toBe("held")
  })
})

describe("the command", () => {
  it("counts what operators do twice in a generation", async () => {
    const { code } = await explored({ actions: kinds, property: ["S18"], log: 0, faults: 0 })

    expect(code).toBe(0)
  })

  it.each([
    [{ hosts: 999_999_999 }, /--hosts 999999999: expected 16 at the most/],
    [{ hosts: 16, pairs: 16 }, /64 hosts times pairs/],
    [{ out: "/dev/null/below" }, /\/dev\/null/],
    [{ dot: "/dev/null" }, /expected a file, and it is neither/],
    [{ reduction: true, property: ["S19"] }, /S19/],
  ])("refuses %j before it searches", async (flags, message) => {
    await expect(explored(flags)).rejects.toThrow(message)
  })

  it("reports what it has found where it cannot be saved", async ({ onTestFinished }) => {
    const flags = { mutant: "SecondarySkipsLock", property: ["S1"], out: freshFolder(onTestFinished) }
    const file = (await explored(flags)).document.breaches[0]?.file ?? ""
    rmSync(file)
    mkdirSync(file)

    const { code, document } = await explored(flags)

    expect(code).toBe(12)
    expect(document.breaches[0]).toMatchObject({ property: "S1", steps: 5, file: null })
  })

  it("stopped, reports what was covered", async () => {
    const { code, document } = await explored({}, undefined, AbortSignal.abort())

    expect(code).toBe(20)
    expect(document).toMatchObject({ verdict: "inconclusive", end: "interrupted" })
  })

  it.each([{}, { symmetry: false }, { liveness: true } as const])(
    "is inconclusive where a mutant goes beyond the bounds, and nothing checked is violated before (%j)",
    async (flags) => {
      const beyond = { mutant: "SecondarySkipsLock", property: ["L4"], hosts: 2, log: 0, generations: 2 }

      const { code, document } = await explored({ ...beyond, ...flags })

      expect(code).toBe(20)
      expect(document).toMatchObject({ verdict: "inconclusive", end: "outgrown" })
      expect(document.liveness).toBe(flags.liveness === true ? "unknown" : null)
      expect(document.assurance).toMatch(
        /^partial, as a run goes beyond the bounds: every state within \d+ steps/,
      )
    },
  )

  it("reports how to reproduce it", async () => {
    const { document } = await explored({ ...small, actions: ["PowerOn", "SpawnSecondary"], symmetry: false })

    expect(document.reproduce).toBe(
      "npx ftpair explore --log 0 --faults 1 --power-off-up-to 0 --actions 'PowerOn,SpawnSecondary' --no-symmetry",
    )
  })
})

// Helpers

/** 768 states, pinned. */
const small = { log: 0, faults: 1, powerOffUpTo: 0 }

type Document = {
  readonly verdict: string
  readonly assurance: string
  readonly reproduce: string
  readonly states: number
  readonly standsFor: number
  readonly vacuous: readonly string[]
  readonly liveness: readonly object[] | "unknown" | null
  readonly divergences: readonly string[]
  readonly scope: object
  readonly properties: readonly string[]
  readonly notAsked: readonly string[]
  readonly breaches: readonly {
    readonly property: string
    readonly steps: number
    readonly file: string | null
    readonly loop?: number
    readonly fairness?: readonly object[]
  }[]
}

/** HA restarts a pair that is powered off, too: a rule that applies where the protocol's own never does. */
const overzealous: Sides = {
  model: (config) => without("HaRestart", "power")(protocolOf(config)),
  mutation: ({ HaRestart }, view) => ({
    HaRestart: (pair, host) => {
      const wasOn = view.isOn(pair)
      if (!wasOn) view.switchTo(pair, 1)
      const answer = HaRestart(pair, host)
      if (!wasOn) view.switchTo(pair, 0)
      return answer
    },
  }),
  indexed: false,
}

/** What the command answers with these flags. */
async function explored(
  flags: Partial<ExploreFlags>,
  sides?: Sides,
  signal: AbortSignal = new AbortController().signal,
) {
  const written: string[] = []
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  const workers = flags.engine === "model" ? {} : { workers: 1 }
  const usual = { symmetry: true, engine: "packed", color: false, json: true, ...workers } as const
  const code = await exploreScope(
    { ...usual, ...flags },
    { signal, ...(sides === undefined ? {} : { sides }) },
  )
  vi.restoreAllMocks()
  return { code, document: JSON.parse(written.join("")) as Document }
}

/** Whether a property can be checked with the reduction: one of safety, and not of the whole past. */
function isReducible(id: string): boolean {
  return !id.startsWith("L") && id !== "S19"
}

/** A live Primary drops its syncing Secondary whenever it likes, and so never gets one. */
const neverQuiescent: Sides = {
  model: (config) => without("AbandonSync", "needed")(protocolOf(config)),
  mutation: ({ AbandonSync }, view) => ({
    AbandonSync: (slot, b) => {
      const answer = AbandonSync(slot, b)
      if (answer !== refusal.needed) return answer
      view.write(slot, view.withoutChannel(view.controlOf(slot)))
      return 0
    },
  }),
  indexed: false,
}

/** A winner is registered as the Primary, and the Secondary stays registered where it was. */
const forgetful: Sides = {
  model: (config) => {
    const protocol = protocolOf(config)
    const registered: Bookkeeping["registered"] = (before, action, after) => {
      const is = protocol.bookkeeping.registered(before, action, after)
      return action.kind === "TryLock" ? { ...is, secondary: before.registered.secondary } : is
    }
    return { ...protocol, bookkeeping: { ...protocol.bookkeeping, registered } }
  },
  mutation: ({ TryLock }, { pairOf: pairAt, secondaryAt, registerSecondary }) => ({
    TryLock: (slot, b) => {
      const secondary = secondaryAt(pairAt(slot))
      const answer = TryLock(slot, b)
      if (answer === 0) registerSecondary(pairAt(slot), secondary)
      return answer
    },
  }),
  indexed: false,
}

/** No copy is ever spawned on the first host. */
const lame: Sides = {
  model: (config) => {
    const isElsewhere = ({ host }: ToHost): boolean => host !== config.hosts[0]?.id
    const spawning = ruled("SpawnSecondary", (rule) => ({
      ...rule,
      guards: [{ id: "rule", holds: isElsewhere }, ...rule.guards],
    }))
    return spawning(protocolOf(config))
  },
  mutation: ({ SpawnSecondary }) => ({
    SpawnSecondary: (slot, host) => (host === 0 ? refusal.rule : SpawnSecondary(slot, host)),
  }),
  indexed: false,
}
