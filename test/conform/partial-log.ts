import * as fc from "fast-check"
import { kinds, type Kind } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import type { Protocol } from "../../model/protocol.ts"
import { initial, type State } from "../../model/state.ts"
import { candidates, step } from "../../model/step.ts"
import type { LogLine } from "../../conform/log.ts"
import { observed, project, type Json, type ObservationSchema } from "../../conform/observation.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { AskedAction } from "../../conform/profile.ts"
import { stateJsonOf } from "../../traces/state-json.ts"

// Runs of the model, and what their logs may show of them.

/** A run: its actions, each with the state after it. */
type ModelRun = {
  readonly config: Config
  readonly steps: readonly { readonly action: AskedAction; readonly state: State }[]
}

/** A log, and how it is to be read. */
export type PartialLog = {
  readonly config: Config
  readonly lines: readonly LogLine[]
  readonly silent: readonly Kind[]
  readonly observes: readonly string[] | null
}

/** How likely each kind is: a guest that works, redundancy that comes back, and now and then a fault. */
const weights: Readonly<Partial<Record<Kind, number>>> = {
  Record: 14,
  Deliver: 14,
  Ack: 10,
  Release: 14,
  BeginLockstep: 10,
  JoinLockstep: 10,
  SpawnSecondary: 8,
  TryLock: 6,
  Suspect: 0.6,
  AbandonSync: 4,
  SyncLost: 4,
  HaRestart: 8,
  PowerOn: 12,
  PowerOff: 0.1,
  TestFailover: 0.2,
  TestRestartSecondary: 0.2,
  Migrate: 0.2,
  RecoverHost: 3,
  HealLink: 3,
  RestoreStorage: 3,
  CrashCopy: 0.4,
  FailHost: 0.3,
  CutLink: 0.2,
  LoseStorage: 0.3,
}

/** What a number chooses among all that may happen. */
const chosen = (protocol: Protocol, state: State, choice: number): ModelRun["steps"][number] | null => {
  const open = kinds.filter((kind) => weights[kind] !== undefined)
  while (open.length > 0) {
    let rest = (choice / 2 ** 30) * open.reduce((sum, kind) => sum + (weights[kind] ?? 0), 0)
    const at = Math.max(
      0,
      open.findIndex((kind) => (rest -= weights[kind] ?? 0) < 0),
    )
    const found = candidates(state, open[at] as Kind).flatMap((action) => {
      const outcome = step(protocol, state, action)
      return outcome.tag === "next" ? [{ action: action, state: outcome.state }] : []
    })
    if (found.length > 0) return found[choice % found.length] ?? null
    open.splice(at, 1)
  }
  return null
}

/** A run before it is run, as plain numbers, so that a failure is reported in short. */
type Draw = { readonly hosts: number; readonly pairs: number; readonly choices: readonly number[] }

/** Draws of legal runs of some length, on two or three hosts, of one pair or two. */
export const arbitraryRun = (lengthMax: number): fc.Arbitrary<Draw> =>
  fc.limitShrink(
    fc.record({
      hosts: fc.integer({ min: 2, max: 3 }),
      pairs: fc.constantFrom(1, 1, 2),
      choices: fc.noBias(fc.array(fc.nat(2 ** 30 - 1), { maxLength: lengthMax, size: "max" })),
    }),
    100,
  )

export const runOf = ({ hosts, pairs, choices }: Draw): ModelRun => {
  const config = plainConfig(hosts, pairs)
  const protocol = protocolOf(config)
  const steps: ModelRun["steps"][number][] = []
  for (const choice of choices) {
    const next = chosen(protocol, steps.at(-1)?.state ?? initial(config), choice)
    if (next !== null) steps.push(next)
  }
  return { config, steps }
}

/** The parts of a state that a log may show. */
export const parts = [
  "hosts",
  "cut",
  "pairs.*.power",
  "pairs.*.state",
  "pairs.*.lock",
  "pairs.*.observed",
  "pairs.*.copies.*.phase",
  "pairs.*.copies.*.log",
  "pairs.*.copies.*.released",
  "pairs.*.copies.*.delivered",
] as const

/** What is logged: which kinds of action are not, which parts of the states after how many actions. */
type Visibility = {
  readonly silent: readonly Kind[]
  readonly parts: readonly string[]
  readonly every: number
  readonly isStrict: boolean
}

const mayBeSilent: readonly Kind[] = ["Deliver", "Ack", "Release", "TryLock", "JoinLockstep", "Suspect"]

export const arbitraryVisibility: fc.Arbitrary<Visibility> = fc.record({
  silent: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.uniqueArray(fc.constantFrom(...mayBeSilent), { maxLength: 2 }) },
  ),
  parts: fc.oneof(
    fc.constant([]),
    fc.constant(["hosts", "cut", "exposed", "rules", "pairs"]),
    fc.uniqueArray(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 }),
  ),
  every: fc.constantFrom(1, 3, 10),
  isStrict: fc.boolean(),
})

/** The log of a run, as far as it is visible: where an action is silent, at the most a state is shown. */
export const logOf = (
  { config, steps }: ModelRun,
  { silent, parts, every, isStrict }: Visibility,
): PartialLog => {
  const schema = observed(pairProfile().schema, parts) as ObservationSchema
  const lines = steps.flatMap(({ action, state }, n): LogLine[] => {
    const isLogged = !(silent as readonly string[]).includes(action.kind)
    const shown = parts.length > 0 && n % every === 0 ? shownOf(schema, state) : undefined
    return isLogged || shown !== undefined
      ? [{ number: n + 1, action: isLogged ? action : null, state: shown }]
      : []
  })
  return { config, lines, silent, observes: isStrict && parts.length > 0 ? parts : null }
}

const shownOf = (schema: ObservationSchema, state: State): Json =>
  JSON.parse(JSON.stringify(project(schema, stateJsonOf(state)))) as Json
