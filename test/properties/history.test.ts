import { describe, expect, it } from "vitest"
import { protocolOf } from "../../model/core.ts"
import { initial } from "../../model/state.ts"
import { step } from "../../model/step.ts"
import { noHistory, remember, type PairHistory } from "../../properties/history.ts"
import { alone, failedOver, overtaken, schedule, three, toRunning } from "../fixtures.ts"

// The engine keeps of it what S19 needs, and is held to this one: `test/impl/engine/single-fault.test.ts`.

const protectedAgain = "SpawnSecondary(p1.2,h3) BeginLockstep(p1.2) JoinLockstep(p1.3)"

describe("what a run has been", () => {
  it.each<readonly [what: string, schedules: string, faults: number | null]>([
    ["never running", alone, null],
    ["running", toRunning, 0],
    ["running, and then at work", `${toRunning} Record(p1.1) Deliver(p1.2)`, 0],
    ["running, and then with a host lost", `${toRunning} FailHost(h3)`, 0],
    ["running again, and a host still lost", `${failedOver} ${protectedAgain}`, 0],
    ["running again, and the host is back", `${failedOver} ${protectedAgain} RecoverHost(h1)`, 1],
    ["running again, and the storage is back", `${toRunning} LoseStorage(h3) RestoreStorage(h3)`, 1],
    ["running, and the link is whole again", `${toRunning} CutLink(h1-h3) HealLink(h1-h3)`, 1],
    ["running again beside a stale Primary", `${overtaken} ${protectedAgain}`, 0],
    [
      "running again, and the stale Primary has halted",
      `${overtaken} ${protectedAgain} Suspect(p1.1) TryLock(p1.1)`,
      1,
    ],
    ["running, and moved by an operator", `${toRunning} Migrate(p1.2,h3)`, 0],
    ["not running, and an operator has acted since", `${failedOver} EnterMaintenance(h3)`, null],
    ["powered off", `${toRunning} PowerOff(p1)`, null],
  ])(
    "reports the faults by the time that it was last in a single-fault history: %s",
    (_what, schedules, faults) => {
      expect(pastOf(schedules).faultsWhenProtected).toBe(faults)
    },
  )

  it.each<readonly [what: string, schedules: string, past: Partial<PairHistory>]>([
    ["a suspicion without cause", overtaken, { spurious: ["p1.2"], failedOver: true }],
    ["a suspicion with cause", failedOver, { spurious: [], failedOver: true }],
    ["a Primary that has won", `${toRunning} Suspect(p1.1) TryLock(p1.1)`, { failedOver: false }],
    ["a failover before a power-on", `${failedOver} PowerOff(p1) PowerOn(p1,h3)`, { failedOver: false }],
    [
      "the longest log",
      `${toRunning} Record(p1.1) Record(p1.1) Suspect(p1.2) TryLock(p1.2)`,
      { recorded: 2 },
    ],
    [
      "the log since a boot",
      `${alone} Record(p1.1) Record(p1.1) Release(p1.1) PowerOff(p1) PowerOn(p1,h3)`,
      { recorded: 1 },
    ],
    [
      "what was acknowledged before a failover",
      `${toRunning} Record(p1.1) Deliver(p1.2) Ack(p1.1) FailHost(h1) Suspect(p1.2)`,
      { acked: 1 },
    ],
  ])("reports %s", (_what, schedules, past) => {
    expect(pastOf(schedules)).toMatchObject(past)
  })
})

/** What is remembered of p1 after the schedule. */
function pastOf(schedules: string): PairHistory {
  const protocol = protocolOf(three)
  let state = initial(three)
  let history = noHistory(state)
  for (const action of schedule(schedules)) {
    const outcome = step(protocol, state, action)
    if (outcome.tag === "refused") throw new Error(`${action.kind} is refused: ${outcome.guard}`)
    history = remember(history, { before: state, action, after: outcome.state })
    state = outcome.state
  }
  return history["p1"] as PairHistory
}
