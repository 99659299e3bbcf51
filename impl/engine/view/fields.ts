import { outgrown } from "../capacity.ts"
import { valueIn, withField } from "../field-bits.ts"
import { combinedFields, type FieldType } from "../fields.ts"
import { firstCellsOf, type Field, type Layout } from "../layout.ts"
import type { Machine } from "../machine.ts"
import type { Owner } from "../part.ts"

/** How one field is read and written, by the number of its owner: a host, a pair, the slot of a copy; 0 for the cluster. */
type FieldAccessor = {
  readonly of: (owner: number) => number
  readonly put: (owner: number, value: number) => void
  /** The same of the cells of another state. */
  readonly ofIn: (cells: Int32Array, owner: number) => number
}

/** A field that the model keeps under the same name as one plain value. */
type PlainField = FieldAccessor & { readonly name: string; readonly holds: FieldType }

/** The fields that have no functions of their own: those of parts, ghosts, and by name those of a copy's control, too. */
export const fieldsIn = (machine: Machine) => {
  const ofOwner = (owner: Owner) =>
    accessorsIn(machine, fieldsOf(machine.layout, owner), firstCellsOf(machine.layout, owner))
  const accessors = {
    state: ofOwner("state"),
    host: ofOwner("host"),
    pair: ofOwner("pair"),
    copy: ofOwner("copy"),
  }

  /** A field by its name, the core's or a part's that is on: how it is read and written. */
  const fieldOf = (owner: Owner, name: string): FieldAccessor => {
    const accessor = accessors[owner][name]
    if (accessor === undefined)
      throw new Error(`defect: neither the core nor a part that is on keeps ${name} of each ${owner}`)
    return accessor
  }

  const { ghosts } = machine.layout
  const ghostAccessors = {
    pair: accessorsIn(machine, ghosts.pair, firstCellsOf(machine.layout, "pair")),
    copy: accessorsIn(machine, ghosts.copy, firstCellsOf(machine.layout, "copy")),
  }
  /** A ghost by its name; null if the layout has none. */
  const ghostOf = (owner: "pair" | "copy", name: string): FieldAccessor | null =>
    ghostAccessors[owner][name] ?? null

  const plainOf = (owner: Owner): readonly PlainField[] =>
    Object.entries(fieldsOf(machine.layout, owner))
      .filter(([name]) => owner !== "copy" || !combinedFields.includes(name))
      .map(([name, { holds }]) => ({ name, holds, ...fieldOf(owner, name) }))
  const plainFields = {
    state: plainOf("state"),
    host: plainOf("host"),
    pair: plainOf("pair"),
    copy: plainOf("copy"),
  }

  return { fieldOf, ghostOf, plainFields }
}

type FieldsByName = Readonly<Record<string, Field>>

const fieldsOf = (layout: Layout, owner: Owner): FieldsByName =>
  owner === "copy" ? { ...layout.copy, ...layout.partFields.copy } : layout.partFields[owner]

const accessorsIn = (
  { cells, set, reads }: Machine,
  fields: FieldsByName,
  firsts: Int32Array,
): Readonly<Record<string, FieldAccessor>> => {
  const cellFor = (owner: number, field: Field): number => {
    const cell = (firsts[owner] as number) + field.cell
    reads?.noteCell(cell)
    return cell
  }
  const accessorOf = (name: string, field: Field): FieldAccessor => ({
    of: (owner) => valueIn(cells[cellFor(owner, field)] as number, field),
    put: (owner, value) => {
      if (value > field.mask) throw outgrown(name, field.mask)
      const cell = cellFor(owner, field)
      set(cell, withField(cells[cell] as number, field, value))
    },
    ofIn: (others, owner) => valueIn(others[cellFor(owner, field)] as number, field),
  })
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, accessorOf(name, field)]))
}
