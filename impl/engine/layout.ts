import { isFtKind, kinds, ruleKinds, type Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import type { HostId } from "../../model/ids.ts"
import { capacityOf, LayoutError, type Capacity } from "./capacity.ts"
import {
  bitsFor,
  booksFields,
  copyFields,
  headFields,
  pastFields,
  holdingBoth,
  widthOf,
  type FieldType,
  type FieldTypes,
  type Room,
} from "./fields.ts"
import type { Owner } from "./part.ts"
import { packedParts } from "./parts/fields.ts"

/**
 * What a layout has room for beside the state itself.
 *
 * Shape  `among`: the kinds of action that will be taken. `indexed`: entries carry their index, which in the protocol
 *        is their position. `mistaken`: what a mutant takes the configuration for; there is room for what parts count by either. `interventions`, `singleFault`: the parts of a pair's past that S18 and S19 need, which
 *        then distinguish states. `registered`, `reason`: what no guard reads, which is kept beside the state and never
 *        distinguishes states: it is not stored, and a state that is loaded has it as configured. What is "stored" of
 *        them is part of the state, as properties of them need where states are loaded. `ghosts`: what properties carry along of a
 *        run beside, which distinguishes states; who carries it sets it after each step.
 */
export type LayoutOptions = {
  readonly among?: readonly Kind[]
  readonly indexed?: boolean
  readonly mistaken?: (config: Config) => Config
  readonly interventions?: boolean
  readonly singleFault?: boolean
  readonly registered?: boolean | "stored"
  readonly reason?: boolean | "stored"
  readonly ghosts?: GhostFields | null
  readonly capacity?: Partial<Capacity>
}

/** What is carried of each pair and of each copy. What is gone or begins has numbers 0. */
export type GhostFields = { readonly pair?: FieldTypes; readonly copy?: FieldTypes }

/** Whatever a state of the model holds, but for the names of its copies. */
export const wholly = Object.freeze({ interventions: true, registered: true, reason: true })

/**
 * Where a field is, and what it holds.
 *
 * Shape  `cell` counts from the first of its owner: a host, a pair, a copy; of a field of the cluster, from the first of all. A field
 *        for which there is no room has mask 0.
 */
export type Field = {
  readonly holds: FieldType
  readonly cell: number
  readonly shift: number
  readonly mask: number
}

/** The fields of a declaration, each in its place. */
type Placed<Declared extends FieldTypes> = { readonly [Name in keyof Declared]: Field }

/**
 * Where everything in a state is. A state is worked on as cells, one 32-bit number each: those of the cluster and its
 * hosts, then for each pair its head, its past, what the world saw, and for each host the copy there with its log.
 * For storage the cells are packed side by side into as few words as hold them; no cell straddles two words.
 *
 * Shape  `wordOf`, `shiftOf`, `maskOf` say where each cell is stored. A cell that never changes has mask 0 and
 *        is stored in the word after the last.
 */
export type Layout = {
  readonly config: Config
  readonly hosts: number
  readonly hostIds: readonly HostId[]
  readonly pairs: number
  readonly capacity: Capacity
  readonly among: readonly Kind[]
  readonly cells: number
  readonly words: number
  readonly wordOf: Int32Array
  readonly shiftOf: Int32Array
  readonly maskOf: Int32Array
  /** The word in which the generation of the first lock is stored: it is never 0. */
  readonly marker: number
  /** The cells of the cluster: `faults` is one; the others are bit sets, 32 hosts, links or rules a cell. */
  readonly faults: number
  readonly up: number
  readonly storage: number
  readonly maintenance: number
  readonly cut: number
  readonly exposed: number
  readonly rules: number
  /** Whether rules come into force and out of it: else they are as configured, and no cell holds them. */
  readonly switchesRules: boolean
  /** What parts of the protocol keep, by what it is of. */
  readonly partFields: { readonly [O in Owner]: Placed<FieldTypes> }
  readonly ghosts: { readonly pair: Placed<FieldTypes>; readonly copy: Placed<FieldTypes> }
  /** The first cell of what parts keep of the cluster, of what they keep of the first host, and how many each host has. */
  readonly firstOfParts: number
  readonly firstHost: number
  readonly hostCells: number
  /** The first cell of the first pair, and how many cells each pair has. */
  readonly firstPair: number
  readonly pairCells: number
  /** Within a pair: its head comes first, then its past, its books, what parts keep, and ghosts; what the world saw; its copies. */
  readonly observed: number
  readonly firstCopy: number
  /** The cells of its control, usually one; those of the log; those of what parts keep; and those of ghosts. */
  readonly copyCells: number
  readonly controlCells: number
  readonly logCells: number
  readonly entryBits: number
  readonly indexBits: number
  readonly entriesPerCell: number
  readonly head: Placed<typeof headFields>
  readonly past: Placed<typeof pastFields>
  readonly storesBooks: boolean
  readonly books: Placed<typeof booksFields>
  readonly copy: Placed<typeof copyFields>
}

/** The layout of a configuration's states. Throws LayoutError where one does not fit. */
export const layoutOf = (config: Config, options: LayoutOptions = {}): Layout => {
  const hosts = config.hosts.length
  const pairs = config.pairs.length
  const among = options.among ?? kinds
  const capacity = capacityOf(config, options.capacity)
  const room = { ...capacity, hosts }
  const storesBooks = options.registered === "stored" || readsRegistrations(config, among)
  const isRegistered = storesBooks || options.registered === true
  const storesReasons = options.reason === "stored"
  const head = placed(headFields, room, 0, { ft: changesFt(config, among) })
  const past = placed(pastFields, room, head.widths.length, {
    interventions: options.interventions === true,
    singleFault: options.singleFault === true,
  })
  const books = placed(booksFields, room, head.widths.length + past.widths.length, {
    primary: isRegistered,
    secondary: isRegistered,
    reason: storesReasons || options.reason === true,
  })
  const copy = placed(copyFields, room, 0)
  const { widths: logWidths, ...entries } = logLayoutOf(room, options.indexed === true)
  const logCells = logWidths.length
  const cluster = clusterCells(config, capacity, among)
  const ofCluster = cluster.widths
  const ofParts = partFieldsOf(config, options.mistaken?.(config) ?? config)
  const byParts = {
    state: placed(ofParts("state"), room, ofCluster.length),
    host: placed(ofParts("host"), room, 0),
    pair: placed(ofParts("pair"), room, head.widths.length + past.widths.length + books.widths.length),
    copy: placed(ofParts("copy"), room, copy.widths.length + logCells),
  }
  const keptOfCopy = [...copy.widths, ...logWidths, ...byParts.copy.widths]
  const ghostsOfCopy = placed(options.ghosts?.copy ?? {}, room, keptOfCopy.length)
  const ofCopy = [...keptOfCopy, ...ghostsOfCopy.widths]
  // A width of 0 keeps a cell out of what is stored.
  const keptOfPair = [
    ...head.widths,
    ...past.widths,
    ...books.widths.map((width) => (storesBooks || storesReasons ? width : 0)),
    ...byParts.pair.widths,
  ]
  const ghostsOfPair = placed(options.ghosts?.pair ?? {}, room, keptOfPair.length)
  const beforeObserved = [...keptOfPair, ...ghostsOfPair.widths]
  const ofPair = [...beforeObserved, ...logWidths, ...config.hosts.flatMap(() => ofCopy)]
  const beforeHosts = [...ofCluster, ...byParts.state.widths]
  const beforePairs = [...beforeHosts, ...config.hosts.flatMap(() => byParts.host.widths)]
  const widths = [...beforePairs, ...config.pairs.flatMap(() => ofPair)]
  const storage = stored(widths)
  return {
    config,
    hosts,
    hostIds: config.hosts.map(({ id }) => id),
    pairs,
    capacity,
    among,
    cells: widths.length,
    ...storage,
    marker: storage.wordOf[beforePairs.length + head.at.generation.cell] as number,
    ...cluster.at,
    switchesRules: switchesRules(among),
    partFields: {
      state: byParts.state.at,
      host: byParts.host.at,
      pair: byParts.pair.at,
      copy: byParts.copy.at,
    },
    ghosts: { pair: ghostsOfPair.at, copy: ghostsOfCopy.at },
    firstOfParts: ofCluster.length,
    firstHost: beforeHosts.length,
    hostCells: byParts.host.widths.length,
    firstPair: beforePairs.length,
    pairCells: ofPair.length,
    observed: beforeObserved.length,
    firstCopy: beforeObserved.length + logCells,
    copyCells: ofCopy.length,
    controlCells: copy.widths.length,
    logCells,
    ...entries,
    head: head.at,
    past: past.at,
    storesBooks,
    books: books.at,
    copy: copy.at,
  }
}

/** The cells of the cluster, and where each set of them begins. A set that never changes has no bits. */
const clusterCells = (config: Config, { faults }: Capacity, among: readonly Kind[]) => {
  const hosts = config.hosts.length
  const links = (hosts * (hosts - 1)) / 2
  const widths = [bitsFor(faults)]
  const set = (size: number, mayChange: boolean): number => {
    const first = widths.length
    widths.push(...bitSet(size).map((width) => (mayChange ? width : 0)))
    return first
  }
  const at = {
    faults: 0,
    up: set(hosts, true),
    storage: set(hosts, true),
    maintenance: set(hosts, among.includes("EnterMaintenance")),
    cut: set(links, true),
    exposed: set(links, config.exposed.length > 0 || among.includes("ExposeLink")),
    rules: set(config.rules.length, switchesRules(among)),
  }
  return { widths, at }
}

/** How entries of logs are packed, and the widths of the cells that hold those of one log. */
const logLayoutOf = (room: Room, isIndexed: boolean) => {
  const { log, generations } = room
  const indexBits = isIndexed ? bitsFor(log) : 0
  const entryBits = widthOf(copyFields.generation, room) + indexBits
  if (entryBits > 32)
    throw new LayoutError(
      `the engine keeps an entry of a log in 32 bits, and these numbers of entries (${log}) and generations (${generations}) take ${entryBits}`,
    )
  const entriesPerCell = Math.floor(32 / entryBits)
  const widths = Array.from(
    { length: Math.ceil(log / entriesPerCell) },
    (_, n) => Math.min(entriesPerCell, log - n * entriesPerCell) * entryBits,
  )
  return { indexBits, entryBits, entriesPerCell, widths }
}

/** The widths of the cells that hold a set of `size` bits. */
const bitSet = (size: number): readonly number[] =>
  Array.from({ length: Math.ceil(size / 32) }, (_, n) => Math.min(32, size - 32 * n))

/**
 * Places fields one after another, in as many cells from `first` on as they take: no field straddles two. One that is not
 * wanted has no room.
 */
const placed = <Declared extends FieldTypes>(
  declared: Declared,
  room: Room,
  first: number,
  wanted: { readonly [Name in keyof Declared]?: boolean } = {},
): { readonly widths: readonly number[]; readonly at: Placed<Declared> } => {
  const widths: number[] = []
  const at: Record<string, Field> = {}
  for (const [name, holds] of Object.entries(declared)) {
    const width = wanted[name] === false ? 0 : widthOf(holds, room)
    if (widths.length === 0 || (widths.at(-1) as number) + width > 32) widths.push(0)
    const last = widths.length - 1
    const shift = widths[last] as number
    at[name] = { holds, cell: first + last, shift: shift % 32, mask: 2 ** width - 1 }
    widths[last] = shift + width
  }
  return { widths, at: at as Placed<Declared> }
}

const switchesRules = (among: readonly Kind[]): boolean =>
  among.some((kind) => (ruleKinds as readonly Kind[]).includes(kind))

/** Whether FT is ever off for a pair. */
const changesFt = ({ pairs }: Config, among: readonly Kind[]): boolean =>
  pairs.some(({ ft }) => ft !== "enabled") || among.some(isFtKind)

/** Whether a guard reads where pairs are registered: those of operations on FT do, and that of a power-on under some policies. */
const readsRegistrations = ({ policy }: Config, among: readonly Kind[]): boolean =>
  policy !== "any" || among.some(isFtKind)

/** The fields that the parts that are on keep of each owner of a sort: with room for what they count by either configuration. */
const partFieldsOf =
  (config: Config, mistaken: Config) =>
  (owner: Owner): FieldTypes =>
    Object.fromEntries(
      packedParts
        .filter(({ isOn }) => isOn(config))
        .flatMap(({ fields }) => {
          const others = fields(mistaken)[owner] ?? {}
          return Object.entries(fields(config)[owner] ?? {}).map(([name, holds]) => [
            name,
            holdingBoth(holds, others[name] ?? holds),
          ])
        }),
    )

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

/** The first cell of each owner of a sort, by its number. */
export const firstCellsOf = (layout: Layout, owner: Owner): Int32Array => {
  const { hosts, pairs, firstHost, hostCells, firstPair, pairCells, firstCopy, copyCells } = layout
  switch (owner) {
    case "state":
      return Int32Array.of(0)
    case "host":
      return Int32Array.from({ length: hosts }, (_, host) => firstHost + host * hostCells)
    case "pair":
      return Int32Array.from({ length: pairs }, (_, pair) => firstPair + pair * pairCells)
    case "copy":
      return Int32Array.from(
        { length: pairs * hosts },
        (_, slot) =>
          firstPair + Math.floor(slot / hosts) * pairCells + firstCopy + (slot % hosts) * copyCells,
      )
  }
}

/** Each kind's number: its place in the alphabet. */
export const kindNumber = Object.freeze(
  Object.fromEntries(kinds.map((kind, n) => [kind, n])) as Record<Kind, number>,
)
