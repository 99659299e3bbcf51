import type { Config } from "../../model/config.ts"

/**
 * How large the numbers of a state may grow, where the configuration does not bound them.
 *
 * Units  `log`: entries; `generations`: the lock's; `faults`: of the whole cluster.
 */
export type Capacity = { readonly log: number; readonly generations: number; readonly faults: number }

/** A configuration that the engine has no layout for. */
export class LayoutError extends Error {
  override readonly name = "LayoutError"
}

/** What an unbounded configuration is given room for: far more than a random schedule reaches. */
const roomy: Capacity = { log: 15, generations: 120, faults: 250 }

/** No number of a state may grow larger: a state would be nothing but its counts. */
const numberMax = 0xffff

/** The room for the numbers of a configuration: its bounds, or where it has none, the given ones. */
export const capacityOf = ({ bounds }: Config, asked: Partial<Capacity> = {}): Capacity => {
  const room = (name: keyof Capacity): number =>
    Number.isFinite(bounds[name]) ? bounds[name] : (asked[name] ?? roomy[name])
  const capacity = { log: room("log"), generations: room("generations"), faults: room("faults") }
  for (const [name, most] of Object.entries(capacity)) refuseBeyond(name, most)
  return capacity
}

/** Throws LayoutError where something would have to be counted further than any number of a state may grow. */
export const refuseBeyond = (what: string, most: number): void => {
  if (most > numberMax)
    throw new LayoutError(`the engine counts ${what} up to ${numberMax}, and not to ${most}`)
}

/** A number has outgrown the room that the layout gives it. */
export class CapacityExceeded extends Error {
  override readonly name = "CapacityExceeded"
}

/** What is thrown where a number has outgrown its room. */
export const outgrown = (what: string, most: number): CapacityExceeded =>
  new CapacityExceeded(`the engine was laid out for ${what} up to ${most}`)
