import type { SystematicMutant } from "./derive.ts"
import { usual, verdictOn, type Verdict } from "./verdict.ts"

// A process that tries the mutants that it is sent, and gives signs of life: whoever started it ends it where one loops.

export type Message =
  | { readonly tag: "ready" }
  | { readonly tag: "beat"; readonly at: "compared" | "driven" }
  | { readonly tag: "done"; readonly verdict: Verdict }

const say = (message: Message): void => {
  process.send?.(message)
}

process.on("message", (mutant: SystematicMutant) => {
  verdictOn(mutant, usual, (at) => {
    say({ tag: "beat", at })
  }).then(
    (verdict) => {
      say({ tag: "done", verdict })
    },
    (error: unknown) => {
      throw error
    },
  )
})
say({ tag: "ready" })
