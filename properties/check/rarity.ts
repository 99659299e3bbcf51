import type { Config } from "../../model/config.ts"

/**
 * How many schedules it takes to see a witness once, on the average, in clusters as they are drawn. Measured over
 * 8,000 schedules of seed 1: `ftpair check --runs 8000 --seed 1 --json`.
 */
const schedulesPerWitness: Readonly<Record<string, number>> = {
  "stale-primary-releases": 500,
  "late-acknowledgement": 170,
  fork: 54,
  "stale-primary-beside-running": 41,
  "unacknowledged-kept": 22,
  "ha-restart-beside-contender": 21,
  "secondary-wins-after-spurious": 19,
  "both-contending": 16,
  "waiting-contender-beside-live": 12,
  "limit-bars-a-host": 12,
  "unacknowledged-lost": 12,
  "duplicate-output": 12,
  "respawn-blocked-by-stale": 11,
  "ha-restart-loses-entries": 11,
  "preference-unmet": 9,
  "rule-bars-a-host": 8,
  "primary-wins-after-spurious": 7,
  "single-fault-hidden": 6,
  "three-copies": 6,
  "host-in-maintenance": 4,
  "stale-copy-while-off": 4,
  "protected-again": 3,
  "ha-restart": 3,
  "no-eligible-host": 3,
  "both-registered-on-one-host": 2,
  "output-in-lockstep": 2,
}

/** As many occurrences must be expected before a witness that is never seen means anything: chance misses it once in 160,000. */
const occurrencesExpected = 12

/** In one given cluster a witness may be far rarer than in drawn ones, or not: this many schedules show it or nothing does. */
const schedulesInOneCluster = 15_000

/** How many schedules must have been run before a witness that was never seen makes a verdict vacuous. */
export const schedulesNeeded = (witness: string, config: Config | null): number =>
  config === null ? occurrencesExpected * (schedulesPerWitness[witness] ?? rarest) : schedulesInOneCluster

const rarest = Math.max(...Object.values(schedulesPerWitness))

/** How many schedules in drawn clusters show every witness, as good as certainly. */
export const schedulesForAll = occurrencesExpected * rarest
