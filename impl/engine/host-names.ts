import type { Field } from "./layout.ts"

/**
 * The hosts that are named in one cell, by fields that hold hosts.
 *
 * Shape  `renamed` is the cell's value where host n is called `to[n]`, `unnamed` where all hosts have one name.
 */
type HostNames = {
  readonly renamed: (value: number, to: Int32Array) => number
  readonly unnamed: (value: number) => number
}

/** A cell in which none is named. */
export const noHosts: HostNames = { renamed: (value) => value, unnamed: (value) => value }

/** What names hosts in one of the cells in which the fields are; null if nothing does. */
export const hostNamesIn = (fields: readonly Field[], cell: number): HostNames | null => {
  const all = fields.filter((field) => field.cell === cell && field.mask !== 0).flatMap(hostNamesOf)
  return all.length === 0 ? null : all.reduce(both)
}

const hostNamesOf = ({ holds, shift, mask }: Field): readonly HostNames[] => {
  if (holds.tag !== "host") return []
  const first = holds.others.length
  const rest = ~(mask << shift)
  return [
    {
      renamed: (value, to) => {
        const named = (value >>> shift) & mask
        return named < first ? value : (value & rest) | (((to[named - first] as number) + first) << shift)
      },
      unnamed: (value) => (((value >>> shift) & mask) < first ? value : (value & rest) | (first << shift)),
    },
  ]
}

const both = (a: HostNames, b: HostNames): HostNames => ({
  renamed: (value, to) => b.renamed(a.renamed(value, to), to),
  unnamed: (value) => b.unnamed(a.unnamed(value)),
})
