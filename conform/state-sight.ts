import { shownIn, type Field, type Fields } from "../model/field.ts"
import { stateFields } from "../model/fields.ts"
import { fieldsOf, idsTo, setOfPairs, value, type Sight } from "./observation.ts"

const sightOf = (field: Field): Sight => {
  switch (field.tag) {
    case "links":
      return setOfPairs
    case "record":
    case "group":
      return sightOfFields(field.fields)
    case "each":
      return idsTo(sightOfFields(field.fields))
    default:
      return value
  }
}

/** What is shown of a thing; the fields of a group stand beside its own, and may be absent. */
const sightOfFields = (fields: Fields): Sight => {
  const shown = shownIn(fields)
  const grouped = shown.flatMap(([, field]) => (field.tag === "group" ? Object.entries(field.fields) : []))
  const own = shown.filter(([, { tag }]) => tag !== "group")
  return fieldsOf(
    Object.fromEntries([...own, ...grouped].map(([name, field]) => [name, sightOf(field)])),
    [...grouped, ...own.filter(([, { isOptional }]) => isOptional)].map(([name]) => name),
  )
}

/** All that there is to see of a state of the profile `pair`. */
export const stateSight: Sight = sightOfFields(stateFields)
