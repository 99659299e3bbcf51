import type { Config, HostConfig } from "../../../model/config.ts"
import type { Layout } from "../layout.ts"
import type { copiesIn } from "./copies.ts"
import type { hostsIn } from "./hosts.ts"

/** What a pair may log over a link, whatever becomes of the link: everything, nothing, or all while it is private. */
const passes = Object.freeze({ always: 0, never: 1, whilePrivate: 2 })

/** What of a pair may pass between hosts: over links that are connected, and on which nobody else reads it. */
export const privacyIn = (
  { config, hosts, exposed, rules, maskOf }: Layout,
  { has, isLinked, linkOf }: ReturnType<typeof hostsIn>,
  { pairOf, hostOf }: ReturnType<typeof copiesIn>,
) => {
  const links = (hosts * (hosts - 1)) / 2
  const table = passesOn(config)
  const staysPrivate = !maskOf.subarray(exposed, rules).some((mask) => mask !== 0)
  const isPlain = staysPrivate && !table.includes(passes.never)

  const isConfidential = (pair: number, a: number, b: number): boolean => {
    if (isPlain || a === b) return true
    const link = linkOf(a, b)
    const how = table[pair * links + link]
    return how === passes.always || (how === passes.whilePrivate && !has(exposed, link))
  }

  /** Whether what one copy sends arrives at another one of its pair. */
  const reaches = isPlain
    ? (from: number, to: number): boolean => isLinked(hostOf(from), hostOf(to))
    : (from: number, to: number): boolean =>
        isLinked(hostOf(from), hostOf(to)) && isConfidential(pairOf(from), hostOf(from), hostOf(to))

  return { isConfidential, reaches }
}

/** How each pair passes over each link: pair × links + link. */
const passesOn = ({ hosts, pairs }: Config): Uint8Array => {
  const links = hosts.flatMap((a, n) => hosts.slice(n + 1).map((b) => [a, b] as const))
  return Uint8Array.from(pairs.flatMap(({ encryption }) => links.map(([a, b]) => passOf(encryption, a, b))))
}

const passOf = (mode: Config["pairs"][number]["encryption"], a: HostConfig, b: HostConfig): number => {
  if (mode !== "disabled" && a.ftEncryption && b.ftEncryption) return passes.always
  return mode === "required" ? passes.never : passes.whilePrivate
}
