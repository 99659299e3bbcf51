import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import type { CopyId, HostId } from "../../model/ids.ts"
import {
  initialLock,
  lockKinds,
  lockStep,
  type LockAction,
  type LockState,
} from "../../conform/lock-model.ts"
import { copyIn } from "../../model/pair.ts"
import { enumerate } from "../../properties/explore/enumerate.ts"
import { arbitraryRun } from "../properties/arbitrary/runs.ts"

describe("the arbitration at first", () => {
  it("has every host up, the lock untouched, and a contender on each host that believes nothing", () => {
    expect(initialLock(plainConfig(2, 1))).toEqual({
      hosts: {
        h1: { up: true, storage: true, paused: false },
        h2: { up: true, storage: true, paused: false },
      },
      lock: { generation: 1, holder: null },
      copies: {
        "p1.1": { host: "h1", belief: "none", generation: 1 },
        "p1.2": { host: "h2", belief: "none", generation: 1 },
      },
    })
  })
})

/** For each kind what it is asked, and how it is refused: each state has the guards before it out of the way. */
const ladders: readonly (readonly [action: LockAction, guard: string, before: readonly LockAction[]])[] = [
  [contend("p1.9"), "unknown", []],
  [contend("p1.1"), "down", [pause("h1"), fail("h1")]],
  [contend("p1.1"), "paused", [contend("p1.1"), pause("h1")]],
  [contend("p1.1"), "phase", [contend("p1.1")]],
  [tryLock("p2.1"), "unknown", []],
  [tryLock("p1.1"), "down", [lose("h1"), fail("h1")]],
  [tryLock("p1.1"), "paused", [lose("h1"), pause("h1")]],
  [tryLock("p1.1"), "phase", [lose("h1")]],
  [tryLock("p1.1"), "storage", [contend("p1.1"), lose("h1")]],
  [fail("h9"), "unknown", []],
  [fail("h1"), "down", [fail("h1")]],
  [lose("h9"), "unknown", []],
  [lose("h1"), "down", [lose("h1"), fail("h1")]],
  [lose("h1"), "storage", [lose("h1")]],
  [restore("h9"), "unknown", []],
  [restore("h1"), "connected", []],
  [pause("h9"), "unknown", []],
  [pause("h1"), "down", [fail("h1")]],
  [pause("h1"), "paused", [pause("h1")]],
  [resume("h9"), "unknown", []],
  [resume("h1"), "running", []],
]

describe("what is refused", () => {
  it.each(ladders)("%j, by %s, after %j", (action, guard, before) => {
    expect(lockStep(after(...before), action)).toEqual({ tag: "refused", guard })
  })

  it("is never the passing of time", () => {
    const state = after(contend("p1.1"), pause("h1"), fail("h2"))

    expect(lockStep(state, { kind: "Advance", ms: 86_400_000 })).toEqual({ tag: "next", state })
  })
})

