import type { Engine } from "../../impl/engine/engine.ts"
import { taken } from "../../impl/engine/guards.ts"
import type { ActionCode } from "../../impl/engine/action-code.ts"
import { environmentLayoutOf, type EnvironmentLayout } from "../../impl/engine/environment.ts"
import { doubled } from "../../impl/engine/growth.ts"
import { addBit } from "./bits.ts"
import { hashOf } from "./table.ts"

/** With more environments than this, a bit for each does not pay. */
const most = 4096

/**
 * The environments of a scope, by number, and sets of them: a bit each, in `words` words.
 *
 * Shape  `values` are the environments as they are packed. `now` is the environment that the machine is in, packed, and `enter` puts it
 *        into one, without a trace in the trail. `classOf` gives the number of the set of those that agree with one in the bits of a mask; the
 *        sets stand side by side in `classes()`, and `include` adds one to the set that begins at `at`. `shiftOf` numbers a difference in bits, and `shifts` has for each, by
 *        environment, which one differs so from it; -1 if that is none of these.
 */
export type Environments = {
  readonly count: number
  readonly words: number
  /** That of the initial state. */
  readonly first: number
  /** The class of all. */
  readonly everywhere: number
  /** The bits of the count of faults. */
  readonly faults: number
  readonly now: () => number
  readonly enter: (environment: number) => void
  readonly classOf: (mask: number, environment: number) => number
  readonly classes: () => Int32Array
  readonly include: (set: Int32Array, at: number, environmentClass: number) => void
  readonly shiftOf: (difference: number) => number
  readonly shifts: readonly Int32Array[]
}

/**
 * All environments that the kinds among `codes` lead to from the initial state, with every count of faults up to the bound; null if there
 * are too many. That no pair's doing changes hosts or links is not taken for granted: a step out of these is seen in `shifts`.
 */
export const environmentsOf = (engine: Engine, codes: readonly ActionCode[]): Environments | null => {
  const packing = environmentLayoutOf(engine.layout)
  if (packing === null) return null
  const { now, enter } = enteringOf(engine, packing)
  const values = reachedFrom(now(), now, enter, engine, codes)
  if (values === null) return null
  const count = values.length
  const words = Math.ceil(count / 32)
  const numbers = new Map(values.map((value, n) => [value, n]))
  const sets = classesOf(values, words)
  const shifts: Int32Array[] = []
  const shiftNumbers = new Map<number, number>()

  const shiftOf = (difference: number): number => {
    const known = shiftNumbers.get(difference)
    if (known !== undefined) return known
    shifts.push(Int32Array.from(values, (value) => numbers.get((value ^ difference) | 0) ?? -1))
    shiftNumbers.set(difference, shifts.length - 1)
    return shifts.length - 1
  }

  return {
    count,
    words,
    first: 0,
    everywhere: sets.classOf(0, 0),
    faults: packing.faults,
    now,
    enter: (environment) => {
      enter(values[environment] as number)
    },
    ...sets,
    shiftOf,
    shifts,
  }
}

/** How a machine is read, and put, into an environment. */
const enteringOf = ({ machine }: Engine, { cells: count, offsetOf, maskOf }: EnvironmentLayout) => {
  const { cells, set, commit } = machine
  return {
    now: (): number => {
      let value = 0
      for (let cell = 0; cell < count; cell += 1)
        value |= (cells[cell] as number) << (offsetOf[cell] as number)
      return value
    },
    enter: (value: number): void => {
      for (let cell = 0; cell < count; cell += 1)
        set(cell, (value >>> (offsetOf[cell] as number)) & (maskOf[cell] as number))
      commit()
    },
  }
}

/** What is reached from an environment with no pair on: faults also come one by one, as those of copies do. */
const reachedFrom = (
  first: number,
  now: () => number,
  enter: (value: number) => void,
  { layout, machine, view, step }: Engine,
  codes: readonly ActionCode[],
): readonly number[] | null => {
  const found = new Set([first])
  const add = (value: number): void => void found.add(value)
  for (const value of found) {
    if (found.size > most) return null
    enter(value)
    for (const { kind, a, b } of codes) {
      if (step(kind, a, b) === taken) add(now())
      machine.undo()
    }
    if (view.faultsSoFar() < layout.config.bounds.faults) {
      view.spend()
      add(now())
      machine.undo()
    }
  }
  enter(first)
  return [...found]
}

/** Sets of environments that agree in some bits, each made on first use. */
const classesOf = (
  values: readonly number[],
  words: number,
): Pick<Environments, "classOf" | "classes" | "include"> => {
  let pool = new Int32Array(64 * words)
  let size = 0
  let slots = new Int32Array(3 * 256)
  const key = new Int32Array(2)

  const make = (mask: number, agreed: number): number => {
    if ((size + 1) * words > pool.length) pool = doubled(pool)
    values.forEach((value, n) => {
      if ((value & mask) === agreed) addBit(pool, size * words, n)
    })
    size += 1
    return size - 1
  }

  const seek = (table: Int32Array, mask: number, agreed: number): number => {
    key[0] = mask
    key[1] = agreed
    const room = table.length / 3
    let slot = (hashOf(key, 0, 2) & (room - 1)) * 3
    while (table[slot + 2] !== 0 && (table[slot] !== mask || table[slot + 1] !== agreed)) {
      slot += 3
      if (slot === table.length) slot = 0
    }
    return slot
  }

  const grow = (): void => {
    const larger = new Int32Array(slots.length * 2)
    for (let at = 0; at < slots.length; at += 3) {
      if (slots[at + 2] === 0) continue
      const slot = seek(larger, slots[at] as number, slots[at + 1] as number)
      larger.set(slots.subarray(at, at + 3), slot)
    }
    slots = larger
  }

  const classOf = (mask: number, environment: number): number => {
    const agreed = (values[environment] as number) & mask
    let slot = seek(slots, mask, agreed)
    if (slots[slot + 2] === 0) {
      if (size * 6 > slots.length) {
        grow()
        slot = seek(slots, mask, agreed)
      }
      slots[slot] = mask
      slots[slot + 1] = agreed
      slots[slot + 2] = make(mask, agreed) + 1
    }
    return (slots[slot + 2] as number) - 1
  }

  const include = (set: Int32Array, at: number, environmentClass: number): void => {
    for (let word = 0; word < words; word += 1)
      set[at + word] = (set[at + word] as number) | (pool[environmentClass * words + word] as number)
  }

  return { classOf, classes: () => pool, include }
}
