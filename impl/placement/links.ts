import type { Config } from "../../model/config.ts"
import { endsOf, type LinkId } from "../../model/ids.ts"

/** Some of the links of a cluster: for each host, by its number, the other ends of those at which it is. */
export type Links = Map<number, Set<number>>

/** Links, by their names in the configuration. */
export const linksOf = ({ hosts }: Config, links: readonly LinkId[]): Links => {
  const among: Links = new Map()
  const numberOf = new Map(hosts.map(({ id }, n) => [id, n]))
  for (const link of links) {
    const [a, b] = endsOf(link)
    setLinkIn(among, numberOf.get(a) as number, numberOf.get(b) as number, true)
  }
  return among
}

/** Adds the link between two hosts to these, or takes it away. */
export const setLinkIn = (links: Links, a: number, b: number, isIn: boolean): void => {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const ends = links.get(one) ?? new Set()
    if (isIn) links.set(one, ends.add(other))
    else if (ends.delete(other) && ends.size === 0) links.delete(one)
  }
}
