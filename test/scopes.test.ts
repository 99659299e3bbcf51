import { describe, expect, it } from "vitest"
import { manifest } from "./scopes/manifest.ts"
import { recount } from "./scopes/recount.ts"

const small = manifest.filter(({ isSmall }) => isSmall)

describe("the manifest of scopes", () => {
  it.each(small)("is right about $name", async (pinned) => {
    const { wrong } = await recount(pinned, 1)

    expect(wrong).toEqual([])
  })

  it("would be found wrong", async () => {
    const [pinned] = small
    if (pinned === undefined) throw new Error("defect: the manifest has no small scope")

    const { wrong } = await recount({ ...pinned, states: pinned.states + 1 }, 1)

    expect(wrong).toHaveLength(2)
  })

  it("has a second source for every count", () => {
    const alone = manifest.filter(({ sources }) => sources.length === 0)

    expect(alone).toEqual([])
  })
})
