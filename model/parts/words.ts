import type { KindEntry } from "../kind.ts"
import type { Fields } from "../field.ts"

// What parts of the protocol add to its words: the core's stand where they are declared.

/** Kinds of action. */
export const partAlphabet: Readonly<Record<string, KindEntry>> = {}

/** Guards, with what each one requires. */
export const partGuards: Readonly<Record<string, string>> = {}

/** When the rules of those kinds refuse by each guard, and those of the core by the guards that are put into them. */
export const partRefusals: Readonly<Record<string, Readonly<Record<string, string>>>> = {}

/** Switches of a configuration: what turns the parts on. */
export const partSwitches: Fields = {}
