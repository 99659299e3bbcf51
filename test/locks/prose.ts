import type { BadAnswer } from "./bad-answer.ts"
import { rounds } from "./trial.ts"

// What the page says beside what was measured.

export const opening = `A fault-tolerant pair asks one thing of its lock: that of all copies that want to go on, one does
([two-primaries](two-primaries.md)). This page says what locks in common use give, whoever wrote them, when their
holder stands still, is cut off or dies. It is measured: each contender is a process of its own and stands for a host of
its own, schedules of faults are run against the real lock, and the verdict is about which copy believed what in which order,
by the monotonic clock that all processes of a machine share. How long anything took plays no part.

\`\`\`sh
npm run locks            # all of them, some ten minutes; writes this page
npm run locks -- flock   # those that are named; prints what it finds
\`\`\``

export const readingVerdicts = `A contender _believes_ that it holds the lock from when it is granted until it gives it back, or learns of its loss. A
dash: there was nothing to try it with.

- **Two holders, nothing wrong.** One holds the lock, and another tries. A lock that advances a generation goes to whoever
  comes: it says which copy goes on, and lets none wait.
- **Two holders after a pause.** The holder's host stands still until another has acquired, or has waited in vain; then it
  wakes. Both believe until the first learns.
- **Learns.** Whether the first learns of its loss before its next write: if the pause fell _in its work_, between believing
  and writing; if its work was waiting _on waking_; if it came _a while later_, a time to live after that; if _by asking_
  the lock just before it writes.
- **Fencing token.** A number that comes with the lock, later for each holder; and whether a resource that keeps the latest
  and refuses what is older would have stopped the first, here where the second has written before it.
- **Holder killed, silent.** Whether another is given the lock, or still refused when its wait is over. Of a _killed_ holder
  the kernel closes the connections and drops the locks. A _silent_ one stands still for ever with its connections
  open, which is how a host that has lost its power looks from elsewhere.`

export const inNumbers = `In how many runs of how many. _Stale_: the first wrote after the second had acquired.

- _Race_: three try at the same instant. _Heirs_: the holder was killed, and two others try at the same instant when its
  lock may be taken over.
- _Live_: nothing is wrong. The next four are the pauses of the table above.
- _Cut off_: the servers have closed the holder's connections, and it is not told, which is what keepalive does to a client that is
  behind a partition; _asleep_: while it stood still.

A busy machine is a pause of its own: one or two in a cell that no schedule below explains may be no more than a renewal
that came too late.`

/** How bad answers were come by, and what the actions of a schedule are. */
export const shrinking = (
  seed: number,
  drawn: number,
): string => `Beside the probes above, ${drawn} schedules were drawn for each lock (seed ${seed}). What gave a bad answer was shrunk against
the real lock, each candidate run ${rounds.shrink} times, or ${rounds.shrinkRace} if it has a race: actions and racers were dropped, races made tries one
after the other, waits halved. An answer that is listed for a lock is not listed again for schedules with more faults.

| action                   | what happens                                                                              |
| ------------------------ | ----------------------------------------------------------------------------------------- |
| \`TryLock(p1.1)\`          | tries to acquire, and waits within a bound                                                |
| \`Race(p1.1, p1.2)\`       | they try, at the same instant                                                             |
| \`Write(p1.1)\`            | writes if it believes that it holds the lock, and says so                                 |
| \`Work(p1.1)\`             | the same, with half a second between the believing and the writing                        |
| \`Ask(p1.1)\`              | asks the lock whether it is still its own, and believes the answer                        |
| \`Pause(h1)\` \`Resume(h1)\` | all processes of the host stand still and notice nothing, and go on: SIGSTOP and SIGCONT  |
| \`FailHost(h1)\`           | they die, and their connections are closed: SIGKILL                                       |
| \`Silence(h1)\`            | they stand still for ever, and their connections stay open: SIGSTOP                       |
| \`Cut(h1)\`                | the servers see the host's connections closed; the host hears nothing, and is not heard   |
| \`Advance(500 ms)\`        | a wait                                                                                    |`

export const headings: Readonly<Record<BadAnswer, string>> = {
  "stale write": "The first holder goes on writing after the second has acquired",
  "two holders": "Two believe at once that they hold the lock",
  "equal tokens": "Two hold the lock at once, with tokens that do not rise",
  killed: "Nobody is given the lock after its holder was killed",
  silent: "Nobody is given the lock after its holder's host has fallen silent",
}

/** What follows from it, in `dilemmas` of `all` locks of which it is a choice between two evils. */
export const reading = (
  dilemmas: number,
  all: number,
): string => `**Two holders, or nobody.** A lock that cannot distinguish a dead holder from a slow one must go ahead at the risk of two, or
wait at the risk of for ever: in ${dilemmas} of ${all} rows it is exactly one of both. A lock with a time to live goes ahead; a lock that is
kept by the kernel or by a session waits. A session is kept only for as long as its server keeps it: with keepalive, and a
partition, it is a lease that does not notify its holder.

**Asking narrows the window, and does not close it.** What is asked just before a write was true when it was answered.
The pause that falls between the answer and the write is the column _in its work_, and there no lock helps: only the
resource can. The column _on waking_ depends on more than the lock. A contender here wakes in its event loop, which runs
overdue timers before it reads its input: a library whose renewal looks at its own clock first has learned by then, and
one that asks its server first has not.

**A token helps if the resource checks it**: keeps the latest that it has seen, and refuses all that are older. It is then
the second holder's first write that stops the first one. Until that has come, the first one's write is taken. That is as
if it had come before the lock changed hands, unless the second has read in the meantime: the one that is to read first must
show its token first. And there must be a later token for every holder: where test and set are two steps, two can come
out with the same.

**To take over is a race, too.** A lock that is taken from a dead holder in two steps, first removed and then made anew, can be
removed a second time by an heir that has looked before and removes after; what it removes is the first heir's.

**A fault-tolerant pair** has the lock of the rows that advance a generation: it never blocks, and it never keeps a stale
Primary from believing. What stands in for the resource that checks is the Output Rule: nothing new leaves before the
Secondary has acknowledged it, and a Secondary that has gone live acknowledges nothing. The clients of a lock with a time to
live have no such partner. They need the token.`

export const limits = `- A _no_ says that it was not seen in these runs; only a _yes_ proves something. A race that is lost once in a thousand
  would not show.
- One machine, one clock, loopback. No clock drifts or jumps here, though some of these locks compare the times of several.
- SIGSTOP stops processes, not the kernel, which goes on acknowledging what is sent to them, keepalive included. A
  suspended VM, a host without power and a partition do not; \`Cut\` stands for what servers make of that some time later.
- The servers themselves never fail: no failover, no replica that lags, no restart that forgets. The files are on a local
  file system; those of a network may break promises that it keeps.
- _Blocks_ says: for as long as the contender waited, which is so long that every other lock of the table had been given.
- Times are short, so that the runs are. With longer ones it takes longer pauses.
- Several schedules run at a time, each under a key of its own.`
