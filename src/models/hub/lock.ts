import { mkdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";

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
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const held = await stat(path).catch(() => undefined);
  if (held && Date.now() - held.mtimeMs > STALE) {
    // Renaming is atomic: of several waiters that find the lock dead, one moves it away.
    const aside = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    await rename(path, aside).then(
      () => rm(aside, { recursive: true, force: true }),
      () => {},
    );
  }
  return false;
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
