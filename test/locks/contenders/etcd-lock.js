import { Etcd3, EtcdLockFailedError } from "etcd3"
import { untilGranted } from "./waiting.js"

// The package's own `Lock`: it renews its lease, and has nothing by which to tell that it is lost.

export const open = async ({ ports, ttl }) => {
  const client = new Etcd3({ hosts: `http://127.0.0.1:${ports[0]}` })
  await client.get("any")
  return ({ key }) => {
    let lock
    return {
      tryLock: (wait) =>
        untilGranted(async () => {
          try {
            lock = await client
              .lock(key)
              .ttl(ttl / 1000)
              .acquire()
            return { token: null }
          } catch (error) {
            if (error instanceof EtcdLockFailedError) return null
            throw error
          }
        }, wait),
      ask: async () => {
        const { kvs } = await client.get(key).exec()
        return kvs[0]?.lease === (await lock.leaseId())
      },
      release: () => lock.release(),
    }
  }
}
