import { join } from "node:path"
import { lock } from "proper-lockfile"

// The package as it comes: it renews the lock, and tells by `onCompromised`. Its `check` tells that the lock is
// held, not by whom, so that its holder has nothing to ask.

export const open =
  ({ folder, ttl }) =>
  ({ key }) => {
    let unlock
    return {
      tryLock: async (wait, onLost) => {
        try {
          unlock = await lock(join(folder, key), {
            realpath: false,
            stale: ttl,
            update: ttl / 2,
            retries: { retries: wait / 50, factor: 1, minTimeout: 50, maxTimeout: 50 },
            onCompromised: (error) => onLost(error.message),
          })
          return { token: null }
        } catch (error) {
          if (error.code === "ELOCKED") return null
          throw error
        }
      },
      ask: () => true,
      release: () => unlock(),
    }
  }
