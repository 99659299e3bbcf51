import type * as fc from "fast-check"
import type { Config } from "../model/config.ts"
import type { DrawnName } from "./drawn-name.ts"
import type { Episode } from "./episodes.ts"
import type { AskedAction } from "./profile.ts"
import type { Followed } from "./session.ts"

/**
 * The cases of a profile, and how to make and shrink them.
 *
 * Shape  `candidates` are the actions of a kind that could be asked in a state, allowed or not. States of the same
 *        `canonicalForm` go on alike, whatever their hosts and copies are called; `canonicalAction` is an action
 *        without such names, its kind first. `sortOf` says of which sort it is to ask an action in a state: its kind,
 *        the guard that refuses it, or null, and the situation of the acting copy. `concerned` are the hosts that it is
 *        about, by name. `calm` are the kinds by which things go on where nothing goes wrong. `scopes` are small
 *        clusters in which everything is tried; `survey` are all questions of one, with the number of states in which
 *        they are asked, where none depends on those before it; `plans` draws clusters, if none is given, and choices, for
 *        an implementation that takes these kinds.
 *        `drawn` makes a random case itself, where choosing among candidates would not. `witnessesIn` are those that a
 *        run shows, `promised` those that are surely seen where the scopes are gone through with some kinds. `renaming` gives the
 *        copies of a run the names that they have once some of its actions are left out. `clusters` are those in which
 *        a shortest way to a failure is looked for, the simplest first, and the given one last; `episodes` are what
 *        could be left out of a run as a whole, the largest first. `simpler` are clusters with one thing less.
 */
export type CaseSource<S> = {
  readonly candidates: (state: S, kind: string) => readonly AskedAction[]
  readonly canonicalForm: (config: Config, state: S, kinds: readonly string[]) => string
  readonly canonicalAction: (
    config: Config,
    state: S,
    action: AskedAction,
    kinds: readonly string[],
  ) => string
  readonly sortOf: (state: S, action: AskedAction, guard: string | null) => string
  readonly concerned: (state: S, action: AskedAction) => string
  readonly calm: readonly string[]
  readonly scopes: readonly Scope[]
  readonly survey?: (scope: Scope) => { readonly states: number; readonly questions: readonly AskedAction[] }
  readonly plans: (config: Config | null, kinds: readonly string[]) => fc.Arbitrary<AskPlan>
  readonly drawn?: (kinds: readonly string[], name: DrawnName, only: Config | null) => Case
  readonly witnessesIn: (config: Config, steps: readonly Followed<S>[]) => Iterable<string>
  readonly promised: (kinds: readonly string[]) => readonly string[]
  readonly renaming: () => Renaming<S>
  readonly clusters: (config: Config) => readonly Config[]
  readonly episodes: (actions: readonly AskedAction[], isTaken: readonly boolean[]) => readonly Episode[]
  readonly simpler: (config: Config, actions: readonly AskedAction[]) => readonly Simpler[]
}

/**
 * A small cluster in which everything is tried.
 *
 * Shape  `says` describes its bounds in words. `kinds` are those that are asked, null for all. Of what is refused,
 *        `all` is asked in each state; or, in a larger scope, what is refused `by sort`, each sort once for the hosts
 *        that it concerns.
 */
export type Scope = {
  readonly name: string
  readonly says: string
  readonly config: Config
  readonly kinds: readonly string[] | null
  readonly refusals: "all" | "by sort"
}

/** A case before it is drawn: a cluster, how likely each kind is that there is in it, and a number for each action. */
export type AskPlan = {
  readonly config: Config
  readonly weights: Readonly<Record<string, number>>
  readonly choices: readonly number[]
}

type Renaming<S> = {
  readonly renamed: (action: AskedAction) => AskedAction
  readonly note: (original: AskedAction, before: S | null) => void
}

type Simpler = { readonly config: Config; readonly actions: readonly AskedAction[] }

/** One thing to try: a path by which it is selected, a cluster, and what is asked there. */
export type Case = {
  readonly path: string
  readonly config: Config
  readonly actions: readonly AskedAction[]
}
