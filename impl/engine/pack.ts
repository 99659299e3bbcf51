import type { CopyId, HostId, LinkId } from "../../model/ids.ts"
import { copyIdOf, linkBetween } from "../../model/ids.ts"
import type { Channel, Copy, Phase, Role } from "../../model/copy.ts"
import type { Host } from "../../model/host.ts"
import type { Entry } from "../../model/log.ts"
import type { Pair } from "../../model/pair.ts"
import type { State } from "../../model/state.ts"
import { CapacityExceeded } from "./capacity.ts"
import { ftSetting, headFields } from "./fields.ts"
import { peer, phase } from "./machine.ts"
import type { Owner } from "./part.ts"
import { numberFor, valueFor, type PlainValue } from "./plain-value.ts"
import { reasonNumber, reasonNamed } from "./reasons.ts"
import { sinceProtected } from "./single-fault.ts"
import { isSecondary } from "./phase.ts"
import type { View } from "./view.ts"

/** What the layout may keep of a run, beside its state, for each pair by its number. */
type Past = { readonly sinceProtected: number }

const noPast: Past = { sinceProtected: sinceProtected.unprotected }

/**
 * Puts the machine at a state. Throws CapacityExceeded where the layout has no room for it, such as a second
 * copy of a pair on one host.
 */
export const pack = (view: View, state: State, past: (pair: number) => Past = () => noPast): void => {
  const { layout, machine, put } = view
  const { hosts, pairs } = layout.config
  if (state.faults > layout.capacity.faults)
    throw new CapacityExceeded(`the engine was laid out for faults up to ${layout.capacity.faults}`)
  machine.set(layout.faults, state.faults)
  packPlain(view, "state", 0, state)
  hosts.forEach(({ id }, n) => {
    const host = state.hosts[id] as Host
    put(layout.up, n, host.up ? 1 : 0)
    put(layout.storage, n, host.storage ? 1 : 0)
    put(layout.maintenance, n, host.maintenance ? 1 : 0)
    packPlain(view, "host", n, host)
    for (let other = n + 1; other < hosts.length; other += 1) {
      const link = linkBetween(id, (hosts[other] as { id: HostId }).id)
      put(layout.cut, view.linkOf(n, other), state.cut.includes(link) ? 1 : 0)
      put(layout.exposed, view.linkOf(n, other), state.exposed.includes(link) ? 1 : 0)
    }
  })
  state.rules.forEach((isInForce, n) => {
    put(layout.rules, n, isInForce ? 1 : 0)
  })
  pairs.forEach(({ id }, n) => {
    packPair(view, n, state.pairs[id] as Pair, past(n))
  })
  machine.commit()
}

const packPair = (view: View, n: number, pair: Pair, past: Past): void => {
  const { layout } = view
  const { interventions, singleFault } = layout.past
  const places = new Map(pair.copies.map((copy) => [copy.id, hostNumber(view, copy.host)]))
  if (new Set(places.values()).size < pair.copies.length)
    throw new CapacityExceeded(`the engine has one place for a copy of ${pair.id} on each host`)
  view.lockAt(n, pair.lock.generation, pair.lock.holder === null ? -1 : (places.get(pair.lock.holder) ?? -1))
  view.setFt(n, ftSetting[pair.ft])
  view.switchTo(n, pair.power === "on" ? 1 : 0)
  view.putOf(n, interventions, Math.min(pair.interventions, interventions.mask))
  view.putOf(n, singleFault, past.sinceProtected)
  view.register(
    n,
    hostNumber(view, pair.registered.primary),
    pair.registered.secondary === null ? -1 : hostNumber(view, pair.registered.secondary),
  )
  view.explain(n, reasonNumber(pair.reason))
  packPlain(view, "pair", n, pair)
  packLog(view, view.observedOf(n), pair.observed)
  for (let host = 0; host < view.hosts; host += 1) view.halt(n * view.hosts + host)
  view.lockAt(n, pair.lock.generation, pair.lock.holder === null ? -1 : (places.get(pair.lock.holder) ?? -1))
  for (const copy of pair.copies) packCopy(view, n * view.hosts + hostNumber(view, copy.host), copy, places)
}

const packCopy = (view: View, slot: number, copy: Copy, places: ReadonlyMap<CopyId, number>): void => {
  const { channel } = copy
  const control = view.control(phaseNumber(copy), 0, 0)
  const named =
    channel === null
      ? peer.none
      : channel.peer === "gone"
        ? peer.gone
        : peer.first + (places.get(channel.peer) ?? 0)
  view.write(slot, view.withChannel(control, named, channel?.delivered ?? 0, channel?.acked ?? 0))
  packLog(view, view.logOf(slot), copy.log)
  packPlain(view, "copy", slot, copy)
}

/** Packs what is not packed by hand. */
const packPlain = (view: View, owner: Owner, n: number, from: object): void => {
  for (const { name, holds, put } of view.plainFields[owner])
    put(n, numberFor(holds, (from as PlainFields)[name], view.layout.hostIds))
}

/** What a copy has beside the fields that are packed by hand. */
type PlainCopy = Omit<Copy, "id" | "host" | "role" | "phase" | "log" | "channel">

type PlainFields = Readonly<Record<string, PlainValue | undefined>>

const packLog = (view: View, log: number, entries: readonly Entry[]): void => {
  view.copyPrefix(log, log, 0)
  entries.forEach(({ generation, index }, n) => {
    if (view.layout.indexBits === 0 && index !== n + 1)
      throw new CapacityExceeded(
        `the engine was laid out for entries in their places, and entry ${n + 1} has index ${index}`,
      )
    view.append(log, view.entryFor(generation, index))
  })
}

