/** Keeps what is made of an object for some kinds of action: it is made once, and goes with the object. */
export const memo = <A>(): ((of: object, kinds: readonly string[], make: () => A) => A) => {
  const made = new WeakMap<object, Map<string, A>>()
  return (of, kinds, make) => {
    const byKinds = made.get(of) ?? new Map<string, A>()
    made.set(of, byKinds)
    const name = kinds.join()
    const known = byKinds.get(name) ?? make()
    byKinds.set(name, known)
    return known
  }
}
