import { describe, expect, it } from "vitest"
import type { Config, EncryptionMode } from "../../model/config.ts"
import { encryptsAsRequired, isConfidential } from "../../model/encryption.ts"
import { changed, clusterOf, reach } from "../fixtures.ts"

const cluster = clusterOf([{ ftEncryption: true }, { ftEncryption: true }, {}])

const inMode = (encryption: EncryptionMode): Config => ({
  ...cluster,
  pairs: cluster.pairs.map((pair) => ({ ...pair, encryption })),
})

const exposedOn = (config: Config) => changed(reach(config, ""), { exposed: ["h1-h2", "h1-h3"] })

describe("what a pair logs is confidential", () => {
  it.each([
    ["disabled", "h2", true, false],
    ["disabled", "h3", true, false],
    ["opportunistic", "h2", true, true],
    ["opportunistic", "h3", true, false],
    ["required", "h2", true, true],
    ["required", "h3", false, false],
  ] as const)(
    "in mode `%s` from h1 to %s: over a private link %s, over another %s",
    (mode, host, inside, outside) => {
      const config = inMode(mode)

      expect(isConfidential(config, reach(config, ""), "p1", "h1", host)).toBe(inside)
      expect(isConfidential(config, exposedOn(config), "p1", host, "h1")).toBe(outside)
    },
  )
})

describe("a host that cannot encrypt", () => {
  it.each(["disabled", "opportunistic", "required"] as const)(
    "may run a copy of a pair in mode `%s`, or not",
    (mode) => {
      expect(encryptsAsRequired(inMode(mode), "p1", "h1")).toBe(true)
      expect(encryptsAsRequired(inMode(mode), "p1", "h3")).toBe(mode !== "required")
    },
  )
})
