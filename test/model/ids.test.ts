import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  copyIdOf,
  copyName,
  endsOf,
  hostName,
  inOrder,
  linkBetween,
  pairIdOf,
  pairName,
  type HostId,
} from "../../model/ids.ts"

describe("ids", () => {
  it.each([
    ["h1", "h2", "h1-h2"],
    ["h2", "h1", "h1-h2"],
    ["h10", "h9", "h9-h10"],
    ["esx1" as HostId, "b2" as HostId, "b2-esx1"],
    ["esx-1" as HostId, "h2", "h2/esx-1"],
  ] as const)("the link between %s and %s is %s: shorter names first", (a, b, link) => {
    expect(linkBetween(a, b)).toBe(link)
  })

  it.each([
    ["p1.2", "p1"],
    ["p12.34", "p12"],
  ] as const)("%s is a copy of %s", (copy, pair) => {
    expect(pairIdOf(copy)).toBe(pair)
  })

  it("the n-th copy of a pair is named after both", () => {
    expect(copyIdOf("p12", 34)).toBe("p12.34")
  })

  it("a link has one id, and no two links have the same: it tells its two hosts", () => {
    fc.assert(
      fc.property(host, host, (a, b) => {
        expect(linkBetween(a, b)).toBe(linkBetween(b, a))
        expect(endsOf(linkBetween(a, b))).toEqual(inOrder(a, b))
      }),
      {
        examples: [
          ["a-b" as HostId, "c" as HostId],
          ["a" as HostId, "b-c" as HostId],
        ],
      },
    )
  })

  it("different names are different hosts, however large their numbers", () => {
    const names = ["h9007199254740992", "h9007199254740993", "h01", "h1", "H1"] as readonly HostId[]

    const links = new Set(names.flatMap((a) => names.filter((b) => b !== a).map((b) => linkBetween(a, b))))

    expect(links.size).toBe((names.length * (names.length - 1)) / 2)
  })
})

describe("a name", () => {
  it.each(["h1", "esx1", "esx-07", "h01", "RACK_a", "x", "h9007199254740993", "p", "p1a", "x".repeat(64)])(
    "of a host may be %s",
    (name) => {
      expect(hostName.test(name)).toBe(true)
    },
  )

  it.each(["", "1", "-a", "_a", "p1", "p01", "p1.1", "a b", "a/b", "é", "h1\n", "x".repeat(65)])(
    "of a host may not be %j",
    (name) => {
      expect(hostName.test(name)).toBe(false)
    },
  )

  it("of a host is none that every object has a field of", () => {
    for (const name of Object.getOwnPropertyNames(Object.prototype)) expect(hostName.test(name)).toBe(false)
  })

  it.each(["p0", "p01", "p1000000000", "P1", "p", "p1.1", "p-1", "p1\n"])(
    "of a pair may not be %j",
    (name) => {
      expect(pairName.test(name)).toBe(false)
    },
  )

  it.each(["p1", "p1.0", "p1.01", "p01.1", "p1.1000000000", "p1.1.1", "p1.1\n"])(
    "of a copy may not be %j",
    (name) => {
      expect(copyName.test(name)).toBe(false)
    },
  )
})

// Helpers

const host = fc
  .stringMatching(/^[A-Za-z][\w-]{0,8}$/)
  .filter((name): name is HostId & string => hostName.test(name))
