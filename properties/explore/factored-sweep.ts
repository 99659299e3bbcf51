import { noProperty } from "../packed/property-set.ts"
import { doubled } from "../../impl/engine/growth.ts"
import { addBit, bitCount, lowestBit } from "./bits.ts"
import type { BodyExpander } from "./body-expander.ts"
import type { Report } from "./body-now.ts"
import { actionIn, entry, isReported, shiftIn, target } from "./body-steps.ts"
import { endpointOf, ownerOf, type Channels, type Endpoint } from "./channels.ts"
import { cuts, sweepingLevels } from "./levels.ts"
import type { Limits, Swept } from "./sweep-end.ts"
import { hashOf } from "./table.ts"
import { freshTally, notSeenBy, recordViolation, recordWitnesses, type Tally } from "./tally.ts"

// Breadth-first search over sets of states. A state is a body (its pairs) in an environment (its hosts, links and
// faults). Most steps of a body depend on few bits of the environment, so that one computation holds for a whole
// class of environments. The visited states are kept as a bit set of environments for each body. A step is then
// applied to all environments of a class at once: intersect the new ones with the class, map them, and remove those
// seen before. The levels, counts and shortest lengths are those of the plain search in sweep.ts.

/** How many words a message between workers has beside a body: the place of a word of a set, and that word. */
export const messageWords = 2

/** How many bodies are expanded before the event loop runs. */
const turn = 1 << 12

/**
 * Sweeps a scope breadth first, as `sweepingAs` does, but by bodies: for each body it keeps the set of environments in
 * which it was reached, and for each BFS level those that are new there. A step is taken in all environments of its
 * class at once, by a few operations on bits.
 *
 * Answers with null where a step leads to an environment that none of the expander's is, or may outgrow the field of a
 * number: then the counts are void.
 */
export function* factoredSweepingAs(
  expander: BodyExpander,
  limits: Limits,
  channels: Channels | null,
  self: number,
): Generator<void, Swept | null, void> {
  const tally = freshTally()
  const workers = channels?.workers ?? 1
  const { words, bodies, start } = expander
  const sets = bodySetsOf(words)
  /** The bodies of the next level, each once. */
  let next: number[] = []
  let waiting = 0

  /** Adds environments in which a body of this worker is reached. */
  const reach = (body: number, found: Int32Array, at: number, kind: number): void => {
    const isListed = sets.isComing(body)
    const news = sets.add(body, found, at)
    if (news === 0) return
    if (!isListed) next.push(body)
    waiting += news
    tally.distinct[kind] = (tally.distinct[kind] as number) + news
  }
  const bodyWords = expander.bodies.words
  const received = new Int32Array(words)
  const endpoint =
    channels === null
      ? null
      : endpointOf(channels, self, (keys, at, hash, kind) => {
          const body = bodies.numberOf(keys, at, hash)
          received.fill(0)
          received[keys[at + bodyWords] as number] = keys[at + bodyWords + 1] as number
          reach(body, received, 0, kind)
        })
  const send = senderOf(expander, sets, endpoint, workers, self, reach)
  const { visit, isAstray } = visitorOf(expander, sets, tally, send)

  const hash = hashOf(bodies.keys(), start.body * bodyWords, bodyWords)
  if (ownerOf(hash, workers) === self) {
    addBit(received, 0, start.environment)
    reach(start.body, received, 0, 0)
    tally.distinct.fill(0)
  }
  let level = next
  const levels = {
    tally,
    cut: cuts.none as number,
    waiting: () => waiting,
    expand: function* (depth: number, isCut: () => boolean) {
      level = next
      next = []
      let left = waiting
      waiting = 0
      const wanted = notSeenBy(tally, depth)
      sets.turn()
      for (let n = 0; n < level.length; n += 1) {
        if (n % turn === 0) {
          if (n > 0) yield
          if (isCut()) break
        }
        const body = level[n] as number
        expander.expand(body, sets.all(), sets.at(body), wanted)
        left -= visit(body, depth)
        sets.clear(body)
        if ((n & 15) === 15) endpoint?.receive()
      }
      yield
      if (isAstray() || expander.isOutgrown()) levels.cut = Math.max(levels.cut, cuts.astray)
      tally.highestGeneration = Math.max(tally.highestGeneration, expander.highestGeneration())
      return left
    },
    finish: () => expander.bytes() + sets.bytes() + 8 * (level.length + next.length),
  }
  return yield* sweepingLevels(levels, limits, endpoint)
}

