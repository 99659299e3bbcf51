import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest"
import type * as Checks from "../../cli/check/check.ts"
import { exploreScope } from "../../cli/explore/explore.ts"
import type { ExploreFlags } from "../../cli/explore/flags.ts"
import type { Config } from "../../model/config.ts"
import { jsonOfConfig } from "../../traces/config.ts"
import { base, guarded, timedIn } from "../parts/time/clusters.ts"
import { freshFolder } from "./ftpair.ts"

// The workers are the compiled ones, and so is what starts them.
const compiled = new URL("../../dist/cli/check/check.js", import.meta.url).href
const { check } = (await import(compiled)) as typeof Checks

afterEach(() => {
  vi.restoreAllMocks()
})

const inB = timedIn(base)

describe("an exploration of a cluster in which time passes", () => {
  it("lets time pass, and judges what is promised there and tells states apart by nothing more", async () => {
    const { code, document } = await explored(inB, {})

    expect([code, document["verdict"], document["states"]]).toEqual([0, "held", 37])
    expect(document["properties"]).toEqual(expect.arrayContaining(["TIME0", "L5a", "L5f", "S1", "L1"]))
    expect(document["notAsked"]).toEqual(expect.arrayContaining(["S3a", "TIME1", "L5b", "L5e"]))
    expect(document["notPromised"]).toEqual(["S3b"])
  })

  it.each(["model", "packed"] as const)(
    "judges all that is named, and tells states apart by what that needs of the past: %s",
    async (engine) => {
      const flags = { property: ["S3a"], engine, symmetry: false }
      const { document } = await explored(timedIn(base, { faults: 1 }), flags)

      expect([document["verdict"], document["states"]]).toEqual(["held", 2402])
      expect(document["properties"]).toEqual(["S3a"])
    },
  )

  it("is refused where no property that is named is promised, with the condition", async () => {
    await expect(explored(inB, { property: ["S3b"] })).rejects.toThrow(
      "S3b NoDualExecution is not promised here: it is only if the shortest go-live delay is longer",
    )
    await expect(explored(timedIn(guarded), { property: ["S3b"] })).resolves.toMatchObject({ code: 0 })
  })

  it("by the packed engine judges the same, and asks for what tells states apart by its name", async () => {
    const { code, document } = await explored(inB, { engine: "packed", symmetry: false })

    expect([code, document["verdict"], document["states"]]).toEqual([0, "held", 37])
    expect(document["properties"]).toEqual(expect.arrayContaining(["TIME0", "L5a", "L5f"]))
    expect(document["notAsked"]).toEqual(expect.arrayContaining(["S3a", "TIME1", "L5b", "L5e"]))
    expect(document["notPromised"]).toEqual(["S3b"])
  })

  it.each(["model", "packed"] as const)("finds a mutant of time in its own cluster: %s", async (engine) => {
    const { code, document } = await explored(null, { mutant: "HaImpatient", engine })

    expect([code, document["verdict"]]).toEqual([12, "breached"])
    expect(document["breaches"]).toMatchObject([{ property: "TIME3", shortest: 3 }])
  })

  it("refuses a mutant of time where none passes: it would be no mutant", async () => {
    const refused = "--mutant HaImpatient is about time: expected a cluster in which time passes"

    await expect(explored(null, { mutant: "HaImpatient", hosts: 3 })).rejects.toThrow(refused)
    await expect(explored(untimed(), { mutant: "HaImpatient" })).rejects.toThrow(refused)
  })
})

describe("where no time passes", () => {
  it("an exploration neither checks the properties of time nor reports them as not checked", async () => {
    const { document } = await explored(untimed(), {})
    const ids = [...(document["properties"] as string[]), ...(document["notAsked"] as string[])]

    expect(ids.filter((id) => /^(TIME|S3[ab]|L5)/.test(id))).toEqual([])
    expect(document).not.toHaveProperty("notPromised")
    expect(document["actions"]).not.toHaveProperty("Tick")
  })

  it("a command is refused that names properties of time alone", async () => {
    const refused = "S3a: expected a cluster in which time passes, by --config"

    await expect(explored(untimed(), { property: ["S3a"] })).rejects.toThrow(refused)
    await expect(checked(untimed(), { property: ["S3a"] })).rejects.toThrow(refused)
  })
})

