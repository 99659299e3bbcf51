import { linkSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

// A file a generation, whose name is linked only if it is not there yet: the test and the set in one call.

export const open =
  ({ folder }) =>
  ({ key, copy }) => {
    const self = join(folder, `${key}.${copy}`)
    writeFileSync(self, copy)
    const prefix = `${key}.generation.`
    const generation = () =>
      Math.max(
        0,
        ...readdirSync(folder)
          .filter((name) => name.startsWith(prefix))
          .map((name) => Number(name.slice(prefix.length))),
      )
    let own = 0
    return {
      tryLock: () => {
        const next = generation() + 1
        try {
          linkSync(self, join(folder, `${prefix}${next}`))
        } catch (error) {
          if (error.code === "EEXIST") return null
          throw error
        }
        own = next
        return { token: String(own) }
      },
      ask: () => generation() === own,
      release: async () => {},
    }
  }