/** Sends environments in which a body is reached to the worker that owns it. */
type Send = (body: number, found: Int32Array, kind: number) => void

const senderOf = (
  { words, bodies }: BodyExpander,
  sets: BodySets,
  endpoint: Endpoint | null,
  workers: number,
  self: number,
  reach: (body: number, found: Int32Array, at: number, kind: number) => void,
): Send => {
  if (endpoint === null)
    return (body, found, kind) => {
      reach(body, found, 0, kind)
    }
  const bodyWords = bodies.words
  const message = new Int32Array(bodyWords + messageWords)
  return (body, found, kind) => {
    const keys = bodies.keys()
    const hash = hashOf(keys, body * bodyWords, bodyWords)
    const owner = ownerOf(hash, workers)
    if (owner === self) {
      reach(body, found, 0, kind)
      return
    }
    for (let word = 0; word < bodyWords; word += 1) message[word] = keys[body * bodyWords + word] as number
    for (let word = 0; word < words; word += 1) {
      // A body of another worker is not expanded here: its sets keep what was sent.
      const bits = sets.newIn(body, found, word)
      if (bits === 0) continue
      message[bodyWords] = word
      message[bodyWords + 1] = bits
      endpoint.send(owner, message, 0, hash, kind)
    }
  }
}

/**
 * The environments in which bodies were reached: at all, in this level for the first time, and in the next. Those of a
 * body stand side by side, as they are read together.
 *
 * Shape  `add` adds environments, and says how many are new; `newIn` does so for one word, and gives those. In `all()`, those of the level
 *        at hand are `at(body)`. `turn` makes the next level the one at hand; `clear` forgets a body's when they are done.
 */
type BodySets = {
  readonly add: (body: number, found: Int32Array, at: number) => number
  readonly newIn: (body: number, found: Int32Array, word: number) => number
  readonly isComing: (body: number) => boolean
  readonly turn: () => void
  readonly clear: (body: number) => void
  readonly all: () => Int32Array
  readonly at: (body: number) => number
  readonly bytes: () => number
}

const bodySetsOf = (words: number): BodySets => {
  const stride = 3 * words
  let sets = new Int32Array(1024 * stride)
  // After where it was reached at all: the places of the level at hand and of the next, which change with each level.
  let now = 2 * words
  let next = words
  const reserve = (body: number): void => {
    while ((body + 1) * stride > sets.length) sets = doubled(sets)
  }
  return {
    add: (body, found, at) => {
      let news = 0
      for (let word = 0; word < words; word += 1) {
        const place = body * stride + word
        const bits = (found[at + word] as number) & ~(sets[place] as number)
        if (bits === 0) continue
        sets[place] = (sets[place] as number) | bits
        sets[place + next] = (sets[place + next] as number) | bits
        news += bitCount(bits)
      }
      return news
    },
    newIn: (body, found, word) => {
      reserve(body)
      const place = body * stride + word
      const bits = (found[word] as number) & ~(sets[place] as number)
      sets[place] = (sets[place] as number) | bits
      return bits
    },
    isComing: (body) => {
      reserve(body)
      let any = 0
      for (let word = 0; word < words; word += 1) any |= sets[body * stride + next + word] as number
      return any !== 0
    },
    turn: () => {
      ;[now, next] = [next, now]
    },
    clear: (body) => {
      for (let word = 0; word < words; word += 1) sets[body * stride + now + word] = 0
    },
    all: () => sets,
    at: (body) => body * stride + now,
    bytes: () => sets.byteLength,
  }
}

/**
 * Takes every known step of a body, in the environments in which it is new in this level, and counts. `isAstray` says
 * whether one led to an environment that has no number.
 */
