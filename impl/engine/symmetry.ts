import { endsOf } from "../../model/ids.ts"
import { mixed } from "./hash.ts"
import { hostNamesIn, noHosts } from "./host-names.ts"
import type { Field, Layout } from "./layout.ts"
import type { View } from "./view.ts"

/**
 * The symmetries of a configuration: hosts of the same limits, groups and capability to encrypt may change places, but for those of
 * links that are exposed at the start, and so may pairs of the same size, encryption and metro group under the same rules. Where registrations are part of the state, hosts on which a pair is registered
 * at the start keep their places, and pairs that change places are registered alike: the start is its own image.
 *
 * Shape  `canonical` answers with the key of the state's representative, the least key among its images; it is
 *        valid until the next call. `orbit` is how many states the machine's state stands for; `order` how many
 *        symmetries there are. `image` is the key of the state's image under one of them, from 0 (which changes
 *        nothing) to `order` - 1; it too is valid until the next call.
 */
export type Symmetry = {
  readonly order: number
  readonly canonical: () => Int32Array
  readonly orbit: () => number
  readonly image: (n: number) => Int32Array
}

/**
 * How many orders of hosts are tried at the most, and how many of hosts and pairs together: with more alike than this
 * allows, only some change places. Each state met costs as much time as there are orders.
 */
const hostOrdersMax = 120
const ordersMax = 720

export const symmetryOf = (view: View, nameEntries: ((key: Int32Array) => void) | null = null): Symmetry => {
  const { layout, machine, hosts } = view
  const { key } = machine
  const { words } = layout
  const alike = withinReason(hostClasses(layout), hostOrdersMax)
  const hostOrders = permutationsWithin(alike)
  const pairOrdersMax = Math.floor(ordersMax / hostOrders.length)
  const pairOrders = permutationsWithin(withinReason(pairClasses(layout), pairOrdersMax))
  const inverses = hostOrders.map(inverseOf)
  const order = hostOrders.length * pairOrders.length
  const names = namesIn(layout)
  const { sign, isSorted } = signatureOf(view, names, classNumbers(alike, hosts), nameEntries !== null)
  const writeInto = writerOf(view, names)
  let best = new Int32Array(words)
  let image = new Int32Array(words)

  const write = (n: number, pairOrder: Int32Array): void => {
    writeInto(image, hostOrders[n] as Int32Array, inverses[n] as Int32Array, pairOrder)
  }

  const canonical = (): Int32Array => {
    let found = false
    for (const pairOrder of pairOrders) {
      sign(pairOrder)
      for (let n = 0; n < hostOrders.length; n += 1) {
        if (!isSorted(hostOrders[n] as Int32Array)) continue
        if (n === 0 && pairOrder === pairOrders[0]) image.set(key.subarray(0, words))
        else write(n, pairOrder)
        nameEntries?.(image)
        if (found && !isLess(image, best, words)) continue
        const better = image
        image = best
        best = better
        found = true
      }
    }
    return best
  }

  const orbit = (): number => {
    let fixed = 0
    for (const pairOrder of pairOrders)
      for (let n = 0; n < hostOrders.length; n += 1) {
        write(n, pairOrder)
        nameEntries?.(image)
        if (isSame(image, key, words)) fixed += 1
      }
    return order / fixed
  }

  const imageOf = (n: number): Int32Array => {
    write(n % hostOrders.length, pairOrders[Math.floor(n / hostOrders.length)] as Int32Array)
    return image
  }

  return { order, canonical, orbit, image: imageOf }
}

/** What names hosts in each cell of a pair, of a copy, and of what parts keep of a host and of the cluster. */
const namesIn = ({ head, past, books, copy, partFields, ghosts, ...layout }: Layout) => {
  const named = (length: number, first: number, ...declared: readonly Readonly<Record<string, Field>>[]) => {
    const fields = declared.flatMap((byName) => Object.values(byName))
    return Array.from({ length }, (_, n) => hostNamesIn(fields, first + n))
  }
  const { observed, copyCells, hostCells, firstOfParts, firstHost } = layout
  return {
    ofPair: named(observed, 0, head, past, books, partFields.pair, ghosts.pair),
    ofCopy: named(copyCells, 0, copy, partFields.copy, ghosts.copy),
    ofHost: named(hostCells, 0, partFields.host),
    ofState: named(firstHost - firstOfParts, firstOfParts, partFields.state),
  }
}

type Names = ReturnType<typeof namesIn>

/**
 * Numbers for hosts that do not change when hosts change places.
 *
 * Shape  `sign` takes them from the state, its pairs in an order; `isSorted` is whether an order puts hosts of one class
 *        in the order of them.
 */
