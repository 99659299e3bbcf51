import type * as fc from "fast-check"
import type { Config } from "../../model/config.ts"
import type { AskedAction } from "./profile.ts"

/**
 * What there is to try on an implementation of a profile.
 *
 * Shape  `candidates` are the actions of a kind that could be asked in a state, allowed or not. States of the same
 *        `likeness` differ only in the numbers of their copies; `likened` is an action without such a number.
 *        `scopes` are small clusters in which everything is tried; `plans` draws clusters, if none is given, and choices. `drawn`
 *        makes a random case itself, where choosing among candidates would not. `renaming`
 *        gives the copies of a run the names that they have once some of its actions are left out. `simpler` are
 *        clusters with one thing less.
 */
export type Repertoire<S> = {
  readonly candidates: (state: S, kind: string) => readonly AskedAction[]
  readonly likeness: (state: S) => string
  readonly likened: (state: S, action: AskedAction) => string
  readonly scopes: readonly { readonly name: string; readonly config: Config }[]
  readonly plans: (config: Config | null) => fc.Arbitrary<AskPlan>
  readonly drawn?: (kinds: readonly string[], seed: string, n: number, only: Config | null) => Case
  readonly renaming: () => Renaming<S>
  readonly simpler: (config: Config, actions: readonly AskedAction[]) => readonly Simpler[]
}

/** A case before it is drawn: a cluster, how likely each kind is, and a number for each action. */
export type AskPlan = {
  readonly config: Config
  readonly weights: Readonly<Record<string, number>>
  readonly choices: readonly number[]
}

export type Renaming<S> = {
  readonly renamed: (action: AskedAction) => AskedAction
  readonly note: (original: AskedAction, before: S | null) => void
}

export type Simpler = { readonly config: Config; readonly actions: readonly AskedAction[] }

/** One thing to try: a path by which it is selected, a cluster, and what is asked there. */
export type Case = {
  readonly path: string
  readonly config: Config
  readonly actions: readonly AskedAction[]
}
