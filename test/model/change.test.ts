import { describe, expect, it } from "vitest"
import { kinds, type Kind } from "../../model/action.ts"
import { adding, guarding, ruled, withdrawing } from "../../model/change.ts"
import { plainConfig } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import type { Check, Protocol, Rule } from "../../model/protocol.ts"
import { initial } from "../../model/state.ts"
import { step, successors } from "../../model/step.ts"

describe("a guard that is put into a rule", () => {
  it("comes right after the last that has the id", () => {
    const ids = guardIdsIn("Migrate", guarding("Migrate", weary, "storage")(protocol))

    expect(ids.slice(0, 8)).toEqual([
      "copy",
      "phase",
      "storage",
      "peer",
      "unreachable",
      "storage",
      "weary",
      "maintenance",
    ])
    expect(ids.filter((id) => id !== "weary")).toEqual(guardIdsIn("Migrate", protocol))
  })

  it("comes before all others where none is named", () => {
    const ids = guardIdsIn("Record", guarding("Record", weary, null)(protocol))

    expect(ids).toEqual(["weary", ...guardIdsIn("Record", protocol)])
  })

  it("is a defect where the rule has no such guard", () => {
    expect(() => guarding("Record", weary, "peer")(protocol)).toThrow("defect: Record has no guard peer")
  })
})

describe("kinds that are withdrawn", () => {
  it("are neither drawn nor taken, and no other is missing", () => {
    const without = withdrawing("PowerOn", "FailHost")(protocol)
    const state = initial(protocol.config)

    expect(Object.keys(without.rules)).toEqual(
      Object.keys(protocol.rules).filter((kind) => !["PowerOn", "FailHost"].includes(kind)),
    )
    expect(successors(without, state).map(({ action }) => action.kind)).toEqual(
      successors(protocol, state)
        .map(({ action }) => action.kind)
        .filter((kind) => !["PowerOn", "FailHost"].includes(kind)),
    )
    expect(successors(without, state, kinds)).toEqual(successors(without, state))
    expect(step(without, state, { kind: "FailHost", host: "h1" })).toEqual({
      tag: "refused",
      guard: "unknown",
    })
  })

  it("have no rule that could be changed", () => {
    const without = withdrawing("PowerOn")(protocol)

    expect(ruled("PowerOn", (rule) => rule)(without)).toBe(without)
  })
})

describe("rules that are added", () => {
  it("take the place of those that were there", () => {
    const rule: Rule<"PowerOn"> = { ...(protocol.rules.PowerOn as Rule<"PowerOn">), guards: [] }

    expect(adding({ PowerOn: rule })(protocol).rules).toEqual({ ...protocol.rules, PowerOn: rule })
  })
})

// Helpers

const protocol = protocolOf(plainConfig(2, 1))

const weary = { id: "weary", holds: () => true } as unknown as Check<never>

/** The ids of the guards of a rule, in their order, each as often as it stands there. */
const guardIdsIn = (kind: Kind, { rules }: Protocol): readonly string[] =>
  (rules[kind]?.guards ?? []).map(({ id }) => id)
