import type { PackedPart } from "../part.ts"
import { packedTime } from "./time/fields.ts"

/** The parts of the protocol, in the order in which they are put on the core. */
export const packedParts: readonly PackedPart[] = [packedTime]
