import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { damagesOf, shrunk, targets, textOfCase, tried, type Case } from "./targets.ts"

// A process that runs the cases that it is given, and says which one it is at: whoever started it ends it where one hangs.

/** A part of the work: cases of one target, `from` up to, and without, `to`. */
export type Part = {
  readonly seed: string
  readonly target: string
  readonly from: number
  readonly to: number
}

/** What is found: the case, what is wrong, its damages and the text that shows it. */
export type Found = {
  readonly target: string
  readonly number: number
  readonly fault: string
  readonly damages: readonly number[]
  readonly text: string
}

export type Message =
  | { readonly tag: "at"; readonly number: number }
  | { readonly tag: "found"; readonly found: Found }
  | { readonly tag: "done"; readonly bytes: number }
  | { readonly tag: "ready" }

const say = (message: Message): void => {
  process.send?.(message)
}

const all = await targets()

const work = async ({ seed, target: name, from, to }: Part): Promise<void> => {
  const target = all.find((each) => each.name === name)
  if (target === undefined) throw new Error(`no target is called ${name}`)
  const folder = mkdtempSync(join(tmpdir(), "ftpair-fuzz-"))
  for (let number = from; number < to; number += 1) {
    const each: Case = { target, seed, number }
    say({ tag: "at", number })
    const fault = await tried(each, damagesOf(each), folder)
    if (fault === null) continue
    const damages = await shrunk(each, folder)
    const still = (await tried(each, damages, folder)) ?? fault
    say({
      tag: "found",
      found: { target: name, number, fault: still, damages, text: textOfCase(each, damages) },
    })
  }
  rmSync(folder, { recursive: true, force: true })
  say({ tag: "done", bytes: process.resourceUsage().maxRSS * 1024 })
}

process.on("message", (part: Part) => {
  void work(part)
})
say({ tag: "ready" })
