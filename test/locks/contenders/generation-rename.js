import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"

// A file holds the generation. Who wants the lock reads it, and renames a file with the next one over it.

export const open =
  ({ folder }) =>
  ({ key, copy }) => {
    const file = join(folder, key)
    const generation = () => (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0)
    let own = 0
    return {
      tryLock: () => {
        own = generation() + 1
        writeFileSync(`${file}.${copy}`, String(own))
        renameSync(`${file}.${copy}`, file)
        return { token: String(own) }
      },
      ask: () => generation() === own,
      release: async () => {},
    }
  }
