import type { Result } from "./worker-pool.ts"

/** What came of all: which are equal, which differ, which of those are found, and how their lengths compare. */
type Sum = {
  readonly equal: readonly string[]
  readonly telling: readonly string[]
  readonly found: readonly string[]
  readonly missed: readonly string[]
  readonly lost: readonly string[]
  readonly ratios: readonly { readonly name: string; readonly shrunk: number; readonly shortest: number }[]
}

export const summed = (results: readonly Result[]): Sum => {
  const names = (isMeant: (verdict: Result["verdict"]) => boolean): readonly string[] =>
    results.filter(({ verdict }) => isMeant(verdict)).map(({ mutant }) => mutant.name)
  const ratios = results.flatMap(({ mutant: { name }, verdict }) =>
    "lost" in verdict || verdict.comparison.tag === "equal" || typeof verdict.finding?.shrunk !== "number"
      ? []
      : [{ name, shrunk: verdict.finding.shrunk, shortest: verdict.comparison.shortest }],
  )
  const isTelling = (verdict: Result["verdict"]): boolean =>
    !("lost" in verdict) && verdict.comparison.tag === "differs"
  return {
    equal: names((verdict) => !("lost" in verdict) && verdict.comparison.tag === "equal"),
    telling: names(isTelling),
    found: names((verdict) => !("lost" in verdict) && verdict.finding !== null),
    missed: names((verdict) => isTelling(verdict) && "finding" in verdict && verdict.finding === null),
    lost: names((verdict) => "lost" in verdict),
    ratios,
  }
}

/** One line for one mutant. */
export const lineOf = ({ mutant, verdict, seconds }: Result): string => {
  const change = `${oneLine(mutant.before)} → ${oneLine(mutant.after)}`
  return `${mutant.name.padEnd(58)} ${wordsOf(verdict).padEnd(52)} ${seconds.toFixed(1).padStart(6)} s  line ${mutant.line}: ${change}`
}

const wordsOf = (verdict: Result["verdict"]): string => {
  if ("lost" in verdict) return `${verdict.lost.toUpperCase()} while ${verdict.at}`
  const { comparison, finding } = verdict
  if (comparison.tag === "equal") return "equal"
  if (finding === null) return `MISSED, shortest ${comparison.shortest}, ${comparison.scope}`
  return `${finding.shrunk ?? "?"}/${comparison.shortest} ${finding.case}`
}

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, " ")
  return line.length <= 60 ? line : `${line.slice(0, 59)}…`
}

/** The table at the end. */
export const tableOf = (results: readonly Result[], seconds: number): readonly string[] => {
  const { equal, telling, found, missed, lost, ratios } = summed(results)
  const sorted = ratios.map(({ shrunk, shortest }) => shrunk / shortest).sort((a, b) => a - b)
  const worst = sorted.at(-1)
  const named = (names: readonly string[]): string => (names.length === 0 ? "" : `: ${names.join(", ")}`)
  return [
    `mutants  ${results.length}`,
    `equal    ${equal.length}`,
    `telling  ${telling.length}`,
    `found    ${found.length}`,
    `missed   ${missed.length}${named(missed)}`,
    `lost     ${lost.length}${named(lost)}`,
    ...(worst === undefined
      ? []
      : [
          `shrunk/shortest: median ${(sorted[sorted.length >> 1] as number).toFixed(2)}, at the most ${worst.toFixed(2)}${named(
            worst > 1
              ? ratios
                  .filter(({ shrunk, shortest }) => shrunk / shortest === worst)
                  .slice(0, 5)
                  .map(({ name, shrunk, shortest }) => `${name} ${shrunk}/${shortest}`)
              : [],
          )}`,
        ]),
    `seconds  ${seconds.toFixed(0)}`,
  ]
}
