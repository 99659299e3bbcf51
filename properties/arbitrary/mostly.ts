import * as fc from "fast-check"

/** The usual value six times in seven; shrinks towards it. */
export const mostly = <A>(usual: A, unusual: fc.Arbitrary<A>): fc.Arbitrary<A> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: unusual },
  )
