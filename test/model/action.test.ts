import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { coreKinds, describe as written, kinds, kindsOf } from "../../model/action.ts"
import { candidates } from "../../model/step.ts"
import { arbitraryConfig } from "../../properties/arbitrary/config.ts"
import { act, arbitraryWalk } from "../fixtures.ts"

describe("an action", () => {
  it.each([
    ["Record(p1.1)", { kind: "Record", copy: "p1.1" }],
    ["SpawnSecondary(p1.1, h2)", { kind: "SpawnSecondary", copy: "p1.1", host: "h2" }],
    ["HaRestart(p1, h3)", { kind: "HaRestart", pair: "p1", host: "h3" }],
    ["PowerOff(p2)", { kind: "PowerOff", pair: "p2" }],
    ["FailHost(h1)", { kind: "FailHost", host: "h1" }],
    ["ActivateRule(2)", { kind: "ActivateRule", rule: 2 }],
    ["CutLink(h1-h2)", { kind: "CutLink", hosts: ["h1", "h2"] }],
    ["SuspendFT(p1)", { kind: "SuspendFT", pair: "p1" }],
    ["TurnOffFT(p1, p1.1)", { kind: "TurnOffFT", pair: "p1", copy: "p1.1" }],
    ["Register(p1, secondary, h3)", { kind: "Register", pair: "p1", role: "secondary", host: "h3" }],
    ["Tick", { kind: "Tick" }],
    ["CrashCopy(p1.2, divergence)", { kind: "CrashCopy", copy: "p1.2", reason: "divergence" }],
  ] as const)("is described as %s", (text, action) => {
    expect(written(action)).toBe(text)
  })

  it("says in its description all that it is", () => {
    fc.assert(
      fc.property(arbitraryWalk(arbitraryConfig()), ({ states }) => {
        const asked = states.flatMap((state) => kinds.flatMap((kind) => candidates(state, kind)))

        expect(asked.map((action) => act(written(action)))).toEqual(asked)
      }),
      { numRuns: 10 },
    )
  })
})

describe("the alphabet", () => {
  it("has 36 kinds: the protocol's, then the operator's, the recoveries, the faults, and time last", () => {
    const byActor = (["protocol", "operator", "recovery", "fault", "time"] as const).flatMap(kindsOf)

    expect(kinds).toHaveLength(36)
    expect(kinds).toEqual(byActor)
  })

  it("has fifteen kinds that are no part of the alphabet of the pinned counts", () => {
    const beyond = kinds.filter((kind) => !coreKinds.includes(kind))

    expect(beyond).toEqual([
      "TurnOnFT",
      "TurnOffFT",
      "SuspendFT",
      "ResumeFT",
      "Register",
      "TestFailover",
      "TestRestartSecondary",
      "Migrate",
      "EnterMaintenance",
      "ActivateRule",
      "DeactivateRule",
      "ExitMaintenance",
      "SecureLink",
      "ExposeLink",
      "Tick",
    ])
  })
})
