import type { Config } from "../../model/config.ts"

/**
 * The hosts, sorted by what pairs can ask of one: to be in the groups that rules and pairs name, and to be able to encrypt logging.
 *
 * Shape  Hosts and classes are numbered from 0, the hosts in the order of the configuration. `classOf` gives the
 *        class of each host, `seatOf` the host's number within its class, in the same order. `groups`, `encrypts` and `sizes`
 *        give for each class what it is in, whether it can encrypt, and of how many hosts it is.
 */
export type HostClasses = {
  readonly classOf: Int32Array
  readonly seatOf: Int32Array
  readonly groups: readonly ReadonlySet<string>[]
  readonly encrypts: readonly boolean[]
  readonly sizes: readonly number[]
}

export const hostClasses = (config: Config): HostClasses => {
  const named = new Set<string | null>([
    ...config.rules.map(({ group }) => group),
    ...config.pairs.map(({ metro }) => metro),
  ])
  const classes = new Map<string, number>()
  const groups: ReadonlySet<string>[] = []
  const encrypts: boolean[] = []
  const sizes: number[] = []
  const classOf = new Int32Array(config.hosts.length)
  const seatOf = new Int32Array(config.hosts.length)
  config.hosts.forEach((host, at) => {
    const telling = [...new Set(host.groups)].filter((group) => named.has(group)).sort()
    const key = JSON.stringify([host.ftEncryption, telling])
    const found = classes.get(key) ?? groups.length
    if (found === groups.length) {
      groups.push(new Set(telling))
      encrypts.push(host.ftEncryption)
    }
    classes.set(key, found)
    classOf[at] = found
    seatOf[at] = sizes[found] ?? 0
    sizes[found] = (sizes[found] ?? 0) + 1
  })
  return { classOf, seatOf, groups, encrypts, sizes }
}
