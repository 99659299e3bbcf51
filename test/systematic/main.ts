import { createHash } from "node:crypto"
import { parseArgs } from "node:util"
import { triedIn, type Result } from "./worker-pool.ts"
import { systematicMutants } from "./derive.ts"
import { graphScopes } from "./graph.ts"
import { lineOf, summed, tableOf } from "./tally.ts"

// Derives mutants of the packed engine by program, puts aside those that are equal to it in some small scopes, and
// tries whether `conform` finds the others, and how short it makes what it finds:
// `npm run systematic -- [--sample N] [--seed S] [--only TEXT] [--processes 2]`.

const { values } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    processes: { type: "string", default: "2" },
  },
})

const tellEveryMillis = 10_000

/** Where a mutant comes in the order of a seed. */
const rankOf = (name: string): string => createHash("sha256").update(`${values.seed} ${name}`).digest("hex")

const ranked = systematicMutants()
  .filter(({ name }) => name.includes(values.only))
  .map((mutant) => ({ mutant, rank: rankOf(mutant.name) }))
  .sort((a, b) => (a.rank < b.rank ? -1 : 1))
  .map(({ mutant }) => mutant)
const mutants = ranked.slice(0, values.sample === undefined ? ranked.length : Number(values.sample))
if (mutants.length === 0) throw new Error(`no mutant has ${values.only} in its name`)

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const results: Result[] = []
const began = performance.now()
const secondsSoFar = (): number => (performance.now() - began) / 1000

say(`${mutants.length} mutants, seed ${values.seed}; equal is what answers alike in all of these:`)
for (const { name } of graphScopes) say(`  ${name}; generations 4, power-off and tests up to generation 1`)

const timer = setInterval(() => {
  const { equal, telling, found, missed } = summed(results)
  say(
    `${secondsSoFar().toFixed(0)} s: ${results.length} of ${mutants.length}; ${equal.length} equal, ${telling.length} telling, ${found.length} found, ${missed.length} missed`,
  )
}, tellEveryMillis)

await triedIn(Number(values.processes), mutants, (result) => {
  results.push(result)
  say(lineOf(result))
})
clearInterval(timer)
say("")
for (const line of tableOf(results, secondsSoFar())) say(line)
process.exitCode = summed(results).missed.length === 0 ? 0 : 1
