import { linkBetween, type HostId, type LinkId } from "../../model/ids.ts"
import { doubled } from "./growth.ts"
import { withField } from "./field-bits.ts"
import { copyFields, ftSetting, numbered } from "./fields.ts"
import type { Reads } from "./environment.ts"
import type { Layout } from "./layout.ts"

/** The phases of a copy, its role included, as the engine numbers them. 0 is no copy. */
export const phase = numbered(copyFields.phase.values)

/** The values of a peer below which there is none: `first` is the first host's copy. */
export const peer = Object.freeze({
  ...numbered(copyFields.peer.others),
  first: copyFields.peer.others.length,
})

/**
 * One state, worked on in place. Every change is noted, so that `undo` takes back all since the last `load` or
 * `commit`; the packed `key` follows each change.
 *
 * Shape  `cells` as the layout says; `key` has the layout's words and one more, which is never stored.
 */
export type Machine = {
  readonly layout: Layout
  /** What is noted of the reading of hosts, links and faults; null where nobody needs it. */
  readonly reads: Reads | null
  readonly cells: Int32Array
  readonly key: Int32Array
  readonly set: (cell: number, value: number) => void
  readonly undo: () => void
  readonly commit: () => void
  /** Takes up the state that is stored in `keys` from `at` on. */
  readonly load: (keys: Int32Array, at: number) => void
}

/** A machine at the initial state: every host up and connected, every pair off, its lock at generation 1. */
export const machineOf = (layout: Layout, reads: Reads | null = null): Machine => {
  const { wordOf, shiftOf, maskOf, cells: count, words } = layout
  const cells = new Int32Array(count)
  const key = new Int32Array(words + 1)
  let trailCell = new Int32Array(64)
  let trailValue = new Int32Array(64)
  let trail = 0

  const set = (cell: number, value: number): void => {
    const old = cells[cell] as number
    if (old === value) return
    if (trail === trailCell.length) {
      trailCell = doubled(trailCell)
      trailValue = doubled(trailValue)
    }
    trailCell[trail] = cell
    trailValue[trail] = old
    trail += 1
    cells[cell] = value
    const word = wordOf[cell] as number
    key[word] = (key[word] as number) ^ ((old ^ value) << (shiftOf[cell] as number))
  }

  const undo = (): void => {
    while (trail > 0) {
      trail -= 1
      const cell = trailCell[trail] as number
      const value = trailValue[trail] as number
      const word = wordOf[cell] as number
      key[word] = (key[word] as number) ^ (((cells[cell] as number) ^ value) << (shiftOf[cell] as number))
      cells[cell] = value
    }
  }

  const commit = (): void => {
    trail = 0
  }

  const load = (keys: Int32Array, at: number): void => {
    trail = 0
    for (let word = 0; word < words; word += 1) key[word] = keys[at + word] as number
    for (let cell = 0; cell < count; cell += 1)
      cells[cell] =
        ((key[wordOf[cell] as number] as number) >>> (shiftOf[cell] as number)) & (maskOf[cell] as number)
  }

  const machine: Machine = { layout, reads, cells, key, set, undo, commit, load }
  begin(machine)
  return machine
}

const begin = ({ layout, cells, set, commit }: Machine): void => {
  const { ft, generation } = layout.head
  for (let n = 0; n < layout.storage - layout.up; n += 1) {
    set(layout.up + n, fullSet(layout.hosts, n))
    set(layout.storage + n, fullSet(layout.hosts, n))
  }
  const { exposed, rules } = layout.config
  const add = (first: number, n: number): void => {
    const cell = first + (n >> 5)
    set(cell, (cells[cell] as number) | (1 << (n & 31)))
  }
  linksOf(layout.hostIds).forEach((link, n) => {
    if (exposed.includes(link)) add(layout.exposed, n)
  })
  if (layout.switchesRules)
    rules.forEach(({ active }, n) => {
      if (active) add(layout.rules, n)
    })
  layout.config.pairs.forEach(({ ft: setting }, pair) => {
    const first = layout.firstPair + pair * layout.pairCells
    set(first + ft.cell, withField(0, ft, ftSetting[setting]))
    set(first + generation.cell, withField(cells[first + generation.cell] as number, generation, 1))
  })
  commit()
}

/** The links, by their numbers. */
const linksOf = (hosts: readonly HostId[]): readonly LinkId[] =>
  hosts.flatMap((a, n) => hosts.slice(n + 1).map((b) => linkBetween(a, b)))

/** The `n`-th cell of a full set of `size` bits. */
const fullSet = (size: number, n: number): number => {
  const width = Math.min(32, size - 32 * n)
  return width === 32 ? -1 : 2 ** width - 1
}
