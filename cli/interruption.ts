import { constants } from "node:os"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/**
 * Lets a person or a CI system stop a command, which then reports what it has: the first signal aborts, the second
 * ends the process at once, with 128 and the signal's number. Without a call the default holds, death by the signal.
 */
export const interruption = (): AbortSignal => {
  const controller = new AbortController()
  for (const name of signals)
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(128 + constants.signals[name])
      controller.abort()
    })
  return controller.signal
}