describe("a contender", () => {
  it("contends with the generation that it believes in, and the lock does not change", () => {
    const { copies, lock } = after(contend("p1.1", 7))

    expect(copies["p1.1"]).toEqual({ host: "h1", belief: "contending", generation: 7 })
    expect(lock).toEqual({ generation: 1, holder: null })
  })

  it("wins where the lock is at its generation, and advances it", () => {
    const { copies, lock } = after(contend("p1.2"), tryLock("p1.2"))

    expect(lock).toEqual({ generation: 2, holder: "p1.2" })
    expect(copies["p1.2"]).toEqual({ host: "h2", belief: "holds", generation: 2 })
  })

  it.each([
    ["older", 1],
    ["newer", 3],
  ])("loses with a generation that is %s than the lock's, and keeps it", (_which, generation) => {
    const { copies, lock } = after(
      contend("p1.1"),
      tryLock("p1.1"),
      contend("p1.2", generation),
      tryLock("p1.2"),
    )

    expect(lock).toEqual({ generation: 2, holder: "p1.1" })
    expect(copies["p1.2"]).toEqual({ host: "h2", belief: "none", generation })
  })

  it("may win from whoever holds, who goes on believing it at the older generation", () => {
    const { copies, lock } = after(contend("p1.1"), tryLock("p1.1"), contend("p1.2", 2), tryLock("p1.2"))

    expect(lock).toEqual({ generation: 3, holder: "p1.2" })
    expect(copies["p1.1"]).toEqual({ host: "h1", belief: "holds", generation: 2 })
  })

  it("may contend anew while it holds", () => {
    const { copies, lock } = after(...held, contend("p1.1", 2), tryLock("p1.1"))

    expect(lock).toEqual({ generation: 3, holder: "p1.1" })
    expect(copies["p1.1"]).toMatchObject({ belief: "holds", generation: 3 })
  })

  it("believes nothing once its host has failed, and what it held is held by nobody", () => {
    const { copies, hosts, lock } = after(...held, pause("h1"), fail("h1"))

    expect(copies["p1.1"]).toMatchObject({ belief: "none" })
    expect(hosts["h1"]).toEqual({ up: false, storage: true, paused: false })
    expect(lock).toEqual({ generation: 2, holder: null })
  })

  it("leaves the lock to whoever holds it when its host fails", () => {
    expect(after(...held, fail("h2")).lock).toEqual({ generation: 2, holder: "p1.1" })
  })

  it("is no longer sure where the storage is gone, and the lock does not change", () => {
    const { copies, lock } = after(...held, lose("h1"))

    expect(copies["p1.1"]).toEqual({ host: "h1", belief: "contending", generation: 2 })
    expect(lock).toEqual({ generation: 2, holder: "p1.1" })
  })

  it("does not notice that on a paused host, but when that goes on", () => {
    const paused = after(...held, pause("h1"), lose("h1"))
    const back = after(...held, pause("h1"), lose("h1"), restore("h1"), resume("h1"))

    expect(paused.copies["p1.1"]).toMatchObject({ belief: "holds" })
    expect(stepped(paused, resume("h1")).copies["p1.1"]).toMatchObject({ belief: "contending" })
    expect(back.copies["p1.1"]).toMatchObject({ belief: "holds" })
  })

  it("that holds nothing does not notice it at all", () => {
    expect(after(lose("h1")).copies["p1.1"]).toMatchObject({ belief: "none" })
  })

  it("has its storage back on a failed host too", () => {
    expect(after(lose("h1"), fail("h1"), restore("h1")).hosts["h1"]).toEqual({
      up: false,
      storage: true,
      paused: false,
    })
  })
})

describe("in every state of three contenders, up to the third generation", () => {
  const census = enumerate(system(3, 3), { always: wrongIn, onStep: wrongStep, kindOf: ({ kind }) => kind })

  it("no two hold at the lock's generation, and the lock never goes back", () => {
    expect(census).toMatchObject({ end: "complete", violation: null })
  })

  it("every kind of action is met", () => {
    expect(Object.keys(census.kinds).toSorted()).toEqual([...lockKinds].toSorted())
  })
})

describe("TryLock of the whole protocol", () => {
  it("wins and loses as it does here, with the generations of the lock and of the copy", () => {
    let compared = { won: 0, lost: 0 }
    fc.assert(
      fc.property(arbitraryRun(), ({ actions, states }) => {
        for (const [n, action] of actions.entries()) {
          if (action.kind !== "TryLock") continue
          const [before, later] = [states[n], states[n + 1]].map((state) => state?.pairs[pairOf(action.copy)])
          const copy = before === undefined ? null : copyIn(before, action.copy)
          if (before === undefined || later === undefined || copy === null) throw new Error("no such copy")

          const here = stepped(
            stepped(
              {
                ...initialLock(plainConfig(1, 1)),
                lock: { generation: before.lock.generation, holder: null },
              },
              contend("p1.1", copy.generation),
            ),
            tryLock("p1.1"),
          )

          const hasWon = here.copies["p1.1"]?.belief === "holds"
          compared = { won: compared.won + Number(hasWon), lost: compared.lost + Number(!hasWon) }
          expect(later.lock.generation).toBe(here.lock.generation)
          expect(later.lock.holder).toBe(
            hasWon ? action.copy : before.lock.holder === action.copy ? null : before.lock.holder,
          )
          expect(copyIn(later, action.copy)?.generation ?? null).toBe(
            hasWon ? here.copies["p1.1"]?.generation : null,
          )
        }
      }),
      { numRuns: 300, seed: 1 },
    )
    expect(compared.won).toBeGreaterThan(10)
    expect(compared.lost).toBeGreaterThan(10)
  })
})

