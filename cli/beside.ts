import { BadInput } from "../traces/bad-input.ts"

/**
 * Refuses options that would be passed over beside another, `option`, as `flags` has them; `why` says what that does. Throws
 * BadInput.
 */
export const refuseBeside = <F extends object>(
  option: string,
  why: string,
  flags: F,
  others: readonly (keyof F & string)[],
): void => {
  const given = others.filter((name) => flags[name] !== undefined).map(longOf)
  if (given.length > 0)
    throw new BadInput({ message: `${option} ${why}: expected nothing beside it like ${given.join(", ")}` })
}

/** An option as it is typed. */
const longOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
