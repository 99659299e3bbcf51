import type { Field } from "./layout.ts"

/** What a field holds, in the cells from `first` on. */
export const fieldIn = (cells: Int32Array, first: number, field: Field): number =>
  valueIn(cells[first + field.cell] as number, field)

/** What a field holds in its cell. */
export const valueIn = (cell: number, { shift, mask }: Field): number => (cell >>> shift) & mask

/** The field's cell with another number in the field. A field without room stays as it is. */
export const withField = (old: number, { shift, mask }: Field, value: number): number =>
  (old & ~(mask << shift)) | ((value & mask) << shift)
