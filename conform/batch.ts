import { setImmediate } from "node:timers/promises"
import type { Case } from "./case-source.ts"
import { weightMin, type AskBody } from "./peer.ts"
import { resetOf } from "./session.ts"

/** What is asked in a case, from its reset on. */
export const asksOf = ({ config, actions }: Case): readonly AskBody[] => [
  resetOf(config),
  ...actions.map(({ state, ...action }) => ({
    op: "apply",
    action,
    ...(state === undefined ? {} : { state }),
  })),
]

/**
 * What the answers to cases may weigh, all together: several times what complete states do, by the size of the cluster.
 * The links of a cluster may all be reported as cut.
 */
export const weightMaxOf = (cases: readonly Case[]): number =>
  cases.reduce((sum, { config, actions }) => {
    const { length: hosts } = config.hosts
    const each = 32 * 1024 + 1024 * hosts + 2048 * config.pairs.length + 128 * hosts * hosts
    return sum + each * (actions.length + 1)
  }, weightMin)

/** The cases in batches; the next one is made up while the one before is on its way. `again` goes first. */
export const batchesOf = (
  cases: Iterable<Case | null>,
  asksMax: () => number,
): {
  readonly next: <A>(
    send: (batch: readonly Case[]) => A,
    again?: readonly Case[],
  ) => Promise<{ readonly batch: readonly Case[]; readonly sent: A } | null>
  readonly end: () => void
} => {
  let isEnded = false
  const source = cases[Symbol.iterator]()
  const gathered = async (): Promise<readonly Case[]> => {
    const batch: Case[] = []
    for (let asks = 0; asks < asksMax();) {
      const next = source.next()
      if (next.done === true) break
      if (next.value === null) {
        await setImmediate()
        if (isEnded) break
        continue
      }
      batch.push(next.value)
      asks += next.value.actions.length + 1
    }
    return batch
  }
  let ready = gathered()
  return {
    next: async (send, again = []) => {
      const batch = again.length > 0 ? again : await ready
      if (batch.length === 0) return null
      const sent = send(batch)
      if (batch !== again) ready = gathered()
      return { batch, sent }
    },
    end: () => {
      isEnded = true
    },
  }
}
