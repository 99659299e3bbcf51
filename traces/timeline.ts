import { describe, type Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import type { Copy, Role } from "../model/copy.ts"
import { pairIdOf, type HostId, type PairId } from "../model/ids.ts"
import { hostOf, pairsOf, type State } from "../model/state.ts"
import { ftStateText, holderText } from "./diff.ts"
import { aligned, gap, wrapped, type Row } from "./table.ts"

/**
 * How much of a run is drawn, and how.
 *
 * Shape  `pairs` are the pairs that are drawn, `steps` the first and the last step; left out: all. `loop` is the state
 *        to which the run goes back from its last one, by its number.
 * Units  `width` is in characters; no line is wider, down to 40. Left out: as wide as it comes.
 */
export type TimelineOptions = {
  readonly width?: number
  readonly pairs?: readonly PairId[]
  readonly steps?: readonly [first: number, last: number]
  readonly loop?: number | null
}

/**
 * A run as a table for a terminal: a row for each step, a column for each host. What a row shows in full is what
 * the step changed; the rest are bars and dots. What does not fit the width is drawn pair by pair, with what happens
 * to locks and FT states in lines of its own, and with as many hosts side by side as there is room for.
 *
 * Shape  `states[n]` is the state after the first `n` actions. A note stands beneath the row of its step.
 */
export const timelineText = (
  config: Config,
  states: readonly State[],
  actions: readonly Action[],
  notes: ReadonlyMap<number, string> = new Map(),
  { width = Infinity, pairs, steps = [0, states.length - 1], loop = null }: TimelineOptions = {},
): string => {
  const widest = Math.max(width, widthMin)
  const run: Run = { config, states, actions, notes, steps, loop }
  const all = config.pairs.map(({ id }) => id)
  const drawn = all.filter((id) => pairs?.includes(id) ?? true)
  const wide = wideLines(run, drawn, drawn.length < all.length, widest)
  const fits = wide.every((line) => line.length <= widest)
  const lines = fits ? wide : drawn.flatMap((pair) => narrowLines(run, pair, drawn.length > 1, widest))
  const key = [...legend, ...(fits ? [] : ["= what else is new"])].join("; ")
  return [...lines, "", ...wrapped(key, widest)].join("\n")
}

/** Narrower than this no run can be drawn. */
const widthMin = 40

/** A run, with what is to be drawn of it. */
type Run = {
  readonly config: Config
  readonly states: readonly State[]
  readonly actions: readonly Action[]
  readonly notes: ReadonlyMap<number, string>
  readonly steps: readonly [first: number, last: number]
  readonly loop: number | null
}

/** A step with the states around it. `before` is null where it is the first that is drawn. */
type Moment = {
  readonly n: number
  readonly action: Action | null
  readonly before: State | null
  readonly after: State
}

/** The steps to be drawn; with `isFiltered` only those that concern one of the pairs. */
const momentsOf = (
  { states, actions, notes, steps: [first, last] }: Run,
  pairs: readonly PairId[],
  isFiltered: boolean,
): readonly Moment[] =>
  states
    .map((after, n): Moment => {
      const before = n === first ? null : (states[n - 1] ?? null)
      return { n, action: actions[n - 1] ?? null, before, after }
    })
    .filter(({ n }) => n >= first && n <= last)
    .filter((moment) => !isFiltered || notes.has(moment.n) || concerns(moment, pairs))

/** Whether a step names one of the pairs, or changes it, or a host, a link or a rule. */
const concerns = ({ action, before, after }: Moment, pairs: readonly PairId[]): boolean =>
  before === null ||
  before.hosts !== after.hosts ||
  before.cut !== after.cut ||
  before.exposed !== after.exposed ||
  before.rules !== after.rules ||
  pairs.some((id) => before.pairs[id] !== after.pairs[id]) ||
  (action !== null && pairs.some((id) => namedBy(action) === id))

const namedBy = (action: Action): PairId | null =>
  "pair" in action ? action.pair : "copy" in action ? pairIdOf(action.copy) : null

/** One table with a column for each host, the locks, and the FT states. */
const wideLines = (
  run: Run,
  pairs: readonly PairId[],
  isFiltered: boolean,
  width: number,
): readonly string[] => {
  const moments = momentsOf(run, pairs, isFiltered)
  const rows = moments.map((moment): Row => [
    stepCell(run, moment.n),
    moment.action === null ? "" : describe(moment.action),
    ...run.config.hosts.map(({ id }) => hostCell(moment, id, pairs)),
    newly(moment, (state) => locks(state, pairs)),
    newly(moment, (state) => [...ftStates(state, pairs), ...surroundings(state)]),
  ])
  const hosts = run.config.hosts.map(({ id }) => id)
  const header = ["step", "action", ...hosts, "lock", "FT state, cut links"]
  const [head = "", ...lines] = aligned([header, ...rows])
  return [
    head,
    ...lines.flatMap((line, i) => [
      line,
      ...(moments[i] === undefined ? [] : notesAt(run, moments[i].n, width)),
    ]),
  ]
}

/** One pair's run as a table, or as several with the hosts dealt out among them, no line wider than `width`. */
const narrowLines = (run: Run, pair: PairId, isNamed: boolean, width: number): readonly string[] => {
  const moments = momentsOf(run, [pair], isNamed || run.config.pairs.length > 1)
  const numbers = ["step", ...moments.map(({ n }) => stepCell(run, n))]
  const numberWidth = Math.max(...numbers.map((cell) => cell.length))
  const words = moments.map(({ action }) => (action === null ? "" : describe(action)))
  const natural = Math.max(...words.map((word) => word.length), "action".length)
  const lanes = run.config.hosts.length * (laneMin + gap.length)
  const spare = width - numberWidth - gap.length - Math.min(lanes, 2 * (laneMin + gap.length))
  const actionWidth = Math.min(natural, Math.max(actionMin, width - numberWidth - gap.length - lanes), spare)
  const room = width - numberWidth - actionWidth - gap.length
  const perBand = Math.max(1, Math.floor(room / (laneMin + gap.length)))
  const bands = inBands(
    run.config.hosts.map(({ id }) => id),
    perBand,
  )
  return bands.flatMap((hosts, band) => {
    const lane = Math.floor(room / hosts.length) - gap.length
    const widths = [numberWidth, actionWidth, ...hosts.map(() => lane)]
    const header = linesOf(["step", "action", ...hosts], widths)
    const body = moments.flatMap((moment, i) => [
      ...linesOf(
        [numbers[i + 1] ?? "", words[i] ?? "", ...hosts.map((host) => hostCell(moment, host, [pair]))],
        widths,
      ),
      ...(band > 0 ? [] : newsAt(moment, pair, width)),
      ...(band > 0 ? [] : notesAt(run, moment.n, width)),
    ])
    return [
      ...(band === 0 && isNamed ? [pair] : []),
      ...header,
      ...body,
      ...(band < bands.length - 1 || isNamed ? [""] : []),
    ]
  })
}

/** Wide enough for every word that a host's cell has, but for long names. */
const laneMin = "contending".length

/** An action is broken in two before hosts are left for another table, but not shorter than its name. */
const actionMin = "TestRestartSecondary".length

/** A row as lines: each cell wrapped in its column. */
const linesOf = (cells: Row, widths: readonly number[]): readonly string[] => {
  const columns = cells.map((cell, i) => wrapped(cell, widths[i] ?? 0))
  const height = Math.max(...columns.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) =>
    columns
      .map((lines, i) => {
        const text = lines[line] ?? ""
        return i === 0 ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)
      })
      .join(gap)
      .trimEnd(),
  )
}