const visitorOf = (expander: BodyExpander, sets: BodySets, tally: Tally, send: Send) => {
  const { words, environments, steps, reports, kindOf } = expander
  const here = new Int32Array(words)
  const found = new Int32Array(words)
  const alive = new Int32Array(words)
  const violatedWhenQuiescent = new Int32Array(words)
  const { shifted, isAstray } = shifterOf(expander)
  const mostSuccessors = successorCounterOf(expander)

  const report = ({ violation, witnessed, isQuiescent }: Report, length: number): void => {
    if (violation !== noProperty) recordViolation(tally, length, violation)
    recordWitnesses(tally, length, witnessed)
    if (isQuiescent)
      for (let word = 0; word < words; word += 1)
        violatedWhenQuiescent[word] = (violatedWhenQuiescent[word] as number) | (found[word] as number)
  }

  /** Visits a body at a depth; returns the number of its new states. */
  const visit = (body: number, depth: number): number => {
    const reached = sets.all()
    const first = sets.at(body)
    let size = 0
    for (let word = 0; word < words; word += 1) {
      here[word] = reached[first + word] as number
      size += bitCount(here[word] as number)
      alive[word] = 0
      violatedWhenQuiescent[word] = 0
    }
    const entries = steps.all()
    const classes = environments.classes()
    let applying = 0
    for (let n = steps.first(body); n !== 0; n = entries[n] as number) {
      const at = (entries[n + entry.class] as number) * words
      let count = 0
      for (let word = 0; word < words; word += 1) {
        const bits = (here[word] as number) & (classes[at + word] as number)
        found[word] = bits
        count += bitCount(bits)
      }
      if (count === 0) continue
      const mark = entries[n + entry.mark] as number
      const to = entries[n + entry.target] as number
      if (isReported(mark)) report(reports.get(n) as Report, to === target.none ? depth : depth + 1)
      if (to === target.none) continue
      applying += 1
      tally.transitions += count
      for (let word = 0; word < words; word += 1)
        alive[word] = (alive[word] as number) | (found[word] as number)
      if (to === target.unrepresentable) continue
      const kind = kindOf[actionIn(mark)] as number
      tally.generated[kind] = (tally.generated[kind] as number) + count
      const shift = shiftIn(mark)
      send(to, shift < 0 ? found : shifted(found, shift), kind)
    }
    for (let word = 0; word < words; word += 1) {
      const dead = (here[word] as number) & ~(alive[word] as number)
      tally.terminalStates += bitCount(dead)
      tally.deadlocks += bitCount(dead & (violatedWhenQuiescent[word] as number))
    }
    if (applying > tally.mostSuccessors)
      tally.mostSuccessors = Math.max(tally.mostSuccessors, mostSuccessors(body, here))
    tally.states += size
    tally.standsFor = tally.states
    tally.standsForTransitions = tally.transitions
    return size
  }

  return { visit, isAstray }
}

/** Maps environments to those after a step. `isAstray` says whether one was mapped to an environment without a number. */
const shifterOf = ({ words, environments }: BodyExpander) => {
  const moved = new Int32Array(words)
  let isAstray = false
  const shifted = (found: Int32Array, shift: number): Int32Array => {
    const map = environments.shifts[shift] as Int32Array
    moved.fill(0)
    for (let word = 0; word < words; word += 1)
      for (let rest = found[word] as number; rest !== 0; rest &= rest - 1) {
        const to = map[32 * word + lowestBit(rest)] as number
        if (to < 0) isAstray = true
        else addBit(moved, 0, to)
      }
    return moved
  }
  return { shifted, isAstray: () => isAstray }
}

/** Counts the most successors that a body has in any one of the given environments. */
const successorCounterOf = ({ words, environments, steps }: BodyExpander) => {
  const counts = new Int32Array(32 * words)
  return (body: number, here: Int32Array): number => {
    counts.fill(0)
    const entries = steps.all()
    const classes = environments.classes()
    for (let n = steps.first(body); n !== 0; n = entries[n] as number) {
      if (entries[n + entry.target] === target.none) continue
      const at = (entries[n + entry.class] as number) * words
      for (let word = 0; word < words; word += 1) {
        let rest = (here[word] as number) & (classes[at + word] as number)
        for (; rest !== 0; rest &= rest - 1) {
          const environment = 32 * word + lowestBit(rest)
          counts[environment] = (counts[environment] as number) + 1
        }
      }
    }
    return counts.reduce((most, count) => Math.max(most, count), 0)
  }
}
