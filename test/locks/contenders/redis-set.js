import { randomUUID } from "node:crypto"
import { clearInterval, setInterval } from "node:timers"
import { Redis } from "ioredis"
import { untilGranted } from "./waiting.js"

// `SET key owner NX PX ttl`, renewed and deleted only where the owner is still the same.

const renewal = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) else return 0 end`
const deletion = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end`

export const open = async ({ ports, ttl }) => {
  const redis = new Redis({ port: ports[0] })
  await redis.ping()
  return ({ key }) => {
    let owner
    let timer
    return {
      tryLock: async (wait, onLost) => {
        const own = randomUUID()
        const set = async () =>
          (await redis.set(key, own, "PX", ttl, "NX")) === "OK" ? { token: null } : null
        const grant = await untilGranted(set, wait)
        if (grant === null) return null
        owner = own
        clearInterval(timer)
        timer = setInterval(async () => {
          if ((await redis.eval(renewal, 1, key, own, ttl)) === 1) return
          clearInterval(timer)
          onLost("the renewal was refused")
        }, ttl / 3)
        return grant
      },
      ask: async () => (await redis.get(key)) === owner,
      release: async () => {
        clearInterval(timer)
        await redis.eval(deletion, 1, key, owner)
      },
    }
  }
}
