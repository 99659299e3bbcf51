import { Redis } from "ioredis"
import Redlock, { ExecutionError } from "redlock"

// The package as it comes, on several servers: `using` renews the lock, and aborts a signal when it is lost. The
// signal is all that there is to ask.

export const open = async ({ ports, ttl }) => {
  const servers = ports.map((port) => new Redis({ port }))
  await Promise.all(servers.map((server) => server.ping()))
  const redlock = new Redlock(servers, { retryDelay: 50, retryJitter: 20 })
  return ({ key }) => {
    let signal
    let leave
    let left
    return {
      tryLock: (wait, onLost) =>
        new Promise((resolve, reject) => {
          const settings = { retryCount: Math.floor(wait / 50), automaticExtensionThreshold: ttl / 2 }
          const routine = (given) => {
            signal = given
            signal.addEventListener("abort", () => onLost("the signal was aborted"))
            resolve({ token: null })
            return new Promise((done) => (leave = done))
          }
          left = redlock.using([key], ttl, settings, routine).catch((error) => {
            if (error instanceof ExecutionError) resolve(null)
            else reject(error)
          })
        }),
      ask: () => !signal.aborted,
      release: async () => {
        leave()
        await left
      },
    }
  }
}
