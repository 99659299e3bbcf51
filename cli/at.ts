import type { Actor } from "../model/kind.ts"
import { describe, type Action } from "../model/action.ts"
import type { State } from "../model/state.ts"
import { counted } from "../properties/amount.ts"
import { writeAtomically } from "../traces/atomic-file.ts"
import { scheduleText } from "../traces/schedule-text.ts"
import { choicesIn, type Allowed, type Refused } from "../traces/choices.ts"
import { BadInput } from "../traces/bad-input.ts"
import { type Story } from "../traces/read.ts"
import { protocolOfStory, type Replay } from "../traces/replay.ts"
import { stateJsonOf } from "../traces/state-json.ts"
import { stateLines } from "../traces/state-text.ts"
import type { Output } from "./output.ts"
import type { Style } from "./style.ts"
import { quoted } from "./report.ts"

/** The state after step `n` of a replayed story. Throws `BadInput` where the run does not go so far. */
export const stateAt = ({ file, actions }: Story, { states, refusal }: Replay, n: number): State => {
  const state = states[n]
  if (state !== undefined) return state
  const end =
    refusal === null
      ? `the run has ${counted(actions.length, "step")}`
      : `step ${refusal.step} is refused by the guard ${refusal.guard}`
  throw new BadInput({ message: `${file}: expected a step from 0 to ${states.length - 1}, not ${n}: ${end}` })
}

/** The state after step `n` in words, what is enabled there, and what refuses everything else. */
export const atLines = (style: Style, story: Story, replayed: Replay, n: number): readonly string[] => {
  const state = stateAt(story, replayed, n)
  const { enabled, refused } = choicesIn(protocolOfStory(story)(story.config), state)
  const action = story.actions[n - 1]
  return [
    style.strong(action === undefined ? "at the start" : `after step ${n}, ${describe(action)}`),
    ...stateLines(state).map((line) => `  ${line}`),
    "",
    ...actors.flatMap((actor) => enabledLines(style, actor, enabled)),
    style.strong("refused"),
    ...refusedLines(style, refused),
    "",
    `  Go on from here: npx ftpair replay --at ${n} --out next.json ${quoted(story.file)}`,
    "  writes the steps up to here as a schedule, to which actions can be added.",
  ]
}

/** The same as JSON. */
export const atJson = (story: Story, replayed: Replay, n: number): object => {
  const state = stateAt(story, replayed, n)
  const { enabled, refused } = choicesIn(protocolOfStory(story)(story.config), state)
  return {
    step: n,
    action: story.actions[n - 1] ?? null,
    state: stateJsonOf(state),
    enabled: Object.fromEntries(
      actors.map((actor) => [
        actor,
        enabled.filter((each) => each.actor === actor).map(({ action, changes }) => ({ action, changes })),
      ]),
    ),
    refused,
  }
}

/**
 * Writes the first `n` actions of a story as a schedule that can be gone on with, and notes that it has. Throws
 * `CannotWrite`.
 */
export const writePrefix = (file: string, story: Story, n: number, note: Output["note"]): void => {
  writeAtomically(file, scheduleText(story.config, story.mutant, story.actions.slice(0, n)))
  note(`wrote ${file}`)
}

const actors: readonly Actor[] = ["protocol", "operator", "recovery", "fault", "time"]

const enabledLines = (style: Style, actor: Actor, enabled: readonly Allowed[]): readonly string[] => {
  const own = enabled.filter((each) => each.actor === actor)
  const width = Math.max(0, ...enabled.map(({ action }) => describe(action).length))
  return [
    style.strong(`enabled, ${actor}`),
    ...(own.length === 0 ? ["  nothing"] : []),
    ...own.map(
      ({ action, changes }) =>
        `  ${describe(action).padEnd(width)}  ${changes.length === 0 ? "changes nothing" : changes.join("; ")}`,
    ),
    "",
  ]
}

/** A line for each kind and guard, with all the actions which that guard refuses. */
const refusedLines = (style: Style, refused: readonly Refused[]): readonly string[] => {
  const groups = new Map<string, { readonly first: Refused; readonly actions: Action[] }>()
  for (const each of refused) {
    const key = `${each.action.kind} ${each.guard}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { first: each, actions: [each.action] })
    else group.actions.push(each.action)
  }
  if (groups.size === 0) return ["  nothing"]
  return [...groups.values()].map(
    ({ first: { guard, sentence }, actions }) =>
      `  ${actions.map(describe).join(", ")}: ${style.warn(guard)}, ${sentence}`,
  )
}
