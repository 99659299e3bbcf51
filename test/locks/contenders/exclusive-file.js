import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { untilGranted } from "./waiting.js"

// The lock is a file, made with O_CREAT and O_EXCL and removed by its holder.

export const open =
  ({ folder }) =>
  ({ key, copy }) => {
    const file = join(folder, key)
    const attempt = () => {
      try {
        writeFileSync(file, copy, { flag: "wx" })
        return { token: null }
      } catch (error) {
        if (error.code === "EEXIST") return null
        throw error
      }
    }
    return {
      tryLock: (wait) => untilGranted(attempt, wait),
      ask: () => readFileSync(file, "utf8") === copy,
      release: async () => {
        rmSync(file)
      },
    }
  }
