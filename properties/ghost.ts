import type { Config } from "../model/config.ts"
import type { Pair } from "../model/pair.ts"
import type { Step } from "./step.ts"

/** One step as one pair sees it. */
export type PairMove = {
  readonly step: Step
  readonly before: Pair
  readonly after: Pair
}

/**
 * What a property or a witness needs of a pair's past that no state holds: a ghost variable. Runs carry it beside the state, and
 * explorers tell states apart by it, where something that needs it is looked for.
 *
 * Shape  `begins` is its value before the first step, `after` that after a step more. `key` says which values are the same of
 *        a pair, and must take few values: a counter stops one beyond the bound that it is for. Where the key is, copies are
 *        named by their hosts, since states that differ only in the numbers of their copies are one.
 */
export type Ghost<V = unknown> = {
  readonly id: string
  readonly begins: V
  after(value: V, move: PairMove): V
  key(value: V, pair: Pair): string
}

/** The ghost in clusters of a configuration. */
export type GhostIn<V = unknown> = (config: Config) => Ghost<V>

/** What may need a ghost, and in which clusters it is looked for. */
export type Haunted = { readonly part?: PartId; readonly ghost?: GhostIn }

/** A part of the protocol that a configuration switches on by a field of this name. */
export type PartId = "time"

/** Whether a configuration has what something is about: a part of the protocol, or nothing beside the core. */
export const isAbout = ({ part }: { readonly part?: PartId }, config: Config): boolean =>
  part === undefined || config[part] !== undefined

/** The ghosts that some properties and witnesses need in clusters of a configuration, each once. */
export const ghostsFor = (config: Config, haunted: readonly Haunted[]): readonly Ghost[] => {
  const found = new Map<string, Ghost>()
  for (const each of haunted) {
    if (each.ghost === undefined || !isAbout(each, config)) continue
    const ghost = each.ghost(config)
    if (!found.has(ghost.id)) found.set(ghost.id, ghost)
  }
  return [...found.values()]
}

/** A ghost with what it has come to for a pair. */
export type Carried = { readonly ghost: Ghost; readonly value: unknown }

/** The same after a step. */
export const carriedOn = ({ ghost, value }: Carried, move: PairMove): Carried => ({
  ghost,
  value: ghost.after(value, move),
})
