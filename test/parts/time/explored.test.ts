import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it, vi } from "vitest"
import { exploreScope } from "../../../cli/explore/explore.ts"
import type { ExploreFlags } from "../../../cli/explore/flags.ts"
import { coreKinds } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { jsonOfConfig } from "../../../traces/config.ts"
import { base, guarded, timedIn } from "./clusters.ts"

// The command explores clusters in which time passes, by the engine and by the model.

describe("a cluster in which time passes, explored", () => {
  const files = {
    G: fileOf("G", timedIn(guarded, { faults: 1 })),
    B: fileOf("B", timedIn(base)),
    long: fileOf("long", timedIn({ ...base, haDelay: 100_000 })),
  }

  it("has its counts, ticks among them, by the engine up to symmetry and without, and by the model", async () => {
    const config = files.G
    const symmetric = await explored({ config })
    const plain = await explored({ config, symmetry: false })
    const byModel = await explored({ config, engine: "model" })

    for (const { code, document } of [symmetric, plain, byModel]) {
      expect([code, document.verdict, document.end]).toEqual([0, "held", "complete"])
      expect([document.standsFor, document.depth, document.ends]).toEqual([2402, 18, 0])
    }
    for (const { document } of [plain, byModel]) {
      expect([document.states, document.transitions]).toEqual([2402, 5017])
      expect(document.actions["Tick"]?.generated).toBe(1297)
    }
    expect(symmetric.document.comparedStates).toBeGreaterThan(100)
  })

  it("takes ticks where the kinds of the core are asked for, or all; and those that are named, no others", async () => {
    const [core, all, named] = [
      await explored({ config: files.B, actions: coreKinds }),
      await explored({ config: files.B }),
      await explored({ config: files.B, actions: ["PowerOn", "SpawnSecondary"], property: ["S1"] }),
    ]

    expect([core.document.states, core.document.standsFor]).toEqual([8, 37])
    expect(core.document.assurance).toContain("with time, core actions, up to symmetry")
    expect(all.document).toMatchObject({ states: 8, assurance: core.document.assurance })
    expect(named.document.assurance).toContain("with time that stands still, 2 kinds of action")
    expect(named.document.actions["Tick"]).toBeUndefined()
  })

  it("is judged in quiescent states where ticks are taken: where nothing but time would go on", async () => {
    const without = await explored({ config: files.G, actions: coreKinds.slice(), property: ["L1", "S1"] })
    const withTicks = await explored({ config: files.G, liveness: true, property: ["L1", "L2"] })

    expect(without.document.properties).toEqual(["S1"])
    expect(withTicks.document).toMatchObject({ verdict: "held", properties: ["L1", "L2"] })
    expect(withTicks.document.liveness?.map(({ needs }) => needs.includes("Tick"))).toEqual([true, true])
  })

  it("keeps its verdict with the reduction, and all states where there is nothing to acknowledge", async () => {
    const { code, document } = await explored({ config: files.G, reduction: true, symmetry: false })

    expect([code, document.verdict, document.states]).toEqual([0, "held", 2402])
  })

  it("is vacuous where ticks are named, and no time passes", async () => {
    const { code, document } = await explored({
      hosts: 2,
      log: 0,
      faults: 0,
      actions: ["PowerOn", "Tick"],
      property: ["S1"],
    })

    expect([code, document.vacuous]).toEqual([15, ["Tick"]])
  })

  it("is refused where a deadline is beyond what the engine counts, which the model is not", async () => {
    await expect(explored({ config: files.long })).rejects.toMatchObject({
      message: "the engine counts ticks up to 65535, and not to 100001; --engine model has no such limit",
    })
  })
})

// Helpers

type Document = {
  readonly verdict: string
  readonly end: string
  readonly ends: number
  readonly assurance: string
  readonly states: number
  readonly standsFor: number
  readonly transitions: number
  readonly depth: number
  readonly comparedStates: number | null
  readonly vacuous: readonly string[]
  readonly properties: readonly string[]
  readonly actions: Readonly<Record<string, { readonly generated: number }>>
  readonly liveness: readonly { readonly needs: readonly string[] }[] | null
}

function fileOf(name: string, config: Config): string {
  const file = join(folder(), `${name}.json`)
  writeFileSync(file, JSON.stringify(jsonOfConfig(config)))
  return file
}

let made: string | null = null
function folder(): string {
  made ??= mkdtempSync(join(tmpdir(), "ftpair-"))
  return made
}
afterAll(() => {
  if (made !== null) rmSync(made, { recursive: true })
})

/** What the command answers with these flags. */
async function explored(flags: Partial<ExploreFlags>) {
  const written: string[] = []
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  const workers = flags.engine === "model" ? {} : { workers: 1 }
  const usual = {
    symmetry: true,
    engine: "packed",
    color: false,
    json: true,
    out: folder(),
    ...workers,
  } as const
  try {
    const code = await exploreScope({ ...usual, ...flags }, { signal: new AbortController().signal })
    return { code, document: JSON.parse(written.join("")) as Document }
  } finally {
    vi.restoreAllMocks()
  }
}
