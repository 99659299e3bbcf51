import type { Config } from "../../../model/config.ts"
import type { CopyId } from "../../../model/ids.ts"
import { pairsOf, type State } from "../../../model/state.ts"
import type { View } from "../../../impl/engine/view.ts"
import type { History, PairHistory } from "../../../properties/history.ts"
import { misfortunes } from "../../../properties/packed/time/bounds.ts"
import type { Since } from "../../../properties/time/single-fault.ts"

// What a run of the model carries, as the numbers that a packed state has for it.

type Silence = { readonly watched: string | null; readonly heartbeats: number; readonly log: number }
type ByCopy<V> = Readonly<Partial<Record<CopyId, V>>>

/** A number that a packed state carries, of a pair or of the copy in a slot. */
type Number = {
  readonly owner: "pair" | "copy"
  readonly at: number
  readonly name: string
  readonly value: number
}

/** All that a history carries, in numbers. */
export function numbersOf({ hosts, pairs }: Config, history: History, state: State): readonly Number[] {
  return pairsOf(state).flatMap((pair) => {
    const n = pairs.findIndex(({ id }) => id === pair.id)
    const { ghosts } = history[pair.id] as PairHistory
    const numberOf = (host: string | null): number => hosts.findIndex(({ id }) => id === host)
    const ofPair = (values: Readonly<Record<string, number>>): readonly Number[] =>
      Object.entries(values).map(([name, value]) => ({ owner: "pair", at: n, name, value }))
    const ofCopies = (values: (copy: CopyId) => Readonly<Record<string, number>>): readonly Number[] =>
      pair.copies.flatMap(({ id, host }) =>
        Object.entries(values(id)).map(([name, value]) => ({
          owner: "copy" as const,
          at: n * hosts.length + numberOf(host),
          name,
          value,
        })),
      )
    return ghosts.flatMap(({ ghost: { id }, value }): readonly Number[] => {
      switch (id) {
        case "tested":
          return ofPair({ tested: value === true ? 1 : 0 })
        case "restartable":
          return ofPair({ restartable: value as number })
        case "waiting-for-failover":
          return ofPair({ waiting: value as number })
        case "since-disturbance":
          return ofPair({ undisturbed: value as number })
        case "since-fault":
          return ofPair(sinceFault(value as Since | null))
        case "dual-execution":
          return ofCopies((copy) => ({ dualExecution: (value as ByCopy<number>)[copy] ?? 0 }))
        case "stale-stays":
          return ofCopies((copy) => ({ staleStays: (value as ByCopy<number>)[copy] ?? 0 }))
        case "silences":
          return ofCopies((copy) => {
            const { watched, heartbeats, log } = (value as ByCopy<Silence>)[copy] ?? nothing
            return { watched: numberOf(watched) + 1, unheard: heartbeats, silent: log }
          })
        default:
          throw new Error(`packed states carry nothing for ${id}`)
      }
    })
  })
}

const nothing: Silence = { watched: null, heartbeats: 0, log: 0 }

function sinceFault(since: Since | null): Readonly<Record<string, number>> {
  return since === null
    ? { misfortune: 0, isPassing: 0, sinceFault: 0, hasLived: 0 }
    : {
        misfortune: misfortunes.indexOf(since.what),
        isPassing: since.isPassing ? 1 : 0,
        sinceFault: since.ticks,
        hasLived: since.hasLived ? 1 : 0,
      }
}

/** Puts what a history carries into a packed state. */
export function packGhosts({ ghostOf, machine }: View, numbers: readonly Number[]): void {
  for (const { owner, at, name, value } of numbers) ghostOf(owner, name)?.put(at, value)
  machine.commit()
}

/** Where a packed state carries other numbers than a history. */
export function differencesIn({ ghostOf }: View, numbers: readonly Number[]): readonly string[] {
  return numbers.flatMap(({ owner, at, name, value }) => {
    const packed = ghostOf(owner, name)?.of(at)
    return packed === value ? [] : [`${name} of ${owner} ${at} is ${value} in the model, and ${packed}`]
  })
}
