import { expect, it } from "vitest"
import { coreKinds, ftKinds, privacyKinds, ruleKinds, type Kind } from "../../../model/action.ts"
import type { AffinityRule, Bounds, Config, PairConfig } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { sweep } from "../../../properties/explore/sweep.ts"
import { enumerate } from "../../enumerate.ts"
import { clusterOf, withoutFt } from "../../fixtures.ts"

/**
 * A scope of operations and placement: what is explored beside the core's kinds, and how many states, transitions and levels two
 * encodings found that share no code with this project. In `O-f`, `P-c`, `P-f`, `P-i` and `E-c` they have not counted: these are the
 * model's own counts, which the engine is compared with.
 */
type Row = {
  readonly name: string
  readonly config: Config
  readonly beside: readonly Kind[]
  readonly counts: readonly [states: number, transitions: number, depth: number]
}

/** Bounds in the order of the published table: log, generations, faults, power-off and fences up to. */
const within = (
  log: number,
  generations: number,
  faults: number,
  powerOffUpTo: number,
  fencesUpTo: number,
): Bounds => ({ log, generations, faults, powerOffUpTo, fencesUpTo })

const hosts = (n: number, host: Partial<Config["hosts"][number]> = {}) =>
  Array.from({ length: n }, () => host)

const everyPair = (config: Config, pair: Partial<PairConfig>): Config => ({
  ...config,
  pairs: config.pairs.map((each) => ({ ...each, ...pair })),
})

const rule = (
  type: AffinityRule["type"],
  run: AffinityRule["run"],
  group: string,
  active: boolean,
): AffinityRule => ({
  pairs: ["p1"],
  type,
  run,
  group,
  active,
})

const settings: readonly Kind[] = ftKinds.filter((kind) => kind !== "Register")
const tests: readonly Kind[] = ["TestFailover", "TestRestartSecondary"]
const maintenance: readonly Kind[] = ["EnterMaintenance", "ExitMaintenance"]
const suspension: readonly Kind[] = ["SuspendFT", "ResumeFT"]
const registered = { policy: "registered" } as const
const reference = { policy: "reference" } as const
const small = within(0, 5, 1, 0, 0)
const twoPairs = { pairs: 2, bounds: within(0, 3, 1, 0, 0) }

