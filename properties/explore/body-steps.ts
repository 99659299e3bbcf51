import { doubled } from "../../impl/engine/growth.ts"

/**
 * One thing that is known of a body in a class of environments: a step from it, or a judgement on it. Four numbers, side by
 * side.
 *
 * Shape  `next`: where the body's next entry begins, 0 after the last; `target`: the body that the step leads to; `class`: of the
 *        environments; `mark`: what `markOf` makes of the rest.
 */
export const entry = Object.freeze({ next: 0, target: 1, class: 2, mark: 3, length: 4 })

/** The target of an entry without a body: the next state cannot be packed, or the entry is a judgement and not a step. */
export const target = Object.freeze({ unrepresentable: -1, none: -2 })

const actionBits = 12
const shiftBits = 16
const progressMark = 1 << (actionBits + shiftBits)
const reportMark = 1 << (actionBits + shiftBits + 1)

/** How many actions a mark can number. */
export const actionsMax = 1 << actionBits

/**
 * The number of the action, and of the shift that the step is to the environment (-1: none); whether it is progress, and whether
 * something is to be reported where it applies.
 */
export const markOf = (action: number, shift: number, progress: boolean, report: boolean): number =>
  action | ((shift + 1) << actionBits) | (progress ? progressMark : 0) | (report ? reportMark : 0)

export const actionIn = (mark: number): number => mark & (actionsMax - 1)
export const shiftIn = (mark: number): number => ((mark >>> actionBits) & ((1 << shiftBits) - 1)) - 1
export const isProgress = (mark: number): boolean => (mark & progressMark) !== 0
export const isReported = (mark: number): boolean => (mark & reportMark) !== 0

/**
 * What is known of bodies, a list of entries for each.
 *
 * Shape  `first` is where a body's first entry begins in `all()`; 0 where it has none. `add` says where it has put one.
 */
export type BodySteps = {
  readonly first: (body: number) => number
  readonly all: () => Int32Array
  readonly add: (body: number, to: number, environmentClass: number, mark: number) => number
  readonly bytes: () => number
}

export const bodySteps = (): BodySteps => {
  let firsts = new Int32Array(1024)
  let entries = new Int32Array(4096)
  let end: number = entry.length
  return {
    first: (body) => (body < firsts.length ? (firsts[body] as number) : 0),
    all: () => entries,
    add: (body, to, environmentClass, mark) => {
      if (end === entries.length) entries = doubled(entries)
      while (body >= firsts.length) firsts = doubled(firsts)
      const at = end
      entries[at] = firsts[body] as number
      entries[at + entry.target] = to
      entries[at + entry.class] = environmentClass
      entries[at + entry.mark] = mark
      firsts[body] = at
      end += entry.length
      return at
    },
    bytes: () => firsts.byteLength + entries.byteLength,
  }
}
