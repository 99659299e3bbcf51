import { shownIn, type Field, type Fields } from "../model/field.ts"
import { stateFields } from "../model/fields.ts"
import { fieldsOf, idsTo, asSet, value, type ObservationSchema } from "./observation.ts"

const schemaOf = (field: Field): ObservationSchema => {
  switch (field.tag) {
    case "links":
    case "rules":
      return asSet
    case "record":
    case "group":
      return schemaOfFields(field.fields)
    case "each":
      return idsTo(schemaOfFields(field.fields))
    default:
      return value
  }
}

/** What is shown of a thing; the fields of a group stand beside its own, and may be absent. */
const schemaOfFields = (fields: Fields): ObservationSchema => {
  const shown = shownIn(fields)
  const grouped = shown.flatMap(([, field]) => (field.tag === "group" ? Object.entries(field.fields) : []))
  const own = shown.filter(([, { tag }]) => tag !== "group")
  return fieldsOf(
    Object.fromEntries([...own, ...grouped].map(([name, field]) => [name, schemaOf(field)])),
    [...grouped, ...own.filter(([, { isOptional }]) => isOptional)].map(([name]) => name),
  )
}

/** All that is observable of a state of the profile `pair`. */
export const stateSchema: ObservationSchema = schemaOfFields(stateFields)
