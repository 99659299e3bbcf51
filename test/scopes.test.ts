import { describe, expect, it } from "vitest"
import { pinnedScopes } from "../properties/explore/pinned.ts"
import { recount } from "./scopes/recount.ts"

const small = pinnedScopes.filter(({ isSmall }) => isSmall)

describe("the pinned scopes", () => {
  it.each(small)("is right about $name", async (pinned) => {
    const { wrong } = await recount(pinned, 1)

    expect(wrong).toEqual([])
  })

  it("would be found wrong", async () => {
    const [pinned] = small
    if (pinned === undefined) throw new Error("defect: no small scope is pinned")

    const { wrong } = await recount({ ...pinned, states: pinned.states + 1 }, 1)

    expect(wrong).toHaveLength(2)
  })

  it("have a second source for every count", () => {
    const alone = pinnedScopes.filter(({ sources }) => sources.length === 0)

    expect(alone).toEqual([])
  })
})
