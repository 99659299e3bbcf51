import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

// flock(1) takes the lock and runs a child that keeps it, until its standard input ends.

export const open =
  ({ folder }) =>
  ({ key }) => {
    let keeper
    return {
      tryLock: (wait, onLost) =>
        new Promise((resolve) => {
          const waiting = ["--exclusive", "--timeout", String(wait / 1000), join(folder, key)]
          keeper = spawn("flock", [...waiting, "sh", "-c", "echo held; exec cat"], {
            stdio: ["pipe", "pipe", "inherit"],
          })
          keeper.stdout.once("data", () => {
            resolve({ token: null })
          })
          keeper.once("exit", () => {
            resolve(null)
            onLost("flock(1) has exited")
          })
        }),
      ask: () => keeper.exitCode === null && keeper.signalCode === null,
      release: async () => {
        keeper.stdin.end()
        await once(keeper, "exit")
      },
    }
  }
