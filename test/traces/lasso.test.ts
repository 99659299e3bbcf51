import { describe, expect, it } from "vitest"
import { describe as written, type Action } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { initial } from "../../model/state.ts"
import { step } from "../../model/step.ts"
import { failedOver, respawned } from "../../properties/liveness.ts"
import { without } from "../../properties/mutants/mutant.ts"
import type { Property } from "../../properties/property.ts"
import { judgeLasso } from "../../traces/lasso.ts"

describe("a lasso of a Primary that gives up each sync", () => {
  it("violates what fails in its loop, and is fair", () => {
    expect(judged(idleGuest, [powerOn, ...round(2)], 1)).toEqual({
      tag: "breached",
      why: expect.stringMatching(
        /^again and again, for ever: p1 is still needSecondary when the cluster is quiescent, /,
      ) as string,
      fairness: [
        { action: "AbandonSync(p1 on h1)", enabled: "sometimes", taken: true },
        { action: "BeginLockstep(p1 on h1)", enabled: "sometimes", taken: false },
        { action: "SpawnSecondary(p1 on h1, h2)", enabled: "sometimes", taken: true },
        { action: "SyncLost(p1 on h2)", enabled: "sometimes", taken: true },
      ],
    })
  })

  it("may go round several times, and violates from a later state on too", () => {
    const actions = [powerOn, ...round(2), ...round(3)]

    expect([1, 2, 4].map((loop) => judged(idleGuest, actions, loop).tag)).toEqual([
      "breached",
      "refuted",
      "breached",
    ])
  })

  it.each([1, 2])("violates by any one of its states, whichever comes first: from %i on", (loop) => {
    const again: Action = { kind: "SpawnSecondary", copy: "p1.1", host: "h2" }
    const actions = loop === 1 ? [powerOn, ...round(2)] : [powerOn, ...round(2), again]
    const alone: Property = {
      ...respawned,
      whenQuiescent: ({ pair }) => (pair.copies.length === 1 ? "it is alone" : null),
    }

    expect(judged(idleGuest, actions, loop, alone)).toMatchObject({
      tag: "breached",
      why: "again and again, for ever: it is alone",
    })
  })

  it.each<readonly [string, readonly Action[], number, Config]>([
    ["nothing is done in the loop", [powerOn], 1, idleGuest],
    ["the loop does not come back to where it began", [powerOn, ...round(2).slice(0, 2)], 1, idleGuest],
    ["the loop does not come back to where it began", [powerOn, ...round(2)], 0, idleGuest],
    ["Migrate(p1.2, h3) is not weakly fair", [...protect, moved("h3"), moved("h2")], 4, three],
    ["the loop does not come back to where it began", [powerOn, ...outage], 1, three],
    [
      "Record(p1 on h1) is always enabled in it, and never taken",
      [powerOn, ...round(2)],
      1,
      plainConfig(2, 1, { log: 1 }),
    ],
    [
      "a pair is at the bound of its generations",
      [powerOn, ...round(2)],
      1,
      plainConfig(2, 1, { log: 0, generations: 1 }),
    ],
  ])("is refuted where %s", (why, actions, loop, config) => {
    expect(judged(config, actions, loop)).toEqual({ tag: "refuted", why })
  })

  it("is refuted of a property that holds in every state of its loop", () => {
    expect(judged(idleGuest, [powerOn, ...round(2)], 1, failedOver)).toEqual({
      tag: "refuted",
      why: "L2 holds in every state of the loop",
    })
  })
})

// Helpers

/** A cluster in which the guest has nothing to record. */
const idleGuest = plainConfig(2, 1, { log: 0 })

const three = plainConfig(3, 1, { log: 0 })

const powerOn: Action = { kind: "PowerOn", pair: "p1", host: "h1" }

/** A Secondary by this number is started, given up and gone. */
function round(n: number): readonly Action[] {
  return [
    { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
    { kind: "AbandonSync", copy: "p1.1" },
    { kind: "SyncLost", copy: `p1.${BigInt(n)}` },
  ]
}

const protect: readonly Action[] = [
  powerOn,
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
]

function moved(host: "h2" | "h3"): Action {
  return { kind: "Migrate", copy: "p1.2", host }
}

const outage: readonly Action[] = [
  { kind: "FailHost", host: "h3" },
  { kind: "RecoverHost", host: "h3" },
]

const judged = (config: Config, actions: readonly Action[], loop: number, property = respawned) => {
  const protocol = without("AbandonSync", "needed")(protocolOf(config))
  const states = [initial(config)]
  for (const action of actions) {
    const outcome = step(protocol, states.at(-1) ?? initial(config), action)
    if (outcome.tag === "refused") throw new Error(`${written(action)} is refused: ${outcome.guard}`)
    states.push(outcome.state)
  }
  return judgeLasso(protocol, property, { states, actions, loop })
}
