import { getSystemErrorMap } from "node:util"

/** Why the system refuses something: its code and what that says; of an error without a code, its message. */
export const systemReason = (error: unknown): string => {
  const { code, errno, message } = error as NodeJS.ErrnoException
  if (code === undefined) return message
  const said = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]
  return said === undefined ? code : `${code}: ${said}`
}
