import { describe, expect, it } from "vitest"
import { engineOf } from "../../impl/engine/engine.ts"
import { derived, systematicMutants, type SystematicMutant } from "./derive.ts"
import { comparedInAll } from "./graph.ts"
import { verdictOn, type Effort } from "./verdict.ts"

const all = systematicMutants()

const named = (name: string): SystematicMutant => {
  const found = all.find((mutant) => mutant.name === name)
  if (found === undefined) throw new Error(`no mutant is called ${name}`)
  return found
}

describe("what is derived from a text", () => {
  const text = `const rules = (view) => {
  const Rule = (slot) => {
    if (slot === 0) return refusal.copy
    if (isUp(slot) && slot < 3) return refusal.bound

    halt(slot)
    return taken
  }
  return { Rule }
}
`

  it("is each guard, condition, operand, comparison, effect and constant, one at a time", () => {
    const changes = derived("rules/x.ts", text, null).map(
      ({ name, before, after }) => `${name}: ${before} → ${after}`,
    )

    expect(changes).toEqual([
      "rules/x:Rule/drop-guard/1: if (slot === 0) return refusal.copy → ;",
      "rules/x:Rule/shift-comparison/1: === → !==",
      "rules/x:Rule/neighbour/1: 0 → 1",
      "rules/x:Rule/drop-guard/2: if (isUp(slot) && slot < 3) return refusal.bound → ;",
      "rules/x:Rule/negate-condition/1: isUp(slot) && slot < 3 → !(isUp(slot) && slot < 3)",
      "rules/x:Rule/drop-operand/1: isUp(slot) && slot < 3 → slot < 3",
      "rules/x:Rule/drop-operand/2: isUp(slot) && slot < 3 → isUp(slot)",
      "rules/x:Rule/shift-comparison/2: < → <=",
      "rules/x:Rule/neighbour/2: 3 → 4",
      "rules/x:Rule/drop-effect/1: halt(slot) → ;",
    ])
  })

  it("is more than a hundred mutants of the engine, each with a name of its own", () => {
    expect(all.length).toBeGreaterThan(100)
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  })
})

describe("a mutant is held against the protocol", () => {
  it("and the engine as it is answers alike in every scope", () => {
    expect(comparedInAll(engineOf)).toEqual({ tag: "equal" })
  })
})

/** The stored runs, and the first small cluster: what is found soon. */
const soon: Effort = { runs: 0, inScope: (name) => name === "operations" }

describe("a mutant that answers alike in all scopes", () => {
  it.each([
    ["it refuses by another guard", "rules/logging:Deliver/drop-guard/2"],
    ["it counts other faults", "rules/arbitration:Suspect/negate-condition/2"],
  ])("is equal, and is not driven: %s", async (_why, name) => {
    expect(await verdictOn(named(name), soon)).toEqual({
      comparison: { tag: "equal" },
      finding: null,
    })
  })
})

describe("a systematic mutant that differs is found, and shrunk", () => {
  it.each([
    "rules/faults:RestoreStorage/neighbour/1",
    "rules/power:PowerOff/drop-effect/3",
    "rules/operations:EnterMaintenance/drop-effect/1",
    "placement:someCopyMayRun/neighbour/1",
    "rules/power:boot/drop-effect/2",
    "rules/power:HaRestart/negate-condition/3",
    "rules/redundancy:SyncLost/shift-comparison/1",
    "rules/arbitration:TryLock/drop-guard/3",
    "rules/redundancy:JoinLockstep/neighbour/5",
    "view/relations:currentPrimary/drop-guard/1",
    "placement:unfit/negate-condition/3",
  ])("%s", async (name) => {
    const { comparison, finding } = await verdictOn(named(name), soon)

    expect(comparison).toMatchObject({ tag: "differs" })
    if (comparison.tag !== "differs") return
    expect(finding?.shrunk).toBeTypeOf("number")
    expect(finding?.shrunk).toBeLessThanOrEqual(1.5 * comparison.shortest)
  })
})
