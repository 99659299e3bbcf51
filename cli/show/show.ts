import { describe } from "../../model/action.ts"
import type { PairId } from "../../model/ids.ts"
import type { State } from "../../model/state.ts"
import { storedFailureIn } from "../../conform/stored-failure.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { changesOf } from "../../traces/diff.ts"
import { printable } from "../../traces/printable.ts"
import { BadInput, nearest } from "../../traces/bad-input.ts"
import { readStory, type Story } from "../../traces/read.ts"
import { replayStory, type Replay } from "../../traces/replay.ts"
import { stateJsonOf } from "../../traces/state-json.ts"
import { wrapped } from "../../traces/table.ts"
import { timelineText } from "../../traces/timeline.ts"
import { atJson, atLines, stateAt, writePrefix } from "../at.ts"
import { refuseBeside } from "../beside.ts"
import { replayFailure } from "../replay/failure.ts"
import { failureAt } from "./failure-at.ts"
import { exitCodes, type ExitCode } from "../exit.ts"
import { prepareOutput } from "../written.ts"
import { outputFor, type Output } from "../output.ts"
import type { Style } from "../style.ts"

/** The flags of `ftpair show`. `steps` has `null` where it is open. */
export type ShowFlags = {
  readonly width?: number
  readonly pair?: string
  readonly steps?: readonly [first: number | null, last: number | null]
  readonly at?: number
  readonly out?: string
  readonly json?: true
  readonly color: boolean
}

/** As wide as a page that people read, where there is no terminal to ask. */
const pageWidth = 100

/** The flags that say which part of a run is drawn, and how wide. */
const ofDrawing = ["width", "pair", "steps"] as const

/** Draws a schedule or a trace, as far as its actions go; or shows what may happen after one of its steps. */
export const show = (file: string, flags: ShowFlags): ExitCode => {
  if (flags.at !== undefined) refuseBeside("--at", "shows one state whole", flags, ofDrawing)
  if (flags.json === true) refuseBeside("--json", "draws nothing", flags, ["width", "pair"])
  if (flags.out !== undefined) prepareOutput("--out", flags.out, [file])
  const output = outputFor(flags)
  const shown = failureShown(file, flags) ?? storyShown(file, flags, output.note)
  if (output.isText) output.say(...shown.lines(output.style))
  else output.document(shown.json())
  return exitCodes.ok
}

/** What there is to show of one file, for people and as JSON: each is made only where it is asked for. */
type Shown = { readonly lines: (style: Style) => readonly string[]; readonly json: () => object }

/** A kept failure of an implementation, whole or after one of its steps; null for a file that is shown as a story. */
const failureShown = (file: string, flags: ShowFlags): Shown | null => {
  if (flags.at !== undefined) {
    const at = failureAt(file, flags.at, flags.out)
    return at && { lines: at.lines, json: () => ({ file, ...at.json }) }
  }
  const failure = flags.out === undefined ? storedFailureIn(file) : null
  if (failure === null) return null
  refuseBeside(file, "is a failure of an implementation, and shown whole", flags, ofDrawing)
  const { lines, json } = replayFailure(failure)
  return { lines, json: () => json }
}

const storyShown = (file: string, flags: ShowFlags, note: Output["note"]): Shown => {
  const { at, out } = flags
  const story = readStory(file)
  const replayed = replayStory(catalogue, story)
  if (at === undefined) {
    if (out !== undefined)
      throw new BadInput({ message: "--out writes the steps up to one: give that with --at N" })
    return { lines: () => [drawing(story, replayed, flags)], json: () => jsonOf(story, replayed, flags) }
  }
  stateAt(story, replayed, at)
  if (out !== undefined) writePrefix(out, story, at, note)
  return {
    lines: (style) => atLines(style, story, replayed, at),
    json: () => ({ file, ...atJson(story, replayed, at) }),
  }
}

const drawing = (story: Story, replayed: Replay, flags: ShowFlags): string => {
  const width = flags.width ?? (process.stdout.isTTY ? process.stdout.columns : pageWidth)
  const { states } = replayed
  const [first, last] = flags.steps ?? [null, null]
  const drawn = timelineText(
    story.config,
    states,
    story.actions.slice(0, states.length - 1),
    notesOf(story, replayed),
    {
      width,
      steps: stepsWithin(story, states, first ?? 0, last ?? states.length - 1),
      loop: replayed.refusal === null ? story.loop : null,
      ...(flags.pair === undefined ? {} : { pairs: [pairNamed(story, flags.pair)] }),
    },
  )
  const title = titleOf(story)
  return title === "" ? drawn : `${wrapped(title, width).join("\n")}\n\n${drawn}`
}

const titleOf = ({ title, mutant }: Story): string =>
  [title === null ? "" : printable(title), mutant === null ? "" : `mutant ${mutant}`]
    .filter((part) => part !== "")
    .join("  ")

/** What stands beneath the steps: what is violated there, and what is refused after. */
const notesOf = (story: Story, { violations, refusal }: Replay): ReadonlyMap<number, string> => {
  const notes = new Map<number, string>()
  const note = (step: number, line: string): void => {
    notes.set(step, notes.has(step) ? `${notes.get(step)}\n${line}` : line)
  }
  for (const { property, why, step } of violations)
    note(step, `${property.id} ${property.name}: ${printable(why)}`)
  const refused = refusal === null ? undefined : story.actions[refusal.step - 1]
  if (refusal !== null && refused !== undefined)
    note(refusal.step - 1, `${describe(refused)} is refused by the guard ${refusal.guard}`)
  return notes
}

const pairNamed = ({ file, config }: Story, name: string): PairId => {
  const ids = config.pairs.map(({ id }) => id)
  const pair = ids.find((id) => id === name)
  if (pair !== undefined) return pair
  throw new BadInput({
    message: `${file}: expected a pair of the cluster (${ids.join(", ")}), not ${name}${nearest(name, ids)}`,
  })
}

const stepsWithin = (
  { file }: Story,
  states: readonly State[],
  first: number,
  last: number,
): readonly [number, number] => {
  if (first <= last && first < states.length) return [first, last]
  throw new BadInput({
    message: `${file}: expected steps from 0 to ${states.length - 1}, the first before the last, not ${first}..${last}`,
  })
}

/** How long the JSON of all states may be, in characters: a long run has a long log in every state. */
const statesMax = 16 * 1024 * 1024

/** The steps as JSON, those that were requested. Throws BadInput where that is too long. */
const stepsJson = (
  story: Story,
  { states }: Replay,
  [first, last]: NonNullable<ShowFlags["steps"]>,
): readonly object[] => {
  const [from, to] = stepsWithin(story, states, first ?? 0, last ?? states.length - 1)
  let length = 0
  return states.slice(from, to + 1).map((whole, i) => {
    const n = from + i
    const state = stateJsonOf(whole)
    length += JSON.stringify(state).length
    if (length > statesMax)
      throw new BadInput({
        message: `${story.file}: expected states of ${statesMax / 1024 / 1024} MiB of JSON at the most, and those up to step ${n} have more: --steps A..B shows some`,
      })
    return {
      step: n,
      action: story.actions[n - 1] ?? null,
      changes: n === 0 ? [] : changesOf(states[n - 1] as State, whole),
      state,
    }
  })
}

const jsonOf = (story: Story, replayed: Replay, { steps }: ShowFlags): object => ({
  file: story.file,
  title: story.title,
  mutant: story.mutant,
  loop: story.loop,
  steps: stepsJson(story, replayed, steps ?? [null, null]),
  notes: Object.fromEntries(notesOf(story, replayed)),
})
