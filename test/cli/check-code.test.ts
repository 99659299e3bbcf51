import * as Effect from "effect/Effect"
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest"
import { check } from "../../cli/check/check.ts"
import type { CheckFlags } from "../../cli/check/checked.ts"
import { kinds, type Action } from "../../model/action.ts"
import { plainConfig } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import type { Campaign } from "../../properties/check/campaign.ts"
import { inTurn } from "../../properties/check/scheduler.ts"
import { lots } from "../../properties/arbitrary/swarm.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { witnesses } from "../../properties/witnesses.ts"
import { freshFolder } from "./ftpair.ts"

// What a campaign comes to is given here: that it comes to that is tested where campaigns are.

const given: { campaign: Campaign | null; stop: AbortController } = vi.hoisted(() => ({
  campaign: null,
  stop: new AbortController(),
}))

vi.mock("../../properties/check/campaign.ts", () => ({
  campaign: () =>
    Effect.sync(() => {
      if (given.campaign?.stopped === "interrupted") given.stop.abort()
      return given.campaign
    }),
}))

vi.mock("../../cli/interruption.ts", () => ({ interruption: () => given.stop.signal }))

beforeEach(() => {
  given.campaign = null
})

describe("a check", () => {
  it.each<readonly [string, Partial<Campaign>, Partial<CheckFlags>, number, string]>([
    ["holds where all was seen", {}, {}, 0, "held"],
    ["holds where its time is up", { stopped: "time" }, {}, 0, "held"],
    ["is vacuous without a witness that is due", { witnesses: {} }, {}, 15, "vacuous"],
    ["holds where it may be vacuous", { witnesses: {} }, { allowVacuous: true }, 0, "held"],
    ["holds where no witness is due yet", { schedules: 1, witnesses: {} }, {}, 0, "held"],
    ["is vacuous where the protocol did nothing", { actions: { PowerOn: 9 } }, {}, 15, "vacuous"],
    ["is inconclusive where a signal stops it", { stopped: "interrupted" }, {}, 20, "inconclusive"],
    [
      "is inconclusive where a signal stops it before a witness is seen",
      { stopped: "interrupted", witnesses: {} },
      {},
      20,
      "inconclusive",
    ],
    [
      "is inconclusive where nothing was run",
      { schedules: 0, engineRuns: 0, asked: {}, engineAsked: {} },
      {},
      20,
      "inconclusive",
    ],
    [
      "is inconclusive where nothing was checked",
      { schedules: 0, engineRuns: 9, asked: {} },
      { property: ["L1", "L2"] },
      20,
      "inconclusive",
    ],
    [
      "holds where the engine checked it",
      { schedules: 0, engineRuns: 9, asked: {} },
      { property: ["S1"] },
      0,
      "held",
    ],
  ])("%s", async (_what, ran, flags, code, verdict) => {
    const reported = await checked({ ...whole, ...ran }, { mutant: "ZeroMeansNone", ...flags })

    expect([reported.code, reported.json.verdict]).toEqual([code, verdict])
  })

  it.each<readonly [string, string, Partial<CheckFlags>, readonly Action[], number, string, string]>([
    ["safety", "SpawnIgnoresAntiAffinity", {}, spawnedBeside(), 12, "breached", "S7"],
    ["liveness", "OrphanSyncStays", {}, failed(), 13, "breached", "L6"],
    [
      "what the engine does",
      "SpawnIgnoresAntiAffinity",
      { side: "model", property: ["S1"] },
      spawnedBeside(),
      14,
      "divergence",
      "R1",
    ],
  ])(
    "that finds a violation of %s ends with its code",
    async (_what, mutant, flags, actions, code, verdict, id) => {
      const reported = await checked(failing(actions), { mutant, ...flags })

      expect([reported.code, reported.json.verdict]).toEqual([code, verdict])
      expect(reported.json.breaches.map(({ property }) => property)).toEqual([id])
    },
  )

  it("whose failure does not come again is not deterministic, and nothing has held", async () => {
    const reported = await checked(failing(failed()), { mutant: "ZeroMeansNone" })

    expect([reported.code, reported.json.verdict, reported.json.breaches]).toEqual([
      17,
      "non-deterministic",
      [],
    ])
    expect(verdictsIn(reported)).toEqual(["inconclusive"])
  })

  it("draws all the same where stored runs are not as promised, and says both", async () => {
    const held = await checked(whole, { property: ["S1"] }, () => protocolOf)

    expect([held.code, held.json.verdict, verdictsIn(held)]).toEqual([16, "not-as-promised", ["held"]])
    expect(held.json.stored.broken.length).toBeGreaterThan(20)
  })

  it("is vacuous where no cluster promised a property, though so many were drawn that some should have", async () => {
    const { S3b: _, ...asked } = whole.asked
    const many: Campaign = { ...whole, asked }
    const few: Campaign = { ...many, schedules: 20 }

    const never = await checked(many, { property: ["S1", "S3b"], mutant: "ZeroMeansNone" })
    const notYet = await checked(few, { property: ["S1", "S3b"], mutant: "ZeroMeansNone" })
    const allowed = await checked(many, {
      property: ["S1", "S3b"],
      mutant: "ZeroMeansNone",
      allowVacuous: true,
    })

    expect([never.code, notYet.code, allowed.code]).toEqual([15, 0, 0])
    for (const { json } of [never, notYet, allowed])
      expect(json.properties).toEqual({ S1: { verdict: "held" }, S3b: { verdict: "not-run" } })
  })

  it("reports as held only what was checked to the end", async () => {
    const interrupted = await checked({ ...whole, stopped: "interrupted" }, { mutant: "ZeroMeansNone" })
    const ofEngine = await checked(
      { ...whole, schedules: 0, asked: {} },
      { property: ["S1", "L1"], mutant: "ZeroMeansNone" },
    )

    expect(verdictsIn(interrupted)).toEqual(["inconclusive"])
    expect(ofEngine.json.properties).toEqual({ S1: { verdict: "held" }, L1: { verdict: "not-run" } })
  })
})

