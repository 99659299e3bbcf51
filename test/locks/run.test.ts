import { afterEach, describe, expect, it } from "vitest"
import type { Schedule } from "./action.ts"
import { temporaryFolder } from "./group.ts"
import { probesFor, type Probe } from "./probe.ts"
import { runnerIn, type Run, type Runner } from "./run.ts"
import { onPath } from "./server.ts"

// Real processes and real locks. What is refused is refused after any wait, and what is granted gets all the time
// that a busy machine may need.

const soon = 200
const patiently = 60_000

describe("an O_EXCL lock file", () => {
  it("goes from one to the next when it is given back", async () => {
    const { verdict } = await run("exclusive-file", "handover", patiently)

    expect(verdict).toEqual({ overtakings: [], blockings: [], grants: 2, tokens: 0 })
  })

  it("never has two holders, whoever sleeps", async () => {
    for (const probe of ["live", "at work", "on waking", "later", "asking"] as const) {
      const { events, verdict } = await run("exclusive-file", probe, soon)

      expect(verdict).toMatchObject({ overtakings: [], blockings: [], grants: 1 })
      expect(kinds(events)).toContain("p1.2 refused")
    }
  })

  it("stays with a holder that has died, killed or silent", async () => {
    const killed = await run("exclusive-file", "killed", soon)
    const silent = await run("exclusive-file", "silent", soon)

    expect(killed.verdict.blockings).toEqual([{ copy: "p1.2", holder: "p1.1", death: "killed" }])
    expect(silent.verdict.blockings).toEqual([{ copy: "p1.2", holder: "p1.1", death: "silenced" }])
  })
})

describe.skipIf(onPath("flock") === null)("flock(1)", () => {
  it("goes to the next when its holder gives it back or is killed", async () => {
    const handover = await run("flock", "handover", patiently)
    const killed = await run("flock", "killed", patiently)

    expect(handover.verdict).toMatchObject({ overtakings: [], grants: 2 })
    expect(killed.verdict).toMatchObject({ overtakings: [], blockings: [], grants: 2 })
  })

  it("stays with a holder whose host has fallen silent", async () => {
    const silent = await run("flock", "silent", soon)

    expect(silent.verdict.blockings).toEqual([{ copy: "p1.2", holder: "p1.1", death: "silenced" }])
  })
})

describe("generation files", () => {
  it("give way to whoever comes, with a later token, and the first learns of it only by asking", async () => {
    const unasked = await run("generation-link", "later", patiently)
    const asking = await run("generation-link", "asking", patiently)

    expect(unasked.verdict.overtakings).toMatchObject([{ tokens: "rising", writes: ["refused"] }])
    expect(asking.verdict.overtakings).toMatchObject([{ tokens: "rising", first: "learned", writes: [] }])
  })
})

describe("a run", () => {
  it("tells its events in order, and what was waiting for a host as soon as that wakes", async () => {
    const { events } = await run("generation-link", "on waking", patiently)

    expect(kinds(events)).toEqual([
      ...["p1.1 tried", "p1.1 acquired", "h1 paused", "p1.2 tried", "p1.2 acquired", "p1.2 wrote"],
      ...["h1 resumed", "p1.1 wrote"],
    ])
  })

  it("keeps nothing of one for the next: the lock's key is another, and so is the belief", async () => {
    const runner = runnerFor("exclusive-file", soon)
    const held: Schedule = [{ kind: "TryLock", copy: "p1.1" }]
    const idle: Schedule = [{ kind: "Write", copy: "p1.1" }]

    const runs = [
      ...(await runner.runAll([held])),
      ...(await runner.runAll([idle])),
      ...(await runner.runAll([held])),
    ]

    expect(runs.map(({ events }) => kinds(events).at(-1))).toEqual([
      "p1.1 acquired",
      "p1.1 withheld",
      "p1.1 acquired",
    ])
  })
})

// Helpers

const open: Runner[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

function runnerFor(lock: string, wait: number): Runner {
  const runner = runnerIn({ lock, folder: temporaryFolder(), ttl: 500, ports: [], wait })
  open.push(runner)
  return runner
}

async function run(lock: string, probe: Probe, wait: number): Promise<Run> {
  const schedule = probesFor({ ttl: 500, canCut: false }).get(probe) ?? []
  const [only] = await runnerFor(lock, wait).runAll([schedule])
  return only as Run
}

function kinds(events: Run["events"]): readonly string[] {
  return events.map((event) => `${"copy" in event ? event.copy : event.host} ${event.kind}`)
}
