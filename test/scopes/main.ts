import { availableParallelism } from "node:os"
import { pinnedScopes } from "../../properties/explore/pinned.ts"
import { recount } from "./recount.ts"
import { refine } from "./refine.ts"

// Counts every pinned scope again, large ones included, and holds the engine against the model in every state and on
// every action of the small ones; says what is not as pinned.

const workers = availableParallelism()
let wrongScopes = 0
for (const pinned of pinnedScopes) {
  const start = performance.now()
  const { plain, wrong } = await recount(pinned, workers)
  const walked = pinned.isSmall ? refine(pinned) : null
  const astray =
    walked === null || (walked.difference === null && walked.states === pinned.states)
      ? []
      : [walked.difference ?? `the model has ${walked.states} states`]
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const bytes = Math.round((plain.bytes ?? 0) / plain.states)
  process.stdout.write(
    `${wrong.length + astray.length === 0 ? "as pinned" : "WRONG    "}  ${plain.states.toLocaleString("en-US").padStart(10)} states  ${pinned.name}; also counted by ${pinned.sources.join(", ")}${walked === null ? "" : ", engine and model alike in every state"}; ${bytes} bytes a state, ${seconds} s\n`,
  )
  for (const words of [...wrong, ...astray]) process.stdout.write(`           ${words}\n`)
  if (wrong.length + astray.length > 0) wrongScopes += 1
}
process.exitCode = wrongScopes === 0 ? 0 : 1
