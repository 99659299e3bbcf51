import type { Field } from "./layout.ts"

/** What a field holds, in the cells from `first` on. */
export const fieldIn = (cells: Int32Array, first: number, { cell, shift, mask }: Field): number =>
  ((cells[first + cell] as number) >>> shift) & mask

/** The field's cell with another number in the field. A field without room stays as it is. */
export const withField = (old: number, { shift, mask }: Field, value: number): number =>
  (old & ~(mask << shift)) | ((value & mask) << shift)
