import pg from "pg"

// A row holds the generation: it is read, and then advanced if it is still the same.

export const open = async ({ ports }) => {
  const client = new pg.Client({ host: "127.0.0.1", port: ports[0], user: "ftpair", database: "postgres" })
  client.on("error", () => {})
  await client.connect()
  return ({ key }) => {
    const generation = async () => {
      const { rows } = await client.query("select n from generation where key = $1", [key])
      return rows[0].n
    }
    let own
    return {
      tryLock: async () => {
        await client.query("insert into generation values ($1, 0) on conflict do nothing", [key])
        const { rows } = await client.query(
          "update generation set n = n + 1 where key = $1 and n = $2 returning n",
          [key, await generation()],
        )
        if (rows.length === 0) return null
        own = rows[0].n
        return { token: own }
      },
      ask: async () => (await generation()) === own,
      release: async () => {},
    }
  }
}
