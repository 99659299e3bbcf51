import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { isMainThread } from "node:worker_threads"

// Loaded before a command, by --import: counts its calls that change files. FTPAIR_KILL_AT=n   the process ends by
//   SIGKILL at the n-th call: before it, and of a write when half is written FTPAIR_SLOW=ms     each call is reported
//   on fd 3 by a line, `open FILE`, and takes so long before, amid and after

const killAt = Number(process.env["FTPAIR_KILL_AT"] ?? "0")
const slow = Number(process.env["FTPAIR_SLOW"] ?? "0")
const { openSync, writeSync, fsyncSync, closeSync, renameSync, linkSync, rmSync, mkdirSync } = fs
const { O_WRONLY, O_RDWR } = fs.constants

/** The files that are open to be written, by their handles. */
const written = new Map<number, string>()
let calls = 0

const pause = (millis: number): void => {
  if (millis > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis)
}

const die = (): void => {
  process.kill(process.pid, "SIGKILL")
  pause(Infinity)
}

/** Counts a call, and does it; `half` is what may be done of it before the end. */
const counted = <A>(what: string, act: () => A, half: () => void = () => {}): A => {
  calls += 1
  if (calls === killAt) {
    half()
    die()
  }
  if (slow === 0) return act()
  writeSync(3, `${what}\n`)
  pause(slow)
  const result = act()
  pause(slow)
  return result
}

const isForWriting = (flags: fs.OpenMode | undefined): boolean =>
  typeof flags === "number" ? (flags & (O_WRONLY | O_RDWR)) !== 0 : /[wa+]/.test(flags ?? "r")

if (isMainThread && (killAt > 0 || slow > 0)) {
  fs.openSync = (file, flags, mode) => {
    if (!isForWriting(flags)) return openSync(file, flags, mode)
    const handle = counted(`open ${String(file)}`, () => openSync(file, flags, mode))
    written.set(handle, String(file))
    return handle
  }
  fs.writeSync = (handle: number, content: unknown, at?: unknown) => {
    const file = written.get(handle)
    const all = typeof content === "string" ? Buffer.from(content) : (content as Buffer)
    const bytes = all.subarray(typeof at === "number" ? at : 0)
    if (file === undefined) return writeSync(handle, bytes)
    const middle = bytes.length >> 1
    const half = (): number => writeSync(handle, bytes.subarray(0, middle))
    return counted(
      `write ${file}`,
      () => {
        if (slow === 0) return writeSync(handle, bytes)
        half()
        pause(slow)
        return middle + writeSync(handle, bytes.subarray(middle))
      },
      half,
    )
  }
  fs.fsyncSync = (handle) => {
    counted(`fsync ${written.get(handle) ?? ""}`, () => {
      fsyncSync(handle)
    })
  }
  fs.closeSync = (handle) => {
    const file = written.get(handle)
    written.delete(handle)
    const close = (): void => {
      closeSync(handle)
    }
    if (file === undefined) close()
    else counted(`close ${file}`, close)
  }
  fs.renameSync = (from, to) => {
    counted(`rename ${String(from)}`, () => {
      renameSync(from, to)
    })
  }
  fs.linkSync = (from, to) => {
    counted(`link ${String(from)}`, () => {
      linkSync(from, to)
    })
  }
  fs.rmSync = (file, options) => {
    counted(`remove ${String(file)}`, () => {
      rmSync(file, options)
    })
  }
  fs.mkdirSync = ((folder: fs.PathLike, options?: fs.MakeDirectoryOptions) =>
    counted(`folder ${String(folder)}`, () => mkdirSync(folder, options))) as typeof fs.mkdirSync
  syncBuiltinESMExports()
}
