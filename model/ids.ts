/**
 * The names of things. They are plain strings whose shape TypeScript checks, so that a test or a schedule
 * can write `"p1.2"` and a `HostId` can still not be passed where a `CopyId` is meant.
 */

/** A physical host: `h1`, `h2`, … */
export type HostId = `h${bigint}`

/** A fault-tolerant VM, as the pair of its copies: `p1`, `p2`, … */
export type PairId = `p${bigint}`

/** One running copy of a pair's VM. Numbered per pair in the order in which copies start; never reused. */
export type CopyId = `p${bigint}.${bigint}`

/** The FT logging link between two hosts, the lower host first: `h1-h3`. */
export type LinkId = `${HostId}-${HostId}`

/** How often the right to go on alone has changed hands, from 1. The lock's generation only grows. */
export type Generation = number

/** The number of a host, pair: what stands behind its letter. */
export const ordinal = (id: HostId | PairId): number => Number(id.slice(1))

/** The link between two hosts, whichever of them is named first. */
export const linkBetween = (a: HostId, b: HostId): LinkId =>
  ordinal(a) < ordinal(b) ? `${a}-${b}` : `${b}-${a}`

/** The pair of which `copy` is a copy. */
export const pairIdOf = (copy: CopyId): PairId => copy.slice(0, copy.indexOf(".")) as PairId

/** The name of the `n`-th copy that `pair` starts, from 1. */
export const copyIdOf = (pair: PairId, n: number): CopyId => `${pair}.${n}` as CopyId
