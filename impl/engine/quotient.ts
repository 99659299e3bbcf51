import { phase } from "./machine.ts"
import type { View } from "./view.ts"

/**
 * What two states must share to count as one where nothing bounds a run.
 *
 * Shape  `form`: `ranks` numbers the generations that are present 1, 2, … in their order; `bit` keeps of a copy's generation whether it is
 *        the lock's, and of entries which of those at one position are equal. `drops`: entries that all logs share, and that
 *        nobody will read again, are left out.
 */
export type Quotient = { readonly form: "ranks" | "bit"; readonly drops: boolean }

/** In the form `bit`: the generation of a stale copy, and that of the lock. Classes of entries have the numbers after those that a step may make of them. */
const bits = Object.freeze({ stale: 1, current: 2, firstClass: 4 })

/** How many generations may be told apart in a state, and the next one: for each log its entries, each copy, the lock. */
export const generationsIn = (hosts: number, log: number, { form }: Quotient): number =>
  form === "bit" ? bits.firstClass + hosts + 1 : (hosts + 1) * (log + 1) + 2

/**
 * Puts states into their forms. Judge a state before: its form does not show all that it violates.
 *
 * Shape  `rewrite` makes of the state that the machine is at its form, but for the names of entries; what it changes can be taken back
 *        like a step. `name` names the entries in a key, where the form leaves them unnamed, or is null. `settle` does both, and
 *        commits. What is counted of faults and of what operators did begins again at 0.
 */
export type Former = {
  readonly rewrite: () => void
  readonly name: ((key: Int32Array) => void) | null
  readonly settle: () => void
}

export const formerOf = (view: View, quotient: Quotient): Former => {
  const { layout, machine, pairs } = view
  const drop = quotient.drops ? dropperOf(view) : () => {}
  const rename = quotient.form === "bit" ? staleBitsOf(view) : ranksOf(view)
  const name = quotient.form === "bit" ? entryNamerOf(view) : null
  const key = new Int32Array(layout.words + 1)

  const rewrite = (): void => {
    machine.set(layout.faults, 0)
    for (let pair = 0; pair < pairs; pair += 1) {
      view.putOf(pair, layout.past.interventions, 0)
      drop(pair)
      rename(pair)
    }
  }

  const settle = (): void => {
    rewrite()
    key.set(machine.key)
    name?.(key)
    machine.load(key, 0)
  }

  return { rewrite, name, settle }
}

/** Drops the entries of a pair that all its logs begin with and that every copy has released, and every lockstep Primary has had acknowledged. */
const dropperOf = (view: View): ((pair: number) => void) => {
  const { layout, hosts, controlOf, phaseIn, releasedIn, deliveredIn, ackedIn, peerIn } = view
  const { withReleased, withChannel, write, logOf, observedOf, lengthOf, agree } = view
  const { shorten } = logWriterOf(view)

  const sharedBy = (pair: number): number => {
    const observed = observedOf(pair)
    let shared = lengthOf(observed)
    for (let slot = pair * hosts; slot < (pair + 1) * hosts && shared > 0; slot += 1) {
      const copy = controlOf(slot)
      if (copy === 0 || phaseIn(copy) === phase.syncing) continue
      shared = Math.min(shared, releasedIn(copy))
      if (phaseIn(copy) === phase.lockstepPrimary) shared = Math.min(shared, deliveredIn(copy), ackedIn(copy))
      while (shared > 0 && (lengthOf(logOf(slot)) < shared || !agree(logOf(slot), observed, shared)))
        shared -= 1
    }
    return shared
  }

  return (pair) => {
    if (layout.capacity.log === 0) return
    const shared = sharedBy(pair)
    if (shared === 0) return
    const less = (count: number): number => Math.max(0, count - shared)
    shorten(observedOf(pair), shared)
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = controlOf(slot)
      if (copy === 0) continue
      shorten(logOf(slot), shared)
      const channel = withChannel(copy, peerIn(copy), less(deliveredIn(copy)), less(ackedIn(copy)))
      write(slot, withReleased(channel, less(releasedIn(copy))))
    }
  }
}

