import pg from "pg"

// A session's advisory lock: the server frees it when the session ends. Waiting is bounded by `lock_timeout`.

export const open = async ({ ports }) => {
  const session = new pg.Client({ host: "127.0.0.1", port: ports[0], user: "ftpair", database: "postgres" })
  let onEnd = () => {}
  session.on("error", (error) => onEnd(error.message))
  session.on("end", () => onEnd("the session has ended"))
  await session.connect()
  return ({ key }) => ({
    tryLock: async (wait, onLost) => {
      onEnd = onLost
      await session.query(`set lock_timeout = ${wait}`)
      try {
        await session.query("select pg_advisory_lock(hashtext($1))", [key])
        return { token: null }
      } catch (error) {
        if (error.code === "55P03") return null
        throw error
      }
    },
    ask: async () => {
      const { rows } = await session.query(
        "select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted",
      )
      return rows.length > 0
    },
    release: () => session.query("select pg_advisory_unlock(hashtext($1))", [key]),
  })
}
