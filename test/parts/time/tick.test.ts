import { describe, expect, it } from "vitest"
import { protocolOf } from "../../../model/core.ts"
import type { Time } from "../../../model/parts/time/parameters.ts"
import { guardIdsOf } from "../../../model/rule.ts"
import { enabledButFor, fairlyEnabled, isEnabledButFor, step } from "../../../model/step.ts"
import { act, alone, itRefuses, p1, reach, starting, three, toRunning, withholding } from "../../fixtures.ts"
import { base, guarded, timedIn } from "./clusters.ts"

const bounds = { faults: 5, powerOffUpTo: 5 }
const cluster = timedIn(base, bounds)
const waiting = timedIn(guarded, bounds)

describe("Tick", () => {
  itRefuses("Tick", [
    ["due", "where a Primary must start a Secondary", `${alone} Tick`, "Tick", cluster],
    ["due", "where a Secondary must come into lockstep", `${starting} Tick`, "Tick", cluster],
    ["due", "where it must join", `${starting} Tick BeginLockstep(p1.1)`, "Tick", cluster],
    ["due", "where heartbeats are silent for long", `${toRunning} FailHost(h2) Tick Tick`, "Tick", cluster],
    ["due", "where the log is", `${toRunning} CrashCopy(p1.1) Tick Tick Tick`, "Tick", cluster],
    ["due", "where a peer must be given up", `${starting} CrashCopy(p1.2) Tick Tick Tick`, "Tick", cluster],
    ["due", "where a syncing copy is lost", `${withholding} FailHost(h1) Tick Tick`, "Tick", cluster],
    [
      "due",
      "where a contender must ask the lock",
      `${toRunning} FailHost(h1) Tick Tick Suspect(p1.2) Tick`,
      "Tick",
      cluster,
    ],
    [
      "due",
      "where it has waited before",
      `${toRunning} FailHost(h1) Tick Tick Suspect(p1.2) Tick Tick Tick Tick Tick`,
      "Tick",
      waiting,
    ],
    ["due", "where HA must restart the pair", `${alone} FailHost(h1) Tick Tick`, "Tick", cluster],
  ])

  it("is unknown where no time passes", () => {
    expect(answer(reach(three, alone), "Tick", three)).toBe("unknown")
  })

  it("passes what is no longer possible, though its clock is at the deadline", () => {
    expect(answerAfter("Tick", alone, "Tick FailHost(h2) FailHost(h3)")).toBe("next")
    expect(answerAfter("Tick", toRunning, "CutLink(h1-h2) Tick Tick HealLink(h1-h2)")).toBe("due")
    expect(answerAfter("Tick", starting, "CutLink(h1-h2) Tick Tick HealLink(h1-h2)")).toBe("next")
  })

  it("passes a contender that would win at the bound on generations", () => {
    const last = timedIn(base, { ...bounds, generations: 1 })
    const contending = reach(last, toRunning, "FailHost(h1) Tick Tick Suspect(p1.2) Tick Tick")

    expect(answer(contending, "TryLock(p1.2)", last)).toBe("bound")
  })

  it("is weakly fair where it changes something, so that a cluster is quiescent where nothing but it is left", () => {
    expect(fairlyEnabled(protocolOf(cluster), reach(cluster, toRunning))).toEqual([])
    expect(
      fairlyEnabled(protocolOf(cluster), reach(cluster, toRunning, "FailHost(h2)")).map(
        ({ action }) => action,
      ),
    ).toEqual([{ kind: "Tick" }])
  })
})

describe("what is timed", () => {
  it.each([
    ["Suspect", ["copy", "phase", "early"]],
    ["AbandonSync", ["copy", "primary-only", "phase", "peer", "needed", "early"]],
    ["SyncLost", ["copy", "phase", "needed", "early"]],
    ["TryLock", ["copy", "phase", "storage", "early"]],
  ] as const)("has one guard more, the last: %s", (kind, guards) => {
    const rule = protocolOf(cluster).rules[kind]

    expect(rule && guardIdsOf(rule)).toEqual(guards)
  })

  it.each([
    ["Suspect(p1.1)", `${toRunning} FailHost(h2) Tick`, base],
    ["Suspect(p1.2)", `${toRunning} CrashCopy(p1.1) Tick Tick`, base],
    ["AbandonSync(p1.1)", `${starting} FailHost(h2) Tick`, base],
    ["SyncLost(p1.2)", `${starting} FailHost(h1) Tick`, base],
    ["HaRestart(p1,h2)", `${alone} FailHost(h1) Tick`, base],
    ["TryLock(p1.2)", `${toRunning} FailHost(h1) Tick Tick Suspect(p1.2) Tick Tick Tick`, guarded],
  ])("is refused a tick too early, and then allowed: %s", (asked, run, time) => {
    expect(answerAfterIn(time, asked, run)).toBe("early")
    expect(answerAfterIn(time, asked, run, "Tick")).toBe("next")
  })

  it("is not the lock for a former Primary, which need not wait", () => {
    const contending = `${toRunning} FailHost(h2) Tick Tick Suspect(p1.1)`

    expect(answerAfterIn(guarded, "TryLock(p1.1)", contending)).toBe("next")
    expect(answerAfterIn(guarded, "Tick", contending, "Tick")).toBe("due")
  })

  it("is a suspicion that costs no fault, whether it is justified or not", () => {
    const late = timedIn({ ...base, delayMax: 2 }, { ...bounds, faults: 0 })
    const suspected = reach(late, toRunning, "Suspect(p1.2)")

    expect(suspected.faults).toBe(0)
  })

  it("is enabled but for time where only the clocks are against it", () => {
    const protocol = protocolOf(cluster)
    const state = reach(cluster, toRunning)

    expect(enabledButFor(protocol, state, "early")).toEqual([act("Suspect(p1.1)"), act("Suspect(p1.2)")])
    expect(isEnabledButFor(protocol, state, "early", act("TryLock(p1.2)"))).toBe(false)
  })
})

describe("a stale Primary", () => {
  it("executes beside its successor for the silence timeout, and no longer", () => {
    const overtaken = `${toRunning} LoseStorage(h2) RestoreStorage(h2) TryLock(p1.2)`
    const running = "SpawnSecondary(p1.2,h3) BeginLockstep(p1.2) JoinLockstep(p1.3)"
    const state = reach(cluster, overtaken, running, "Tick Tick Tick")

    expect(p1(state).copies.map(({ id, phase, generation }) => [id, phase, generation])).toEqual([
      ["p1.1", "lockstep", 1],
      ["p1.2", "lockstep", 2],
      ["p1.3", "lockstep", 2],
    ])
    expect(answer(state, "Tick")).toBe("due")
  })
})

// Helpers

function answerAfter(asked: string, ...runs: readonly string[]): string {
  return answerAfterIn(base, asked, ...runs)
}

function answerAfterIn(time: Time, asked: string, ...runs: readonly string[]): string {
  const config = timedIn(time, bounds)
  return answer(reach(config, ...runs), asked, config)
}

function answer(state: ReturnType<typeof reach>, asked: string, config = cluster): string {
  const outcome = step(protocolOf(config), state, act(asked))
  return outcome.tag === "refused" ? outcome.guard : outcome.tag
}
