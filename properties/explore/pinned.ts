import { coreKinds, plainKinds, type Kind } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { counted } from "../amount.ts"

/**
 * A scope with what is known of it: the distinct states, the transitions (successors generated, duplicates
 * included, the start not counted) and the depth.
 *
 * Shape  `sources` names who has counted it besides the engine: the model, enumerated; two model checkers, before
 *        this project (published); SPIN, by the same model in Promela (test/bench/spin). `isSmall`: counted again in
 *        every run of the tests. `never`: the kinds of action, of those that may be taken, and the witnesses, of those that a
 *        state or a step shows, that are not seen there. All others must be.
 */
export type PinnedScope = {
  readonly name: string
  readonly config: Config
  readonly among: readonly Kind[]
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly sources: readonly ("model" | "published" | "SPIN")[]
  readonly isSmall: boolean
  readonly never: readonly string[]
}

type Counts = readonly [states: number, transitions: number, depth: number]

const any = Infinity

const plain = (
  [hosts, pairs]: readonly [number, number],
  [faults, log, powerOffUpTo]: readonly [number, number, number],
  [states, transitions, depth]: Counts,
  sources: PinnedScope["sources"],
): PinnedScope => ({
  name: `${counted(hosts, "host")}, ${counted(pairs, "pair")}, faults ${faults}, log ${log}, power-off ${powerOffUpTo === any ? "at any generation" : powerOffUpTo === 0 ? "never" : `up to ${powerOffUpTo}`}`,
  config: plainConfig(hosts, pairs, { faults, log, generations: 5, powerOffUpTo }),
  among: coreKinds,
  states,
  transitions,
  depth,
  sources,
  isSmall: states < 120_000,
  never: [
    "host-in-maintenance",
    ...(log === 0 ? withoutLog : []),
    ...(powerOffUpTo === 0 ? withoutPowerOff : []),
    ...(faults === 0 ? withoutFaults : []),
    ...(faults === 0 && powerOffUpTo === 0 ? withoutTrouble : []),
    // As long as more hosts are left than a pair takes, one of them is free.
    ...(faults <= hosts - 2 ? withRoom : []),
  ].filter((name) => log > 0 || !ofEntries.includes(name)),
})

const withRoom = ["respawn-blocked-by-stale", "no-eligible-host"]

const withoutLog = ["Record", "Deliver", "Ack", "Release"]

/** Witnesses that nobody looks for where logs stay empty. */
const ofEntries = ["duplicate-output", "stale-primary-releases", "late-acknowledgement", "fork"]

const withoutPowerOff = ["PowerOff", "stale-copy-while-off"]

const withoutFaults = [
  ...["CrashCopy", "FailHost", "CutLink", "LoseStorage", "RecoverHost", "HealLink", "RestoreStorage"],
  ...["AbandonSync", "HaRestart", "ha-restart", "ha-restart-beside-contender", "three-copies"],
  ...["stale-primary-beside-running", "waiting-contender-beside-live", "both-contending", "fork"],
  ...["duplicate-output", "stale-primary-releases", "late-acknowledgement"],
]

const withoutTrouble = ["TryLock", "Suspect", "SyncLost"]

const everyone = ["model", "published", "SPIN"] as const

/** The pinned scopes, small ones first. */
export const pinnedScopes: readonly PinnedScope[] = [
  plain([3, 1], [0, 0, 0], [22, 21, 4], everyone),
  plain([3, 1], [0, 1, 0], [88, 117, 6], everyone),
  plain([3, 1], [0, 2, 0], [241, 381, 8], everyone),
  plain([3, 1], [0, 0, 1], [53, 72, 6], everyone),
  plain([3, 1], [0, 2, any], [3_071, 5_733, 16], everyone),
  plain([3, 1], [1, 0, 0], [768, 1_785, 11], everyone),
  plain([3, 1], [1, 1, 0], [5_230, 14_199, 14], everyone),
  plain([3, 1], [2, 0, 0], [9_846, 36_204, 18], everyone),
  plain([3, 1], [1, 2, 2], [114_354, 359_319, 21], everyone),
  plain([3, 1], [3, 0, 0], [55_588, 282_969, 22], ["model", "SPIN"]),
  plain([4, 1], [1, 1, 0], [17_126, 47_732, 14], ["model", "SPIN"]),
  plain([4, 1], [2, 0, 0], [64_087, 244_230, 19], ["model", "SPIN"]),
  plain([3, 2], [1, 0, 0], [72_854, 248_808, 21], ["model", "SPIN"]),
  {
    name: "3 hosts, 1 pair, faults 1, log 1, power-off and tests up to 1, with Migrate, maintenance and the tests",
    config: plainConfig(3, 1, { faults: 1, log: 1, generations: 5, powerOffUpTo: 1, fencesUpTo: 1 }),
    among: plainKinds,
    states: 30_262,
    transitions: 127_132,
    depth: 20,
    sources: ["model", "SPIN"],
    isSmall: true,
    never: [],
  },
  plain([3, 1], [3, 1, any], [3_894_164, 23_212_391, 28], ["SPIN"]),
  plain([3, 1], [2, 2, any], [5_025_125, 22_143_098, 29], ["SPIN"]),
  plain([3, 1], [3, 2, 0], [5_343_810, 28_583_991, 30], ["SPIN"]),
  plain([3, 1], [2, 3, any], [24_089_239, 109_608_153, 33], ["SPIN"]),
  plain([3, 1], [3, 2, any], [29_803_752, 177_270_886, 32], ["SPIN"]),
]
