import type { Config } from "./config.ts"
import type { Change } from "./protocol.ts"

/**
 * A part of the protocol beside its core.
 *
 * Shape  `isOn` says whether a configuration switches it on; where it does not, all is as if there were no such part.
 *        `change` is what it makes of the protocol: it adds rules, withdraws some, puts guards into the core's, and amends
 *        what happens to a copy.
 */
export type Part = {
  readonly id: string
  readonly isOn: (config: Config) => boolean
  readonly change: Change
}