const signatureOf = (view: View, { ofCopy, ofHost }: Names, classOf: Int32Array, namesEntries: boolean) => {
  const { layout, machine, hosts, pairs, cellOf, holderOf, has, lengthOf, logOf } = view
  const { cells } = machine
  const { copyCells, hostCells, firstHost } = layout
  const afterLog = layout.controlCells + layout.logCells
  const { unnamed: unnamedControl } = ofCopy[0] ?? noHosts
  const signature = new Int32Array(hosts)
  const at = (order: Int32Array, place: number): number => signature[order[place] as number] as number

  const sign = (pairOrder: Int32Array): void => {
    for (let host = 0; host < hosts; host += 1) {
      let hash =
        (has(layout.up, host) ? 1 : 0) |
        (has(layout.storage, host) ? 2 : 0) |
        (has(layout.maintenance, host) ? 4 : 0)
      for (let n = 0; n < hostCells; n += 1)
        hash = mixed(hash, (ofHost[n] ?? noHosts).unnamed(cells[firstHost + host * hostCells + n] as number))
      for (let n = 0; n < pairs; n += 1) {
        const pair = pairOrder[n] as number
        const slot = pair * hosts + host
        hash = mixed(hash, unnamedControl(cells[cellOf(slot)] as number))
        if (namesEntries) hash = mixed(hash, lengthOf(logOf(slot)))
        for (let n = namesEntries ? afterLog : 1; n < copyCells; n += 1) {
          const value = cells[cellOf(slot) + n] as number
          const names = ofCopy[n] ?? null
          hash = mixed(hash, names === null ? value : names.unnamed(value))
        }
        if (holderOf(pair) === host) hash = mixed(hash, 7)
      }
      signature[host] = hash
    }
  }

  const isSorted = (order: Int32Array): boolean => {
    for (let place = 1; place < hosts; place += 1)
      if (classOf[place] === classOf[place - 1] && at(order, place - 1) < at(order, place)) return false
    return true
  }

  return { sign, isSorted }
}

/** Writes the key of the state with its hosts and pairs in another order. */
const writerOf = (view: View, { ofPair, ofCopy, ofHost, ofState }: Names) => {
  const { layout, machine, hosts, pairs, controlOf, cellOf, headOf, observedOf, linkOf, has } = view
  const { cells } = machine
  const { wordOf, shiftOf, words, logCells, copyCells, firstCopy, observed, hostCells, firstHost } = layout
  // The first cells by themselves: what is called by one name at one place is compiled into it.
  const { renamed: renamedHead } = ofPair[0] ?? noHosts
  const { renamed: renamedControl } = ofCopy[0] ?? noHosts
  const bitSets = [layout.up, layout.storage, layout.maintenance]
  const isExposable = layout.maskOf.subarray(layout.exposed, layout.rules).some((mask) => mask !== 0)
  const linkSets = isExposable ? [layout.cut, layout.exposed] : [layout.cut]
  let image = new Int32Array(0)

  const put = (cell: number, value: number): void => {
    const word = wordOf[cell] as number
    if (word < words) image[word] = (image[word] as number) | (value << (shiftOf[cell] as number))
  }

  const copyCell = (from: number, to: number): void => {
    put(to, cells[from] as number)
  }

  const writeHosts = (order: Int32Array, inverse: Int32Array): void => {
    for (const set of bitSets)
      for (let host = 0; host < hosts; host += 1)
        if (has(set, order[host] as number)) put(set + (host >> 5), 1 << (host & 31))
    for (const set of linkSets)
      for (let a = 0; a < hosts; a += 1)
        for (let b = a + 1; b < hosts; b += 1)
          if (has(set, linkOf(order[a] as number, order[b] as number))) {
            const link = linkOf(a, b)
            put(set + (link >> 5), 1 << (link & 31))
          }
    for (let cell = layout.rules; cell < layout.firstOfParts; cell += 1) copyCell(cell, cell)
    for (let n = 0; n < ofState.length; n += 1) {
      const cell = layout.firstOfParts + n
      put(cell, (ofState[n] ?? noHosts).renamed(cells[cell] as number, inverse))
    }
    for (let n = 0; n < hostCells; n += 1)
      for (let host = 0; host < hosts; host += 1) {
        const value = cells[firstHost + (order[host] as number) * hostCells + n] as number
        put(firstHost + host * hostCells + n, (ofHost[n] ?? noHosts).renamed(value, inverse))
      }
  }

  const writePair = (from: number, to: number, order: Int32Array, inverse: Int32Array): void => {
    put(headOf(to), renamedHead(cells[headOf(from)] as number, inverse))
    for (let n = 1; n < observed; n += 1) {
      const value = cells[headOf(from) + n] as number
      if (value !== 0) put(headOf(to) + n, (ofPair[n] ?? noHosts).renamed(value, inverse))
    }
    for (let cell = 0; cell < logCells; cell += 1) copyCell(observedOf(from) + cell, observedOf(to) + cell)
    for (let host = 0; host < hosts; host += 1) {
      const slot = from * hosts + (order[host] as number)
      if (controlOf(slot) === 0) continue
      const cell = headOf(to) + firstCopy + host * copyCells
      put(cell, renamedControl(cells[cellOf(slot)] as number, inverse))
      for (let n = 1; n < copyCells; n += 1) {
        const value = cells[cellOf(slot) + n] as number
        const names = ofCopy[n] ?? null
        put(cell + n, names === null ? value : names.renamed(value, inverse))
      }
    }
  }

  return (
    into: Int32Array<ArrayBuffer>,
    order: Int32Array,
    inverse: Int32Array,
    pairOrder: Int32Array,
  ): void => {
    image = into
    image.fill(0)
    copyCell(layout.faults, layout.faults)
    writeHosts(order, inverse)
    for (let n = 0; n < pairs; n += 1) writePair(pairOrder[n] as number, n, order, inverse)
  }
}

