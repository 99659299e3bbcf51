import { describe, expect, it } from "vitest"
import { list, type Listed } from "../../cli/list/list.ts"
import { guardMeanings } from "../../model/guard-id.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { pinnedScopes } from "../../properties/explore/pinned.ts"
import { mutants } from "../../properties/mutants/catalogue.ts"
import { witnesses } from "../../properties/witnesses.ts"
import { inProcess } from "./ftpair.ts"

const everything: Readonly<Record<Listed, readonly string[]>> = {
  mutants: mutants.map(({ name }) => name),
  properties: [...catalogue.map(({ id }) => id), "R1"],
  witnesses: witnesses.map(({ id }) => id),
  guards: Object.keys(guardMeanings),
  scopes: pinnedScopes.map(({ name }) => name),
}

describe.each(Object.entries(everything) as [Listed, readonly string[]][])("list %s", (what, ids) => {
  it("names all of them, each with a sentence", () => {
    const { code, stdout } = inProcess(() => list(what, { color: false }))

    const lines = stdout.split("\n").filter((line) => /^\S/.test(line))
    expect(code).toBe(0)
    expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual(ids)
    for (const line of lines) expect(line).toMatch(/^\S+( \S+)* {2,}\S+ \S+/)
  })

  it("answers with a document", () => {
    const { stdout } = inProcess(() => list(what, { color: false, json: true }))

    const items = JSON.parse(stdout) as readonly { readonly id: string; readonly sentence: string }[]
    expect(items.map(({ id }) => id)).toEqual(ids)
    for (const { sentence } of items) expect(sentence).toMatch(/\S+ \S+/)
  })
})

describe("list scopes", () => {
  it("reports what is known of each, and who has counted it", () => {
    const { stdout } = inProcess(() => list("scopes", { color: false, json: true }))

    const listed = JSON.parse(stdout) as readonly object[]
    expect(listed).toMatchObject(
      pinnedScopes.map(({ states, transitions, depth, sources }) => ({
        states,
        transitions,
        depth,
        sources,
      })),
    )
  })
})

describe("list guards", () => {
  it("says of each rule when it refuses", () => {
    const { stdout } = inProcess(() => list("guards", { color: false }))

    expect(stdout).toMatch(/^ +refuses TryLock when it does not contend$/m)
    expect(stdout).toMatch(/^ +never refuses HaRestart, PowerOn: there is no other end$/m)
  })
})
