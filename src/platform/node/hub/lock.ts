import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

/** A holder shows that it lives this often. */
const HEARTBEAT = 2_000;
/** A lock without a sign of life for this long belonged to a process that was killed. */
const STALE = 12_000;
const POLL = 150;

/**
 * Runs `action` while no other process or call does so under the same path. The lock only spares double work: what is written is checked
 * against its hash whoever wrote it, so a lock that is wrongly taken for dead costs a second transfer and nothing else.
 *
 * @param path A folder that is created for the time of the lock.
 */
export async function withLock<T>(path: string, signal: AbortSignal | undefined, action: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await acquire(path))) await pause(POLL, signal);
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
    // Renaming is atomic: of several waiters that find the lock dead, one moves it away.
    const aside = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    await rename(path, aside).then(
      () => rm(aside, { recursive: true, force: true }),
      () => {},
    );
  }
  return false;
}

/** A lock of a process of this machine that is gone, or of any machine without a sign of life. */
async function isDead(path: string): Promise<boolean> {
  const held = await stat(path).catch(() => undefined);
  if (!held) return false;
  if (Date.now() - held.mtimeMs > STALE) return true;
  const owner = await readFile(join(path, "owner"), "utf8")
    .then((text) => JSON.parse(text) as { host?: string; pid?: number })
    .catch(() => undefined);
  return owner?.host === hostname() && typeof owner.pid === "number" && !isRunning(owner.pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Waits; rejects with the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
