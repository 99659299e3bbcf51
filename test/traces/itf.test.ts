import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import type { CopyId, HostId } from "../../model/ids.ts"
import { initialLock } from "../../conform/lock-model.ts"
import { mutants } from "../../properties/mutants/catalogue.ts"
import { actionVars, itfOfAction, itfOfState, jsonOfItf, stateOfItf } from "../../traces/itf.ts"
import { itfOfLockState, itfOfPlaced } from "../../conform/profile-itf.ts"
import { stateJsonOf } from "../../traces/state-json.ts"
import { arbitraryRun } from "../properties/arbitrary/runs.ts"

describe("a state in ITF", () => {
  it("says all that the state says", () => {
    fc.assert(
      fc.property(anyRun, ({ states }) => {
        for (const state of states) {
          const json = stateJsonOf(state)
          expect(stateOfItf(itfOfState(json))).toEqual(json)
        }
      }),
      { numRuns: 30 },
    )
  })

  it("has its variables, and those of the action, and no others", () => {
    fc.assert(
      fc.property(anyRun, ({ actions, states }) => {
        for (const [i, state] of states.entries()) {
          const json = stateJsonOf(state)
          expect(Object.keys(itfOfState(json))).toEqual(Object.keys(json))
          expect(Object.keys(itfOfAction(actions[i - 1] ?? null))).toEqual([...actionVars])
        }
      }),
      { numRuns: 20 },
    )
  })

  it.each<CopyId | null>([null, "p1.2"])(
    "says all of a lock, held by %s, and who may be none is an option",
    (holder) => {
      const initial = initialLock(plainConfig(2, 1))
      const state = { ...initial, lock: { ...initial.lock, holder } }

      const itf = itfOfLockState(state)

      expect(faultsIn(itf)).toEqual([])
      expect(jsonOfItf(itf)).toEqual(state)
      expect(itf["lock"]).toMatchObject({ holder: { tag: holder === null ? "None" : "Some" } })
    },
  )

  it.each([null, "rack" as HostId])("says all of an answer to where a copy goes: %s", (host) => {
    const itf = itfOfPlaced({ host })

    expect(jsonOfItf(itf)).toEqual({ host })
    expect(itf["host"]).toMatchObject({ tag: host === null ? "None" : "Some" })
  })

  it("is made of what ITF knows: every integer is big, and no field has a name of ITF's or of Quint's", () => {
    fc.assert(
      fc.property(anyRun, ({ actions, states }) => {
        for (const [i, state] of states.entries()) {
          expect(faultsIn(itfOfState(stateJsonOf(state)))).toEqual([])
          expect(faultsIn(itfOfAction(actions[i - 1] ?? null))).toEqual([])
        }
      }),
      { numRuns: 20 },
    )
  })

  it("writes maps, sets, tuples and what may be absent as Apalache and Quint do", () => {
    const itf = itfOfState({
      hosts: { h1: { up: true, storage: false, maintenance: false } },
      cut: [["h1", "h2"]],
      pairs: {
        p1: {
          ft: "enabled",
          power: "on",
          state: "needSecondary",
          reason: "other",
          registered: { primary: "h1", secondary: "h1" },
          lock: { generation: 2, holder: null },
          copies: {},
          observed: [[1, 1]],
        },
      },
    })

    expect(itf).toEqual({
      hosts: { "#map": [["h1", { up: true, storage: false, maintenance: false }]] },
      cut: { "#set": [{ "#tup": ["h1", "h2"] }] },
      pairs: {
        "#map": [
          [
            "p1",
            {
              ft: "enabled",
              power: "on",
              state: "needSecondary",
              reason: { tag: "Some", value: "other" },
              registered: { primary: "h1", secondary: "h1" },
              lock: { generation: { "#bigint": "2" }, holder: none },
              copies: { "#map": [] },
              observed: [{ "#tup": [{ "#bigint": "1" }, { "#bigint": "1" }] }],
            },
          ],
        ],
      },
    })
  })
})

describe("an action in ITF", () => {
  it("is called init where there is none", () => {
    expect(itfOfAction(null)).toEqual({
      "mbt::actionTaken": "init",
      "mbt::nondetPicks": { copy: none, pair: none, host: none, hosts: none },
    })
  })

  it("names its choices, and those that it has not as absent", () => {
    expect(itfOfAction({ kind: "SpawnSecondary", copy: "p1.1", host: "h2" })).toEqual({
      "mbt::actionTaken": "SpawnSecondary",
      "mbt::nondetPicks": { copy: some("p1.1"), pair: none, host: some("h2"), hosts: none },
    })
    expect(itfOfAction({ kind: "CutLink", hosts: ["h1", "h2"] })).toMatchObject({
      "mbt::nondetPicks": { hosts: some({ "#tup": ["h1", "h2"] }) },
    })
  })
})

describe("jsonOfItf", () => {
  it.each([
    ["an integer", { "#bigint": "12" }, 12],
    ["a number of an older tool", 12, 12],
    ["a tuple", { "#tup": [true, { "#bigint": "1" }] }, [true, 1]],
    ["a set", { "#set": ["a", "b"] }, ["a", "b"]],
    ["a map", { "#map": [["h1", { "#bigint": "1" }]] }, { h1: 1 }],
    ["an option with a value", { tag: "Some", value: { "#bigint": "1" } }, 1],
    ["an option without one", { tag: "None", value: { "#tup": [] } }, null],
    ["a record", { a: [{ "#bigint": "1" }] }, { a: [1] }],
  ])("reads %s", (_what, itf, json) => {
    expect(jsonOfItf(itf)).toEqual(json)
  })
})

// Helpers

const anyRun = arbitraryRun([null, ...mutants.map(({ name }) => name)])

const none = { tag: "None", value: { "#tup": [] } }

const some = (value: unknown) => ({ tag: "Some", value })

const forms = ["#bigint", "#tup", "#set", "#map"]

/** What is not ITF in a value, each by its place. */
const faultsIn = (value: unknown, at = ""): readonly string[] => {
  if (typeof value === "string" || typeof value === "boolean") return []
  if (Array.isArray(value)) return value.flatMap((each, i) => faultsIn(each, `${at}[${i}]`))
  if (typeof value !== "object" || value === null) return [`${at} is ${String(value)}`]
  const fields = Object.entries(value)
  const [only] = fields
  if (only !== undefined && fields.length === 1 && forms.includes(only[0]))
    return only[0] === "#bigint"
      ? /^-?\d+$/.test(String(only[1]))
        ? []
        : [`${at} is no integer`]
      : faultsIn(only[1], `${at}${only[0]}`)
  const isVariant = Object.keys(value).join() === "tag,value"
  return fields.flatMap(([name, field]) => {
    const isReserved = /^#|^__/.test(name) || (!isVariant && ["tag", "value"].includes(name))
    return isReserved ? [`${at} has a field ${name}`] : faultsIn(field, `${at}.${name}`)
  })
}
