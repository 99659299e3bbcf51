import type { Reads } from "../../impl/engine/environment.ts"
import type { Monitor } from "../packed/monitor.ts"
import type { WitnessMonitor } from "../packed/witnesses.ts"
import type { Environments } from "./environments.ts"

/** Who judges the steps that are taken from a state, and knows where they begin. */
export type Judges = { readonly monitor: Monitor; readonly witnesses: WitnessMonitor }

/**
 * The environment in which a machine is, whose body stays.
 *
 * Shape  `enter` puts it into an environment, where the judges begin, if it is not there already; `leave` is called when the body is another one.
 *        `difference` is by which bits the environment differs since; `read` gives the class of all that agree with it in what was read since
 *        `begin`, by number, or `nothing` where nothing was.
 */
export type Place = {
  readonly enter: (environment: number) => void
  readonly leave: () => void
  readonly begin: () => void
  readonly difference: () => number
  readonly read: () => number
  /** The same; all environments where nothing was read. */
  readonly readClass: () => number
}

/** What `read` answers where nothing of the environment was read: then all environments are alike. */
export const nothing = -1

export const placeOf = (environments: Environments, reads: Reads, { monitor, witnesses }: Judges): Place => {
  let here = -1
  let packed = 0
  const read = (): number => (reads.since() === 0 ? nothing : environments.classOf(reads.since(), here))
  return {
    enter: (environment) => {
      if (here === environment) return
      environments.enter(environment)
      here = environment
      packed = environments.now()
      monitor.begin()
      witnesses.begin()
    },
    leave: () => {
      here = -1
    },
    begin: reads.begin,
    difference: () => environments.now() ^ packed,
    read,
    readClass: () => (reads.since() === 0 ? environments.everywhere : read()),
  }
}
