import { plainConfig, type Config } from "../../model/config.ts"
import type { Kind } from "../../model/action.ts"
import { candidates } from "../../model/step.ts"
import { withCompaction } from "../../conform/compaction.ts"
import { lineReader, objectIn } from "../../conform/log.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { follower } from "../../conform/validate.ts"
import { figure, secondsOf } from "./rounds.ts"

/** How likely each kind is: a guest that records, and now and then a fault. */
const weights: Readonly<Partial<Record<Kind, number>>> = {
  Record: 8,
  Deliver: 12,
  Ack: 12,
  Release: 12,
  BeginLockstep: 10,
  JoinLockstep: 10,
  SpawnSecondary: 6,
  TryLock: 10,
  Suspect: 0.02,
  AbandonSync: 5,
  SyncLost: 5,
  HaRestart: 5,
  PowerOn: 10,
  RecoverHost: 10,
  HealLink: 8,
  RestoreStorage: 8,
  FailHost: 0.02,
  CutLink: 0.02,
  LoseStorage: 0.02,
}

type Log = {
  readonly lines: readonly string[]
  readonly observes: readonly string[] | null
  readonly silent: readonly string[]
}

/** The lines of a log of a run: what is called for each step. */
const logOf = (
  config: Config,
  events: number,
  reported: "actions" | "states",
  silent: readonly Kind[] = [],
): Log => {
  const dice = diceFrom(20_101)
  const kinds = Object.keys(weights) as Kind[]
  const total = kinds.reduce((sum, kind) => sum + (weights[kind] ?? 0), 0)
  const lines: string[] = []
  const profile = withCompaction(pairProfile())
  let nearby = profile.initial(config)
  while (lines.length < events) {
    let at = dice() * total
    const kind = kinds.find((each) => (at -= weights[each] ?? 0) < 0) ?? "Record"
    const all = candidates(nearby.state, kind)
    const action = all[Math.floor(dice() * all.length)]
    const outcome = action === undefined ? null : profile.step(config, nearby, action)
    if (outcome === null || outcome.tag === "refused") continue
    nearby = outcome.state
    if (silent.includes(kind)) continue
    lines.push(
      JSON.stringify({
        t: lines.length,
        action,
        ...(reported === "states" ? { state: profile.view(nearby) } : {}),
      }),
    )
  }
  return { lines, observes: reported === "states" ? ["hosts", "cut", "pairs"] : null, silent }
}

const diceFrom = (seed: number): (() => number) => {
  let counter = seed
  return () => {
    counter = (counter + 0x9e3779b9) | 0
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
}

const followedIn = (
  config: Config,
  { lines, observes, silent }: Log,
): { readonly seconds: number; readonly most: number } => {
  const log = follower("the log", withCompaction(pairProfile()), {
    config,
    observes,
    silent,
    candidatesMax: 10_000,
  })
  const { read, actionIn } = lineReader("the log", "pair", config)
  const seconds = secondsOf(() => {
    for (const [n, text] of lines.entries()) {
      if (log.takeAsWritten(text, (action) => actionIn(n + 1, action))) continue
      const found = log.take(read(n + 1, objectIn("the log", n + 1, text)))
      if (found !== null) throw new Error(`line ${n + 1}: ${found.tag}`)
    }
  })
  return { seconds, most: log.end().most }
}

/** Logs of a run, followed line by line, beside the time that JSON.parse takes for the same lines. */
export const validateBench = (say: (line: string) => void): void => {
  say("\nvalidate: logs of a run on 3 hosts, line by line; and JSON.parse of the same lines")
  const guest = plainConfig(3, 1)
  const small = plainConfig(3, 1, { log: 3 })
  const reported = (name: string, config: Config, log: Log): void => {
    const { seconds, most } = followedIn(config, log)
    const parsing = secondsOf(() => {
      for (const line of log.lines) JSON.parse(line)
    })
    const events = log.lines.length
    say(
      `  ${name.padEnd(52)} ${figure(events / seconds)} events/s, ${figure(seconds / parsing)} times JSON.parse; ${most} model states at the most`,
    )
  }
  for (const events of [250_000, 500_000, 1_000_000])
    reported(`${figure(events)} actions, the guest's log unbounded`, guest, logOf(guest, events, "actions"))
  for (const events of [100_000, 200_000])
    reported(`${figure(events)} actions with complete states, log 3`, small, logOf(small, events, "states"))
  reported("300 actions, none silent", guest, logOf(guest, 300, "actions"))
  reported("300 actions, Ack and Deliver silent", guest, logOf(guest, 300, "actions", ["Ack", "Deliver"]))
}
