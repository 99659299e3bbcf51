import { it, expect } from "vitest"
import { coreKinds, type Kind } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { enumerate } from "../../enumerate.ts"
import { sweep } from "../../../properties/explore/sweep.ts"

const b = (g: number, f: number, l = 0) => ({
  log: l,
  generations: g,
  faults: f,
  powerOffUpTo: 0,
  fencesUpTo: 0,
})
const hosts = (config: Config, change: (n: number) => object): Config => ({
  ...config,
  hosts: config.hosts.map((h, n) => ({ ...h, ...change(n) })),
})
const pair = (config: Config, change: object): Config => ({
  ...config,
  pairs: config.pairs.map((p) => ({ ...p, ...change })),
})
const priv: Kind[] = ["ExposeLink", "SecureLink"]
const rows: [string, Config, Kind[], number, number, number][] = [
  [
    "P-d",
    {
      ...hosts(plainConfig(3, 1, b(5, 1)), (n) => ({ groups: [["a"], ["a", "b"], ["b"]][n] })),
      rules: [
        { pairs: ["p1"], type: "must", run: "on", group: "a", active: true },
        { pairs: ["p1"], type: "must", run: "not-on", group: "b", active: false },
      ],
    },
    ["ActivateRule", "DeactivateRule"],
    3072,
    12974,
    14,
  ],
  [
    "P-e",
    pair(
      hosts(plainConfig(4, 1, b(5, 1)), (n) => ({ groups: [n < 2 ? "a" : "b"] })),
      { metro: "a" },
    ),
    ["Migrate"],
    2173,
    7072,
    14,
  ],
  [
    "E-a",
    { ...hosts(plainConfig(3, 1, b(5, 1)), (n) => ({ ftEncryption: n < 2 })), exposed: ["h1-h3"] },
    priv,
    1473,
    4073,
    12,
  ],
  [
    "E-b",
    pair(
      hosts(plainConfig(3, 1, b(5, 1)), (n) => ({ ftEncryption: n < 2 })),
      { encryption: "required" },
    ),
    [...priv, "Migrate"],
    207,
    504,
    8,
  ],
]
it.each(rows)(
  "the scope %s has as many states as two encodings of its own found, by model and engine",
  (_name, config, more, states, transitions, depth) => {
    const among = [...coreKinds, ...more]
    const found = enumerate(protocolOf(config), among)
    expect.soft(found).toEqual({ states, transitions, depth })
    const packed = sweep({ config, among, mutant: null, properties: [], symmetry: false, reduction: false })
    expect.soft([packed.tally.states, packed.tally.transitions]).toEqual([states, transitions])
  },
)
