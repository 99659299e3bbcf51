import { parseArgs } from "node:util"
import { diceOf, type Dice } from "../fuzz/dice.ts"
import type { Ended, Moment } from "./killing.ts"
import { announced, type Reference } from "./remains.ts"
import { leftAlone, sceneOf, type Scene } from "./scene.ts"
import { victims, type Victim } from "./victim.ts"

// Kills commands at every call that changes a file, and at random moments; and looks that nothing they had reported is
// lost, that no file is half written, and that the next run is not disturbed:
// `npm run kill -- [--runs 200] [--seed S] [--only TEXT] [--processes 2]`.

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    processes: { type: "string", default: "2" },
  },
})

/** How long each call that changes a file takes in the runs that are killed at one, in milliseconds. */
const slow = 10

const chosen = victims.filter(({ name }) => name.includes(values.only))
if (chosen.length === 0) throw new Error(`no command has ${values.only} in its name`)

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** What came of the runs of one command. */
type Count = { runs: number; killed: number; writing: number; announced: number; wrong: number }

const counts = new Map<string, Count>()

const note = (name: string, moment: Moment, seed: number, { ended, halves, wrong }: Scene): void => {
  const count = counts.get(name) ?? { runs: 0, killed: 0, writing: 0, announced: 0, wrong: 0 }
  counts.set(name, {
    runs: count.runs + 1,
    killed: count.killed + (ended.isKilled ? 1 : 0),
    writing: count.writing + (ended.isKilled && halves > 0 ? 1 : 0),
    announced: count.announced + (ended.isKilled ? announced(ended.stdout).length : 0),
    wrong: count.wrong + (wrong.length > 0 ? 1 : 0),
  })
  for (const words of wrong) say(`${name}, seed ${seed}, ${JSON.stringify(moment)}: ${words}`)
}

/** A moment at random: by the clock, at a call that changes a file, or once something is said to be saved. */
const momentOf = (dice: Dice, { millis, calls, stdout }: Ended): Moment =>
  dice.one<() => Moment>([
    () => ({ tag: "time", after: dice.upTo(Math.ceil(millis)) }),
    () => ({ tag: "slow call", n: 1 + dice.upTo(calls.length), after: dice.upTo(4 * slow), slow }),
    ...(announced(stdout).length === 0 ? [] : [(): Moment => ({ tag: "saved", after: dice.upTo(slow) })]),
  ])()

/** A run that is to be killed. */
type Task = { readonly name: string; readonly victim: Victim; readonly seed: number; readonly moment: Moment }

const dice = diceOf(values.seed, "kill")
const references = new Map<Victim, { readonly seed: number; readonly reference: Reference & Ended }>()
for (const victim of chosen) {
  const seed = 1 + dice.upTo(1_000_000)
  const reference = await leftAlone(victim, seed)
  references.set(victim, { seed, reference })
  say(
    `${victim.name}: exit code ${reference.code}, ${Math.round(reference.millis)} ms, ${reference.calls.length} calls that change files, ${announced(reference.stdout).length} failures kept; seed ${seed}`,
  )
}

const referenceOf = (victim: Victim) =>
  references.get(victim) as { readonly seed: number; readonly reference: Reference & Ended }

const atEveryCall = chosen.flatMap((victim) => {
  const { seed, reference } = referenceOf(victim)
  return reference.calls.map((_, i): Task => ({
    name: `${victim.name}, at every call`,
    victim,
    seed,
    moment: { tag: "call", n: i + 1 },
  }))
})
const atRandom = Array.from({ length: Number(values.runs) }, (_, run): Task => {
  const victim = chosen[run % chosen.length] as Victim
  const { seed, reference } = referenceOf(victim)
  return { name: `${victim.name}, at random`, victim, seed, moment: momentOf(dice, reference) }
})

const tasks = [...atEveryCall, ...atRandom]
const labour = async (): Promise<void> => {
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
    const { name, victim, seed, moment } = task
    note(name, moment, seed, await sceneOf(victim, seed, moment, referenceOf(victim).reference, true))
  }
}
await Promise.all(Array.from({ length: Number(values.processes) }, labour))

say("")
say(`${"".padEnd(42)}   runs killed  while writing  kept and reported before  wrong`)
for (const [name, count] of counts)
  say(
    [
      name.padEnd(42),
      String(count.runs).padStart(6),
      String(count.killed).padStart(6),
      String(count.writing).padStart(14),
      String(count.announced).padStart(21),
      String(count.wrong).padStart(6),
    ].join(" "),
  )
process.exitCode = [...counts.values()].some(({ wrong }) => wrong > 0) ? 1 : 0
