import type { Action } from "../model/action.ts"
import { pairIdOf } from "../model/ids.ts"
import type { AskedAction } from "./profile.ts"

/** Some actions of a run that belong together, by their places in it. */
export type Episode = readonly number[]

/** What ends a fault, a pause, or a run of a pair. */
const endings: Readonly<Record<string, string>> = {
  FailHost: "RecoverHost",
  CutLink: "HealLink",
  LoseStorage: "RestoreStorage",
  EnterMaintenance: "ExitMaintenance",
  PowerOn: "PowerOff",
}

/**
 * What could be left out of a run as a whole, the largest first: all of one pair, of one host, or of one copy from its
 * start; a fault with its recovery; and all that happens between the beginning and the end of one of these.
 */
export const episodesOf = (
  actions: readonly AskedAction[],
  isTaken: readonly boolean[],
): readonly Episode[] => {
  const typed = actions as unknown as readonly Action[]
  const places = typed.map((_, n) => n)
  const named = namesIn(typed, isTaken)
  const threads = [...new Set(named.flat())].map((name) => places.filter((n) => named[n]?.includes(name)))
  const couples = places.flatMap((n) => {
    const action = typed[n] as Action
    const ending = endings[action.kind]
    const end = places.find(
      (later) => later > n && typed[later]?.kind === ending && isOfSame(action, typed[later] as Action),
    )
    return end === undefined ? [] : [[n, end]]
  })
  const spans = [...threads, ...couples].map((thread) =>
    places.slice(thread[0], (thread.at(-1) as number) + 1),
  )
  const all = [...spans, ...threads, ...couples].filter(({ length }) => length > 1 && length < actions.length)
  return [...new Map(all.map((episode) => [episode.join(), episode])).values()].sort(
    (a, b) => b.length - a.length,
  )
}

/** The pairs, hosts and copies that each action is about; a copy from the action that starts it. */
const namesIn = (actions: readonly Action[], isTaken: readonly boolean[]): readonly (readonly string[])[] => {
  const started = new Map<string, number>()
  return actions.map((action, n) => {
    const pair = "pair" in action ? action.pair : "copy" in action ? pairIdOf(action.copy) : null
    const names = [
      ...(pair === null ? [] : [pair]),
      ...("copy" in action ? [action.copy] : []),
      ...("host" in action ? [action.host] : "hosts" in action ? action.hosts : []),
    ]
    if (
      pair === null ||
      isTaken[n] !== true ||
      !["PowerOn", "HaRestart", "SpawnSecondary"].includes(action.kind)
    )
      return names
    started.set(pair, (started.get(pair) ?? 0) + 1)
    return [...names, `${pair}.${started.get(pair)}`]
  })
}

const isOfSame = (a: Action, b: Action): boolean => {
  const { kind: _, ...ofA } = a as Record<string, unknown>
  const { kind: __, ...ofB } = b as Record<string, unknown>
  return "pair" in ofA ? ofA["pair"] === ofB["pair"] : JSON.stringify(ofA) === JSON.stringify(ofB)
}