// Helpers

const whole: Campaign = {
  schedules: 1_000_000,
  engineRuns: 1_000_000,
  engineActions: 10_000_000,
  asked: Object.fromEntries(catalogue.map(({ id }) => [id, 100])),
  engineAsked: { S1: 100 },
  actions: Object.fromEntries(kinds.map((kind) => [kind, 100])),
  witnesses: Object.fromEntries(witnesses.map(({ id }) => [id, 10])),
  failure: null,
  stopped: "runs",
}

const failing = (actions: readonly Action[]): Campaign => ({
  ...whole,
  stopped: "failure",
  failure: {
    schedule: 3,
    number: 3,
    on: "model",
    property: "S7",
    found: 9,
    swarm: {
      weights: Object.fromEntries(lots.map((lot) => [lot, 1])) as NonNullable<
        Campaign["failure"]
      >["swarm"]["weights"],
      quietSteps: 0,
      stallSteps: 0,
    },
    turns: inTurn,
    config: plainConfig(2, 1, { log: 1 }),
    actions,
    loop: null,
  },
})

function spawnedBeside(): readonly Action[] {
  return [
    { kind: "PowerOn", pair: "p1", host: "h1" },
    { kind: "SpawnSecondary", copy: "p1.1", host: "h1" },
  ]
}

function failed(): readonly Action[] {
  return [
    { kind: "PowerOn", pair: "p1", host: "h1" },
    { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
    { kind: "FailHost", host: "h1" },
  ]
}

type Document = {
  readonly verdict: string
  readonly properties: Readonly<Record<string, { readonly verdict: string }>>
  readonly breaches: readonly { readonly property: string }[]
  readonly stored: { readonly broken: readonly object[] }
}

/** What a check says and ends with, given what its campaign comes to. */
const checked = async (
  campaign: Campaign,
  flags: Partial<CheckFlags>,
  rulesOf?: () => typeof protocolOf,
): Promise<{ readonly code: number; readonly json: Document }> => {
  given.campaign = campaign
  given.stop = new AbortController()
  const written: string[] = []
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation((text) => {
      if (stream === process.stdout) written.push(String(text))
      return true
    }),
  )
  try {
    const out = freshFolder(onTestFinished)
    const code = await check({ seed: "7", json: true, color: false, out, ...flags }, undefined, rulesOf)
    return { code, json: JSON.parse(written.join("")) as Document }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

const verdictsIn = ({ json }: { readonly json: Document }): readonly string[] => [
  ...new Set(Object.values(json.properties).map(({ verdict }) => verdict)),
]
