import { Etcd3 } from "etcd3"
import { untilGranted } from "./waiting.js"

// A key under a lease, put if it is not there: what the package's `Lock` does, with the lease at hand, which tells
// when it is lost, and with the revision of the put as the token.

export const open = async ({ ports, ttl }) => {
  const client = new Etcd3({ hosts: `http://127.0.0.1:${ports[0]}` })
  await client.get("any")
  return ({ key }) => {
    let lease
    return {
      tryLock: async (wait, onLost) => {
        const own = client.lease(ttl / 1000)
        own.on("lost", (error) => onLost(error.message))
        const id = await own.grant()
        const grant = await untilGranted(async () => {
          const put = client.put(key).value("").lease(id)
          const { succeeded, header } = await client.if(key, "Create", "==", 0).then(put).commit()
          return succeeded ? { token: header.revision } : null
        }, wait)
        if (grant === null) await own.revoke()
        else lease = own
        return grant
      },
      ask: async () => {
        const { kvs } = await client.get(key).exec()
        return kvs[0]?.lease === (await lease.grant())
      },
      release: () => lease.revoke(),
    }
  }
}
