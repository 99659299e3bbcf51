import { describe, type Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import type { Copy, Phase, Role } from "../model/copy.ts"
import type { HostId } from "../model/ids.ts"
import { hostOf, pairsOf, type State } from "../model/state.ts"
import { ftStateText, holderText } from "./diff.ts"

/**
 * A run as a table for a terminal: a row for each step, a column for each host. What a row shows in full is what
 * the step changed; the rest are bars and dots.
 *
 * Shape  `states[n]` is the state after the first `n` actions. A note stands beneath the row of its step.
 * Units  Every column is as wide as its widest cell, in characters.
 */
export const timelineText = (
  config: Config,
  states: readonly State[],
  actions: readonly Action[],
  notes: ReadonlyMap<number, string> = new Map(),
): string => {
  const rows = states.map((state, n) =>
    rowOf(config, n, actions[n - 1] ?? null, states[n - 1] ?? null, state),
  )
  const [header = "", ...lines] = aligned([headerOf(config), ...rows])
  return [header, ...lines.flatMap((line, n) => [line, ...noteLines(notes.get(n))]), "", legend].join("\n")
}

/** The cells of one line, from left to right. */
type Row = readonly string[]

const headerOf = (config: Config): Row => [
  "step",
  "action",
  ...config.hosts.map(({ id }) => id),
  "lock",
  "FT state, cut links",
]

const rowOf = (config: Config, n: number, action: Action | null, before: State | null, after: State): Row => [
  `${n}`,
  action === null ? "" : describe(action),
  ...config.hosts.map(({ id }) => hostCell(before, after, id)),
  newly(before, after, locks),
  newly(before, after, (state) => [...ftStates(state), cutLinks(state)]),
]

/** What is on a host, if that is news; else a mark that says only: as before. */
const hostCell = (before: State | null, after: State, host: HostId): string => {
  const content = contentOf(after, host)
  const isNews = before === null || contentOf(before, host) !== content
  if (isNews || content === empty) return content
  return hostOf(after, host).up ? "│" : "✗"
}

const contentOf = (state: State, host: HostId): string => {
  const content = [...conditionsOf(state, host), ...copiesOn(state, host).map(copyText)]
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

const copiesOn = (state: State, host: HostId): readonly Copy[] =>
  pairsOf(state).flatMap(({ copies }) => copies.filter((copy) => copy.host === host))

/** A copy at a glance: `P p1.1 g1 lock 3/2/1 →p1.2`. */
const copyText = (copy: Copy): string => {
  const peer = copy.channel === null ? "" : ` →${copy.channel.peer}`
  return `${letters[copy.role]} ${copy.id} g${copy.generation} ${words[copy.phase]} ${countsOf(copy).join("/")}${peer}`
}

const letters: Readonly<Record<Role, string>> = { primary: "P", secondary: "S" }

const words: Readonly<Record<Phase, string>> = {
  syncing: "sync",
  lockstep: "lock",
  contending: "cont",
  live: "live",
}

/** Entries recorded or received, then outputs released; a Primary that withholds has its acknowledgements between. */
const countsOf = ({ phase, log, released, channel }: Copy): readonly number[] =>
  phase === "lockstep" && channel !== null ? [log.length, channel.acked, released] : [log.length, released]

/** Those of some phrases about a state that were not true of the state before. */
const newly = (before: State | null, after: State, phrases: (state: State) => readonly string[]): string => {
  const old = before === null ? [noLinkCut] : phrases(before)
  return phrases(after)
    .filter((phrase) => !old.includes(phrase))
    .join(", ")
}

const locks = (state: State): readonly string[] =>
  pairsOf(state).map(({ id, lock }) => `${id} g${lock.generation} by ${holderText(lock)}`)

const ftStates = (state: State): readonly string[] =>
  pairsOf(state).map((pair) => `${pair.id} ${ftStateText(pair)}`)

const cutLinks = ({ cut }: State): string => (cut.length === 0 ? noLinkCut : `cut ${cut.join(" ")}`)

/** Worth saying only once a link has been cut: every cluster begins so. */
const noLinkCut = "no link cut"

const noteLines = (note: string | undefined): readonly string[] =>
  note === undefined
    ? []
    : note.split("\n").map((line) => `${"!".padStart(numberWidth)}${gap}${line}`.trimEnd())

/** The rows as lines. Numbers stand to the right in their column, everything else to the left. */
const aligned = (rows: readonly Row[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => padded(cell, column, widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  )
}

const padded = (cell: string, column: number, width: number): string =>
  column === 0 ? cell.padStart(width) : cell.padEnd(width)

const gap = "  "

const numberWidth = "step".length

const legend = [
  "P primary, S secondary",
  "g1 the generation it believes in",
  "sync syncing, lock in lockstep, cont contending",
  "3/1 entries/released, 3/2/1 entries/acknowledged/released",
  "→p1.2 its peer",
  "│ as before, · nothing, ✗ down",
].join("; ")
