import type { Config } from "../model/config.ts"
import { identityAmong, readsRegistrations, registrationsOf } from "../model/identity.ts"
import { endsOf, pairIdOf, type CopyId, type HostId } from "../model/ids.ts"
import { copyIn, type Pair } from "../model/pair.ts"
import { pairsOf, type State } from "../model/state.ts"
import type { AskedAction } from "./profile.ts"

/** The largest cluster in which hosts are exchanged for each other: with more there are too many orders to try. */
const exchangedHostsMax = 4

/** A number for each host: an order in which the hosts may be listed. */
type Places = ReadonlyMap<HostId, number>

/** The canonical form of a state, up to the names of hosts and copies, and the orders of its hosts that give it. */
type CanonicalForm = { readonly key: string; readonly orders: readonly Places[] }

/**
 * A state, but for the numbers of its copies and for the names of hosts that can be exchanged: states that are alike
 * go on alike. Reasons and interventions, which no guard reads, are no part of it; registrations are, if one of these kinds
 * reads them.
 */
export const canonicalForm = (config: Config, state: State, kinds: readonly string[]): string =>
  canonicalOf(config, state, kinds).key

/** The canonical form of an action in a state: actions that only exchange hosts have the same. */
export const canonicalAction = (
  config: Config,
  state: State,
  action: AskedAction,
  kinds: readonly string[],
): string => {
  let first: string | null = null
  for (const places of canonicalOf(config, state, kinds).orders) {
    const text = actionText(state, action, places)
    if (first === null || text < first) first = text
  }
  return first ?? ""
}

/** The forms without registrations, and with them. */
const known = [new WeakMap<State, CanonicalForm>(), new WeakMap<State, CanonicalForm>()] as const

const canonicalOf = (config: Config, state: State, kinds: readonly string[]): CanonicalForm => {
  const isRegistered = readsRegistrations(config, kinds)
  const forms = known[isRegistered ? 1 : 0]
  const before = forms.get(state)
  if (before !== undefined) return before
  let key: string | null = null
  let orders: Places[] = []
  for (const places of sortedOrders(config, state)) {
    const nameOf = (host: HostId): string => String(placeOf(places, host))
    const text = identityAmong(nameOf, state) + (isRegistered ? `;${registrationsOf(state, nameOf)}` : "")
    if (key !== null && text > key) continue
    if (text !== key) orders = []
    key = text
    orders.push(places)
  }
  const found = { key: key ?? "", orders }
  forms.set(state, found)
  return found
}

const knownOrders = new WeakMap<Config, readonly Places[]>()

/**
 * The orders in which the hosts may be listed: each host in a place of one with the same limits and groups. Only one where the
 * reference policy decides between them by that order.
 */
const ordersOf = (config: Config): readonly Places[] => {
  const before = knownOrders.get(config)
  if (before !== undefined) return before
  const { hosts, policy } = config
  const traits = hosts.map(({ id: _, ...rest }) => JSON.stringify(rest))
  const plain = hosts.map((_, n) => n)
  const isFixed = policy === "reference" || hosts.length > exchangedHostsMax
  const all = isFixed ? [plain] : permutations(plain)
  const found = all
    .filter((order) => order.every((place, n) => traits[place] === traits[n]))
    .map((order): Places => new Map(hosts.map(({ id }, n) => [id, order[n] as number])))
  knownOrders.set(config, found)
  return found
}

/**
 * Those orders that list the hosts by what stands on them. States that are alike have hosts that look alike, so that the first of
 * the forms is the same; few hosts look alike, so that few orders are left.
 */
const sortedOrders = (config: Config, state: State): readonly Places[] => {
  const orders = ordersOf(config)
  if (orders.length === 1) return orders
  const looks = new Map(config.hosts.map(({ id }) => [id, lookOf(state, id)]))
  let first: string | null = null
  let sorted: Places[] = []
  for (const places of orders) {
    const listed: string[] = []
    for (const [id, place] of places) listed[place] = looks.get(id) ?? ""
    const text = listed.join()
    if (first !== null && text > first) continue
    if (text !== first) sorted = []
    first = text
    sorted.push(places)
  }
  return sorted
}

/** What is seen of a host at a glance, of all that a state's identity says of it. */
const lookOf = (state: State, id: HostId): string => {
  const host = state.hosts[id]
  const cuts = state.cut.filter((link) => endsOf(link).includes(id)).length
  let look = `${host?.up === true ? 1 : 0}${host?.storage === true ? 1 : 0}${cuts}`
  for (const pair of pairsOf(state))
    for (const copy of pair.copies) if (copy.host === id) look += `${pair.id}${copy.role}${copy.phase}`
  return look
}

const permutations = (numbers: readonly number[]): readonly (readonly number[])[] =>
  numbers.length === 0
    ? [[]]
    : numbers.flatMap((first) =>
        permutations(numbers.filter((other) => other !== first)).map((rest) => [first, ...rest]),
      )

const actionText = (state: State, action: AskedAction, places: Places): string => {
  const { kind, copy, pair, role, rule, host, hosts, reason } = action as {
    readonly kind: string
    readonly copy?: CopyId
    readonly pair?: string
    readonly role?: string
    readonly rule?: number
    readonly host?: HostId
    readonly hosts?: readonly [HostId, HostId]
    readonly reason?: string
  }
  const of = copy === undefined ? undefined : state.pairs[pairIdOf(copy)]
  const where = of === undefined || copy === undefined ? "" : `${of.id}@${placeIn(of, copy, places)}`
  const link = hosts === undefined ? "" : linkText(placeOf(places, hosts[0]), placeOf(places, hosts[1]))
  const named = [pair, where, role, rule].filter(Boolean).join(" ")
  return `${kind} ${named} ${host === undefined ? "" : placeOf(places, host)}${link} ${reason ?? ""}`
}

const placeOf = (places: Places, host: HostId): number => places.get(host) ?? -1

const placeIn = (pair: Pair, copy: CopyId, places: Places): string => {
  const host = copyIn(pair, copy)?.host
  return host === undefined ? "nowhere" : String(placeOf(places, host))
}

const linkText = (a: number, b: number): string => (a < b ? `${a}-${b}` : `${b}-${a}`)
