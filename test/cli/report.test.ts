import { describe, expect, it } from "vitest"
import { closingLines, jsonOf } from "../../cli/check/report.ts"
import type { Checked } from "../../cli/check/checked.ts"
import { exitCodes } from "../../cli/exit.ts"
import { styleFor } from "../../cli/style.ts"
import { summaryLines } from "../../cli/report.ts"
import { matching } from "../../properties/catalogue.ts"
import type { Campaign } from "../../properties/check/campaign.ts"

describe("a property that was not violated", () => {
  it.each<readonly [Campaign["stopped"], string, string]>([
    ["runs", "held", "held"],
    ["time", "held", "held"],
    ["failure", "no violation seen", "inconclusive"],
    ["interrupted", "no violation seen", "inconclusive"],
  ])("of a campaign that ended for %s: %s", (stopped, words, verdict) => {
    const campaign = { ...ran, stopped }

    const lines = summaryLines(styleFor(process.stdout, false), properties, [], campaign, new Set(["S2"]))
    const reported = lines.flatMap((line) => /^ {2}(S\d) +\w+ +(.*)$/.exec(line)?.slice(1).join(": ") ?? [])
    const document = jsonOf({ ...checked, campaign }, exitCodes.inconclusive)

    expect(reported).toEqual([`S1: ${words}`, "S2: violated", `S4: ${words}`])
    expect(document.properties).toEqual({ S1: { verdict }, S2: { verdict }, S4: { verdict: "not-run" } })
  })
})

describe("a property that some drawn clusters do not promise", () => {
  const style = styleFor(process.stdout, false)
  const [s1, s3b] = [matching(["S1"]), matching(["S3b"])]
  const campaign: Campaign = { ...ran, schedules: 1000, asked: { S1: 1000, S3b: 60 } }

  it("is held with the number of schedules in which it was asked", () => {
    const lines = summaryLines(style, [...s1, ...s3b], [], campaign, new Set())

    expect(lines[1]).toMatch(/^ {2}S1 +SinglePrimary +held$/)
    expect(lines[2]).toMatch(/^ {2}S3b +NoDualExecution +held, asked in 60 schedules$/)
  })

  it("is never held where none has promised it: that is vacuous, once enough were drawn", () => {
    const unasked = {
      ...checked,
      campaign: { ...campaign, asked: { S1: 1000 } },
      unchecked: s3b,
      unasked: s3b,
    }

    const [title] = summaryLines(style, s3b, [], unasked.campaign, new Set(), s3b).slice(1)
    const closing = closingLines(style, {}, unasked, exitCodes.vacuous)

    expect(title).toMatch(/not checked$/)
    expect(closing[0]).toMatch(/^vacuous, never asked: S3b {2}/)
    expect(closing).toContain("not asked, as no cluster that was drawn promises that: S3b")
    expect(closing.join()).not.toContain("which takes the model")
  })
})

describe("how fast a check was", () => {
  it.each([
    [0.99, "8.0 s"],
    [2, "8.0 s (2 schedules/s, 0 actions/s)"],
  ])(
    "is reported by the time in which it drew, here %d s, unless that is too short",
    (drawingSeconds, reported) => {
      const lines = closingLines(
        styleFor(process.stdout, false),
        {},
        { ...checked, drawingSeconds },
        exitCodes.ok,
      )

      expect(lines.filter((line) => line.startsWith("8.0 s"))).toEqual([reported])
    },
  )
})

// Helpers

const properties = matching(["S1", "S2", "S4"])

const ran: Campaign = {
  schedules: 3,
  engineRuns: 0,
  engineActions: 0,
  asked: {},
  engineAsked: {},
  actions: {},
  witnesses: {},
  failure: null,
  stopped: "runs",
}

const checked: Checked = {
  spec: {
    seed: "7",
    mutant: null,
    side: "both",
    config: null,
    properties: ["S1", "S2", "S4"],
    isWhole: false,
  },
  properties,
  wanted: [],
  stored: { replayed: 0, findings: [], broken: [], forgotten: [], setAside: [] },
  campaign: ran,
  findings: [],
  unseen: [],
  rare: [],
  notPromised: [],
  unchecked: properties.slice(2),
  unasked: [],
  isIdle: false,
  reproduce: "",
  workers: 1,
  isRepeatable: true,
  isStopped: false,
  seconds: 8,
  drawingSeconds: 8,
}
