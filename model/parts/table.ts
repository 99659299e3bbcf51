import type { Part } from "../part.ts"
import { timed } from "./time/part.ts"

/** The parts of the protocol, in the order in which they are put on the core. */
export const parts: readonly Part[] = [timed]
