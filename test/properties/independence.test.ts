import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterEach, describe, expect, it, vi } from "vitest"
import { coreKinds, kinds, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import type { eligible } from "../../model/placement.ts"
import type { Protocol } from "../../model/protocol.ts"
import type { State } from "../../model/state.ts"
import { bounded, clusterOf, ruleOnP1 } from "../fixtures.ts"

// A property never calls the code that it judges: what the rules take for granted, it works out by itself.

const judges = [
  "safety",
  "effects",
  "operations",
  "reported",
  "placement",
  "eligibility",
  "evidence",
  "history",
  "liveness",
  "witnesses",
  ...readdirSync("properties/time").map((name) => `time/${name.replace(".ts", "")}`),
].map((name) => `properties/${name}.ts`)
const packedJudges = [
  ...readdirSync("properties/packed", { encoding: "utf8", recursive: true })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `properties/packed/${name}`),
  "impl/engine/single-fault.ts",
]

/** What the judges of the model may take from it beside types: words, and where things are. */
const ofTheModel = ["alphabet", "pairsOf"]

/** What those of packed states may take from the view: the fields of a state, and where its parts are. */
const ofTheView = [
  ...["machine", "layout", "hosts", "pairs", "slots", "has", "headOf", "hostOf", "pairOf", "linkOf"],
  ...["ftOf", "isOn", "lockOf", "holderOf", "interventionsOf", "faultsSoFar", "primaryAt", "primaryAtIn"],
  ...["fieldOf", "ghostOf"],
  ...[
    "secondaryAt",
    "secondaryAtIn",
    "reasonOf",
    "cellOf",
    "controlAt",
    "withChannel",
    "controlOf",
    "phaseIn",
    "generationIn",
    "releasedIn",
    "peerIn",
    "deliveredIn",
  ],
  ...["ackedIn", "logOf", "observedOf", "lengthOf", "entryOf", "agree"],
]

