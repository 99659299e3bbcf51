/**
 * A system as an explorer needs it: where it starts, what may happen next, and a key that says which states are
 * the same. States with one key must allow the same actions, to states with the same keys; an explorer goes on
 * from the first of them that it meets.
 */
export type System<S, A> = {
  readonly starts: readonly S[]
  readonly successors: (state: S) => readonly Move<S, A>[]
  readonly key: (state: S) => string
}

/** One thing that a system may do in a state, with the state that it leads to. */
export type Move<S, A> = { readonly action: A; readonly state: S }

/** A run of a system: the state in which it starts, and its moves. */
export type Path<S, A> = { readonly start: S; readonly moves: readonly Move<S, A>[] }
