import { doubled } from "./bits.ts"

/**
 * One thing that is known of a body in a class of environments: a step from it, or a judgement on it.
 *
 * Shape  of the mark, from the lowest bit: the number of the action (12 bits); what the step does to the environment, by the number of a
 *        shift and one, or 0 for nothing (16 bits); whether it is progress; whether something is to be reported where it applies.
 */
const actionBits = 12
const shiftBits = 16
export const actionIn = (mark: number): number => mark & ((1 << actionBits) - 1)
export const shiftIn = (mark: number): number => ((mark >>> actionBits) & ((1 << shiftBits) - 1)) - 1
const progressMark = 1 << (actionBits + shiftBits)
const reportMark = 1 << (actionBits + shiftBits + 1)
export const isProgress = (mark: number): boolean => (mark & progressMark) !== 0
export const isReported = (mark: number): boolean => (mark & reportMark) !== 0

/** How many actions and shifts a mark can number. */
export const marksMax = { actions: 1 << actionBits, shifts: (1 << shiftBits) - 1 } as const

export const markOf = (action: number, shift: number, progress: boolean, report: boolean): number =>
  action | ((shift + 1) << actionBits) | (progress ? progressMark : 0) | (report ? reportMark : 0)

/** Where a step leads that leads to no body: to none that can be packed, or it is a judgement and no step. */
export const target = Object.freeze({ unrepresentable: -1, none: -2 })

/**
 * What is known of bodies, a list for each.
 *
 * Shape  `first(body)` is the number of the first entry, `next()[n]` of the one after n; 0 ends a list. `targets`, `classes` and `marks`
 *        are arrays by entry.
 */
export type BodySteps = {
  readonly first: (body: number) => number
  readonly next: () => Int32Array
  readonly targets: () => Int32Array
  readonly classes: () => Int32Array
  readonly marks: () => Int32Array
  readonly add: (body: number, target: number, environments: number, mark: number) => number
  readonly bytes: () => number
}

export const bodySteps = (): BodySteps => {
  let firsts = new Int32Array(1024)
  let next = new Int32Array(4096)
  let targets = new Int32Array(4096)
  let classes = new Int32Array(4096)
  let marks = new Int32Array(4096)
  let size = 1
  return {
    first: (body) => (body < firsts.length ? (firsts[body] as number) : 0),
    next: () => next,
    targets: () => targets,
    classes: () => classes,
    marks: () => marks,
    add: (body, to, environments, mark) => {
      if (size === next.length) {
        next = doubled(next)
        targets = doubled(targets)
        classes = doubled(classes)
        marks = doubled(marks)
      }
      while (body >= firsts.length) firsts = doubled(firsts)
      next[size] = firsts[body] as number
      targets[size] = to
      classes[size] = environments
      marks[size] = mark
      firsts[body] = size
      size += 1
      return size - 1
    },
    bytes: () => 4 * (firsts.length + 4 * next.length),
  }
}
