import { kinds, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { capacityOf, LayoutError, type Capacity } from "./capacity.ts"
import { packedParts } from "./parts/fields.ts"

/**
 * What a layout has room for beside the state itself.
 *
 * Shape  `among`: the kinds of action that will be taken. `indexed`: entries carry their index, which in the
 *        protocol is their position. `interventions`, `singleFault`: the parts of a pair's past that S18 and S19
 *        ask for, which then tell states apart. `registered`, `reason`: what no guard reads, which is kept beside
 *        the state and never tells states apart: it is not stored, and a state that is loaded has it as configured.
 *        Registrations that are "stored" are part of the state, as S29 asks for where states are loaded.
 */
export type LayoutOptions = {
  readonly among?: readonly Kind[]
  readonly indexed?: boolean
  readonly interventions?: boolean
  readonly singleFault?: boolean
  readonly registered?: boolean | "stored"
  readonly reason?: boolean
  readonly capacity?: Partial<Capacity>
}

/** Whatever a state of the model holds, but for the names of its copies. */
export const wholly = Object.freeze({ interventions: true, registered: true, reason: true })

/** A part of a control or head cell. */
export type Field = { readonly shift: number; readonly mask: number }

/** A number that a part of the protocol keeps of a copy: `cell` counts from the copy's first. */
type PartField = Field & { readonly cell: number }

/**
 * Where everything in a state is. A state is worked on as cells, one 32-bit number each: those of the cluster,
 * then for each pair its head, its past, what the world saw, and for each host the copy there with its log.
 * For storage the cells are packed side by side into as few words as hold them; no cell straddles two words.
 *
 * Shape  `wordOf`, `shiftOf`, `maskOf` say where each cell is stored. A cell that never changes has mask 0 and
 *        is stored in the word after the last.
 */
export type Layout = {
  readonly config: Config
  readonly hosts: number
  readonly pairs: number
  readonly capacity: Capacity
  readonly among: readonly Kind[]
  readonly cells: number
  readonly words: number
  readonly wordOf: Int32Array
  readonly shiftOf: Int32Array
  readonly maskOf: Int32Array
  /** The cells of the cluster: `faults` is one; the others are bit sets, 32 hosts or links a cell. */
  readonly faults: number
  readonly up: number
  readonly storage: number
  readonly maintenance: number
  readonly cut: number
  /** The first cell of the first pair, and how many cells each pair has. */
  readonly firstPair: number
  readonly pairCells: number
  /** Within a pair: its head is the first cell, its past the second, its books the third. */
  readonly observed: number
  readonly firstCopy: number
  /** One cell of control, those of the log, and those of the parts of the protocol. */
  readonly copyCells: number
  readonly partFields: Readonly<Record<string, PartField>>
  readonly logCells: number
  readonly entryBits: number
  readonly indexBits: number
  readonly entriesPerCell: number
  readonly head: { readonly power: Field; readonly generation: Field; readonly holder: Field }
  readonly past: { readonly interventions: Field; readonly singleFault: Field }
  readonly storesBooks: boolean
  readonly books: { readonly primary: Field; readonly secondary: Field; readonly reason: Field }
  readonly copy: {
    readonly phase: Field
    readonly generation: Field
    readonly released: Field
    readonly peer: Field
    readonly delivered: Field
    readonly acked: Field
  }
}

/** The layout of a configuration's states. Throws LayoutError where one does not fit. */
export const layoutOf = (config: Config, options: LayoutOptions = {}): Layout => {
  const hosts = config.hosts.length
  const pairs = config.pairs.length
  const among = options.among ?? kinds
  const capacity = capacityOf(config, options.capacity)
  const head = fields({ power: 1, generation: bitsFor(capacity.generations + 1), holder: bitsFor(hosts) })
  const counted = options.interventions === true ? bitsFor(interventionsMax(capacity)) : 0
  const past = fields({ interventions: counted, singleFault: options.singleFault === true ? 2 : 0 })
  const storesBooks = options.registered === "stored"
  const place = storesBooks || options.registered === true ? bitsFor(hosts) : 0
  const books = fields({ primary: place, secondary: place, reason: options.reason === true ? 3 : 0 })
  const count = bitsFor(capacity.log)
  const copy = fields({
    phase: 3,
    generation: bitsFor(capacity.generations + 1),
    released: count,
    peer: bitsFor(hosts + 1),
    delivered: count,
    acked: count,
  })
  const indexBits = options.indexed === true ? bitsFor(capacity.log) : 0
  const entryBits = bitsFor(capacity.generations + 1) + indexBits
  if (copy.bits > 32 || entryBits > 32)
    throw new LayoutError(
      `the engine keeps a copy's control in 32 bits, and these numbers of hosts (${hosts}), entries (${capacity.log}) and generations (${capacity.generations}) take ${Math.max(copy.bits, entryBits)}`,
    )
  const entriesPerCell = Math.floor(32 / entryBits)
  const logCells = Math.ceil(capacity.log / entriesPerCell)
  const logWidths = Array.from(
    { length: logCells },
    (_, n) => Math.min(entriesPerCell, capacity.log - n * entriesPerCell) * entryBits,
  )
  const changesMaintenance = among.includes("EnterMaintenance")
  const links = (hosts * (hosts - 1)) / 2
  const ofCluster = [
    bitsFor(capacity.faults),
    ...bitSet(hosts),
    ...bitSet(hosts),
    ...bitSet(hosts).map((width) => (changesMaintenance ? width : 0)),
    ...bitSet(links),
  ]
  const ofParts = partFieldsOf(config, capacity, 1 + logCells)
  const ofCopy = [copy.bits, ...logWidths, ...ofParts.widths]
  // A width of 0 keeps a cell out of what is stored.
  const ofPair = [
    head.bits,
    past.bits,
    storesBooks ? books.bits : 0,
    ...logWidths,
    ...config.hosts.flatMap(() => ofCopy),
  ]
  const widths = [...ofCluster, ...config.pairs.flatMap(() => ofPair)]
  return {
    config,
    hosts,
    pairs,
    capacity,
    among,
    cells: widths.length,
    ...stored(widths),
    faults: 0,
    up: 1,
    storage: 1 + bitSet(hosts).length,
    maintenance: 1 + 2 * bitSet(hosts).length,
    cut: 1 + 3 * bitSet(hosts).length,
    firstPair: ofCluster.length,
    pairCells: ofPair.length,
    observed: 3,
    firstCopy: 3 + logCells,
    copyCells: ofCopy.length,
    partFields: ofParts.at,
    logCells,
    entryBits,
    indexBits,
    entriesPerCell,
    head: head.at,
    past: past.at,
    storesBooks,
    books: books.at,
    copy: copy.at,
  }
}

/**
 * How often operators can act on one pair: in each generation they may halt its Primary by a test, which costs none,
 * and then take the generation itself.
 */
const interventionsMax = ({ generations }: Capacity): number => 2 * generations

/** How many bits hold the numbers from 0 to `max`. */
const bitsFor = (max: number): number => 32 - Math.clz32(max)

/** The widths of the cells that hold a set of `size` bits. */
const bitSet = (size: number): readonly number[] =>
  Array.from({ length: Math.ceil(size / 32) }, (_, n) => Math.min(32, size - 32 * n))

const fields = <Name extends string>(
  widths: Readonly<Record<Name, number>>,
): { readonly bits: number; readonly at: Readonly<Record<Name, Field>> } => {
  let shift = 0
  const at = {} as Record<Name, Field>
  for (const [name, width] of Object.entries(widths) as [Name, number][]) {
    at[name] = { shift: shift % 32, mask: 2 ** width - 1 }
    shift += width
  }
  return { bits: shift, at }
}

/** Where the parts that are on keep what they count of a copy, in cells from `first` on. */
const partFieldsOf = (config: Config, capacity: Capacity, first: number) => {
  const widths: number[] = []
  const at: Record<string, PartField> = {}
  for (const { copyFields } of packedParts.filter(({ isOn }) => isOn(config)))
    for (const [name, most] of Object.entries(copyFields(capacity))) {
      const width = bitsFor(most)
      if (widths.length === 0 || (widths.at(-1) as number) + width > 32) widths.push(0)
      const shift = widths.at(-1) as number
      at[name] = { cell: first + widths.length - 1, shift, mask: 2 ** width - 1 }
      widths[widths.length - 1] = shift + width
    }
  return { widths, at }
}

/** Where cells of these widths are stored: the widest first, each in the first word with room for it. */
const stored = (widths: readonly number[]) => {
  const order = widths
    .map((width, cell) => ({ width, cell }))
    .sort((a, b) => b.width - a.width || a.cell - b.cell)
  const filled: number[] = []
  const wordOf = new Int32Array(widths.length)
  const shiftOf = new Int32Array(widths.length)
  const maskOf = new Int32Array(widths.length)
  let lastWidth = 0
  let word = 0
  for (const { width, cell } of order) {
    if (width === 0) continue
    // Where a cell found no room, the next of its width finds none.
    if (width !== lastWidth) word = 0
    lastWidth = width
    while ((filled[word] ?? 0) + width > 32) word += 1
    wordOf[cell] = word
    shiftOf[cell] = filled[word] ?? 0
    maskOf[cell] = width === 32 ? -1 : 2 ** width - 1
    filled[word] = (filled[word] ?? 0) + width
  }
  for (const { width, cell } of order) if (width === 0) wordOf[cell] = filled.length
  return { words: filled.length, wordOf, shiftOf, maskOf }
}

/** Each kind's number: its place in the alphabet. */
export const kindNumber = Object.freeze(
  Object.fromEntries(kinds.map((kind, n) => [kind, n])) as Record<Kind, number>,
)
