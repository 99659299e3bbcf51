import { fork } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { packageRoot } from "../../traces/package.ts"
import { targets } from "./targets.ts"
import type { Found, Message, Part } from "./worker.ts"

// Feeds damaged input to all that ftpair reads, and looks that it is reported in one line and a documented code:
// `npm run fuzz -- --runs 1000000 --seed 1 [--target logs] [--from 0] [--processes 2]`.

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    target: { type: "string" },
    from: { type: "string", default: "0" },
    processes: { type: "string", default: "2" },
    out: { type: "string", default: ".ftpair/fuzz" },
  },
})

/** How many cases are handed out at a time, and how long one may take: it hangs if it takes longer. */
const partSize = 250
const hangMillis = 60_000

const chosen = (await targets()).filter(({ name }) => values.target === undefined || name === values.target)
if (chosen.length === 0) throw new Error(`no target is called ${values.target ?? ""}`)
const shares = chosen.reduce((sum, { share }) => sum + share, 0)

const parts: Part[] = chosen.flatMap(({ name, share }) => {
  const first = Number(values.from)
  const end = first + Math.max(1, Math.round((Number(values.runs) * share) / shares))
  return Array.from({ length: Math.ceil((end - first) / partSize) }, (_, n): Part => {
    const from = first + n * partSize
    return { seed: values.seed, target: name, from, to: Math.min(end, from + partSize) }
  })
})

const done = new Map<string, number>()
const faults = new Map<string, Found>()
let bytesMost = 0

const note = (found: Found): void => {
  const { target, number, fault, damages, text } = found
  const sort = `${target}: ${fault
    .replace(/\d+/g, "#")
    .replace(/"[^"]*"/g, '"…"')
    .slice(0, 160)}`
  if (faults.has(sort)) return
  faults.set(sort, found)
  const file = join(values.out, `${target}-${number}.txt`)
  mkdirSync(values.out, { recursive: true })
  writeFileSync(file, text)
  process.stdout.write(
    `${target} ${number}: ${fault}\n  damages ${damages.join()}; the input: ${file}\n  Reproduce: npm run fuzz -- --seed ${values.seed} --target ${target} --from ${number} --runs 1\n`,
  )
}

/** One process after another, until no part is left; one that hangs is ended, and its case reported. */
const labour = (): Promise<void> =>
  new Promise((resolve) => {
    const child = fork(join(packageRoot, "dist", "test", "fuzz", "worker.js"), {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    })
    let part: Part | undefined
    let at = 0
    let timer: NodeJS.Timeout | undefined
    const stop = (): void => {
      clearTimeout(timer)
      child.removeAllListeners()
      child.kill("SIGKILL")
    }
    const end = (fault: string): void => {
      stop()
      if (part !== undefined) {
        note({ target: part.target, number: at, fault, damages: [], text: "" })
        if (at + 1 < part.to) parts.unshift({ ...part, from: at + 1 })
      }
      resolve(labour())
    }
    const watch = (): void => {
      clearTimeout(timer)
      timer = setTimeout(end, hangMillis, `no answer within ${hangMillis / 1000} s`)
    }
    watch()
    child.on("exit", (code, signal) => {
      end(`the process ended: ${signal ?? code}`)
    })
    child.on("message", (message: Message) => {
      watch()
      if (message.tag === "at") at = message.number
      if (message.tag === "found") note(message.found)
      if (message.tag !== "done" && message.tag !== "ready") return
      if (message.tag === "done" && part !== undefined) {
        bytesMost = Math.max(bytesMost, message.bytes)
        done.set(part.target, (done.get(part.target) ?? 0) + part.to - part.from)
      }
      part = parts.shift()
      if (part === undefined) {
        stop()
        resolve()
        return
      }
      at = part.from
      child.send(part)
    })
  })

const casesDone = (): number => [...done.values()].reduce((sum, cases) => sum + cases, 0)
const casesAsked = parts.reduce((sum, { from, to }) => sum + to - from, 0)
const heartbeat = setInterval(() => {
  process.stderr.write(
    `fuzz: ${casesDone().toLocaleString("en")} of ${casesAsked.toLocaleString("en")} cases, ${faults.size} sorts of faults\n`,
  )
}, 60_000)

await Promise.all(Array.from({ length: Number(values.processes) }, labour))
clearInterval(heartbeat)

for (const [name, cases] of done)
  process.stdout.write(`${name.padEnd(16)} ${cases.toLocaleString("en")} cases\n`)
process.stdout.write(
  `${casesDone().toLocaleString("en")} cases, ${faults.size} sorts of faults, ${Math.round(bytesMost / 2 ** 20)} MiB at the most, seed ${values.seed}\n`,
)
process.exitCode = faults.size === 0 ? 0 : 1