// Helpers

const held: readonly LockAction[] = [contend("p1.1"), tryLock("p1.1")]

function contend(copy: CopyId, generation = 1): LockAction {
  return { kind: "Contend", copy, generation }
}

function tryLock(copy: CopyId): LockAction {
  return { kind: "TryLock", copy }
}

function fail(host: HostId): LockAction {
  return { kind: "FailHost", host }
}

function lose(host: HostId): LockAction {
  return { kind: "LoseStorage", host }
}

function restore(host: HostId): LockAction {
  return { kind: "RestoreStorage", host }
}

function pause(host: HostId): LockAction {
  return { kind: "Pause", host }
}

function resume(host: HostId): LockAction {
  return { kind: "Resume", host }
}

function stepped(state: LockState, action: LockAction): LockState {
  const outcome = lockStep(state, action)
  if (outcome.tag === "refused") throw new Error(`${action.kind} is refused by ${outcome.guard}`)
  return outcome.state
}

const after = (...actions: readonly LockAction[]): LockState =>
  actions.reduce(stepped, initialLock(plainConfig(2, 1)))

const pairOf = (copy: CopyId): `p${bigint}` => copy.split(".")[0] as `p${bigint}`

/** The arbitration among so many contenders, as long as the lock is within a generation. */
function system(hosts: number, generations: number) {
  return {
    starts: [initialLock(plainConfig(hosts, 1))],
    key: JSON.stringify as (state: LockState) => string,
    successors: (state: LockState) =>
      actionsIn(state).flatMap((action) => {
        const outcome = lockStep(state, action)
        return outcome.tag === "refused" || outcome.state.lock.generation > generations
          ? []
          : [{ action, state: outcome.state }]
      }),
  }
}

function actionsIn({ copies, hosts, lock }: LockState): readonly LockAction[] {
  return [
    ...(Object.keys(copies) as CopyId[]).flatMap((copy) => [
      ...Array.from({ length: lock.generation }, (_, n) => contend(copy, n + 1)),
      tryLock(copy),
    ]),
    ...(Object.keys(hosts) as HostId[]).flatMap((host) =>
      [fail, lose, restore, pause, resume].map((on) => on(host)),
    ),
    { kind: "Advance", ms: 1 },
  ]
}

function wrongIn({ copies, lock, hosts }: LockState): string | null {
  const holding = Object.entries(copies).filter(([, { belief }]) => belief === "holds")
  const current = holding.filter(([, { generation }]) => generation === lock.generation)
  if (current.length > 1) return `${current.map(([id]) => id).join(" and ")} hold at ${lock.generation}`
  if (current.some(([id]) => id !== lock.holder)) return "one holds that is not the holder"
  if (holding.some(([, { generation }]) => generation > lock.generation)) return "one is ahead of the lock"
  if (holding.some(([, { host }]) => hosts[host]?.up !== true)) return "one holds on a failed host"
  return null
}

function wrongStep({ lock }: LockState, { kind }: LockAction, { lock: later }: LockState): string | null {
  if (later.generation < lock.generation) return "the lock goes back"
  return later.generation > lock.generation && kind !== "TryLock" ? "the lock goes on by itself" : null
}
