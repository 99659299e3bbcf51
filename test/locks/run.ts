import { setTimeout as pass } from "node:timers/promises"
import type { CopyId } from "../../model/ids.ts"
import { copiesIn, copyOn, type Action, type Schedule } from "./action.ts"
import { startContender, type Command, type Contender, type Place } from "./contender.ts"
import type { Event } from "./event.ts"
import { inOrder, judge, type Verdict } from "./judge.ts"

/** A run of a schedule: what was told in it, in the order of time, and what that comes to. */
export type Run = { readonly events: readonly Event[]; readonly verdict: Verdict }

/** Where a lock is tried, and how long a contender waits for it. */
type Arena = Place & { readonly wait: number }

/**
 * Runs schedules against a real lock.
 *
 * Shape  `runAll` runs each under a key of its own, and several at a time. Contenders that come out of a run as they
 *        went in are kept for the next one, until `close`.
 */
export type Runner = {
  readonly runAll: (schedules: readonly Schedule[]) => Promise<readonly Run[]>
  readonly close: () => Promise<void>
}

export const runnerIn = (arena: Arena): Runner => {
  const idle: Contender[] = []
  let keys = 0

  const enter = async (copy: CopyId, key: string, note: (event: Event) => void): Promise<Contender> => {
    const contender = idle.pop() ?? (await startContender(arena))
    await contender.enter({ copy, key, note })
    return contender
  }
  const dismiss = async (contender: Contender): Promise<void> => {
    if (await contender.leave()) idle.push(contender)
    else await contender.close()
  }
  const run = async (schedule: Schedule): Promise<Run> => {
    keys += 1
    const key = `run-${keys}`
    const told: Event[] = []
    const copies = copiesIn(schedule)
    const entered = await Promise.all(copies.map((copy) => enter(copy, key, (event) => told.push(event))))
    const contenders = new Map(copies.map((copy, n) => [copy, entered[n] as Contender]))
    await play(arena, schedule, contenders)
    const events = inOrder(told)
    await Promise.all(entered.map(dismiss))
    return { events, verdict: judge(events) }
  }

  return {
    runAll: async (schedules) => {
      const runs: Run[] = []
      let next = 0
      const lane = async (): Promise<void> => {
        for (let n = next++; n < schedules.length; n = next++) runs[n] = await run(schedules[n] as Schedule)
      }
      await Promise.all(Array.from({ length: Math.min(lanes, schedules.length) }, lane))
      return runs
    },
    close: async () => {
      await Promise.all(idle.splice(0).map((contender) => contender.close()))
    },
  }
}

/** How many schedules run at a time: nearly all of each is waiting. */
const lanes = 24

/** Plays a schedule to its end, and until all who can answer have, or had their time. */
const play = async (
  { wait }: Arena,
  schedule: Schedule,
  contenders: ReadonlyMap<CopyId, Contender>,
): Promise<void> => {
  const on = (copy: CopyId): Contender => contenders.get(copy) as Contender
  for (const action of schedule) await withinBound(wait, act(wait, action, on))
  await withinBound(wait, Promise.all([...contenders.values()].map(({ settled }) => settled())))
}

/** Fulfilled when the acting contender has answered. A contender that stands still gets its command, and is not waited for. */
const act = async (wait: number, action: Action, on: (copy: CopyId) => Contender): Promise<void> => {
  const tell = async (copy: CopyId, command: Command): Promise<void> => {
    const answered = on(copy).tell(command)
    if (on(copy).runs()) await answered
  }
  switch (action.kind) {
    case "TryLock":
      return tell(action.copy, { command: "try", wait })
    case "Race": {
      const at = await nextStart()
      await Promise.all(action.copies.map((copy) => tell(copy, { command: "try", wait, at: String(at) })))
      return
    }
    case "Ask":
      return tell(action.copy, { command: "ask" })
    case "Write":
      return tell(action.copy, { command: "write" })
    case "Work":
      return tell(action.copy, { command: "work", ms: workMs })
    case "Release":
      return tell(action.copy, { command: "release" })
    case "Pause":
      return on(copyOn(action.host)).pause()
    case "Resume":
      on(copyOn(action.host)).resume()
      return
    case "FailHost":
      return on(copyOn(action.host)).fail()
    case "Silence":
      return on(copyOn(action.host)).silence()
    case "Cut":
      on(copyOn(action.host)).cut()
      return
    case "Advance":
      return pass(action.ms)
  }
}

/** How long work takes: long enough that a host can be made to stand still in the midst of it. */
const workMs = 500

/** When the next race begins: one at a time, however many schedules run, so that each has the machine to itself. */
const nextStart = async (): Promise<bigint> => {
  const now = process.hrtime.bigint()
  freeFrom = (freeFrom > now ? freeFrom : now) + raceNs
  const at = freeFrom
  await pass(Number(at - now - raceNs) / 1e6)
  return at
}

let freeFrom = 0n

/** How much of the machine's time a race gets: until it begins its contenders are told, and wait for it. */
const raceNs = 40_000_000n

/** How long an answer may take beside the waiting for the lock. Who asks over a cut connection gets none. */
const patienceMs = 4000

const withinBound = async (wait: number, answer: Promise<unknown>): Promise<void> => {
  const bound = new AbortController()
  await Promise.race([answer, pass(wait + patienceMs, undefined, { signal: bound.signal }).catch(() => {})])
  bound.abort()
}
