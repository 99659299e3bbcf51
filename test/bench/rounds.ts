/** The middle one of some numbers. */
export const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** What each of some contenders measures, round by round in turn, so that all meet the same noise. */
export const inTurn = <Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, () => number>>,
): Readonly<Record<Name, readonly number[]>> => {
  const names = Object.keys(contenders) as Name[]
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) measured[name].push(contenders[name]())
  return measured
}

/** The median of `of` over `to`, each divided within its own round. */
export const ratio = (of: readonly number[], to: readonly number[]): number =>
  median(of.map((each, round) => each / (to[round] as number)))

export const figure = (n: number): string =>
  n >= 100 ? Math.round(n).toLocaleString("en-US") : n.toPrecision(3)

/** How long something takes, in seconds. */
export const secondsOf = (run: () => void): number => {
  const start = performance.now()
  run()
  return (performance.now() - start) / 1000
}
