import * as Schema from "effect/Schema"
import { copyName, hostName, pairName, type CopyId, type HostId, type PairId } from "../model/ids.ts"

// What every format is made of: ids, numbers, links and entries.

/** A string of a certain form, described for error messages. */
const named = <T extends string>(pattern: RegExp, expected: string) =>
  Schema.String.check(Schema.isPattern(pattern, { expected })).pipe(
    Schema.refine((text): text is T & string => pattern.test(text), { expected }),
  )

export const HostIdJson = named<HostId>(
  hostName,
  "a host, like h1 or esx-07 (a letter, then letters, digits, _ and -; not like a pair, p1)",
)
export const PairIdJson = named<PairId>(pairName, "a pair, like p1")
export const CopyIdJson = named<CopyId>(copyName, "a copy, like p1.2")

/** A whole number. */
export const whole = (minimum: number, maximum: number) =>
  Schema.Int.check(
    Schema.isBetween(
      { minimum, maximum },
      { expected: `a whole number from ${minimum} to ${maximum.toLocaleString("en")}` },
    ),
  )

export const Count = whole(0, 1_000_000_000)
export const Positive = whole(1, 1_000_000_000)

/** A pair of different hosts, in either order. */
export const LinkJson = Schema.Tuple([HostIdJson, HostIdJson])

/** A link by the names of its two hosts, in either order; or all links that are not named. */
export const LinkNameJson = Schema.String.check(
  Schema.isPattern(
    /^(?:default|[A-Za-z]\w{0,63}-[A-Za-z]\w{0,63}|[A-Za-z][\w-]{0,63}\/[A-Za-z][\w-]{0,63})$/,
    {
      expected: "a link, like h1-h3 (esx-1/esx-2 where a name has a hyphen), or default",
    },
  ),
)

/** An entry of a log: its generation, and its index. */
export const EntryJson = Schema.Tuple([Positive, Count])