describe("a check of a cluster in which time passes", () => {
  it("lets time pass in what it draws, judges all that is promised, and reports what is not", async () => {
    const { document } = await checked(timedIn(base, { faults: 2 }), {
      runs: 25,
      property: ["S3a", "S3b", "L5a", "L5b", "L5c", "L5d", "L5e", "L5f"],
    })
    const { actions, properties } = document as {
      readonly actions: { readonly Tick?: number }
      readonly properties: object
    }

    expect(actions.Tick).toBeGreaterThan(100)
    expect(properties).toEqual({
      S3a: { verdict: "held" },
      S3b: { verdict: "not-promised" },
      L5a: { verdict: "held" },
      L5b: { verdict: "held" },
      L5c: { verdict: "held" },
      L5d: { verdict: "held" },
      L5e: { verdict: "held" },
      L5f: { verdict: "held" },
    })
  })

  it("is refused where nothing that is named is promised", async () => {
    await expect(checked(inB, { property: ["S3b"] })).rejects.toThrow("S3b NoDualExecution is not promised")
  })

  it("refuses a mutant of time where none passes", async () => {
    await expect(checked(untimed(), { mutant: "NoUrgency" })).rejects.toThrow(
      "--mutant NoUrgency is about time",
    )
  })
})

describe("a check of drawn clusters", () => {
  it("lets time pass in some of them, and asks in each what it promises", async () => {
    const { code, document } = await checked(null, {
      property: ["S1", "S3a", "S3b", "TIME1"],
      runs: 60,
      allowVacuous: true,
    })
    const { asked, actions } = document as {
      readonly asked: Readonly<Record<string, number>>
      readonly actions: { readonly Tick?: number }
    }

    expect(code).toBe(0)
    expect(actions.Tick).toBeGreaterThan(0)
    expect(asked["S1"]).toBe(60)
    expect(asked["S3a"]).toBeGreaterThan(2)
    expect(asked["S3a"]).toBeLessThan(30)
    expect(asked["S3b"] ?? 0).toBeLessThan(asked["S3a"] ?? 0)
  })

  it("has not checked what none of them promises, and is inconclusive where that is all that was named", async () => {
    const { code, document } = await checked(null, { property: ["S3b"], runs: 1 })

    expect([code, document["verdict"], document["asked"]]).toEqual([20, "inconclusive", {}])
    expect(document["properties"]).toEqual({ S3b: { verdict: "not-run" } })
  })

  it("has not checked on the engine alone what the one cluster that was drawn does not promise", async () => {
    const { code, document } = await checked(null, { property: ["S1", "S3b"], engineRuns: 40 })

    expect(code).toBe(0)
    expect(document["properties"]).toEqual({ S1: { verdict: "held" }, S3b: { verdict: "not-run" } })
  })

  it("finds a mutant of time, and in a cluster of its own the one that hardly any shows", async () => {
    const { code, document } = await checked(null, { mutant: "NoUrgency", property: ["L5f"], runs: 400 })
    const own = await checked(null, { mutant: "MigrateResetsClocks", property: ["S3b"], runs: 3 })

    expect([code, document["verdict"], document["config"]]).toEqual([12, "breached", null])
    expect(document["breaches"]).toMatchObject([{ property: "L5f", config: { time: { lockMax: 0 } } }])
    expect(own.document["config"]).toMatchObject({ time: { goLiveDelay: 4 } })
  })
})

// Helpers

function untimed(): Config {
  const { time: _, ...config } = inB
  return config
}

type Answer = { readonly code: number; readonly document: Readonly<Record<string, unknown>> }

async function explored(config: Config | null, flags: Partial<ExploreFlags>): Promise<Answer> {
  const folder = freshFolder(onTestFinished)
  return answerOf(() =>
    exploreScope({
      symmetry: true,
      engine: "model",
      color: false,
      quiet: true,
      json: true,
      out: folder,
      ...(config === null ? {} : { config: fileOf(folder, config) }),
      ...boundsOf(config),
      ...flags,
    }),
  )
}

async function checked(config: Config | null, flags: Partial<Parameters<typeof check>[0]>): Promise<Answer> {
  const folder = freshFolder(onTestFinished)
  const own = config === null ? {} : { config: fileOf(folder, config) }
  return answerOf(() =>
    check({ seed: "1", workers: 1, color: false, quiet: true, json: true, out: folder, ...own, ...flags }),
  )
}

/** The bounds of a cluster as flags: `explore` takes its own where they are not given. */
function boundsOf(config: Config | null): Partial<ExploreFlags> {
  return config === null ? {} : config.bounds
}

function fileOf(folder: string, config: Config): string {
  const file = join(folder, "cluster.json")
  writeFileSync(file, JSON.stringify(jsonOfConfig(config)))
  return file
}

async function answerOf(run: () => Promise<number>): Promise<Answer> {
  const parts: string[] = []
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    parts.push(String(text))
    return true
  })
  const code = await run()
  vi.restoreAllMocks()
  return { code, document: JSON.parse(parts.join("")) as Answer["document"] }
}