describe("what judges the protocol", () => {
  it.each(judges)("calls none of the model's functions: %s", (file) => {
    const text = readFileSync(file, "utf8")
    const imports = [...text.matchAll(/import \{([^}]*)\} from "(?:\.\.\/)+model\/[^"]+"/g)]
    const values = imports
      .flatMap(([, names]) => (names ?? "").split(","))
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type "))

    expect(values.filter((name) => !ofTheModel.includes(name))).toEqual([])
  })

  it.each(packedJudges)("calls none of the engine's rules, nor of what they call: %s", (file) => {
    const text = readFileSync(file, "utf8")
    expect(text).not.toMatch(
      /from "(\.{1,2}\/)+(impl\/engine\/)?(placement|(rules|mutations|parts|view)\/.*)\.ts"/,
    )
    expect(takenFromView(text).filter((name) => !ofTheView.includes(name))).toEqual([])
  })

  it.each(packedJudges)("is written apart from what judges the model: %s", (file) => {
    const targets = [...readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g)].map(([, target]) =>
      join(dirname(file), target ?? ""),
    )

    expect(targets.filter((target) => !/^(model|impl\/engine|properties\/packed)\//.test(target))).toEqual([])
  })

  it.each([
    ["of a view", "const { hosts, halt } = view"],
    ["by another name", "const { hosts, halt: stop } = view"],
    ["over several lines", "const {\n  hosts,\n  halt,\n} = view"],
    ["of an engine's view", "const { hosts, halt } = engine.view"],
    ["inside an engine", "const { view: { hosts, halt } } = engine"],
    ["in a parameter list", "const stopped = ({ hosts, halt }: View, slot: number) => halt(slot, hosts)"],
    [
      "in a parameter list, of a part of it",
      'const stopped = ({ hosts, halt }: Pick<View, "halt">) => hosts',
    ],
    ["from a view of any name", "const stopped = (packed: View) => packed.halt(packed.hosts)"],
    ["where it is used", "view.halt(view.hosts)"],
  ])("is seen to take it from the view: %s", (_form, text) => {
    expect(takenFromView(text).toSorted()).toEqual(["halt", "hosts"])
  })
})

describe("a helper that is wrong under the rules is found out", () => {
  afterEach(() => {
    vi.doUnmock("../../model/state.ts")
    vi.doUnmock("../../model/placement.ts")
    vi.doUnmock("../../model/ft-state.ts")
    vi.doUnmock("../../impl/engine/view.ts")
    vi.doUnmock("../../impl/engine/placement.ts")
    vi.resetModules()
  })

  it.each(plants())("in the model, by $property: $what", async ({ property, config, among, inModel }) => {
    inModel()

    expect(await foundByModel(config, among, property)).toBe(property)
  })

  it.each(plants())("in the engine, by $property: $what", async ({ property, config, among, inEngine }) => {
    inEngine()

    expect(await foundByEngine(config, among, property)).toEqual([property])
  })

  it.each(plants())("and where it is right, nothing is: $what", async ({ property, config, among }) => {
    vi.resetModules()

    expect(await foundByModel(config, among, property)).toBeNull()
    expect(await foundByEngine(config, among, property)).toEqual([])
  })
})

// Helpers

/** What a text takes from a view: by destructuring, also in a parameter list, and by its name. */
function takenFromView(text: string): readonly string[] {
  const named = [...text.matchAll(/(\w+): (?:\w+<)?View\b(?!\[)/g)].map(([, name]) => name ?? "")
  const views = ["view", ...named].join("|")
  const destructured = [
    new RegExp(`\\{([^{}]*)\\} = (?:\\w+\\.)?(?:${views})\\b(?!\\.)`, "g"),
    /\bview: \{([^{}]*)\}/g,
    /\{([^{}]*)\}: (?:\w+<)?View\b(?!\[)/g,
  ].flatMap((form) => [...text.matchAll(form)].flatMap(([, names]) => (names ?? "").split(",")))
  const used = [...text.matchAll(new RegExp(`\\b(?:${views})\\.(?!ts\\b)(\\w+)`, "g"))].map(
    ([, name]) => name ?? "",
  )
  const names = [...destructured, ...used].map((name) => name.split(/[:=]/)[0]?.trim() ?? "")
  return [...new Set(names)].filter(Boolean)
}

type Plant = {
  readonly property: string
  readonly what: string
  readonly config: Config
  readonly among: readonly Kind[]
  readonly inModel: () => void
  readonly inEngine: () => void
}

function plants(): readonly Plant[] {
  const small = { log: 0, generations: 3, faults: 1, powerOffUpTo: 0, fencesUpTo: 1 }
  const withoutRules = (config: Config): Config => ({ ...config, rules: [] })
  const withoutLimits = (config: Config): Config => ({
    ...config,
    hosts: config.hosts.map((host) => ({ ...host, ftVmsMax: 0, ftVcpusMax: 0 })),
  })
  const withEveryRule = (config: Config): Config => ({
    ...config,
    rules: config.rules.map((rule) => ({ ...rule, active: true })),
  })
  const ruled = clusterOf([{ groups: ["a"] }, {}, {}], {
    rules: [ruleOnP1("must", "on", "a")],
    bounds: small,
  })
  const crowded = clusterOf([{ ftVmsMax: 1 }, { ftVmsMax: 1 }], { pairs: 2, bounds: small })
  const dormant = { ...ruled, rules: [{ ...ruleOnP1("must", "on", "a"), active: false }] }
  return [
    {
      property: "S8",
      what: "every host is allowed",
      config: ruled,
      among: coreKinds,
      ...reading(withoutRules),
    },
    {
      property: "S9",
      what: "no host is ever full",
      config: crowded,
      among: coreKinds,
      ...reading(withoutLimits),
    },
    {
      property: "S25",
      what: "a rule binds that is not in force",
      config: dormant,
      among: coreKinds,
      ...reading(withEveryRule),
    },
    {
      property: "S9",
      what: "every host has its storage",
      config: bounded(small),
      among: coreKinds,
      inModel: () => {
        mock("../../model/state.ts", (own) => ({ ...own, hasStorage: () => true }))
      },
      inEngine: () => {
        mockView(() => ({ hasStorage: () => true }))
      },
    },
    {
      property: "S23",
      what: "every two hosts reach each other",
      config: bounded(small),
      among: coreKinds,
      inModel: () => {
        mock("../../model/state.ts", (own) => ({ ...own, reachable: () => true }))
      },
      inEngine: () => {
        mockView(() => ({ reaches: () => true }))
      },
    },
    {
      property: "S21",
      what: "every pair that is on is running",
      config: bounded(small),
      among: kinds,
      inModel: () => {
        mock("../../model/ft-state.ts", (own) => ({ ...own, ftState: () => "running" }))
      },
      inEngine: () => {
        mockView((own) => ({ isRunning: (pair: number) => own.currentPrimary(pair) >= 0 }))
      },
    },
  ]
}

type Module = Readonly<Record<string, unknown>>

const mock = (path: string, change: (own: Module) => Module): void => {
  vi.resetModules()
  vi.doMock(path, async (original) => change(await original<Module>()))
}

type View = { readonly currentPrimary: (pair: number) => number }

const mockView = (change: (own: View) => object): void => {
  mock("../../impl/engine/view.ts", (own) => ({
    ...own,
    viewOf: (machine: unknown) => {
      const view = (own["viewOf"] as (machine: unknown) => View)(machine)
      return { ...view, ...change(view) }
    },
  }))
}

/** Placement by another reading of the configuration, on either side. */
function reading(change: (config: Config) => Config): Pick<Plant, "inModel" | "inEngine"> {
  return {
    inModel: () => {
      mock("../../model/placement.ts", (own) => ({
        ...own,
        eligible: (otherEnd: never) =>
          (own["eligible"] as typeof eligible)(otherEnd).map((check) => ({
            ...check,
            holds: (about: never, state: State, protocol: Protocol) => {
              const config = change(protocol.config)
              const rules = config.rules.map(({ active }, n) => active || state.rules[n] === true)
              return check.holds(about, { ...state, rules }, { ...protocol, config })
            },
          })),
      }))
    },
    inEngine: () => {
      mock("../../impl/engine/placement.ts", (own) => ({
        ...own,
        placementOf: (view: { readonly layout: { readonly config: Config } }, config = view.layout.config) =>
          (own["placementOf"] as (...all: readonly unknown[]) => unknown)(view, change(config)),
      }))
    },
  }
}

const foundByModel = async (
  config: Config,
  among: readonly Kind[],
  property: string,
): Promise<string | null> => {
  const { modelSweep } = await import("../../properties/explore/model-sweep.ts")
  const { catalogue } = await import("../../properties/catalogue.ts")
  const { protocolOf } = await import("../../model/core.ts")
  const asked = catalogue.filter(({ id }) => id === property)
  return modelSweep(protocolOf(config), among, asked, 3000).violation?.why ?? null
}

const foundByEngine = async (
  config: Config,
  among: readonly Kind[],
  property: string,
): Promise<readonly string[]> => {
  const { sweep } = await import("../../properties/explore/sweep.ts")
  const { shortest } = await import("../../properties/explore/tally.ts")
  const scope = { config, among, mutant: null, properties: [property], symmetry: false, reduction: false }
  const { tally } = sweep(scope, { statesMax: 3000 })
  return tally.violated.get(shortest(tally)) ?? []
}
