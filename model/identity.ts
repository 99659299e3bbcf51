import { isFtKind, type Kind } from "./action.ts"
import type { Config } from "./config.ts"
import type { Field, Fields, Holds } from "./field.ts"
import { stateFields } from "./fields.ts"
import type { Host } from "./host.ts"
import { endsOf, type CopyId, type HostId, type LinkId } from "./ids.ts"
import type { Log } from "./log.ts"
import { copyIn, type Pair } from "./pair.ts"
import { pairsOf, type State } from "./state.ts"

/**
 * A state's identity, as a string: two states are the same when they differ only in the numbers of their
 * copies. A copy is what it is and where it is. Reasons, which no guard reads, and the count of interventions, which
 * only a property reads, are no part of it; nor are registrations, where no guard reads them.
 */
export const identity = (state: State): string => identityAmong(itself, state)

/** The identity of a state with its hosts under other names. */
export const identityAmong = (nameOf: (host: HostId) => string, state: State): string =>
  writeState(state, { nameOf, pair: null })

/** Whether two states of one cluster are the same. Quick where they share most of their pairs. */
export const isSame = (a: State, b: State): boolean =>
  writeSurroundings(a, unnamed) === writeSurroundings(b, unnamed) &&
  pairsOf(a).every((pair) => {
    const other = b.pairs[pair.id]
    return (
      pair === other ||
      (other !== undefined &&
        writePair(pair, { nameOf: itself, pair }) === writePair(other, { nameOf: itself, pair: other }))
    )
  })

/** The identity, and with it what operators have done: for a property that reads that too. */
export const identityWithInterventions = (state: State): string =>
  `${identity(state)};${interventionsOf(state)}`

/** How often operators have intervened: for a property that reads that, a part of the identity. */
export const interventionsOf = (state: State): string =>
  pairsOf(state)
    .map((pair) => pair.interventions)
    .join()

/** Why the pairs need a Secondary: for a property that reads that, a part of the identity. */
export const reasonsOf = (state: State): string =>
  pairsOf(state)
    .map(({ reason }) => reason ?? "-")
    .join()

/**
 * How the states of a cluster are told apart in which actions of these kinds are taken: by their identity, and by where the
 * pairs are registered if a guard reads that.
 */
export const identityFor = (config: Config, among: readonly Kind[]): ((state: State) => string) =>
  readsRegistrations(config, among) ? (state) => `${identity(state)};${registrationsOf(state)}` : identity

/** Whether a guard reads registrations: an operation on FT does, and a power-on that prefers the registered host. */
export const readsRegistrations = ({ policy }: Config, among: readonly string[]): boolean =>
  policy !== "any" || among.some(isFtKind)

/** Where the pairs are registered: for a property that reads that, a part of the identity. */
export const registrationsOf = (state: State, nameOf: (host: HostId) => string = itself): string =>
  pairsOf(state)
    .map(
      ({ registered: { primary, secondary } }) =>
        `${nameOf(primary)},${secondary === null ? "-" : nameOf(secondary)}`,
    )
    .join()

/** How hosts are named, and the pair within which a copy is meant. */
type Naming = { readonly nameOf: (host: HostId) => string; readonly pair: Pair | null }

type Writer<A> = (value: A, naming: Naming) => string

/** Writes the fields of a thing that distinguish states. */
const writerOf = <A extends object>(fields: Fields): Writer<A> => {
  const parts = Object.entries(fields)
    .filter(([, { distinguishes }]) => distinguishes)
    .map(([name, field]) => ({ name, write: valueWriter(field) }))
  return (owner, naming) => {
    let text = ""
    for (const { name, write } of parts) text += `${write(owner[name as never], naming)};`
    return text
  }
}

const valueWriter = (field: Field): Writer<never> => {
  const write = plainWriter(field)
  return field.isNullable || field.isOptional
    ? (value: unknown, naming) => (value == null ? "-" : write(value as never, naming))
    : write
}

const plainWriter = (field: Holds): Writer<never> => {
  switch (field.tag) {
    case "flag":
      return (value: boolean) => (value ? "1" : "0")
    case "host":
      return (id: HostId, { nameOf }) => nameOf(id)
    case "copy":
    case "peer":
      return placeOf
    case "log":
      return entries
    case "links":
      return linksText
    case "rules":
      return rulesText
    case "record":
    case "group":
      return writerOf(field.fields)
    case "each":
      return eachWriter(field)
    default:
      return (value: string | number) => value as string
  }
}

/** Hosts and copies stand in an order that does not depend on how they are called, or numbered; pairs keep theirs. */
const eachWriter = ({ of, fields }: Extract<Holds, { readonly tag: "each" }>): Writer<never> => {
  const write = writerOf<object>(fields)
  switch (of) {
    case "copy":
      return (copies: Pair["copies"], naming) => sorted(copies.map((copy) => write(copy, naming)))
    case "host":
      return (hosts: State["hosts"], naming) => {
        const texts: string[] = []
        for (const id in hosts)
          texts.push(naming.nameOf(id as HostId) + write(hosts[id as HostId] as Host, naming))
        return sorted(texts)
      }
    case "pair":
      return (pairs: State["pairs"], { nameOf }) =>
        Object.values(pairs)
          .map((pair) => write(pair, { nameOf, pair }))
          .join("|")
  }
}

/** The texts in order, each with its end; the array is its caller's no more. */
const sorted = (texts: string[]): string =>
  texts.length === 1 ? (texts[0] as string) : texts.sort().join("|")

const linksText: Writer<readonly LinkId[]> = (links, { nameOf }) =>
  links.length === 0
    ? ""
    : sorted(
        links.map((link) => {
          const [a, b] = endsOf(link).map(nameOf) as [string, string]
          return a < b ? `${a}/${b}` : `${b}/${a}`
        }),
      )

const rulesText: Writer<State["rules"]> = (rules) => rules.map(Number).join("")

const placeOf: Writer<CopyId | "gone"> = (id, { nameOf, pair }) => {
  if (id === "gone" || pair === null) return "gone"
  const host = copyIn(pair, id)?.host
  return host === undefined ? "nowhere" : nameOf(host)
}

const entries: Writer<Log> = (log) => {
  let text = ""
  for (const { generation, index } of log) text += `${generation}.${index} `
  return text
}

const itself = (host: HostId): string => host
const unnamed: Naming = { nameOf: itself, pair: null }
const { pairs: ofPairs, ...ofSurroundings } = stateFields
const writeState = writerOf<State>(stateFields)
const writeSurroundings = writerOf<State>(ofSurroundings)
const writePair = writerOf<Pair>(ofPairs.tag === "each" ? ofPairs.fields : {})
