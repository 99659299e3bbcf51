import { describe, expect, it } from "vitest"
import { catalogue, matching } from "../../properties/catalogue.ts"
import { mutants } from "../../properties/mutants/catalogue.ts"
import { matches } from "../../conform/named.ts"
import { witnesses } from "../../properties/witnesses.ts"

describe("the catalogue", () => {
  it("names each property, and each witness, once", () => {
    for (const names of [
      catalogue.map(({ id }) => id),
      catalogue.map(({ name }) => name),
      witnesses.map(({ id }) => id),
    ])
      expect(names).toEqual([...new Set(names)])
  })

  it.each(catalogue.map(({ id, name, ...property }) => [id, name, property] as const))(
    "shows that %s %s does not hold vacuously: by a witness and a mutant",
    (id, _name, { witness }) => {
      expect(witnesses.map((each) => each.id)).toContain(witness)
      expect(mutants.flatMap(({ killedBy }) => Object.keys(killedBy))).toContain(id)
    },
  )

  it("asks something of every property but the one that is found by running", () => {
    const silent = catalogue.filter(
      ({ always, onStep, whenQuiescent, demands }) =>
        (always ?? onStep ?? whenQuiescent ?? demands) === undefined,
    )

    expect(silent.map(({ id }) => id)).toEqual(["L0"])
  })
})

describe("a pattern of many stars", () => {
  it("is found at once to fit nothing", () => {
    expect(matching([`${"*".repeat(40)}a${"*a".repeat(40)}?`])).toEqual([])
    expect(matches(`${"*a".repeat(40)}X`, `random/1/${"a".repeat(60)}`)).toBe(false)
  })
})

describe("the properties that match", () => {
  it.each([
    [["S1"], ["S1"]],
    [["s1"], ["S1"]],
    [["SinglePrimary"], ["S1"]],
    [["S1*"], ["S1", "S10", "S11", "S13", "S14", "S15", "S16", "S17", "S18", "S19", "S12"]],
    [
      ["*Failover", "L2"],
      ["S13", "L2"],
    ],
    [["S"], []],
    [["S."], []],
    [[], []],
  ])("%o are %o", (patterns, ids) => {
    expect(matching(patterns).map(({ id }) => id)).toEqual(ids)
  })
})
