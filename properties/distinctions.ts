import type { Kind } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import { identityFor, interventionsOf, reasonsOf, registrationsOf } from "../model/identity.ts"
import type { State } from "../model/state.ts"

// What some properties read of a state beside its identity: where one of them is checked, states are told apart by that too.

/** The properties that read where pairs are registered. */
const readRegistrations: readonly string[] = ["S29", "O5", "O6", "O11"]

/** Whether one of the properties of these ids reads what operators have done. */
export const readsInterventions = (ids: readonly string[]): boolean => ids.includes("S18")

/** Whether one of them reads where pairs are registered. */
export const readsRegistrationsIn = (ids: readonly string[]): boolean =>
  ids.some((id) => readRegistrations.includes(id))

/** Whether one of them reads why a pair needs a Secondary. */
export const readsReasons = (ids: readonly string[]): boolean => ids.includes("O10")

/** Whether one of them reads anything beside a state's identity. */
export const readsMore = (ids: readonly string[]): boolean =>
  readsInterventions(ids) || readsRegistrationsIn(ids) || readsReasons(ids)

/** How states are told apart where actions of these kinds are taken and the properties of these ids are checked. */
export const distinctionFor = (
  config: Config,
  among: readonly Kind[],
  ids: readonly string[],
): ((state: State) => string) => {
  const parts = [
    identityFor(config, among),
    ...(readsInterventions(ids) ? [interventionsOf] : []),
    ...(readsRegistrationsIn(ids) ? [(state: State) => registrationsOf(state)] : []),
    ...(readsReasons(ids) ? [reasonsOf] : []),
  ]
  return (state) => parts.map((part) => part(state)).join(";")
}
