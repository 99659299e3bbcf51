import type { Config } from "../../../model/config.ts"
import { count, flag, host, oneOf, type FieldTypes } from "../../../impl/engine/fields.ts"
import type { GhostFields } from "../../../impl/engine/layout.ts"
import { boundsOf, misfortunes, type Bounds } from "./bounds.ts"
import { promisedIn } from "./promises.ts"

/** What a property of time needs of the past, as fields of a packed state: counters stop one beyond a bound, or at what a detector or HA needs. */
type Needs = (bounds: Bounds) => GhostFields

const upTo = (most: number) => count(() => Math.max(0, most))

const needs: Readonly<Record<string, Needs>> = {
  S3a: ({ overlap }) => ({ copy: { dualExecution: upTo(overlap + 1) } }),
  TIME1: () => ({ pair: { tested: flag } }),
  TIME2: ({ detectors: { primary, secondary } }) => ({
    copy: {
      watched: host("none"),
      unheard: upTo(Math.max(primary.heartbeats.early, secondary.heartbeats.early)),
      silent: upTo(Math.max(primary.log.early, secondary.log.early)),
    },
  }),
  TIME3: ({ haLeast }) => ({ pair: { restartable: upTo(haLeast) } }),
  L5b: ({ failover }) => ({ pair: { waiting: upTo(failover + 1) } }),
  L5c: ({ stale }) => ({ copy: { staleStays: upTo(stale + 1) } }),
  L5d: ({ after, afterPassing }) => ({
    pair: {
      misfortune: oneOf(...misfortunes),
      isPassing: flag,
      sinceFault: upTo(Math.max(...[...after, ...afterPassing].map(({ running }) => running + 1))),
      hasLived: flag,
    },
  }),
  L5e: ({ restored }) => ({ pair: { undisturbed: upTo(restored + 1) } }),
}

/** The ghosts that properties of these ids need in clusters of a configuration, where they are promised; null where none is needed. */
export const ghostFieldsFor = (config: Config, ids: readonly string[]): GhostFields | null => {
  const { time } = config
  if (time === undefined) return null
  const wanted = ids.filter(promisedIn(time, config)).flatMap((id) => needs[id] ?? [])
  if (wanted.length === 0) return null
  const all = wanted.map((fields) => fields(boundsOf(time)))
  const together = (owner: keyof GhostFields): FieldTypes =>
    Object.assign({}, ...all.map((fields) => fields[owner] ?? {})) as FieldTypes
  return { pair: together("pair"), copy: together("copy") }
}
