import type { serverKinds } from "./server.ts"

/**
 * A lock that is put to the test.
 *
 * Shape  `id` names the contender's module in `contenders/`. `needs`: the server, or the tool of Debian's; `npm`: the
 *        packages in this folder through which it is used.
 * Units  milliseconds. `ttl`: after how long it counts a silent holder out; a lock that never does has one too, by
 *        which its schedules are timed like those of the others. `wait`: how long a contender waits for the lock,
 *        so much longer than `ttl` that whoever may take over has done so.
 */
export type Lock = {
  readonly id: string
  readonly name: string
  readonly needs: keyof typeof serverKinds | "flock" | null
  readonly npm: readonly string[]
  readonly ttl: number
  readonly wait: number
  /** What it is, in the words of the page. */
  readonly made: string
}

const second = 1000

export const locks: readonly Lock[] = [
  {
    id: "generation-rename",
    name: "generation file, `rename(2)`",
    needs: null,
    npm: [],
    ttl: second,
    wait: 2.5 * second,
    made: "A file holds the generation. A contender reads it, writes the next one to a file of its own, and renames that over it. The token is the generation.",
  },
  {
    id: "generation-link",
    name: "generation files, `link(2)`",
    needs: null,
    npm: [],
    ttl: second,
    wait: 2.5 * second,
    made: "A file a generation. A contender links the name of the next one, which fails if it is there. The token is the generation.",
  },
  {
    id: "exclusive-file",
    name: "`O_EXCL` lock file",
    needs: null,
    npm: [],
    ttl: second,
    wait: 2.5 * second,
    made: "A file made with `O_CREAT` and `O_EXCL`, and removed by its holder.",
  },
  {
    id: "flock",
    name: "`flock(1)`",
    needs: "flock",
    npm: [],
    ttl: second,
    wait: 2.5 * second,
    made: "`flock --exclusive` keeps the lock in a child process, on the holder's host.",
  },
  {
    id: "proper-lockfile",
    name: "proper-lockfile",
    needs: null,
    npm: ["proper-lockfile"],
    ttl: 2 * second,
    wait: 3.5 * second,
    made: "A folder whose modification time its holder renews. `stale` 2 s and `update` 1 s, the least that it takes; told by `onCompromised`. Its `check` says that the lock is held, not by whom, so there is nothing to ask.",
  },
  {
    id: "redis-set",
    name: "Redis `SET NX PX`",
    needs: "redis",
    npm: ["ioredis"],
    ttl: second,
    wait: 2.5 * second,
    made: "`SET key owner NX PX 1000`, renewed three times in that time, and deleted, by scripts that compare the owner.",
  },
  {
    id: "redlock",
    name: "redlock",
    needs: "redis",
    npm: ["redlock", "ioredis"],
    ttl: second,
    wait: 2.5 * second,
    made: "`using` on three Redis servers: it renews by itself half a second before the end, and aborts a signal when it cannot. Asking means looking at the signal.",
  },
  {
    id: "postgres-advisory",
    name: "PostgreSQL advisory lock",
    needs: "postgres",
    npm: ["pg"],
    ttl: second,
    wait: 2.5 * second,
    made: "`pg_advisory_lock` in a session that stays open; told by the session's end.",
  },
  {
    id: "postgres-row",
    name: "PostgreSQL row, compare and set",
    needs: "postgres",
    npm: ["pg"],
    ttl: second,
    wait: 2.5 * second,
    made: "`update … set n = n + 1 where n = seen`, with `n` read before. The token is the generation, `n`.",
  },
  {
    id: "etcd-lock",
    name: "etcd3 `Lock`",
    needs: "etcd",
    npm: ["etcd3"],
    ttl: second,
    wait: 2.5 * second,
    made: "The package's own lock, which keeps its lease alive and has no event for its loss. Asking means comparing the lease of the key.",
  },
  {
    id: "etcd-lease",
    name: "etcd lease, key put if absent",
    needs: "etcd",
    npm: ["etcd3"],
    ttl: second,
    wait: 2.5 * second,
    made: "The transaction of that `Lock`, written out, with the lease's `lost` event heard. The token is the revision of the put.",
  },
  {
    id: "etcd-revision",
    name: "etcd key, compare and set",
    needs: "etcd",
    npm: ["etcd3"],
    ttl: second,
    wait: 2.5 * second,
    made: "A put on condition that the key's mod revision is still the one that was read. The token is the new revision.",
  },
]
