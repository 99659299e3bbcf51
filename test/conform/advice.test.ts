import { describe, expect, it } from "vitest"
import { kinds } from "../../model/action.ts"
import { mutants } from "../../properties/mutants/catalogue.ts"
import { adviceFor } from "../../conform/advice.ts"
import { namedCases } from "../../conform/named.ts"
import type { Hello } from "../../conform/wire.ts"

const named = namedCases("pair", "no-folder")

const helloOf = (observes: readonly string[]): Hello => ({
  seq: 1,
  ok: true,
  version: "1",
  implementation: { name: "any", language: "any", version: "1" },
  profile: "pair",
  observes,
  actions: kinds as unknown as Hello["actions"],
})

// What a copy feels entitled to is not asked over the wire, and no field shows it.
const neverTold = ["SuspectWhileSyncing", "SuspectsForNothing"]

describe("the advice for an implementation", () => {
  it("that shows all: every mutant is found but those that nothing shown could tell", async () => {
    const { visible, invisible, fields } = await adviceFor(helloOf(["hosts", "cut", "pairs"]), named, "1")

    expect(invisible.map(({ mutant }) => mutant)).toEqual(neverTold)
    expect(visible).toHaveLength(mutants.length - neverTold.length)
    expect(fields).toEqual([])
  })

  it("that shows only locks: what stays hidden, and the field that would tell", async () => {
    const { invisible, fields } = await adviceFor(helloOf(["pairs.*.lock"]), named, "1")

    expect(invisible.map(({ mutant }) => mutant)).toEqual(
      expect.arrayContaining([...neverTold, "ReorderChannel"]),
    )
    expect(invisible.find(({ mutant }) => mutant === "ReorderChannel")?.tellers).toEqual([
      "pairs.*.copies.*.log",
    ])
    expect(fields).toContain("pairs.*.copies.*.log")
  })
})
