import { kinds, type Kind } from "../model/action.ts"
import type { Campaign } from "../properties/check/campaign.ts"
import { lots, type Swarm } from "../properties/arbitrary/swarm.ts"
import { counted, number } from "../properties/amount.ts"
import type { Property } from "../properties/property.ts"
import type { Witness } from "../properties/witness.ts"
import { describe, type Action } from "../model/action.ts"
import type { State } from "../model/state.ts"
import { changesOf } from "../traces/diff.ts"
import type { Style } from "./style.ts"

/** The numbered actions of a run, each with only what it changed. */
export const stepLines = (
  style: Style,
  states: readonly State[],
  actions: readonly Action[],
): readonly string[] => {
  const width = Math.max(0, ...actions.map((action) => describe(action).length))
  return actions.slice(0, states.length - 1).flatMap((action, i) => {
    const changes = changesOf(states[i] as State, states[i + 1] as State)
    const first = `  ${String(i + 1).padStart(3)}  ${style.strong(describe(action).padEnd(width))}`
    const indent = " ".repeat(width + 7)
    if (changes.length === 0) return [`${first}  ${style.faint("changes nothing")}`]
    return changes.map((change, n) => `${n === 0 ? first : indent}  ${change}`)
  })
}

/** Each property with its verdict, each witness and each action with how often it was seen, zeros first. */
export const summaryLines = (
  style: Style,
  properties: readonly Property[],
  witnesses: readonly Witness[],
  campaign: Campaign,
  violated: ReadonlySet<string>,
  unchecked: readonly Property[] = [],
): readonly string[] => [
  style.strong("properties"),
  ...properties.map((property) => {
    const id = paddedId(property, properties)
    const unviolated = isWhole(campaign) ? style.good("held") : "no violation seen"
    const asked = campaign.asked[property.id] ?? 0
    const inPart = asked > 0 && asked < campaign.schedules ? `, asked in ${counted(asked, "schedule")}` : ""
    const judged = violated.has(property.id) ? style.bad("violated") : `${unviolated}${inPart}`
    const verdict = unchecked.includes(property) ? style.warn("not checked") : judged
    return `  ${id} ${property.name.padEnd(24)} ${verdict}`
  }),
  style.strong(`witnesses, in how many of ${counted(campaign.schedules, "schedule")}`),
  ...ranked(witnesses.map(({ id }) => [id, campaign.witnesses[id] ?? 0])).map(([id, n]) =>
    tallyLine(style, id, n),
  ),
  style.strong("actions, how often taken"),
  ...columns(
    ranked(kinds.map((kind: Kind) => [kind, campaign.actions[kind] ?? 0])).map(([kind, n]) =>
      tallyLine(style, kind, n),
    ),
  ),
]

/** A property's id, as wide as the widest of those that are listed. */
export const paddedId = ({ id }: Property, among: readonly Property[]): string =>
  id.padEnd(Math.max(4, ...among.map((each) => each.id.length)))

/** Of properties that are not promised in a cluster, on what each depends. */
export const notPromisedWords = (properties: readonly Property[]): readonly string[] =>
  properties.map(
    ({ id, name, promise }) => `${id} ${name} is not promised here: it is only if ${promise?.onlyIf}`,
  )

/** Why none of some properties is judged in a cluster: it does not promise them, or has not what they are about. */
export const unjudgedWords = (
  properties: readonly Property[],
  isThere: (property: Property) => boolean,
): string => {
  const notPromised = properties.filter(isThere)
  return notPromised.length > 0
    ? notPromisedWords(notPromised).join("; ")
    : `${properties.map(({ id }) => id).join(", ")}: expected a cluster in which time passes, by --config`
}

/** Whether a campaign went on until its runs or its time were spent: only then has a property held. */
export const isWhole = ({ stopped }: Campaign): boolean => stopped === "runs" || stopped === "time"

const ranked = (counts: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] =>
  counts.toSorted(([, a], [, b]) => a - b)

const tallyLine = (style: Style, name: string, n: number): string => {
  const text = `  ${name.padEnd(30)} ${number(n).padStart(11)}`
  return n === 0 ? style.warn(`${text}  never`) : text
}

/** Lines side by side, two in a row, read downwards. */
export const columns = (lines: readonly string[]): readonly string[] => {
  const half = Math.ceil(lines.length / 2)
  return lines.slice(0, half).map((line, i) => `${line}${lines[half + i] ?? ""}`)
}

/** What was drawn for a failing schedule: how likely each kind was beside the others, and the two lengths. */
export const swarmLine = ({ weights, quietSteps, stallSteps }: Swarm): string => {
  const drawn = lots.filter((lot) => weights[lot] > 0).map((lot) => `${lot} ${weights[lot]}`)
  return `${drawn.join(", ")}; quiet for ${counted(quietSteps, "step")} after a fault, stalled for ${stallSteps}`
}

/**
 * How much of each thing was done in a second, in brackets: ` (1,200 schedules/s)`. Nothing where the work took less
 * than a second, most of which is the start.
 */
export const rates = (seconds: number, done: Readonly<Record<string, number>>): string =>
  seconds < 1
    ? ""
    : ` (${Object.entries(done)
        .map(([things, n]) => `${number(Math.round(n / seconds))} ${things}/s`)
        .join(", ")})`

/** How many actions all schedules of a campaign took. */
export const actionsTaken = ({ actions }: Campaign): number =>
  Object.values(actions).reduce((sum, n) => sum + n, 0)

/** A file's name as a shell reads it back. */
export const quoted = (file: string): string =>
  /^[\w./@:+-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`
