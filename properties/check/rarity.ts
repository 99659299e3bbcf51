import type { Config } from "../../model/config.ts"

/**
 * How many schedules it takes to see a witness once, on the average, in clusters as they are drawn. Measured over
 * 8,000 schedules of seed 1: `ftpair check --runs 8000 --seed 1 --json`.
 */
const schedulesPerWitness: Readonly<Record<string, number>> = {
  "stale-primary-releases": 571,
  "late-acknowledgement": 364,
  fork: 63,
  "stale-primary-beside-running": 59,
  "suspended-alone": 36,
  "unacknowledged-kept": 26,
  "secondary-wins-after-spurious": 25,
  "ha-restart-beside-contender": 20,
  "both-contending": 20,
  "limit-bars-a-host": 15,
  "unacknowledged-lost": 15,
  "duplicate-output": 15,
  "respawn-blocked-by-stale": 14,
  "waiting-contender-beside-live": 13,
  "ha-restart-loses-entries": 10,
  "primary-wins-after-spurious": 9,
  "preference-unmet": 9,
  "single-fault-hidden": 8,
  "rule-bars-a-host": 8,
  "three-copies": 8,
  "stale-copy-while-off": 4,
  "protected-again": 4,
  "host-in-maintenance": 4,
  "ha-restart": 3,
  "no-eligible-host": 3,
  "output-in-lockstep": 2,
  "both-registered-on-one-host": 2,
}

/** As many occurrences must be expected before a witness that is never seen means anything: chance misses it once in 160,000. */
const occurrencesExpected = 12

/** In one given cluster a witness may be far rarer than in drawn ones, or not: this many schedules show it or nothing does. */
const schedulesInOneCluster = 15_000

/** So many schedules in drawn clusters ask every property, as good as certainly: one cluster in 33 promises the rarest. */
export const schedulesToAsk = occurrencesExpected * 33

/** What random runs are not expected to show: it takes a long run in which everything is as late as it may be. */
const forExplorers: readonly string[] = [
  "dual-execution-in-full",
  "three-executing",
  "dual-execution-twice",
  "failover-at-its-bound",
  "stale-at-its-bound",
  "restored-at-its-bound",
  "primary-wins-meanwhile",
]

/** How many schedules must have been run before a witness that was never seen makes a verdict vacuous. */
export const schedulesNeeded = (witness: string, config: Config | null): number =>
  forExplorers.includes(witness)
    ? Infinity
    : config === null
      ? occurrencesExpected * (schedulesPerWitness[witness] ?? rarest)
      : schedulesInOneCluster

const rarest = Math.max(...Object.values(schedulesPerWitness))

/** How many schedules in drawn clusters show every witness, as good as certainly. */
export const schedulesForAll = occurrencesExpected * rarest