const inBands = (hosts: readonly HostId[], size: number): readonly (readonly HostId[])[] =>
  Array.from({ length: Math.ceil(hosts.length / size) }, (_, i) => hosts.slice(i * size, (i + 1) * size))

/** What a step changed beside the copies, beneath its row: the lock, the FT state, the links, the rules. */
const newsAt = (moment: Moment, pair: PairId, width: number): readonly string[] => {
  const news = newly(moment, (state) => [
    ...ftStates(state, [pair]),
    ...pairsOf(state)
      .filter(({ id }) => id === pair)
      .map(({ lock }) => `the lock g${lock.generation} by ${holderText(lock)}`),
    ...surroundings(state),
  ])
  return news === "" ? [] : indented("=", news, width)
}

/** The number of a step; in a run that goes in a circle with a line along the loop. */
const stepCell = ({ loop, states }: Run, n: number): string => {
  if (loop === null || loop >= states.length - 1) return `${n}`
  const mark = n <= loop ? " " : n === states.length - 1 ? "└" : n === loop + 1 ? "┌" : "│"
  return `${mark} ${n}`
}

/** The notes of a step, and beneath them what is said where a loop begins or ends. */
const notesAt = (run: Run, n: number, width: number): readonly string[] => [
  ...(run.notes.get(n)?.split("\n") ?? []).flatMap((line) => indented("!", line, width)),
  ...loopNotes(run, n).flatMap((line) => indented("↺", line, width)),
]

