import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { killed, type Ended, type Moment } from "./killing.ts"
import {
  contentOf,
  halfWritten,
  wrongIn,
  wrongWhenAgain,
  wrongWhenReplayed,
  type Reference,
} from "./remains.ts"
import type { Victim } from "./victim.ts"

/** A run that was killed, or had ended before; how many files were half written then; and what is wrong with what is left. */
export type Scene = { readonly ended: Ended; readonly halves: number; readonly wrong: readonly string[] }

const formerContent = "as it was before\n"

/** A folder that is made ready for a command, and is gone afterwards. */
const within = async <A>({ before, outputs }: Victim, use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "ftpair-kill-"))
  try {
    before?.(folder)
    for (const file of outputs) writeFileSync(join(folder, file), formerContent)
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a command comes to where it is left alone; how long that takes; and its calls that change files. */
export const leftAlone = (victim: Victim, seed: number): Promise<Reference & Ended> =>
  within(victim, async (folder) => {
    const ended = await killed(folder, victim.words(seed), {
      tag: "slow call",
      n: Infinity,
      after: 0,
      slow: 1,
    })
    const outputs = Object.fromEntries(
      victim.outputs.map((file) => [file, { before: formerContent, after: contentOf(join(folder, file)) }]),
    )
    return { ...ended, outputs }
  })

/**
 * Kills a command at a moment, and looks at what is left. `isThorough`: what was announced is replayed by the program,
 * and the command is run again.
 */
export const sceneOf = (
  victim: Victim,
  seed: number,
  moment: Moment,
  reference: Reference,
  isThorough: boolean,
): Promise<Scene> =>
  within(victim, async (folder) => {
    const ended = await killed(folder, victim.words(seed), moment)
    const halves = halfWritten(folder).length
    const wrong = wrongIn(folder, victim, ended, reference)
    if (!isThorough) return { ended, halves, wrong }
    return {
      ended,
      halves,
      wrong: [
        ...wrong,
        ...(await wrongWhenReplayed(folder, ended)),
        ...(await wrongWhenAgain(folder, victim, seed, reference)),
      ],
    }
  })
