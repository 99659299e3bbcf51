import { unbounded, type Bounds, type Config } from "../../model/config.ts"
import { generationsIn, type Quotient } from "../../impl/engine/quotient.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { refuseBeside } from "../beside.ts"
import type { ExploreFlags } from "./flags.ts"
import { needsBounds } from "./unchecked.ts"

/** What bounds an exploration, and what is looked at within bounds alone. */
const withinBounds = [
  "log",
  "generations",
  "faults",
  "powerOffUpTo",
  "fencesUpTo",
  "reduction",
  "liveness",
  "dot",
] as const

/**
 * How states are told apart where every run is explored; null where bounds are. Of a mutant, whose rules may read more of a state than
 * the protocol's, nothing is dropped, and generations are told apart by rank.
 */
export const quotientOf = (flags: ExploreFlags, mutant: string | null, { time }: Config): Quotient | null => {
  const { window, form } = flags
  if (window === undefined && form === undefined) return null
  const name = window === undefined ? "--form" : "--window"
  refuseBeside(name, "explores every run, without bounds", flags, withinBounds)
  if (flags.engine === "model")
    throw new BadInput({ message: `${name} is the packed engine's: expected no --engine model with it` })
  if (time !== undefined)
    throw new BadInput({
      message: `${name} explores every run of a cluster without time: expected no "time"`,
    })
  return { form: form ?? (mutant === null ? "bit" : "ranks"), drops: mutant === null }
}

export const windowOf = (mutant: string | null): number => (mutant === null ? 1 : 2)

export const quotientBounds = ({ hosts }: Config, quotient: Quotient, window: number): Bounds => ({
  ...unbounded,
  faults: 1,
  log: window,
  generations: generationsIn(hosts.length, window, quotient),
})

/** Those of the properties that can be asked of every run. Refuses where none can. */
export const withoutBounds = (ids: readonly string[], { pairs }: Config): readonly string[] => {
  const left = catalogue.filter((property) => ids.includes(property.id) && !needsBounds(property))
  if (left.length === 0 && !(ids.includes("S18") && pairs.length === 1))
    throw new BadInput({
      message: `--property ${ids.join(", ")} is checked within bounds alone: expected no --window or --form with it`,
    })
  return left.map(({ id }) => id)
}
