import { describe, expect, it, onTestFinished, vi } from "vitest"
import { kinds } from "../../model/action.ts"
import { exploreScope } from "../../cli/explore/explore.ts"
import type { ExploreFlags } from "../../cli/explore/flags.ts"
import { freshFolder } from "./ftpair.ts"

const ofBoth = "S18 and S19 depend on the past, which multiplies the states: name them with --property"
const ofS18 = "S18 depends on the past, which multiplies the states: name it with --property"
const ofS19 = "S19 depends on the past, which multiplies the states: name it with --property"
const byModel = "S19 depends on the past, which the model by itself does not keep"
const reduced =
  "S19 depends on damage, which --reduction repairs at once: name it with --property, and without that"

describe("a property that depends on the past, and was not checked", () => {
  it.each<readonly [string, Partial<ExploreFlags>, readonly string[]]>([
    ["where operators may do what S18 counts", {}, [ofBoth]],
    ["where they may do nothing of that", { powerOffUpTo: 0, fencesUpTo: 0 }, [ofS19]],
    ["where S18 is named", { property: ["S18"] }, [ofS19]],
    ["where S19 is named", { property: ["S19"] }, [ofS18]],
    ["where both are named", { property: ["S18", "S19"] }, []],
    ["by the model alone", { engine: "model" }, [ofS18, byModel]],
    ["by the model alone, where S18 is named", { engine: "model", property: ["S18"] }, [byModel]],
    ["by the model alone, where both are named", { engine: "model", property: ["S18", "S19"] }, [byModel]],
    ["with the reduction", { reduction: true }, [ofS18, reduced]],
    ["with the reduction, where S18 is named", { reduction: true, property: ["S18"] }, [reduced]],
  ])("is reported with why, and how to check it: %s", async (_where, flags, reported) => {
    const lines = await explored(flags)

    const notes = lines.filter((line) => /^ {2}S1[89] .*depends? on/.test(line)).map((line) => line.trim())
    const notAsked = lines.flatMap((line) => /^ {2}(S1[89]) +\w+ +not checked$/.exec(line)?.[1] ?? [])
    expect(notes).toEqual(reported)
    expect(notAsked).toEqual(["S18", "S19"].filter((id) => reported.some((line) => line.includes(id))))
  })
})

describe("a property that explore never checks, or not with these flags", () => {
  it.each<readonly [string, Partial<ExploreFlags>, string]>([
    ["L0", {}, "L0, that a run becomes quiescent, is checked by check alone"],
    ["L1", { reduction: true }, "with --reduction liveness is checked only with --liveness"],
    ["L1", { actions: ["PowerOn", "FailHost"] }, "liveness is checked only where --actions has every kind"],
    ["S19", { engine: "model" }, byModel],
  ])("is refused where nothing else is named, as it would seem to hold: %s, %j", async (id, flags, why) => {
    await expect(explored({ ...flags, property: [id] })).rejects.toThrow(
      `--property ${id} cannot be checked here: ${why}`,
    )
  })

  it.each<readonly [Partial<ExploreFlags>, string]>([
    [{ actions: ["PowerOn", "FailHost"] }, "liveness is checked only where --actions has every kind"],
    [{ property: ["S1"] }, "--property names none of it"],
    [{ property: ["L0", "S1"] }, "L0, that a run becomes quiescent, is checked by check alone"],
  ])("is refused where it is liveness that --liveness asks for: %j", async (flags, why) => {
    await expect(explored({ ...flags, liveness: true })).rejects.toThrow(
      `--liveness cannot be checked here: ${why}`,
    )
  })

  it("is reported with why where others are named beside it", async () => {
    const lines = await explored({ property: ["L0", "S1"] })

    expect(lines).toContain("  L0   BecomesQuiescent         not checked")
    expect(lines).toContain("  L0, that a run becomes quiescent, is checked by check alone")
  })
})

describe("a property of which not every state was judged", () => {
  it("is not said to hold where the search stopped before", async () => {
    const lines = await explored({ maxStates: 10, property: ["S1", "S4"] })

    expect(lines.filter((line) => /^ {2}S[14] /.test(line))).toEqual([
      "  S1   SinglePrimary            held as far as explored",
      "  S4   OutputRule               held as far as explored",
    ])
  })

  it("is not said to hold where another one is violated", async () => {
    const folder = freshFolder(onTestFinished)
    const lines = await explored({ mutant: "SecondarySkipsLock", property: ["S1", "S4"], out: folder })

    expect(lines).toContain("  S4   OutputRule               held so far")
  })
})

/** What the command says, line by line, of a scope of a few states. */
async function explored(flags: Partial<ExploreFlags>): Promise<readonly string[]> {
  const written: string[] = []
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  const workers = flags.engine === "model" ? {} : { workers: 1 }
  try {
    await exploreScope({ ...small, ...workers, ...flags }, { signal: new AbortController().signal })
  } finally {
    spy.mockRestore()
  }
  return written.join("").split("\n")
}

const small: ExploreFlags = {
  hosts: 2,
  log: 0,
  faults: 0,
  generations: 2,
  powerOffUpTo: 1,
  fencesUpTo: 1,
  actions: kinds,
  engine: "packed",
  symmetry: true,
  color: false,
}
