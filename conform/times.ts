import type { Config } from "../model/config.ts"
import type { Times } from "../properties/time/bounds.ts"

/** Whether an implementation that takes these kinds is asked in a cluster: where time passes, only one that lets it. */
export const isOffered = ({ time }: Config, kinds: readonly string[]): boolean =>
  time === undefined || kinds.includes("Tick")

/** The same cluster, without time or with these times. */
export const withTimes = ({ time: _, ...config }: Config, time: Times | undefined): Config =>
  time === undefined ? config : { ...config, time }
