import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { kinds } from "../../../model/action.ts"

/** A rule without a ladder would be a rule whose refusals nobody has looked at. */
describe("the tests of the rules", () => {
  it("have a ladder of refusals for every kind of action", () => {
    const sources = [import.meta.dirname, "test/parts/time"].flatMap((folder) =>
      readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, "utf8")),
    )

    const climbed = sources.flatMap((source) =>
      [...source.matchAll(/itRefuses\("(\w+)"/g)].map(([, kind]) => kind),
    )

    expect(climbed.toSorted()).toEqual(kinds.toSorted())
  })
})