/** The state that the machine is at. Copies are numbered by their hosts; what the layout does not keep is as at the start. */
export const unpack = (view: View): State => {
  const { layout, hasStorage: _, has } = view
  const { hosts, pairs, rules } = layout.config
  return {
    hosts: Object.fromEntries(
      hosts.map(({ id }, n): [HostId, Host] => [
        id,
        {
          up: view.isUp(n),
          storage: has(layout.storage, n),
          maintenance: has(layout.maintenance, n),
          ...plainIn(view, "host", n),
        },
      ]),
    ),
    cut: linksIn(view, layout.cut),
    exposed: linksIn(view, layout.exposed),
    rules: rules.map(({ active }, n) => (layout.switchesRules ? has(layout.rules, n) : active)),
    pairs: Object.fromEntries(pairs.map(({ id }, n) => [id, unpackPair(view, n)])),
    faults: view.faultsSoFar(),
    ...plainIn(view, "state", 0),
  }
}

/** The links of a set, by their names. */
const linksIn = ({ layout, has, linkOf }: View, set: number): readonly LinkId[] => {
  const { hosts } = layout.config
  return hosts
    .flatMap(({ id }, a) =>
      hosts.flatMap((other, b): LinkId[] =>
        a < b && has(set, linkOf(a, b)) ? [linkBetween(id, other.id)] : [],
      ),
    )
    .sort()
}

const unpackPair = (view: View, n: number): Pair => {
  const { hosts, pairs } = view.layout.config
  const hostAt = (place: number): HostId => (hosts[place] as { id: HostId }).id
  const { id } = pairs[n] as View["layout"]["config"]["pairs"][number]
  const holder = view.holderOf(n)
  const slots = Array.from({ length: view.hosts }, (_, host) => n * view.hosts + host)
  return {
    id,
    ft: ftNames[view.ftOf(n)] as Pair["ft"],
    power: view.isOn(n) ? "on" : "off",
    registered: {
      primary: hostAt(view.primaryAt(n)),
      secondary: view.secondaryAt(n) < 0 ? null : hostAt(view.secondaryAt(n)),
    },
    reason: reasonNamed(view.reasonOf(n)),
    lock: { generation: view.lockOf(n), holder: holder < 0 ? null : copyIdOf(id, holder + 1) },
    copies: slots.filter((slot) => view.controlOf(slot) !== 0).map((slot) => unpackCopy(view, slot)),
    started: view.hosts,
    interventions: view.interventionsOf(n),
    observed: unpackLog(view, view.observedOf(n)),
    ...plainIn(view, "pair", n),
  }
}

const unpackCopy = (view: View, slot: number): Copy => {
  const control = view.controlOf(slot)
  const pair = view.layout.config.pairs[view.pairOf(slot)] as View["layout"]["config"]["pairs"][number]
  const { hostIds } = view.layout
  const named = view.peerIn(control)
  const channel: Channel | null =
    named === peer.none
      ? null
      : {
          peer: named === peer.gone ? "gone" : copyIdOf(pair.id, named - peer.first + 1),
          delivered: view.deliveredIn(control),
          acked: view.ackedIn(control),
        }
  return {
    id: copyIdOf(pair.id, view.hostOf(slot) + 1),
    host: hostIds[view.hostOf(slot)] as HostId,
    role: isSecondary(view.phaseIn(control)) ? "secondary" : "primary",
    phase: phaseName[view.phaseIn(control)] as Phase,
    log: unpackLog(view, view.logOf(slot)),
    channel,
    ...(plainIn(view, "copy", slot) as PlainCopy),
  }
}

const plainIn = (view: View, owner: Owner, n: number): PlainFields => {
  const plain: Record<string, PlainValue> = {}
  for (const { name, holds, of } of view.plainFields[owner])
    plain[name] = valueFor(holds, of(n), view.layout.hostIds)
  return plain
}

const unpackLog = (view: View, log: number): readonly Entry[] =>
  Array.from({ length: view.lengthOf(log) }, (_, n) => {
    const entry = view.entryOf(log, n)
    const { indexBits } = view.layout
    return indexBits === 0
      ? { generation: entry, index: n + 1 }
      : { generation: entry >>> indexBits, index: entry & (2 ** indexBits - 1) }
  })

const ftNames: readonly Pair["ft"][] = headFields.ft.values

const phaseName: readonly (Phase | null)[] = [
  null,
  "syncing",
  "lockstep",
  "lockstep",
  "contending",
  "contending",
  "live",
]

const phaseNumbers: Readonly<Record<Phase, Readonly<Record<Role, number>>>> = {
  syncing: { primary: phase.none, secondary: phase.syncing },
  lockstep: { primary: phase.lockstepPrimary, secondary: phase.lockstepSecondary },
  contending: { primary: phase.contendingPrimary, secondary: phase.contendingSecondary },
  live: { primary: phase.live, secondary: phase.none },
}

const phaseNumber = ({ id, phase: name, role }: Copy): number => {
  const number = phaseNumbers[name][role]
  if (number === phase.none)
    throw new CapacityExceeded(`the engine has no place for ${id}, a ${name} ${role}`)
  return number
}

const hostNumber = (view: View, host: HostId): number =>
  view.layout.config.hosts.findIndex(({ id }) => id === host)
