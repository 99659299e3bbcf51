import { alphabet, kinds, type Kind } from "../../model/action.ts"
import type { ActionCode } from "../../impl/engine/action-code.ts"
import type { View } from "../../impl/engine/view.ts"
import { doubled } from "../../impl/engine/growth.ts"
import { addBit, hasBit, lowestBit } from "./bits.ts"
import type { Environments } from "./environments.ts"

/**
 * Which actions of a body are still to be tried, and in which environments: not those whose answer is known already.
 *
 * Shape  `begin` starts with the body that the machine is in: then nothing was tried. `list` lists the actions worth
 *        trying, in `candidates`, and says how many. `wasTried` holds of an action in an environment, `isDone` of one
 *        in all of them. `tried` takes a class of environments; `refusedBy` refusals that hold further: of one body, of
 *        a copy's control alone, or of all bodies in a class.
 */
export type ActionTries = {
  readonly candidates: Int32Array
  readonly begin: (body: number) => void
  readonly list: (body: number) => number
  readonly wasTried: (action: number, environment: number) => boolean
  readonly isDone: (action: number) => boolean
  readonly tried: (action: number, environmentClass: number) => void
  readonly refusedBy: {
    readonly body: (body: number, action: number) => void
    readonly control: (slot: number, action: number) => void
    readonly all: (action: number, environmentClass: number) => void
  }
  readonly bytes: () => number
}

export const actionTries = (
  view: View,
  codes: readonly ActionCode[],
  { words, everywhere, classes, include }: Environments,
): ActionTries => {
  const actionWords = Math.ceil(codes.length / 32)
  const { ofSlot, ofNoCopy } = subjectsOf(codes, view.slots, actionWords)
  const ofControl = controlRefusals(view.slots, actionWords)
  const candidates = new Int32Array(codes.length)
  const listed = new Int32Array(actionWords)
  /** By action, the environments in which it was tried for the current body, and those in which every body refuses it. */
  const tried = new Int32Array(codes.length * words)
  const refused = new Int32Array(codes.length * words)
  /** By body, the actions that it refuses in every environment. */
  let dead = new Int32Array(1024 * actionWords)

  const isDone = (action: number): boolean => {
    const sets = classes()
    for (let word = 0; word < words; word += 1)
      if (tried[action * words + word] !== sets[everywhere * words + word]) return false
    return true
  }

  /**
   * Gathers the actions of the copies that exist, but for those that their controls refuse, and all actions that are of
   * no copy.
   */
  const gather = (): void => {
    listed.set(ofNoCopy)
    for (let slot = 0; slot < view.slots; slot += 1) {
      const control = view.controlOf(slot)
      if (control === 0) continue
      const at = ofControl.at(slot, control)
      const refusals = ofControl.refusals()
      for (let word = 0; word < actionWords; word += 1)
        listed[word] =
          (listed[word] as number) |
          ((ofSlot[slot * actionWords + word] as number) & ~(refusals[at + word] as number))
    }
  }

  const list = (body: number): number => {
    let count = 0
    gather()
    for (let word = 0; word < actionWords; word += 1) {
      let live = (listed[word] as number) & ~(dead[body * actionWords + word] as number)
      for (; live !== 0; live &= live - 1) {
        const action = 32 * word + lowestBit(live)
        if (isDone(action)) continue
        candidates[count] = action
        count += 1
      }
    }
    return count
  }

  return {
    candidates,
    begin: (body) => {
      while ((body + 1) * actionWords > dead.length) dead = doubled(dead)
      tried.set(refused)
    },
    list,
    wasTried: (action, environment) => hasBit(tried, action * words, environment),
    isDone,
    tried: (action, environmentClass) => {
      include(tried, action * words, environmentClass)
    },
    refusedBy: {
      body: (body, action) => {
        addBit(dead, body * actionWords, action)
      },
      control: (slot, action) => {
        ofControl.add(slot, view.controlOf(slot), action)
      },
      all: (action, environmentClass) => {
        include(refused, action * words, environmentClass)
      },
    },
    bytes: () => dead.byteLength,
  }
}

/** The actions of each slot's copy, and those of no copy, as sets of bits. */
const subjectsOf = (codes: readonly ActionCode[], slots: number, actionWords: number) => {
  const ofSlot = new Int32Array(slots * actionWords)
  const ofNoCopy = new Int32Array(actionWords)
  codes.forEach(({ kind, a }, action) => {
    if (alphabet[kinds[kind] as Kind].over[0] === "copy") addBit(ofSlot, a * actionWords, action)
    else addBit(ofNoCopy, 0, action)
  })
  return { ofSlot, ofNoCopy }
}

/**
 * The actions that a copy's control alone refuses, collected as they are found.
 *
 * Shape  `at` is where, in `refusals()`, their set begins for a slot and the control of its copy.
 */
const controlRefusals = (slots: number, actionWords: number) => {
  const numbers = Array.from({ length: slots }, () => new Map<number, number>())
  let refusals = new Int32Array(256 * actionWords)
  let size = 0
  const at = (slot: number, control: number): number => {
    const ofSlot = numbers[slot] as Map<number, number>
    const known = ofSlot.get(control)
    if (known !== undefined) return known
    if ((size + 1) * actionWords > refusals.length) refusals = doubled(refusals)
    ofSlot.set(control, size * actionWords)
    size += 1
    return (size - 1) * actionWords
  }
  return {
    add: (slot: number, control: number, action: number): void => {
      addBit(refusals, at(slot, control), action)
    },
    at,
    refusals: () => refusals,
  }
}