const rows: readonly Row[] = [
  {
    name: "O-a",
    config: { ...withoutFt(clusterOf(hosts(2), { bounds: within(0, 5, 0, 2, 2) }), "p1"), ...registered },
    beside: [...ftKinds, "Migrate", ...tests, ...maintenance],
    counts: [454, 1978, 14],
  },
  {
    name: "O-b",
    config: { ...withoutFt(clusterOf(hosts(2), { bounds: within(0, 5, 1, 1, 2) }), "p1"), ...registered },
    beside: [...ftKinds, ...tests, ...maintenance],
    counts: [3124, 14712, 18],
  },
  {
    name: "O-c",
    config: clusterOf(hosts(3), { bounds: within(0, 5, 1, 0, 1) }),
    beside: [...suspension, ...tests, "Migrate"],
    counts: [3628, 13952, 16],
  },
  {
    name: "O-d",
    config: { ...clusterOf(hosts(3), { bounds: within(0, 5, 1, 0, 2) }), ...registered },
    beside: settings,
    counts: [2013, 6826, 19],
  },
  {
    name: "O-e",
    config: clusterOf(hosts(3), { bounds: within(1, 5, 0, 1, 2) }),
    beside: [...suspension, ...tests, "Migrate"],
    counts: [1028, 3716, 15],
  },
  {
    name: "O-f",
    config: clusterOf(hosts(3), { bounds: within(1, 5, 1, 0, 1) }),
    beside: suspension,
    counts: [19304, 63860, 18],
  },
  {
    name: "P-a",
    config: clusterOf(hosts(3, { ftVmsMax: 1 }), twoPairs),
    beside: [],
    counts: [3133, 8166, 11],
  },
  {
    name: "P-c",
    config: clusterOf(hosts(4, { ftVmsMax: 1 }), twoPairs),
    beside: [],
    counts: [22842, 70060, 14],
  },
  {
    name: "P-d",
    config: clusterOf([{ groups: ["a"] }, { groups: ["a", "b"] }, { groups: ["b"] }], {
      rules: [rule("must", "on", "a", true), rule("must", "not-on", "b", false)],
      bounds: small,
    }),
    beside: ruleKinds,
    counts: [3072, 12974, 14],
  },
  {
    name: "P-e",
    config: everyPair(
      clusterOf([...hosts(2, { groups: ["a"] }), ...hosts(2, { groups: ["b"] })], { bounds: small }),
      { metro: "a" },
    ),
    beside: ["Migrate"],
    counts: [2173, 7072, 14],
  },
  {
    name: "P-f",
    config: everyPair(
      clusterOf(
        [8, 4, 8].map((ftVcpusMax) => ({ ftVmsMax: 0, ftVcpusMax })),
        twoPairs,
      ),
      { vcpus: 4 },
    ),
    beside: [],
    counts: [27272, 85408, 18],
  },
  {
    name: "P-g",
    config: {
      ...clusterOf([{ ftVmsMax: 2, groups: ["a"] }, ...hosts(2, { ftVmsMax: 2 })], {
        ...twoPairs,
        rules: [rule("should", "not-on", "a", true)],
      }),
      ...reference,
    },
    beside: [],
    counts: [6864, 17736, 20],
  },
  {
    name: "P-h",
    config: withoutFt(
      clusterOf(hosts(3, { ftVmsMax: 1 }), { pairs: 2, bounds: within(0, 3, 0, 0, 1) }),
      "p2",
    ),
    beside: [...settings, ...maintenance, "Migrate"],
    counts: [6072, 36112, 15],
  },
  {
    name: "P-i",
    config: {
      ...clusterOf(hosts(3, { ftVmsMax: 1 }), { pairs: 2, bounds: within(0, 4, 2, 0, 0) }),
      ...reference,
    },
    beside: [],
    counts: [30203, 92968, 21],
  },
  {
    name: "P-j",
    config: clusterOf([...hosts(2, { ftVmsMax: 1, groups: ["a"] }), ...hosts(2, { ftVmsMax: 1 })], {
      pairs: 2,
      bounds: within(0, 3, 0, 0, 0),
      rules: [rule("must", "on", "a", true)],
    }),
    beside: ["Migrate"],
    counts: [139, 390, 8],
  },
  {
    name: "E-a",
    config: {
      ...clusterOf([...hosts(2, { ftEncryption: true }), {}], { bounds: small }),
      exposed: ["h1-h3"],
    },
    beside: privacyKinds,
    counts: [1473, 4073, 12],
  },
  {
    name: "E-b",
    config: everyPair(clusterOf([...hosts(2, { ftEncryption: true }), {}], { bounds: small }), {
      encryption: "required",
    }),
    beside: [...privacyKinds, "Migrate"],
    counts: [207, 504, 8],
  },
  {
    name: "E-c",
    config: everyPair(clusterOf(hosts(3, { ftEncryption: true }), { bounds: within(1, 5, 1, 0, 0) }), {
      encryption: "disabled",
    }),
    beside: privacyKinds,
    counts: [7198, 20580, 14],
  },
]

it.each(rows)(
  "the scope $name is as large for the model and the engine as it is said to be",
  ({ config, beside, counts }) => {
    const among = [...coreKinds, ...beside]

    const { states, transitions, depth } = enumerate(protocolOf(config), among)
    const { tally } = sweep({
      config,
      among,
      mutant: null,
      properties: [],
      symmetry: false,
      reduction: false,
    })

    expect.soft([states, transitions, depth]).toEqual(counts)
    expect.soft([tally.states, tally.transitions]).toEqual([states, transitions])
  },
)
