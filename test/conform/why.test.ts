import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { initial } from "../../model/state.ts"
import { answerLines } from "../../cli/conform/why.ts"
import { styleFor } from "../../cli/style.ts"
import { initialLock } from "../../conform/lock-model.ts"
import { lockProfile } from "../../conform/lock-profile.ts"
import { placementProfile } from "../../conform/placement-profile.ts"
import type { RuledOut } from "../../conform/candidates.ts"
import type { Json } from "../../conform/observation.ts"
import type { AskedAction, Profile } from "../../conform/profile.ts"
import { stateJsonOf } from "../../traces/state-json.ts"

const config = plainConfig(2, 1)
const start = initialLock(config)
const asked = { kind: "TryLock", copy: "p1.1" }

describe("what an implementation did otherwise", () => {
  it("is every field that differs from the one model state, and every id that is missing", () => {
    const state = { lock: { generation: 2, holder: "p1.1" }, copies: { "p1.1": { belief: "none" } } }

    expect(reported(lockProfile, asked, { state }, [differing("lock.generation", 1, 2)])).toEqual([
      "  lock.generation: the model has 1, and was shown 2",
      '  lock.holder: the model has null, and was shown "p1.1"',
      '  copies.p1.2: the model has {"host":"h2","belief":"none","generation":1}, and was shown nothing there',
      "  1 model state fitted until then",
    ])
  })

  it("is, of what the model refuses, when it does so, and what changed in what is shown", () => {
    const state = { ...start, lock: { generation: 2, holder: { "#ignore": true } } }

    expect(
      reported(lockProfile, asked, { state }, [
        { state: start, action: asked, why: { tag: "refused", guard: "phase" } },
      ]),
    ).toEqual([
      "  the model refuses it (guard phase), and it was taken",
      "    guard phase: it does not contend",
      "  it showed lock.generation 1 → 2",
      "  1 model state fitted until then",
    ])
  })

  it("is one difference of each, where several model states had fitted, and five at the most", () => {
    const frontier = [1, 2, 3, 4, 5, 6].map((generation) => differing("lock.generation", generation, 7))

    expect(
      reported(lockProfile, asked, { state: { lock: { generation: 7, holder: null } } }, frontier),
    ).toEqual([
      ...[1, 2, 3, 4, 5].map((n) => `  lock.generation: the model has ${n}, and was shown 7`),
      "  … and 1 more way in which it does not fit",
      "  6 model states fitted until then",
    ])
  })

  it("is, of a placement, which hosts are right, why the others are not, and the state that was asked about", () => {
    const state = stateJsonOf({
      ...initial(config),
      hosts: {
        h1: { up: true, storage: false, maintenance: false },
        h2: { up: true, storage: true, maintenance: false },
      },
    })
    const question = { kind: "PowerOn", pair: "p1", state } as unknown as AskedAction
    const why = { tag: "differs", at: "host", expected: "h2", shown: "h1" } as const

    expect(
      reported(placementProfile, question, { host: "h1" }, [{ state: { host: "h2" }, action: null, why }]),
    ).toEqual([
      '  host: the model has "h2", and was shown "h1"',
      "  the hosts, by the model:",
      "    h1  wrong, guard storage: the target is without storage",
      "    h2  right",
      "  asked in the state:",
      "    h1 up, no storage",
      "    h2 up",
      expect.stringMatching(/^ {4}p1 off, enabled; lock at generation 1, held by nobody; /),
      "  1 model state fitted until then",
    ])
  })
})

// Helpers

function reported<S>(
  profile: Profile<S>,
  action: AskedAction,
  shown: { readonly [field: string]: unknown },
  frontier: readonly RuledOut<S>[],
): readonly string[] {
  const before = frontier.map(({ state }) => ({ state, way: null, ticks: 0 }))
  const outcome = { tag: "diverged", step: 1, shown, frontier, before } as unknown as Parameters<
    typeof answerLines<S>
  >[3]
  return answerLines(styleFor(process.stdout, false), profile, { config, actions: [action] }, outcome)
}

function differing(at: string, expected: Json, shown: Json): RuledOut<typeof start> {
  return { state: start, action: null, why: { tag: "differs", at, expected, shown } }
}
