import { spawn } from "node:child_process"
import { join } from "node:path"
import { packageRoot } from "../../traces/package.ts"

/** The compiled program. */
const program = join(packageRoot, "dist", "cli", "main.js")

const preload = join(packageRoot, "dist", "test", "kill", "preload.js")

/**
 * When a process is killed: at the n-th of its calls that change files, by itself; `after` so many milliseconds; so
 * many after it has first said that something is saved; or so many after it has reported the n-th call that changes
 * files, where each takes `slow` milliseconds and more.
 */
export type Moment =
  | { readonly tag: "never" }
  | { readonly tag: "call"; readonly n: number }
  | { readonly tag: "time"; readonly after: number }
  | { readonly tag: "saved"; readonly after: number }
  | { readonly tag: "slow call"; readonly n: number; readonly after: number; readonly slow: number }

/**
 * How a process ended. `calls` are those that changed files and were reported: where they are slow.
 */
export type Ended = {
  readonly code: number | null
  readonly isKilled: boolean
  readonly stdout: string
  readonly stderr: string
  readonly calls: readonly string[]
  readonly millis: number
}

/** Runs a command in a folder, and kills it at the moment, if it has not ended before. */
export const killed = (folder: string, words: readonly string[], moment: Moment): Promise<Ended> =>
  new Promise((resolve) => {
    const began = performance.now()
    const child = spawn(process.execPath, ["--import", preload, program, ...words], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      env: { ...process.env, ...environmentOf(moment) },
    })
    const said = { stdout: "", stderr: "", calls: "" }
    const kill = (): void => void child.kill("SIGKILL")
    const timer = moment.tag === "time" ? setTimeout(kill, moment.after) : null
    let isDue = false
    const hear = (stream: keyof typeof said, n: number): void => {
      const pipe = child.stdio[n] as NodeJS.ReadableStream
      pipe.setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text
        if (isDue || !hasCome(moment, said)) return
        isDue = true
        setTimeout(kill, moment.after)
      })
    }
    hear("stdout", 1)
    hear("stderr", 2)
    hear("calls", 3)
    child.on("close", (code, signal) => {
      if (timer !== null) clearTimeout(timer)
      resolve({
        code,
        isKilled: signal === "SIGKILL",
        ...said,
        calls: linesOf(said.calls),
        millis: performance.now() - began,
      })
    })
  })

type Waited = Extract<Moment, { readonly tag: "saved" | "slow call" }>

/** Whether what a moment waits for has come, by what a process has said. */
const hasCome = (
  moment: Moment,
  { stdout, calls }: { readonly stdout: string; readonly calls: string },
): moment is Waited => {
  if (moment.tag === "slow call") return linesOf(calls).length >= moment.n
  return moment.tag === "saved" && stdout.includes(".itf.json")
}

const environmentOf = (moment: Moment): Readonly<Record<string, string>> => {
  if (moment.tag === "call") return { FTPAIR_KILL_AT: String(moment.n) }
  return moment.tag === "slow call" ? { FTPAIR_SLOW: String(moment.slow) } : {}
}

const linesOf = (text: string): readonly string[] => text.split("\n").slice(0, -1)
