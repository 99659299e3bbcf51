import { expect } from "vitest"
import type { State } from "../../model/state.ts"
import { coreScope } from "../../properties/mutants/mutant.ts"
import { conform, type ConformSpec, type FailedCase } from "../../conform/campaign.ts"
import type { Connection } from "../../conform/connection.ts"
import { pairCases } from "../../conform/pair-cases.ts"

/** Random cases in one cluster, up to the first that fails. */
export const randomCases = (config = coreScope): ConformSpec => ({
  named: [],
  runs: 3_000,
  seed: "7",
  config,
  isPicked: () => true,
  isKnown: () => false,
  until: Infinity,
})

/** The first random case in which an implementation fails. */
export const firstFailure = async (
  connection: Connection<State>,
  config = coreScope,
): Promise<FailedCase<State>> => {
  const { failed } = await conform(connection, pairCases, randomCases(config))
  expect(failed).toHaveLength(1)
  return failed[0] as FailedCase<State>
}
