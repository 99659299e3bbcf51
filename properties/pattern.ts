/** A pattern in parts: its texts, and for each run of stars what `starsOf` has it stand for. */
export const partsOf = (
  pattern: string,
  starsOf: (stars: string) => Token = () => anything,
): readonly Token[] => pattern.split(/(\*+)/).map((part) => (part.startsWith("*") ? starsOf(part) : part))

/**
 * Whether a text fits a pattern in which `*` stands for any characters that `isAny` admits. In time proportional to the two
 * lengths multiplied, whatever the pattern is.
 */
export const fits = (pattern: readonly Token[], text: string): boolean => {
  let ends = new Set([0])
  for (const token of pattern) {
    const next = new Set<number>()
    for (const end of ends)
      if (typeof token === "string") {
        if (text.startsWith(token, end)) next.add(end + token.length)
      } else
        for (let at = end; !next.has(at); at += 1) {
          next.add(at)
          if (at >= text.length || !token.isAny(text[at] as string)) break
        }
    ends = next
  }
  return ends.has(text.length)
}

/** A part of a pattern: a text that must stand there, or any number of characters of a sort. */
export type Token = string | { readonly isAny: (character: string) => boolean }

/** Any characters. */
export const anything: Token = { isAny: () => true }
