import { spawn, type ChildProcess } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/**
 * A program in a process group of its own, so that it is stopped and killed with all that it has started.
 *
 * Shape  `last` is the signal by which it is made to end.
 */
export type Group = { readonly child: ChildProcess; readonly pid: number; readonly last: NodeJS.Signals }

type Start = {
  readonly stdin?: "pipe"
  readonly uid?: number
  readonly gid?: number
  readonly last?: NodeJS.Signals
}

/** Starts a program that ends with this process at the latest, however this process ends but by SIGKILL. */
export const startGroup = (
  command: string,
  args: readonly string[],
  { stdin, uid, gid, last = "SIGKILL" }: Start = {},
): Group => {
  const child = spawn(command, args, {
    detached: true,
    stdio: [stdin ?? "ignore", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  })
  if (child.pid === undefined) throw new Error(`${command} does not start`)
  const group = { child, pid: child.pid, last }
  groups.add(group)
  child.once("exit", () => groups.delete(group))
  return group
}

/** Sends a signal to every process of the group. One that is gone already has nothing to be told. */
export const signal = ({ pid }: Group, name: NodeJS.Signals): void => {
  try {
    process.kill(-pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
  }
}

/** Ends the group, and waits until its first process is gone. */
export const end = async (group: Group): Promise<void> => {
  if (!groups.has(group)) return
  const gone = new Promise((resolve) => group.child.once("exit", resolve))
  signal(group, group.last)
  await gone
}

/** Whether the group's first process stands still, or is no more. */
export const isStill = (group: Group): boolean => ["T", "Z", null].includes(stateOf(group))

/** A folder that is removed when this process ends. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "ftpair-locks-"))
  folders.add(folder)
  return folder
}

const groups = new Set<Group>()
const folders = new Set<string>()

/** The letter by which the kernel tells a process's state; null if there is none. */
const stateOf = ({ pid }: Group): string | null => {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? null
  } catch {
    return null
  }
}

const isGone = (group: Group): boolean => ["Z", null].includes(stateOf(group))

process.once("SIGINT", () => process.exit(130))
process.once("SIGTERM", () => process.exit(143))
process.once("exit", () => {
  for (const group of groups) signal(group, group.last)
  const tick = new Int32Array(new SharedArrayBuffer(4))
  for (let waits = 0; waits < 300 && ![...groups].every(isGone); waits += 1) Atomics.wait(tick, 0, 0, 10)
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
