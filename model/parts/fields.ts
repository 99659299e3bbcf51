import type { Fields } from "../field.ts"
import { copyClocks, pairClocks } from "./time/fields.ts"

/** The fields that parts of the protocol add, by what they are of: the state itself, each host, each pair, each copy. */
export const partFields: Readonly<Record<"state" | "host" | "pair" | "copy", Fields>> = {
  state: {},
  host: {},
  pair: pairClocks,
  copy: copyClocks,
}
