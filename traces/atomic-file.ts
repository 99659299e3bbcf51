import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs"
import { randomBytes } from "node:crypto"
import { basename, dirname, join } from "node:path"
import * as Data from "effect/Data"

/** A file or folder that cannot be written: the disk is full, the place is not a folder, or is not ours. */
export class CannotWrite extends Data.TaggedError("CannotWrite")<{ readonly message: string }> {}

/**
 * Writes a file whole or not at all, and the folders that it needs. The text goes to a new file beside it, which then
 * takes its name: a reader meanwhile sees the old content or the new one, and a symbolic link of that name is replaced,
 * not followed; what is neither that nor a file is left alone. Throws CannotWrite.
 */
export const writeAtomically = (file: string, text: string): void => {
  const stem = basename(file).slice(0, 200)
  const beside = join(dirname(file), `.${stem}.${randomBytes(6).toString("hex")}.tmp`)
  try {
    makeFolder(dirname(file))
    refuseOthers(file)
    sweepLeftovers(dirname(file), timeOfDay(), stem)
    writeNew(beside, text)
    renameSync(beside, file)
  } catch (error) {
    removeIfThere(beside)
    throw cannotWrite(file, error)
  }
}

/** A folder, a device or a pipe is replaced by no file. */
const refuseOthers = (file: string): void => {
  if (file.endsWith("/"))
    throw new CannotWrite({ message: `${file}: cannot be written: expected a file, and this names a folder` })
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (found !== undefined && !found.isFile() && !found.isSymbolicLink())
    throw new CannotWrite({
      message: `${file}: cannot be written: expected a file, and it is ${found.isDirectory() ? "a folder" : "neither a file nor a folder"}`,
    })
}

const removeIfThere = (file: string): void => {
  try {
    rmSync(file, { force: true })
  } catch {
    // Its folder has gone, or is a file by now: nothing is left of it.
  }
}

/** Makes sure that files can be written in a folder, which is made if need be. Throws CannotWrite. */
export const prepareFolder = (folder: string): void => {
  const probe = join(folder, `.probe.${randomBytes(6).toString("hex")}.tmp`)
  try {
    makeFolder(folder)
    if (!statSync(folder).isDirectory()) throw new CannotWrite({ message: `${folder}: expected a folder` })
    sweepLeftovers(folder, timeOfDay(), "probe")
    writeNew(probe, "")
    rmSync(probe)
  } catch (error) {
    throw cannotWrite(folder, error)
  }
}

/** Makes sure that a file can be written, before there is work to lose; its folder is made if need be. Throws CannotWrite. */
export const prepareFile = (file: string): void => {
  try {
    refuseOthers(file)
  } catch (error) {
    throw cannotWrite(file, error)
  }
  prepareFolder(dirname(file))
}

/** How old a file is that is not being written any more: its process was killed. Units: milliseconds. */
const leftoverMillis = 3_600_000

/** The time as files have it, in milliseconds since 1970. */
export const timeOfDay = (): number => performance.timeOrigin + performance.now()

/**
 * Removes from a folder what killed processes have left half written, and nothing else. With a `stem`, only what was to
 * take the name of that file: the folder may be another's.
 */
export const sweepLeftovers = (folder: string, now: number, stem: string | null = null): void => {
  try {
    for (const name of readdirSync(folder)) {
      const file = join(folder, name)
      const [, of] = /^\.(.*)\.[0-9a-f]{12}\.tmp$/.exec(name) ?? []
      if (of === undefined || (stem !== null && of !== stem)) continue
      const stat = lstatSync(file)
      if (stat.isFile() && now - stat.mtimeMs > leftoverMillis) rmSync(file, { force: true })
    }
  } catch (error) {
    // No folder, or one that is not ours to tidy: nothing depends on it.
    if (!isOfSystem(error)) throw error
  }
}

/** Whether the operating system refused something, for a reason that has a code. */
export const isOfSystem = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "code" in error

/** Makes a folder and those above it, one by one: Node's own `recursive` never ends below /proc. */
export const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(folder)) throw error
  }
}

const writeNew = (file: string, text: string): void => {
  const handle = openSync(file, "wx", 0o644)
  try {
    const bytes = Buffer.from(text, "utf8")
    for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const cannotWrite = (file: string, error: unknown): unknown => {
  if (error instanceof CannotWrite) return error
  if (error instanceof Error && "code" in error)
    return new CannotWrite({ message: `${file}: cannot be written: ${error.message}` })
  return error
}