const loopNotes = ({ loop, states }: Run, n: number): readonly string[] => {
  const last = states.length - 1
  if (loop === null) return []
  if (loop >= last) return n === last ? ["quiescent: no enabled, weakly fair action changes anything"] : []
  const steps = loop + 1 === last ? `step ${last}` : `steps ${loop + 1} to ${last}`
  return [
    ...(n === loop ? [`here the stem ends and the loop begins: ${steps}, again and again`] : []),
    ...(n === last ? [`back to the state after step ${loop}`] : []),
  ]
}

const indented = (mark: string, text: string, width: number): readonly string[] =>
  wrapped(text, width - numberWidth - gap.length).map((line, i) =>
    `${(i === 0 ? mark : "").padStart(numberWidth)}${gap}${line}`.trimEnd(),
  )

const numberWidth = "step".length

/** What is on a host, if that is news; else a mark that says only: as before. */
const hostCell = ({ before, after }: Moment, host: HostId, pairs: readonly PairId[]): string => {
  const content = contentOf(after, host, pairs)
  const isNews = before === null || contentOf(before, host, pairs) !== content
  if (isNews || content === empty) return content
  return hostOf(after, host).up ? "│" : "✗"
}

const contentOf = (state: State, host: HostId, pairs: readonly PairId[]): string => {
  const content = [...conditionsOf(state, host), ...copiesOn(state, host, pairs).map(copyText)]
  return content.length === 0 ? empty : content.join(", ")
}

const empty = "·"

/** What is wrong with a host, or unusual. */
const conditionsOf = (state: State, host: HostId): readonly string[] => {
  const { up, storage, maintenance } = hostOf(state, host)
  return [
    ...(up ? [] : ["✗ down"]),
    ...(storage ? [] : ["no storage"]),
    ...(maintenance ? ["maintenance"] : []),
  ]
}

const copiesOn = (state: State, host: HostId, pairs: readonly PairId[]): readonly Copy[] =>
  pairsOf(state)
    .filter(({ id }) => pairs.includes(id))
    .flatMap(({ copies }) => copies.filter((copy) => copy.host === host))

/** A copy at a glance: `P p1.1 g1 lockstep 3/2/1 →p1.2`. */
const copyText = (copy: Copy): string => {
  const peer = copy.channel === null ? "" : ` →${copy.channel.peer}`
  return `${letters[copy.role]} ${copy.id} g${copy.generation} ${copy.phase} ${countsOf(copy).join("/")}${peer}`
}

const letters: Readonly<Record<Role, string>> = { primary: "P", secondary: "S" }

/** Entries recorded or received, then outputs released; a Primary that withholds has its acknowledgements between. */
const countsOf = ({ phase, log, released, channel }: Copy): readonly number[] =>
  phase === "lockstep" && channel !== null ? [log.length, channel.acked, released] : [log.length, released]

/** Those of some phrases about a state that were not true of the state before. */
const newly = ({ before, after }: Moment, phrases: (state: State) => readonly string[]): string => {
  const old = before === null ? [...nothingCutOrExposed, rulesText(after)] : phrases(before)
  return phrases(after)
    .filter((phrase) => !old.includes(phrase))
    .join(", ")
}

const locks = (state: State, pairs: readonly PairId[]): readonly string[] =>
  pairsOf(state)
    .filter(({ id }) => pairs.includes(id))
    .map(({ id, lock }) => `${id} g${lock.generation} by ${holderText(lock)}`)

const ftStates = (state: State, pairs: readonly PairId[]): readonly string[] =>
  pairsOf(state)
    .filter(({ id }) => pairs.includes(id))
    .map((pair) => `${pair.id} ${ftStateText(pair)}`)

/** The links that are cut, and those on which others can listen, and the rules in force. */
const surroundings = (state: State): readonly string[] => [
  linksText(state.cut, "cut"),
  linksText(state.exposed, "exposed"),
  rulesText(state),
]

const linksText = (links: State["cut"], word: string): string =>
  links.length === 0 ? `no link ${word}` : `${word} ${links.join(" ")}`

/** Worth saying only once a link has been cut or exposed, or rules have changed: a cluster begins so. */
const nothingCutOrExposed = [linksText([], "cut"), linksText([], "exposed")]

const rulesText = ({ rules }: State): string => {
  const inForce = rules.flatMap((isInForce, n) => (isInForce ? [n + 1] : []))
  return inForce.length === 0 ? "no rule in force" : `in force: ${inForce.map((n) => `rule ${n}`).join(" ")}`
}

const legend = [
  "P primary, S secondary",
  "g1 the generation it believes in",
  "3/1 entries/released, 3/2/1 entries/acknowledged/released",
  "→p1.2 its peer",
  "│ as before, · nothing, ✗ down",
]
