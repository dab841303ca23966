import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { sleep } from "../../../abort.js";

/** Milliseconds between two signs of life of a lock's holder. */
const HEARTBEAT = 2_000;
/** A lock without a sign of life for this many milliseconds belonged to a process that was killed. */
const STALE = 12_000;
/** Milliseconds between two attempts to take a lock. */
const POLL = 150;

/**
 * Runs `action` while no other process or call holds the lock. The lock only avoids duplicate work: files are checked against their hash
 * whoever wrote them, so a live lock that is mistaken for a dead one costs a second transfer and nothing else.
 *
 * @param path A folder that exists while the lock is held.
 */
export async function withLock<T>(path: string, signal: AbortSignal | undefined, action: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await acquire(path))) await sleep(POLL, signal);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT);
  heartbeat.unref();
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { recursive: true, force: true });
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    await writeFile(join(path, "owner"), JSON.stringify({ host: hostname(), pid: process.pid }));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if (await isDead(path)) {
    // Renaming is atomic: if several waiters find the lock dead, one of them moves it away.
    const aside = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    await rename(path, aside).then(
      () => rm(aside, { recursive: true, force: true }),
      () => {},
    );
  }
  return false;
}

/** True if the holder has ended (on this machine) or has given no sign of life (on any machine). */
async function isDead(path: string): Promise<boolean> {
  const held = await stat(path).catch(() => undefined);
  if (!held) return false;
  if (Date.now() - held.mtimeMs > STALE) return true;
  const owner = await readFile(join(path, "owner"), "utf8")
    .then((text) => JSON.parse(text) as { host?: string; pid?: number })
    .catch(() => undefined);
  return owner?.host === hostname() && typeof owner.pid === "number" && !isRunning(owner.pid);
}

/** Whether there is a process with this id on this machine, of any user. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
