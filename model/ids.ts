/**
 * The names of things. They are plain strings whose shape TypeScript checks, so that a test or a schedule
 * can write `"p1.2"` and a `HostId` can still not be passed where a `CopyId` is meant.
 *
 * Names are compared as they are written, never by a number in them: two different names are two things.
 */

/** A physical host, by the name that its configuration gives it: `h1`, `esx-07`. `hostName` says what is one. */
export type HostId = `h${bigint}` | (string & { readonly "~host": true })

/** A fault-tolerant VM, as the pair of its copies: `p1`, `p2`, … */
export type PairId = `p${bigint}`

/** One running copy of a pair's VM. Numbered per pair in the order in which copies start; never reused. */
export type CopyId = `p${bigint}.${bigint}`

/**
 * The FT logging link between two hosts: `h1-h3`; `esx-1/esx-2` where a name has a hyphen of its own. No two links
 * have one id.
 */
export type LinkId = `${HostId}-${HostId}` | `${HostId}/${HostId}`

/** How often the right to go on alone has changed hands, from 1. The lock's generation only grows. */
export type Generation = number

/**
 * What may be a host's name: a letter, then letters, digits, `_` and `-`, 64 characters at the most. What every
 * object of JavaScript has may not, since states are objects with a field for each host; nor may what is a pair's name.
 */
export const hostName =
  /^(?!p\d+$|(?:constructor|hasOwnProperty|isPrototypeOf|propertyIsEnumerable|toLocaleString|toString|valueOf)$)[A-Za-z][\w-]{0,63}$/

/** What may be a pair's name, and a copy's: their numbers have no leading zeros, and 9 digits at the most. */
export const pairName = /^p[1-9]\d{0,8}$/
export const copyName = /^p[1-9]\d{0,8}\.[1-9]\d{0,8}$/

/** Two hosts in the order in which a link names them: `h2` before `h10`, whatever the order of the configuration. */
export const inOrder = (a: HostId, b: HostId): readonly [HostId, HostId] => (isBefore(a, b) ? [a, b] : [b, a])

/** The shorter name first, of two of one length the one that the alphabet has first. */
const isBefore = (a: HostId, b: HostId): boolean => (a.length === b.length ? a < b : a.length < b.length)

/** The link between two hosts, whichever of them is named first. */
export const linkBetween = (a: HostId, b: HostId): LinkId => {
  const [first, second] = isBefore(a, b) ? [a, b] : [b, a]
  return first.includes("-") || second.includes("-") ? `${first}/${second}` : `${first}-${second}`
}

/** The two hosts of a link. */
export const endsOf = (link: LinkId): readonly [HostId, HostId] =>
  link.split(link.includes("/") ? "/" : "-") as [HostId, HostId]

/** The pair of which `copy` is a copy. */
export const pairIdOf = (copy: CopyId): PairId => copy.slice(0, copy.indexOf(".")) as PairId

/** The name of the `n`-th copy that `pair` starts, from 1. */
export const copyIdOf = (pair: PairId, n: number): CopyId => `${pair}.${n}` as CopyId
