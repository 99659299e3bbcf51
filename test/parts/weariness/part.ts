import { adding, amending, guarding, ruled, together } from "../../../model/change.ts"
import type { Copy } from "../../../model/copy.ts"
import { copyIn, withCopy, type Pair } from "../../../model/pair.ts"
import type { Part } from "../../../model/part.ts"
import type { Check, Rule } from "../../../model/protocol.ts"
import { rule } from "../../../model/rule.ts"
import { withPair } from "../../../model/state.ts"
import { copyNamed, itRuns, type OfCopy } from "../../../model/subject.ts"
import "./words.ts"

const recordedOf = ({ recorded = 0 }: Copy): number => recorded

const toilOf = ({ toil = 0 }: Pair): number => toil

const tired = (pair: Pair, id: Copy["id"], recorded: number): Pair => {
  const copy = copyIn(pair, id)
  return copy === null ? pair : withCopy(pair, { ...copy, recorded })
}

const isAwake: Check<OfCopy> = { id: "weary", holds: ({ copy }) => recordedOf(copy) < 2 }

const isNotWornOut: Check<OfCopy> = { id: "worn-out", holds: ({ pair }) => toilOf(pair) < 3 }

const rest = rule("Rest", [], copyNamed)
  .find(itRuns)
  .when({ id: "nothing", holds: ({ copy }) => recordedOf(copy) > 0 })
  .effect(({ pair, copy }, state) => withPair(state, tired(pair, copy.id, 0)))

/** Recording tires the copy and wears out its pair. */
const wearing = ({ effect, ...others }: Rule<"Record", OfCopy>): Rule<"Record", OfCopy> => ({
  ...others,
  effect: ({ pair, copy }, state, protocol) => {
    const after = effect({ pair, copy }, state, protocol)
    const recorded = recordedOf(copy) + 1
    const toil = toilOf(pair) + 1
    return withPair(after, tired({ ...(after.pairs[pair.id] as Pair), toil }, copy.id, recorded))
  },
})

/** Every copy counts from the start; one that wins the lock is rested, and a pair that is booted is like new. */
export const weariness: Part = {
  id: "weariness",
  isOn: (config) => config.weariness === true,
  change: together(
    adding({ Rest: rest }),
    guarding("Record", isAwake, "phase"),
    guarding("Record", isNotWornOut, "weary"),
    ruled("Record", (record) => wearing(record as Rule<"Record", OfCopy>) as Rule<"Record">),
    amending(({ boots, spawns, wins }) => ({
      boots: (pair, host, generation) => {
        const after = boots(pair, host, generation)
        return { ...tired(after, newest(after), 0), toil: 0 }
      },
      spawns: (pair, primary, host) => {
        const after = spawns(pair, primary, host)
        return tired(after, newest(after), 0)
      },
      wins: (pair, copy) => tired(wins(pair, copy), copy.id, 0),
    })),
  ),
}

const newest = ({ copies }: Pair): Copy["id"] => (copies.at(-1) as Copy).id
