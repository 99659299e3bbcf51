import { Etcd3 } from "etcd3"

// A key without a lease: its revision is read, and it is put again if that is still the same.

export const open = async ({ ports }) => {
  const client = new Etcd3({ hosts: `http://127.0.0.1:${ports[0]}` })
  await client.get("any")
  return ({ key, copy }) => {
    const revision = async () => (await client.get(key).exec()).kvs[0]?.mod_revision ?? "0"
    let own
    return {
      tryLock: async () => {
        const { succeeded, header } = await client
          .if(key, "Mod", "==", await revision())
          .then(client.put(key).value(copy))
          .commit()
        if (!succeeded) return null
        own = header.revision
        return { token: own }
      },
      ask: async () => (await revision()) === own,
      release: async () => {},
    }
  }
}
