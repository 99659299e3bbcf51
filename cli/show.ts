import { catalogue } from "../properties/catalogue.ts"
import { describe } from "../model/action.ts"
import { readStory } from "../traces/read.ts"
import { replayStory } from "../traces/replay.ts"
import { timelineText } from "../traces/timeline.ts"
import { exitCodes, type ExitCode } from "./exit.ts"

/** Draws a schedule or a trace, as far as its actions go. */
export const show = (file: string): ExitCode => {
  const story = readStory(file)
  const { states, breaches, refusal } = replayStory(catalogue, story)
  const notes = new Map<number, string>()
  const note = (step: number, text: string): void => {
    notes.set(step, notes.has(step) ? `${notes.get(step)}\n${text}` : text)
  }
  for (const { property, why, step } of breaches) note(step, `${property.id} ${property.name}: ${why}`)
  const refused = refusal === null ? undefined : story.actions[refusal.step - 1]
  if (refusal !== null && refused !== undefined)
    note(refusal.step - 1, `${describe(refused)} is refused by the guard ${refusal.guard}`)
  const title = [story.title, story.mutant === null ? null : `mutant ${story.mutant}`].filter(
    (part) => part !== null,
  )
  process.stdout.write(
    `${title.length === 0 ? "" : `${title.join("  ")}\n\n`}${timelineText(story.config, states, story.actions.slice(0, states.length - 1), notes)}\n`,
  )
  return exitCodes.ok
}
