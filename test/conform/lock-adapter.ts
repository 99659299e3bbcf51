import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { packageRoot } from "../../traces/package.ts"
import type { LockAction } from "../../conform/lock-model.ts"
import { cluster, ftpair, write, type Answer } from "../cli/ftpair.ts"

// The adapter of adapters/lock.mjs, which has one thing wrong with it, and what is left of it.

const adapter = join(packageRoot, "test", "conform", "adapters", "lock.mjs")

/** The command that starts it, with one thing wrong: in a file of the folder it notes every process. */
export const commandOf = (folder: string, mode: string, window = 16): readonly string[] => [
  "env",
  `FTPAIR_PIDS=${join(folder, "pids")}`,
  `FTPAIR_MARK=${join(folder, "mark")}`,
  process.execPath,
  adapter,
  mode,
  String(window),
]

/** Drives it from the command line. */
export const conform = (folder: string, mode: string, ...flags: readonly string[]): Promise<Answer> =>
  ftpair(folder, "conform", "--seed", "1", ...flags, "--", ...commandOf(folder, mode))

/** The same with one short run only. */
export const conformBriefly = (folder: string, mode: string, ...flags: readonly string[]): Promise<Answer> =>
  conform(folder, mode, "--run", lockRun(folder, "run.json", shortRun), ...flags)

/** The same with a few random cases in two hosts only. */
export const conformRandomly = (folder: string, mode: string, ...flags: readonly string[]): Promise<Answer> =>
  conform(folder, mode, "--config", write(folder, "two.json", cluster(2)), "--runs", "3", ...flags)

const shortRun: readonly LockAction[] = [
  { kind: "Contend", copy: "p1.1", generation: 1 },
  { kind: "TryLock", copy: "p1.1" },
  { kind: "Advance", ms: 1 },
  { kind: "Pause", host: "h1" },
  { kind: "Resume", host: "h1" },
]

/** A run of the arbitration in two hosts, in a file. */
export const lockRun = (folder: string, name: string, actions: readonly LockAction[]): string =>
  write(folder, name, {
    "#meta": { profile: "lock", config: cluster(2) },
    states: [null, ...actions].map((action) => ({ "#meta": { action } })),
  })

/** The processes that were started from this folder and run still, once they have had a while to end. */
export const leftRunning = async (folder: string): Promise<readonly number[]> => {
  const file = join(folder, "pids")
  const pids = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : []
  for (let tries = 0; tries < 100 && pids.some(isRunning); tries += 1) await wait(50)
  return pids.filter(isRunning)
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch {
    return false
  }
}

/** Whether a process has ended and only its parent has not asked how: an end nevertheless. */
const isZombie = (pid: number): boolean => {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return false
  }
}
