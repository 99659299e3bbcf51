import type { KindEntry } from "../kind.ts"
import type { Fields } from "../field.ts"
import { timeAlphabet, timeGuards, timeRefusals, timeSwitches } from "./time/words.ts"

// What parts of the protocol add to its words: the core's stand where they are declared.

/** Kinds of action. */
export const partAlphabet: Readonly<Record<string, KindEntry>> = timeAlphabet

/** Guards, with what each one requires. */
export const partGuards: Readonly<Record<string, string>> = timeGuards

/** When the rules of those kinds refuse by each guard, and those of the core by the guards that are put into them. */
export const partRefusals: Readonly<Record<string, Readonly<Record<string, string>>>> = timeRefusals

/** Switches of a configuration: what turns the parts on. */
export const partSwitches: Fields = timeSwitches
