import { field, type Field, type Fields } from "../../field.ts"
import type { KindEntry } from "../../kind.ts"
import type { Time } from "./parameters.ts"

// The words of time: docs/spec/time.md says what they mean.

declare module "../../action.ts" {
  interface Alphabet {
    readonly Tick: { readonly actor: "time"; readonly over: readonly [] }
  }
}

declare module "../../guard-id.ts" {
  interface Guards {
    readonly early: string
    readonly due: string
  }
}

declare module "../../config.ts" {
  interface Config {
    readonly time?: Time
  }
}

export const timeAlphabet: Readonly<Record<string, KindEntry>> = { Tick: { actor: "time", over: [] } }

export const timeGuards: Readonly<Record<string, string>> = {
  early: "by the clocks it is not too early",
  due: "nothing is due: no clock of what is enabled has reached its deadline",
}

const fewHeard = "neither heartbeats nor log have been silent for as long as its timeouts may be short"

export const timeRefusals: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Suspect: { early: fewHeard },
  AbandonSync: { early: fewHeard },
  SyncLost: { early: fewHeard },
  TryLock: { early: "it was a Secondary, and has not waited out the go-live delay" },
  HaRestart: { early: "the cluster has not waited for as long as it must" },
  Tick: { due: "an enabled action has reached its deadline" },
}

const count = field({ tag: "count", min: 0 })
const positive = field({ tag: "count", min: 1 })
const timeouts = field({ tag: "record", fields: { primary: positive, secondary: positive } })

const parameters: { readonly [P in keyof Time]-?: Field } = {
  tick: { ...positive, isOptional: true },
  heartbeatPeriod: positive,
  logPeriod: positive,
  delayMax: count,
  heartbeatTimeout: timeouts,
  silenceTimeout: timeouts,
  goLiveDelay: count,
  lockMax: count,
  syncMax: count,
  respawnMax: count,
  haDelay: count,
  driftEvery: count,
}

export const timeSwitches: Fields = { time: field({ tag: "record", fields: parameters }) }