const isLess = (a: Int32Array, b: Int32Array, words: number): boolean => {
  for (let word = 0; word < words; word += 1)
    if (a[word] !== b[word]) return (a[word] as number) < (b[word] as number)
  return false
}

const isSame = (a: Int32Array, b: Int32Array, words: number): boolean => {
  for (let word = 0; word < words; word += 1) if (a[word] !== b[word]) return false
  return true
}

const hostClasses = ({
  config: { hosts, pairs, policy, exposed },
  storesBooks,
}: Layout): readonly (readonly number[])[] =>
  classes(hosts, ({ id, ftVmsMax, ftVcpusMax, groups, ftEncryption }) => {
    const isNamed = pairs.some(({ registered: { primary, secondary } }) => [primary, secondary].includes(id))
    // The reference policy prefers the first of equal hosts.
    if (policy === "reference") return id
    const isExposed = exposed.some((link) => endsOf(link).includes(id))
    const keeps = (storesBooks && isNamed) || isExposed
    return JSON.stringify([ftVmsMax, ftVcpusMax, [...groups].sort(), ftEncryption, keeps ? id : null])
  })

const pairClasses = ({ config: { pairs, rules }, storesBooks }: Layout): readonly (readonly number[])[] =>
  classes(pairs, ({ id, vcpus, ft, encryption, metro, registered: { primary, secondary } }) =>
    JSON.stringify([
      vcpus,
      ft,
      encryption,
      metro,
      rules.map((rule) => rule.pairs.includes(id)),
      storesBooks ? [primary, secondary] : null,
    ]),
  )

/** The numbers of what is alike, class by class. */
const classes = <A>(all: readonly A[], signature: (each: A) => string): readonly (readonly number[])[] => {
  const found = new Map<string, number[]>()
  all.forEach((each, n) => {
    const members = found.get(signature(each)) ?? []
    members.push(n)
    found.set(signature(each), members)
  })
  return [...found.values()]
}

const classNumbers = (all: readonly (readonly number[])[], size: number): Int32Array => {
  const numbers = new Int32Array(size)
  all.forEach((members, n) => {
    for (const member of members) numbers[member] = n
  })
  return numbers
}

/** The classes, of which those that would take too many permutations fall apart into some that do not. */
const withinReason = (
  all: readonly (readonly number[])[],
  orderMax: number,
): readonly (readonly number[])[] => {
  let order = 1
  return all.flatMap((members) => {
    let size = 1
    while (size < members.length && order * factorial(size + 1) <= orderMax) size += 1
    order *= factorial(size)
    return [members.slice(0, size), ...members.slice(size).map((member) => [member])]
  })
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))

/** Every order of 0 to n-1 in which each class keeps its places, the usual order first. */
const permutationsWithin = (all: readonly (readonly number[])[]): readonly Int32Array[] => {
  const size = all.reduce((sum, members) => sum + members.length, 0)
  let orders: readonly Int32Array[] = [Int32Array.from({ length: size }, (_, n) => n)]
  for (const members of all)
    orders = orders.flatMap((order) =>
      permutations(members).map((arranged) => {
        const next = order.slice()
        members.forEach((place, n) => {
          next[place] = arranged[n] as number
        })
        return next
      }),
    )
  return orders
}

const permutations = (members: readonly number[]): readonly (readonly number[])[] =>
  members.length <= 1
    ? [members]
    : members.flatMap((first, n) =>
        permutations(members.filter((_, other) => other !== n)).map((rest) => [first, ...rest]),
      )

const inverseOf = (order: Int32Array): Int32Array => {
  const inverse = new Int32Array(order.length)
  order.forEach((from, to) => {
    inverse[from] = to
  })
  return inverse
}
