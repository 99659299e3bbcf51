import { spawn, type ChildProcessByStdio } from "node:child_process"
import type { Readable, Writable } from "node:stream"
import { printable } from "../traces/printable.ts"
import { BadInput } from "../traces/bad-input.ts"
import { systemReason } from "../traces/system-error.ts"

/** A process that runs an implementation: stdin and stdout are the wire, stderr is its log. */
export type Child = ChildProcessByStdio<Writable, Readable, Readable>

/**
 * Starts a command in a process group of its own, so that whatever it starts ends with it; and lets it end with this
 * process, however that ends. Throws BadInput if it cannot be started.
 */
export const startProcess = async (command: readonly string[]): Promise<Child> => {
  const [program, ...args] = command
  if (program === undefined || program === "")
    throw new BadInput({ message: "the command that starts the implementation is empty" })
  const words = printable(command.join(" "), 400)
  try {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], detached: true })
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve)
      child.once("error", reject)
    })
    endWithThisProcess(child)
    return child
  } catch (error) {
    // Some errors of the system are thrown at once, others come as events.
    throw new BadInput({ message: `${words}: cannot be started (${printable(systemReason(error), 400)})` })
  }
}

/** Ends a process with all that it has started. */
export const kill = (child: Child): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, "SIGKILL")
  } catch {
    // The whole group has gone already.
  }
}

export const hasExited = ({ exitCode, signalCode }: Child): boolean =>
  exitCode !== null || signalCode !== null

/** How a process has ended: `with status 3`, `by SIGKILL`. */
export const howEnded = ({ exitCode, signalCode }: Child): string =>
  signalCode === null ? `with status ${exitCode ?? "unknown"}` : `by ${signalCode}`

export const ended = (child: Child): Promise<void> =>
  new Promise((resolve) => {
    if (hasExited(child)) resolve()
    else
      child.once("exit", () => {
        resolve()
      })
  })

/** Reads nothing more of a process: a process that still writes to it finds the pipes closed. */
export const closePipes = ({ stdout, stderr }: Child): void => {
  stdout.destroy()
  stderr.destroy()
}

/** A process that has ended need not end with this one. */
export const forget = (child: Child): void => {
  living.delete(child)
}

/** The implementations that run, and have to end when this process does. */
const living = new Set<Child>()

const endWithThisProcess = (child: Child): void => {
  if (!isWatched) {
    isWatched = true
    process.once("exit", killAll)
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      const end = (): void => {
        // Another listener decides what the signal means, and has this process exit in the end.
        if (process.listenerCount(signal) > 1) return
        killAll()
        process.removeListener(signal, end)
        process.kill(process.pid, signal)
      }
      process.on(signal, end)
    }
  }
  living.add(child)
}

let isWatched = false

const killAll = (): void => {
  for (const child of living) kill(child)
}
