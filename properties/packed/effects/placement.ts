import type { View } from "../../../impl/engine/view.ts"
import { kindNumber as k } from "../../../impl/engine/layout.ts"
import { evidenceOf } from "../evidence.ts"
import { noProperty, only, union, type PropertySet } from "../property-set.ts"

/** P2b and P7: what limits and the reference policy may bring about. */
export const placementEffectsOf = (view: View) => {
  const { layout, hosts, pairs, controlOf, isOn, pairOf } = view
  const { withStorage, couldTake, isOverfull } = evidenceOf(view)
  const { config } = layout
  const isReference = config.policy === "reference"
  const limited = limitedHosts(config)
  const wasOver = new Uint8Array(hosts)
  const couldRestart = new Uint8Array(pairs)

  /** Whether a pair is down, and some host could take its Primary. */
  const isDown = (pair: number): boolean => {
    if (!isOn(pair)) return false
    let isTakable = false
    for (let host = 0; host < hosts; host += 1) {
      const isFree = controlOf(pair * hosts + host) === 0
      if (!isFree && withStorage(host)) return false
      if (isFree && couldTake(pair, host, -1)) isTakable = true
    }
    return isTakable
  }

  const begin = (): void => {
    for (const host of limited) wasOver[host] = isOverfull(host, 0, 0) ? 1 : 0
    if (isReference) for (let pair = 0; pair < pairs; pair += 1) couldRestart[pair] = isDown(pair) ? 1 : 0
  }

  const ofLimits = (kind: number): PropertySet => {
    if (kind === k.TurnOnFT) return noProperty
    for (const host of limited) if (wasOver[host] === 0 && isOverfull(host, 0, 0)) return only.P2b
    return noProperty
  }

  const ofSpawn = (slot: number): PropertySet => {
    for (let pair = 0; pair < pairs; pair += 1)
      if (pair !== pairOf(slot) && couldRestart[pair] === 1) return only.P7
    return noProperty
  }

  const ofPlacement = (kind: number, a: number): PropertySet =>
    union(ofLimits(kind), isReference && kind === k.SpawnSecondary ? ofSpawn(a) : noProperty)

  return { begin, ofPlacement }
}

/** The hosts that a copy of every pair would bring beyond their limits. */
const limitedHosts = ({ hosts, pairs }: View["layout"]["config"]): readonly number[] => {
  const vcpus = pairs.reduce((sum, pair) => sum + pair.vcpus, 0)
  return hosts.flatMap(({ ftVmsMax, ftVcpusMax }, host) =>
    (ftVmsMax > 0 && pairs.length > ftVmsMax) || (ftVcpusMax > 0 && vcpus > ftVcpusMax) ? [host] : [],
  )
}
