import { parseSeed } from "../properties/check/seed.ts"

/** Which random case: the `n`-th of a seed, from 1, or one that was drawn in its place, because of its cluster. */
export type DrawnName = { readonly seed: string; readonly n: number; readonly redraw: number }

/** The path of a random case: `random/7/12`, or `random/7/12+3` for the third that was drawn in its place. */
export const drawnPath = ({ seed, n, redraw }: DrawnName): string =>
  `random/${seed}/${n}${redraw === 0 ? "" : `+${redraw}`}`

/** The random case that a path names; null if it names none, or more than one. */
export const drawnNameIn = (path: string): DrawnName | null => {
  const found = /^random\/([^/*]+)\/([1-9][0-9]{0,8})(?:\+([1-9][0-9]{0,2}))?$/.exec(path)
  return found === null || parseSeed(found[1] as string) === null
    ? null
    : { seed: found[1] as string, n: Number(found[2]), redraw: Number(found[3] ?? 0) }
}
