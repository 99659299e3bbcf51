import { CapacityExceeded, peer, phase, type Machine } from "./machine.ts"

/**
 * How the rules read and change the state of a machine: hosts and links by number, pairs by number, copies by
 * *slot* (pair × hosts + host). A copy's control is one number; `0` is no copy.
 */
export type View = ReturnType<typeof viewOf>

export const viewOf = (machine: Machine) => {
  const { layout, cells, set } = machine
  const { hosts, pairs, firstPair, pairCells, firstCopy, copyCells, logCells, entriesPerCell, entryBits } =
    layout
  const { firstPart } = layout
  const { phase: phaseField, generation, released, peer: peerField, delivered, acked } = layout.copy
  const { power, generation: lockField, holder: holderField } = layout.head
  const { interventions } = layout.past
  const { primary: primaryField, secondary: secondaryField, reason: reasonField } = layout.books
  const registeredAtStart = layout.config.pairs.map(({ registered }) => ({
    primary: layout.config.hosts.findIndex(({ id }) => id === registered.primary),
    secondary: layout.config.hosts.findIndex(({ id }) => id === registered.secondary),
  }))
  const links = linkTable(hosts)
  const entryMask = entryBits === 32 ? -1 : 2 ** entryBits - 1
  // Looked up, not computed: a division costs more than all else that a rule does.
  const pairOfSlot = Int32Array.from({ length: pairs * hosts }, (_, slot) => Math.floor(slot / hosts))
  const hostOfSlot = Int32Array.from({ length: pairs * hosts }, (_, slot) => slot % hosts)
  const cellOfSlot = Int32Array.from(
    { length: pairs * hosts },
    (_, slot) => firstPair + Math.floor(slot / hosts) * pairCells + firstCopy + (slot % hosts) * copyCells,
  )
  const entries = layout.capacity.log + 1
  const cellOfEntry = Int32Array.from({ length: entries }, (_, n) => Math.floor(n / entriesPerCell))
  const shiftOfEntry = Int32Array.from({ length: entries }, (_, n) => (n % entriesPerCell) * entryBits)
  const entriesInBits = Int32Array.from({ length: 33 }, (_, bits) => Math.ceil(bits / entryBits))
  const prefixMask = Int32Array.from({ length: entriesPerCell + 1 }, (_, n) =>
    n * entryBits === 32 ? -1 : 2 ** (n * entryBits) - 1,
  )

  // Hosts and links.
  const has = (first: number, n: number): boolean =>
    (((cells[first + (n >> 5)] as number) >>> (n & 31)) & 1) === 1
  const put = (first: number, n: number, value: 0 | 1): void => {
    const cell = first + (n >> 5)
    const bit = 1 << (n & 31)
    set(cell, value === 1 ? (cells[cell] as number) | bit : (cells[cell] as number) & ~bit)
  }
  const isUp = (host: number): boolean => has(layout.up, host)
  const hasStorage = (host: number): boolean => has(layout.up, host) && has(layout.storage, host)
  const linkOf = (a: number, b: number): number => links[a * hosts + b] as number
  const reaches = (a: number, b: number): boolean => a === b || !has(layout.cut, linkOf(a, b))

  // Pairs: power, lock, and what operators have done.
  const headOf = (pair: number): number => firstPair + pair * pairCells
  const isOn = (pair: number): boolean => (((cells[headOf(pair)] as number) >>> power.shift) & 1) === 1
  const lockOf = (pair: number): number =>
    ((cells[headOf(pair)] as number) >>> lockField.shift) & lockField.mask
  const holderOf = (pair: number): number =>
    (((cells[headOf(pair)] as number) >>> holderField.shift) & holderField.mask) - 1
  const lockAt = (pair: number, generationNow: number, holder: number): void => {
    if (generationNow > layout.capacity.generations)
      throw outgrown("generations", layout.capacity.generations)
    const rest = (cells[headOf(pair)] as number) & (power.mask << power.shift)
    set(headOf(pair), rest | (generationNow << lockField.shift) | ((holder + 1) << holderField.shift))
  }
  const switchTo = (pair: number, on: 0 | 1): void => {
    const head = cells[headOf(pair)] as number
    set(headOf(pair), on === 1 ? head | (1 << power.shift) : head & ~(1 << power.shift))
  }
  const interventionsOf = (pair: number): number =>
    ((cells[headOf(pair) + 1] as number) >>> interventions.shift) & interventions.mask
  /**
   * One more thing that costs a generation. The count stops at its field's largest number, which is at least the
   * largest generation: from there on S18 holds, whatever more is counted.
   */
  const intervened = (pair: number): void => {
    if (interventionsOf(pair) === interventions.mask) return
    const past = cells[headOf(pair) + 1] as number
    set(headOf(pair) + 1, past + (1 << interventions.shift))
  }

  // Books: where a pair is registered, and why it needs a Secondary. No rule reads them. 0 is a place as configured.
  const booksOf = (pair: number): number => cells[headOf(pair) + 2] as number
  const primaryAtIn = (pair: number, books: number): number =>
    ((books >>> primaryField.shift) & primaryField.mask) - 1 < 0
      ? (registeredAtStart[pair]?.primary ?? -1)
      : ((books >>> primaryField.shift) & primaryField.mask) - 1
  const secondaryAtIn = (pair: number, books: number): number =>
    ((books >>> secondaryField.shift) & secondaryField.mask) - 1 < 0
      ? (registeredAtStart[pair]?.secondary ?? -1)
      : ((books >>> secondaryField.shift) & secondaryField.mask) - 1
  const registrations = (pair: number, primary: number, secondary: number): number => {
    const atStart = registeredAtStart[pair]
    const here = primary === atStart?.primary ? 0 : primary + 1
    const there = secondary === atStart?.secondary ? 0 : secondary + 1
    return (here << primaryField.shift) | (there << secondaryField.shift)
  }
  const register = (pair: number, primary: number, secondary: number): void => {
    if (primaryField.mask === 0) return
    const rest = booksOf(pair) & (reasonField.mask << reasonField.shift)
    set(headOf(pair) + 2, rest | registrations(pair, primary, secondary))
  }
  const registerPrimary = (pair: number, host: number): void => {
    register(pair, host, secondaryAtIn(pair, booksOf(pair)))
  }
  const registerSecondary = (pair: number, host: number): void => {
    register(pair, primaryAtIn(pair, booksOf(pair)), host)
  }
  const reasonOf = (pair: number): number => (booksOf(pair) >>> reasonField.shift) & reasonField.mask
  const explain = (pair: number, reason: number): void => {
    const rest = booksOf(pair) & ~(reasonField.mask << reasonField.shift)
    set(headOf(pair) + 2, rest | ((reason & reasonField.mask) << reasonField.shift))
  }

  // Copies.
  const pairOf = (slot: number): number => pairOfSlot[slot] as number
  const hostOf = (slot: number): number => hostOfSlot[slot] as number
  const cellOf = (slot: number): number => cellOfSlot[slot] as number
  const controlOf = (slot: number): number => cells[cellOf(slot)] as number
  const phaseIn = (control: number): number => control & phaseField.mask
  const generationIn = (control: number): number => (control >>> generation.shift) & generation.mask
  const releasedIn = (control: number): number => (control >>> released.shift) & released.mask
  const peerIn = (control: number): number => (control >>> peerField.shift) & peerField.mask
  const deliveredIn = (control: number): number => (control >>> delivered.shift) & delivered.mask
  const ackedIn = (control: number): number => (control >>> acked.shift) & acked.mask
  const channelMask =
    (peerField.mask << peerField.shift) | (delivered.mask << delivered.shift) | (acked.mask << acked.shift)

  /** A control of these parts, without a channel. */
  const control = (phaseNow: number, generationNow: number, releasedNow: number): number =>
    phaseNow | (generationNow << generation.shift) | (releasedNow << released.shift)
  const withPhase = (old: number, phaseNow: number): number => (old & ~phaseField.mask) | phaseNow
  const withGeneration = (old: number, now: number): number =>
    (old & ~(generation.mask << generation.shift)) | (now << generation.shift)
  const withReleased = (old: number, now: number): number =>
    (old & ~(released.mask << released.shift)) | (now << released.shift)
  const withChannel = (old: number, peerNow: number, deliveredNow: number, ackedNow: number): number =>
    (old & ~channelMask) |
    (peerNow << peerField.shift) |
    (deliveredNow << delivered.shift) |
    (ackedNow << acked.shift)
  const withoutChannel = (old: number): number => old & ~channelMask
  const write = (slot: number, now: number): void => {
    set(cellOf(slot), now)
  }

  /** A number that a part of the protocol keeps of copies: how it is read and written. */
  const partField = (name: string) => {
    const field = layout.partFields[name]
    if (field === undefined) throw new Error(`defect: no part that is on keeps ${name}`)
    const { cell, shift, mask } = field
    return {
      of: (slot: number): number => ((cells[cellOf(slot) + cell] as number) >>> shift) & mask,
      put: (slot: number, value: number): void => {
        if (value > mask) throw outgrown(name, mask)
        const rest = (cells[cellOf(slot) + cell] as number) & ~(mask << shift)
        set(cellOf(slot) + cell, rest | (value << shift))
      },
    }
  }
  /** The first of a copy's cells that parts keep. */
  const partsOf = (slot: number): number => cellOf(slot) + firstPart

  // Logs: `log` is the first cell of one, a copy's or what the world saw.
  const logOf = (slot: number): number => cellOf(slot) + 1
  const observedOf = (pair: number): number => headOf(pair) + layout.observed
  const lengthOf = (log: number): number => {
    for (let n = logCells - 1; n >= 0; n -= 1) {
      const bits = 32 - Math.clz32(cells[log + n] as number)
      if (bits !== 0) return n * entriesPerCell + (entriesInBits[bits] as number)
    }
    return 0
  }
  const entryOf = (log: number, n: number): number =>
    ((cells[log + (cellOfEntry[n] as number)] as number) >>> (shiftOfEntry[n] as number)) & entryMask
  const entryFor = (generationNow: number, index: number): number =>
    layout.indexBits === 0 ? generationNow : (generationNow << layout.indexBits) | index
  const append = (log: number, entry: number): void => {
    const n = lengthOf(log)
    if (n >= layout.capacity.log) throw outgrown("log", layout.capacity.log)
    const cell = log + (cellOfEntry[n] as number)
    set(cell, (cells[cell] as number) | (entry << (shiftOfEntry[n] as number)))
  }
  const copyPrefix = (from: number, to: number, length: number): void => {
    for (let n = 0; n < logCells; n += 1)
      set(to + n, (cells[from + n] as number) & (prefixMask[within(length - n * entriesPerCell)] as number))
  }
  const within = (n: number): number => (n < 0 ? 0 : n > entriesPerCell ? entriesPerCell : n)
  /** Whether the first `length` entries of two logs are the same. */
  const agree = (a: number, b: number, length: number): boolean => {
    for (let n = 0; n < logCells; n += 1) {
      const differing = (cells[a + n] as number) ^ (cells[b + n] as number)
      if ((differing & (prefixMask[within(length - n * entriesPerCell)] as number)) !== 0) return false
    }
    return true
  }

  // What several rules do.
  const spend = (): void => {
    const spent = (cells[layout.faults] as number) + 1
    if (spent > layout.capacity.faults) throw outgrown("faults", layout.capacity.faults)
    set(layout.faults, spent)
  }
  const faultsSoFar = (): number => cells[layout.faults] as number

  /** The slot of the Primary that has the copy as its peer; -1 if there is none. */
  const primaryOf = (slot: number): number => {
    const first = pairOf(slot) * hosts
    const wanted = peer.first + (slot - first)
    for (let other = first; other < first + hosts; other += 1)
      if (peerIn(controlOf(other)) === wanted) return other
    return -1
  }
  /** The slot of the peer that a control names; -1 if it has none, or it is gone. */
  const peerSlot = (slot: number, controlNow: number): number => {
    const named = peerIn(controlNow)
    return named < peer.first ? -1 : pairOf(slot) * hosts + named - peer.first
  }
  /** The slot of the Primary that executes at the lock's generation; -1 if there is none. */
  const currentPrimary = (pair: number): number => {
    const lock = lockOf(pair)
    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const now = controlOf(slot)
      if (generationIn(now) === lock && isExecutingPrimary(phaseIn(now))) return slot
    }
    return -1
  }
  const isRunning = (pair: number): boolean => {
    const primary = isOn(pair) ? currentPrimary(pair) : -1
    if (primary < 0 || phaseIn(controlOf(primary)) !== phase.lockstepPrimary) return false
    const other = peerSlot(primary, controlOf(primary))
    return other >= 0 && phaseIn(controlOf(other)) === phase.lockstepSecondary
  }

  /** The copy is gone: its memory, its place as a peer, its hold on the lock. */
  const halt = (slot: number): void => {
    const pair = pairOf(slot)
    const host = slot - pair * hosts
    for (let other = pair * hosts; other < (pair + 1) * hosts; other += 1) {
      const now = controlOf(other)
      if (peerIn(now) === peer.first + host)
        write(other, withChannel(now, peer.gone, deliveredIn(now), ackedIn(now)))
    }
    if (holderOf(pair) === host) lockAt(pair, lockOf(pair), -1)
    erase(slot)
  }
  /** Nothing is left in the slot of a copy. */
  const erase = (slot: number): void => {
    for (let cell = cellOf(slot); cell < cellOf(slot) + copyCells; cell += 1) set(cell, 0)
  }
  /** The copy of one slot as it is, in another. */
  const transfer = (from: number, to: number): void => {
    for (let n = 0; n < copyCells; n += 1) set(cellOf(to) + n, cells[cellOf(from) + n] as number)
    erase(from)
  }
  const contend = (slot: number): void => {
    const now = controlOf(slot)
    const isSecondary = phaseIn(now) === phase.lockstepSecondary || phaseIn(now) === phase.syncing
    const next = isSecondary ? phase.contendingSecondary : phase.contendingPrimary
    write(slot, withPhase(withoutChannel(now), next))
  }
  /** The copy is live at a generation, without a peer. */
  const goLive = (slot: number, generationNow: number): void => {
    if (generationNow > generation.mask) throw outgrown("generations", layout.capacity.generations)
    write(slot, withGeneration(withPhase(withoutChannel(controlOf(slot)), phase.live), generationNow))
  }
  /** The lock is advanced for a copy, whatever it says, and the copy is live at the new generation. */
  const takeLock = (slot: number): void => {
    const pair = pairOf(slot)
    const next = lockOf(pair) + 1
    lockAt(pair, next, slot - pair * hosts)
    goLive(slot, next)
  }
  const testAndSet = (slot: number): void => {
    if (lockOf(pairOf(slot)) === generationIn(controlOf(slot))) takeLock(slot)
    else halt(slot)
  }

  return {
    machine,
    layout,
    hosts,
    pairs,
    slots: hosts * pairs,
    has,
    put,
    isUp,
    hasStorage,
    linkOf,
    reaches,
    headOf,
    isOn,
    lockOf,
    holderOf,
    lockAt,
    switchTo,
    interventionsOf,
    intervened,
    booksOf,
    primaryAtIn,
    secondaryAtIn,
    registrations,
    register,
    registerPrimary,
    registerSecondary,
    reasonOf,
    explain,
    pairOf,
    hostOf,
    controlOf,
    phaseIn,
    generationIn,
    releasedIn,
    peerIn,
    deliveredIn,
    ackedIn,
    control,
    withPhase,
    withGeneration,
    withReleased,
    withChannel,
    withoutChannel,
    write,
    erase,
    transfer,
    partField,
    partsOf,
    logOf,
    observedOf,
    lengthOf,
    entryOf,
    entryFor,
    append,
    copyPrefix,
    agree,
    spend,
    faultsSoFar,
    primaryOf,
    peerSlot,
    currentPrimary,
    isRunning,
    halt,
    contend,
    goLive,
    takeLock,
    testAndSet,
  }
}

export const isExecutingPrimary = (phaseNow: number): boolean =>
  phaseNow === phase.live || phaseNow === phase.lockstepPrimary

export const isSecondary = (phaseNow: number): boolean =>
  phaseNow === phase.syncing || phaseNow === phase.lockstepSecondary || phaseNow === phase.contendingSecondary

const outgrown = (what: string, most: number): CapacityExceeded =>
  new CapacityExceeded(`the engine was laid out for ${what} up to ${most}`)

/** The number of the link between two hosts, in the order h1-h2, h1-h3, …, h2-h3, … */
const linkTable = (hosts: number): Int32Array => {
  const table = new Int32Array(hosts * hosts)
  let next = 0
  for (let a = 0; a < hosts; a += 1)
    for (let b = a + 1; b < hosts; b += 1) {
      table[a * hosts + b] = next
      table[b * hosts + a] = next
      next += 1
    }
  return table
}
