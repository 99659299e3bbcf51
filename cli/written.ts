import { realpathSync } from "node:fs"
import { prepareFile } from "../traces/atomic-file.ts"
import { BadInput } from "../traces/bad-input.ts"

/**
 * Makes sure that a file can be written that an option names, and that it is none of those that are read: nobody means to lose these.
 * Throws BadInput, and CannotWrite.
 */
export const prepareOutput = (option: string, file: string, read: readonly string[]): void => {
  const place = placeOf(file)
  const same = read.find((other) => place !== null && placeOf(other) === place)
  if (same !== undefined)
    throw new BadInput({ message: `${option} ${file}: expected another file than ${same}, which is read` })
  prepareFile(file)
}

/** Where a file really is; null if there is none. */
const placeOf = (file: string): string | null => {
  try {
    return realpathSync(file)
  } catch {
    return null
  }
}
