import { catalogue } from "../../properties/catalogue.ts"
import { readsReasons, readsRegistrationsIn } from "../../properties/distinctions.ts"
import type { Exploration } from "../../properties/explore/explore.ts"
import { checksQuiescence } from "../../properties/explore/scope.ts"
import { isLiveness, isPromised, type Property } from "../../properties/property.ts"

/**
 * Whether an exploration checks a property that is named. Liveness is checked in quiescent states: not under the
 * reduction, which skips them, and not where some protocol actions are excluded.
 */
export const canCheck = ({ scope, liveness, weighs, engine }: Exploration, property: Property): boolean =>
  isPromised(property, scope.config) &&
  property.id !== "L0" &&
  (scope.quotient === undefined || !needsBounds(property) || (property.id === "S18" && weighs)) &&
  // The model by itself keeps no past.
  (property.id !== "S19" || engine === "packed") &&
  (!isLiveness(property) || checksQuiescence(liveness ? { ...scope, reduction: false } : scope))

/** Whether a property counts what is not counted where every run is explored, or needs to know of rest. */
export const needsBounds = (property: Property): boolean =>
  ["S18", "S19", "O12"].includes(property.id) || isLiveness(property)

/** Why an exploration did not check some properties, a sentence for each reason. */
export const uncheckedWords = (
  exploration: Exploration,
  properties: readonly Property[],
): readonly string[] => {
  const ids = properties.map(({ id }) => id)
  const { scope, liveness } = exploration
  if (scope.quotient !== undefined) return boundsWords(properties)
  const isLeft = properties.some((property) => isLiveness(property) && property.id !== "L0")
  const isReduced = scope.reduction && !liveness
  return [
    ...(ids.includes("L0") ? ["L0, that a run becomes quiescent, is checked by check alone"] : []),
    ...(isLeft && isReduced
      ? ["with --reduction liveness is checked only with --liveness, and needs every protocol action"]
      : []),
    ...(isLeft && !isReduced && !checksQuiescence({ ...scope, reduction: false })
      ? [
          `liveness is checked only where --actions has every kind of protocol action${scope.config.time === undefined ? "" : ", and Tick"}`,
        ]
      : []),
    ...pastWords(exploration, ids),
    ...recordWords(ids),
  ]
}

/** Why an exploration of every run did not check some properties. */
const boundsWords = (properties: readonly Property[]): readonly string[] => {
  const ids = properties.map(({ id }) => id)
  const within = properties.filter((property) => property.id !== "L0" && needsBounds(property))
  return [
    ...(ids.includes("L0") ? ["L0, that a run becomes quiescent, is checked by check alone"] : []),
    ...(within.length === 0
      ? []
      : [
          `${within.map(({ id }) => id).join(", ")}: checked within bounds alone, as by --faults 2 in place of --window and --form`,
        ]),
    ...recordWords(ids),
    ...dependence(ids.filter(hasGhost), "on the past"),
  ]
}

/** Why properties of what is on record were not checked: where pairs are registered, and why they need a Secondary. */
const recordWords = (unchecked: readonly string[]): readonly string[] => [
  ...dependence(
    unchecked.filter((id) => readsRegistrationsIn([id])),
    "on where pairs are registered",
  ),
  ...dependence(
    unchecked.filter((id) => readsReasons([id])),
    "on why pairs need a Secondary",
  ),
]

/** That properties depend on what usually distinguishes no states; nothing where there are none. */
const dependence = (ids: readonly string[], onWhat: string): readonly string[] => {
  const [first, ...others] = ids
  if (first === undefined) return []
  return others.length === 0
    ? [`${first} depends ${onWhat}, which multiplies the states: name it with --property`]
    : [
        `${[first, ...others.slice(0, -1)].join(", ")} and ${others.at(-1) ?? ""} depend ${onWhat}, which multiplies the states: name them with --property`,
      ]
}

/** Whether a property needs more of the past than a state holds. */
export const hasGhost = (id: string): boolean =>
  catalogue.some((property) => property.id === id && property.ghost !== undefined)

/** Why properties of the past were not checked: S19 cannot be, on the model alone or with the reduction. */
const pastWords = (
  { scope, engine }: Pick<Exploration, "scope" | "engine">,
  unchecked: readonly string[],
): readonly string[] => {
  const canCheckS19 = engine === "packed" && !scope.reduction
  const left = ["S18", "S19"].filter((id) => unchecked.includes(id))
  const haunted = unchecked.filter(hasGhost)
  const open = [...left.filter((id) => id === "S18" || canCheckS19), ...haunted]
  return [
    ...dependence(open, "on the past"),
    ...(left.includes("S19") && !canCheckS19
      ? [
          engine === "model"
            ? "S19 depends on the past, which the model by itself does not keep"
            : "S19 depends on damage, which --reduction repairs at once: name it with --property, and without that",
        ]
      : []),
  ]
}
