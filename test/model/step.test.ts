import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { describe as written, kinds, type Kind } from "../../model/action.ts"
import { protocolOf } from "../../model/core.ts"
import { guardMeanings, type GuardId } from "../../model/guard-id.ts"
import type { Protocol } from "../../model/protocol.ts"
import { candidates, enabled, enabledButFor, fairlyEnabled, step, successors } from "../../model/step.ts"
import { arbitraryConfig } from "../../properties/arbitrary/config.ts"
import {
  act,
  alone,
  arbitraryWalk,
  reach,
  guardsOfParts,
  refusingGuards,
  three,
  toRunning,
  withholding,
} from "../fixtures.ts"

describe("step", () => {
  it.each([
    ["PowerOn(p9,h1)"],
    ["PowerOn(p1,h9)"],
    ["Record(p9.1)"],
    ["SpawnSecondary(p1.1,h9)"],
    ["FailHost(h9)"],
    ["CutLink(h1-h9)"],
    ["CutLink(h9-h1)"],
    ["CutLink(h1-h1)"],
  ])("refuses %s as unknown: it names what is not in the cluster", (asked) => {
    const outcome = step(core, reach(three, alone), act(asked))

    expect(outcome).toEqual({ tag: "refused", guard: "unknown" })
  })

  it("answers every action in every state with a next state or with a guard that its rule declares", () => {
    fc.assert(
      fc.property(arbitraryWalk(arbitraryConfig()), ({ config, states }) => {
        const protocol = protocolOf(config)
        const answers = states.flatMap((state) =>
          kinds.flatMap((kind) =>
            candidates(state, kind).map((action) => [kind, step(protocol, state, action)] as const),
          ),
        )

        const declared = new Map(kinds.map((kind) => [kind, guardsIn(protocol, kind)]))
        const astray = answers.filter(
          ([kind, outcome]) =>
            outcome.tag === "refused" && declared.get(kind)?.includes(outcome.guard) !== true,
        )
        expect(astray).toEqual([])
      }),
      { numRuns: 15 },
    )
  })

  it("is pure: it changes nothing that it is given, and answers the same twice", () => {
    fc.assert(
      fc.property(arbitraryWalk(arbitraryConfig()), ({ config, states }) => {
        const protocol = protocolOf(frozen(config))
        for (const state of states)
          for (const kind of kinds)
            for (const action of candidates(frozen(state), kind)) {
              const outcome = step(protocol, state, frozen(action))
              expect(step(protocol, state, action)).toEqual(outcome)
            }
      }),
      { numRuns: 5 },
    )
  })
})

describe("what is enabled", () => {
  it("is what step accepts of all that could be asked, in the order of the alphabet", () => {
    fc.assert(
      fc.property(arbitraryWalk(arbitraryConfig()), ({ config, states }) => {
        const protocol = protocolOf(config)
        for (const state of states) {
          const accepted = kinds
            .flatMap((kind) => candidates(state, kind))
            .filter((action) => step(protocol, state, action).tag === "next")

          expect(enabled(protocol, state)).toEqual(accepted)
        }
      }),
      { numRuns: 15 },
    )
  })

  it("leads where step leads", () => {
    const state = reach(three, toRunning)

    for (const successor of successors(core, state))
      expect(step(core, state, successor.action)).toEqual({ tag: "next", state: successor.state })
  })

  it("is, of some kinds, what is enabled of these", () => {
    const state = reach(three, toRunning)

    const among = enabled(core, state, ["CrashCopy", "Record"])

    expect(among).toEqual([act("CrashCopy(p1.1)"), act("CrashCopy(p1.2)"), act("Record(p1.1)")])
  })
})

describe("what could be asked", () => {
  it.each([
    ["Record", ["Record(p1.1)", "Record(p1.2)"]],
    ["PowerOff", ["PowerOff(p1)"]],
    ["FailHost", ["FailHost(h1)", "FailHost(h2)", "FailHost(h3)"]],
    ["CutLink", ["CutLink(h1-h2)", "CutLink(h1-h3)", "CutLink(h2-h3)"]],
    ["PowerOn", ["PowerOn(p1,h1)", "PowerOn(p1,h2)", "PowerOn(p1,h3)"]],
  ] as const)("of %s is one action for each thing that it can name", (kind, expected) => {
    expect(candidates(reach(three, toRunning), kind)).toEqual(expected.map(act))
  })

  it("of Migrate is each copy with each host", () => {
    const asked = candidates(reach(three, toRunning), "Migrate")

    expect(asked).toHaveLength(6)
    expect(asked).toContainEqual(act("Migrate(p1.2,h3)"))
  })
})

describe("the enabled, weakly fair actions", () => {
  it("is what it may do itself, and no operation, recovery or fault", () => {
    const state = reach(three, withholding, "CutLink(h1-h3)")

    const actions = fairlyEnabled(core, state).map(({ action }) => action)

    expect(actions).toEqual([act("Record(p1.1)"), act("JoinLockstep(p1.2)")])
  })

  it("is a suspicion only if it is justified", () => {
    const healthy = reach(three, toRunning)
    const cut = reach(three, toRunning, "CutLink(h1-h2)")

    const suspicions = [healthy, cut].map((state) =>
      fairlyEnabled(core, state)
        .filter(({ action }) => action.kind === "Suspect")
        .map(({ action }) => action),
    )

    expect(suspicions).toEqual([[], [act("Suspect(p1.1)"), act("Suspect(p1.2)")]])
  })
})

// Helpers

const core = protocolOf(three)

/** All by which an action of the kind may be refused: of one that the protocol does not have, nothing else is said. */
const guardsIn = ({ rules, config }: Protocol, kind: Kind): readonly GuardId[] => {
  if (rules[kind] === undefined) return ["unknown"]
  return [...refusingGuards(kind), ...(config.time === undefined ? [] : guardsOfParts(kind))]
}

/** The value, which nobody can change from now on, however deep. */
const frozen = <A>(value: A): A => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  Object.values(value).forEach(frozen)
  return Object.freeze(value)
}

describe("enabled but for a guard", () => {
  it("is what that guard refuses, and no other would", () => {
    const cut = reach(three, toRunning, "Record(p1.1) CutLink(h1-h2)")

    expect(enabledButFor(core, cut, "unreachable").map(written)).toEqual([
      "Deliver(p1.2)",
      "Migrate(p1.1, h3)",
      "Migrate(p1.2, h3)",
    ])
    expect(enabledButFor(core, cut, "up")).toEqual([
      ...["h1", "h2", "h3"].map((host) => ({ kind: "RecoverHost", host })),
    ])
    expect(enabledButFor(core, cut, "may-run", ["HaRestart"]).map(written)).toEqual(["HaRestart(p1, h3)"])
    expect(enabledButFor(core, cut, "may-run", ["Record"])).toEqual([])
  })

  it("is nothing that is enabled", () => {
    const state = reach(three, toRunning)

    for (const id of Object.keys(guardMeanings) as GuardId[])
      for (const action of enabledButFor(core, state, id))
        expect(step(core, state, action)).toEqual({ tag: "refused", guard: id })
  })
})