/** Numbers the generations of a pair 1, 2, … in their order: the lock's, those of copies, and those of entries. */
const ranksOf = (view: View): ((pair: number) => void) => {
  const { layout, hosts, controlOf, generationIn, withGeneration, write } = view
  const { lockOf, holderOf, lockAt, observedOf, logOf } = view
  const { eachEntry } = logWriterOf(view)
  const { indexBits } = layout
  const generationsMax = layout.copy.generation.mask
  const ranks = new Int32Array(generationsMax + 1)
  const note = (entry: number): number => {
    ranks[entry >>> indexBits] = 1
    return entry
  }
  const renamed = (entry: number): number =>
    ((ranks[entry >>> indexBits] as number) << indexBits) | (entry & (2 ** indexBits - 1))

  const eachLog = (pair: number, change: (entry: number) => number): void => {
    eachEntry(observedOf(pair), change)
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (controlOf(slot) !== 0) eachEntry(logOf(slot), change)
  }

  return (pair) => {
    ranks.fill(0)
    ranks[lockOf(pair)] = 1
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
      if (controlOf(slot) !== 0) ranks[generationIn(controlOf(slot))] = 1
    eachLog(pair, note)
    let rank = 0
    for (let generation = 1; generation <= generationsMax; generation += 1)
      if (ranks[generation] === 1) ranks[generation] = rank += 1
    lockAt(pair, ranks[lockOf(pair)] as number, holderOf(pair))
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = controlOf(slot)
      if (copy !== 0) write(slot, withGeneration(copy, ranks[generationIn(copy)] as number))
    }
    eachLog(pair, renamed)
  }
}

/** Keeps of a generation whether it is the lock's. Entries are named afterwards, in each image of the state. */
const staleBitsOf = (view: View): ((pair: number) => void) => {
  const { hosts, controlOf, generationIn, withGeneration, write, lockOf, holderOf, lockAt } = view
  return (pair) => {
    const lock = lockOf(pair)
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = controlOf(slot)
      if (copy === 0) continue
      write(slot, withGeneration(copy, generationIn(copy) === lock ? bits.current : bits.stale))
    }
    lockAt(pair, bits.current, holderOf(pair))
  }
}

/** How logs are rewritten, each by its first cell. */
const logWriterOf = ({ lengthOf, entryOf, copyPrefix, append, layout }: View) => {
  const entries = new Int32Array(layout.capacity.log)

  const rewrite = (log: number, from: number, change: (entry: number) => number): void => {
    const length = lengthOf(log)
    for (let n = from; n < length; n += 1) entries[n] = change(entryOf(log, n))
    copyPrefix(log, log, 0)
    for (let n = from; n < length; n += 1) append(log, entries[n] as number)
  }

  return {
    eachEntry: (log: number, change: (entry: number) => number): void => {
      if (layout.capacity.log > 0) rewrite(log, 0, change)
    },
    shorten: (log: number, by: number): void => {
      rewrite(log, by, (entry) => entry)
    },
  }
}

/**
 * Names the entries in the key of a state: at each position those that are equal alike, in the order in which they are met, the
 * world's first, then host by host.
 */
const entryNamerOf = ({ layout, hosts, pairs, observedOf, logOf }: View): ((key: Int32Array) => void) => {
  const { wordOf, shiftOf, entryBits, entriesPerCell, capacity } = layout
  const entryMask = 2 ** entryBits - 1
  const logs = Array.from({ length: pairs }, (_, pair) => [
    observedOf(pair),
    ...Array.from({ length: hosts }, (_, host) => logOf(pair * hosts + host)),
  ])
  const places = logs.flatMap((ofPair) =>
    Array.from({ length: capacity.log }, (_, n) =>
      ofPair.map((log) => {
        const cell = log + Math.floor(n / entriesPerCell)
        return {
          word: wordOf[cell] as number,
          shift: (shiftOf[cell] as number) + (n % entriesPerCell) * entryBits,
        }
      }),
    ),
  )
  const words = places.map((each) => Int32Array.from(each, ({ word }) => word))
  const shifts = places.map((each) => Int32Array.from(each, ({ shift }) => shift))
  const named = new Int32Array(hosts + 1)

  return (key) => {
    for (let place = 0; place < words.length; place += 1) {
      const atWords = words[place] as Int32Array
      const atShifts = shifts[place] as Int32Array
      let count = 0
      for (let n = 0; n < atWords.length; n += 1) {
        const word = atWords[n] as number
        const shift = atShifts[n] as number
        const entry = ((key[word] as number) >>> shift) & entryMask
        if (entry === 0) continue
        let name = 0
        while (name < count && named[name] !== entry) name += 1
        if (name === count) {
          named[count] = entry
          count += 1
        }
        key[word] = ((key[word] as number) & ~(entryMask << shift)) | ((bits.firstClass + name) << shift)
      }
    }
  }
}
